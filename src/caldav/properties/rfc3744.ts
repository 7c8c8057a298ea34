/** RFC 3744: principals and privileges, the part of access control that clients read. The ACL method is not served, so `access-control` is not advertised. */

import { calendarId } from '../../calendar/identifiers.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import { dav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import type { Account, Loaded } from '../context.ts'
import { isOwn } from '../load.ts'
import { privilegesOn } from '../privileges.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { formatHref } from '../resource.ts'
import { href, principalHref } from './hrefs.ts'

/** A calendar that is the user's own, or shared by somebody: then the principal that bears the calendar's name, which the user can see. */
async function ownerOf({ calendar, resource }: Loaded<'calendar' | 'object'>, account: Account): Promise<CalendarId> {
  return isOwn(account, resource.id) || (await calendar()).access === 'own' ? calendarId(account.address) : resource.id
}

export const rfc3744: readonly PropertyRow[] = [
  property({
    name: dav('owner'),
    source: 'RFC 3744 §5.1; Evolution finds the outbox by it',
    on: ['calendar', 'object'],
    allprop: false,
    get: async (loaded, { account }) => [href(principalHref(await ownerOf(loaded, account)))],
  }),
  property({
    name: dav('owner'),
    source: 'RFC 3744 §5.1',
    on: ['home', 'inbox', 'outbox'],
    allprop: false,
    get: ({ resource }) => [href(principalHref(resource.id))],
  }),
  property({
    name: dav('principal-URL'),
    source: 'RFC 3744 §4.2',
    on: ['principal'],
    allprop: false,
    get: (principal) => [href(principal.href)],
  }),
  property({
    name: dav('alternate-URI-set'),
    source: 'RFC 3744 §4.1',
    on: ['principal'],
    allprop: false,
    get: () => [],
  }),
  property({
    name: dav('group-membership'),
    source: 'RFC 3744 §4.4; DAVx5 asks for it',
    on: ['principal'],
    allprop: false,
    get: () => [],
  }),
  property({
    name: dav('current-user-privilege-set'),
    source: 'RFC 3744 §5.4; without it, or without the writing ones, clients make a calendar read-only',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
    get: async (loaded, { account }) => {
      const names = await privilegesOn(loaded, loaded.kind === 'home' && isOwn(account, loaded.resource.id))
      return names.map((name) => element(dav('privilege'), [element(name)]))
    },
  }),
  property({
    name: dav('principal-collection-set'),
    source: 'RFC 3744 §5.8',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
    get: () => [href(formatHref({ kind: 'root' }))],
  }),
]
