/**
 * A small backend in memory: the reference that the cache is held against. It keeps every promise of the port in the plainest way,
 * and counts its calls. Calendars are shared by all its users.
 */

import { BackendError, isMet } from '../../src/calendar/backend.ts'
import type {
  Backend, CalendarSession, Changes, ObjectTag, SeriesSource, StoredSeries, Unavailable, WriteOptions,
} from '../../src/calendar/backend.ts'
import type { Calendar } from '../../src/calendar/calendar.ts'
import { eventsOf } from '../../src/calendar/event.ts'
import type { EventSeries } from '../../src/calendar/event.ts'
import { backendSyncToken, calendarId, instant, revision, timeZoneId } from '../../src/calendar/identifiers.ts'
import type { BackendSyncToken, CalendarId, EmailAddress, ObjectName } from '../../src/calendar/identifiers.ts'

/** What a backend may do for its readers, or not. */
export interface MemoryTraits {
  /** Its changes tell the `updated` of their end. */
  readonly tellsUpdated: boolean
  /** Its changes bring the series along. */
  readonly tellsSeries: boolean
  /** Its listings return the state they began at. */
  readonly tellsState: boolean
  /** Its removed names are only those that the reader can have seen. */
  readonly isTerse: boolean
}

interface Row {
  readonly stored: StoredSeries
  /** When something had the name for the first time. */
  readonly createdAt: number
  readonly isBroken: boolean
}

interface Collection {
  readonly rows: Map<ObjectName, Row>
  readonly tombstones: Map<ObjectName, { readonly createdAt: number; readonly removedAt: number }>
  updated: number
  /** Tokens older than this have expired. */
  oldest: number
  displayName: string
}

export class MemoryBackend implements Backend {
  /** One entry per call of a session: the method's name. */
  readonly calls: string[] = []
  /** Thrown by the next calls, first come first served. */
  readonly faults: unknown[] = []
  readonly #collections = new Map<CalendarId, Collection>()
  readonly #traits: MemoryTraits

  constructor(ids: readonly CalendarId[], traits: MemoryTraits) {
    this.#traits = traits
    for (const id of ids) this.#collections.set(id, { rows: new Map(), tombstones: new Map(), updated: 1000, oldest: 1000, displayName: id })
  }

  async close(): Promise<void> {}

  /** What only the service itself can do. */
  breakObject(id: CalendarId, name: ObjectName): void {
    const collection = this.#collection(id)
    const row = collection.rows.get(name)
    if (row !== undefined) this.#store(collection, name, row.stored.series, !row.isBroken)
  }

  expireTokens(id: CalendarId): void {
    const collection = this.#collection(id)
    collection.oldest = collection.updated += 1
  }

  session({ address }: { readonly address: EmailAddress }): CalendarSession {
    const call = async <T>(name: string, run: () => T): Promise<T> => {
      await this.#begin(name)
      return run()
    }
    const listing = <T, R>(name: string, collect: () => readonly T[], told: () => R) => this.#listing(name, collect, told)
    return {
      address,
      calendars: () => call('calendars', () => [...this.#collections.keys()].map((id) => this.#calendar(id))),
      calendar: (id) => call('calendar', () => this.#calendar(id)),
      state: (id) => call('state', () => this.#state(id)),
      tags: (id) => listing('tags', () => this.#stored(id).map(tagOf), () => undefined),
      objects: (id) => {
        let began: unknown
        const collect = (): readonly (StoredSeries | Unavailable)[] => {
          began = this.#traits.tellsState ? this.#state(id) : undefined
          return [...this.#collection(id).rows.values()].map(shown)
        }
        return listing('objects', collect, () => began)
      },
      objectsByName: (id, names) => call('objectsByName', () => new Map(names.flatMap((name) => {
        const row = this.#collection(id).rows.get(name)
        return row === undefined ? [] : [[name, shown(row)] as const]
      }))),
      nameOf: (id, uid) => call('nameOf', () => this.#stored(id).find(({ series }) => series.uid === uid)?.name),
      changes: (id, since) => call('changes', () => this.#changes(id, since)),
      put: (id, name, series, options) => call('put', () => this.#put(id, name, series, options)),
      remove: (id, name, options) => call('remove', () => this.#remove(id, name, options)),
      answer: (id, name, _, status) => call('answer', () => {
        const stored = this.#readable(id, name)
        const answered = eventsOf(stored.series).flatMap(({ attendees }) => attendees).every(({ participation }) => participation === status)
        return answered ? stored : this.#store(this.#collection(id), name, withAnswer(stored.series, status))
      }),
      announce: () => call('announce', () => undefined),
      move: (id, name, to, toName, options) => call('move', () => {
        this.#checked(id, name, options)
        const { series } = this.#present(id, name)
        if (this.#collection(to).rows.has(toName)) throw new BackendError('precondition', 'taken')
        this.#delete(id, name)
        return this.#store(this.#collection(to), toName, series)
      }),
      freeBusy: () => call('freeBusy', () => new Map()),
      createCalendar: ({ displayName }) => call('createCalendar', () => {
        const id = calendarId(`made-${this.#collections.size}`)
        this.#collections.set(id, { rows: new Map(), tombstones: new Map(), updated: 1000, oldest: 1000, displayName })
        return this.#calendar(id)
      }),
      updateCalendar: (id, { displayName }) => call('updateCalendar', () => {
        this.#collection(id).displayName = displayName ?? id
        return this.#calendar(id)
      }),
      removeCalendar: (id) => call('removeCalendar', () => {
        this.#collection(id)
        this.#collections.delete(id)
      }),
    }
  }

  async #begin(name: string): Promise<void> {
    this.calls.push(name)
    await Promise.resolve()
    if (this.faults.length > 0) throw this.faults.shift()
  }

  /** One by one, so that a reader can be in the middle of it. */
  async *#listing<T, R>(name: string, collect: () => readonly T[], told: () => R): AsyncGenerator<readonly T[], R, undefined> {
    await this.#begin(name)
    for (const item of collect()) yield [item]
    return told()
  }

  #collection(id: CalendarId): Collection {
    const collection = this.#collections.get(id)
    if (collection === undefined) throw new BackendError('gone', `no calendar ${id}`)
    return collection
  }

  #calendar(id: CalendarId): Calendar {
    const { displayName } = this.#collection(id)
    return { id, displayName, timeZone: timeZoneId('UTC'), access: 'own', isPrimary: false, defaultAlarms: [] }
  }

  #state(id: CalendarId): { updated: ReturnType<typeof instant>; token: BackendSyncToken } {
    const { updated } = this.#collection(id)
    return { updated: instant(updated), token: backendSyncToken(`${updated}`) }
  }

  #stored(id: CalendarId): readonly StoredSeries[] {
    return [...this.#collection(id).rows.values()].map(({ stored }) => stored)
  }

  #changes(id: CalendarId, token: BackendSyncToken | undefined): Changes {
    const collection = this.#collection(id)
    const from = Number(token ?? 0)
    if (token !== undefined && (!(from >= collection.oldest) || from > collection.updated)) throw new BackendError('invalid-token', 'expired')
    const steps = [...this.#stored(id).map((stored) => ({ name: stored.name, updated: stored.updated as number, stored })), ...this.#removals(collection, token, from)]
      .filter(({ updated }) => updated > from)
      .sort((a, b) => a.updated - b.updated || (a.name < b.name ? -1 : 1))
    const { updated, token: next } = this.#state(id)
    return {
      changed: steps.flatMap(({ stored }) => (stored === undefined ? [] : [this.#traits.tellsSeries && !this.#collection(id).rows.get(stored.name)!.isBroken ? stored : tagOf(stored)])),
      removed: steps.flatMap(({ name, stored }) => (stored === undefined ? [name] : [])).sort(),
      next,
      ...(this.#traits.tellsUpdated && { updated }),
    }
  }

  #removals({ tombstones }: Collection, token: BackendSyncToken | undefined, from: number) {
    const seen = [...tombstones].filter(([, { createdAt }]) => token !== undefined && (!this.#traits.isTerse || createdAt <= from))
    return seen.map(([name, { removedAt }]) => ({ name, updated: removedAt, stored: undefined }))
  }

  #put(id: CalendarId, name: ObjectName, series: EventSeries, options: WriteOptions): StoredSeries {
    const { condition, known } = options
    // What equals the known series needs no call that writes, and so nobody finds out that it is stale.
    if (known !== undefined && known !== 'absent' && isMet(condition, known) && isEqual(known.series, series)) return known
    const stored = this.#checked(id, name, options)
    if (stored !== undefined && isEqual(stored.series, series)) return stored
    const holder = this.#stored(id).find((each) => each.series.uid === series.uid && each.name !== name)
    if (holder !== undefined) throw new BackendError('uid-in-use', 'taken', { objectName: holder.name })
    return this.#store(this.#collection(id), name, series)
  }

  #remove(id: CalendarId, name: ObjectName, options: WriteOptions): void {
    this.#checked(id, name, options)
    this.#delete(id, name)
  }

  #delete(id: CalendarId, name: ObjectName): void {
    const collection = this.#collection(id)
    this.#present(id, name)
    collection.tombstones.set(name, { createdAt: collection.rows.get(name)!.createdAt, removedAt: (collection.updated += 1) })
    collection.rows.delete(name)
  }

  #present(id: CalendarId, name: ObjectName): StoredSeries {
    const row = this.#collection(id).rows.get(name)
    if (row === undefined) throw new BackendError('gone', `no object ${name}`)
    return row.stored
  }

  /** What nobody could read nobody can change without loss. */
  #readable(id: CalendarId, name: ObjectName): StoredSeries {
    if (this.#collection(id).rows.get(name)?.isBroken === true) throw new BackendError('forbidden', `the object ${name} cannot be read`)
    return this.#present(id, name)
  }

  /** As a REST service would: what is known is trusted for the condition, and found out to be stale only by a call that writes. */
  #checked(id: CalendarId, name: ObjectName, { condition, known }: WriteOptions): StoredSeries | undefined {
    const actual = this.#collection(id).rows.has(name) ? this.#readable(id, name) : undefined
    const given = known === undefined ? actual : known === 'absent' ? undefined : known
    if (!isMet(condition, given)) throw new BackendError('precondition', condition.kind)
    if (given?.revision !== actual?.revision) throw new BackendError(condition.kind === 'unchanged' ? 'precondition' : 'conflict', 'stale')
    return actual
  }

  #store(collection: Collection, name: ObjectName, series: EventSeries, isBroken = false): StoredSeries {
    const updated = (collection.updated += 1)
    // Who saw the name before it was removed and made again has to be told when it is removed once more.
    const createdAt = (collection.rows.get(name) ?? collection.tombstones.get(name))?.createdAt ?? updated
    const stored: StoredSeries = { name, revision: revision(`r${updated}`), updated: instant(updated), series, role: 'organizer', source: {} as SeriesSource }
    collection.rows.set(name, { stored, createdAt, isBroken })
    collection.tombstones.delete(name)
    return stored
  }
}

function shown({ stored, isBroken }: Row): StoredSeries | Unavailable {
  return isBroken ? { kind: 'unavailable', name: stored.name, reason: 'broken' } : stored
}

function tagOf({ name, revision: version, updated }: StoredSeries): ObjectTag {
  return { name, revision: version, updated }
}

function isEqual(a: EventSeries, b: EventSeries): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function withAnswer(series: EventSeries, participation: 'accepted' | 'declined' | 'tentative' | 'needs-action'): EventSeries {
  if (series.kind !== 'single') return series
  return { ...series, event: { ...series.event, attendees: series.event.attendees.map((attendee) => ({ ...attendee, participation })) } }
}
