/** Times and the moments they mean. */

import type { EventTime } from '../calendar/event.ts'
import type { Instant, LocalDateTime, TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, dayMs, dayOf, localOf } from './clock.ts'
import { instantOfClock, offsetAt } from './zone-offsets.ts'

/**
 * The moment that a time means (RFC 5545 §3.3.5); a date means its midnight.
 * @param floatingZone where dates and floating times are read: the calendar's zone (RFC 4791 §9.9)
 */
export function instantOf(time: EventTime, floatingZone: TimeZoneId): Instant {
  switch (time.kind) {
    case 'utc': return time.at
    case 'zoned': return instantOfClock(clockOf(time.local), time.zone) as Instant
    case 'floating': return instantOfClock(clockOf(time.local), floatingZone) as Instant
    case 'date': return instantOfClock(dayOf(time.date) * dayMs, floatingZone) as Instant
  }
}

/** What the zone's wall clock shows; milliseconds are cut off. */
export function localAt(at: Instant, zone: TimeZoneId): LocalDateTime {
  return localOf(at + offsetAt(at, zone))
}

/** Seconds east of UTC. */
export function offsetSecondsAt(at: Instant, zone: TimeZoneId): number {
  return offsetAt(at, zone) / 1000
}

/** Zoned, or UTC where the local time would name another moment: in the second half of a fold (RFC 5545 §3.3.5). */
export function zonedOrUtc(at: Instant, zone: TimeZoneId): EventTime {
  const clock = at + offsetAt(at, zone)
  return instantOfClock(clock, zone) === at ? { kind: 'zoned', local: localOf(clock), zone } : { kind: 'utc', at }
}
