/**
 * The starts that one rule generates, in bounded time.
 *
 * A local time that a rule generates in a gap is left out and not counted, as RFC 5545 §3.3.10 says; only times that stand
 * in the text (DTSTART, RDATE, RECURRENCE-ID) are moved out of a gap (§3.3.5).
 */

import type { RecurrenceRule } from '../calendar/event.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { dayMs, dayNumber } from './clock.ts'
import { dayRuleClocks, type Budget, type Stretch } from './day-rules.ts'
import { subDailyRuleClocks } from './sub-daily-rules.ts'
import { instantOfClock, offsetAt } from './zone-offsets.ts'

/** Days tested and clocks made for one expansion: some 30 ms, and 1000 years of a rule that tests every day. */
const maxWork = 400_000
/** RFC 5545 §3.3.4: years have four digits. */
const endOfCalendar = dayNumber(10_000, 1, 1) * dayMs - 1

export interface GeneratedStarts {
  /** Sorted, without repeats. */
  readonly starts: readonly number[]
  /** False where the limit or the bound on work was met: there may be more. */
  readonly isComplete: boolean
}

/** A rule on the time line of its series: moments in `zone`, or clocks (see clock.ts) where `zone` is undefined. */
export interface RuleOnLine {
  readonly rule: RecurrenceRule
  readonly zone: TimeZoneId | undefined
  /** Position of DTSTART. */
  readonly start: number
  /** Last position that UNTIL allows; undefined without UNTIL. */
  readonly until: number | undefined
}

/** Positions from `from` to `to`, both inclusive, DTSTART among them; at most `limit`. */
export function generate(line: RuleOnLine, from: number, to: number, limit: number): GeneratedStarts {
  const budget: Budget = { left: maxWork }
  const last = Math.min(to, line.until ?? Infinity)
  const count = line.rule.end.kind === 'count' ? line.rule.end.count : Infinity
  const starts: number[] = []
  let counted = 0
  for (const position of positions(line, { from: count === Infinity ? from : line.start, to: last }, budget)) {
    if (position > last || counted++ === count) return { starts, isComplete: true }
    if (position < from) continue
    if (starts.length === limit) return { starts, isComplete: false }
    starts.push(position)
  }
  return { starts, isComplete: budget.left >= 0 }
}

/** DTSTART, then what the rule generates behind it: all in the stretch, and perhaps some outside of it. */
function* positions({ rule, zone, start }: RuleOnLine, { from, to }: Stretch, budget: Budget): Generator<number> {
  yield start
  const clockAt = (moment: number) => (zone === undefined ? moment : moment + offsetAt(moment, zone))
  // In a fold clocks run ahead of the moments they name: hence the day more at the end.
  const stretch = { from: clockAt(Math.max(start, from)), to: Math.min(clockAt(Math.min(to, endOfCalendar)) + dayMs, endOfCalendar) }
  const clocks = rule.frequency in { HOURLY: 0, MINUTELY: 0, SECONDLY: 0 } ? subDailyRuleClocks : dayRuleClocks
  for (const clock of clocks(rule, clockAt(start), stretch, budget)) {
    const position = zone === undefined ? clock : momentOf(clock, zone)
    if (position !== undefined && position > start) yield position
  }
}

/** @returns undefined in a gap */
function momentOf(clock: number, zone: TimeZoneId): number | undefined {
  const moment = instantOfClock(clock, zone)
  return moment + offsetAt(moment, zone) === clock ? moment : undefined
}
