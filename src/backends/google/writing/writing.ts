/** Makes a stored object what was wanted: carries out what `plan.ts` and `creation.ts` decide. */

import { BackendError } from '../../../calendar/backend.ts'
import { carriedOf } from './carried.ts'
import { creationOf, ownCreationOf } from './creation.ts'
import { uidInUse } from './current.ts'
import { stale } from '../calls/errors.ts'
import { findInstances } from '../reading/find-instances.ts'
import { readGroup, sourceOf } from '../reading/from-wire.ts'
import { importEvent, insertEvent } from './import-event.ts'
import { cancelLone } from './lone-guests.ts'
import { marks } from '../marks.ts'
import { fetchHead } from '../reading/pages.ts'
import { planUpdate } from './plan.ts'
import { readByUid } from '../reading/reading.ts'
import { groupOf } from '../reading/rows.ts'
import { generatedBy } from './settled.ts'
import { addressesOn } from './told-of-series.ts'
import type { Body, Notify, StoredSeries } from '../../../calendar/backend.ts'
import type { EventSeries } from '../../../calendar/event.ts'
import type { EventUid, ObjectName, RecurrenceId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Source } from '../reading/from-wire.ts'
import type { Insertion } from './import-event.ts'
import type { PlannedCall } from './plan.ts'
import type { Sending } from './sending.ts'
import type { ToldOfSeries } from './told-of-series.ts'
import type { WireEvent } from '../wire.ts'

/**
 * @param told of the series, by the call that made it
 * @throws BackendError 'conflict' when the stored series has changed since it was read
 */
export async function updateSeries(sending: Sending, stored: StoredSeries, wanted: EventSeries, notify: Notify, told?: ToldOfSeries): Promise<StoredSeries> {
  const calls = planUpdate(stored, wanted, notify, { told })
  const [first] = calls
  if (first === undefined) return stored
  if (!first.unsettles) return finish(sending, stored, await carryOut(sending, stored, calls))
  const carried = reshapes(first) ? await carriedOf(sending.listing, stored, wanted) : undefined
  if (reshapes(first) && notify === 'everybody' && stored.role !== 'attendee') await cancelLone(sending, sourceOf(stored), lostBy(wanted, stored))
  const written = await carryOut(sending, stored, [first])
  const settled = await reread(sending, stored)
  if (sending.etag !== undefined && sourceOf(settled).main?.etag !== sending.etag) throw stale()
  const toldNow = first.isTold ? addressesOn(sourceOf(stored).main, written) : told
  const rest = planUpdate(settled, wanted, notify, { told: toldNow, carried }).filter(({ on }) => on !== 'main')
  if (rest.length === 0) return settled
  await carryOut(sending, settled, rest)
  return reread(sending, settled)
}

/** Whether the service may drop changed instances for it. */
function reshapes(call: PlannedCall): boolean {
  return call.kind !== 'cancel' && ('start' in call.body || 'recurrence' in call.body)
}

/** Whether a changed instance is one no more. */
function lostBy(wanted: EventSeries, stored: StoredSeries): (id: RecurrenceId) => boolean {
  if (wanted.kind !== 'recurring') return () => true
  const { instances, frame } = sourceOf(stored)
  const isGenerated = generatedBy(wanted, [...instances.keys()], frame)
  return (id) => wanted.cancelled.has(id) || !(isGenerated(id) || wanted.overrides.has(id))
}

/**
 * @returns the new object; made whole by the changes that its beginning cannot hold
 * @throws BackendError 'conflict' when there is an event of that UID and name, 'uid-in-use' when it has another name
 */
export async function createSeries(sending: Sending, name: ObjectName, series: EventSeries, notify: Notify): Promise<StoredSeries> {
  const { listing } = sending
  const frame = listing.remembered() ?? (await fetchHead(listing)).frame
  const own = ownCreationOf(name, series, notify, frame)
  const made: Insertion = own === undefined
    ? { kind: 'made', row: await importEvent(listing, series.uid, creationOf(name, series, notify, frame)) }
    : await insertEvent(listing, series.uid, own)
  if (made.kind === 'made') {
    sending.noteCreation(made.row)
    return updateSeries(sending, storedOf(made.row, series.uid, frame), series, notify, own?.isTold === true ? addressesOn(made.row) : undefined)
  }
  const holder = await readByUid(listing, series.uid)
  if (holder !== undefined && holder.name !== name) throw uidInUse(holder.name)
  if (!made.mayBeOurs || holder === undefined || !isAsBegun(holder, series)) throw stale()
  sending.noteBeginning()
  return updateSeries(sending, holder, series, notify)
}

/** Whether a call of unclear outcome may have made this: the same event. Whoever else made that wanted the same. */
function isAsBegun(stored: Body, wanted: EventSeries): stored is StoredSeries {
  return 'series' in stored && planUpdate(stored, wanted, 'nobody').every(({ on }) => on !== 'main')
}

/**
 * Tells the guests of what is stored, by a write that says nothing new: the version that they are told of is noted among the shared
 * extended properties.
 * NOTE: whether the real service mails of a change of these alone is not known. To take the guests off the list and to bring them back
 * would surely make it mail, and lose them if it broke in between.
 */
export async function announceSeries(sending: Sending, stored: StoredSeries, parts: readonly ('main' | RecurrenceId)[]): Promise<void> {
  const version = sourceOf(stored).main?.etag ?? ''
  // Instances may have inherited what was written to their master.
  const bodyOn = (on: string): WireBody => ({ extendedProperties: { shared: { [marks.told]: `${on} ${version}` } } })
  await carryOut(sending, stored, parts.map((on) => ({ kind: 'patch', on, body: bodyOn(on), isTold: true, unsettles: false })))
}

/** Patches the single event or master of an object, and nobody is told. @param body what is noted of its name */
export async function renameSeries(sending: Sending, stored: StoredSeries, body: WireBody): Promise<StoredSeries> {
  await carryOut(sending, stored, [{ kind: 'patch', on: 'main', body, isTold: false, unsettles: false }])
  return reread(sending, stored)
}

/** A series of one row is what the last answer says; others are read again, since the versions of all their rows have moved. */
async function finish(sending: Sending, stored: StoredSeries, last: WireEvent | undefined): Promise<StoredSeries> {
  const { main, frame } = sourceOf(stored)
  const isAll = last !== undefined && last.id === main?.id
  return isAll ? storedOf(last, stored.series.uid, frame) : reread(sending, stored)
}

async function reread({ listing }: Sending, { series: { uid } }: StoredSeries): Promise<StoredSeries> {
  return readBack(await readByUid(listing, uid))
}

function storedOf(row: WireEvent, uid: EventUid, frame: CalendarFrame): StoredSeries {
  return readBack(readGroup(groupOf(uid, [{ kind: 'read', event: row }]), frame))
}

function readBack(series: Body | undefined): StoredSeries {
  if (series !== undefined && !('kind' in series)) return series
  throw new BackendError('unavailable', `what was written cannot be read back: ${series?.reason ?? 'it is not there'}`, { retryAfterSeconds: 5 })
}

/** @returns the answer to the last call, if that was the only row written */
async function carryOut(sending: Sending, stored: StoredSeries, calls: readonly PlannedCall[]): Promise<WireEvent | undefined> {
  const source = sourceOf(stored)
  const [first] = calls
  const written = first?.on === 'main' && source.main ? await sending.send(first, source.main) : undefined
  const others = calls.filter(({ on }) => on !== 'main')
  if (others.length === 0) return written
  const targets = await targetsOf(sending, others, source, written ?? source.main)
  const together = sending.isNew && others.length >= worthABatch ? quietPatches(others, targets) : undefined
  if (together !== undefined) await sending.sendTogether(together)
  else await sendInOrder(sending, others, targets)
  return undefined
}

/** Fewer take no longer one by one than a batch, a look at its answers included. */
const worthABatch = 4

/** @returns undefined unless all are changes of rows that are there, and nobody is told of any */
function quietPatches(calls: readonly PlannedCall[], targets: ReadonlyMap<RecurrenceId, WireEvent>): ReadonlyMap<WireEvent, WireBody> | undefined {
  const patches = new Map<WireEvent, WireBody>()
  for (const call of calls) {
    const target = targets.get(call.on as RecurrenceId)
    if (call.kind !== 'patch' || call.isTold || target === undefined) return undefined
    patches.set(target, call.body)
  }
  return patches
}

async function sendInOrder(sending: Sending, calls: readonly PlannedCall[], targets: ReadonlyMap<RecurrenceId, WireEvent>): Promise<void> {
  for (const call of calls) {
    const target = targets.get(call.on as RecurrenceId)
    if (target !== undefined) await sending.send(call, target)
    // What the series does not have need not be cancelled.
    else if (call.kind === 'patch') throw new BackendError('rejected', `There is no instance ${call.on}.`, { precondition: 'valid-calendar-object-resource' })
  }
}

/** @param main the single event or master as it is now */
async function targetsOf({ listing, etag }: Sending, calls: readonly PlannedCall[], { instances, frame }: Source, main: WireEvent | undefined): Promise<ReadonlyMap<RecurrenceId, WireEvent>> {
  const ids = calls.map(({ on }) => on as RecurrenceId)
  const unknown = main === undefined ? [] : ids.filter((id) => !instances.has(id))
  const found = unknown.length === 0 || main === undefined ? [] : await findInstances(listing, main, frame, unknown)
  // An instance without a row of its own has the version of its master.
  for (const [, row] of found) if (row.etag !== main?.etag && row.etag !== etag) throw stale()
  return new Map([...instances, ...found])
}
