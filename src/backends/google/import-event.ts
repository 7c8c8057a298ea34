/** events.import, and what to do where it does not take the UID of a deleted event back. */

import { BackendError } from '../../calendar/backend.ts'
import { readBody } from './client.ts'
import { toBackendError } from './errors.ts'
import { eventIdOf } from './names.ts'
import { wireEventSchema } from './wire.ts'
import type { EventUid } from '../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { ApiCall, Query } from './client.ts'
import type { Listing } from './pages.ts'
import type { WireEvent } from './wire.ts'

/** Without these the service ignores the members and says that all went well. */
export function versionsFor(body: WireBody): Query {
  return {
    ...('conferenceData' in body ? { conferenceDataVersion: 1 } : {}),
    ...('attachments' in body ? { supportsAttachments: true } : {}),
  }
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
    return row.status === 'cancelled' ? revive(listing, row, body) : row
  }
  if (outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  const { client, calendar } = listing
  const found = await client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', eventIdOf(uid)] })
  const row = found.isDone ? readBody(wireEventSchema, found.body) : undefined
  if (row?.status !== 'cancelled') throw toBackendError(outcome.refusal)
  return revive(listing, row, body)
}

function eventCall({ calendar }: Listing, method: ApiCall['method'], path: readonly string[], body: WireBody, query: Query = {}): ApiCall {
  return { method, path: ['calendars', calendar, 'events', ...path], body, query: { ...query, ...versionsFor(body) } }
}

/** All members anew: what the deleted event said is of no interest any more. SEQUENCE never goes down, and deletion counted one up. */
async function revive(listing: Listing, row: WireEvent, body: WireBody): Promise<WireEvent> {
  const { iCalUID: _uid, sequence, ...rest } = body
  const ahead = typeof sequence === 'number' && sequence > (row.sequence ?? 0) ? { sequence } : {}
  const call = eventCall(listing, 'PUT', [row.id], { status: 'confirmed', ...rest, ...ahead }, { sendUpdates: 'none' })
  const outcome = await listing.client.attempt({ ...call, ...(row.etag === undefined ? {} : { ifMatch: row.etag }) })
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  if (outcome.refusal.status !== 403) throw toBackendError(outcome.refusal)
  return insert(listing, body)
}

async function insert(listing: Listing, body: WireBody): Promise<WireEvent> {
  const outcome = await listing.client.attempt(eventCall(listing, 'POST', [], body, { sendUpdates: 'none' }))
  if (outcome.isDone) return readBody(wireEventSchema, outcome.body)
  if (outcome.refusal.status !== 409) throw toBackendError(outcome.refusal)
  throw new BackendError('rejected', 'The UID is that of a deleted event, which the service keeps.', { precondition: 'no-uid-conflict' })
}
