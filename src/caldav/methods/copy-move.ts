import type { StoredSeries, WriteCondition } from '../../calendar/backend.ts'
import { isHostOf, parseDestination, parseOverwrite } from '../../dav/headers.ts'
import { preconditionFailed, writeCondition } from '../conditions.ts'
import type { Context, DavReply } from '../context.ts'
import { DavError } from '../errors.ts'
import { notFound } from '../existing.ts'
import { inOwnSpelling, loadCalendar, storedOrNone, visibleOrNone } from '../load.ts'
import { method } from '../method.ts'
import { requirePrivilege } from '../privileges.ts'
import { calendarOf, formatHref, isInside, parsePath } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { isScheduled } from '../schedule-tag.ts'
import { notifyOfTransfer, secondMeeting } from '../scheduling.ts'
import { uidConflict, withoutConflict, writeRefusal } from '../write-errors.ts'
import { parentOf } from './put.ts'

type Place = Extract<Resource, { kind: 'object' }>

/** A copy of an event in another calendar. There is none within one calendar: a UID stands only once in each (RFC 4791 §4.1). */
export const copy = method({
  name: 'COPY',
  source: 'RFC 4918 §9.8, RFC 4791 §5.3.2.1',
  on: ['object'],
  run: (context, from) => carryOut(context, from, copied),
})

/** Another name or another calendar for the same event; KDE moves events in this way. */
export const move = method({
  name: 'MOVE',
  source: 'RFC 4918 §9.9, RFC 4791 §5.3.2.1',
  on: ['object'],
  run: async (context, from) => {
    const calendar = await loadCalendar(context, calendarOf(from))
    if (calendar !== undefined) await requirePrivilege(calendar, 'unbind')
    return carryOut(context, from, moved)
  },
})

/** What is to be done, as read. */
interface Transfer {
  readonly from: Place
  readonly to: Place
  readonly source: StoredSeries
  /** Under which condition the source still is what was read. */
  readonly condition: WriteCondition
  /** What lies at the destination: the same UID, or nothing. */
  readonly replaced: StoredSeries | undefined
}

async function carryOut(context: Context, from: Place, transferred: (context: Context, transfer: Transfer) => Promise<unknown>): Promise<DavReply> {
  const to = destinationOf(context)
  if (to.id === from.id && to.name === from.name) throw new DavError(403, 'The destination is the event itself: choose another address.')
  const calendar = await parentOf(context, to)
  try {
    return await withoutConflict(async () => {
      const transfer = await planned(context, from, to)
      await transferred(context, transfer)
      return { status: transfer.replaced === undefined ? 201 : 204, headers: {} }
    })
  } catch (error) {
    throw writeRefusal(error, { href: formatHref(to), calendarHref: calendar.href, privilege: 'bind' })
  }
}

/** @throws DavError 502 for another server (RFC 4918 §9.9.4), 409 where the calendar around it is missing, 403 for a place where no event can be */
function destinationOf({ request, account }: Context): Place {
  const { origin, path } = parseDestination(request.headers.get('destination'))
  const hosts = [request.host ?? request.headers.get('host'), request.headers.get('x-forwarded-host')].filter((host) => host !== null)
  if (origin !== undefined && hosts.length > 0 && !hosts.some((host) => isHostOf(origin, host))) {
    throw new DavError(502, 'Events can only be moved and copied within this server.')
  }
  const resource = parsePath(path)
  // RFC 4918 §9.8.5, §9.9.4
  if (resource === undefined && isInside(path)) throw new DavError(409, 'There is no collection around the destination: make that first.')
  if (resource?.kind !== 'object') throw new DavError(403, 'The destination is not the address of an event in a calendar.')
  return inOwnSpelling(account, resource) as Place
}

async function planned(context: Context, from: Place, to: Place): Promise<Transfer> {
  const [source, replaced] = await Promise.all([visibleOrNone(context, from), storedOrNone(context, to.id, to.name)])
  const condition = writeCondition(context.request.headers, source, from.id)
  if (source === undefined) throw notFound()
  if (replaced !== undefined && !parseOverwrite(context.request.headers.get('overwrite'))) throw preconditionFailed()
  // RFC 4791 §5.3.2.1: an object is never overwritten by one of another UID.
  if (replaced !== undefined && replaced.series.uid !== source.series.uid) throw uidConflict(formatHref(to))
  return { from, to, source, condition, replaced }
}

async function copied(context: Context, { from, to, source, replaced }: Transfer): Promise<void> {
  if (to.id === from.id) throw uidConflict(formatHref(from))
  if (isScheduled(source.series)) {
    if (replaced === undefined) throw secondMeeting(formatHref(from))
    // One is not an older copy of the other: each is somebody's part in the same meeting.
    if ([source, replaced].some(({ role }) => role === 'attendee')) throw secondMeeting(formatHref(to))
  }
  const condition: WriteCondition = replaced === undefined ? { kind: 'absent' } : { kind: 'unchanged', revision: replaced.revision }
  await context.account.session.put(to.id, to.name, source.series, { condition, notify: notifyOfTransfer, ...(replaced && { known: replaced }) })
}

/** Onto an older copy of itself: that is changed, then the source is removed, so that a break in between loses nothing. */
async function moved(context: Context, transfer: Transfer): Promise<void> {
  const { from, to, source, condition, replaced } = transfer
  const { session } = context.account
  const options = { condition, notify: notifyOfTransfer, known: source }
  if (replaced === undefined) return void (await session.move(from.id, from.name, to.id, to.name, options))
  await copied(context, transfer)
  await session.remove(from.id, from.name, options)
}
