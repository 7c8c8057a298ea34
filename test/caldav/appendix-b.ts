/** The events of RFC 4791 Appendix B, and a few for what it has no example of. */

import type { StoredSeries } from '../../src/calendar/backend.ts'
import type { EventSeries } from '../../src/calendar/event.ts'
import { timeZoneId } from '../../src/calendar/identifiers.ts'
import { parseCalendarObject } from '../../src/icalendar/parse.ts'

export const eastern = timeZoneId('America/New_York')

const TIME_ZONE = `BEGIN:VTIMEZONE
LAST-MODIFIED:20040110T032845Z
TZID:US/Eastern
BEGIN:DAYLIGHT
DTSTART:20000404T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4
TZNAME:EDT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20001026T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:EST
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE`

const objects = {
  abcd1: `DTSTAMP:20060206T001102Z
DTSTART;TZID=US/Eastern:20060102T100000
DURATION:PT1H
SUMMARY:Event #1
DESCRIPTION:Go Steelers!
UID:74855313FA803DA593CD579A@example.com`,
  abcd2: `DTSTAMP:20060206T001121Z
DTSTART;TZID=US/Eastern:20060102T120000
DURATION:PT1H
RRULE:FREQ=DAILY;COUNT=5
SUMMARY:Event #2
UID:00959BC664CA650E933C892C@example.com
---
DTSTAMP:20060206T001121Z
DTSTART;TZID=US/Eastern:20060104T140000
DURATION:PT1H
RECURRENCE-ID;TZID=US/Eastern:20060104T120000
SUMMARY:Event #2 bis
UID:00959BC664CA650E933C892C@example.com
---
DTSTAMP:20060206T001121Z
DTSTART;TZID=US/Eastern:20060106T140000
DURATION:PT1H
RECURRENCE-ID;TZID=US/Eastern:20060106T120000
SUMMARY:Event #2 bis bis
UID:00959BC664CA650E933C892C@example.com`,
  abcd3: `ATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:cyrus@example.com
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:lisa@example.com
DTSTAMP:20060206T001220Z
DTSTART;TZID=US/Eastern:20060104T100000
DURATION:PT1H
LAST-MODIFIED:20060206T001330Z
ORGANIZER:mailto:cyrus@example.com
SEQUENCE:1
STATUS:TENTATIVE
SUMMARY:Event #3
UID:DC6C50A017428C5216A2F1CD@example.com`,
  // Not of the RFC:
  allDay: `DTSTAMP:20060206T001102Z
DTSTART;VALUE=DATE:20060110
DTEND;VALUE=DATE:20060111
SUMMARY:Whole day
UID:all-day@example.com`,
  floating: `DTSTAMP:20060206T001102Z
DTSTART:20060112T090000
DTEND:20060112T100000
SUMMARY:Breakfast wherever
UID:floating@example.com`,
  endless: `DTSTAMP:20060206T001102Z
DTSTART;TZID=US/Eastern:20060103T080000
DURATION:PT30M
RRULE:FREQ=WEEKLY
EXDATE;TZID=US/Eastern:20060110T080000
SUMMARY:Every week\\, without end
LOCATION:Zürich\\; Straße 5
UID:endless@example.com
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:soon
TRIGGER:-PT30M
END:VALARM`,
  moment: `DTSTAMP:20060206T001102Z
DTSTART:20060120T120000Z
SUMMARY:No length
UID:moment@example.com
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:later
TRIGGER;VALUE=DATE-TIME:20060101T060000Z
END:VALARM`,
}

export type ObjectKey = keyof typeof objects
export const objectKeys = Object.keys(objects) as readonly ObjectKey[]

/** The whole iCalendar text of one of the objects. */
export function textOf(key: ObjectKey): string {
  const events = objects[key].split('\n---\n').map((each) => `BEGIN:VEVENT\n${each}\nEND:VEVENT`).join('\n')
  return `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example Corp.//CalDAV Client//EN\n${TIME_ZONE}\n${events}\nEND:VCALENDAR\n`.replaceAll('\n', '\r\n')
}

export function seriesOf(key: ObjectKey): EventSeries {
  return parseSeries(textOf(key))
}

/** @param text LF or CRLF */
export function parseSeries(text: string): EventSeries {
  return parseCalendarObject(new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n')), { calendarZone: eastern }).series
}

/** As a backend would tell it; only the series counts. */
export function storedOf(series: EventSeries): StoredSeries {
  return { series, role: 'organizer' } as StoredSeries
}
