/** Times of the model: as properties, and how far they are apart. */

import type { EventTime } from '../calendar/event.ts'
import { instant } from '../calendar/identifiers.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, dateOf, dayMs, dayOf, localOf } from './clock.ts'
import type { Parameter, Property } from './component.ts'
import { formatDate, formatInstant, formatLocal } from './date-time.ts'
import type { Duration } from './date-time.ts'
import { instantOf, zonedOrUtc } from './time-zone.ts'

/** The zones that a calendar object names, and the first year in which it uses each. */
export type ZoneUse = Map<TimeZoneId, number>

/** A property that holds this time, with VALUE or TZID as its kind asks; notes the zone. */
export function formatTime(name: string, time: EventTime, zones: ZoneUse): Property {
  switch (time.kind) {
    case 'date': return { name, parameters: dateParameters, value: formatDate(time.date), line: 0 }
    case 'utc': return { name, parameters: none, value: formatInstant(time.at), line: 0 }
    case 'floating': return { name, parameters: none, value: formatLocal(time.local), line: 0 }
    case 'zoned':
      noteZone(zones, time.zone, Number(time.local.slice(0, 4)))
      return { name, parameters: [{ name: 'TZID', values: [time.zone] }], value: formatLocal(time.local), line: 0 }
  }
}

const none: readonly Parameter[] = []
const dateParameters: readonly Parameter[] = [{ name: 'VALUE', values: ['DATE'] }]

function noteZone(zones: ZoneUse, zone: TimeZoneId, year: number): void {
  const before = zones.get(zone)
  if (before === undefined || year < before) zones.set(zone, year)
}

export function isDate(time: EventTime): time is EventTime & { kind: 'date' } {
  return time.kind === 'date'
}

/**
 * Negative if the second comes first. Two dates or two floating times are counted on the wall clock, where no gap of a zone can turn
 * them round.
 * @param floatingZone where a date or floating time is read beside one of another kind
 */
export function millisecondsBetween(from: EventTime, to: EventTime, floatingZone: TimeZoneId): number {
  if (from.kind === 'floating' && to.kind === 'floating') return clockOf(to.local) - clockOf(from.local)
  if (from.kind === 'date' && to.kind === 'date') return (dayOf(to.date) - dayOf(from.date)) * dayMs
  return instantOf(to, floatingZone) - instantOf(from, floatingZone)
}

const lastMoment = Date.parse('9999-12-31T23:59:59Z')

/**
 * The time after a duration: its days are counted on the wall clock, its seconds in real time (RFC 5545 §3.3.6).
 * @returns undefined beyond the year 9999, and for a date if there are not whole days
 */
export function addDuration(start: EventTime, { days, seconds }: Duration): EventTime | undefined {
  switch (start.kind) {
    case 'date': return seconds % 86_400 === 0 ? dateAfter(dayOf(start.date) + days + seconds / 86_400) : undefined
    case 'utc': return utcAt(start.at + days * dayMs + seconds * 1000)
    case 'floating': {
      const clock = clockOf(start.local) + days * dayMs + seconds * 1000
      return clock > lastMoment ? undefined : { kind: 'floating', local: localOf(clock) }
    }
    case 'zoned': {
      const clock = clockOf(start.local) + days * dayMs
      if (clock + seconds * 1000 > lastMoment) return undefined
      const dayAfter: EventTime = { ...start, local: localOf(clock) }
      return seconds === 0 ? dayAfter : zonedOrUtc(instant(instantOf(dayAfter, start.zone) + seconds * 1000), start.zone)
    }
  }
}

function dateAfter(day: number): EventTime | undefined {
  return day * dayMs > lastMoment ? undefined : { kind: 'date', date: dateOf(day) }
}

function utcAt(milliseconds: number): EventTime | undefined {
  return milliseconds > lastMoment ? undefined : { kind: 'utc', at: instant(milliseconds) }
}
