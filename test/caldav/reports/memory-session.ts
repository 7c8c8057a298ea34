/**
 * A calendar service in memory, as far as reading goes: for what the emulator cannot be asked for (objects that cannot be shown,
 * faults at a given call) and to count what a report reads.
 */

import { BackendError } from '../../../src/calendar/backend.ts'
import type { CalendarSession, Changes, ObjectTag, StoredSeries, Unavailable } from '../../../src/calendar/backend.ts'
import type { BusyPeriods, Calendar, TimeRange, Unknown } from '../../../src/calendar/calendar.ts'
import type { EventSeries } from '../../../src/calendar/event.ts'
import { backendSyncToken, calendarId, emailAddress, instant, objectName, revision, timeZoneId } from '../../../src/calendar/identifiers.ts'
import type { BackendSyncToken, CalendarId, EmailAddress, ObjectName } from '../../../src/calendar/identifiers.ts'
import { extent } from '../../../src/icalendar/recurrence.ts'

export const anna = emailAddress('anna@example.com')!
export const annasCalendar = calendarId(anna)

interface Row {
  readonly name: ObjectName
  readonly updated: number
  readonly stored: StoredSeries | Unavailable | undefined
}

export interface MemorySession extends CalendarSession {
  /** The names of the methods that were called, in order. */
  readonly calls: readonly string[]
  add(name: string, series: EventSeries, id?: CalendarId): void
  addUnavailable(name: string, id?: CalendarId): void
  delete(name: string, id?: CalendarId): void
  addCalendar(calendar: Partial<Calendar> & Pick<Calendar, 'id' | 'displayName'>): void
  removeListed(id: CalendarId): void
  /** Fails the call of that method after so many have gone well. */
  failAt(method: string, after: number, error: BackendError): void
}

export function memorySession(): MemorySession {
  const calendars = new Map<CalendarId, Calendar>()
  const rows = new Map<CalendarId, Map<ObjectName, Row>>()
  const faults = new Map<string, { left: number; error: BackendError }>()
  const calls: string[] = []
  let clock = 1000

  const called = (method: string) => {
    calls.push(method)
    const fault = faults.get(method)
    if (fault !== undefined && fault.left-- <= 0) throw fault.error
  }
  const rowsOf = (id: CalendarId) => {
    const found = rows.get(id)
    if (found === undefined) throw new BackendError('gone', `no calendar ${id}`)
    return found
  }
  const set = (id: CalendarId, name: string, make: (tag: ObjectTag) => Row['stored']) => {
    const tag: ObjectTag = { name: objectName(name)!, revision: revision(String(++clock)), updated: instant(clock) }
    rowsOf(id).set(tag.name, { name: tag.name, updated: clock, stored: make(tag) })
  }
  const token = (id: CalendarId): BackendSyncToken => backendSyncToken(String(Math.max(0, ...[...rowsOf(id).values()].map((row) => row.updated))))
  const tagOf = (row: Row): ObjectTag => ({ name: row.name, revision: revision(String(row.updated)), updated: instant(row.updated) })
  const isIn = (stored: StoredSeries | Unavailable, range: TimeRange | undefined, id: CalendarId) => {
    if ('kind' in stored || range === undefined) return true
    const { from, to } = extent(stored.series, calendars.get(id)!.timeZone)
    return (range.to === undefined || from < range.to) && (range.from === undefined || to === undefined || to >= range.from)
  }
  const refuse = () => Promise.reject(new BackendError('forbidden', 'read only'))

  const session: MemorySession = {
    address: anna,
    calls,
    add: (name, series, id = annasCalendar) => set(id, name, (tag) => ({ ...tag, series, role: 'organizer' }) as unknown as StoredSeries),
    addUnavailable: (name, id = annasCalendar) => set(id, name, (tag) => ({ kind: 'unavailable', name: tag.name, reason: 'it is broken' })),
    delete: (name, id = annasCalendar) => set(id, name, () => undefined),
    addCalendar: (calendar) => {
      calendars.set(calendar.id, { timeZone: timeZoneId('America/New_York'), access: 'own', isPrimary: false, defaultAlarms: [], ...calendar })
      if (!rows.has(calendar.id)) rows.set(calendar.id, new Map())
    },
    removeListed: (id) => { calendars.delete(id) },
    failAt: (method, after, error) => { faults.set(method, { left: after, error }) },

    calendars: async () => { called('calendars'); return [...calendars.values()] },
    calendar: async (id) => {
      called('calendar')
      const found = calendars.get(id)
      if (found === undefined) throw new BackendError('gone', `no calendar ${id}`)
      return found
    },
    state: async (id) => { called('state'); return { updated: instant(Number(token(id))), token: token(id) } },
    async *tags(id) {
      called('tags')
      for (const row of rowsOf(id).values()) if (row.stored !== undefined && !('kind' in row.stored)) yield [tagOf(row)]
    },
    async *objects(id, range) {
      called('objects')
      try {
        for (const { stored } of rowsOf(id).values()) {
          called('objects.next')
          if (stored !== undefined && isIn(stored, range, id)) yield [stored]
        }
      } finally {
        called('objects.end')
      }
    },
    objectsByName: async (id, names) => {
      called('objectsByName')
      const found = names.map((name) => [name, rowsOf(id).get(name)?.stored] as const)
      return new Map(found.filter((each): each is readonly [ObjectName, StoredSeries | Unavailable] => each[1] !== undefined))
    },
    nameOf: () => Promise.resolve(undefined),
    changes: async (id, since): Promise<Changes> => {
      called('changes')
      if (since !== undefined && !/^\d+$/.test(since)) throw new BackendError('invalid-token', 'not one of ours')
      const all = [...rowsOf(id).values()].filter((row) => row.updated > Number(since ?? 0) && (since !== undefined || row.stored !== undefined))
      const told = all.sort((a, b) => a.updated - b.updated)
      return {
        changed: told.filter((row) => row.stored !== undefined).map(tagOf), removed: told.filter((row) => row.stored === undefined).map((row) => row.name),
        next: token(id),
      }
    },
    put: refuse, remove: refuse, answer: refuse, announce: refuse, move: refuse, createCalendar: refuse, updateCalendar: refuse, removeCalendar: refuse,
    freeBusy: async (addresses) => {
      called('freeBusy')
      return new Map<EmailAddress, BusyPeriods | Unknown>(addresses.map((address) => [address,
        address === anna ? [{ from: instant(Date.UTC(2006, 0, 2, 15)), to: instant(Date.UTC(2006, 0, 2, 16)) }] : { kind: 'no-access' }]))
    },
  }
  session.addCalendar({ id: annasCalendar, displayName: 'Anna', isPrimary: true, owner: anna })
  return session
}
