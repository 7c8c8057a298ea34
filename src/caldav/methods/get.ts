import type { StoredSeries } from '../../calendar/backend.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import { formatHttpDate } from '../../dav/headers.ts'
import { isNotModified } from '../conditions.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { existing, notFound } from '../existing.ts'
import { calendarFile } from '../calendar-file.ts'
import type { NamedCalendar } from '../calendar-file.ts'
import { noneIfGone, visibleOrNone } from '../load.ts'
import { method } from '../method.ts'
import { CALENDAR_OBJECT_TYPE } from '../render.ts'
import type { Resource } from '../resource.ts'
import { scheduleTagOf } from '../schedule-tag.ts'
import { calendarEtagOf, etagOf } from '../tags.ts'
import { calendarDataFor, variance } from '../zoneless.ts'

const row = {
  source: 'RFC 9110 §9.3.1, RFC 4791 §5.3.4',
  on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
} as const

/** A calendar object as it is stored, a whole calendar as one file; elsewhere a sentence for those who open the address in a browser. */
export const get = method({ ...row, name: 'GET', run: read })

/** The same without the body. Thunderbird looks in this way whether an object is still there. */
export const head = method({ ...row, name: 'HEAD', run: async (context, target) => withoutBody(await read(context, target)) })

function read(context: Context, target: Resource): Promise<DavReply> {
  switch (target.kind) {
    case 'object': return readObject(context, target)
    case 'calendar': return existing(context, target).then((calendar) => readCalendar(context, calendar))
    default: return existing(context, target).then(explain)
  }
}

function withoutBody({ body, ...reply }: DavReply): DavReply {
  const length = typeof body === 'string' ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}
  return { ...reply, headers: { ...reply.headers, ...length } }
}

async function readObject(context: Context, target: Extract<Resource, { kind: 'object' }>): Promise<DavReply> {
  const stored = await visibleOrNone(context, target)
  if (stored === undefined) throw notFound()
  const headers = objectHeaders(stored, target.id)
  if (isNotModified(context.request.headers, headers.ETag, stored.updated)) return notModified(context, headers)
  return { status: 200, headers: { ...headers, ...wholeOnly, ...variance(context) }, body: calendarDataFor(context, stored) }
}

/** RFC 9110 §15.4.5. */
function notModified(context: Context, { ETag }: { readonly ETag: string }): DavReply {
  return { status: 304, headers: { ETag, ...variance(context) } }
}

/** RFC 9110 §14.3: a Range is not looked at. */
const wholeOnly = { 'Accept-Ranges': 'none' } as const

type ObjectHeaders = Readonly<Record<'ETag' | 'Content-Type' | 'Last-Modified', string> & Partial<Record<'Schedule-Tag', string>>>

/** RFC 9110 §8: what describes the text of an object. */
export function objectHeaders(stored: StoredSeries, calendar: CalendarId): ObjectHeaders {
  return { ETag: etagOf(stored.revision), 'Content-Type': CALENDAR_OBJECT_TYPE, 'Last-Modified': formatHttpDate(stored.updated), ...scheduleTagHeader(stored, calendar) }
}

/** RFC 6638 §8.2; of scheduling objects only. */
export function scheduleTagHeader(stored: StoredSeries, calendar: CalendarId): { readonly 'Schedule-Tag'?: string } {
  const tag = scheduleTagOf(stored, calendar)
  return tag === undefined ? {} : { 'Schedule-Tag': tag }
}

async function readCalendar(context: Context, loaded: Loaded<'calendar'>): Promise<DavReply> {
  const state = await loaded.state()
  const headers = { ETag: calendarEtagOf(state), 'Content-Type': 'text/calendar; charset=utf-8', 'Last-Modified': formatHttpDate(state.updated), ...wholeOnly, ...variance(context) }
  if (isNotModified(context.request.headers, headers.ETag, state.updated)) return notModified(context, headers)
  const { door } = loaded.resource
  const isHead = context.request.method === 'HEAD'
  if (isHead && door.kind === 'own-path') return { status: 200, headers }
  const named = await namedCalendar(loaded)
  return isHead ? { status: 200, headers } : { status: 200, headers, body: await calendarFile(context, named) }
}

/**
 * One that the user has taken off the list is read at its own address, under its id, for as long as it is shared.
 * @throws DavError 404 in the home, which lists it no more
 */
async function namedCalendar({ calendar, resource: { id, door } }: Loaded<'calendar'>): Promise<NamedCalendar> {
  const listed = await calendar().catch(noneIfGone)
  if (listed === undefined && door.kind === 'in-home') throw notFound()
  return listed ?? { id, displayName: id }
}

const explanation = 'This is a CalDAV server. Add its address to a calendar program as a CalDAV account,\nwith your full e-mail address as the user name.\n'

function explain(): DavReply {
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: explanation }
}
