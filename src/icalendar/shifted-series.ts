/** Series that begin at another time than before: which of their instances are the same ones. */

import { expand } from './recurrence-set.ts'
import { anyZone } from '../calendar/identifiers.ts'
import type { EventSeries } from '../calendar/event.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/** So many instances from the first one are looked at. */
const looked = 1000

/**
 * Programs that move a series move the RECURRENCE-IDs of its overrides with it: then instances are the same by their place in the series,
 * and not by their time. Whether one has done so shows in which way more overrides find one of before.
 * @returns by RECURRENCE-ID what it was before; empty where instances keep theirs
 */
export function formerIds(series: EventSeries, before: EventSeries): ReadonlyMap<RecurrenceId, RecurrenceId> {
  if (series.kind !== 'recurring' || before.kind !== 'recurring' || series.overrides.size === 0 || before.overrides.size === 0) return new Map()
  if (JSON.stringify(series.master.start) === JSON.stringify(before.master.start)) return new Map()
  const were = startsOf(before)
  const former = new Map(startsOf(series).flatMap((id, index) => (were[index] === undefined ? [] : [[id, were[index]] as const])))
  const found = (idOf: (id: RecurrenceId) => RecurrenceId | undefined): number =>
    [...series.overrides.keys()].filter((id) => before.overrides.has(idOf(id) ?? id)).length
  return found((id) => former.get(id)) > found((id) => id) ? former : new Map()
}

function startsOf({ master, recurrence }: Recurring): readonly RecurrenceId[] {
  return expand(master.start, recurrence, {}, { floatingZone: anyZone, limit: looked }).starts
}
