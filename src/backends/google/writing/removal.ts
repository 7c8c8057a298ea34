/** Takes an object out of the calendar. */

import { readBody } from '../calls/client.ts'
import { isGone, stale, toBackendError } from '../calls/errors.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { isRestricted } from './permissions.ts'
import { hasTold, quietened } from './telling.ts'
import { wireEventSchema } from '../wire.ts'
import type { Notify, StoredSeries } from '../../../calendar/backend.ts'
import type { Listing } from '../reading/pages.ts'
import type { Sending } from './sending.ts'
import type { WireEvent } from '../wire.ts'

/**
 * Invitations to single instances are cancelled one by one.
 * @throws BackendError 'gone' when somebody else has removed it first, 'conflict' when it has changed
 */
export async function removeSeries(sending: Sending, stored: StoredSeries, notify: Notify): Promise<void> {
  const source = sourceOf(stored)
  const { main, instances, frame } = source
  // The organizer hears of it, who need not be among the attendees.
  const tells = (row: WireEvent): boolean => notify === 'everybody' && (stored.role === 'attendee' ? isRestricted({ stored, source }) : hasTold(row, frame.calendar))
  if (main === undefined) {
    for (const [on, row] of instances) await sending.send({ kind: 'cancel', on, isTold: tells(row), unsettles: false }, row)
    return
  }
  if (tells(main)) await quieten(sending, [main, ...instances.values()])
  await deleteEvent(sending, main, tells(main))
}

/** Takes those off the lists whom a removal is not to tell. */
async function quieten(sending: Sending, rows: readonly WireEvent[]): Promise<void> {
  for (const row of rows) {
    const body = row.status === 'cancelled' ? undefined : quietened(row, sending.listing.calendar)
    if (body !== undefined) await sending.patch(row, { body, tells: 'none', isStep: true })
  }
}

async function deleteEvent({ listing, etag }: Sending, main: WireEvent, isTold: boolean): Promise<void> {
  const version = etag ?? main.etag
  const outcome = await listing.client.attempt({
    method: 'DELETE', path: ['calendars', listing.calendar, 'events', main.id], query: { sendUpdates: isTold ? 'all' : 'none' },
    ...(version === undefined ? {} : { ifMatch: version }),
  })
  if (outcome.isDone || (outcome.wasRepeated && (isGone(outcome.refusal) || (await isCancelled(listing, main))))) return
  throw outcome.refusal.status === 412 ? stale() : toBackendError(outcome.refusal)
}

/** After a deletion of unclear outcome. The version of an event moves when it is deleted. */
async function isCancelled({ client, calendar }: Listing, { id }: WireEvent): Promise<boolean> {
  const outcome = await client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', id] })
  return outcome.isDone ? readBody(wireEventSchema, outcome.body).status === 'cancelled' : isGone(outcome.refusal)
}
