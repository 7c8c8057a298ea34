/** Whether two recurrences mean the same. */

import type { EventTime, Recurrence, RecurrenceRule } from '../calendar/event.ts'
import { timeZoneId } from '../calendar/identifiers.ts'
import { expand } from './recurrence-set.ts'
import { formatRule } from './rule.ts'

/**
 * Equality by meaning: neither the order of rules and dates counts, nor how a rule is spelled, nor a start of the week on which nothing depends,
 * nor whether it ends by COUNT or by UNTIL (SyncEvolution writes the one for the other).
 * Rules that give the same dates by further parts count as different.
 * @param start of both series
 */
export function sameRecurrence(a: Recurrence, b: Recurrence, start: EventTime): boolean {
  const isSame = (meaningOf: (rule: RecurrenceRule) => string): boolean => sameTexts(a.rules.map(meaningOf), b.rules.map(meaningOf))
  return sameTexts(a.dates, b.dates) && (isSame(meaning) || isSame((rule) => meaningByLast(rule, start)))
}

function meaning(rule: RecurrenceRule): string {
  return formatRule(dependsOnWeekStart(rule) ? rule : { ...rule, weekStart: 'MO' })
}

/** So many starts are counted; a rule of more means what its end says. */
const countedStarts = 2000
/** Which zone floating times are counted in does not matter. */
const anyZone = timeZoneId('UTC')

/** By its last start in place of its end. */
function meaningByLast(rule: RecurrenceRule, start: EventTime): string {
  if (rule.end.kind === 'never') return meaning(rule)
  const { starts, isComplete } = expand(start, { rules: [rule], dates: [] }, {}, { floatingZone: anyZone, limit: countedStarts })
  return isComplete ? `${meaning({ ...rule, end: { kind: 'never' } })} to ${starts.at(-1)}` : meaning(rule)
}

/** RFC 5545 §3.3.10, WKST: weekly rules with an interval, and yearly ones by week number; weeks also group what BYSETPOS chooses from. */
function dependsOnWeekStart(rule: RecurrenceRule): boolean {
  if (rule.frequency === 'WEEKLY') return (rule.interval > 1 && rule.byDay.length > 0) || rule.bySetPosition.length > 0
  return rule.byWeekNumber.length > 0
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  const ours = new Set(a)
  const theirs = new Set(b)
  return ours.size === theirs.size && [...ours].every((each) => theirs.has(each))
}
