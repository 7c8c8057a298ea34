/** Whether two recurrences mean the same. */

import type { EventTime, Recurrence, RecurrenceRule } from '../calendar/event.ts'
import { anyZone } from '../calendar/identifiers.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'
import { expand } from './recurrence-set.ts'
import { formatRule } from './rule.ts'

/**
 * Equality by meaning: neither the order of rules and dates counts, nor how a rule is spelled, nor a start of the week on which nothing depends,
 * nor whether a single rule ends by COUNT or by UNTIL (SyncEvolution writes the one for the other).
 * Rules that give the same dates by further parts count as different.
 * @param start of both series
 */
export function sameRecurrence(a: Recurrence, b: Recurrence, start: EventTime): boolean {
  return sameTexts(a.dates, b.dates) && (sameTexts(a.rules.map(meaning), b.rules.map(meaning)) || endsAlike(a.rules, b.rules, start))
}

function meaning(rule: RecurrenceRule): string {
  return formatRule(dependsOnWeekStart(rule) ? rule : { ...rule, weekStart: 'MO' })
}

function endsAlike([a, ...others]: readonly RecurrenceRule[], [b, ...further]: readonly RecurrenceRule[], start: EventTime): boolean {
  if (a === undefined || b === undefined || others.length + further.length > 0) return false
  const areOfBothKinds = [a, b].some(({ end }) => end.kind === 'count' && end.count <= countedStarts) && [a, b].some(({ end }) => end.kind === 'until')
  const [one, other] = [a, b].map((rule) => meaning({ ...rule, end: { kind: 'never' } }))
  if (!areOfBothKinds || one !== other) return false
  const last = lastOf(a, start)
  return last !== undefined && last === lastOf(b, start)
}

/** So many starts are counted: to count those of a strange rule takes long. */
const countedStarts = 1000

/** One write asks several times. Good for the start that it was counted from. */
const counted = new WeakMap<RecurrenceRule, { readonly start: EventTime; readonly last: RecurrenceId | undefined }>()

/** @returns the last start; undefined where there are too many */
function lastOf(rule: RecurrenceRule, start: EventTime): RecurrenceId | undefined {
  const known = counted.get(rule)
  if (known?.start === start) return known.last
  const { starts, isComplete } = expand(start, { rules: [rule], dates: [] }, {}, { floatingZone: anyZone, limit: countedStarts })
  const last = isComplete ? starts.at(-1) : undefined
  counted.set(rule, { start, last })
  return last
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
