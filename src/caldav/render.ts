/** Finished text of calendar objects, made once for each series as it was read. */

import type { StoredSeries } from '../calendar/backend.ts'
import { formatCalendarObject } from '../icalendar/format.ts'

/** Lives as long as the series does: what the backend's cache drops is dropped here too. */
const finished = new WeakMap<StoredSeries, string>()

/** The media type of every calendar object, in the Content-Type header and in DAV:getcontenttype alike. */
export const CALENDAR_OBJECT_TYPE = 'text/calendar; charset=utf-8; component=VEVENT'

/** The calendar object as GET, multiget and every other answer show it: iCalendar with CRLF line ends. */
export function calendarData(stored: StoredSeries): string {
  const known = finished.get(stored)
  if (known !== undefined) return known
  const text = formatCalendarObject(stored.series)
  finished.set(stored, text)
  return text
}
