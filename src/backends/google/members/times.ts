/**
 * Times of the model and `EventDateTime` of the service.
 *
 * The service renders `dateTime` in the zone of its answer while `timeZone` names the event's own: the moment is what counts, and is
 * told in the event's own zone. Floating times are not known there; they are kept in the calendar's zone with a mark.
 */

import { instantOf, findTimeZone, localAt, zonedOrUtc } from '../../../icalendar/time-zone.ts'
import { timeOfRecurrenceId } from '../../../icalendar/recurrence.ts'
import { instant, plainDate, recurrenceId, timeZoneId } from '../../../calendar/identifiers.ts'
import type { EventTime } from '../../../calendar/event.ts'
import type { Instant, LocalDateTime, RecurrenceId, TimeZoneId } from '../../../calendar/identifiers.ts'
import type { WireTime } from '../wire.ts'

/** What is sent: either `date`, or a moment in UTC with the zone in which the event lives. */
export type WrittenTime = { readonly date: string } | { readonly dateTime: string; readonly timeZone: string }

const datePattern = /^\d{4}-\d\d-\d\d$/
const momentPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
/** Names under which the service knows UTC itself, as against a zone that has the same clock. */
const utcNames = new Set(['UTC', 'Etc/UTC'])

/** @param text RFC 3339 with offset @returns whole seconds @throws RangeError */
export function readMoment(text: string): Instant {
  const at = momentPattern.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new RangeError(`"${text}" is not a time with offset`)
  return instant(Math.floor(at / 1000) * 1000)
}

/** @param text RFC 3339 with offset, as in `updated` @returns undefined for anything else; milliseconds are kept */
export function readStamp(text: string | undefined): Instant | undefined {
  const at = text !== undefined && momentPattern.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : instant(at)
}

/** How the times of a row are to be read where the row alone does not tell. */
export interface TimeReading {
  /** The calendar's, for times that name none. */
  readonly zone: TimeZoneId
  readonly isFloating: boolean
  /** A recurring event lives by its zone's clock, so that a zone nobody knows cannot be told as UTC. */
  readonly isRecurring: boolean
}

/** @throws RangeError when the time has no known shape, or its zone matters and is not known */
export function readTime(time: WireTime | undefined, reading: TimeReading): EventTime {
  if (time?.date !== undefined) return readDate(time.date)
  if (time?.dateTime === undefined) throw new RangeError('a time has neither date nor dateTime')
  const at = readMoment(time.dateTime)
  const zone = time.timeZone === undefined ? reading.zone : findTimeZone(time.timeZone)
  if (reading.isFloating) return { kind: 'floating', local: localAt(at, zone ?? reading.zone) }
  if (time.timeZone !== undefined && utcNames.has(time.timeZone)) return { kind: 'utc', at }
  const told = zone === undefined ? { kind: 'utc' as const, at } : zonedOrUtc(at, zone)
  if (reading.isRecurring && told.kind === 'utc') throw new RangeError(`a series cannot be told in the zone "${time.timeZone}"`)
  return told
}

function readDate(date: string): EventTime {
  if (!datePattern.test(date) || Number.isNaN(Date.parse(date))) throw new RangeError(`"${date}" is not a date`)
  return { kind: 'date', date: plainDate(date) }
}

/** The zone in which the service keeps a time of the model. */
export function storedZoneOf(time: EventTime, calendarZone: TimeZoneId): TimeZoneId {
  switch (time.kind) {
    case 'date': return calendarZone
    case 'utc': return utc
    case 'zoned': return utcNames.has(time.zone) ? utc : time.zone
    case 'floating': return storedZoneOfFloating(time.local, instantOf(time, calendarZone), calendarZone)
  }
}

const utc = timeZoneId('UTC')

/** What the calendar's clock leaves out in spring would come back an hour later: it is kept in the zone that never leaves the hour before. */
function storedZoneOfFloating(local: LocalDateTime, at: Instant, calendarZone: TimeZoneId): TimeZoneId {
  if (localAt(at, calendarZone) === local) return calendarZone
  const hours = (Date.parse(`${local}Z`) - at) / 3_600_000
  return findTimeZone(`Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`) ?? utc
}

/** @param calendarZone where floating times are put */
export function writeTime(time: EventTime, calendarZone: TimeZoneId): WrittenTime {
  if (time.kind === 'date') return { date: time.date }
  const timeZone = storedZoneOf(time, calendarZone)
  return { dateTime: formatMoment(instantOf(time, timeZone)), timeZone }
}

/** `yyyy-mm-ddThh:mm:ssZ` */
export function formatMoment(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/**
 * The name of the instance that begins at a moment or on a day, in a series of this kind of time.
 * @param zone the zone in which the service keeps the series
 */
export function recurrenceIdAt(at: Instant, start: EventTime, zone: TimeZoneId): RecurrenceId {
  switch (start.kind) {
    case 'date': return recurrenceId(localAt(at, zone).slice(0, 10))
    case 'floating': return recurrenceId(localAt(at, zone))
    case 'utc':
    case 'zoned': return recurrenceId(formatMoment(at))
  }
}

/** The original start of an instance, as `events.instances?originalStart=` takes it. */
export function writeRecurrenceId(id: RecurrenceId, start: EventTime, calendarZone: TimeZoneId): string {
  const time = timeOfRecurrenceId(id, start)
  return time.kind === 'date' ? time.date : formatMoment(instantOf(time, calendarZone))
}

/** The moment of an original start. @param zone for dates and floating times */
export function instantOfRecurrenceId(id: RecurrenceId, start: EventTime, zone: TimeZoneId): Instant {
  return instantOf(timeOfRecurrenceId(id, start), zone)
}

/** From one time to another: milliseconds between moments, nominal days (as milliseconds) between dates. */
export function durationBetween(start: EventTime, end: EventTime, zone: TimeZoneId): number {
  if (start.kind === 'date' && end.kind === 'date') return Date.parse(end.date) - Date.parse(start.date)
  if (start.kind === 'floating' && end.kind === 'floating') return Date.parse(`${end.local}Z`) - Date.parse(`${start.local}Z`)
  return instantOf(end, zone) - instantOf(start, zone)
}

/** The time that lies so much later, of the kind and in the zone of `like` (RFC 5545 §3.8.5.3: the exact duration applies to all). */
export function timeAfter(start: EventTime, milliseconds: number, like: EventTime): EventTime {
  if (start.kind === 'date') return { kind: 'date', date: plainDate(new Date(Date.parse(start.date) + milliseconds).toISOString().slice(0, 10)) }
  if (start.kind === 'floating') {
    const at = instant(Date.parse(`${start.local}Z`) + milliseconds)
    return { kind: 'floating', local: localAt(at, timeZoneId('UTC')) }
  }
  const at = instant(instantOf(start, timeZoneId('UTC')) + milliseconds)
  return like.kind === 'zoned' ? zonedOrUtc(at, like.zone) : { kind: 'utc', at }
}
