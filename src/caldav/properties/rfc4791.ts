/** RFC 4791: the properties of calendars and calendar homes. */

import { caldav } from '../../dav/names.ts'
import { childrenNamed, textOf } from '../../dav/tree.ts'
import { element } from '../../dav/xml.ts'
import type { XmlElement } from '../../dav/xml.ts'
import { defaultLimits } from '../../icalendar/limits.ts'
import { collations } from '../filters/collations.ts'
import { DavError } from '../errors.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { formatHref } from '../resource.ts'
import { readTimeZone, timeZoneText } from '../time-zones.ts'
import { href } from './hrefs.ts'

/** A backend that holds events only; a client may say so again, and may not ask for more (RFC 4791 §5.3.1.2). */
function checkComponents(value: XmlElement): Record<string, never> {
  const names = childrenNamed(value, caldav('comp')).map((comp) => comp.attributes.get('name')?.toUpperCase())
  if (names.length === 0 || names.includes('VEVENT')) return {}
  throw new DavError(403, 'Calendars hold events only: tasks and journals need another service.', { condition: caldav('supported-calendar-component') })
}

/** The text of a property that not every calendar has. */
const present = (text: string | undefined) => (text === undefined ? undefined : [text])

export const rfc4791: readonly PropertyRow[] = [
  property({
    name: caldav('calendar-home-set'),
    source: 'RFC 4791 §6.2.1',
    on: ['principal'],
    allprop: false,
    get: ({ resource }) => [href(formatHref({ kind: 'home', id: resource.id }))],
  }),
  property({
    name: caldav('calendar-description'),
    source: 'RFC 4791 §5.2.1',
    on: ['calendar'],
    allprop: false,
    get: async ({ calendar }) => present((await calendar()).description),
    set: (value) => ({ description: (value && textOf(value)) || null }),
  }),
  property({
    name: caldav('calendar-timezone'),
    source: 'RFC 4791 §5.2.2',
    on: ['calendar'],
    allprop: false,
    get: async ({ calendar }) => [timeZoneText((await calendar()).timeZone)],
    set: (value) => ({ timeZone: readTimeZone(value) }),
  }),
  property({
    name: caldav('supported-calendar-component-set'),
    source: 'RFC 4791 §5.2.3',
    on: ['calendar'],
    allprop: false,
    get: () => [element(caldav('comp'), [], { name: 'VEVENT' })],
    create: checkComponents,
  }),
  property({
    name: caldav('supported-calendar-data'),
    source: 'RFC 4791 §5.2.4',
    on: ['calendar'],
    allprop: false,
    get: () => [element(caldav('calendar-data'), [], { 'content-type': 'text/calendar', version: '2.0' })],
  }),
  property({
    name: caldav('max-resource-size'),
    source: 'RFC 4791 §5.2.5, in bytes',
    on: ['calendar'],
    allprop: false,
    get: (_, { settings }) => [String(settings.maxResourceBytes)],
  }),
  property({
    name: caldav('min-date-time'),
    source: 'RFC 4791 §5.2.6: iCalendar knows no earlier year',
    on: ['calendar'],
    allprop: false,
    get: () => ['00010101T000000Z'],
  }),
  property({
    name: caldav('max-date-time'),
    source: 'RFC 4791 §5.2.7: iCalendar knows no later year',
    on: ['calendar'],
    allprop: false,
    get: () => ['99991231T235959Z'],
  }),
  property({
    name: caldav('max-attendees-per-instance'),
    source: 'RFC 4791 §5.2.9',
    on: ['calendar'],
    allprop: false,
    get: () => [String(defaultLimits.attendees)],
  }),
  property({
    name: caldav('supported-collation-set'),
    source: 'RFC 4791 §7.5.1',
    on: ['calendar'],
    allprop: false,
    get: () => collations.map((name) => element(caldav('supported-collation'), [name])),
  }),
]
