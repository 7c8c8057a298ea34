/** DTSTART, DTEND and DURATION (RFC 5545 §3.8.2), both ways. */

import type { EventTime } from '../calendar/event.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { CalendarDataError, unfit } from './calendar-data-error.ts'
import type { Property } from './component.ts'
import { parseDuration } from './date-time.ts'
import { addDuration, formatTime, isDate, millisecondsBetween } from './event-time.ts'
import type { ZoneUse } from './event-time.ts'
import type { PropertyIndex } from './property-index.ts'
import type { TimeScope } from './time-scope.ts'
import { instantOf, localAt } from './time-zone.ts'

/** When an event takes place; the end is exclusive. */
export interface Period {
  readonly start: EventTime
  readonly end: EventTime
}

/** DTSTART with DTEND, DURATION or neither (RFC 5545 §3.6.1). @param use see {@link TimeScope} */
export function parsePeriod(properties: PropertyIndex, scope: TimeScope, use: 'wall-clock' | 'moment'): Period {
  const dtstart = properties.one('DTSTART')
  if (dtstart === undefined) {
    throw new CalendarDataError('valid-calendar-data', 'The VEVENT has no DTSTART (RFC 5545 §3.6.1).', properties.component.line)
  }
  const start = scope.read(dtstart, dtstart.value, use)
  return { start, end: endOf(properties, start, scope) }
}

/** An all-day event that ends where it starts lasts that one day. */
function endOf(properties: PropertyIndex, start: EventTime, scope: TimeScope): EventTime {
  const dtend = properties.one('DTEND')
  const duration = properties.one('DURATION')
  const end = dtend && endFromTime(dtend, start, scope)
  const other = duration && endFromDuration(duration, start)
  if (end !== undefined && other !== undefined && millisecondsBetween(end, other, scope.calendarZone) !== 0) {
    throw unfit(duration!, 'and DTEND name two different ends (RFC 5545 §3.6.1).')
  }
  const given = end ?? other ?? start
  if (!isDate(start) || millisecondsBetween(start, given, scope.calendarZone) !== 0) return given
  const next = addDuration(start, { days: 1, seconds: 0 })
  if (next === undefined) throw unfit(properties.one('DTSTART')!, 'ends beyond the year 9999.', 'max-date-time')
  return next
}

function endFromTime(dtend: Property, start: EventTime, scope: TimeScope): EventTime {
  const end = besideStart(scope.read(dtend, dtend.value, 'moment'), start, scope.calendarZone)
  if (isDate(end) !== isDate(start)) throw unfit(dtend, 'and DTSTART must both be dates, or both have a time (RFC 5545 §3.8.2.2).')
  if (millisecondsBetween(start, end, scope.calendarZone) < 0) throw unfit(dtend, 'is before DTSTART (RFC 5545 §3.8.2.2).')
  return end
}

/** Both float or neither does: an end without a zone is meant in that of the start, and one with a zone beside a floating start on the calendar's clock. */
function besideStart(end: EventTime, start: EventTime, calendarZone: TimeZoneId): EventTime {
  if (isDate(start) || isDate(end) || (start.kind === 'floating') === (end.kind === 'floating')) return end
  if (start.kind === 'floating') return { kind: 'floating', local: localAt(instantOf(end, calendarZone), calendarZone) }
  if (start.kind === 'zoned') return { ...start, local: (end as EventTime & { kind: 'floating' }).local }
  return { kind: 'utc', at: instantOf(end, calendarZone) }
}

function endFromDuration(property: Property, start: EventTime): EventTime {
  const duration = parseDuration(property.value)
  if (duration === undefined) throw unfit(property, 'is no length of time (RFC 5545 §3.3.6).')
  if (duration.days < 0 || duration.seconds < 0) throw unfit(property, 'is negative: the event would end before it starts (RFC 5545 §3.8.2.5).')
  const end = addDuration(start, duration)
  if (end !== undefined) return end
  if (isDate(start) && duration.seconds % 86_400 !== 0) throw unfit(property, 'gives hours to an event of whole days (RFC 5545 §3.6.1).')
  throw unfit(property, 'leads beyond the year 9999.', 'max-date-time')
}

/** DTSTART, and DTEND unless it goes without saying. */
export function formatPeriod({ start, end }: Period, zones: ZoneUse): readonly Property[] {
  const dtstart = formatTime('DTSTART', start, zones)
  return isSameTime(start, end) ? [dtstart] : [dtstart, formatTime('DTEND', end, zones)]
}

/** Such an end goes without saying (RFC 5545 §3.6.1), and DTEND may not equal DTSTART. */
function isSameTime(start: EventTime, end: EventTime): boolean {
  switch (start.kind) {
    case 'date': return false
    case 'utc': return end.kind === 'utc' && end.at === start.at
    case 'floating': return end.kind === 'floating' && end.local === start.local
    case 'zoned': return end.kind === 'zoned' && end.local === start.local && end.zone === start.zone
  }
}
