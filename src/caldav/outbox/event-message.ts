/**
 * Messages about events, posted to the outbox. The backend delivers: a message becomes the write that makes it tell the people, or,
 * where the client has written silently before, a word about what is stored (RFC 5546 §3.2, and the draft of 2008).
 */

import { BackendError } from '../../calendar/backend.ts'
import type { CalendarSession, StoredSeries } from '../../calendar/backend.ts'
import { eventsOf } from '../../calendar/event.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { calendarId, objectName, sameAddress } from '../../calendar/identifiers.ts'
import type { CalendarId, EmailAddress, EventUid, RecurrenceId } from '../../calendar/identifiers.ts'
import type { RecipientResponse } from '../../dav/schedule-response.ts'
import type { ItipMessage } from '../../icalendar/itip.ts'
import type { Context } from '../context.ts'
import { ownAnswer } from '../force-send.ts'
import { withoutAttendees } from '../guest-list.ts'
import { storedOrNone } from '../load.ts'
import { ownCalendars } from '../own-calendars.ts'
import { withoutConflict } from '../write-errors.ts'
import type { PostedMessage, Recipient } from './message.ts'
import { withMessage, withoutInstances } from './merge.ts'
import { requestStatus } from './request-status.ts'

/** REQUEST, CANCEL or REPLY about an event. */
export type EventMessage = Extract<ItipMessage, { kind: 'event' }>
type Posted = PostedMessage<EventMessage>

/** What becomes of a message for each of its recipients. */
type StatusOf = (recipient: Recipient) => string

/** One answer for each recipient; methods that no backend could deliver are refused for each. @throws BackendError what may pass */
export async function eventResponses(context: Context, posted: Posted): Promise<readonly RecipientResponse[]> {
  const statusOf = await delivered(context, posted)
  return posted.recipients.map((recipient) => ({ recipient: recipient.uri, requestStatus: statusOf(recipient) }))
}

function delivered(context: Context, posted: Posted): Promise<StatusOf> {
  switch (posted.message.method) {
    case 'REQUEST': return withoutConflict(() => request(context, posted.message))
    case 'CANCEL': return withoutConflict(() => cancel(context, posted))
    case 'REPLY': return withoutConflict(() => reply(context, posted.message))
    default: return Promise.resolve(() => requestStatus.unsupported)
  }
}

/** Whom the backend told. */
function toldThose(known: readonly EmailAddress[], otherwise: string): StatusOf {
  return ({ address }) => {
    if (address === undefined) return requestStatus.invalidUser
    return known.some((each) => sameAddress(each, address)) ? requestStatus.success : otherwise
  }
}

const allOf = (status: string): StatusOf => ({ address }) => (address === undefined ? requestStatus.invalidUser : status)

/**
 * An invitation. What it says beyond what is stored is written, which tells the guests; where all is stored already, they are told
 * now, or have been told when it was written.
 */
async function request(context: Context, message: EventMessage): Promise<StatusOf> {
  const { session, address } = context.account
  const found = await located(context, message.uid)
  if (found === undefined) return firstRequest(context, message)
  const { calendar, stored } = found
  if (stored.role !== 'organizer') return allOf(requestStatus.noAuthority)
  const series = withMessage(stored.series, message)
  const after = await session.put(calendar, stored.name, series, { condition: { kind: 'present' }, notify: 'everybody', known: stored })
  if (after.revision === stored.revision && context.settings.scheduling === 'outbox') await announceParts(session, calendar, message)
  return toldThose([address, ...peopleOf(after.series)], requestStatus.undeliverable)
}

/** Of an event that the client has not stored: it comes into the calendar of the account itself. */
async function firstRequest({ account: { session, address } }: Context, { uid, series }: EventMessage): Promise<StatusOf> {
  const name = objectName(`${uid}.ics`)
  if (name === undefined || series === undefined) return allOf(requestStatus.undeliverable)
  const stored = await session.put(calendarId(address), name, series, { condition: { kind: 'absent' }, notify: 'everybody' }).catch(undefinedIfRefused)
  return stored === undefined ? allOf(requestStatus.undeliverable) : toldThose([address, ...peopleOf(stored.series)], requestStatus.undeliverable)
}

async function announceParts(session: CalendarSession, calendar: CalendarId, { uid, parts }: EventMessage): Promise<void> {
  const instances = parts.flatMap(({ instance }) => instance ?? [])
  if (instances.length < parts.length) return session.announce(calendar, uid, 'event')
  for (const instance of instances) await session.announce(calendar, uid, 'event', instance)
}

const toEverybody = { condition: { kind: 'present' }, notify: 'everybody' } as const

/** The event, some instances of it, or the invitation of some guests alone: then the others keep it (RFC 5546 §3.2.5). */
async function cancel(context: Context, { message, recipients }: Posted): Promise<StatusOf> {
  const found = await located(context, message.uid)
  if (found === undefined) return cancelRemoved(context, message)
  const { stored } = found
  if (stored.role !== 'organizer') return allOf(requestStatus.noAuthority)
  const told = toldThose(peopleOf(stored.series), untold(context))
  const instances = message.parts.flatMap(({ instance }) => instance ?? [])
  if (instances.length === message.parts.length) return (await cancelInstances(context, found, instances)) ? told : allOf(requestStatus.undeliverable)
  await cancelGuests(context, found, recipients)
  return told
}

/** Who is not on the list any more was told when the client wrote that, or cannot be told any more. */
function untold({ settings }: Context): string {
  return settings.scheduling === 'implicit' ? requestStatus.success : requestStatus.undeliverable
}

/** The whole event where nobody else is left. */
async function cancelGuests({ account: { session, address: own } }: Context, { calendar, stored }: Located, recipients: readonly Recipient[]): Promise<void> {
  const isRecipient = (guest: EmailAddress): boolean => recipients.some(({ address }) => address !== undefined && sameAddress(address, guest))
  const options = { ...toEverybody, known: stored }
  if (guestsOf(stored.series, [calendar, own]).every(isRecipient)) await session.remove(calendar, stored.name, options)
  else await session.put(calendar, stored.name, withoutAttendees(stored.series, ({ address }) => isRecipient(address)), options)
}

/** @returns false where the guests of an instance that is gone already cannot be told */
async function cancelInstances({ account: { session }, settings }: Context, { calendar, stored }: Located, instances: readonly RecurrenceId[]): Promise<boolean> {
  const { series } = stored
  const isGone = (id: RecurrenceId): boolean => series.kind === 'recurring' && series.cancelled.has(id)
  const live = instances.filter((id) => !isGone(id))
  if (live.length > 0) await session.put(calendar, stored.name, withoutInstances(series, live), { ...toEverybody, known: stored })
  if (settings.scheduling === 'implicit') return true
  for (const id of instances.filter(isGone)) {
    if (!(await isAnnounced(session, calendar, series.uid, id))) return false
  }
  return true
}

/** Clients remove first and send the message afterwards. In implicit mode the removal has told everybody. */
async function cancelRemoved(context: Context, { uid, parts }: EventMessage): Promise<StatusOf> {
  if (context.settings.scheduling === 'implicit') return allOf(requestStatus.success)
  const { session } = context.account
  if (parts.some(({ instance }) => instance !== undefined)) return allOf(requestStatus.undeliverable)
  for (const id of await ownCalendars(context)) {
    if (await isAnnounced(session, id, uid)) return allOf(requestStatus.success)
  }
  return allOf(requestStatus.undeliverable)
}

async function isAnnounced(session: CalendarSession, calendar: CalendarId, uid: EventUid, instance?: RecurrenceId): Promise<boolean> {
  return session.announce(calendar, uid, 'removal', instance).then(() => true, (error: unknown) => undefinedIfRefused(error) ?? false)
}

/** The user's answer. Where the client has stored the same silently, it is taken back for a moment, so that the backend has one to tell. */
async function reply(context: Context, { uid, parts }: EventMessage): Promise<StatusOf> {
  const found = await located(context, uid)
  if (found === undefined) return allOf(requestStatus.undeliverable)
  const { calendar, stored } = found
  const { session } = context.account
  if (stored.role !== 'attendee') return allOf(requestStatus.noAuthority)
  for (const { instance, attendees: [answer], comment } of parts) {
    if (answer === undefined) continue
    const { participation } = answer
    const said = comment ?? answer.comment
    if (context.settings.scheduling === 'outbox' && participation !== 'needs-action' && ownAnswer(stored.series, instance, answer.address)?.participation === participation) {
      await session.answer(calendar, stored.name, instance, 'needs-action', 'nobody')
    }
    await session.answer(calendar, stored.name, instance, participation, 'everybody', said)
  }
  return allOf(requestStatus.success)
}

interface Located {
  readonly calendar: CalendarId
  readonly stored: StoredSeries
}

/** Where the user has the event: the calendar of the account itself is looked at first. */
async function located(context: Context, uid: EventUid): Promise<Located | undefined> {
  for (const calendar of await ownCalendars(context)) {
    const name = await context.account.session.nameOf(calendar, uid)
    const stored = name && (await storedOrNone(context, calendar, name))
    if (stored) return { calendar, stored }
  }
  return undefined
}

/** Everybody on any guest list of the event, and its organizer. */
function peopleOf(series: EventSeries): readonly EmailAddress[] {
  return eventsOf(series).flatMap(({ organizer, attendees }) => [...(organizer ? [organizer.address] : []), ...attendees.map(({ address }) => address)])
}

function guestsOf(series: EventSeries, own: readonly string[]): readonly EmailAddress[] {
  const guests = eventsOf(series).flatMap(({ attendees }) => attendees.map(({ address }) => address))
  return guests.filter((guest) => !own.some((each) => sameAddress(each, guest)))
}

/** What the backend will not do is told to the recipients; what may pass, and what is stale, is thrown. */
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof BackendError && ['gone', 'forbidden', 'rejected', 'uid-in-use'].includes(error.fault)) return undefined
  throw error
}
