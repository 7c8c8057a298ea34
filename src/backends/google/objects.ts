/** Writing one object of a calendar under a condition: put, remove, move, answer. */

import { BackendError } from '../../calendar/backend.ts'
import { sameAddress } from '../../calendar/identifiers.ts'
import { toBackendError } from './errors.ts'
import { privately } from './bodies.ts'
import { assertCondition, currentForPut, currentForRemoval, readable } from './current.ts'
import { isOwnRow } from './event-from-wire.ts'
import { readGroup, sourceOf } from './from-wire.ts'
import { marks } from './marks.ts'
import { objectNameOf } from './names.ts'
import { plainInstance } from './plain-instance.ts'
import { planUpdate } from './plan.ts'
import { readByName, readByUid } from './reading.ts'
import { Writing } from './writing.ts'
import type { StoredSeries, WriteOptions } from '../../calendar/backend.ts'
import type { Event, EventSeries, ParticipationStatus } from '../../calendar/event.ts'
import type { EmailAddress, EventUid, ObjectName, RecurrenceId } from '../../calendar/identifiers.ts'
import type { Listing } from './pages.ts'
import type { WireEvent } from './wire.ts'

/** How often a write without a condition of its own is tried on what is stored by then. */
const maxAttempts = 3

export async function putObject(listing: Listing, name: ObjectName, series: EventSeries, options: WriteOptions): Promise<StoredSeries> {
  let creation: Writing | undefined
  return repeatedly(options, async (known) => {
    // A creation that was refused had not looked who has the UID.
    const wanted = { name, series, condition: options.condition, isRetried: creation !== undefined }
    const stored = await currentForPut(listing, wanted, known)
    // What an earlier attempt has made is ours to complete.
    if (creation?.hasWritten !== true) assertCondition(options.condition, stored)
    const writing = new Writing(listing)
    if (stored === undefined) {
      creation = writing
      return { writing, result: () => writing.create(name, series, options.notify), isDone: () => isMet(listing, series) }
    }
    if (stored.series.uid !== series.uid) throw new BackendError('rejected', 'The UID of a stored object cannot be changed.', { precondition: 'no-uid-conflict', objectName: name })
    return { writing, result: () => writing.update(stored, series, options.notify), isDone: () => isMet(listing, series) }
  })
}

interface Attempt<T> {
  readonly writing: Writing
  readonly result: () => Promise<T>
  /** After a call of unclear outcome: the result, if the stored object is as wanted after all. */
  readonly isDone?: () => Promise<T | undefined>
}

/**
 * A race shows as a conflict. Under 'unchanged' it is the client's to resolve; what a caller knew wrongly is the caller's to read
 * again; all else is tried on the newer state.
 */
async function repeatedly<T>({ condition, known }: WriteOptions, prepare: (known: WriteOptions['known']) => Promise<Attempt<T>>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const { writing, result, isDone } = await prepare(attempt === 1 ? known : undefined)
    try {
      return await result()
    } catch (error) {
      if (!(error instanceof BackendError) || error.fault !== 'conflict') throw error
      const done = writing.isDoubtful ? await isDone?.() : undefined
      if (done !== undefined) return done
      if (condition.kind === 'unchanged') throw new BackendError('precondition', 'the stored object has changed', { cause: error })
      if ((known !== undefined && !writing.hasWritten) || attempt === maxAttempts) throw error
    }
  }
}

async function isMet(listing: Listing, wanted: EventSeries): Promise<StoredSeries | undefined> {
  const found = await readByUid(listing, wanted.uid)
  const stored = found && readGroup(found.group, found.frame)
  return stored !== undefined && !('kind' in stored) && planUpdate(stored, wanted, 'nobody').length === 0 ? stored : undefined
}

/** The event, if it has the name by now. */
async function isAt(listing: Listing, name: ObjectName, uid: EventUid): Promise<StoredSeries | undefined> {
  const found = await readByUid(listing, uid)
  const stored = found && readGroup(found.group, found.frame)
  return stored !== undefined && !('kind' in stored) && stored.name === name ? stored : undefined
}

export async function removeObject(listing: Listing, name: ObjectName, options: WriteOptions): Promise<void> {
  return repeatedly(options, async (known) => {
    const stored = await currentForRemoval(listing, name, options, known)
    const writing = new Writing(listing)
    return { writing, result: () => writing.remove(stored, options.notify) }
  })
}

/** What the user says to an invitation. */
interface Answer {
  /** Undefined: the event, or all of the series. */
  readonly instance: RecurrenceId | undefined
  readonly status: ParticipationStatus
  /** Undefined: what was there stays. */
  readonly comment: string | undefined
}

/** @throws BackendError 'forbidden' where the user is not on the guest list */
export async function answerInvitation(listing: Listing, name: ObjectName, answer: Answer, options: WriteOptions): Promise<StoredSeries> {
  return repeatedly(options, async (known) => {
    const stored = await currentForRemoval(listing, name, options, known)
    const writing = new Writing(listing)
    return { writing, result: () => writing.update(stored, answered(stored, answer), options.notify) }
  })
}

/** The series with the user's own answer changed, in one instance or in all that there is. */
function answered(stored: StoredSeries, given: Answer): EventSeries {
  const { series } = stored
  const { instance } = given
  const own = ownAddress(stored)
  const answer = (event: Event): Event => answerIn(event, own, given)
  if (series.kind === 'single') return { ...series, event: answer(series.event) }
  if (instance !== undefined) return { ...series, overrides: new Map([...series.overrides, [instance, answer(eventAt(series, instance))]]) }
  const overrides = new Map([...series.overrides].map(([id, event]) => [id, answer(event)]))
  return series.kind === 'detached' ? { ...series, overrides } : { ...series, master: answer(series.master), overrides }
}

function ownAddress(stored: StoredSeries): EmailAddress {
  const { main, instances, frame } = sourceOf(stored)
  const rows: readonly WireEvent[] = [...(main ? [main] : []), ...instances.values()]
  const own = rows.flatMap(({ attendees }) => attendees ?? []).find((attendee) => isOwnRow(attendee, frame.calendar))
  if (own?.email === undefined) throw new BackendError('forbidden', 'The user is not on the guest list of this event.')
  return own.email as EmailAddress
}

function answerIn(event: Event, own: EmailAddress, { status, comment }: Answer): Event {
  const said = { participation: status, ...(comment === undefined ? {} : { comment }) }
  return { ...event, attendees: event.attendees.map((attendee) => (sameAddress(attendee.address, own) ? { ...attendee, ...said } : attendee)) }
}

function eventAt(series: Exclude<EventSeries, { kind: 'single' }>, id: RecurrenceId): Event {
  const override = series.overrides.get(id)
  if (override !== undefined) return override
  if (series.kind === 'detached') throw new BackendError('gone', 'there is no such instance')
  return plainInstance(series.master, id)
}

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
    const writing = new Writing(listing)
    const noted = { [marks.name]: keptName(toName, stored.series.uid), [marks.former]: formerNames(name, main) }
    return { writing, result: () => writing.rename(stored, privately(noted)), isDone: () => isAt(listing, toName, stored.series.uid) }
  })
}

/** @returns null where the name follows from the UID */
function keptName(name: ObjectName, uid: EventUid): ObjectName | null {
  return name === objectNameOf(uid) ? null : name
}

/** What the service takes as the value of an extended property, in characters. */
const maxValueCharacters = 1024

/** @returns null where not even the newest has room */
function formerNames(newest: ObjectName, main: WireEvent): string | null {
  const names = [newest, ...(main.extendedProperties?.private?.[marks.former]?.split('/') ?? [])]
  while (names.join('/').length > maxValueCharacters) names.pop()
  return names.length === 0 ? null : names.join('/')
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
  if (!outcome.isDone && outcome.wasRepeated && (await isAt(to, toName, stored.series.uid)) !== undefined) return arrived(to, toName, stored.series.uid)
  if (!outcome.isDone && outcome.refusal.status === 412) {
    throw new BackendError(options.condition.kind === 'unchanged' ? 'precondition' : 'conflict', 'the stored object has changed since it was read')
  }
  if (!outcome.isDone) throw toBackendError(outcome.refusal)
  return arrived(to, toName, stored.series.uid)
}

async function assertFree(to: Listing, toName: ObjectName, uid: EventUid): Promise<void> {
  const [named, ofUid] = await Promise.all([readByName(to, toName), readByUid(to, uid)])
  if (named !== undefined) throw new BackendError('precondition', 'there is an object of that name in the other calendar')
  const holder = ofUid && readGroup(ofUid.group, ofUid.frame)
  if (holder !== undefined) throw new BackendError('uid-in-use', 'another object of that calendar has this UID', { objectName: holder.name })
}

/** The answer to a move may still speak of the source: the event is read where it is now, and given its name. */
async function arrived(to: Listing, toName: ObjectName, uid: EventUid): Promise<StoredSeries> {
  const found = await readByUid(to, uid)
  const stored = found && readGroup(found.group, found.frame)
  if (stored === undefined) throw new BackendError('unavailable', 'the moved event cannot be read back', { retryAfterSeconds: 5 })
  if (stored.name === toName) return readable(stored)
  return new Writing(to).rename(readable(stored), privately({ [marks.name]: keptName(toName, uid) }))
}
