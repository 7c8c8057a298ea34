/**
 * How an event with a UID of its own begins: events.insert for what the calendar organizes itself, events.import for what it does not.
 * And what to do where neither takes the UID of a deleted event back.
 */

import { BackendError } from '../../../calendar/backend.ts'
import { sameJson, versionsFor, withoutLowerSequence } from './bodies.ts'
import { afterDeleted } from './former-names.ts'
import { readBody } from '../calls/client.ts'
import { stale, toBackendError } from '../calls/errors.ts'
import { eventIdOf } from '../names.ts'
import { isGuestCopy, isOwnRow } from '../reading/event-from-wire.ts'
import { attemptEvent, collectPages, masks } from '../reading/pages.ts'
import { isInstance } from '../reading/rows.ts'
import { wireEventSchema } from '../wire.ts'
import type { CalendarId, EventUid } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { ApiCall, Query } from '../calls/client.ts'
import type { Listing } from '../reading/pages.ts'
import type { WireAttendee, WireEvent } from '../wire.ts'

/** `taken`: a live event has the UID; `mayBeOurs`: perhaps by this very call, whose first answer was lost. */
export type Insertion = { readonly kind: 'made'; readonly row: WireEvent } | { readonly kind: 'taken'; readonly mayBeOurs: boolean }

/** How an event is to begin. */
export interface Beginning {
  readonly body: WireBody
  /** What it is where nobody can be told. */
  readonly quietBody: WireBody
  readonly isTold: boolean
}

/**
 * The service refuses a UID that the calendar has (409), so that nothing is ever written over, whoever else writes at the same moment, and
 * the call may be repeated. It makes the calendar the organizer, whatever the body says.
 * @throws BackendError 'rejected' when the UID is that of a deleted event and cannot be had
 */
export async function insertEvent(listing: Listing, uid: EventUid, beginning: Beginning): Promise<Insertion> {
  const { body, quietBody, isTold } = beginning
  const query = { sendUpdates: isTold ? 'all' : 'none' }
  const outcome = await listing.client.attempt({ ...eventCall(listing, 'POST', [], body, query), isRepeatable: true })
  if (outcome.isDone) return { kind: 'made', row: readBody(wireEventSchema, outcome.body) }
  if (outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  const holder = await anyOfUid(listing, uid)
  if (holder?.status !== 'cancelled') return { kind: 'taken', mayBeOurs: outcome.wasRepeated }
  // Somebody else's would come back as theirs, with their guests.
  const revived = isGuestCopy(holder, listing.calendar) ? undefined : await revive(listing, holder, afterDeleted(body, uid, holder), query)
  return { kind: 'made', row: revived ?? await takeBack(listing, afterDeleted(quietBody, uid, holder)) }
}

/** The single event or master of a UID, be it deleted. */
export async function anyOfUid(listing: Listing, uid: EventUid): Promise<WireEvent | undefined> {
  const computed = await eventOf(listing, eventIdOf(uid))
  if (computed !== undefined) return computed
  // NOTE: the form of the id that an insertion with a UID yields is not documented.
  const { rows } = await collectPages(listing, { iCalUID: uid, showDeleted: true, fields: masks.objects })
  const found = rows.flatMap((row) => (row.kind === 'read' && !isInstance(row.event) ? [row.event] : []))
  const listed = found.find(({ status }) => status !== 'cancelled') ?? found[0]
  // Listed, a deleted event may be no more than its id.
  return listed?.status === 'cancelled' ? await eventOf(listing, listed.id) : listed
}

async function eventOf(listing: Listing, id: string): Promise<WireEvent | undefined> {
  const outcome = await attemptEvent(listing, id)
  return outcome.isDone ? readBody(wireEventSchema, outcome.body) : undefined
}

/** The last resort for the UID of a deleted event that cannot be brought back. @throws BackendError 'rejected' */
async function takeBack(listing: Listing, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt({ ...eventCall(listing, 'POST', ['import'], body), isRepeatable: true })
  if (!outcome.isDone && outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  const row = outcome.isDone ? readBody(wireEventSchema, outcome.body) : undefined
  if (row === undefined || row.status === 'cancelled') throw uidOfDeleted()
  return row
}

function uidOfDeleted(): BackendError {
  return new BackendError('rejected', 'The UID is that of a deleted event, which the service keeps.', { precondition: 'no-uid-conflict' })
}

/**
 * How somebody else's event begins. An event of the same UID is changed in place, so that the call may be repeated.
 *
 * For a deleted event of that UID nobody has written down for sure what happens: its import may bring it back, leave it deleted, or be
 * refused as a duplicate. Then the event itself is brought back, if it is the same meeting.
 * @throws BackendError 'conflict' when there is such an event after all, 'rejected' when the UID cannot be had
 */
export async function importEvent(listing: Listing, uid: EventUid, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt({ ...eventCall(listing, 'POST', ['import'], body), isRepeatable: true })
  if (!outcome.isDone && outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  const row = outcome.isDone ? readBody(wireEventSchema, outcome.body) : await anyOfUid(listing, uid)
  if (row === undefined || (row.status !== 'cancelled' && !outcome.isDone)) throw stale()
  if (row.status !== 'cancelled') return row
  const revived = isSameMeeting(row, body, listing.calendar) ? await revive(listing, row, body, { sendUpdates: 'none' }) : undefined
  if (revived === undefined) throw uidOfDeleted()
  return revived
}

function eventCall({ calendar }: Listing, method: ApiCall['method'], path: readonly string[], body: WireBody, query: Query = {}): ApiCall {
  return { method, path: ['calendars', calendar, 'events', ...path], body, query: { ...query, ...versionsFor(body) } }
}

/** The service changes neither the organizer of a copy nor others on its guest list. */
function isSameMeeting(row: WireEvent, wanted: WireBody, calendar: CalendarId): boolean {
  const [before, after] = [row, wanted as Partial<WireEvent>].map(({ organizer, attendees = [] }) => ({
    organizer: organizer?.email?.toLowerCase(),
    others: attendees.filter((attendee) => !isOwnRow(attendee, calendar)).map(keptOf).sort(),
  }))
  return sameJson(before, after)
}

function keptOf({ email = '', displayName, responseStatus = 'needsAction', optional = false, resource = false, comment, additionalGuests = 0 }: WireAttendee): string {
  return JSON.stringify([email.toLowerCase(), displayName, responseStatus, optional, resource, comment, additionalGuests])
}

/**
 * All members anew: what the deleted event said is of no interest any more. Deletion counted SEQUENCE up.
 * @returns undefined where the service does not allow it
 */
async function revive(listing: Listing, row: WireEvent, body: WireBody, query: Query): Promise<WireEvent | undefined> {
  const { iCalUID: _uid, ...rest } = body
  const call = eventCall(listing, 'PUT', [row.id], { status: 'confirmed', ...withoutLowerSequence(rest, row) }, query)
  const outcome = await listing.client.attempt({ ...call, ...(row.etag === undefined ? {} : { ifMatch: row.etag }) })
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  if (outcome.refusal.status !== 403) throw toBackendError(outcome.refusal)
  return undefined
}
