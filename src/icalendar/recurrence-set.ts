/** The recurrence set of a series before overrides and cancelled instances: DTSTART, rules and dates (RFC 5545 §3.8.5). */

import type { TimeRange } from '../calendar/calendar.ts'
import type { EventTime, Recurrence, RecurrenceRule } from '../calendar/event.ts'
import { recurrenceId, timeZoneId, type RecurrenceId, type TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, dateOf, dayMs, dayOf, localOf } from './clock.ts'
import { generate, type RuleOnLine } from './expansion.ts'
import { instantOfRecurrenceId, recurrenceIdAt, recurrenceIdOf } from './recurrence-id.ts'
import { instantOfClock, offsetAt } from './zone-offsets.ts'

export interface Expansion {
  /** In order of time, without repeats. */
  readonly starts: readonly RecurrenceId[]
  /** False where `limit` or the bound on work was met: treat the series as if it had an instance anywhere in the range. */
  readonly isComplete: boolean
}

/** A numbered line on which all starts of a series lie: moments for zoned and UTC ones, clocks (see clock.ts) for the others. */
export interface TimeLine {
  /** Whose wall clock the rules count on; undefined where the line itself is a clock. */
  readonly zone: TimeZoneId | undefined
  /** Position of DTSTART. */
  readonly start: number
  readonly momentOf: (position: number) => number
  readonly nameOf: (position: number) => RecurrenceId
  /** The stretch in which all starts from `from` to `to` lie, both inclusive; a little too wide on clocks. */
  readonly stretch: (from: number, to: number) => readonly [number, number]
}

const utc = timeZoneId('UTC')

/**
 * The starts of a recurrence within a range, without regard to durations, overrides and cancelled instances.
 *
 * DTSTART counts as a start whether the rule fits it or not. Never takes long and never throws, whatever the rule.
 * @param range   start inclusive, end exclusive; open at either end
 * @param options `floatingZone`: where dates and floating times are read; `limit`: how many starts at most
 */
export function expand(start: EventTime, recurrence: Recurrence, range: TimeRange, options: { floatingZone: TimeZoneId; limit: number }): Expansion {
  const line = timeLine(start, options.floatingZone)
  const from = range.from ?? -Infinity
  const to = range.to ?? Infinity
  const found = new Map<RecurrenceId, number>([[recurrenceIdOf(start), line.momentOf(line.start)]])
  for (const date of recurrence.dates) found.set(date, instantOfRecurrenceId(date, options.floatingZone))
  const [first, last] = line.stretch(from, to)
  let isComplete = true
  for (const rule of recurrence.rules) {
    // Three more than asked: DTSTART, and what the width of the stretch adds.
    const generated = generate(onLine(rule, line), first, last, options.limit + 3)
    for (const position of generated.starts) found.set(line.nameOf(position), line.momentOf(position))
    isComplete &&= generated.isComplete
  }
  const starts = [...found].filter(([, at]) => at >= from && at < to).sort(([, a], [, b]) => a - b).map(([id]) => id)
  return { starts: starts.slice(0, options.limit), isComplete: isComplete && starts.length <= options.limit }
}

export function timeLine(start: EventTime, floatingZone: TimeZoneId): TimeLine {
  switch (start.kind) {
    case 'utc': return momentLine(utc, start.at)
    case 'zoned': return momentLine(start.zone, instantOfClock(clockOf(start.local), start.zone))
    case 'date': return clockLine(dayOf(start.date) * dayMs, floatingZone, (clock) => recurrenceId(dateOf(clock / dayMs)))
    case 'floating': return clockLine(clockOf(start.local), floatingZone, (clock) => recurrenceId(localOf(clock)))
  }
}

function momentLine(zone: TimeZoneId, start: number): TimeLine {
  return { zone, start, momentOf: (moment) => moment, nameOf: recurrenceIdAt, stretch: (from, to) => [from, to - 1] }
}

/** Clocks are not in the order of moments around gaps, hence the day more at both ends. */
function clockLine(start: number, floatingZone: TimeZoneId, nameOf: (clock: number) => RecurrenceId): TimeLine {
  const clockAt = (moment: number) => (Number.isFinite(moment) ? moment + offsetAt(moment, floatingZone) : moment)
  return {
    zone: undefined, start, nameOf,
    momentOf: (clock) => instantOfClock(clock, floatingZone),
    stretch: (from, to) => [clockAt(from) - dayMs, clockAt(to) + dayMs],
  }
}

/** A rule with its UNTIL as a position. */
export function onLine(rule: RecurrenceRule, line: TimeLine): RuleOnLine {
  return { rule, zone: line.zone, start: line.start, until: rule.end.kind === 'until' ? positionOf(rule.end.until) : undefined }
}

function positionOf(until: EventTime): number {
  switch (until.kind) {
    case 'utc': return until.at
    case 'date': return dayOf(until.date) * dayMs
    case 'floating': return clockOf(until.local)
    case 'zoned': return instantOfClock(clockOf(until.local), until.zone)
  }
}
