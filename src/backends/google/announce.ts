/**
 * Mails without a change, for clients that write silently and send their messages afterwards. The service mails only with a write:
 * so one is made that says nothing new.
 */

import { BackendError } from '../../calendar/backend.ts'
import { sameAddress } from '../../calendar/identifiers.ts'
import type { EventUid, RecurrenceId } from '../../calendar/identifiers.ts'
import { readBody } from './client.ts'
import type { ApiCall } from './client.ts'
import { toBackendError } from './errors.ts'
import { findInstances } from './find-instances.ts'
import { readGroup, sourceOf } from './from-wire.ts'
import type { Source } from './from-wire.ts'
import { marks } from './marks.ts'
import { eventIdOf } from './names.ts'
import type { Listing } from './pages.ts'
import { readByUid } from './reading.ts'
import { wireEventSchema } from './wire.ts'
import type { WireEvent } from './wire.ts'

/**
 * Tells all guests of what is stored: which version they were told of is noted among the shared extended properties.
 * NOTE: whether the real service mails of a change of these alone is not known.
 */
export async function announceEvent(listing: Listing, uid: EventUid, instance: RecurrenceId | undefined): Promise<void> {
  const source = await sourceFor(listing, uid)
  if (source === undefined) throw gone()
  for (const row of await rowsToTell(listing, source, instance)) {
    const body = { extendedProperties: { shared: { [marks.told]: row.etag ?? '' } } }
    await write(listing, row, { method: 'PATCH', body, query: { sendUpdates: 'all' } })
  }
}

/** The event or master, and the instances that have guests whom it does not have. */
async function rowsToTell(listing: Listing, source: Source, instance: RecurrenceId | undefined): Promise<readonly WireEvent[]> {
  const { main, instances } = source
  if (instance !== undefined) {
    const row = await instanceRow(listing, source, instance)
    if (row === undefined || row.status === 'cancelled') throw gone()
    return [row]
  }
  const isNew = ({ attendees }: WireEvent): boolean => (attendees ?? []).some(({ email }) =>
    !(main?.attendees ?? []).some((known) => sameAddress(known.email ?? '', email ?? '')))
  return [...(main === undefined ? [] : [main]), ...[...instances.values()].filter((row) => row.status !== 'cancelled' && isNew(row))]
}

/** Tells of a removal that nobody was told of: what was removed comes back without a word, and goes again with one. */
export async function announceRemoval(listing: Listing, uid: EventUid, instance: RecurrenceId | undefined): Promise<void> {
  const row = await (instance === undefined ? removedEvent(listing, uid) : removedInstance(listing, uid, instance))
  const revived = await write(listing, row, { method: 'PATCH', body: { status: 'confirmed' }, query: { sendUpdates: 'none' } })
  await write(listing, revived ?? row, { method: 'DELETE', query: { sendUpdates: 'all' } })
}

async function removedEvent(listing: Listing, uid: EventUid): Promise<WireEvent> {
  const { client, calendar } = listing
  const outcome = await client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', eventIdOf(uid)] })
  if (!outcome.isDone) throw toBackendError(outcome.refusal)
  const row = readBody(wireEventSchema, outcome.body)
  if (row.status !== 'cancelled') throw gone()
  if (row.organizer?.self !== true && !sameAddress(row.organizer?.email ?? '', calendar)) throw notOwn()
  return row
}

async function removedInstance(listing: Listing, uid: EventUid, instance: RecurrenceId): Promise<WireEvent> {
  const source = await sourceFor(listing, uid)
  const row = source && (await instanceRow(listing, source, instance))
  if (row?.status !== 'cancelled') throw gone()
  return row
}

async function sourceFor(listing: Listing, uid: EventUid): Promise<Source | undefined> {
  const found = await readByUid(listing, uid)
  const stored = found && readGroup(found.group, found.frame)
  if (stored === undefined || 'kind' in stored) return undefined
  if (stored.role !== 'organizer') throw notOwn()
  return sourceOf(stored)
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
