/** Time zones as clients name them and read them: by a VTIMEZONE (RFC 4791 §5.2.2) or by name (RFC 7809). */

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { caldav } from '../dav/names.ts'
import { textOf } from '../dav/tree.ts'
import type { XmlElement } from '../dav/xml.ts'
import { CalendarDataError } from '../icalendar/calendar-data-error.ts'
import { calendarProperties } from '../icalendar/calendar-properties.ts'
import { component } from '../icalendar/component.ts'
import { formatComponent } from '../icalendar/format.ts'
import { parseTimeZone } from '../icalendar/parse.ts'
import { findTimeZone, timeZoneComponent } from '../icalendar/time-zone.ts'
import { DavError } from './errors.ts'

/** Clients use the zone for new and floating events: the rules since then are enough. */
const FIRST_YEAR = 1970

/** At most one text for each zone that the zone data has. */
const texts = new Map<TimeZoneId, string>()

/** A VCALENDAR with the one VTIMEZONE, as text. */
export function timeZoneText(zone: TimeZoneId): string {
  const known = texts.get(zone)
  if (known !== undefined) return known
  const text = formatComponent(component('VCALENDAR', calendarProperties, [timeZoneComponent(zone, FIRST_YEAR)]))
  texts.set(zone, text)
  return text
}

/**
 * @throws DavError 403 CALDAV:valid-calendar-data when it is no VCALENDAR with one VTIMEZONE, CALDAV:valid-timezone when that is no known zone
 *         (RFC 7809 §3.1.4); 409 to remove it
 */
export function readTimeZone(value: XmlElement | undefined): TimeZoneId {
  if (value === undefined) throw zoneIsNeeded()
  try {
    return parseTimeZone(textOf(value))
  } catch (error) {
    if (!(error instanceof CalendarDataError)) throw error
    throw new DavError(403, error.message, { condition: caldav(error.precondition), cause: error })
  }
}

/** @throws DavError 403 CALDAV:valid-timezone (RFC 7809 §5.2) for a name that the zone data does not know; 409 to remove it */
export function findNamedZone(value: XmlElement | undefined): TimeZoneId {
  if (value === undefined) throw zoneIsNeeded()
  const zone = findTimeZone(textOf(value).trim())
  if (zone === undefined) throw new DavError(403, 'There is no time zone of that name: send one of the IANA, such as Europe/Berlin, or a whole VTIMEZONE.', { condition: caldav('valid-timezone') })
  return zone
}

const zoneIsNeeded = (): DavError => new DavError(409, 'A calendar always has a time zone: set another one instead of removing it.')
