/** Time ranges of requests against events, alarms and property values (RFC 4791 §9.9). */

import type { TimeRange } from '../../calendar/calendar.ts'
import type { Event, EventSeries, EventTime } from '../../calendar/event.ts'
import { instant, localDateTime, plainDate } from '../../calendar/identifiers.ts'
import type { Instant, RecurrenceId, TimeZoneId } from '../../calendar/identifiers.ts'
import type { TimeRangeElement } from '../../dav/requests.ts'
import { extent, instances } from '../../icalendar/recurrence.ts'
import { findTimeZone, instantOf } from '../../icalendar/time-zone.ts'

/** When something takes place: start inclusive, end exclusive; equal for what takes no time. */
export interface Span {
  readonly from: Instant
  readonly to: Instant
}

/** One VEVENT of a calendar object: the single event, the master, or a changed instance. */
export interface Part {
  readonly kind: 'single' | 'master' | 'override'
  readonly event: Event
}

const DAY_MS = 86_400_000
/** The last instant that iCalendar can write. */
const END_OF_TIME = instant(Date.UTC(9999, 11, 31, 23, 59, 59))
/** How many instances are looked at before the search goes on with the next number; the last one is the bound. */
const SEARCH_STEPS = [16, 256, 4096] as const

/** @param element as checked by the grammar: UTC, at least one end */
export function timeRangeOf(element: TimeRangeElement): TimeRange {
  return {
    ...(element.start === undefined ? {} : { from: instantOfUtc(element.start) }),
    ...(element.end === undefined ? {} : { to: instantOfUtc(element.end) }),
  }
}

/** @param element with both ends */
export function closedRangeOf({ start, end }: Required<TimeRangeElement>): Required<TimeRange> {
  return { from: instantOfUtc(start), to: instantOfUtc(end) }
}

/** @param text `yyyymmddThhmmssZ` */
export function instantOfUtc(text: string): Instant {
  return instant(Date.parse(extended(text)))
}

/** The rule of RFC 4791 §9.9 for VEVENT: what takes time has to overlap, what takes none has to start inside. */
export function overlaps({ from, to }: Span, range: TimeRange): boolean {
  const startsBeforeEnd = range.to === undefined || from < range.to
  const endsAfterStart = range.from === undefined || (from === to ? from >= range.from : to > range.from)
  return startsBeforeEnd && endsAfterStart
}

/** Whether a moment lies in the range: start inclusive, end exclusive. */
export function contains(range: TimeRange, at: Instant): boolean {
  return (range.from === undefined || at >= range.from) && (range.to === undefined || at < range.to)
}

/** The range moved by so many milliseconds. */
export function shifted(range: TimeRange, byMs: number): TimeRange {
  return stretched(range, byMs, byMs)
}

/** The range with its ends moved, each by its own number of milliseconds; what is open stays open. */
export function stretched({ from, to }: TimeRange, fromByMs: number, toByMs: number): TimeRange {
  return { ...(from === undefined ? {} : { from: instant(from + fromByMs) }), ...(to === undefined ? {} : { to: instant(to + toByMs) }) }
}

/** The span of one event as it stands; dates and floating times count in the given zone (RFC 4791 §7.3). */
export function spanOf(event: Event, floatingZone: TimeZoneId): Span {
  return { from: instantOf(event.start, floatingZone), to: instantOf(event.end, floatingZone) }
}

/**
 * Whether one of the instances that a VEVENT stands for passes the test. A master stands for the instances that are
 * neither changed nor cancelled.
 *
 * @param window  the instances that can pass lie in it, or overlap it; open ends are allowed
 * @returns       true as well when more instances than the bound were looked at without an answer: too many objects
 *                in an answer harm nobody, a missing one does
 */
export function someInstance(series: EventSeries, part: Part, window: TimeRange, floatingZone: TimeZoneId, test: (span: Span) => boolean): boolean {
  if (part.kind !== 'master' || series.kind !== 'recurring') return test(spanOf(part.event, floatingZone))
  const range = bounded(series, window, floatingZone)
  if (range === undefined) return false
  for (const limit of SEARCH_STEPS) {
    const found = instances(series, range, { floatingZone, limit })
    if (found.instances.some((each) => !isOverride(series.overrides, each.recurrenceId) && test(each))) return true
    if (found.isComplete) return false
  }
  return true
}

/** The window with both ends set and a second to spare on each side; undefined where the series is outside of it. */
function bounded(series: EventSeries, window: TimeRange, floatingZone: TimeZoneId): { from: Instant; to: Instant } | undefined {
  const whole = extent(series, floatingZone)
  const from = Math.max(window.from ?? whole.from, whole.from - DAY_MS) - 1000
  const to = Math.min(window.to ?? END_OF_TIME, whole.to === undefined ? END_OF_TIME : whole.to + DAY_MS) + 1000
  return from < to ? { from: instant(from), to: instant(to) } : undefined
}

function isOverride(overrides: ReadonlyMap<RecurrenceId, Event>, id: RecurrenceId | undefined): boolean {
  return id !== undefined && overrides.has(id)
}

/**
 * A DATE or DATE-TIME value of iCalendar text as written by us.
 * @param tzid the TZID parameter
 * @returns undefined for anything else
 */
export function eventTimeOf(value: string, tzid: string | undefined): EventTime | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value)
  if (match === null) return undefined
  const date = `${match[1]}-${match[2]}-${match[3]}`
  if (match[4] === undefined) return { kind: 'date', date: plainDate(date) }
  if (match[7] === 'Z') return { kind: 'utc', at: instantOfUtc(value) }
  const local = localDateTime(`${date}T${match[4]}:${match[5]}:${match[6]}`)
  const zone = tzid === undefined ? undefined : findTimeZone(tzid)
  return zone === undefined ? { kind: 'floating', local } : { kind: 'zoned', local, zone }
}

function extended(text: string): string {
  return text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
}
