import type { CalendarState } from '../../calendar/backend.ts'
import type { ResponseElement } from '../../dav/multistatus.ts'
import { parseDepth } from '../../dav/headers.ts'
import { dav } from '../../dav/names.ts'
import { parsePropfind } from '../../dav/requests.ts'
import type { PropertySelection } from '../../dav/requests.ts'
import type { Context, Loaded, LoadedResource } from '../context.ts'
import { DavError } from '../errors.ts'
import { calendarsAtOnce, members, objectsIn, objectsWithSeries } from '../load.ts'
import { calendarOfReading, existing, notFoundIfGone } from '../existing.ts'
import { method } from '../method.ts'
import { describe, describer, memberDescriber, readsSeries } from '../property.ts'
import type { Describer } from '../property.ts'
import { listing, mapInOrder, multistatusReply, started } from '../reply.ts'
import type { ResourceKind } from '../resource.ts'

/** Properties of a resource and, with Depth 1, of its members. */
export const propfind = method({
  name: 'PROPFIND',
  source: 'RFC 4918 §9.1',
  on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
  run: async (context, target) => {
    const depth = depthOn(target.kind, context.request.headers)
    const selection = parsePropfind(await context.request.body())
    const loaded = target.kind === 'calendar' && depth === '1' ? calendarOfReading(context, target) : await existing(context, target)
    return multistatusReply(context, responses(context, loaded, selection, depth)).catch(notFoundIfGone)
  },
})

/**
 * RFC 4918 §9.1: no Depth means infinity, which may be refused for collections. At the root and the principals it is taken as 0:
 * tsdav leaves the header out when it looks for the principal.
 * @throws DavError 403 DAV:propfind-finite-depth
 */
function depthOn(kind: ResourceKind, headers: Headers): '0' | '1' {
  const asked = parseDepth(headers.get('depth'))
  const depth = asked ?? (kind === 'root' ? '0' : 'infinity')
  if (depth !== 'infinity') return depth
  if (kind === 'principal' || kind === 'object') return '0'
  throw new DavError(403, 'A PROPFIND needs the header Depth with 0 or 1 here.', { condition: dav('propfind-finite-depth') })
}

async function* responses(context: Context, loaded: LoadedResource, selection: PropertySelection, depth: '0' | '1'): AsyncGenerator<ResponseElement> {
  if (depth === '0') return yield await describe(context, loaded, selection)
  const tell = memberDescriber(context, selection)
  if (loaded.kind === 'calendar') return yield* listed(context, loaded, selection, tell)
  // A home tells of its calendars too: one of them that cannot be reached does not spoil the listing of the others.
  const tellFirst = loaded.kind === 'home' ? tell : describer(context, selection)
  // RFC 8144 §4: without the resource itself.
  if (!context.prefers.depthNoroot) yield await tellFirst(loaded)
  yield* mapInOrder(await members(context, loaded), calendarsAtOnce, tell)
}

/**
 * A calendar and its objects. The state that the calendar tells of itself must not be newer than its listing, or a client would never
 * learn what it misses: it is that of the listing, which is read first, or it is asked for ahead of another one.
 */
async function* listed(context: Context, calendar: Loaded<'calendar'>, selection: PropertySelection, tell: Describer): AsyncGenerator<ResponseElement> {
  const read = readsSeries(context, selection) ? objectsWithSeries : objectsIn
  // RFC 8144 §4: without the resource itself.
  if (context.prefers.depthNoroot) return yield* listing(read(context, calendar), tell)
  let state: CalendarState | undefined
  const inside = read(context, calendar, (told) => { state ??= told })
  const begun = await started(inside, 1)
  const isTold = state !== undefined
  yield await describe(context, isTold ? { ...calendar, state: () => Promise.resolve(state!) } : calendar, selection)
  if (!isTold) await inside.return()
  yield* listing(isTold ? begun : read(context, calendar), tell)
}
