/**
 * Changed instances that an organizer's client leaves out: they are to be as their series says from now on. The answers to them are not the
 * organizer's to drop (RFC 6638 §3.2.10), and are asked for anew where the instance moves (§3.2.8).
 */

import type { EventSeries } from '../calendar/event.ts'
import { instant, timeZoneId } from '../calendar/identifiers.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'
import { expand, timeOfRecurrenceId } from '../icalendar/recurrence.ts'
import { instantOf } from '../icalendar/time-zone.ts'
import { plainInstance } from './paired-events.ts'
import { hasSameTimes } from './sequence.ts'

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/** With each of them as an instance like any other, to be held against what is stored of it. What the wanted series does not make is none. */
export function withLeftOut(wanted: EventSeries, stored: EventSeries): EventSeries {
  // In a series that has moved the same names are other instances.
  if (wanted.kind !== 'recurring' || stored.kind !== 'recurring' || !hasSameTimes(wanted.master, stored.master)) return wanted
  const leftOut = [...stored.overrides].filter(([id]) => !wanted.overrides.has(id) && !wanted.cancelled.has(id) && isMade(id, wanted))
  return leftOut.length === 0 ? wanted : { ...wanted, overrides: new Map([...wanted.overrides, ...leftOut.map(([id, before]) => [id, plainInstance(wanted.master, id, before)] as const)]) }
}

/** Which zone floating times are compared in does not matter. */
const anyZone = timeZoneId('UTC')

/** By its rules or dates. */
function isMade(id: RecurrenceId, { master, recurrence }: Recurring): boolean {
  const at = instantOf(timeOfRecurrenceId(id, master.start), anyZone)
  return expand(master.start, recurrence, { from: at, to: instant(at + 1) }, { floatingZone: anyZone, limit: 1 }).starts.includes(id)
}
