/** Moving an object: to another name, or to another calendar. */

import { BackendError } from '../../../calendar/backend.ts'
import { repeatedly } from './attempts.ts'
import { currentForRemoval, readable, readableByUid, uidInUse } from './current.ts'
import { toBackendError } from '../calls/errors.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { renamed } from './former-names.ts'
import { readByName, readByUid } from '../reading/reading.ts'
import { Sending } from './sending.ts'
import { ownRowsAfterMove } from './stand-ins.ts'
import { renameSeries } from './writing.ts'
import type { StoredSeries, WriteOptions } from '../../../calendar/backend.ts'
import type { EventUid, ObjectName } from '../../../calendar/identifiers.ts'
import type { Listing } from '../reading/pages.ts'

/** @throws BackendError 'precondition' when the target name is taken, 'uid-in-use', 'forbidden' for what has to stay */
export async function moveObject(from: Listing, name: ObjectName, to: Listing, toName: ObjectName, options: WriteOptions): Promise<StoredSeries> {
  return from.calendar === to.calendar ? renameObject(from, name, toName, options) : moveElsewhere(from, name, { to, toName }, options)
}

/** Only what is noted of the event's name changes; the former one is noted too, so that readers of changes are told that it is gone. */
async function renameObject(listing: Listing, name: ObjectName, toName: ObjectName, options: WriteOptions): Promise<StoredSeries> {
  return repeatedly(options, async (known) => {
    const stored = await currentForRemoval(listing, name, options, known)
    const { main } = sourceOf(stored)
    if (main === undefined) throw new BackendError('forbidden', 'An invitation to single instances of a series stays at its address.')
    if ((await readByName(listing, toName)) !== undefined) throw new BackendError('precondition', 'there is an object of that name')
    const sending = new Sending(listing)
    const { uid } = stored.series
    return { sending, result: () => renameSeries(sending, stored, renamed(toName, uid, name, main)), isDone: () => isAt(listing, toName, uid) }
  })
}

interface Destination {
  readonly to: Listing
  readonly toName: ObjectName
}

/** Only the organizer's copy of an ordinary event can move (Calendar API v3, events.move). */
async function moveElsewhere(from: Listing, name: ObjectName, { to, toName }: Destination, options: WriteOptions): Promise<StoredSeries> {
  const stored = await currentForRemoval(from, name, options, options.known)
  const { main } = sourceOf(stored)
  if (stored.role !== 'organizer' || main === undefined || (main.eventType ?? 'default') !== 'default') {
    throw new BackendError('forbidden', 'Only ordinary events that the calendar organizes can be moved.')
  }
  await assertFree(to, toName, stored.series.uid)
  const outcome = await from.client.attempt({
    method: 'POST', path: ['calendars', from.calendar, 'events', main.id, 'move'],
    query: { destination: to.calendar, sendUpdates: options.notify === 'everybody' ? 'all' : 'none' },
    ...(main.etag === undefined ? {} : { ifMatch: main.etag }),
  })
  if (!outcome.isDone && outcome.wasRepeated && (await isAt(to, toName, stored.series.uid)) !== undefined) return arrived(to, toName, stored)
  if (!outcome.isDone && outcome.refusal.status === 412) {
    throw new BackendError(options.condition.kind === 'unchanged' ? 'precondition' : 'conflict', 'the stored object has changed since it was read')
  }
  if (!outcome.isDone) throw toBackendError(outcome.refusal)
  return arrived(to, toName, stored)
}

async function assertFree(to: Listing, toName: ObjectName, uid: EventUid): Promise<void> {
  const [named, ofUid] = await Promise.all([readByName(to, toName), readByUid(to, uid)])
  if (named !== undefined) throw new BackendError('precondition', 'there is an object of that name in the other calendar')
  if (ofUid !== undefined) throw uidInUse(ofUid.name)
}

/** The answer to a move may still speak of the source: the event is read where it is now, and given its name and its user's place in the guest list. */
async function arrived(to: Listing, toName: ObjectName, before: StoredSeries): Promise<StoredSeries> {
  const { uid } = before.series
  const stored = await arrivedSeries(to, uid)
  const sending = new Sending(to)
  const own = ownRowsAfterMove(stored, before)
  for (const [row, body] of own) await sending.patch(row, { body, tells: 'none' })
  const { main } = sourceOf(stored)
  if (main !== undefined && (stored.name !== toName || before.name !== toName)) return renameSeries(sending, stored, renamed(toName, uid, before.name, main))
  return own.size === 0 ? stored : arrivedSeries(to, uid)
}

async function arrivedSeries(to: Listing, uid: EventUid): Promise<StoredSeries> {
  const stored = await readByUid(to, uid)
  if (stored === undefined) throw new BackendError('unavailable', 'the moved event cannot be read back', { retryAfterSeconds: 5 })
  return readable(stored)
}

/** The event, if it has the name by now. */
async function isAt(listing: Listing, name: ObjectName, uid: EventUid): Promise<StoredSeries | undefined> {
  const stored = await readableByUid(listing, uid)
  return stored?.name === name ? stored : undefined
}
