/** Sends what was planned for one object, each call bound to the version that it was decided on. */

import { hasAll, versionsFor } from './bodies.ts'
import { readBody } from '../calls/client.ts'
import { isGone, stale, toBackendError } from '../calls/errors.ts'
import { renew } from './renewal.ts'
import { tellingOf } from './telling.ts'
import { wireEventSchema } from '../wire.ts'
import { attemptEvent } from '../reading/pages.ts'
import type { WireBody } from './bodies.ts'
import type { ApiCall, Outcome } from '../calls/client.ts'
import type { Listing } from '../reading/pages.ts'
import type { PlannedCall } from './plan.ts'
import type { WireEvent } from '../wire.ts'

/** A change of one row. */
export interface Patch {
  readonly body: WireBody
  /** Who on the guest list gets a mail (events.patch, `sendUpdates`). */
  readonly tells: 'all' | 'externalOnly' | 'none'
  /** A row that is gone already is none to be changed any more. */
  readonly isCancellation?: boolean
}

/** One write from its first call to its last. */
export class Sending {
  readonly listing: Listing
  #hasWritten = false
  #isDoubtful = false
  #isNew = false
  /** Of the row last written. Where a series has one version it is that of all its rows; where it has not, theirs are as they were read. */
  #etag: string | undefined

  constructor(listing: Listing) {
    this.listing = listing
  }

  /** Something has been written: a failure from here on leaves the object half done, to be mended by the same write. */
  get hasWritten(): boolean {
    return this.#hasWritten
  }

  /** A call was repeated after an unclear answer and then refused, perhaps because it had been carried out. */
  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  /** The object has just been made here, and nobody else can know it yet. */
  get isNew(): boolean {
    return this.#isNew
  }

  /** The version after the last call; undefined before the first one, and where it is not known. */
  get etag(): string | undefined {
    return this.#etag
  }

  /** The object has been made by a call of its own. */
  noteCreation(row: WireEvent): void {
    this.#note(row)
    this.#isNew = true
  }

  /** The object had been made by a call of unclear outcome. */
  noteBeginning(): void {
    this.#note(undefined)
  }

  /**
   * @returns the row as it is now, undefined where there is none to cancel any more
   * @throws BackendError as the refusal says, 'conflict' where another version is stored
   */
  async send(call: PlannedCall, target: WireEvent): Promise<WireEvent | undefined> {
    if (call.kind === 'renew') return this.#noted(await renew(this.listing, target, call.body))
    // An instance is cancelled by its status, as the answer to a deletion would not tell the new version of the series.
    const change = call.kind === 'cancel' ? { status: 'cancelled' } : call.body
    const isCancellation = call.kind === 'cancel'
    if (!call.isTold) return this.patch(target, { body: change, tells: 'none', isCancellation })
    const { before, told, after } = tellingOf(change, target, this.listing.calendar)
    if (before !== undefined) await this.patch(target, { body: before, tells: 'none', isCancellation })
    const written = await this.patch(target, { body: isCancellation ? change : told, tells: call.isToldOutsideOnly ? 'externalOnly' : 'all', isCancellation })
    return after === undefined || isCancellation ? written : this.patch(target, { body: after, tells: 'none' })
  }

  /**
   * Instances of a new series in any order and without a version, which moves with each of them. Nobody is told.
   * @param patches what becomes of each row
   */
  async sendTogether(patches: ReadonlyMap<WireEvent, WireBody>): Promise<void> {
    const calls = [...patches].map(([row, body]) => ({ ...this.#callOf({ body, tells: 'none' }, row, undefined), isRepeatable: true as const }))
    const outcomes = await this.listing.client.attemptAll(calls)
    const refused = outcomes.find((outcome) => !outcome.isDone)
    if (refused?.isDone === false) throw isGone(refused.refusal) ? stale() : toBackendError(refused.refusal)
    this.#etag = undefined
  }

  /** One call; another one where the version of the row itself is what counts. @throws BackendError as {@link send} */
  async patch(target: WireEvent, patch: Patch): Promise<WireEvent | undefined> {
    let wasRepeated = false
    for (const etag of new Set([this.#etag ?? target.etag, target.etag])) {
      const outcome = await this.listing.client.attempt(this.#callOf(patch, target, etag))
      if (outcome.isDone || outcome.refusal.status !== 412) return this.#noted(outcome, patch)
      wasRepeated ||= outcome.wasRepeated
    }
    const done = wasRepeated ? await this.#rowWith(target, patch) : undefined
    if (done !== undefined) return this.#note(done)
    this.#isDoubtful ||= wasRepeated
    throw stale()
  }

  /** After a call of unclear outcome: the row, if it has been carried out. It must not stop those that follow. */
  async #rowWith({ id }: WireEvent, { body }: Patch): Promise<WireEvent | undefined> {
    const outcome = await attemptEvent(this.listing, id)
    const row = outcome.isDone ? readBody(wireEventSchema, outcome.body) : undefined
    return row !== undefined && hasAll(row, body) ? row : undefined
  }

  #noted(outcome: Outcome, { isCancellation = false }: Partial<Patch> = {}): WireEvent | undefined {
    if (outcome.isDone) return this.#note(readBody(wireEventSchema, outcome.body))
    if (isCancellation && isGone(outcome.refusal)) return this.#note(undefined)
    this.#isDoubtful ||= outcome.wasRepeated
    throw isGone(outcome.refusal) || outcome.refusal.status === 412 ? stale() : toBackendError(outcome.refusal)
  }

  #note(row: WireEvent | undefined): WireEvent | undefined {
    this.#hasWritten = true
    if (row?.etag !== undefined) this.#etag = row.etag
    return row
  }

  #callOf({ body, tells }: Patch, { id }: WireEvent, etag: string | undefined): ApiCall {
    return {
      method: 'PATCH', path: ['calendars', this.listing.calendar, 'events', id], body,
      query: { sendUpdates: tells, ...versionsFor(body) }, ...(etag === undefined ? {} : { ifMatch: etag }),
    }
  }
}
