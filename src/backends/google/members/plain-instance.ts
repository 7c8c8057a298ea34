/** Instances as their master alone makes them. */

import { timeOfRecurrenceId } from '../../../icalendar/recurrence.ts'
import { timeZoneId } from '../../../calendar/identifiers.ts'
import { durationBetween, timeAfter } from './times.ts'
import type { Event } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'

/** The instance that begins at an original start, with the exact duration of the master (RFC 5545 §3.8.5.3). */
export function plainInstance(master: Event, id: RecurrenceId): Event {
  const start = timeOfRecurrenceId(id, master.start)
  return { ...master, start, end: timeAfter(start, durationBetween(master.start, master.end, timeZoneId('UTC')), master.end) }
}

/**
 * Whether an exception says no more than the master does. The service keeps such rows, as it has no way to take an exception back;
 * clients are better off without them.
 */
export function isPlain(event: Event, master: Event, id: RecurrenceId): boolean {
  const plain = plainInstance(master, id)
  const isInPlace = JSON.stringify([event.start, event.end]) === JSON.stringify([plain.start, plain.end])
  return isInPlace && shownOf(event) === shownOf(plain)
}

/** What the service counts by itself, what counts for the whole series, and who was told of it is not what an exception is made for. */
function shownOf({ sequence: _sequence, acknowledged: _acknowledged, created: _created, updated: _updated, ...shown }: Event): string {
  return JSON.stringify(shown, (member, value: unknown) => (member === 'scheduleStatus' ? undefined : value))
}
