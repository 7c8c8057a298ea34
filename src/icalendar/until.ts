/** UNTIL of a rule: read in the kind of the series it ends (RFC 5545 §3.3.10). */

import type { EventTime } from '../calendar/event.ts'
import { instant, type LocalDateTime, type PlainDate, type TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, daysInMonth, localOf } from './clock.ts'
import { instantOfClock, offsetAt } from './zone-offsets.ts'

/**
 * A date in all-day series, UTC in zoned and UTC ones, floating in floating ones, whatever the text is:
 * a date in a timed series lasts until the end of that day, a local time is read in the zone of the series.
 * @param floatingZone where UTC text is read for a series without a zone
 * @throws RangeError when the text is neither a date nor a date and time
 */
export function parseUntil(text: string, start: EventTime, floatingZone: TimeZoneId): EventTime {
  const read = readTime(text)
  if (read === undefined) throw new RangeError(`UNTIL is ${JSON.stringify(text.slice(0, 40))}, neither a date nor a date and time.`)
  switch (start.kind) {
    case 'date': return { kind: 'date', date: dateIn(read, floatingZone) }
    case 'floating': return { kind: 'floating', local: read.isUtc ? zoned(read.local, floatingZone) : read.local }
    case 'utc': return { kind: 'utc', at: instant(clockOf(read.local)) }
    case 'zoned': return { kind: 'utc', at: instant(read.isUtc ? clockOf(read.local) : instantOfClock(clockOf(read.local), start.zone)) }
  }
}

/** The basic format of RFC 5545 §3.3.4 and §3.3.5. */
export function formatUntil(until: EventTime): string {
  switch (until.kind) {
    case 'date': return basic(until.date)
    case 'utc': return `${basic(localOf(until.at))}Z`
    case 'floating':
    case 'zoned': return basic(until.local)
  }
}

interface ReadTime {
  /** The end of the day where only a date was given. */
  readonly local: LocalDateTime
  readonly isDate: boolean
  readonly isUtc: boolean
}

function readTime(text: string): ReadTime | undefined {
  const [, year, month, day, hour = '23', minute = '59', second = '59', utc] = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text) ?? []
  if (year === undefined || Number(year) < 1 || Number(month) < 1 || Number(month) > 12) return undefined
  if (Number(day) < 1 || Number(day) > daysInMonth(Number(year), Number(month))) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  // A leap second is read as the one before it (RFC 5545 §3.3.12).
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}` as LocalDateTime
  return { local, isDate: utc === undefined, isUtc: utc === 'Z' }
}

/**
 * Clients that end all-day series with a moment write midnight or the last second of their own day in UTC:
 * midnight in UTC is taken as that very date, any other moment as the date in the zone of the calendar.
 */
function dateIn(read: ReadTime, zone: TimeZoneId): PlainDate {
  const isDateInUtc = !read.isUtc || /T(00:00:00|23:59:59)$/.test(read.local)
  return (isDateInUtc ? read.local : zoned(read.local, zone)).slice(0, 10) as PlainDate
}

function zoned(utc: LocalDateTime, zone: TimeZoneId): LocalDateTime {
  const at = clockOf(utc)
  return localOf(at + offsetAt(at, zone))
}

function basic(text: string): string {
  return text.replaceAll('-', '').replaceAll(':', '')
}
