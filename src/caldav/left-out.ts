/**
 * Changed instances that an organizer's client leaves out: they are to be as their series says from now on. The answers to them are not the
 * organizer's to drop (RFC 6638 §3.2.10), and are asked for anew where the instance moves (§3.2.8).
 */

import type { EventSeries } from '../calendar/event.ts'
import { anyZone, instant } from '../calendar/identifiers.ts'
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
  const missing = [...stored.overrides].filter(([id]) => !wanted.overrides.has(id) && !wanted.cancelled.has(id))
  const made = madeOf(wanted, missing.map(([id]) => id))
  const leftOut = missing.filter(([id]) => made.has(id))
  return leftOut.length === 0 ? wanted : { ...wanted, overrides: new Map([...wanted.overrides, ...leftOut.map(([id, before]) => [id, plainInstance(wanted.master, id, before)] as const)]) }
}

/** So many instances are looked through; what lies behind them is taken for none, as one that is none would become a further date. */
const looked = 50_000

/** What its rules and dates make between the first and the last of these. */
function madeOf({ master, recurrence }: Recurring, ids: readonly RecurrenceId[]): ReadonlySet<RecurrenceId> {
  if (ids.length === 0) return new Set()
  const at = ids.map((id) => instantOf(timeOfRecurrenceId(id, master.start), anyZone)).sort((a, b) => a - b)
  return new Set(expand(master.start, recurrence, { from: at[0]!, to: instant(at.at(-1)! + 1) }, { floatingZone: anyZone, limit: looked }).starts)
}
