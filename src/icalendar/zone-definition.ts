/** What the VTIMEZONE of a client says (RFC 5545 §3.6.5), as offsets over a stretch of time. In bounded work, whatever it says. */

import type { RecurrenceRule } from '../calendar/event.ts'
import { localDateTime } from '../calendar/identifiers.ts'
import { civilDate, clockOf, dayMs, dayNumber, daysInMonth } from './clock.ts'
import { propertiesNamed, type Component } from './component.ts'
import { generate } from './expansion.ts'
import { parseRule } from './rule.ts'

/** `offset` (milliseconds east of UTC) counts from `at` on. */
export interface OffsetStep {
  readonly at: number
  readonly offset: number
}

export interface ZoneDefinition {
  readonly observances: readonly Observance[]
  /** The year of the earliest onset. */
  readonly firstYear: number
  /** The last year of which it tells all: it knows summers, but none behind that year. Infinity for all that go on. */
  readonly lastYear: number
}

interface Observance {
  readonly isDaylight: boolean
  readonly before: number
  readonly after: number
  /** DTSTART and RDATEs: clocks before the change, with the offset `before`. */
  readonly onsets: readonly number[]
  readonly rule: RecurrenceRule | undefined
  /** The last clock at which the rule may change the offset. */
  readonly until: number
}

/** More than any real zone has had since the first railway. */
const maxObservances = 300
const maxOnsets = 2000
/** What a rule may give within the years asked: every Sunday of two years, or one day of many. */
const maxRepeated = 200
const maxRuleText = 300
/** Two yearly onsets are never further apart. */
const twoYears = 800 * dayMs

/**
 * Reads the observances of a VTIMEZONE.
 * @returns undefined where it tells nothing: no observance, one without start or offset, a rule that is not yearly, or far too many of them
 */
export function readDefinition(component: Component): ZoneDefinition | undefined {
  const blocks = component.components.filter((each) => each.name === 'STANDARD' || each.name === 'DAYLIGHT')
  if (blocks.length === 0 || blocks.length > maxObservances) return undefined
  const observances = blocks.map(readObservance).filter((each) => each !== undefined)
  const onsetCount = observances.reduce((sum, each) => sum + each.onsets.length, 0)
  return observances.length < blocks.length || onsetCount > maxOnsets ? undefined : { observances, ...reach(observances) }
}

/**
 * The steps of the offset from `from` to `to`, in order; the first one holds at `from`, and no step leaves the offset as it was.
 * Before the first onset the offset counts from which that leads (RFC 5545 §3.6.5 leaves it open).
 */
export function definedSteps(definition: ZoneDefinition, from: number, to: number): readonly OffsetStep[] {
  const onsets = definition.observances.flatMap((each) => onsetsBetween(each, from, to)).sort((a, b) => a.at - b.at)
  const standing = onsets.findLast((each) => each.at <= from)
  const steps: OffsetStep[] = [{ at: from, offset: standing?.after ?? onsets[0]?.before ?? definition.observances[0]!.before }]
  for (const { at, after } of onsets) {
    if (at > from && at < to && steps.at(-1)!.offset !== after) steps.push({ at, offset: after })
  }
  return steps
}

/** Those in the stretch, and enough before it to know what holds at its beginning. */
function onsetsBetween({ onsets, rule, until, before, after }: Observance, from: number, to: number): readonly { at: number; before: number; after: number }[] {
  const first = Math.min(from, until) - twoYears
  const repeated = rule === undefined ? [] : generate({ rule, zone: undefined, start: onsets[0]!, until }, first, to + dayMs, maxRepeated).starts
  return [...new Set([...onsets, ...repeated])].map((clock) => ({ at: clock - before, before, after }))
}

function readObservance(block: Component): Observance | undefined {
  const start = readClock(valueOf(block, 'DTSTART') ?? '')
  const before = readOffset(valueOf(block, 'TZOFFSETFROM') ?? '')
  const after = readOffset(valueOf(block, 'TZOFFSETTO') ?? '')
  if (start === undefined || before === undefined || after === undefined) return undefined
  const dates = propertiesNamed(block, 'RDATE').flatMap((each) => each.value.split(',')).map((each) => readClock(each.trim()))
  const ruleText = valueOf(block, 'RRULE')
  const rule = ruleText === undefined ? undefined : readRule(ruleText)
  if (ruleText !== undefined && rule === undefined) return undefined
  return {
    isDaylight: block.name === 'DAYLIGHT', before, after, onsets: [start, ...dates.filter((each) => each !== undefined)], rule, until: endOf(rule),
  }
}

function valueOf(block: Component, name: string): string | undefined {
  return propertiesNamed(block, name)[0]?.value.trim()
}

/** @returns undefined for what no zone does: change its offset several times a day, or a given number of times */
function readRule(text: string): RecurrenceRule | undefined {
  if (text.length > maxRuleText) return undefined
  // A misspelt time in UNTIL is cut off, as in `19440325T16000Z` of some old programs.
  const mended = text.replace(/(UNTIL=\d{8})T(?!\d{6}Z?(?:;|$))[^;]*/i, '$1')
  try {
    const rule = parseRule(mended, { kind: 'floating', local: localDateTime('1970-01-01T00:00:00') })
    return rule.frequency === 'YEARLY' && rule.end.kind !== 'count' && rule.byHour.length <= 1 && rule.byMinute.length <= 1 && rule.bySecond.length <= 1 ? rule : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** UNTIL is in UTC by the letter and in local time by habit: half a day more holds no further onset, and both are right. */
function endOf(rule: RecurrenceRule | undefined): number {
  if (rule?.end.kind !== 'until' || rule.end.until.kind !== 'floating') return Infinity
  return clockOf(rule.end.until.local) + dayMs / 2
}

function reach(observances: readonly Observance[]): { firstYear: number; lastYear: number } {
  const firstYear = yearOf(Math.min(...observances.flatMap((each) => each.onsets)))
  const ends = observances.map((each) => ({ ...each, at: Math.max(...each.onsets, each.rule === undefined ? -Infinity : each.until) }))
  const last = ends.reduce((latest, each) => (each.at > latest.at ? each : latest))
  const hasSummers = observances.some((each) => each.isDaylight && each.after !== each.before)
  if (!hasSummers || last.at === Infinity) return { firstYear, lastYear: Infinity }
  return { firstYear, lastYear: Math.max(firstYear, yearOf(last.at) - (last.isDaylight ? 1 : 0)) }
}

function yearOf(clock: number): number {
  return civilDate(Math.floor(clock / dayMs)).year
}

/** A date and time without zone; a date means its midnight, as Evolution writes it. */
function readClock(text: string): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text) ?? []
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > daysInMonth(Number(year), Number(month))) return undefined
  return dayNumber(Number(year), Number(month), Number(day)) * dayMs + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
}

/** RFC 5545 §3.3.14; a missing sign is read as plus. Nothing beyond a day. */
function readOffset(text: string): number | undefined {
  const [, sign, hour, minute, second = '0'] = /^([+-]?)(\d\d):?(\d\d):?(\d\d)?$/.exec(text) ?? []
  if (hour === undefined || Number(hour) > 23) return undefined
  return (sign === '-' ? -1 : 1) * ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
}
