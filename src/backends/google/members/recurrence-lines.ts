/** The `recurrence` lines of a master: RRULE, RDATE and EXDATE as text of RFC 5545, without DTSTART. */

import { findTimeZone, instantOf } from '../../../icalendar/time-zone.ts'
import { formatRule, parseRule } from '../../../icalendar/recurrence.ts'
import { instant, localDateTime, plainDate, recurrenceId } from '../../../calendar/identifiers.ts'
import { instantOfRecurrenceId, recurrenceIdAt } from './times.ts'
import type { EventTime, Recurrence, RecurrenceRule } from '../../../calendar/event.ts'
import type { RecurrenceId, TimeZoneId } from '../../../calendar/identifiers.ts'

/** What the lines say. */
export interface ReadRecurrence {
  /** Undefined where no rule and no date is left: the event happens once. */
  readonly recurrence: Recurrence | undefined
  /** EXDATE lines. */
  readonly excluded: ReadonlySet<RecurrenceId>
}

/**
 * @param start of the series
 * @param zone  in which the service keeps it: times without a zone of their own are read there
 * @throws RangeError for what the model does not have (EXRULE, periods) or nobody can read
 */
export function readRecurrence(lines: readonly string[], start: EventTime, zone: TimeZoneId): ReadRecurrence {
  const rules: RecurrenceRule[] = []
  const dates = new Set<RecurrenceId>()
  const excluded = new Set<RecurrenceId>()
  for (const line of lines) {
    const { name, parameters, value } = parseLine(line)
    if (name === 'RRULE') rules.push(parseRule(value, start, zone))
    else if (name === 'RDATE') readDates(value, parameters, start, zone).forEach((id) => dates.add(id))
    else if (name === 'EXDATE') readDates(value, parameters, start, zone).forEach((id) => excluded.add(id))
    else throw new RangeError(`a series with a line of ${name.slice(0, 20)} cannot be shown`)
  }
  const isOnce = rules.length === 0 && dates.size === 0
  return { recurrence: isOnce ? undefined : { rules, dates: [...dates].sort() }, excluded }
}

function parseLine(line: string): { name: string; parameters: readonly string[]; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) throw new RangeError('a recurrence line has no value')
  const [name = '', ...parameters] = line.slice(0, colon).split(';')
  return { name: name.trim().toUpperCase(), parameters, value: line.slice(colon + 1).trim() }
}

function readDates(value: string, parameters: readonly string[], start: EventTime, zone: TimeZoneId): readonly RecurrenceId[] {
  const tzid = parameters.find((parameter) => /^TZID=/i.test(parameter))?.slice(5).replace(/^"|"$/g, '')
  const own = tzid === undefined ? zone : findTimeZone(tzid)
  if (own === undefined) throw new RangeError(`the zone "${tzid}" of a recurrence line is not known`)
  return value.split(',').filter((text) => text !== '').map((text) => readDateValue(text.trim(), own, start, zone))
}

const dateValue = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/

function readDateValue(text: string, own: TimeZoneId, start: EventTime, zone: TimeZoneId): RecurrenceId {
  const match = dateValue.exec(text)
  if (!match) throw new RangeError(`"${text.slice(0, 40)}" in a recurrence line is not a date or time`)
  const [, year, month, day, hour, minute, second, utc] = match
  const date = `${year}-${month}-${day}`
  if (hour === undefined) return recurrenceIdOnDay(date, start, zone)
  const local = `${date}T${hour}:${minute}:${second}`
  if (start.kind === 'date') return recurrenceId(date)
  const at = utc === 'Z' ? instant(Date.parse(`${local}Z`)) : instantOf({ kind: 'zoned', local: localDateTime(local), zone: own }, zone)
  return recurrenceIdAt(at, start, zone)
}

/** A date in a series of times means the instance of that day, at the time of day of the series. */
function recurrenceIdOnDay(date: string, start: EventTime, zone: TimeZoneId): RecurrenceId {
  switch (start.kind) {
    case 'date': return recurrenceId(plainDate(date))
    case 'floating': return recurrenceId(date + start.local.slice(10))
    case 'utc': return recurrenceId(`${date}${new Date(start.at).toISOString().slice(10, 19)}Z`)
    case 'zoned': {
      const local = localDateTime(date + start.local.slice(10))
      return recurrenceIdAt(instantOf({ ...start, local }, zone), start, zone)
    }
  }
}

/** @returns RRULE lines, then RDATE and EXDATE in UTC (dates in all-day series), so that no zone name is in them */
export function writeRecurrence(recurrence: Recurrence, excluded: Iterable<RecurrenceId>, start: EventTime, zone: TimeZoneId): string[] {
  return [
    ...recurrence.rules.map((rule) => `RRULE:${formatRule(withStoredEnd(rule, zone))}`),
    ...writeDates('RDATE', recurrence.dates, start, zone),
    ...writeDates('EXDATE', [...excluded].sort(), start, zone),
  ]
}

/** The series of a floating start is kept in a zone, and its end with it. */
function withStoredEnd(rule: RecurrenceRule, zone: TimeZoneId): RecurrenceRule {
  if (rule.end.kind !== 'until' || rule.end.until.kind !== 'floating') return rule
  return { ...rule, end: { kind: 'until', until: { kind: 'utc', at: instantOf(rule.end.until, zone) } } }
}

/** @param name RDATE or EXDATE @returns one line, none for no dates */
export function writeDates(name: string, ids: readonly RecurrenceId[], start: EventTime, zone: TimeZoneId): string[] {
  if (ids.length === 0) return []
  if (start.kind === 'date') return [`${name};VALUE=DATE:${ids.map((id) => id.replaceAll('-', '')).join(',')}`]
  const texts = ids.map((id) => new Date(instantOfRecurrenceId(id, start, zone)).toISOString().replace(/[-:]|\.\d+/g, ''))
  return [`${name}:${texts.join(',')}`]
}

/** Whether a line of a stored `recurrence` is one of dates that do not take place. */
export function isExclusion(line: string): boolean {
  return /^EXDATE[;:]/i.test(line)
}
