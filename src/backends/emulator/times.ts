/** Times as they come and go: EventDateTime objects of the API, stored times, RFC 3339 bounds. */

import type { EventTime } from '../../calendar/event.ts'
import type { Instant, LocalDateTime, PlainDate, TimeZoneId } from '../../calendar/identifiers.ts'
import { findTimeZone, instantOf, localAt, offsetSecondsAt } from '../../icalendar/time-zone.ts'
import type { WireTime } from '../google/wire.ts'
import type { StoredTime } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'

export const dayMs = 86_400_000

const dateForm = /^\d{4}-\d\d-\d\d$/
const dateTimeForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i

/** The stored form is its own zone's name; zones are checked when they come in. */
export const zoneOf = (name: string): TimeZoneId => name as TimeZoneId

/** @throws ApiError 400 invalid for names that no zone has */
export function readZone(name: unknown, message: string): TimeZoneId {
  const zone = typeof name === 'string' ? findTimeZone(name) : undefined
  // Windows names and the like are refused (reference §8): only what the zone data itself knows.
  if (zone === undefined || !/^[A-Za-z0-9_+/-]+$/.test(String(name))) throw invalid(message)
  return zone
}

/**
 * Reads start or end of an event.
 * @param which `start` or `end`, for the message
 * @param calendarZone counts where the time has an offset and no zone
 */
export function readEventTime(value: unknown, which: 'start' | 'end', calendarZone: string): StoredTime {
  if (typeof value !== 'object' || value === null) throw missing(`Missing ${which} time.`)
  const { date, dateTime, timeZone } = value as Record<string, unknown>
  if (typeof date === 'string' && typeof dateTime === 'string') throw invalid(`Invalid ${which} time.`)
  if (typeof date === 'string') return { date: readDate(date, which) }
  if (typeof dateTime !== 'string') throw missing(`Missing ${which} time.`)
  return readDateTime(dateTime, timeZone, which, calendarZone)
}

function readDate(date: string, which: string): string {
  const at = Date.parse(`${date}T00:00:00Z`)
  const isDay = dateForm.test(date) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(date)
  if (!isDay) throw invalid(`Invalid ${which} time.`)
  return date
}

function readDateTime(text: string, timeZone: unknown, which: string, calendarZone: string): StoredTime {
  const [, local, offset] = dateTimeForm.exec(text.trim()) ?? []
  if (local === undefined || Number.isNaN(Date.parse(`${local}Z`))) throw invalid(`Invalid ${which} time.`)
  const hasZone = timeZone !== undefined && timeZone !== null && timeZone !== ''
  if (offset === undefined && !hasZone) throw missing(`Missing time zone definition for ${which} time.`)
  const zone = hasZone ? readZone(timeZone, `Invalid time zone definition for ${which} time.`) : zoneOf(calendarZone)
  const at = offset === undefined
    ? instantOf({ kind: 'zoned', local: local.toUpperCase() as LocalDateTime, zone }, zone)
    : Date.parse(`${local}${offset}`)
  return { at, timeZone: zone }
}

/** As the API shows it: a dateTime in the answer's zone beside the event's own zone. */
export function wireTime(time: StoredTime, answerZone: TimeZoneId): WireTime {
  if ('date' in time) return { date: time.date }
  return { dateTime: formatDateTime(time.at, answerZone), timeZone: time.timeZone }
}

/** RFC 3339 with the zone's offset; `Z` where that is zero, or has seconds (local mean times), or leads into a year of five digits. */
export function formatDateTime(at: number, zone: TimeZoneId): string {
  const seconds = offsetSecondsAt(at as Instant, zone)
  const local = new Date(at + seconds * 1000).toISOString().slice(0, 19)
  if (seconds === 0) return `${local}Z`
  if (seconds % 60 !== 0 || !/^\d{4}-/.test(local)) return `${new Date(at).toISOString().slice(0, 19)}Z`
  const minutes = Math.abs(Math.trunc(seconds / 60))
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${local}${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** Reads a bound such as timeMin; milliseconds are cut off unless the bound counts them. */
export function readBound(text: string, name: string, unit: 'seconds' | 'milliseconds' = 'seconds'): number {
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text)
  const at = hasOffset && dateTimeForm.test(text) ? Date.parse(text.replace(' ', '+')) : NaN
  if (Number.isNaN(at)) throw new ApiError('badRequest', 'Bad Request', { locationType: 'parameter', location: name })
  return unit === 'seconds' ? Math.floor(at / 1000) * 1000 : at
}

/** The moment at which a stored time stands; days begin at midnight of the calendar's zone (reference §5). */
export function momentOf(time: StoredTime, calendarZone: TimeZoneId): number {
  return 'at' in time ? time.at : instantOf({ kind: 'date', date: time.date as PlainDate }, calendarZone)
}

/** The same moment or day in the terms of the recurrence rules: in the zone of the series. */
export function eventTime(time: StoredTime): EventTime {
  if ('date' in time) return { kind: 'date', date: time.date as PlainDate }
  if (time.timeZone === 'UTC') return { kind: 'utc', at: time.at as Instant }
  const zone = zoneOf(time.timeZone)
  return { kind: 'zoned', local: localAt(time.at as Instant, zone), zone }
}

/** A recurrence-id: the day, or the moment in UTC. */
export function recurrenceIdOf(time: StoredTime): string {
  return 'date' in time ? time.date : new Date(time.at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The inverse of {@link recurrenceIdOf}. @param timeZone zone of the series */
export function timeOfRecurrenceId(id: string, timeZone: string): StoredTime {
  return id.length === 10 ? { date: id } : { at: Date.parse(id), timeZone }
}

/** Days between two dates, or ms between two moments: what stays the same from instance to instance. */
export function lengthOf(start: StoredTime, end: StoredTime): number {
  const position = (time: StoredTime): number => 'date' in time ? Date.parse(`${time.date}T00:00:00Z`) : time.at
  return position(end) - position(start)
}

/** The end of an instance that starts elsewhere. @param like the end of the master, for its zone */
export function endAfter(start: StoredTime, length: number, like: StoredTime): StoredTime {
  if ('date' in start) return { date: new Date(Date.parse(`${start.date}T00:00:00Z`) + length).toISOString().slice(0, 10) }
  return { at: start.at + length, timeZone: 'at' in like ? like.timeZone : start.timeZone }
}
