/** What a series generates: its recurrence lines read, and its instances in a range. */

import type { Event, EventTime, Recurrence, RecurrenceRule } from '../../calendar/event.ts'
import type { EventUid, Instant, LocalDateTime, RecurrenceId } from '../../calendar/identifiers.ts'
import { expand, extent, parseRule } from '../../icalendar/recurrence.ts'
import { instantOf } from '../../icalendar/time-zone.ts'
import type { EventDocument, EventRow, StoredTime } from './documents.ts'
import { invalid } from './errors.ts'
import type { Switches } from './switches.ts'
import { dayMs, endAfter, eventTime, lengthOf, momentOf, readZone, timeOfRecurrenceId, zoneOf } from './times.ts'

/** Recurrence lines, read. */
interface Lines {
  readonly recurrence: Recurrence
  readonly exceptRules: readonly RecurrenceRule[]
  readonly exceptDates: ReadonlySet<string>
}

const line = /^(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.*)$/i

/** Order of parts in a rule as the service writes them back. */
const partOrder = ['FREQ', 'WKST', 'UNTIL', 'COUNT', 'INTERVAL', 'BYMONTH', 'BYWEEKNO', 'BYYEARDAY', 'BYMONTHDAY', 'BYDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'BYSETPOS']

/**
 * Checks recurrence lines and writes them as the service does.
 * @throws ApiError 400 for lines that are none, rules that cannot be read and those a switch refuses
 */
export function readRecurrence(lines: readonly unknown[], start: StoredTime, switches: Switches): string[] {
  const out = lines.map((each) => normalLine(each, switches))
  parseLines(out, start)
  return out
}

function normalLine(text: unknown, switches: Switches): string {
  const [, name = '', parameters = '', value = ''] = line.exec(String(text).trim()) ?? []
  const kind = name.toUpperCase()
  const isRefused = kind === '' || (kind === 'EXRULE' && switches.exrule === 'refused')
    || (/FREQ=(?:HOURLY|MINUTELY|SECONDLY)/i.test(value) && switches.subDailyRules === 'refused')
  if (isRefused) throw invalid('Invalid recurrence rule.')
  return kind.endsWith('RULE') ? `${kind}:${inOrder(value)}` : `${kind}${parameters}:${value}`
}

function inOrder(rule: string): string {
  return rule.toUpperCase().split(';').filter((part) => part !== '').sort((a, b) => placeOf(a) - placeOf(b)).join(';')
}

function placeOf(part: string): number {
  const place = partOrder.indexOf(part.split('=')[0] ?? '')
  return place < 0 ? partOrder.length : place
}

function parseLines(lines: readonly string[], start: StoredTime): Lines {
  const from = eventTime(start)
  const rules: RecurrenceRule[] = []
  const exceptRules: RecurrenceRule[] = []
  const dates = new Set<string>()
  const exceptDates = new Set<string>()
  for (const text of lines) {
    const [, kind = '', parameters = '', value = ''] = line.exec(text) ?? []
    if (kind === 'RRULE') rules.push(ruleOf(value, from))
    else if (kind === 'EXRULE') exceptRules.push(ruleOf(value, from))
    else for (const date of datesOf(parameters, value, start)) (kind === 'RDATE' ? dates : exceptDates).add(date)
  }
  return { recurrence: { rules, dates: [...dates].sort() as RecurrenceId[] }, exceptRules, exceptDates }
}

function ruleOf(value: string, start: EventTime): RecurrenceRule {
  try {
    return parseRule(value, start)
  } catch (error) {
    if (error instanceof RangeError) throw invalid('Invalid recurrence rule.')
    throw error
  }
}

/** RDATE and EXDATE values as recurrence-ids of this series; those of the wrong kind are read by their date. */
function datesOf(parameters: string, value: string, start: StoredTime): string[] {
  const zoneName = /;TZID=([^;]+)/i.exec(parameters)?.[1]
  const zone = zoneName === undefined ? undefined : readZone(zoneName, 'Invalid recurrence rule.')
  return value.split(',').map((each) => {
    const [, year, month, day, time, utc] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})(Z?))?(?:\/.*)?$/i.exec(each.trim()) ?? []
    if (year === undefined) throw invalid('Invalid recurrence rule.')
    const date = `${year}-${month}-${day}`
    if ('date' in start) return date
    const local = `${date}T${(time ?? '000000').replace(/(..)(..)(..)/, '$1:$2:$3')}` as LocalDateTime
    if (utc) return `${local}Z`
    const own = zone ?? zoneOf(start.timeZone)
    return new Date(instantOf({ kind: 'zoned', local, zone: own }, own)).toISOString().replace('.000Z', 'Z')
  })
}

const parsed = new WeakMap<readonly string[], Lines>()

function linesOf(document: EventDocument): Lines | undefined {
  if (document.recurrence === undefined) return undefined
  const known = parsed.get(document.recurrence)
  if (known) return known
  const lines = parseLines(document.recurrence, document.start)
  parsed.set(document.recurrence, lines)
  return lines
}

export interface Span {
  /** ms, inclusive; of the start. */
  readonly from?: number
  /** ms, inclusive. */
  readonly to?: number
}

/**
 * The starts of a series, without regard to exceptions, sorted.
 * @param zone the calendar's
 * @param limit how many at most
 */
export function startsOf(document: EventDocument, span: Span, zone: string, limit: number): string[] {
  const lines = linesOf(document)
  if (lines === undefined) return []
  const range = { ...(span.from === undefined ? {} : { from: span.from as Instant }), ...(span.to === undefined ? {} : { to: (span.to + 1) as Instant }) }
  const start = eventTime(document.start)
  const spread = { floatingZone: zoneOf(zone), limit: limit + lines.exceptDates.size }
  const { starts } = expand(start, lines.recurrence, range, spread)
  const excepted = new Set<string>(lines.exceptDates)
  if (lines.exceptRules.length > 0) {
    for (const each of expand(start, { rules: lines.exceptRules, dates: [] }, range, spread).starts) excepted.add(each)
  }
  return starts.filter((each) => !excepted.has(each)).slice(0, limit)
}

/** Whether the series has an instance of this original start. */
export function generates(document: EventDocument, original: string, zone: string): boolean {
  const isDay = original.length === 10
  if (document.recurrence === undefined || isDay !== 'date' in document.start) return false
  const at = momentOf(timeOfRecurrenceId(original, 'UTC'), zoneOf(zone))
  return startsOf(document, { from: at - 1000, to: at + 1000 }, zone, 4).includes(original)
}

/** Whether the series has an end of its own. */
export function isEndless(document: EventDocument): boolean {
  return linesOf(document)?.recurrence.rules.some(({ end }) => end.kind === 'never') ?? false
}

/** Start and end of one instance that has no row of its own. */
export function timesOfInstance(document: EventDocument, original: string): { readonly start: StoredTime; readonly end: StoredTime } {
  const { start: first, end: last } = document
  const start = timeOfRecurrenceId(original, 'at' in first ? first.timeZone : 'UTC')
  return { start, end: endAfter(start, lengthOf(first, last), last) }
}

/** The bounds that the store searches by: generous, for days and for zones. */
export function boundsOf(document: EventDocument): Pick<EventRow, 'starts' | 'ends'> {
  const zone = zoneOf('UTC')
  const slack = 'date' in document.start ? dayMs : 0
  const starts = momentOf(document.start, zone)
  const length = momentOf(document.end, zone) - starts
  const lines = linesOf(document)
  if (lines === undefined) return { starts: starts - slack, ends: starts + length + slack + 1 }
  const { from, to } = wholeExtent(document, lines)
  return { starts: Math.min(starts, from) - slack, ends: to === undefined ? null : to + Math.max(length, 0) + slack + 1 }
}

function wholeExtent({ start, end }: EventDocument, { recurrence }: Lines): { from: number; to: number | undefined } {
  // Only the times count here.
  const master = { start: eventTime(start), end: eventTime(end) } as Event
  const series = { kind: 'recurring', uid: '' as EventUid, master, recurrence, overrides: new Map(), cancelled: new Set<RecurrenceId>() } as const
  return extent(series, zoneOf('UTC'))
}

/** ms from start to end; whole days for all-day events. */
export const lengthOfEvent = ({ start, end }: EventDocument): number => lengthOf(start, end)
