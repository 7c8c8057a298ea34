/** Writing one object of a calendar under a condition: put, remove, answer. */

import { BackendError } from '../../../calendar/backend.ts'
import { sameAddress } from '../../../calendar/identifiers.ts'
import { repeatedly } from './attempts.ts'
import { assertCondition, currentForPut, currentForRemoval, readableByUid } from './current.ts'
import { isOwnRow } from '../reading/event-from-wire.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { plainInstance } from '../members/plain-instance.ts'
import { planUpdate } from './plan.ts'
import { removeSeries } from './removal.ts'
import { Sending } from './sending.ts'
import { createSeries, updateSeries } from './writing.ts'
import type { StoredSeries, WriteOptions } from '../../../calendar/backend.ts'
import type { Event, EventSeries, ParticipationStatus } from '../../../calendar/event.ts'
import type { EmailAddress, ObjectName, RecurrenceId } from '../../../calendar/identifiers.ts'
import type { Listing } from '../reading/pages.ts'
import type { WireEvent } from '../wire.ts'

/** Makes the object, or makes the stored one equal to it. @throws BackendError as `CalendarSession.put` */
export async function putObject(listing: Listing, name: ObjectName, series: EventSeries, options: WriteOptions): Promise<StoredSeries> {
  let creation: Sending | undefined
  return repeatedly(options, async (known) => {
    // A creation that was refused had not looked who has the UID.
    const wanted = { name, series, condition: options.condition, isRetried: creation !== undefined }
    const stored = await currentForPut(listing, wanted, known)
    // What an earlier attempt has made is ours to complete.
    if (creation?.hasWritten !== true) assertCondition(options.condition, stored)
    const sending = new Sending(listing)
    if (stored === undefined) {
      creation = sending
      return { sending, result: () => createSeries(sending, name, series, options.notify), isDone: () => asWanted(listing, series) }
    }
    if (stored.series.uid !== series.uid) throw new BackendError('rejected', 'The UID of a stored object cannot be changed.', { precondition: 'no-uid-conflict' })
    return { sending, result: () => updateSeries(sending, stored, series, options.notify), isDone: () => asWanted(listing, series) }
  })
}

async function asWanted(listing: Listing, wanted: EventSeries): Promise<StoredSeries | undefined> {
  const stored = await readableByUid(listing, wanted.uid)
  return stored !== undefined && planUpdate(stored, wanted, 'nobody').length === 0 ? stored : undefined
}

/** @throws BackendError 'gone', 'precondition' */
export async function removeObject(listing: Listing, name: ObjectName, options: WriteOptions): Promise<void> {
  return repeatedly(options, async (known) => {
    const stored = await currentForRemoval(listing, name, options, known)
    const sending = new Sending(listing)
    return { sending, result: () => removeSeries(sending, stored, options.notify) }
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
    const sending = new Sending(listing)
    return { sending, result: () => updateSeries(sending, stored, answered(stored, answer), options.notify) }
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
