/** Carries out what `plan.ts` and `creation.ts` decide, each call bound to the version that it was decided on. */

import { BackendError } from '../../calendar/backend.ts'
import { creationOf, ownCreationOf } from './creation.ts'
import { readBody } from './client.ts'
import { toBackendError } from './errors.ts'
import { readGroup, sourceOf } from './from-wire.ts'
import { findInstances } from './find-instances.ts'
import { importEvent, insertEvent, versionsFor } from './import-event.ts'
import type { Insertion } from './import-event.ts'
import { marks } from './marks.ts'
import { fetchHead } from './pages.ts'
import { isRestricted } from './permissions.ts'
import { planUpdate } from './plan.ts'
import { readByUid } from './reading.ts'
import { renew } from './renewal.ts'
import { groupOf } from './rows.ts'
import { hasTold, quietened, tellingOf } from './telling.ts'
import { wireEventSchema } from './wire.ts'
import type { Notify, StoredSeries } from '../../calendar/backend.ts'
import type { EventSeries } from '../../calendar/event.ts'
import type { EventUid, ObjectName, RecurrenceId } from '../../calendar/identifiers.ts'
import type { ApiCall, Outcome } from './client.ts'
import type { CalendarFrame } from './frame.ts'
import type { Source } from './from-wire.ts'
import type { Listing } from './pages.ts'
import type { PlannedCall } from './plan.ts'
import { hasAll } from './bodies.ts'
import type { WireBody } from './bodies.ts'
import type { WireEvent } from './wire.ts'

/** One write from its first call to its last. */
export class Writing {
  readonly #listing: Listing
  #hasWritten = false
  #isDoubtful = false
  #isFresh = false
  /** Of the row last written. Where a series has one version it is that of all its rows; where it has not, theirs are as they were read. */
  #etag: string | undefined

  constructor(listing: Listing) {
    this.#listing = listing
  }

  /** Something has been written: a failure from here on leaves the object half done, to be mended by the same write. */
  get hasWritten(): boolean {
    return this.#hasWritten
  }

  /** A call was repeated after an unclear answer and then refused, perhaps because it had been carried out. */
  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  /** @throws BackendError 'conflict' when the stored series has changed since it was read */
  async update(stored: StoredSeries, wanted: EventSeries, notify: Notify): Promise<StoredSeries> {
    const calls = planUpdate(stored, wanted, notify)
    const [first] = calls
    if (first === undefined) return stored
    if (!first.unsettles) return this.#finish(stored, await this.#carryOut(stored, calls))
    await this.#carryOut(stored, [first])
    const settled = await this.#reread(stored, this.#etag)
    const rest = planUpdate(settled, wanted, notify).filter(({ on }) => on !== 'main')
    if (rest.length === 0) return settled
    await this.#carryOut(settled, rest)
    return this.#reread(settled)
  }

  /**
   * @returns the new object; made whole by the changes that its beginning cannot hold
   * @throws BackendError 'conflict' when there is an event of that UID
   */
  async create(name: ObjectName, series: EventSeries, notify: Notify): Promise<StoredSeries> {
    const frame = this.#listing.remembered() ?? (await fetchHead(this.#listing)).frame
    const own = ownCreationOf(name, series, notify, frame)
    const made: Insertion = own === undefined
      ? { kind: 'made', row: await importEvent(this.#listing, series.uid, creationOf(name, series, notify, frame)) }
      : await insertEvent(this.#listing, series.uid, own)
    if (made.kind === 'made') {
      this.#note(made.row)
      this.#isFresh = true
      return this.update(storedOf(made.row, series.uid, frame), series, notify)
    }
    const begun = made.mayBeOurs ? await this.#begun(name, series) : undefined
    if (begun === undefined) throw stale()
    this.#hasWritten = true
    return this.update(begun, series, notify)
  }

  /** What the call of unclear outcome has made: the same event under the same name. Whoever else made that wanted the same. */
  async #begun(name: ObjectName, wanted: EventSeries): Promise<StoredSeries | undefined> {
    const found = await readByUid(this.#listing, wanted.uid)
    const stored = found && readGroup(found.group, found.frame)
    if (stored === undefined || 'kind' in stored || stored.name !== name) return undefined
    return planUpdate(stored, wanted, 'nobody').some(({ on }) => on === 'main') ? undefined : stored
  }

  /** @throws BackendError 'gone' when somebody else has removed it first, 'conflict' when it has changed */
  async remove(stored: StoredSeries, notify: Notify): Promise<void> {
    const source = sourceOf(stored)
    const { main, instances, frame } = source
    // The organizer hears of it, who need not be among the attendees.
    const tells = (row: WireEvent): boolean => notify === 'everybody' && (stored.role === 'attendee' ? isRestricted({ stored, source }) : hasTold(row, frame.calendar))
    if (main === undefined) {
      for (const [on, row] of instances) await this.#send({ kind: 'cancel', on, isTold: tells(row), unsettles: false }, row)
      return
    }
    if (tells(main)) await this.#quieten([main, ...instances.values()])
    const etag = this.#etag ?? main.etag
    const outcome = await this.#listing.client.attempt({
      method: 'DELETE', path: ['calendars', this.#listing.calendar, 'events', main.id], query: { sendUpdates: tells(main) ? 'all' : 'none' },
      ...(etag === undefined ? {} : { ifMatch: etag }),
    })
    if (outcome.isDone || (outcome.wasRepeated && (isGone(outcome) || (await this.#isCancelled(main))))) return
    throw outcome.refusal.status === 412 ? stale() : toBackendError(outcome.refusal)
  }

  /** Takes those off the lists whom a removal is not to tell. */
  async #quieten(rows: readonly WireEvent[]): Promise<void> {
    for (const row of rows) {
      const body = row.status === 'cancelled' ? undefined : quietened(row, this.#listing.calendar)
      if (body !== undefined) await this.#patch({ kind: 'patch', on: 'main', body, isTold: false, unsettles: false }, row, { body, isTold: false, isStep: true })
    }
  }

  /** After a deletion of unclear outcome. The version of an event moves when it is deleted. */
  async #isCancelled({ id }: WireEvent): Promise<boolean> {
    const outcome = await this.#listing.client.attempt({ method: 'GET', path: ['calendars', this.#listing.calendar, 'events', id] })
    return outcome.isDone ? readBody(wireEventSchema, outcome.body).status === 'cancelled' : isGone(outcome)
  }

  /**
   * Tells the guests of what is stored, by a write that says nothing new: the version that they are told of is noted among the shared
   * extended properties.
   * NOTE: whether the real service mails of a change of these alone is not known. To take the guests off the list and to bring them back
   * would surely make it mail, and lose them if it broke in between.
   */
  async announce(stored: StoredSeries, parts: readonly ('main' | RecurrenceId)[]): Promise<void> {
    const version = sourceOf(stored).main?.etag ?? ''
    // Instances may have inherited what was written to their master.
    const bodyOn = (on: string): WireBody => ({ extendedProperties: { shared: { [marks.told]: `${on} ${version}` } } })
    await this.#carryOut(stored, parts.map((on) => ({ kind: 'patch', on, body: bodyOn(on), isTold: true, unsettles: false })))
  }

  /** Patches the single event or master of an object, and nobody is told. */
  async rename(stored: StoredSeries, body: WireBody): Promise<StoredSeries> {
    await this.#carryOut(stored, [{ kind: 'patch', on: 'main', body, isTold: false, unsettles: false }])
    return this.#reread(stored)
  }

  /** A series of one row is what the last answer says; others are read again, since the versions of all their rows have moved. */
  async #finish(stored: StoredSeries, last: WireEvent | undefined): Promise<StoredSeries> {
    const { main, frame } = sourceOf(stored)
    const isAll = last !== undefined && last.id === main?.id
    return isAll ? storedOf(last, stored.series.uid, frame) : this.#reread(stored)
  }

  /** @param etag of the main row after our own write: another one means that somebody else has written meanwhile */
  async #reread({ series: { uid } }: StoredSeries, etag?: string): Promise<StoredSeries> {
    const found = await readByUid(this.#listing, uid)
    const series = found && readGroup(found.group, found.frame)
    if (series === undefined || 'kind' in series) throw unreadable(series?.reason)
    if (etag !== undefined && sourceOf(series).main?.etag !== etag) throw stale()
    return series
  }

  /** @returns the answer to the last call, if that was the only row written */
  async #carryOut(stored: StoredSeries, calls: readonly PlannedCall[]): Promise<WireEvent | undefined> {
    const source = sourceOf(stored)
    const [first] = calls
    const written = first?.on === 'main' && source.main ? await this.#send(first, source.main) : undefined
    const others = calls.filter(({ on }) => on !== 'main')
    const targets = await this.#targetsOf(others, source, written ?? source.main)
    if (this.#isFresh && others.length >= worthABatch && others.every((call) => call.kind === 'patch' && !call.isTold && targets.has(call.on as RecurrenceId))) {
      await this.#sendTogether(others, targets)
      return undefined
    }
    for (const call of others) {
      const target = targets.get(call.on as RecurrenceId)
      if (target !== undefined) await this.#send(call, target)
      // What the series does not have need not be cancelled.
      else if (call.kind === 'patch') throw new BackendError('rejected', `There is no instance ${call.on}.`, { precondition: 'valid-calendar-object-resource' })
    }
    return others.length === 0 ? written : undefined
  }

  /**
   * Instances of a series that has just been made here, and that nobody else can know yet: in any order, and without a version, which
   * moves with each of them.
   */
  async #sendTogether(calls: readonly PlannedCall[], targets: ReadonlyMap<RecurrenceId, WireEvent>): Promise<void> {
    const patches = calls.flatMap((call) => {
      const target = targets.get(call.on as RecurrenceId)
      return target === undefined || call.kind !== 'patch' ? [] : [{ ...this.#callOf({ body: call.body, isTold: false }, target, undefined), isRepeatable: true as const }]
    })
    const outcomes = await this.#listing.client.attemptAll(patches)
    const refused = outcomes.find((outcome) => !outcome.isDone)
    if (refused?.isDone === false) throw isGone(refused) ? stale() : toBackendError(refused.refusal)
    this.#etag = undefined
  }

  async #targetsOf(calls: readonly PlannedCall[], source: Source, main: WireEvent | undefined): Promise<ReadonlyMap<RecurrenceId, WireEvent>> {
    const ids = calls.map(({ on }) => on as RecurrenceId)
    const unknown = main === undefined ? [] : ids.filter((id) => !source.instances.has(id))
    const found = unknown.length === 0 || main === undefined ? [] : await findInstances(this.#listing, main, source.frame, unknown)
    // An instance without a row of its own has the version of its master.
    for (const [, row] of found) if (row.etag !== main?.etag && row.etag !== this.#etag) throw stale()
    return new Map([...source.instances, ...found])
  }

  /** @returns the row as it is now, undefined where there is none to cancel any more */
  async #send(call: PlannedCall, target: WireEvent): Promise<WireEvent | undefined> {
    // An instance is cancelled by its status, as the answer to a deletion would not tell the new version of the series.
    if (call.kind === 'renew') return this.#noted(call, await renew(this.#listing, target, call.body))
    const change = call.kind === 'cancel' ? { status: 'cancelled' } : call.body
    if (!call.isTold) return this.#patch(call, target, { body: change, isTold: false })
    const { before, told, after } = tellingOf(change, target, this.#listing.calendar)
    const isStep = before !== undefined || after !== undefined
    if (before !== undefined) await this.#patch(call, target, { body: before, isTold: false, isStep })
    const written = await this.#patch(call, target, { body: call.kind === 'cancel' ? change : told, isTold: true, isStep })
    return after === undefined || call.kind === 'cancel' ? written : this.#patch(call, target, { body: after, isTold: false, isStep })
  }

  async #patch(call: PlannedCall, target: WireEvent, patch: Patch): Promise<WireEvent | undefined> {
    let wasRepeated = false
    for (const etag of new Set([this.#etag ?? target.etag, target.etag])) {
      const outcome = await this.#listing.client.attempt(this.#callOf(patch, target, etag))
      if (outcome.isDone || outcome.refusal.status !== 412) return this.#noted(call, outcome)
      wasRepeated ||= outcome.wasRepeated
    }
    const done = wasRepeated && patch.isStep === true ? await this.#stepOf(target, patch) : undefined
    if (done !== undefined) return this.#note(done)
    this.#isDoubtful ||= wasRepeated
    throw stale()
  }

  /** After a step of unclear outcome: the row, if it has been carried out. */
  async #stepOf({ id }: WireEvent, { body }: Patch): Promise<WireEvent | undefined> {
    const outcome = await this.#listing.client.attempt({ method: 'GET', path: ['calendars', this.#listing.calendar, 'events', id] })
    const row = outcome.isDone ? readBody(wireEventSchema, outcome.body) : undefined
    return row !== undefined && hasAll(row, body) ? row : undefined
  }

  /** @throws BackendError as the refusal says, 'conflict' where another version is stored */
  #noted(call: PlannedCall, outcome: Outcome): WireEvent | undefined {
    if (outcome.isDone) return this.#note(readBody(wireEventSchema, outcome.body))
    if (call.kind === 'cancel' && isGone(outcome)) return this.#note(undefined)
    this.#isDoubtful ||= outcome.wasRepeated
    throw isGone(outcome) || outcome.refusal.status === 412 ? stale() : toBackendError(outcome.refusal)
  }

  #note(row: WireEvent | undefined): WireEvent | undefined {
    this.#hasWritten = true
    if (row?.etag !== undefined) this.#etag = row.etag
    return row
  }

  #callOf({ body, isTold }: Patch, { id }: WireEvent, etag: string | undefined): ApiCall {
    return {
      method: 'PATCH', path: ['calendars', this.#listing.calendar, 'events', id], body,
      query: { sendUpdates: isTold ? 'all' : 'none', ...versionsFor(body) }, ...(etag === undefined ? {} : { ifMatch: etag }),
    }
  }
}

/** Fewer take no longer one by one than a batch, a look at its answers included. */
const worthABatch = 4

interface Patch {
  readonly body: WireBody
  readonly isTold: boolean
  /** One of several that make one change: what was carried out without an answer must not stop those that follow. */
  readonly isStep?: boolean
}

function isGone(outcome: Outcome): boolean {
  return !outcome.isDone && (outcome.refusal.status === 404 || outcome.refusal.status === 410)
}

function storedOf(row: WireEvent, uid: EventUid, frame: CalendarFrame): StoredSeries {
  const series = readGroup(groupOf(uid, [{ kind: 'read', event: row }]), frame)
  if (series === undefined || 'kind' in series) throw unreadable(series?.reason)
  return series
}

function stale(): BackendError {
  return new BackendError('conflict', 'the stored object has changed since it was read')
}

function unreadable(reason = 'it is not there'): BackendError {
  return new BackendError('unavailable', `what was written cannot be read back: ${reason}`, { retryAfterSeconds: 5 })
}
