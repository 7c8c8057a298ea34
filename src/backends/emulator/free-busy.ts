/** freeBusy.query (google-calendar-v3 reference §9). */

import { calendarZone, realCalendarId, roleIn } from './access.ts'
import { collection, objectsIn, type Call, type Environment, type JsonObject, type Reply } from './call.ts'
import { findAccount, findCalendar } from './calendar-rows.ts'
import type { CalendarRow, EventRow, StoredTime } from './documents.ts'
import { ApiError, missing } from './errors.ts'
import { rowsAround } from './event-rows.ts'
import { instancesOf } from './event-list.ts'
import { isOrganizerCopy, isSame } from './event-view.ts'
import { formatDateTime, momentOf, readBound, readZone, zoneOf } from './times.ts'

interface Period {
  readonly from: number
  readonly to: number
}

export function queryFreeBusy(call: Call): Reply {
  const { body } = call
  const window = { from: boundOf(body, 'timeMin'), to: boundOf(body, 'timeMax') }
  if (window.to <= window.from) throw new ApiError('timeRangeEmpty')
  const zone = body['timeZone'] === undefined ? zoneOf('UTC') : readZone(body['timeZone'], 'Invalid time zone value.')
  const ids = itemsOf(body)
  const shown = ({ from, to }: Period): object => ({ start: formatDateTime(from, zone), end: formatDateTime(to, zone) })
  const calendars = ids.map((id) => {
    const periods = busyPeriods(call, id, window)
    const unknown = { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }
    return [id, periods ? { busy: periods.map(shown) } : unknown] as const
  })
  return collection({
    kind: 'calendar#freeBusy', timeMin: new Date(window.from).toISOString(), timeMax: new Date(window.to).toISOString(),
    calendars: Object.fromEntries(calendars),
  })
}

function boundOf(body: JsonObject, name: string): number {
  const text = body[name]
  if (typeof text !== 'string') throw missing('Required')
  return readBound(text, name)
}

function itemsOf(body: JsonObject): string[] {
  return objectsIn(body['items']).map((item) => {
    if (typeof item['id'] !== 'string') throw missing('Required')
    return item['id']
  })
}

/** Sorted, merged, cut to the window; undefined where the caller may not know. */
function busyPeriods(call: Call, id: string, window: Period): Period[] | undefined {
  const { environment, account } = call
  const real = realCalendarId(account, id)
  const calendar = findCalendar(environment.store, real) ?? findCalendar(environment.store, real.toLowerCase())
  if (calendar === undefined || !mayKnow(environment, account, calendar)) return undefined
  const zone = calendarZone(environment, calendar)
  const periods = rowsAround(environment.store, calendar.id, window.from, window.to)
    .filter(isBusy)
    .flatMap((row) => row.document.recurrence === undefined ? [row] : instancesOf(row, { environment, zone }, { timeMin: window.from, timeMax: window.to }))
    .map(({ document }) => ({ from: at(document.start, zone), to: at(document.end, zone) }))
  return merged(periods, window)
}

const at = (time: StoredTime, zone: string): number => momentOf(time, zoneOf(zone))

function mayKnow(environment: Environment, account: string, calendar: CalendarRow): boolean {
  if (roleIn(environment, account, calendar) !== 'none') return true
  const isColleague = findAccount(environment.store, calendar.id) !== undefined && domainOf(calendar.id) === domainOf(account)
  return isColleague && environment.switches.domainFreeBusy === 'shared'
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** Opaque, not cancelled, not declined. */
function isBusy(row: EventRow): boolean {
  const { document, status } = row
  const own = isOrganizerCopy(row) ? undefined : document.attendees?.find(({ email }) => isSame(email, row.calendar))
  return status !== 'cancelled' && document.transparency === undefined && own?.responseStatus !== 'declined'
}

function merged(periods: readonly Period[], window: Period): Period[] {
  const out: Period[] = []
  for (const { from, to } of periods.toSorted((a, b) => a.from - b.from)) {
    const period = { from: Math.max(from, window.from), to: Math.min(to, window.to) }
    const last = out.at(-1)
    if (period.to <= period.from) continue
    if (last && period.from <= last.to) out[out.length - 1] = { from: last.from, to: Math.max(last.to, period.to) }
    else out.push(period)
  }
  return out
}
