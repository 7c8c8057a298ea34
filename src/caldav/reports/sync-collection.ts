/** DAV:sync-collection (RFC 6578 §3): what changed in a collection since a token. */

import { BackendError, inBatches } from '../../calendar/backend.ts'
import type { ObjectTag } from '../../calendar/backend.ts'
import type { ObjectName } from '../../calendar/identifiers.ts'
import type { ResponseElement } from '../../dav/multistatus.ts'
import { dav } from '../../dav/names.ts'
import { seriesAtOnce } from '../by-name.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { clientGone } from '../client-gone.ts'
import { calendarOfReading, existing, notFoundIfGone } from '../existing.ts'
import { loadObjects, objectOfTag } from '../load.ts'
import { describer, readsSeries } from '../property.ts'
import type { Describer } from '../property.ts'
import { listing, multistatusReply } from '../reply.ts'
import { formatHref } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { calendarDataRows } from '../select.ts'
import { emptyState, formatSyncToken, parseSyncToken } from '../tags.ts'
import { noticeUnavailable } from '../unavailable.ts'
import { report } from './row.ts'
import { syncHome } from './sync-home.ts'
import { continues, inOrder, invalidToken, truncation } from './sync.ts'
import { parseOpenReading, syncPage } from './sync-pages.ts'
import type { SyncPage } from './sync-pages.ts'
import type { SyncRequest } from './sync.ts'

/** NOTE: Depth and a missing sync-level are not looked at: Calendar.app and Thunderbird send Depth 1, macOS 10.7 no level. */
export const syncCollection = report({
  kind: 'sync-collection',
  name: dav('sync-collection'),
  source: 'RFC 6578 §3.2',
  on: ['home', 'calendar', 'inbox'],
  run: async (context, target, request) => {
    switch (target.kind) {
      case 'home': return syncHome(context, await existing(context, target), request)
      case 'calendar': return syncCalendar(context, calendarOfReading(context, target), request).catch(notFoundIfGone)
      default: return existing(context, target).then(() => syncEmpty(context, target as On<'inbox'>, request))
    }
  },
})

type On<K extends Resource['kind']> = Extract<Resource, { kind: K }>

async function syncCalendar(context: Context, calendar: Loaded<'calendar'>, request: SyncRequest): Promise<DavReply> {
  const data = calendarDataRows(request.selection)
  const changes = await changesSince(context, calendar, request)
  const tell = describer(context, request.selection, data)
  const changed = data.length > 0 || readsSeries(context, request.selection) ? withData(context, calendar, changes.changed, tell) : listing(inBatches(changes.changed), (tag) => tell(objectOfTag(context, calendar, tag)))
  const removed = changes.removed.map((name) => removal(calendar, name))
  const responses = inOrder(changed, removed, changes.more ? [truncation(context)] : [])
  return multistatusReply(context, responses, { syncToken: formatSyncToken(calendar.resource.id, changes.next) })
}

async function changesSince({ account, request: { signal } }: Context, { resource }: Loaded<'calendar'>, { token, limit }: SyncRequest): Promise<SyncPage> {
  const given = continues(token, (text) => parseSyncToken(resource.id, text))
  const reading = given && parseOpenReading(given)
  const since = reading === undefined ? given : reading.since
  try {
    return syncPage(await account.session.changes(resource.id, since, { signal }), limit, reading, since)
  } catch (error) {
    if (signal.aborted) throw clientGone()
    throw error instanceof BackendError && error.fault === 'invalid-token' ? invalidToken(error) : error
  }
}

/** tsdav asks for the data with the changes. */
async function* withData(context: Context, calendar: Loaded<'calendar'>, tags: readonly ObjectTag[], tell: Describer): AsyncGenerator<ResponseElement> {
  for (let start = 0; start < tags.length; start += seriesAtOnce) {
    const names = tags.slice(start, start + seriesAtOnce).map(({ name }) => name)
    const found = await loadObjects(context, calendar, names)
    for (const name of names) {
      const object = found.get(name)
      if (object === undefined) yield removal(calendar, name)
      else if (object.kind === 'object') yield tell(object)
      else {
        noticeUnavailable(context, object)
        yield { href: hrefOf(calendar, name), status: 503 }
      }
    }
  }
}

/** RFC 6578 §3.5.2 */
function removal(calendar: Loaded<'calendar'>, name: ObjectName): ResponseElement {
  return { href: hrefOf(calendar, name), status: 404 }
}

function hrefOf({ resource }: Loaded<'calendar'>, name: ObjectName): string {
  const { id, door } = resource as On<'calendar'>
  return formatHref({ kind: 'object', id, door, name })
}

/** The inbox never holds anything, so that it has one state; Thunderbird polls it like a calendar. */
async function syncEmpty(context: Context, { id }: On<'inbox'>, { token }: SyncRequest): Promise<DavReply> {
  const syncToken = formatSyncToken(id, emptyState.token)
  continues(token, (text) => (text === syncToken ? text : undefined))
  return multistatusReply(context, inOrder(), { syncToken })
}
