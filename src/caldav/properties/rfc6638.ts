/** RFC 6638: calendar users, their inbox and outbox, and what scheduling says of calendars and objects. */

import { emailAddress } from '../../calendar/identifiers.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import { caldav, sameName } from '../../dav/names.ts'
import { elementsOf } from '../../dav/tree.ts'
import { element } from '../../dav/xml.ts'
import type { XmlContent, XmlElement } from '../../dav/xml.ts'
import type { Account } from '../context.ts'
import { DavError } from '../errors.ts'
import { isOwn } from '../load.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { formatHref } from '../resource.ts'
import { scheduleTagOf } from '../schedule-tag.ts'
import { href } from './hrefs.ts'

export const rfc6638: readonly PropertyRow[] = [
  property({
    name: caldav('calendar-user-address-set'),
    source: 'RFC 6638 §2.4.1; Thunderbird takes the first one as the primary address',
    on: ['principal'],
    allprop: false,
    get: ({ resource }) => addressOf(resource.id).map((address) => href(`mailto:${address}`)),
  }),
  property({
    name: caldav('schedule-inbox-URL'),
    source: 'RFC 6638 §2.2.1; Thunderbird schedules only where it finds both boxes',
    on: ['principal'],
    allprop: false,
    get: ({ resource }, { account }) => boxOf('inbox', resource.id, account),
  }),
  property({
    name: caldav('schedule-outbox-URL'),
    source: 'RFC 6638 §2.1.1; Evolution and python-caldav ask for busy times there',
    on: ['principal'],
    allprop: false,
    get: ({ resource }, { account }) => boxOf('outbox', resource.id, account),
  }),
  property({
    name: caldav('calendar-user-type'),
    source: 'RFC 6638 §2.4.2; Outlook CalDav Synchronizer',
    on: ['principal'],
    allprop: false,
    get: () => ['INDIVIDUAL'],
  }),
  property({
    name: caldav('schedule-calendar-transp'),
    source: 'RFC 6638 §9.1; macOS sends it with each new calendar',
    on: ['calendar'],
    allprop: false,
    get: () => [element(caldav('opaque'))],
    set: checkOpaque,
  }),
  property({
    name: caldav('schedule-default-calendar-URL'),
    source: 'RFC 6638 §9.2; invitations come into the calendar of the account itself, which no setting changes',
    on: ['inbox'],
    allprop: false,
    get: ({ resource }) => [href(formatHref({ kind: 'calendar', id: resource.id, door: { kind: 'own-path' } }))],
  }),
  property({
    name: caldav('calendar-availability'),
    source: 'RFC 7953 §7.2.4; no backend keeps it. Calendar.app asks for it, and is content with an empty one',
    on: ['inbox'],
    allprop: false,
    get: () => [],
  }),
  property({
    name: caldav('schedule-tag'),
    source: 'RFC 6638 §9.3; left out where the object would have to be read for it alone',
    on: ['object'],
    allprop: false,
    readsSeries: true,
    get: ({ held, resource }) => {
      const tag = held && scheduleTagOf(held, resource.id)
      return tag === undefined ? undefined : [tag]
    },
  }),
]

/** No backend leaves a whole calendar out of its owner's busy times. */
function checkOpaque(value: XmlElement | undefined): Record<string, never> {
  const isTransparent = value !== undefined && elementsOf(value).some(({ name }) => sameName(name, caldav('transparent')))
  if (!isTransparent) return {}
  throw new DavError(403, 'The events of every calendar count as busy: mark single events as free instead.')
}

/** Of the user who asks; a calendar that somebody shares has none of its own. */
function boxOf(kind: 'inbox' | 'outbox', id: CalendarId, account: Account): XmlContent | undefined {
  return isOwn(account, id) ? [href(formatHref({ kind, id }))] : undefined
}

/** A principal is named by its address, but the calendar of a group or of holidays need not be one. */
function addressOf(id: CalendarId): readonly string[] {
  const address = emailAddress(id)
  return address === undefined ? [] : [address]
}
