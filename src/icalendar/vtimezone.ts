/** VTIMEZONE components made from the zone data (RFC 5545 §3.6.5). */

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { civilDate, dayMs, dayNumber, daysInMonth, localOf, weekdayOf } from './clock.ts'
import { property, type Component, type Property } from './component.ts'
import { weekdays } from './rule.ts'
import { offsetAt, transitionsBetween, type Transition } from './zone-offsets.ts'

/** A transition as a wall clock sees it, with the offset before it (RFC 5545 §3.6.5, DTSTART of an observance). */
interface Onset extends Transition {
  readonly isDaylight: boolean
  readonly clock: number
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
}

/** One STANDARD or DAYLIGHT block: one onset, or one each year. */
interface Observance {
  readonly first: Onset
  readonly rule?: string
}

/** Transitions up to here are written down; what still repeats itself then does so for ever. */
const horizonYear = 2060
/** Fewer years in a row are written one by one. */
const shortestRun = 3
/** A summer is shorter than this; a later way back is another change of standard time. */
const longestDaylightMs = 330 * dayMs

/** By zone and start year. Emptied when full: that takes more zones and years than one process meets. */
const made = new Map<string, Component>()
const maxMade = 2000

/**
 * Describes a zone by rules, for all times from the beginning of a year on.
 *
 * Runs of years with the same rule become one observance with an RRULE; all else stands one by one.
 * @param fromYear year of the earliest time that refers to the zone
 * @returns the same component for the same zone and year, always
 */
export function timeZoneComponent(zone: TimeZoneId, fromYear: number): Component {
  const year = Math.min(Math.max(Math.trunc(fromYear), 1801), 2400)
  const key = `${zone} ${year}`
  let component = made.get(key)
  if (component === undefined) {
    if (made.size >= maxMade) made.clear()
    made.set(key, component = describe(zone, year))
  }
  return component
}

function describe(zone: TimeZoneId, fromYear: number): Component {
  const onsets = onsetsOf(zone, fromYear)
  const blocks = [...standing(zone, fromYear, onsets), ...observancesOf(onsets, Math.max(horizonYear, fromYear + 10))]
  return { name: 'VTIMEZONE', properties: [property('TZID', zone)], components: blocks.map(blockOf), line: 0 }
}

/** From the year before on, so that the first day of `fromYear` lies behind an onset wherever the zone had one lately. */
function onsetsOf(zone: TimeZoneId, fromYear: number): readonly Onset[] {
  const end = dayNumber(Math.max(horizonYear, fromYear + 10) + 1, 1, 1) * dayMs
  const transitions = transitionsBetween(startOfYear(fromYear - 1), end, zone)
  return transitions.map((each, i) => onset(each, transitions[i + 1]))
}

function startOfYear(year: number): number {
  return dayNumber(year, 1, 1) * dayMs
}

function onset(transition: Transition, next: Transition | undefined): Onset {
  const clock = transition.at + transition.before
  const dayCount = Math.floor(clock / dayMs)
  return { ...transition, clock, ...civilDate(dayCount), weekday: weekdayOf(dayCount), isDaylight: isDaylight(transition, next) }
}

/** The zone data does not tell: an hour that is put forward and taken back within the year. */
function isDaylight(transition: Transition, next: Transition | undefined): boolean {
  return transition.after > transition.before && next !== undefined && next.after < next.before && next.at - transition.at < longestDaylightMs
}

/** What holds at the beginning where no onset tells it. */
function standing(zone: TimeZoneId, fromYear: number, onsets: readonly Onset[]): readonly Observance[] {
  const first = onsets[0]
  if (first !== undefined && first.at < startOfYear(fromYear) - dayMs) return []
  const offset = offsetAt(startOfYear(fromYear - 1), zone)
  const at = startOfYear(fromYear - 1) - offset
  return [{ first: { ...onset({ at: at as Transition['at'], before: offset, after: offset }, undefined) } }]
}

/** Every onset is in one observance; in order of the first onset. */
function observancesOf(onsets: readonly Onset[], lastYear: number): readonly Observance[] {
  const left = new Set(onsets)
  const found: Observance[] = []
  for (const first of onsets) {
    if (!left.has(first)) continue
    const run = longestRun(first, left)
    const isRepeated = run.onsets.length >= shortestRun
    for (const each of isRepeated ? run.onsets : [first]) left.delete(each)
    found.push(isRepeated ? { first, rule: ruleOf(run, lastYear) } : { first })
  }
  return found
}

interface Run {
  readonly onsets: readonly Onset[]
  /** The part of the RRULE that picks the day within its month. */
  readonly days: string
}

function longestRun(first: Onset, left: ReadonlySet<Onset>): Run {
  const runs = patterns.map((pattern) => runAlong(pattern, first, left))
  return runs.reduce((best, run) => (run.onsets.length > best.onsets.length ? run : best))
}

/** How onsets of one month may lie in it: `days` names the days if they all fit, and is undefined if they do not. */
type Pattern = (onsets: readonly Onset[]) => string | undefined

const patterns: readonly Pattern[] = [lastWeekday, countedWeekday, weekdayFrom, dayOfMonth]

function runAlong(pattern: Pattern, first: Onset, left: ReadonlySet<Onset>): Run {
  let run: Run = { onsets: [first], days: pattern([first]) ?? '' }
  if (run.days === '') return { onsets: [], days: '' }
  for (const next of left) {
    if (next.year !== run.onsets.at(-1)!.year + 1 || !isLike(first, next)) continue
    const onsets = [...run.onsets, next]
    const days = pattern(onsets)
    if (days === undefined) return run
    run = { onsets, days }
  }
  return run
}

function isLike(a: Onset, b: Onset): boolean {
  return a.month === b.month && a.before === b.before && a.after === b.after && a.isDaylight === b.isDaylight && timeOf(a) === timeOf(b)
}

function timeOf(onset: Onset): number {
  return onset.clock - Math.floor(onset.clock / dayMs) * dayMs
}

function lastWeekday(onsets: readonly Onset[]): string | undefined {
  return onsets.every((each) => isSameWeekday(each, onsets) && each.day + 7 > daysInMonth(each.year, each.month)) ? `BYDAY=-1${weekdayOfRun(onsets)}` : undefined
}

function countedWeekday(onsets: readonly Onset[]): string | undefined {
  const count = Math.ceil(onsets[0]!.day / 7)
  return onsets.every((each) => isSameWeekday(each, onsets) && Math.ceil(each.day / 7) === count) ? `BYDAY=${count}${weekdayOfRun(onsets)}` : undefined
}

/** The weekday on or after some day of the month. */
function weekdayFrom(onsets: readonly Onset[]): string | undefined {
  const days = onsets.map((each) => each.day)
  const from = Math.min(...days, shortestMonth(onsets[0]!) - 6)
  if (!onsets.every((each) => isSameWeekday(each, onsets)) || Math.max(...days) - from > 6) return undefined
  return `BYMONTHDAY=${Array.from({ length: 7 }, (_, i) => from + i).join()};BYDAY=${weekdayOfRun(onsets)}`
}

function dayOfMonth(onsets: readonly Onset[]): string | undefined {
  return onsets.every((each) => each.day === onsets[0]!.day) ? `BYMONTHDAY=${onsets[0]!.day}` : undefined
}

function shortestMonth(onset: Onset): number {
  return daysInMonth(2001, onset.month)
}

function isSameWeekday(onset: Onset, onsets: readonly Onset[]): boolean {
  return onset.weekday === onsets[0]!.weekday
}

function weekdayOfRun(onsets: readonly Onset[]): string {
  return weekdays[onsets[0]!.weekday]!
}

function ruleOf(run: Run, lastYear: number): string {
  const last = run.onsets.at(-1)!
  // UNTIL in a VTIMEZONE is in UTC (RFC 5545 §3.3.10).
  const until = last.year >= lastYear ? '' : `;UNTIL=${basic(last.at)}Z`
  return `FREQ=YEARLY${until};BYMONTH=${last.month};${run.days}`
}

function blockOf({ first, rule }: Observance): Component {
  const properties: Property[] = [
    property('DTSTART', basic(first.clock)), property('TZOFFSETFROM', formatOffset(first.before)), property('TZOFFSETTO', formatOffset(first.after)),
  ]
  if (rule !== undefined) properties.push(property('RRULE', rule))
  return { name: first.isDaylight ? 'DAYLIGHT' : 'STANDARD', properties, components: [], line: 0 }
}

function basic(clock: number): string {
  return localOf(clock).replaceAll('-', '').replaceAll(':', '')
}

/** RFC 5545 §3.3.14: seconds only where there are some. */
function formatOffset(offset: number): string {
  const size = Math.abs(offset) / 1000
  const numbers = [Math.floor(size / 3600), Math.floor(size / 60) % 60, Math.round(size % 60)]
  if (numbers[2] === 0) numbers.pop()
  return (offset < 0 ? '-' : '+') + numbers.map((number) => String(number).padStart(2, '0')).join('')
}
