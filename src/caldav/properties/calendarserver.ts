/** The extensions of Calendar Server and of Apple's calendar programs, which no RFC describes. */

import { emailAddress } from '../../calendar/identifiers.ts'
import { appleIcal, calendarserver } from '../../dav/names.ts'
import { textOf } from '../../dav/tree.ts'
import { element } from '../../dav/xml.ts'
import type { XmlElement } from '../../dav/xml.ts'
import { DavError } from '../errors.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { ctagOf, emptyState } from '../tags.ts'

/** `#rrggbb` or `#rrggbbaa`; the backend's colours have no alpha. */
function parseColor(value: XmlElement): string {
  const color = /^(#[0-9a-f]{6})(?:[0-9a-f]{2})?$/.exec(textOf(value).trim().toLowerCase())?.[1]
  if (color === undefined) throw new DavError(409, 'A calendar colour is written as #RRGGBB or #RRGGBBAA.')
  return color
}

export const calendarServer: readonly PropertyRow[] = [
  property({
    name: calendarserver('getctag'),
    source: 'caldav-ctag §4; another value after every change in the calendar',
    on: ['calendar'],
    allprop: false,
    get: async ({ state }) => [ctagOf(await state())],
  }),
  property({
    name: calendarserver('getctag'),
    source: 'caldav-ctag §4; Apple and Thunderbird poll the inbox like a calendar',
    on: ['inbox'],
    allprop: false,
    get: () => [ctagOf(emptyState)],
  }),
  property({
    name: calendarserver('email-address-set'),
    source: 'Apple Calendar',
    on: ['principal'],
    allprop: false,
    get: ({ resource }) => {
      const address = emailAddress(resource.id)
      return address === undefined ? undefined : [element(calendarserver('email-address'), [address])]
    },
  }),
  property({
    name: appleIcal('calendar-color'),
    source: 'Apple Calendar, and every client that shows colours',
    on: ['calendar'],
    allprop: false,
    get: async ({ calendar }) => {
      const { color } = await calendar()
      return color === undefined ? undefined : [color.toUpperCase()]
    },
    set: (value) => ({ color: value === undefined ? null : parseColor(value) }),
  }),
  property({
    name: appleIcal('calendar-order'),
    source: 'Apple Calendar; no backend keeps it. In MKCALENDAR it is passed over: macOS always sends it, and shows no calendar without it',
    on: ['calendar'],
    allprop: false,
    create: () => ({}),
  }),
]
