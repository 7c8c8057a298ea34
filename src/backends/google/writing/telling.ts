/**
 * How a write tells some guests and not others: the service tells all who are on the list or none. Whom the client tells itself, or nobody
 * does (RFC 6638 §7.1), is taken off the list without a word before, and comes back without a word afterwards. So the change itself invites
 * whom the server tells from now on, and takes off whom it has told so far.
 */

import { mergeBodies, patched } from './bodies.ts'
import { isGuestCopy, isOwnRow } from '../reading/event-from-wire.ts'
import { readAgent } from '../members/schedule-agents.ts'
import { answerNote, guestsNote } from './told-notes.ts'
import type { CalendarId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { WireAttendee, WireEvent } from '../wire.ts'

/**
 * One change in up to three patches; nobody is told of `before` and `after`. A break in between leaves somebody off the list, until the
 * same change is written again.
 */
export interface Telling {
  readonly before?: WireBody
  readonly told: WireBody
  readonly after?: WireBody
}

/**
 * @param body the change as a patch
 * @param row  what it changes
 */
export function tellingOf(body: WireBody, row: WireEvent, calendar: CalendarId): Telling {
  const next = patched(row, body) as WireEvent
  const isOwn = (attendee: WireAttendee): boolean => isOwnRow(attendee, calendar)
  const [stored, wanted] = [row.attendees ?? [], next.attendees ?? []]
  if (isGuestCopy(row, calendar)) return { told: mergeBodies([body, answerNote(body['attendees'] === undefined ? undefined : wanted.find(isOwn))]) }
  const loudBefore = stored.filter((attendee) => isOwn(attendee) || isServerTold(attendee, row))
  const loud = wanted.filter((attendee) => isOwn(attendee) || isServerTold(attendee, next))
  const isListChanged = body['attendees'] !== undefined || guestsOf(row, calendar).some((guest) => isServerTold(guest, row) !== isServerTold(guest, next))
  return {
    ...(loudBefore.length === stored.length ? {} : { before: { attendees: loudBefore } }),
    told: mergeBodies([body, ...(isListChanged ? [{ attendees: loud }] : []), guestsNote(loud.filter((attendee) => !isOwn(attendee)))]),
    ...(loud.length === wanted.length ? {} : { after: { attendees: wanted } }),
  }
}

/**
 * Whether a change that concerns nobody hands guests over to the server, which invites them, or from it, which cancels (RFC 6638 §3.2.1.2), and
 * the service can tell them alone: nobody else is on the list whom it tells.
 */
export function handsOver(body: WireBody, row: WireEvent, calendar: CalendarId): boolean {
  const next = patched(row, body) as WireEvent
  const told = guestsOf(row, calendar).filter((guest) => isServerTold(guest, row) || isServerTold(guest, next))
  return told.length > 0 && told.every((guest) => isServerTold(guest, row) !== isServerTold(guest, next))
}

/** Without the calendar itself. */
export function guestsOf({ attendees = [] }: WireEvent, calendar: CalendarId): readonly WireAttendee[] {
  return attendees.filter((attendee) => !isOwnRow(attendee, calendar))
}

/** Whether the server tells this guest. */
export function isServerTold({ email = '' }: WireAttendee, row: WireEvent): boolean {
  return readAgent(row, email) === 'server'
}

/** Whether there is anybody on the list whom the service tells. */
export function hasTold(row: WireEvent, calendar: CalendarId): boolean {
  return guestsOf(row, calendar).some((guest) => isServerTold(guest, row))
}

/** What goes before a removal, so that it tells only whom it should; undefined where it may tell all. */
export function quietened(row: WireEvent, calendar: CalendarId): WireBody | undefined {
  return tellingOf({}, row, calendar).before
}
