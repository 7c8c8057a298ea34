import { BackendError } from '../../calendar/backend.ts'
import type { CalendarChange } from '../../calendar/calendar.ts'
import { calendarId } from '../../calendar/identifiers.ts'
import { formatMakeCollectionResponse } from '../../dav/multistatus.ts'
import { caldav, clark, dav } from '../../dav/names.ts'
import { parseMakeCollection } from '../../dav/requests.ts'
import type { MakeCollectionRequest } from '../../dav/requests.ts'
import type { Context, DavReply } from '../context.ts'
import { DavError } from '../errors.ts'
import { isOwn, load, noneIfGone } from '../load.ts'
import { method } from '../method.ts'
import { needPrivileges } from '../privileges.ts'
import { multistatusReply, preferenceHeaders, XML_TYPE } from '../reply.ts'
import { formatHref } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { allOrNothing, attempted, propstatsOf, refuseProtected } from './proppatch.ts'
import type { Outcome, Planned } from './proppatch.ts'

/** Where the table sends these methods. */
type Place = Extract<Resource, { kind: 'calendar' }>

/** Tells that some property cannot be set, so that nothing was made. */
type Refusal = (context: Context, target: Resource, outcomes: readonly Outcome[]) => DavReply | Promise<DavReply>

/** Makes a calendar in the account's home. The backend chooses its address, which Location tells. */
export const mkcalendar = method({
  name: 'MKCALENDAR',
  source: 'RFC 4791 §5.3.1',
  on: ['calendar'],
  makes: true,
  refusedOn: ['root', 'principal', 'home', 'object'],
  run: async (context, target) => {
    const request = parseMakeCollection(await context.request.body())
    await checkPlace(context, target, conflict)
    return made(context, target, request, multistatusRefusal)
  },
})

/** The extended MKCOL makes the same calendar; plain collections have no place here. */
export const mkcol = method({
  name: 'MKCOL',
  source: 'RFC 5689 §3',
  on: ['calendar'],
  makes: true,
  refusedOn: ['root', 'principal', 'home', 'object'],
  run: async (context, target) => {
    const body = await context.request.body()
    checkMediaType(body, context.request.headers)
    const request = parseMakeCollection(body)
    await checkPlace(context, target, notAllowed)
    if (!request.properties.some(({ name }) => clark(name) === clark(dav('resourcetype')))) {
      throw new DavError(403, 'Only calendars can be made here, and the request does not say that it wants one.', { condition: dav('valid-resourcetype') })
    }
    return made(context, target, request, mkcolRefusal)
  },
})

/** RFC 4918 §9.3.1: 415 for a body that the server does not understand. */
function checkMediaType(body: Uint8Array, headers: Headers): void {
  const type = headers.get('content-type') ?? 'application/xml'
  if (body.length > 0 && !/^(application|text)\/xml\b/i.test(type.trim())) throw new DavError(415, 'The body of an MKCOL is XML (RFC 5689).')
}

async function made(context: Context, target: Place, request: MakeCollectionRequest, refusal: Refusal): Promise<DavReply> {
  const plans = planOf(context, request)
  if (plans.some(({ status }) => status !== 200)) return refusal(context, target, allOrNothing(plans))
  const change: CalendarChange = Object.assign({}, ...plans.map((plan) => plan.change))
  const location = await created(context, target, { ...(change.timeZone ? {} : await zoneOfOwn(context)), ...change, displayName: change.displayName ?? target.id })
  return { status: 201, headers: { Location: location, 'Cache-Control': 'no-cache', ...preferenceHeaders(context) } }
}

/** That of the account's own calendar: a backend would take UTC, which is nobody's day. */
async function zoneOfOwn({ account: { address, session } }: Context): Promise<CalendarChange> {
  const own = await session.calendar(calendarId(address)).catch(noneIfGone)
  return own === undefined ? {} : { timeZone: own.timeZone }
}

/**
 * @throws DavError 403 CALDAV:calendar-collection-location-ok outside of the account's own home (RFC 4791 §5.3.1.1),
 *         and DAV:resource-must-be-null where something is already
 */
async function checkPlace(context: Context, target: Resource, occupied: Occupied): Promise<void> {
  if ((await load(context, target)) !== undefined) throw occupied(context, target)
  if (target.kind !== 'calendar') throw wrongPlace()
  if (target.door.kind === 'own-path' || !isOwn(context.account, target.door.account)) throw wrongPlace()
}

const wrongPlace = (): DavError =>
  new DavError(403, 'A new calendar is made directly in your own calendar home.', { condition: caldav('calendar-collection-location-ok') })

/** Tells that there is something at an address already. */
type Occupied = (context: Context, target: Resource) => DavError

const condition = dav('resource-must-be-null')
const OCCUPIED = 'There is something at this address already: choose another one.'

/** RFC 4791 §5.3.1.1: one of the preconditions of MKCALENDAR. */
const conflict: Occupied = () => new DavError(403, OCCUPIED, { condition })

/** RFC 4918 §9.3.1: MKCOL is not allowed where something is, and so not named there (RFC 9110 §15.5.6). */
const notAllowed: Occupied = ({ tables }, { kind }) =>
  new DavError(405, OCCUPIED, { condition, headers: { Allow: tables.methodsOn(kind, 'taken').join(', ') } })

function planOf({ tables }: Context, { properties }: MakeCollectionRequest): readonly Planned[] {
  const rows = tables.properties.on('calendar')
  return properties.map(({ name, value }) => {
    const row = rows.get(clark(name))
    return attempted(name, () => (row?.create ?? row?.set ?? refuseProtected)(value))
  })
}

/** RFC 4791 §5.3.1: a 207 that says of each property why it was not set. */
const multistatusRefusal: Refusal = (context, target, outcomes) => {
  return multistatusReply(context, [{ href: formatHref(target), propstats: propstatsOf(outcomes) }])
}

/** RFC 5689 §3: a 424 that says the same in a `DAV:mkcol-response`. */
const mkcolRefusal: Refusal = (context, _, outcomes) => ({
  status: 424, headers: { 'Content-Type': XML_TYPE, ...preferenceHeaders(context) },
  body: formatMakeCollectionResponse(dav('mkcol-response'), propstatsOf(outcomes)),
})

/** @returns where the new calendar lies, in the account's home */
async function created({ account, request }: Context, asked: Place, change: CalendarChange & { readonly displayName: string }): Promise<string> {
  const home = calendarId(account.address)
  try {
    const { id } = await account.session.createCalendar(change)
    if (!looksAtHome(request.headers)) account.aliases?.remember(account.address, asked.id, id)
    return formatHref({ kind: 'calendar', id, door: { kind: 'in-home', account: home } })
  } catch (error) {
    if (!(error instanceof BackendError) || error.fault !== 'forbidden') throw error
    throw needPrivileges(formatHref({ kind: 'home', id: home }), 'bind', error.message, error)
  }
}

/** NOTE DAVx5 reads the home anew after it has made a calendar, and would show both addresses for as long as the one that it wanted answers. */
const looksAtHome = (headers: Headers): boolean => headers.get('user-agent')?.startsWith('DAVx5/') === true
