/**
 * What writing an event means to its people: who is told, and what of the guest list is taken from the client (RFC 6638 §3.2). The one
 * place where that is decided; the backend delivers, and tells nobody of a write that changes nothing that concerns them.
 */

import type { Notify, StoredSeries } from '../calendar/backend.ts'
import { eventsOf } from '../calendar/event.ts'
import type { Event, EventSeries, Organizer } from '../calendar/event.ts'
import { sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, ObjectName, RecurrenceId } from '../calendar/identifiers.ts'
import { caldav, dav } from '../dav/names.ts'
import { element } from '../dav/xml.ts'
import { parseScheduleReply } from '../dav/headers.ts'
import type { Context } from './context.ts'
import { DavError } from './errors.ts'
import { forcedParts } from './force-send.ts'
import { withAgentOfOrganizer, withAnswersOf, withOwnAnswer } from './guest-list.ts'
import { withLeftOut } from './left-out.ts'
import { ownCalendars } from './own-calendars.ts'
import { withoutOldAnswers } from './rescheduling.ts'
import { isScheduled } from './schedule-tag.ts'
import { withRaisedSequence } from './sequence.ts'

/** A client's write, as it arrives. */
export interface AskedWrite {
  readonly calendar: CalendarId
  readonly wanted: EventSeries
  /** What is stored under that name; undefined where nothing is. */
  readonly current: StoredSeries | undefined
  /** The client knew exactly what is stored: then whatever differs is meant. */
  readonly isExact: boolean
}

/** What is written, and who hears of it. */
export interface ScheduledWrite {
  readonly series: EventSeries
  readonly notify: Notify
  /** Of what people are to be told even if nothing changes. */
  readonly again?: readonly (RecurrenceId | undefined)[]
}

/**
 * What is to be stored, and whether its people are told.
 *
 * - a new event of somebody else, e.g. from a mailed file: a private copy, nobody is told
 * - an attendee's write: the own answer counts, the organizer is told of it; what others answered stays as it is stored
 * - an organizer's write: the guests are told, their answers stay theirs until they are asked anew, SEQUENCE rises where time or rule change
 *
 * @throws DavError 403 CALDAV:same-organizer-in-all-components
 */
export function scheduledWrite(context: Context, asked: AskedWrite): ScheduledWrite {
  const { wanted, current, calendar } = asked
  checkOrganizers(context, calendar, wanted)
  if (current === undefined) {
    return isForeign(context, calendar, wanted) ? { series: wanted, notify: 'nobody' } : { series: withAgentOfOrganizer(wanted), notify: notifyOf(context, [wanted]) }
  }
  const notify = notifyOf(context, [wanted, current.series])
  const again = notify === 'nobody' ? [] : forcedParts(wanted, current.role)
  if (current.role === 'attendee') return { series: withOwnAnswer(asked, current.series), notify, again }
  const kept = withAnswersOf({ ...asked, wanted: withLeftOut(withAgentOfOrganizer(wanted), current.series) }, current.series)
  const series = notify === 'nobody' ? kept : withoutOldAnswers(kept, current.series, [calendar, context.account.address])
  return { series: withRaisedSequence(series, current.series), notify, again }
}

/**
 * Of a removal: guests are told that the event is cancelled, the organizer that the user does not come, unless the client asks for
 * silence (RFC 6638 §8.1, said there of attendees; Evolution sends it whenever its user wants no mail).
 */
export function notifyOfRemoval(context: Context): Notify {
  return parseScheduleReply(context.request.headers.get('schedule-reply')) ? notifyOf(context, []) : 'nobody'
}

/** Of a transfer between calendars: nothing that guests would see changes. */
export const notifyOfTransfer: Notify = 'nobody'

/**
 * @param versions of the event, the wanted one first. Without an organizer an event is nobody's meeting (RFC 6638 §3.1), and a client
 *        that sends its own messages says so at the organizer or at each attendee (§7.1); the backend looks at the latter.
 */
function notifyOf({ settings }: Context, versions: readonly EventSeries[]): Notify {
  if (settings.scheduling === 'outbox') return 'nobody'
  if (versions.length > 0 && !versions.some(isScheduled)) return 'nobody'
  const organizers = versions[0] === undefined ? [] : eventsOf(versions[0]).flatMap(({ organizer = [] }) => organizer)
  return organizers.length > 0 && organizers.every(({ scheduleAgent }) => scheduleAgent !== undefined) ? 'nobody' : 'everybody'
}

/** Of the first event that names one. */
function organizerOf(series: EventSeries): Organizer | undefined {
  return eventsOf(series).find(({ organizer }) => organizer !== undefined)?.organizer
}

/** Whether somebody else organizes the event. */
function isForeign({ account }: Context, calendar: CalendarId, series: EventSeries): boolean {
  const organizer = organizerOf(series)
  return organizer !== undefined && ![calendar, account.address].some((own) => sameAddress(own, organizer.address))
}

/**
 * RFC 6638 §3.2.4.2. An override that names none is taken to mean the same one: Google's own exports leave it out of these. A series that
 * names none is the user's own.
 */
function checkOrganizers(context: Context, calendar: CalendarId, series: EventSeries): void {
  const organizer = organizerOf(series)
  const isOther = (event: Event): boolean => event.organizer !== undefined && !sameAddress(event.organizer.address, organizer!.address)
  const isOwn = series.kind !== 'recurring' || series.master.organizer !== undefined || !isForeign(context, calendar, series)
  if (isOwn && !eventsOf(series).some(isOther)) return
  throw new DavError(403, 'All instances of a meeting have the same organizer.', { condition: caldav('same-organizer-in-all-components') })
}

/** @param path where the meeting lies already */
export function secondMeeting(path: string): DavError {
  return new DavError(403, 'This meeting is in another one of your calendars already: change or move it there.',
    { condition: caldav('unique-scheduling-object-resource'), conditionContent: [element(dav('href'), [path])] })
}

/**
 * RFC 6638 §3.2.4.1: a meeting lies in one calendar of its user only, or its answers would go astray.
 * Costs calls, and so is asked of new meetings alone.
 * @returns where it lies already, undefined if nowhere
 */
export async function otherCalendarWith(context: Context, { calendar, wanted }: AskedWrite): Promise<{ readonly calendar: CalendarId; readonly name: ObjectName } | undefined> {
  const others = (await ownCalendars(context)).filter((id) => id !== calendar)
  const found = await Promise.all(others.map(async (id) => ({ calendar: id, name: await context.account.session.nameOf(id, wanted.uid) })))
  return found.flatMap(({ calendar: id, name }) => (name === undefined ? [] : [{ calendar: id, name }]))[0]
}
