/**
 * How an event with a UID of its own begins: events.insert for what the calendar organizes itself, events.import for what it does not.
 * And what to do where neither takes the UID of a deleted event back.
 */

import { BackendError } from '../../../calendar/backend.ts'
import { readBody } from '../calls/client.ts'
import { toBackendError } from '../calls/errors.ts'
import { eventIdOf } from '../names.ts'
import { collectPages, masks } from '../reading/pages.ts'
import { isInstance } from '../reading/rows.ts'
import { wireEventSchema } from '../wire.ts'
import type { EventUid } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { ApiCall, Query } from '../calls/client.ts'
import type { Listing } from '../reading/pages.ts'
import type { WireEvent } from '../wire.ts'

/** Without these the service ignores the members and says that all went well. */
export function versionsFor(body: WireBody): Query {
  return {
    ...('conferenceData' in body ? { conferenceDataVersion: 1 } : {}),
    ...('attachments' in body ? { supportsAttachments: true } : {}),
  }
}

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
  const revived = await revive(listing, holder, body, query)
  return { kind: 'made', row: revived ?? await takeBack(listing, quietBody) }
}

/** The single event or master of a UID, be it deleted. */
export async function anyOfUid(listing: Listing, uid: EventUid): Promise<WireEvent | undefined> {
  const { client, calendar } = listing
  const computed = await client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', eventIdOf(uid)] })
  if (computed.isDone) return readBody(wireEventSchema, computed.body)
  // NOTE: the form of the id that an insertion with a UID yields is not documented.
  const { rows } = await collectPages(listing, { iCalUID: uid, showDeleted: true, fields: masks.objects })
  return rows.flatMap((row) => (row.kind === 'read' && !isInstance(row.event) ? [row.event] : []))[0]
}

/** The last resort for the UID of a deleted event that cannot be brought back. @throws BackendError 'rejected' */
async function takeBack(listing: Listing, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt({ ...eventCall(listing, 'POST', ['import'], body), isRepeatable: true })
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  throw outcome.refusal.status === 409 ? uidOfDeleted() : toBackendError(outcome.refusal)
}

function uidOfDeleted(): BackendError {
  return new BackendError('rejected', 'The UID is that of a deleted event, which the service keeps.', { precondition: 'no-uid-conflict' })
}

/**
 * An event of the same UID is changed in place, so that the call may be repeated.
 *
 * For a deleted event of that UID nobody has written down for sure what happens: its import may bring it back, leave it deleted, or be
 * refused as a duplicate. Then the event itself is brought back, and if that is refused too, another one is made with the UID.
 * @throws BackendError 'conflict' when there is such an event after all, 'rejected' when the UID cannot be had
 */
export async function importEvent(listing: Listing, uid: EventUid, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt({ ...eventCall(listing, 'POST', ['import'], body), isRepeatable: true })
  if (outcome.isDone) {
    const row = readBody(wireEventSchema, outcome.body)
    return row.status === 'cancelled' ? reviveOrInsert(listing, row, body) : row
  }
  if (outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  const { client, calendar } = listing
  const found = await client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', eventIdOf(uid)] })
  const row = found.isDone ? readBody(wireEventSchema, found.body) : undefined
  if (row?.status !== 'cancelled') throw toBackendError(outcome.refusal)
  return reviveOrInsert(listing, row, body)
}

function eventCall({ calendar }: Listing, method: ApiCall['method'], path: readonly string[], body: WireBody, query: Query = {}): ApiCall {
  return { method, path: ['calendars', calendar, 'events', ...path], body, query: { ...query, ...versionsFor(body) } }
}

async function reviveOrInsert(listing: Listing, row: WireEvent, body: WireBody): Promise<WireEvent> {
  return await revive(listing, row, body, { sendUpdates: 'none' }) ?? insert(listing, body)
}

/**
 * All members anew: what the deleted event said is of no interest any more. SEQUENCE never goes down, and deletion counted one up.
 * @returns undefined where the service does not allow it
 */
async function revive(listing: Listing, row: WireEvent, body: WireBody, query: Query): Promise<WireEvent | undefined> {
  const { iCalUID: _uid, sequence, ...rest } = body
  const ahead = typeof sequence === 'number' && sequence > (row.sequence ?? 0) ? { sequence } : {}
  const call = eventCall(listing, 'PUT', [row.id], { status: 'confirmed', ...rest, ...ahead }, query)
  const outcome = await listing.client.attempt({ ...call, ...(row.etag === undefined ? {} : { ifMatch: row.etag }) })
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  if (outcome.refusal.status !== 403) throw toBackendError(outcome.refusal)
  return undefined
}

async function insert(listing: Listing, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt(eventCall(listing, 'POST', [], body, { sendUpdates: 'none' }))
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  throw outcome.refusal.status === 409 ? uidOfDeleted() : toBackendError(outcome.refusal)
}
