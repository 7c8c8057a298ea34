/** RRULE values (RFC 5545 §3.3.10): text to rule, checked in full, and back. */

import type { EventTime, Frequency, RecurrenceRule, Weekday } from '../calendar/event.ts'
import { timeZoneId, type TimeZoneId } from '../calendar/identifiers.ts'
import { formatUntil, parseUntil } from './until.ts'

const frequencies: readonly Frequency[] = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
/** In the order of the week, from Monday on. */
export const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
/** Longer than the longest rule that means something: every day of the year listed twice. */
const maxTextLength = 8192
/** Where larger, the interval passes the end of the calendar in one step at any frequency from DAILY up. */
const maxInterval = 2 ** 31 - 1
const maxCount = 2 ** 31 - 1

type Numbers = 'bySecond' | 'byMinute' | 'byHour' | 'byMonthDay' | 'byYearDay' | 'byWeekNumber' | 'byMonth' | 'bySetPosition'

interface NumberPart {
  readonly name: string
  readonly key: Numbers
  readonly least: number
  readonly most: number
  /** Whether the numbers may also count from the end. */
  readonly isSigned: boolean
  /** The frequencies with which the part may stand; undefined: all. */
  readonly within?: readonly Frequency[]
}

/** In canonical order; BYDAY stands behind BYHOUR. */
const numberParts: readonly NumberPart[] = [
  { name: 'BYMONTH', key: 'byMonth', least: 1, most: 12, isSigned: false },
  { name: 'BYWEEKNO', key: 'byWeekNumber', least: 1, most: 53, isSigned: true, within: ['YEARLY'] },
  { name: 'BYYEARDAY', key: 'byYearDay', least: 1, most: 366, isSigned: true, within: ['YEARLY', 'HOURLY', 'MINUTELY', 'SECONDLY'] },
  { name: 'BYMONTHDAY', key: 'byMonthDay', least: 1, most: 31, isSigned: true, within: frequencies.filter((each) => each !== 'WEEKLY') },
  { name: 'BYHOUR', key: 'byHour', least: 0, most: 23, isSigned: false },
  { name: 'BYMINUTE', key: 'byMinute', least: 0, most: 59, isSigned: false },
  { name: 'BYSECOND', key: 'bySecond', least: 0, most: 60, isSigned: false },
  { name: 'BYSETPOS', key: 'bySetPosition', least: 1, most: 366, isSigned: true },
]

/**
 * Reads an RRULE value in any case and order of parts.
 *
 * Parts named X-... are dropped (RFC 5545 §3.8.8.2), and so is RSCALE=GREGORIAN with SKIP=OMIT, which says nothing new (RFC 7529 §4).
 * On dates BYHOUR, BYMINUTE and BYSECOND are ignored as RFC 5545 §3.3.10 wants.
 * UNTIL takes the kind that goes with `start`, see {@link RecurrenceRule.end}; a date in a timed series means until the end of that day.
 * @param start DTSTART of the series
 * @param floatingZone where a moment is turned into the date or floating time of an UNTIL, where client and series differ in kind
 * @throws RangeError with a sentence about the part that is wrong
 */
export function parseRule(text: string, start: EventTime, floatingZone: TimeZoneId = timeZoneId('UTC')): RecurrenceRule {
  const parts = readParts(text)
  const frequency = oneOf(frequencies, take(parts, 'FREQ') ?? '', 'FREQ')
  const until = take(parts, 'UNTIL')
  const count = take(parts, 'COUNT')
  if (until !== undefined && count !== undefined) throw new RangeError('COUNT and UNTIL may not stand in one rule.')
  const rule: RecurrenceRule = {
    frequency,
    interval: Math.min(wholeNumber(take(parts, 'INTERVAL') ?? '1', 'INTERVAL'), maxInterval),
    end: until !== undefined ? { kind: 'until', until: parseUntil(until, start, floatingZone) }
      : count !== undefined ? { kind: 'count', count: Math.min(wholeNumber(count, 'COUNT'), maxCount) } : { kind: 'never' },
    byDay: parseDays(take(parts, 'BYDAY')),
    weekStart: oneOf(weekdays, take(parts, 'WKST') ?? 'MO', 'WKST'),
    ...(Object.fromEntries(numberParts.map((part) => [part.key, parseNumbers(take(parts, part.name), part)])) as Record<Numbers, number[]>),
  }
  refuseUnknown(parts)
  return checked(start.kind === 'date' ? withoutTimes(rule) : rule)
}

/** The value of an RRULE property, in one spelling for each rule: FREQ, INTERVAL, COUNT or UNTIL, BY parts, WKST. */
export function formatRule(rule: RecurrenceRule): string {
  let text = `FREQ=${rule.frequency}`
  if (rule.interval !== 1) text += `;INTERVAL=${rule.interval}`
  if (rule.end.kind === 'count') text += `;COUNT=${rule.end.count}`
  if (rule.end.kind === 'until') text += `;UNTIL=${formatUntil(rule.end.until)}`
  for (const part of numberParts) {
    if (part.name === 'BYHOUR' && rule.byDay.length > 0) text += `;BYDAY=${rule.byDay.map(formatDay).join()}`
    if (rule[part.key].length > 0) text += `;${part.name}=${rule[part.key].join()}`
  }
  return rule.weekStart === 'MO' ? text : `${text};WKST=${rule.weekStart}`
}

function formatDay(day: RecurrenceRule['byDay'][number]): string {
  return `${day.ordinal ?? ''}${day.weekday}`
}

function readParts(text: string): Map<string, string> {
  if (text.length > maxTextLength) throw new RangeError(`The rule is longer than ${maxTextLength} characters.`)
  const parts = new Map<string, string>()
  for (const part of text.toUpperCase().split(';')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim()
    if (equals < 1 || name === '') throw new RangeError(`${shown(part)} is no part of a rule.`)
    if (parts.has(name)) throw new RangeError(`${shown(name)} stands twice.`)
    parts.set(name, part.slice(equals + 1).trim())
  }
  if (!parts.has('FREQ')) throw new RangeError('The rule has no FREQ.')
  return parts
}

function take(parts: Map<string, string>, name: string): string | undefined {
  const value = parts.get(name)
  parts.delete(name)
  return value
}

function refuseUnknown(parts: Map<string, string>): void {
  if (parts.get('RSCALE') === 'GREGORIAN' && (parts.get('SKIP') ?? 'OMIT') === 'OMIT') {
    parts.delete('RSCALE')
    parts.delete('SKIP')
  }
  for (const name of parts.keys()) {
    if (!name.startsWith('X-')) throw new RangeError(`${shown(name)} is not understood${name === 'SKIP' ? ' but as RSCALE=GREGORIAN;SKIP=OMIT' : ''}.`)
  }
}

function oneOf<T extends string>(values: readonly T[], text: string, name: string): T {
  const value = values.find((each) => each === text)
  if (value === undefined) throw new RangeError(`${name} is ${shown(text)}, not one of ${values.join(', ')}.`)
  return value
}

function wholeNumber(text: string, name: string): number {
  const number = /^\+?\d{1,32}$/.test(text) ? Number(text) : 0
  if (number < 1) throw new RangeError(`${name} is ${shown(text)}, not a whole number of at least 1.`)
  return number
}

function parseNumbers(text: string | undefined, part: NumberPart): number[] {
  if (text === undefined) return []
  const numbers = items(text).map((item) => parseNumber(item, part))
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function parseNumber(item: string, part: NumberPart): number {
  const number = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN
  const size = part.isSigned ? Math.abs(number) : number
  if (!(size >= part.least && size <= part.most)) throw new RangeError(`${part.name} holds ${shown(item)}, which is not within its range.`)
  return number
}

function parseDays(text: string | undefined): RecurrenceRule['byDay'] {
  const days = new Map(items(text ?? '').map((item) => [item.replace(/^\+/, ''), parseDay(item)]))
  return [...days.values()].sort((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0) || weekdays.indexOf(a.weekday) - weekdays.indexOf(b.weekday))
}

function parseDay(item: string): RecurrenceRule['byDay'][number] {
  const [, sign = '', digits = '', name = ''] = /^([+-]?)(\d{0,2})([A-Z]{2})$/.exec(item) ?? []
  const weekday = weekdays.find((each) => each === name)
  const ordinal = Number(`${sign}${digits}`)
  const isPlain = sign === '' && digits === ''
  if (weekday === undefined || (!isPlain && !(Math.abs(ordinal) >= 1 && Math.abs(ordinal) <= 53))) {
    throw new RangeError(`BYDAY holds ${shown(item)}, which is no day.`)
  }
  return isPlain ? { weekday } : { weekday, ordinal }
}

/** A stray comma at an end, or an empty list, is accepted: it says nothing. */
function items(text: string): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '')
}

function withoutTimes(rule: RecurrenceRule): RecurrenceRule {
  if (['HOURLY', 'MINUTELY', 'SECONDLY'].includes(rule.frequency)) throw new RangeError(`FREQ=${rule.frequency} needs a start with a time of day.`)
  return { ...rule, byHour: [], byMinute: [], bySecond: [] }
}

/** The MUST NOTs of RFC 5545 §3.3.10 between parts. */
function checked(rule: RecurrenceRule): RecurrenceRule {
  for (const part of numberParts) {
    if (rule[part.key].length > 0 && part.within?.includes(rule.frequency) === false) throw new RangeError(`${part.name} may not stand with FREQ=${rule.frequency}.`)
  }
  const hasOrdinals = rule.byDay.some((day) => day.ordinal !== undefined)
  if (hasOrdinals && rule.frequency !== 'MONTHLY' && rule.frequency !== 'YEARLY') throw new RangeError(`BYDAY may not count weeks with FREQ=${rule.frequency}.`)
  if (hasOrdinals && rule.byWeekNumber.length > 0) throw new RangeError('BYDAY may not count weeks beside BYWEEKNO.')
  if (rule.bySetPosition.length > 0 && rule.byDay.length === 0 && numberParts.every((part) => part.name === 'BYSETPOS' || rule[part.key].length === 0)) {
    throw new RangeError('BYSETPOS needs another BY part to choose from.')
  }
  return rule
}

/** Client text for a message: short, in quotes. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
