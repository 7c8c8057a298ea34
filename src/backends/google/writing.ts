/** Carries out what `plan.ts` and `creation.ts` decide, each call bound to the version that it was decided on. */

import { BackendError } from '../../calendar/backend.ts'
import { creationOf, needsZone } from './creation.ts'
import { readBody } from './client.ts'
import { toBackendError } from './errors.ts'
import { isOwnRow } from './event-from-wire.ts'
import { readGroup, sourceOf } from './from-wire.ts'
import { findInstances } from './find-instances.ts'
import { importEvent, versionsFor } from './import-event.ts'
import { fetchHead } from './pages.ts'
import { isRestricted } from './permissions.ts'
import { planUpdate } from './plan.ts'
import { readByUid } from './reading.ts'
import { groupOf } from './rows.ts'
import { wireEventSchema } from './wire.ts'
import type { Notify, StoredSeries } from '../../calendar/backend.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { timeZoneId } from '../../calendar/identifiers.ts'
import type { EventUid, ObjectName, RecurrenceId } from '../../calendar/identifiers.ts'
import type { ApiCall, Outcome } from './client.ts'
import type { CalendarFrame } from './frame.ts'
import type { Source } from './from-wire.ts'
import type { Listing } from './pages.ts'
import type { PlannedCall } from './plan.ts'
import type { WireBody } from './bodies.ts'
import type { WireEvent } from './wire.ts'

/** One write from its first call to its last. */
export class Writing {
  readonly #listing: Listing
  #hasWritten = false
  #isDoubtful = false
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

  /** @returns the new object; made whole by the changes that an import cannot hold */
  async create(name: ObjectName, series: EventSeries, notify: Notify): Promise<StoredSeries> {
    const early = this.#listing.remembered() ?? (needsZone(series) ? (await fetchHead(this.#listing)).frame : undefined)
    const row = await importEvent(this.#listing, series.uid, creationOf(name, series, notify, early ?? frameless(this.#listing)))
    this.#note(row)
    const frame = early === undefined || row.reminders?.useDefault === true ? (await fetchHead(this.#listing)).frame : early
    return this.update(storedOf(row, series.uid, frame), series, notify)
  }

  /** @throws BackendError 'gone' when somebody else has removed it first, 'conflict' when it has changed */
  async remove(stored: StoredSeries, notify: Notify): Promise<void> {
    const source = sourceOf(stored)
    const { main, instances, frame } = source
    const hasOthers = ({ attendees }: WireEvent): boolean => (attendees ?? []).some((one) => !isOwnRow(one, frame.calendar))
    // The organizer hears of it, who need not be among the attendees.
    const tells = (row: WireEvent): boolean => notify === 'everybody' && (stored.role === 'attendee' ? isRestricted({ stored, source }) : hasOthers(row))
    if (main === undefined) {
      for (const [on, row] of instances) await this.#send({ kind: 'cancel', on, isTold: tells(row), unsettles: false }, row)
      return
    }
    const outcome = await this.#listing.client.attempt({
      method: 'DELETE', path: ['calendars', this.#listing.calendar, 'events', main.id], query: { sendUpdates: tells(main) ? 'all' : 'none' },
      ...(main.etag === undefined ? {} : { ifMatch: main.etag }),
    })
    if (outcome.isDone || (outcome.wasRepeated && (isGone(outcome) || (await this.#isCancelled(main))))) return
    throw outcome.refusal.status === 412 ? stale() : toBackendError(outcome.refusal)
  }

  /** After a deletion of unclear outcome. The version of an event moves when it is deleted. */
  async #isCancelled({ id }: WireEvent): Promise<boolean> {
    const outcome = await this.#listing.client.attempt({ method: 'GET', path: ['calendars', this.#listing.calendar, 'events', id] })
    return outcome.isDone ? readBody(wireEventSchema, outcome.body).status === 'cancelled' : isGone(outcome)
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
    for (const call of others) {
      const target = targets.get(call.on as RecurrenceId)
      if (target !== undefined) await this.#send(call, target)
      // What the series does not have need not be cancelled.
      else if (call.kind === 'patch') throw new BackendError('rejected', `There is no instance ${call.on}.`, { precondition: 'valid-calendar-object-resource' })
    }
    return others.length === 0 ? written : undefined
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
    for (const etag of new Set([this.#etag ?? target.etag, target.etag])) {
      const outcome = await this.#listing.client.attempt(this.#callOf(call, target, etag))
      if (outcome.isDone) return this.#note(readBody(wireEventSchema, outcome.body))
      if (call.kind === 'cancel' && isGone(outcome)) return this.#note(undefined)
      this.#isDoubtful ||= outcome.wasRepeated
      if (outcome.refusal.status !== 412) throw isGone(outcome) ? stale() : toBackendError(outcome.refusal)
    }
    throw stale()
  }

  #note(row: WireEvent | undefined): WireEvent | undefined {
    this.#hasWritten = true
    if (row?.etag !== undefined) this.#etag = row.etag
    return row
  }

  /** An instance is cancelled by its status, as the answer to a deletion would not tell the new version of the series. */
  #callOf(call: PlannedCall, { id }: WireEvent, etag: string | undefined): ApiCall {
    const body = call.kind === 'cancel' ? { status: 'cancelled' } : call.body
    return {
      method: 'PATCH', path: ['calendars', this.#listing.calendar, 'events', id], body,
      query: { sendUpdates: call.isTold ? 'all' : 'none', ...versionsFor(body) }, ...(etag === undefined ? {} : { ifMatch: etag }),
    }
  }
}

function isGone(outcome: Outcome): boolean {
  return !outcome.isDone && (outcome.refusal.status === 404 || outcome.refusal.status === 410)
}

/** Stands in while the calendar's zone and reminders are neither known nor needed. */
function frameless({ calendar, address }: Listing): CalendarFrame {
  return { calendar, address, zone: timeZoneId('UTC'), defaultReminders: [] }
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
