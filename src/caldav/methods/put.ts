import { BackendError } from '../../calendar/backend.ts'
import type { StoredSeries, WriteCondition, WriteOptions } from '../../calendar/backend.ts'
import { eventsOf } from '../../calendar/event.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { calendarId, timeZoneId } from '../../calendar/identifiers.ts'
import type { CalendarId, ObjectName } from '../../calendar/identifiers.ts'
import { CalendarDataError, parseCalendarObject } from '../../icalendar/parse.ts'
import type { CalendarObject } from '../../icalendar/parse.ts'
import { dependsOnCalendarZone } from '../../icalendar/zone-dependence.ts'
import { wantsAbsent, writeCondition } from '../conditions.ts'
import { checkIsCalendar } from '../content-type.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { tellAgain } from '../force-send.ts'
import { calendarToRead, storedOrNone } from '../load.ts'
import { method } from '../method.ts'
import { requirePrivilege } from '../privileges.ts'
import { rememberedMatch } from '../remembered.ts'
import { calendarOf, formatHref } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { isScheduled } from '../schedule-tag.ts'
import { otherCalendarWith, scheduledWrite, secondMeeting } from '../scheduling.ts'
import type { AskedWrite, ScheduledWrite } from '../scheduling.ts'
import { etagOf } from '../tags.ts'
import { withUnsaid } from '../unsaid.ts'
import { uidConflict, withoutConflict, writeRefusal } from '../write-errors.ts'
import { calendarDataFor, variance } from '../zoneless.ts'
import { objectHeaders, scheduleTagHeader } from './get.ts'

type Target = Extract<Resource, { kind: 'object' }>

/** Makes or changes a calendar object. It stays at the name that the client chose. */
export const put = method({
  name: 'PUT',
  source: 'RFC 9110 §9.3.4, RFC 4791 §5.3.2',
  on: ['object'],
  run: async (context, target) => {
    checkIsCalendar(context.request.headers)
    const calendar = await parentOf(context, target)
    const sent = await context.request.body()
    const href = formatHref(target)
    try {
      const series = await seriesIn(sent, calendar, context)
      const { stored, isNew } = await withoutConflict(() => write(context, target, series)).catch(conflictIfGone)
      noticeDroppedAlarms(context, href, series, stored.series)
      return reply(context, target, { stored, isNew, sent })
    } catch (error) {
      return refusalReply(context, target, writeRefusal(error, { href, calendarHref: calendar.href, privilege: 'write-content' }))
    }
  },
})

/** An alarm that the backend cannot hold is no reason to refuse an event, but one for the log. */
function noticeDroppedAlarms(context: Context, href: string, wanted: EventSeries, stored: EventSeries): void {
  const [sent, kept] = [wanted, stored].map((series) => eventsOf(series)[0]?.alarms.list.length ?? 0) as [number, number]
  if (sent > kept) context.notice({ event: 'alarms-dropped', href, count: sent - kept })
}

/** @throws DavError 409 where there is no such calendar (RFC 4918 §9.7.1), 403 where it is read-only */
export async function parentOf(context: Context, target: Target): Promise<Loaded<'calendar'>> {
  const calendar = calendarToRead(context, calendarOf(target))
  if (calendar === undefined) throw noCalendar()
  await requirePrivilege(calendar, 'write-content').catch(conflictIfGone)
  return calendar
}

const noCalendar = (cause?: unknown): DavError => new DavError(409, 'There is no such calendar: make it first, or choose another one.', { cause })

/** Nothing but the calendar can be gone for a PUT. */
function conflictIfGone(error: unknown): never {
  throw error instanceof BackendError && error.fault === 'gone' ? noCalendar(error) : error
}

/**
 * The calendar's zone is asked for only where the body depends on it, as a call of the backend may hang on it.
 * @throws CalendarDataError with the precondition of RFC 4791 §5.3.2.1 that the body fails
 */
async function seriesIn(sent: Uint8Array, { calendar }: Loaded<'calendar'>, { settings: { maxResourceBytes: maxBytes } }: Context): Promise<EventSeries> {
  const anyhow = inAnyZone(sent, maxBytes)
  return anyhow?.series ?? parseCalendarObject(sent, { calendarZone: (await calendar()).timeZone, maxBytes }).series
}

/** @returns undefined where the calendar's zone may make a difference */
function inAnyZone(sent: Uint8Array, maxBytes: number): CalendarObject | undefined {
  try {
    const parsed = parseCalendarObject(sent, { calendarZone: timeZoneId('UTC'), maxBytes })
    return dependsOnCalendarZone(parsed) ? undefined : parsed
  } catch (error) {
    if (error instanceof CalendarDataError) return undefined
    throw error
  }
}

interface Written {
  readonly stored: StoredSeries
  readonly isNew: boolean
}

/** What is there is read first, unless the client wants to write only where nothing is, or over what is remembered. */
async function write(context: Context, target: Target, series: EventSeries): Promise<Written> {
  const { headers } = context.request
  const { id, name } = target
  if (wantsAbsent(headers)) return create(context, target, series, { condition: { kind: 'absent' } })
  const unseen = await writeUnseen(context, target, series)
  if (unseen !== undefined) return unseen
  const current = await storedOrNone(context, id, name)
  const condition = writeCondition(headers, current, id)
  // RFC 4791 §5.3.2.1: an object is never overwritten by one of another UID.
  if (current !== undefined && current.series.uid !== series.uid) throw uidConflict(formatHref(target))
  if (current === undefined) return create(context, target, series, { condition, known: 'absent' })
  return { stored: await changed(context, target, series, { condition, known: current }), isNew: false }
}

/** @param options known: what is stored, as far as the gateway knows */
async function changed(context: Context, target: Target, series: EventSeries, options: { readonly condition: WriteCondition; readonly known: StoredSeries }): Promise<StoredSeries> {
  const { condition, known: current } = options
  const asked = { calendar: target.id, wanted: withUnsaid(series, current.series), current, isExact: condition.kind === 'unchanged' }
  const write = scheduledWrite(context, asked)
  const stored = await carriedOut(context, target, write, options)
  const { again = [] } = write
  return stored.revision === current.revision && again.length > 0 ? tellAgain(context, target.id, stored, again) : stored
}

/**
 * A change of the version that the client knows and that is remembered here, by the write alone.
 * @returns undefined where that could not tell: nothing had to be written, or it was refused for what may not be so any more
 * @throws BackendError 'precondition' when there is another version by now
 */
async function writeUnseen(context: Context, target: Target, series: EventSeries): Promise<Written | undefined> {
  const known = rememberedMatch(context, target)
  if (known === undefined || known.series.uid !== series.uid) return undefined
  try {
    const stored = await changed(context, target, series, { condition: { kind: 'unchanged', revision: known.revision }, known })
    return stored.revision === known.revision ? undefined : { stored, isNew: false }
  } catch (error) {
    const isOfOld = error instanceof DavError || (error instanceof BackendError && ['forbidden', 'rejected', 'gone'].includes(error.fault))
    if (isOfOld) return undefined
    throw error
  }
}

/** That nothing has this name says nothing of the UID: only the backend can tell that nobody has it. */
async function create(context: Context, target: Target, wanted: EventSeries, options: Omit<WriteOptions, 'notify'>): Promise<Written> {
  const asked = { calendar: target.id, wanted, current: undefined, isExact: false }
  const write = scheduledWrite(context, asked)
  if (isScheduled(wanted)) await checkUnique(context, asked)
  return { stored: await carriedOut(context, target, write, options), isNew: true }
}

function carriedOut({ account: { session } }: Context, { id, name }: Target, { series, notify }: ScheduledWrite, options: Omit<WriteOptions, 'notify'>): Promise<StoredSeries> {
  return session.put(id, name, series, { ...options, notify })
}

/** RFC 6638 §3.2.4.1. The calendar itself is left to the backend. */
async function checkUnique(context: Context, asked: AskedWrite): Promise<void> {
  const found = await otherCalendarWith(context, asked)
  if (found !== undefined) throw secondMeeting(hrefInHome(context, found.calendar, found.name))
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
  if (context.prefers.representation) return represented(context, target, stored, isNew ? 201 : 200)
  const isAsSent = Buffer.from(calendarDataFor(context, stored)).equals(sent)
  return { status: isNew ? 201 : 204, headers: { ...(isAsSent && { ETag: etagOf(stored.revision) }), ...scheduleTagHeader(stored, target.id) } }
}

function represented(context: Context, target: Target, stored: StoredSeries, status: number): DavReply {
  const more = { 'Content-Location': formatHref(target), 'Preference-Applied': 'return=representation', ...variance(context, 'Prefer') }
  return { status, headers: { ...objectHeaders(stored, target.id), ...more }, body: calendarDataFor(context, stored) }
}

/** RFC 8144 §3.2: who wants the representation is given the one that the condition failed on. @throws the refusal in all other cases */
async function refusalReply(context: Context, target: Target, refusal: unknown): Promise<DavReply> {
  const isAsked = context.prefers.representation && refusal instanceof DavError && refusal.status === 412
  const stored = isAsked ? await storedOrNone(context, target.id, target.name) : undefined
  if (stored === undefined) throw refusal
  return represented(context, target, stored, 412)
}
