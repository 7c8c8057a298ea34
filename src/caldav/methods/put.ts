import type { StoredSeries, WriteCondition } from '../../calendar/backend.ts'
import type { Calendar } from '../../calendar/calendar.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { calendarId } from '../../calendar/identifiers.ts'
import type { CalendarId, ObjectName } from '../../calendar/identifiers.ts'
import { caldav, dav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import { parseCalendarObject } from '../../icalendar/parse.ts'
import { wantsAbsent, writeCondition } from '../conditions.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { loadCalendar, storedOrNone } from '../load.ts'
import { method } from '../method.ts'
import { requirePrivilege } from '../privileges.ts'
import { calendarData } from '../render.ts'
import { calendarOf, formatHref } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { isScheduled } from '../schedule-tag.ts'
import { otherCalendarWith, scheduledWrite } from '../scheduling.ts'
import type { AskedWrite } from '../scheduling.ts'
import { uidConflict, withoutConflict, writeRefusal } from '../write-errors.ts'
import { objectHeaders, scheduleTagHeader } from './get.ts'

type Target = Extract<Resource, { kind: 'object' }>

/** Makes or changes a calendar object. It stays at the name that the client chose. */
export const put = method({
  name: 'PUT',
  source: 'RFC 9110 §9.3.4, RFC 4791 §5.3.2',
  on: ['object'],
  run: async (context, target) => {
    checkForm(context.request.headers)
    const calendar = await parentOf(context, target)
    const sent = await context.request.body()
    const href = formatHref(target)
    try {
      const series = seriesIn(sent, await calendar.calendar(), context)
      const { stored, isNew } = await withoutConflict(() => write(context, target, series))
      return reply(context, target, { stored, isNew, sent })
    } catch (error) {
      throw writeRefusal(error, { href, calendarHref: calendar.href, privilege: 'write-content' })
    }
  },
})

/**
 * A whole event as iCalendar (RFC 4791 §5.3.2.1 `CALDAV:supported-calendar-data`), never a part of one (RFC 9110 §14.4). A missing
 * Content-Type is let through: the body tells what it is.
 */
function checkForm(headers: Headers): void {
  if (headers.has('content-range')) throw new DavError(400, 'An event is sent as a whole: Content-Range is not understood.')
  const [type, ...parameters] = (headers.get('content-type') ?? 'text/calendar').toLowerCase().split(';').map((part) => part.trim())
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '') ?? 'utf-8'
  if (type === 'text/calendar' && ['utf-8', 'utf8', 'us-ascii'].includes(charset)) return
  throw new DavError(415, 'An event is sent as text/calendar in UTF-8.', { condition: caldav('supported-calendar-data') })
}

/** @throws DavError 409 where there is no such calendar (RFC 4918 §9.7.1), 403 where it is read-only */
export async function parentOf(context: Context, target: Target): Promise<Loaded<'calendar'>> {
  const calendar = await loadCalendar(context, calendarOf(target))
  if (calendar === undefined) throw new DavError(409, 'There is no such calendar: make it first, or choose another one.')
  await requirePrivilege(calendar, 'write-content')
  return calendar
}

/** @throws CalendarDataError with the precondition of RFC 4791 §5.3.2.1 that the body fails */
function seriesIn(sent: Uint8Array, calendar: Calendar, { settings }: Context): EventSeries {
  return parseCalendarObject(sent, { calendarZone: calendar.timeZone, maxBytes: settings.maxResourceBytes }).series
}

interface Written {
  readonly stored: StoredSeries
  readonly isNew: boolean
}

/** What is there is read first, unless the client wants to write only where nothing is. */
async function write(context: Context, target: Target, series: EventSeries): Promise<Written> {
  const { headers } = context.request
  const { id, name } = target
  if (wantsAbsent(headers)) return create(context, target, series, { kind: 'absent' })
  const current = await storedOrNone(context, id, name)
  const condition = writeCondition(headers, current, id)
  // RFC 4791 §5.3.2.1: an object is never overwritten by one of another UID.
  if (current !== undefined && current.series.uid !== series.uid) throw uidConflict(formatHref(target))
  if (current === undefined) return create(context, target, series, condition)
  const write = scheduledWrite(context, { calendar: id, wanted: series, current, isExact: condition.kind === 'unchanged' })
  const stored = await context.account.session.put(id, name, write.series, { condition, notify: write.notify, known: current })
  return { stored, isNew: false }
}

/** That nothing has this name says nothing of the UID: only the backend can tell that nobody has it. */
async function create(context: Context, { id, name }: Target, wanted: EventSeries, condition: WriteCondition): Promise<Written> {
  const asked = { calendar: id, wanted, current: undefined, isExact: false }
  const { series, notify } = scheduledWrite(context, asked)
  if (isScheduled(series)) await checkUnique(context, asked)
  return { stored: await context.account.session.put(id, name, series, { condition, notify }), isNew: true }
}

/** RFC 6638 §3.2.4.1. The calendar itself is left to the backend. */
async function checkUnique(context: Context, asked: AskedWrite): Promise<void> {
  const found = await otherCalendarWith(context, asked)
  if (found === undefined) return
  const content = element(dav('href'), [hrefInHome(context, found.calendar, found.name)])
  throw new DavError(403, 'This meeting is in another one of your calendars already: change or move it there.',
    { condition: caldav('unique-scheduling-object-resource'), conditionContent: [content] })
}

function hrefInHome({ account }: Context, id: CalendarId, name: ObjectName): string {
  const home = calendarId(account.address)
  return formatHref({ kind: 'object', id, name, door: id === home ? { kind: 'own-path' } : { kind: 'in-home', account: home } })
}

/**
 * An ETag is told only where the stored text equals what was sent, octet by octet (RFC 4791 §5.3.4); clients read the object again
 * otherwise. RFC 8144 §3: with `return=representation` the stored text comes at once, and its ETag with it.
 */
function reply(context: Context, target: Target, { stored, isNew, sent }: Written & { readonly sent: Uint8Array }): DavReply {
  const text = calendarData(stored)
  const headers = objectHeaders(stored, target.id)
  if (context.prefers.representation) {
    const more = { 'Content-Location': formatHref(target), 'Preference-Applied': 'return=representation', Vary: 'Prefer' }
    return { status: isNew ? 201 : 200, headers: { ...headers, ...more }, body: text }
  }
  const isAsSent = Buffer.from(text).equals(sent)
  return { status: isNew ? 201 : 204, headers: { ...(isAsSent && { ETag: headers.ETag }), ...scheduleTagHeader(stored, target.id) } }
}
