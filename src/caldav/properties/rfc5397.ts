/** RFC 5397: who the server takes the client for. */

import { dav } from '../../dav/names.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { href, ownPrincipalHref } from './hrefs.ts'

export const rfc5397: readonly PropertyRow[] = [
  property({
    name: dav('current-user-principal'),
    source: 'RFC 5397 §3; where every client begins, on whatever address it was given',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
    get: (_, { account }) => [href(ownPrincipalHref(account))],
  }),
]
