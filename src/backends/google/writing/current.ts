/** What is stored now, as a write finds it, and whether it may go on. */

import { BackendError, isMet } from '../../../calendar/backend.ts'
import { isForeignSeries } from './creation.ts'
import { uidOfObjectName } from '../names.ts'
import { readByKeptName, readByName, readByUid } from '../reading/reading.ts'
import type { Body, StoredSeries, WriteCondition, WriteOptions } from '../../../calendar/backend.ts'
import type { EventSeries } from '../../../calendar/event.ts'
import type { EventUid, ObjectName } from '../../../calendar/identifiers.ts'
import type { Listing } from '../reading/pages.ts'

/** What is known serves if the condition can be judged by it; else what is stored is read. */
function usable(known: WriteOptions['known'], condition: WriteCondition): known is StoredSeries | 'absent' {
  if (known === undefined) return false
  return condition.kind !== 'unchanged' || (known !== 'absent' && known.revision === condition.revision)
}

/** An object as it is to be put. */
export interface WantedObject {
  readonly name: ObjectName
  readonly series: EventSeries
  readonly condition: WriteCondition
  /** An insertion of it was refused: something has the UID. */
  readonly isRetried: boolean
}

/**
 * What a put is held against. Of a new object that the calendar organizes itself only the name is looked up: no call of the service refuses
 * a name that another object has, but the insertion refuses a UID that is there. An import refuses neither.
 */
export async function currentForPut(listing: Listing, { name, series, condition, isRetried }: WantedObject, known: WriteOptions['known']): Promise<StoredSeries | undefined> {
  const { uid } = series
  const isNamedByUid = uidOfObjectName(name) === uid
  const isRefusedIfTaken = isNamedByUid && !isRetried && !isForeignSeries(series, listing)
  if (usable(known, condition) && (known !== 'absent' || isRefusedIfTaken)) return known === 'absent' ? undefined : known
  const isCreation = condition.kind === 'absent'
  const readNamed = (): Promise<Body | undefined> => (isNamedByUid ? readByKeptName(listing, name) : readByName(listing, name))
  const [ofUid, named] = await Promise.all([isCreation && isRefusedIfTaken ? undefined : readByUid(listing, uid), isNamedByUid && !isCreation ? undefined : readNamed()])
  if (ofUid?.name === name) return readable(ofUid)
  const other = named ?? (isNamedByUid && !isCreation ? await readNamed() : undefined)
  if (other !== undefined) return readable(other)
  if (ofUid !== undefined) throw uidInUse(ofUid.name)
  return undefined
}

/** @param objectName which has the UID */
export function uidInUse(objectName: ObjectName): BackendError {
  return new BackendError('uid-in-use', 'another object has this UID', { objectName })
}

/** @throws BackendError 'forbidden': what nobody could read nobody can change without loss */
export function readable(series: Body): StoredSeries {
  if ('kind' in series) throw new BackendError('forbidden', `The stored object cannot be read: ${series.reason}`)
  return series
}

/** @returns undefined also for what cannot be read */
export async function readableByUid(listing: Listing, uid: EventUid): Promise<StoredSeries | undefined> {
  const found = await readByUid(listing, uid)
  return found !== undefined && 'series' in found ? found : undefined
}

/** @throws BackendError 'precondition' */
export function assertCondition(condition: WriteCondition, stored: StoredSeries | undefined): void {
  if (!isMet(condition, stored)) throw new BackendError('precondition', `the condition "${condition.kind}" does not hold`)
}

/** @throws BackendError 'gone', 'precondition' */
export async function currentForRemoval(listing: Listing, name: ObjectName, { condition }: WriteOptions, known: WriteOptions['known']): Promise<StoredSeries> {
  const found = usable(known, condition) ? known : await readByName(listing, name)
  if (found === undefined || found === 'absent') throw new BackendError('gone', 'there is no object of this name')
  const stored = readable(found)
  assertCondition(condition, stored)
  return stored
}
