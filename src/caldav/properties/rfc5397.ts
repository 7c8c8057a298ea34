/** RFC 5397: who the server takes the client for. */

import { dav } from '../../dav/names.ts'
import type { Context } from '../context.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { href, ownPrincipalHref } from './hrefs.ts'

const currentUserPrincipal = {
  name: dav('current-user-principal'),
  get: (_: unknown, { account }: Context) => [href(ownPrincipalHref(account))],
}

export const rfc5397: readonly PropertyRow[] = [
  property({
    ...currentUserPrincipal,
    source: 'RFC 5397 §3; told in answer to an empty PROPFIND too: python-caldav 0.11 loses its body in the redirect of /.well-known/caldav',
    on: ['root'],
    allprop: true,
  }),
  property({
    ...currentUserPrincipal,
    source: 'RFC 5397 §3; where every client begins, on whatever address it was given',
    on: ['principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
  }),
]
