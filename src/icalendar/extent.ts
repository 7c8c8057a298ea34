/** Where in time a series lies, cheaply: for an index. */

import type { Event, EventSeries } from '../calendar/event.ts'
import { instant, type Instant, type TimeZoneId } from '../calendar/identifiers.ts'
import { dayMs } from './clock.ts'
import { generate } from './expansion.ts'
import { instantOfRecurrenceId } from './recurrence-id.ts'
import { onLine, timeLine, type TimeLine } from './recurrence-set.ts'
import { instantOf } from './zoned-time.ts'

export interface Extent {
  readonly from: Instant
  /** Exclusive, but inclusive for an event without length; undefined for a series without an end. */
  readonly to: Instant | undefined
}

/** Up to this COUNT a series is walked to its end; longer ones count as endless. */
const maxWalked = 1000

/**
 * Bounds within which all instances of the series lie. They may be wider than needed, never narrower.
 * @param floatingZone where dates and floating times are read
 */
export function extent(series: EventSeries, floatingZone: TimeZoneId): Extent {
  const held = known.get(series)
  if (held?.zone === floatingZone) return held.extent
  const found = extentIn(series, floatingZone)
  known.set(series, { zone: floatingZone, extent: found })
  return found
}

/** Series do not change; most are only asked about with the zone of their calendar. */
const known = new WeakMap<EventSeries, { readonly zone: TimeZoneId; readonly extent: Extent }>()

function extentIn(series: EventSeries, floatingZone: TimeZoneId): Extent {
  if (series.kind === 'single') return extentOf(series.event, floatingZone)
  const overrides = [...series.overrides.values()].map((event) => extentOf(event, floatingZone))
  return union(series.kind === 'detached' ? overrides : [ofMaster(series, floatingZone), ...overrides])
}

function extentOf(event: Event, floatingZone: TimeZoneId): { from: Instant; to: Instant } {
  const from = instantOf(event.start, floatingZone)
  return { from, to: instant(Math.max(from, instantOf(event.end, floatingZone))) }
}

function ofMaster({ master, recurrence }: Extract<EventSeries, { kind: 'recurring' }>, floatingZone: TimeZoneId): Extent {
  const { from, to } = extentOf(master, floatingZone)
  const line = timeLine(master.start, floatingZone)
  const dates = recurrence.dates.map((date) => instantOfRecurrenceId(date, floatingZone))
  const last = Math.max(from, ...dates, ...recurrence.rules.map((rule) => lastStart(onLine(rule, line), line)))
  // A day more: the length of an instance changes with the offset of its zone, and clocks run ahead of moments.
  return { from: instant(Math.min(from, ...dates)), to: last === Infinity ? undefined : instant(last + (to - from) + dayMs) }
}

/** A moment not before the last start that the rule generates; Infinity if that is far or unknown. */
function lastStart(rule: ReturnType<typeof onLine>, line: TimeLine): number {
  if (rule.until !== undefined) return line.momentOf(Math.max(rule.until, rule.start))
  if (rule.rule.end.kind !== 'count' || rule.rule.end.count > maxWalked) return Infinity
  const { starts, isComplete } = generate(rule, -Infinity, Infinity, maxWalked + 1)
  return isComplete ? line.momentOf(starts.at(-1) ?? rule.start) : Infinity
}

function union(all: readonly Extent[]): Extent {
  const ends = all.map((each) => each.to)
  return {
    from: instant(Math.min(...all.map((each) => each.from))),
    to: ends.includes(undefined) ? undefined : instant(Math.max(...ends.map((end) => end ?? 0))),
  }
}
