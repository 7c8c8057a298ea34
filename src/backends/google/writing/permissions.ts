/** Who may change what of a stored event. All is judged before anything is written. */

import { BackendError } from '../../../calendar/backend.ts'
import { sameAddress } from '../../../calendar/identifiers.ts'
import { keptAttendees } from './attendees-to-wire.ts'
import { sameJson } from './bodies.ts'
import { isOwnRow } from '../reading/event-from-wire.ts'
import { marks } from '../marks.ts'
import { fields } from './to-wire.ts'
import type { StoredSeries } from '../../../calendar/backend.ts'
import type { Event } from '../../../calendar/event.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Source } from '../reading/from-wire.ts'
import type { FieldName, Rendered } from './to-wire.ts'
import type { WireEvent } from '../wire.ts'

/** What a change is about. */
export type ChangedName = FieldName | 'recurrence'

/** The stored object that is to be changed. */
export interface Stored {
  readonly stored: StoredSeries
  readonly source: Source
  /** By whose word the wanted event is; the user's, if it is not said. */
  readonly says?: Speaker
}

/**
 * The user, or the organizer in a message that is stored here as a private copy: the message that the copy is of ({@link isBegun}), which may
 * come again with what a broken write has left out, or a newer one.
 */
export type Speaker = 'user' | 'stored-message' | 'newer-message'

/** What a guest may change in a copy of somebody else's event (RFC 6638 §3.2.2.1). */
const guestFields: ReadonlySet<string> = new Set(['attendees', 'agents', 'alarms', 'acknowledged', 'color', 'transparency', 'cancelled'] satisfies FieldName[])
const anyField: ReadonlySet<string> = new Set([...fields.map(({ name }) => name), 'recurrence'])

function without(...names: readonly FieldName[]): ReadonlySet<string> {
  return new Set([...anyField].filter((name) => !names.includes(name as FieldName)))
}

/** What may be changed in events that are not ordinary ones (Calendar API v3, "Event types"). */
const typeFields: Readonly<Record<string, ReadonlySet<string>>> = {
  birthday: new Set(['times', 'recurrence', 'summary', 'color', 'alarms', 'sequence']),
  fromGmail: new Set(['color', 'alarms', 'acknowledged', 'visibility', 'transparency', 'status', 'attendees', 'sequence']),
  focusTime: without('transparency', 'attendees'),
  outOfOffice: without('transparency', 'attendees'),
  workingLocation: without('transparency', 'attendees', 'visibility', 'conferences'),
}
/** Whether private extended properties of an event of this type can be changed. */
export function holdsNotes(row: WireEvent): boolean {
  return holds(row, 'acknowledged')
}

/** Whether an event of this type takes a change of the field. */
function holds({ eventType = 'default' }: WireEvent, name: ChangedName): boolean {
  return (eventType === 'default' ? anyField : (typeFields[eventType] ?? unknownTypeFields)).has(name)
}

const unknownTypeFields: ReadonlySet<string> = new Set(['color', 'alarms', 'sequence'])

/** @throws BackendError 'forbidden' */
export function assertAllowed(names: readonly ChangedName[], wanted: Event, before: Rendered, context: Stored): void {
  const refused = names.find((name) => !holds(before.row, name))
  if (refused !== undefined) {
    throw new BackendError('forbidden', `The ${refused} of an event of the type ${before.row.eventType} cannot be changed.`, { precondition: 'valid-calendar-object-resource' })
  }
  if (context.stored.role !== 'attendee') return
  const foreign = isRestricted(context) ? names.find((name) => !guestFields.has(name)) : undefined
  if (foreign !== undefined) throw notAttendees(`Only the organizer can change the ${foreign}.`)
  if (names.includes('attendees') && context.says !== 'newer-message' && !differsOnlyInOwnAnswer(wanted, before, context)) throw notAttendees('Only the organizer can change the guest list.')
}

/** What guests see of a cancelled event here is a free one: they would still come. */
export function assertNoCancelledMeeting({ status, attendees, organizer }: Event, { calendar, address }: CalendarFrame): void {
  const isOwn = (other: string): boolean => sameAddress(other, calendar) || sameAddress(other, address)
  if (status !== 'cancelled' || (organizer !== undefined && !isOwn(organizer.address)) || attendees.every((each) => isOwn(each.address))) return
  throw new BackendError('rejected', 'A meeting is cancelled by deleting it, which tells its guests.', { precondition: 'valid-calendar-object-resource' })
}

/** A change that is not the attendee's to make (RFC 6638 §3.2.4.2). */
export function notAttendees(sentence: string): BackendError {
  return new BackendError('forbidden', sentence, { precondition: 'allowed-attendee-scheduling-object-change' })
}

/**
 * A copy of somebody else's event to which this calendar was invited. One that was merely imported here may be edited, but for its
 * guest list: the service takes no changes of that in a copy.
 */
export function isRestricted({ stored, source, says = 'user' }: Stored): boolean {
  return says === 'user' && stored.role === 'attendee' && source.main?.extendedProperties?.private?.[marks.self] !== '1'
}

/** Of the guests. */
export function differsOnlyInOwnAnswer(wanted: Event, { event: shown, row }: Rendered, { source: { frame } }: Stored): boolean {
  const own = row.attendees?.find((attendee) => isOwnRow(attendee, frame.calendar))?.email
  if (own === undefined) return false
  const withoutAnswer = (event: Event): unknown => keptAttendees(event.attendees).map((attendee) =>
    (sameAddress(attendee.email, own) ? { ...attendee, responseStatus: '', comment: undefined, additionalGuests: 0 } : attendee))
  return sameJson(withoutAnswer(wanted), withoutAnswer(shown))
}

/** An event cannot be given to another organizer by writing it (RFC 6638 §3.2.1.1, §3.2.2.1). */
export function assertSameOrganizer(wanted: Event, shown: Event, { stored, source: { frame } }: Stored): void {
  const before = shown.organizer?.address
  const after = wanted.organizer?.address
  if (stored.role === 'attendee') {
    if (before !== undefined && !sameAddress(before, after ?? '')) throw notAttendees('An attendee cannot change the organizer.')
  } else if (after !== undefined && ![before ?? '', frame.calendar, frame.address].some((own) => sameAddress(own, after))) {
    throw new BackendError('forbidden', 'The organizer of an event cannot be changed.', { precondition: 'allowed-organizer-scheduling-object-change' })
  }
}
