/** What is noted in an event when its people are told of it, so that SCHEDULE-STATUS can be told (RFC 6638 §7.3) with nothing kept here. */

import { hash } from 'node:crypto'
import { sameAddress } from '../../../calendar/identifiers.ts'
import { privately } from './bodies.ts'
import { marks } from '../marks.ts'
import { readAgent } from '../members/schedule-agents.ts'
import type { WireBody } from './bodies.ts'
import type { WireAttendee, WireEvent } from '../wire.ts'

/** @param guests all who are told, and nobody else. A list that is another one by now was changed without telling everybody. */
export function guestsNote(guests: readonly WireAttendee[]): WireBody {
  return privately({ [marks.sent]: nameOf(guests) })
}

/** @param own the row of the user who answers */
export function answerNote(own: WireAttendee | undefined): WireBody {
  return own?.responseStatus === undefined ? {} : privately({ [marks.sent]: own.responseStatus })
}

/** Whether all guests whom the service tells were told of the event by a write of ours. */
export function wereGuestsTold(row: WireEvent): boolean {
  const note = noteIn(row)
  const isGuest = ({ email = '', self }: WireAttendee): boolean => self !== true && !sameAddress(email, row.organizer?.email ?? '')
  return note !== undefined && note === nameOf((row.attendees ?? []).filter((each) => isGuest(each) && readAgent(row, each.email ?? '') === 'server'))
}

/** Whether the organizer was told the answer of this guest's copy by a write of ours. */
export function wasOrganizerTold(row: WireEvent): boolean {
  const note = noteIn(row)
  return note !== undefined && note === row.attendees?.find(({ self }) => self === true)?.responseStatus
}

function noteIn({ extendedProperties }: WireEvent): string | undefined {
  return extendedProperties?.private?.[marks.sent]
}

/** Short for a list of people, whatever its order. */
function nameOf(people: readonly WireAttendee[]): string {
  return hash('sha256', people.map(({ email = '' }) => email.toLowerCase()).sort().join(' '), 'base64url').slice(0, 8)
}
