/** The lines RECURRENCE-ID, RRULE, RDATE and EXDATE (RFC 5545 §3.8.4.4, §3.8.5), both ways. */

import type { EventTime, Recurrence } from '../calendar/event.ts'
import { instant, localDateTime, plainDate } from '../calendar/identifiers.ts'
import type { LocalDateTime, PlainDate, RecurrenceId, TimeZoneId } from '../calendar/identifiers.ts'
import { CalendarDataError, unfit } from './calendar-data-error.ts'
import { clockOf, dayMs, localOf } from './clock.ts'
import { parameter, property } from './component.ts'
import type { Property } from './component.ts'
import { parseDuration } from './date-time.ts'
import type { Period } from './event-period.ts'
import { addDuration, formatTime, isDate, millisecondsBetween } from './event-time.ts'
import type { ZoneUse } from './event-time.ts'
import { defaultLimits } from './limits.ts'
import type { PropertyIndex } from './property-index.ts'
import { formatRule, parseRule, recurrenceIdOf, timeOfRecurrenceId } from './recurrence.ts'
import type { TimeScope } from './time-scope.ts'
import { localAt } from './time-zone.ts'

/** What the lines of a master say. */
export interface RecurrenceLines {
  /** Undefined if there is neither a rule nor a date but the start itself. */
  readonly recurrence: Recurrence | undefined
  /** From EXDATE. */
  readonly cancelled: ReadonlySet<RecurrenceId>
  /** From an RDATE with a PERIOD that is not as long as the master, by its start. */
  readonly periods: ReadonlyMap<RecurrenceId, Period>
}

/** @param master with its start and end already read */
export function parseRecurrenceLines(properties: PropertyIndex, master: Period, scope: TimeScope): RecurrenceLines {
  const { start } = master
  const [exrule] = properties.all('EXRULE')
  if (exrule !== undefined) throw unfit(exrule, 'cannot be stored: RFC 5545 knows it no more. Name the dates by EXDATE.')
  const rules = ruleLines(properties).map((each) => ruleOf(each, start, scope.calendarZone))
  const { dates, periods } = parseDates(properties, master, scope)
  const exdates = valuesOf(properties.all('EXDATE')).map((each) => scope.read(each.property, each.value, 'moment'))
  return {
    recurrence: rules.length + dates.size === 0 ? undefined : { rules, dates: [...dates].sort() },
    cancelled: new Set(exdates.map((time) => recurrenceIdLike(time, start, scope.calendarZone))),
    periods,
  }
}

function ruleLines(properties: PropertyIndex): readonly Property[] {
  const lines = properties.all('RRULE').filter((each) => each.value.trim() !== '')
  if (lines.length > defaultLimits.rules) throw unfit(lines[defaultLimits.rules]!, `is one rule too many: ${defaultLimits.rules} are allowed.`)
  return lines
}

function ruleOf(property: Property, start: EventTime, calendarZone: TimeZoneId): Recurrence['rules'][number] {
  try {
    return parseRule(property.value, start, calendarZone)
  } catch (error) {
    if (error instanceof RangeError) throw unfit(property, `is no recurrence rule that can be stored: ${error.message}`)
    throw error
  }
}

/** The RDATEs, without the start of the series, which is an instance anyway (RFC 5545 §3.8.5.2). */
function parseDates(properties: PropertyIndex, master: Period, scope: TimeScope): { dates: Set<RecurrenceId>; periods: Map<RecurrenceId, Period> } {
  const dates = new Set<RecurrenceId>()
  const periods = new Map<RecurrenceId, Period>()
  for (const { property, value } of valuesOf(properties.all('RDATE'))) {
    const period = parseDatePeriod(property, value, scope)
    const id = recurrenceIdLike(period?.start ?? scope.read(property, value, 'moment'), master.start, scope.calendarZone)
    dates.add(id)
    if (period !== undefined && differsInLength(property, period, master, scope.calendarZone)) periods.set(id, period)
  }
  dates.delete(recurrenceIdOf(master.start))
  return { dates, periods }
}

function valuesOf(properties: readonly Property[]): readonly { property: Property; value: string }[] {
  properties.forEach(refuseRange)
  const values = properties.flatMap((each) => each.value.split(',').map((value) => ({ property: each, value })))
    .filter(({ value }) => value.trim() !== '')
  if (values.length > defaultLimits.instances) {
    throw new CalendarDataError('max-instances', `A series may name ${defaultLimits.instances} dates, this one names ${values.length}.`, values[0]?.property.line)
  }
  return values
}

/** RFC 5545 §3.3.9: start and end, or start and length; undefined if there is no slash. */
function parseDatePeriod(property: Property, value: string, scope: TimeScope): Period | undefined {
  const slash = value.indexOf('/')
  if (slash < 0) return undefined
  const start = scope.read(property, value.slice(0, slash), 'moment')
  const duration = parseDuration(value.slice(slash + 1))
  const end = duration === undefined ? scope.read(property, value.slice(slash + 1), 'moment') : addDuration(start, duration)
  if (end === undefined || isDate(start) || isDate(end) || millisecondsBetween(start, end, scope.calendarZone) < 0) {
    throw unfit(property, 'is no period of time (RFC 5545 §3.3.9).')
  }
  return { start, end }
}

function differsInLength(property: Property, period: Period, master: Period, calendarZone: TimeZoneId): boolean {
  if (isDate(master.start)) throw unfit(property, 'gives times to an all-day series (RFC 5545 §3.8.5.2).')
  return millisecondsBetween(period.start, period.end, calendarZone) !== millisecondsBetween(master.start, master.end, calendarZone)
}

/**
 * The RECURRENCE-ID of an override.
 * @param start of its series; undefined where the master is not in the body
 * @throws CalendarDataError for RANGE: a change of all later instances is an object of its own here
 */
export function parseRecurrenceId(property: Property, start: EventTime | undefined, scope: TimeScope): RecurrenceId {
  refuseRange(property)
  const time = scope.read(property, property.value, 'moment')
  return start === undefined ? recurrenceIdOf(time) : recurrenceIdLike(time, start, scope.calendarZone)
}

function refuseRange(property: Property): void {
  const range = parameter(property, 'RANGE')
  if (range === undefined || range === '') return
  throw unfit(property, `has RANGE=${range.slice(0, 20)}: end the series with UNTIL and store its rest, if any, as a new one.`, 'valid-calendar-object-resource')
}

/**
 * Names the instance that a time of any kind means in a series that starts like this one.
 *
 * Between times with a zone it is the instant that counts. A date in a timed series means the instance of that day, at the time of
 * the start; a time in an all-day series means its day, where UTC midnight is the day of that name and other moments are seen in the
 * calendar's zone. Where one of the two floats, the wall clock counts.
 */
function recurrenceIdLike(time: EventTime, start: EventTime, calendarZone: TimeZoneId): RecurrenceId {
  if (start.kind === 'date') return recurrenceIdOf({ kind: 'date', date: dateOf(time, calendarZone) })
  if (time.kind === 'date') return recurrenceIdOf(atLocal(start, localDateTime(`${time.date}T${clockTimeOf(start)}`)))
  if (start.kind === 'floating') return recurrenceIdOf({ kind: 'floating', local: wallClock(time, calendarZone) })
  if (time.kind !== 'floating') return recurrenceIdOf(time)
  return recurrenceIdOf({ kind: 'zoned', local: time.local, zone: start.kind === 'zoned' ? start.zone : calendarZone })
}

type Timed = Exclude<EventTime, { kind: 'date' }>

function dateOf(time: EventTime, calendarZone: TimeZoneId): PlainDate {
  if (time.kind === 'date') return time.date
  const isUtcMidnight = time.kind === 'utc' && time.at % dayMs === 0
  return plainDate((isUtcMidnight ? localOf(time.at) : wallClock(time, calendarZone)).slice(0, 10))
}

function wallClock(time: Timed, calendarZone: TimeZoneId): LocalDateTime {
  return time.kind === 'utc' ? localAt(time.at, calendarZone) : time.local
}

/** `hh:mm:ss` */
function clockTimeOf(start: Timed): string {
  return (start.kind === 'utc' ? localOf(start.at) : start.local).slice(11)
}

function atLocal(start: Timed, local: LocalDateTime): EventTime {
  return start.kind === 'utc' ? { kind: 'utc', at: instant(clockOf(local)) } : { ...start, local }
}

/** RRULE lines in their order, then RDATE and EXDATE with one value a line, in the order of time. */
export function formatRecurrenceLines(start: EventTime, recurrence: Recurrence, cancelled: ReadonlySet<RecurrenceId>, zones: ZoneUse): readonly Property[] {
  const named = (name: string, ids: Iterable<RecurrenceId>): readonly Property[] =>
    [...ids].sort().map((id) => formatTime(name, timeOfRecurrenceId(id, start), zones))
  return [
    ...recurrence.rules.map((rule) => property('RRULE', formatRule(rule))),
    ...named('RDATE', recurrence.dates),
    ...named('EXDATE', cancelled),
  ]
}
