/** Names of instances (RFC 5545 §3.8.4.4): from times, and back. */

import type { EventTime } from '../calendar/event.ts'
import { recurrenceId, type Instant, type LocalDateTime, type PlainDate, type RecurrenceId, type TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, dayMs, dayOf, localOf } from './clock.ts'
import { zonedOrUtc } from './zoned-time.ts'
import { instantOfClock } from './zone-offsets.ts'

/** A zoned time is named by its moment, so that every spelling of it gives the same name. */
export function recurrenceIdOf(time: EventTime): RecurrenceId {
  switch (time.kind) {
    case 'date': return recurrenceId(time.date)
    case 'floating': return recurrenceId(time.local)
    case 'utc': return recurrenceIdAt(time.at)
    case 'zoned': return recurrenceIdAt(instantOfClock(clockOf(time.local), time.zone))
  }
}

/** The name of the instance that begins at a moment, in a zoned or UTC series. */
export function recurrenceIdAt(at: number): RecurrenceId {
  return recurrenceId(`${localOf(at)}Z`)
}

/**
 * The original start that a name means.
 * @param like a time of the series, which tells the zone; names of days and floating times need none
 * @returns for a moment: zoned where `like` is, but UTC where the zone's local time would name another moment (RFC 5545 §3.3.5)
 */
export function timeOfRecurrenceId(id: RecurrenceId, like: EventTime): EventTime {
  if (id.length === 10) return { kind: 'date', date: id as string as PlainDate }
  if (!id.endsWith('Z')) return { kind: 'floating', local: id as string as LocalDateTime }
  const at = momentOf(id)
  return like.kind === 'zoned' ? zonedOrUtc(at, like.zone) : { kind: 'utc', at }
}

/** The moment of an original start. */
export function instantOfRecurrenceId(id: RecurrenceId, floatingZone: TimeZoneId): Instant {
  if (id.endsWith('Z')) return momentOf(id)
  const clock = id.length === 10 ? dayOf(id as string as PlainDate) * dayMs : clockOf(id as string as LocalDateTime)
  return instantOfClock(clock, floatingZone) as Instant
}

function momentOf(id: RecurrenceId): Instant {
  return clockOf(id as string as LocalDateTime) as Instant
}
