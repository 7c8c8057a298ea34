/** RFC 6578: where a client stands in the history of a collection. */

import { dav } from '../../dav/names.ts'
import { homeSyncToken } from '../home-sync.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { emptyState, formatSyncToken } from '../tags.ts'

export const rfc6578: readonly PropertyRow[] = [
  property({
    name: dav('sync-token'),
    source: 'RFC 6578 §4',
    on: ['calendar'],
    allprop: false,
    get: async ({ resource, state }) => [formatSyncToken(resource.id, (await state()).token)],
  }),
  property({
    name: dav('sync-token'),
    source: 'RFC 6578 §4; Thunderbird polls the inbox like a calendar',
    on: ['inbox'],
    allprop: false,
    get: ({ resource }) => [formatSyncToken(resource.id, emptyState.token)],
  }),
  property({
    name: dav('sync-token'),
    source: 'RFC 6578 §4; macOS polls the home with sync-collection',
    on: ['home'],
    allprop: false,
    get: async (home, context) => [await homeSyncToken(context, home)],
  }),
]
