/** What is posted to an outbox: read, and held against who posts it (RFC 6638 §5). */

import { anyZone, calendarId, emailAddress, sameAddress } from '../../calendar/identifiers.ts'
import type { EmailAddress, TimeZoneId } from '../../calendar/identifiers.ts'
import { caldav } from '../../dav/names.ts'
import { CalendarDataError } from '../../icalendar/calendar-data-error.ts'
import type { Component } from '../../icalendar/component.ts'
import { parseItip } from '../../icalendar/itip.ts'
import type { ItipMessage } from '../../icalendar/itip.ts'
import { readCalendar } from '../../icalendar/parse.ts'
import { parseAttendees } from '../../icalendar/people.ts'
import type { Context } from '../context.ts'
import { DavError } from '../errors.ts'
import { ownCalendars } from '../own-calendars.ts'

/** To whom a message goes, as the body says; the headers Originator and Recipient of old clients are not needed. */
export interface Recipient {
  /** As the message spells it. */
  readonly uri: string
  /** Undefined where it is no e-mail address. */
  readonly address: EmailAddress | undefined
}

/** A message that its poster may send. */
export interface PostedMessage<Message extends ItipMessage = ItipMessage> {
  readonly message: Message
  readonly recipients: readonly Recipient[]
  /** `X-CALENDARSERVER-MASK-UID` (Calendar.app): the event that is being planned, which is not to count as busy. */
  readonly maskedUids: readonly string[]
}

/**
 * @throws DavError 403 CALDAV:valid-calendar-data for what is no iCalendar, CALDAV:valid-scheduling-message for what is no message of
 *         RFC 5546, CALDAV:organizer-allowed for one that only somebody else may send
 */
export async function readMessage(context: Context, body: Uint8Array): Promise<PostedMessage> {
  const { calendar, isFreeBusy } = readable(context, body)
  const calendarZone = isFreeBusy ? anyZone : await ownZone(context)
  const message = understood(() => parseItip(body, { calendarZone, maxBytes: context.settings.maxResourceBytes }))
  await checkSender(context, message)
  const posted = { message, recipients: recipientsOf(message, calendar), maskedUids: valuesOf(calendar, 'X-CALENDARSERVER-MASK-UID') }
  if (posted.recipients.length === 0) throw invalidMessage('The message names nobody to send it to.')
  return posted
}

async function ownZone({ account }: Context): Promise<TimeZoneId> {
  return (await account.session.calendar(calendarId(account.address))).timeZone
}

function readable({ settings }: Context, body: Uint8Array): { readonly calendar: Component; readonly isFreeBusy: boolean } {
  try {
    const calendar = readCalendar(body, { calendarZone: anyZone, maxBytes: settings.maxResourceBytes })
    return { calendar, isFreeBusy: calendar.components.some(({ name }) => name === 'VFREEBUSY') }
  } catch (error) {
    if (!(error instanceof CalendarDataError)) throw error
    throw new DavError(403, error.message, { condition: caldav(error.precondition), cause: error })
  }
}

function understood(parse: () => ItipMessage): ItipMessage {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof CalendarDataError)) throw error
    throw invalidMessage(error.message, error)
  }
}

function invalidMessage(sentence: string, cause?: unknown): DavError {
  return new DavError(403, sentence, { condition: caldav('valid-scheduling-message'), cause })
}

/** Whether attendees send it to the organizer (RFC 5546 §1.4). */
function isForOrganizer({ method }: ItipMessage): boolean {
  return method === 'REPLY' || method === 'REFRESH' || method === 'COUNTER'
}

async function checkSender(context: Context, message: ItipMessage): Promise<void> {
  const { organizer, attendees } = message
  if (message.kind === 'free-busy' && message.method !== 'REQUEST') throw invalidMessage('Busy times are asked for with METHOD:REQUEST.')
  if (message.kind === 'free-busy' && message.range.from >= message.range.to) throw invalidMessage('Busy times are asked for with DTSTART and a later DTEND.')
  if (organizer === undefined) throw invalidMessage('The message has no ORGANIZER with an e-mail address (RFC 5546 §3).')
  if (isForOrganizer(message)) {
    if (attendees.length === 1 && (await isOwnAddress(context, attendees[0]!.address))) return
    throw invalidMessage('An attendee speaks for nobody else: the only ATTENDEE of the message is the one who sends it (RFC 5546 §3.2.3).')
  }
  if (await isOwnAddress(context, organizer.address)) return
  throw new DavError(403, 'Only the organizer can send this message.', { condition: caldav('organizer-allowed') })
}

/** The account's own address, or that of a calendar of its own, which then is the organizer of its events. */
async function isOwnAddress(context: Context, address: EmailAddress): Promise<boolean> {
  return sameAddress(address, context.account.address) || (await ownCalendars(context)).some((id) => sameAddress(id, address))
}

function recipientsOf(message: ItipMessage, calendar: Component): readonly Recipient[] {
  const name = isForOrganizer(message) ? 'ORGANIZER' : 'ATTENDEE'
  const lines = calendar.components.flatMap(({ properties }) => properties.filter((each) => each.name === name))
  const found = lines.map((line) => ({ uri: line.value.trim(), address: parseAttendees([line])[0]?.address ?? emailAddress(line.value) }))
  return [...new Map(found.map((each) => [each.address?.toLowerCase() ?? each.uri, each])).values()]
}

function valuesOf(calendar: Component, name: string): readonly string[] {
  return calendar.components.flatMap(({ properties }) => properties.filter((each) => each.name === name).map(({ value }) => value.trim()))
}
