/**
 * How a write tells some guests and not others: the service tells all who are on the list or none. Whom the client tells itself, or nobody
 * does (RFC 6638 §7.1), is taken off the list without a word before, and comes back without a word afterwards.
 */

import { sameAddress } from '../../../calendar/identifiers.ts'
import { mergeBodies } from './bodies.ts'
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
  const changed = body['attendees'] as readonly WireAttendee[] | undefined
  const isOwn = (attendee: WireAttendee): boolean => isOwnRow(attendee, calendar)
  if (isGuestCopy(row, calendar)) return { told: mergeBodies([body, answerNote(changed?.find(isOwn))]) }
  const next = mergeBodies([{ extendedProperties: row.extendedProperties }, body]) as WireEvent
  const stored = row.attendees ?? []
  const wanted = changed ?? stored
  const isListed = ({ email = '' }: WireAttendee): boolean => wanted.some((each) => sameAddress(each.email ?? '', email))
  const isLoud = (attendee: WireAttendee): boolean => isOwn(attendee) || isTold(attendee, isListed(attendee) ? next : row)
  const loud = wanted.filter(isLoud)
  return {
    ...(stored.every(isLoud) ? {} : { before: { attendees: stored.filter(isLoud) } }),
    told: mergeBodies([body, ...(changed === undefined ? [] : [{ attendees: loud }]), guestsNote(loud.filter((attendee) => !isOwn(attendee)))]),
    ...(loud.length === wanted.length ? {} : { after: { attendees: wanted } }),
  }
}

function isTold({ email = '' }: WireAttendee, row: WireEvent): boolean {
  return readAgent(row, email) === 'server'
}

/** Whether there is anybody on the list whom the service tells. */
export function hasTold(row: WireEvent, calendar: CalendarId): boolean {
  return (row.attendees ?? []).some((attendee) => !isOwnRow(attendee, calendar) && isTold(attendee, row))
}

/** What goes before a removal, so that it tells only whom it should; undefined where it may tell all. */
export function quietened(row: WireEvent, calendar: CalendarId): WireBody | undefined {
  return tellingOf({}, row, calendar).before
}
