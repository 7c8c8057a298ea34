/** Guest lists to bodies of the service. A list is always sent whole, and keeps what the model does not show of it. */

import { emailAddress, sameAddress } from '../../../calendar/identifiers.ts'
import { isOwnRow, shownAttendees } from '../reading/event-from-wire.ts'
import type { Attendee, Event, ParticipationStatus } from '../../../calendar/event.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from '../frame.ts'
import type { WireAttendee, WireEvent } from '../wire.ts'

/** What the service holds of an attendee. */
export interface KeptAttendee {
  readonly email: string
  readonly displayName: string | undefined
  readonly responseStatus: NonNullable<WireAttendee['responseStatus']>
  readonly optional: boolean
  readonly resource: boolean
  readonly comment: string | undefined
  readonly additionalGuests: number
}

const responses = {
  'needs-action': 'needsAction', accepted: 'accepted', declined: 'declined', tentative: 'tentative',
} satisfies Record<ParticipationStatus, KeptAttendee['responseStatus']>

/**
 * The guests, with the user's own row as the calendar's where the client names its user as the organizer of what that calendar organizes:
 * the user would be invited to the own meeting otherwise.
 */
export function guestList({ organizer, attendees }: Event, { calendar, address }: CalendarFrame): readonly Attendee[] {
  const isStandIn = organizer !== undefined && sameAddress(organizer.address, address) && !sameAddress(address, calendar)
  const own = emailAddress(calendar)
  return isStandIn && own ? attendees.map((each) => (sameAddress(each.address, address) ? { ...each, address: own } : each)) : attendees
}

/** In order of address, each once. A name that only repeats the address is none: clients add it of their own accord. */
export function keptAttendees(attendees: readonly Attendee[]): readonly KeptAttendee[] {
  const kept = new Map(attendees.map((attendee) => [attendee.address.toLowerCase(), keptAttendee(attendee)]))
  return [...kept].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attendee]) => attendee)
}

function keptAttendee(attendee: Attendee): KeptAttendee {
  const { address, displayName, participation, isOptional, isResource, comment, additionalGuests } = attendee
  return {
    email: address.toLowerCase(),
    displayName: displayName === undefined || sameAddress(displayName, address) ? undefined : displayName,
    responseStatus: responses[participation],
    optional: isOptional,
    resource: isResource,
    comment: comment || undefined,
    additionalGuests,
  }
}

/** Whether a guest is a person or a resource counts when it is added; the service ignores a change of it (events, `attendees[].resource`). */
export function withKnownKinds(kept: readonly KeptAttendee[], before: readonly KeptAttendee[]): readonly KeptAttendee[] {
  return kept.map((one) => ({ ...one, resource: before.find(({ email }) => email === one.email)?.resource ?? one.resource }))
}

/** The wanted guests with all members of theirs that the model does not show, and the rows that it does not show at all. */
export function mergeAttendees(kept: readonly KeptAttendee[], row: WireEvent | undefined, frame: CalendarFrame): readonly WireBody[] {
  const stored = row?.attendees ?? []
  const shown = row === undefined ? [] : shownAttendees(row)
  const hidden = stored.filter((attendee) => attendee.email === undefined || !shown.includes(attendee))
  const isListed = ({ email }: WireAttendee): boolean => kept.some((one) => email !== undefined && sameAddress(one.email, email))
  const merged = kept.map((one) => writeAttendee(one, stored.find(({ email }) => email !== undefined && sameAddress(one.email, email))))
  const own = row?.attendeesOmitted === true ? merged.filter((attendee) => isOwnRow(attendee as WireAttendee, frame.calendar)) : merged
  return [...own, ...hidden.filter((attendee) => !isListed(attendee))]
}

/**
 * Import wants the calendar itself to be organizer or guest. Somebody else's event whose guest list does not name it gets it added with a
 * mark, which hides the row again when the event is read: so nothing of the event is lost.
 * @param body with the guests that the event brings
 * @returns the guests to be sent, and the mark, `null` for none
 */
export function withOwnRow({ attendees = [] }: WireBody, event: Event, { calendar }: CalendarFrame): { readonly attendees: readonly WireBody[]; readonly mark: '1' | null } {
  const guests = attendees as readonly WireBody[]
  const mark = event.attendees.some(({ address }) => sameAddress(address, calendar)) ? null : '1'
  const isThere = guests.some((attendee) => isOwnRow(attendee as WireAttendee, calendar))
  return { attendees: isThere ? guests : [...guests, { email: calendar, responseStatus: 'needsAction' }], mark }
}

function writeAttendee(kept: KeptAttendee, stored: WireAttendee | undefined): WireBody {
  const { displayName: _name, comment: _comment, optional: _optional, resource: _resource, additionalGuests: _guests, ...rest } = stored ?? {}
  return {
    ...rest,
    email: stored?.email ?? kept.email,
    ...(kept.displayName === undefined ? {} : { displayName: kept.displayName }),
    responseStatus: kept.responseStatus,
    ...(kept.optional ? { optional: true } : {}),
    ...(kept.resource ? { resource: true } : {}),
    ...(kept.comment === undefined ? {} : { comment: kept.comment }),
    ...(kept.additionalGuests > 0 ? { additionalGuests: kept.additionalGuests } : {}),
  }
}
