/** Values of properties as the tests of a filter see them. */

import { parameter } from '../../icalendar/component.ts'
import type { Property } from '../../icalendar/component.ts'
import { instantOf } from '../../icalendar/time-zone.ts'
import type { Instant, TimeZoneId } from '../../calendar/identifiers.ts'
import { eventTimeOf } from './time-range.ts'

/** Properties of RFC 5545 §3.8 and RFC 7986 whose type is not TEXT: nothing is escaped in them. */
const VERBATIM: ReadonlySet<string> = new Set([
  'ATTACH', 'ATTENDEE', 'COMPLETED', 'CONFERENCE', 'CREATED', 'DTEND', 'DTSTAMP', 'DTSTART', 'DUE', 'DURATION', 'EXDATE', 'FREEBUSY', 'GEO',
  'IMAGE', 'LAST-MODIFIED', 'ORGANIZER', 'PERCENT-COMPLETE', 'PRIORITY', 'RDATE', 'RECURRENCE-ID', 'REFRESH-INTERVAL', 'REPEAT', 'RRULE',
  'SEQUENCE', 'SOURCE', 'TRIGGER', 'TZOFFSETFROM', 'TZOFFSETTO', 'TZURL', 'URL',
])

/** What a person reads in a property: text-match looks at it without the escapes of RFC 5545 §3.3.11. */
export function readableValue({ name, value }: Property): string {
  if (VERBATIM.has(name) || !value.includes('\\')) return value
  return value.replace(/\\([\s\S])/g, (_, escaped: string) => (escaped === 'n' || escaped === 'N' ? '\n' : escaped))
}

/** The moments that a date valued property names, in its order; a DATE counts as midnight in the given zone. Not empty for such properties. */
export function momentsOf(property: Property, floatingZone: TimeZoneId): readonly Instant[] {
  const tzid = parameter(property, 'TZID')
  const times = property.value.split(',').map((each) => eventTimeOf(each.split('/')[0] ?? '', tzid))
  return times.filter((each) => each !== undefined).map((each) => instantOf(each, floatingZone))
}
