/** Finished text of calendar objects, made once for each series as it was read, and kept in the form that listings need. */

import type { StoredSeries } from '../calendar/backend.ts'
import { decodeReferences, escapeText } from '../dav/characters.ts'
import { formatCalendarObject, formatInParts } from '../icalendar/format.ts'

/** The media type of every calendar object, in the Content-Type header and in DAV:getcontenttype alike. */
export const CALENDAR_OBJECT_TYPE = 'text/calendar; charset=utf-8; component=VEVENT'

/** The calendar object as GET, multiget and every other answer show it: iCalendar with CRLF line ends. */
export function calendarData(stored: StoredSeries): string {
  return decodeReferences(escapedCalendarData(stored)) ?? formatted(stored)
}

/** The same, escaped for XML: all in ASCII. It is kept with the series, which the backend's cache drops in its time. */
export function escapedCalendarData(stored: StoredSeries): string {
  return (stored.rendered ??= escapedParts(stored))
}

const formatted = ({ series, owner }: StoredSeries): string => formatCalendarObject(series, owner)

/** Objects hold only what is their own: the engine keeps a sum of two strings as a pair of them until somebody looks into it. */
function escapedParts({ series, owner }: StoredSeries): string {
  const { shared, own } = formatInParts(series, owner)
  return escapedOnce(shared) + escapedOctets(own)
}

/** By text: zones with a year to start from. Emptied when full, which takes more than one process meets. */
const shared = new Map<string, string>()
const maxShared = 2000

function escapedOnce(text: string): string {
  let escaped = shared.get(text)
  if (escaped === undefined) {
    if (shared.size >= maxShared) shared.clear()
    shared.set(text, escaped = escapedOctets(text))
  }
  return escaped
}

/** With a byte for each character in memory too: what is made of a text with wider ones stays as wide until it is copied. */
function escapedOctets(text: string): string {
  const ascii = escapeText(text)
  return beyondLatin1.test(text) ? Buffer.from(ascii, 'latin1').toString('latin1') : ascii
}

const beyondLatin1 = /[^\u0000-\u00ff]/
