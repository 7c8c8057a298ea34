/**
 * The wall clocks that rules by the hour, minute and second generate (RFC 5545 §3.3.10): the door to rrule-temporal.
 *
 * They are rare and hard to jump ahead in, which that package does well. It counts in UTC here, so that it never meets a zone.
 */

import { RRuleTemporal } from 'rrule-temporal'

import type { RecurrenceRule } from '../calendar/event.ts'
import type { Budget, Stretch } from './day-rules.ts'
import { Temporal } from './temporal.ts'

/** Bounds on one question, some 30 ms at worst. */
const maxIterations = 1000
const maxCandidates = 10_000
/** What questions cost of the budget: one that meets the bounds takes the longest, and a walk asks few of them. */
const answeredCost = 20_000
const unansweredCost = 100_000

const yearMs = 366 * 86_400_000
const stepMs = { HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1000 }

/** As dayRuleClocks, for a rule of a frequency below a day. */
export function* subDailyRuleClocks(rule: RecurrenceRule, start: number, stretch: Stretch, budget: Budget): Generator<number> {
  const set = recurrenceSet(rule, start)
  const safeSize = stepMs[rule.frequency as keyof typeof stepMs] * rule.interval * (maxIterations / 2)
  // The whole at first: where the rule is sparse, that is one question.
  let size = Math.max(safeSize, Math.min(stretch.to - stretch.from + 1, yearMs))
  for (let begin = Math.max(start, stretch.from); begin <= stretch.to && budget.left >= 0;) {
    const found = clocksBetween(set, begin, Math.min(begin + size - 1, stretch.to))
    budget.left -= found === undefined ? unansweredCost : answeredCost
    if (found === undefined) size = size > safeSize ? safeSize : Math.ceil(size / 16)
    else {
      yield* found
      begin += size
      if (found.length === 0) size *= 16
    }
  }
}

function recurrenceSet(rule: RecurrenceRule, start: number): RRuleTemporal {
  const lists = {
    bySecond: rule.bySecond.map((second) => Math.min(second, 59)), byMinute: rule.byMinute, byHour: rule.byHour, byMonthDay: rule.byMonthDay,
    byYearDay: rule.byYearDay, byMonth: rule.byMonth, bySetPos: rule.bySetPosition, byDay: rule.byDay.map((day) => day.weekday),
  }
  return new RRuleTemporal({
    freq: rule.frequency, interval: rule.interval, wkst: rule.weekStart, tzid: 'UTC',
    dtstart: Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO('UTC'),
    cache: false, maxIterations, maxCandidateEvaluations: maxCandidates,
    // An empty list would mean "never".
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  })
}

/** @returns undefined where rrule-temporal gave up at the bounds set to it */
function clocksBetween(set: RRuleTemporal, first: number, last: number): readonly number[] | undefined {
  try {
    return set.between(new Date(first), new Date(last), true).map((each) => each.epochMilliseconds)
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Maximum ')) return undefined
    throw error
  }
}
