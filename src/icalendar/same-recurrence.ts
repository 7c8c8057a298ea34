/** Whether two recurrences mean the same. */

import type { Recurrence, RecurrenceRule } from '../calendar/event.ts'
import { formatRule } from './rule.ts'

/**
 * Equality by meaning: neither the order of rules and dates counts, nor how a rule is spelled, nor a start of the week on which nothing depends.
 * Rules that give the same dates by different parts count as different.
 */
export function sameRecurrence(a: Recurrence, b: Recurrence): boolean {
  return sameTexts(a.dates, b.dates) && sameTexts(a.rules.map(meaning), b.rules.map(meaning))
}

function meaning(rule: RecurrenceRule): string {
  return formatRule(dependsOnWeekStart(rule) ? rule : { ...rule, weekStart: 'MO' })
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
