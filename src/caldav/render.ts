/** Finished text of calendar objects, made once for each series as it was read. */

import type { StoredSeries } from '../calendar/backend.ts'
import { decodeReferences, escapeText } from '../dav/characters.ts'
import { formatCalendarObject } from '../icalendar/format.ts'

/** Both live as long as the series does: what the backend's cache drops is dropped here too. Most series are asked for in one of the two forms. */
const texts = new WeakMap<StoredSeries, string>()
const escapedTexts = new WeakMap<StoredSeries, string>()

/** The media type of every calendar object, in the Content-Type header and in DAV:getcontenttype alike. */
export const CALENDAR_OBJECT_TYPE = 'text/calendar; charset=utf-8; component=VEVENT'

/** The calendar object as GET, multiget and every other answer show it: iCalendar with CRLF line ends. */
export function calendarData(stored: StoredSeries): string {
  const known = texts.get(stored)
  if (known !== undefined) return known
  const escaped = escapedTexts.get(stored)
  const text = (escaped === undefined ? undefined : decodeReferences(escaped)) ?? formatCalendarObject(stored.series, stored.owner)
  texts.set(stored, text)
  return text
}

/** The same, escaped for XML: all in ASCII, and so a byte for each character in memory too. */
export function escapedCalendarData(stored: StoredSeries): string {
  const known = escapedTexts.get(stored)
  if (known !== undefined) return known
  const escaped = escapeText(texts.get(stored) ?? formatCalendarObject(stored.series, stored.owner))
  escapedTexts.set(stored, escaped)
  return escaped
}
