/**
 * Mails without a change, for clients that write silently and send their messages afterwards. The service mails only with a write:
 * so one is made that says nothing new.
 */

import { BackendError } from '../../../calendar/backend.ts'
import { sameAddress } from '../../../calendar/identifiers.ts'
import type { EventUid, RecurrenceId } from '../../../calendar/identifiers.ts'
import { readBody } from '../calls/client.ts'
import { readableByUid } from './current.ts'
import type { ApiCall } from '../calls/client.ts'
import { toBackendError } from '../calls/errors.ts'
import { findInstances } from '../reading/find-instances.ts'
import { sourceOf } from '../reading/from-wire.ts'
import type { Source } from '../reading/from-wire.ts'
import { anyOfUid } from './import-event.ts'
import type { Listing } from '../reading/pages.ts'
import { wireEventSchema } from '../wire.ts'
import { Sending } from './sending.ts'
import { announceSeries } from './writing.ts'
import type { StoredSeries } from '../../../calendar/backend.ts'
import type { WireEvent } from '../wire.ts'

/** @throws BackendError 'gone' when it is not there, 'forbidden' when somebody else organizes it */
export async function announceEvent(listing: Listing, uid: EventUid, instance: RecurrenceId | undefined): Promise<void> {
  const stored = await ownEvent(listing, uid)
  if (stored === undefined) throw gone()
  const source = sourceOf(stored)
  if (instance === undefined) return announceSeries(new Sending(listing), stored, ['main', ...instancesOfOthers(source)])
  const row = await instanceRow(listing, source, instance)
  if (row === undefined || row.status === 'cancelled') throw gone()
  return announceSeries(new Sending(listing), stored, [instance])
}

/** Instances with guests whom the series does not have. */
function instancesOfOthers({ main, instances }: Source): readonly RecurrenceId[] {
  const isNew = ({ attendees }: WireEvent): boolean => (attendees ?? []).some(({ email }) =>
    !(main?.attendees ?? []).some((known) => sameAddress(known.email ?? '', email ?? '')))
  return [...instances].flatMap(([id, row]) => (row.status !== 'cancelled' && isNew(row) ? [id] : []))
}

/** Tells of a removal that nobody was told of: what was removed comes back without a word, and goes again with one. */
export async function announceRemoval(listing: Listing, uid: EventUid, instance: RecurrenceId | undefined): Promise<void> {
  const row = await (instance === undefined ? removedEvent(listing, uid) : removedInstance(listing, uid, instance))
  const revived = await write(listing, row, { method: 'PATCH', body: { status: 'confirmed' }, query: { sendUpdates: 'none' } })
  await write(listing, revived ?? row, { method: 'DELETE', query: { sendUpdates: 'all' } })
}

async function removedEvent(listing: Listing, uid: EventUid): Promise<WireEvent> {
  const { calendar } = listing
  const row = await anyOfUid(listing, uid)
  if (row?.status !== 'cancelled') throw gone()
  if (row.organizer?.self !== true && !sameAddress(row.organizer?.email ?? '', calendar)) throw notOwn()
  return row
}

async function removedInstance(listing: Listing, uid: EventUid, instance: RecurrenceId): Promise<WireEvent> {
  const stored = await ownEvent(listing, uid)
  const row = stored && (await instanceRow(listing, sourceOf(stored), instance))
  if (row?.status !== 'cancelled') throw gone()
  return row
}

async function ownEvent(listing: Listing, uid: EventUid): Promise<StoredSeries | undefined> {
  const stored = await readableByUid(listing, uid)
  if (stored === undefined) return undefined
  if (stored.role !== 'organizer') throw notOwn()
  return stored
}

async function instanceRow(listing: Listing, { main, instances, frame }: Source, id: RecurrenceId): Promise<WireEvent | undefined> {
  return instances.get(id) ?? (main && (await findInstances(listing, main, frame, [id])).get(id))
}

/** Guests are told by the organizer only. */
function notOwn(): BackendError {
  return new BackendError('forbidden', 'Somebody else organizes this event.')
}

async function write({ client, calendar }: Listing, { id, etag }: WireEvent, call: Omit<ApiCall, 'path'>): Promise<WireEvent | undefined> {
  const path = ['calendars', calendar, 'events', id]
  const outcome = await client.attempt({ ...call, path, ...(etag === undefined ? {} : { ifMatch: etag }) })
  if (!outcome.isDone) throw toBackendError(outcome.refusal)
  return call.method === 'DELETE' ? undefined : readBody(wireEventSchema, outcome.body)
}

function gone(): BackendError {
  return new BackendError('gone', 'There is no such event to tell of.')
}
