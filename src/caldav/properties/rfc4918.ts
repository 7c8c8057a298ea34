/** RFC 4918 §15: the live properties of WebDAV itself, as far as calendars have them. */

import type { StoredSeries } from '../../calendar/backend.ts'
import { eventsOf } from '../../calendar/event.ts'
import { formatHttpDate } from '../../dav/headers.ts'
import { caldav, dav } from '../../dav/names.ts'
import { elementsOf, textOf } from '../../dav/tree.ts'
import { element, plainWriter } from '../../dav/xml.ts'
import type { XmlElement } from '../../dav/xml.ts'
import type { LoadedResource } from '../context.ts'
import { DavError } from '../errors.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { CALENDAR_OBJECT_TYPE, calendarData } from '../render.ts'
import { calendarEtagOf, etagOf } from '../tags.ts'

const collection = element(dav('collection'))

/** Neither holds a character that XML would have escaped. */
const etagElement = plainWriter(dav('getetag'))
const contentTypeElement = plainWriter(dav('getcontenttype'))(CALENDAR_OBJECT_TYPE)

const typesByKind: Readonly<Record<LoadedResource['kind'], readonly XmlElement[]>> = {
  root: [collection],
  principal: [element(dav('principal'))],
  home: [collection],
  calendar: [collection, element(caldav('calendar'))],
  object: [],
  inbox: [collection, element(caldav('schedule-inbox'))],
  outbox: [collection, element(caldav('schedule-outbox'))],
}

/** RFC 5689 §3.3: whatever else is asked for cannot be made. */
function checkCalendarType(value: XmlElement): Record<string, never> {
  const types = elementsOf(value).map(({ name }) => name)
  const isCalendar = types.some((name) => name.local === 'calendar' && name.namespace === caldav('').namespace)
  if (isCalendar && types.length <= 2) return {}
  throw new DavError(403, 'Only calendars can be made here: a collection that is a calendar and nothing else.', { condition: dav('valid-resourcetype') })
}

function displayNameOf(value: XmlElement | undefined): { displayName: string } {
  const displayName = value === undefined ? '' : textOf(value).trim()
  if (displayName === '') throw new DavError(409, 'A calendar needs a name.')
  return { displayName }
}

export const rfc4918: readonly PropertyRow[] = [
  property({
    name: dav('resourcetype'),
    source: 'RFC 4918 §15.9, RFC 4791 §4.2, RFC 3744 §4',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: true,
    get: ({ kind }) => typesByKind[kind],
    create: checkCalendarType,
  }),
  property({
    name: dav('displayname'),
    source: 'RFC 4918 §15.2',
    on: ['calendar'],
    allprop: true,
    get: async ({ calendar }) => [(await calendar()).displayName],
    set: displayNameOf,
  }),
  property({
    name: dav('displayname'),
    source: 'RFC 4918 §15.2; Apple and DAVx5 show it for the account',
    on: ['principal'],
    allprop: true,
    get: async ({ calendar }, { account }) => [calendar === undefined ? account.address : (await calendar()).displayName],
  }),
  property({
    name: dav('displayname'),
    source: 'RFC 4918 §15.2',
    on: ['home'],
    allprop: true,
    get: ({ resource }) => [resource.id],
  }),
  property({
    name: dav('getetag'),
    source: 'RFC 4918 §15.6, RFC 4791 §5.3.4',
    on: ['object'],
    allprop: true,
    isOfObjectAlone: true,
    get: ({ tag }) => [etagOf(tag.revision)],
    finished: ({ tag }) => etagElement(etagOf(tag.revision)),
  }),
  property({
    name: dav('getetag'),
    source: 'RFC 4918 §15.6: GET answers the calendar as one file',
    on: ['calendar'],
    allprop: true,
    get: async ({ state }) => [calendarEtagOf(await state())],
  }),
  // Not on calendars, although GET answers them: Apple's listing asks for the type without resourcetype and takes what is text/calendar for an event.
  property({
    name: dav('getcontenttype'),
    source: 'RFC 4918 §15.5; vdirsyncer and Thunderbird skip objects without it',
    on: ['object'],
    allprop: true,
    isOfObjectAlone: true,
    get: () => [CALENDAR_OBJECT_TYPE],
    finished: () => contentTypeElement,
  }),
  property({
    name: dav('getcontentlength'),
    source: 'RFC 4918 §15.4; to cadaver an object without it is an error, and rclone takes it for empty',
    on: ['object'],
    allprop: true,
    readsSeries: true,
    get: ({ held }) => held && [String(Buffer.byteLength(calendarData(held)))],
  }),
  property({
    name: dav('getlastmodified'),
    source: 'RFC 4918 §15.7',
    on: ['object'],
    allprop: true,
    get: ({ tag }) => [formatHttpDate(tag.updated)],
  }),
  property({
    name: dav('getlastmodified'),
    source: 'RFC 4918 §15.7',
    on: ['calendar'],
    allprop: true,
    get: async ({ state }) => [formatHttpDate((await state()).updated)],
  }),
  property({
    name: dav('creationdate'),
    source: 'RFC 4918 §15.1; left out where the object has not been read',
    on: ['object'],
    allprop: true,
    get: ({ held }) => held && createdOf(held),
  }),
]

/** RFC 3339, when the first part of the series was made. */
function createdOf({ series }: StoredSeries): readonly string[] | undefined {
  const known = eventsOf(series).flatMap(({ created }) => (created === undefined ? [] : [created]))
  return known.length === 0 ? undefined : [new Date(Math.min(...known)).toISOString().replace('.000Z', 'Z')]
}
