/** Takes an object out of the calendar. */

import { readBody } from '../calls/client.ts'
import { isGone, stale, toBackendError } from '../calls/errors.ts'
import { cancelLone } from './lone-guests.ts'
import { readAgent } from '../members/schedule-agents.ts'
import { isOwnRow } from '../reading/event-from-wire.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { isRestricted } from './permissions.ts'
import { hasTold, quietened } from './telling.ts'
import { wireEventSchema } from '../wire.ts'
import { attemptEvent } from '../reading/pages.ts'
import type { Notify, StoredSeries } from '../../../calendar/backend.ts'
import type { CalendarId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { Listing } from '../reading/pages.ts'
import type { Sending } from './sending.ts'
import type { WireEvent } from '../wire.ts'

/**
 * What the deletion of a series does not say of its instances is said before it, row by row: who was invited to one alone is told by its own
 * cancellation, and where the user has answered one otherwise the answer to that becomes the one that the deletion gives.
 * @throws BackendError 'gone' when somebody else has removed it first, 'conflict' when it has changed
 */
export async function removeSeries(sending: Sending, stored: StoredSeries, notify: Notify): Promise<void> {
  const source = sourceOf(stored)
  const { main, instances, frame: { calendar } } = source
  const isAttendee = stored.role === 'attendee'
  // The organizer hears of it, who need not be among the attendees.
  const tellsOrganizer = (row: WireEvent): boolean => isRestricted({ stored, source }) && readAgent(row, row.organizer?.email ?? '') === 'server'
  const tells = (row: WireEvent): boolean => notify === 'everybody' && (isAttendee ? tellsOrganizer(row) : hasTold(row, calendar))
  if (main === undefined) {
    for (const [on, row] of instances) await sending.send({ kind: 'cancel', on, isTold: tells(row), unsettles: false }, row)
    return
  }
  const cancelled = notify === 'everybody' && !isAttendee ? await cancelLone(sending, source) : new Set()
  const others = [...instances].flatMap(([on, row]) => (cancelled.has(on) ? [] : [row]))
  if (isAttendee && isRestricted({ stored, source })) await patchEach(sending, others, declined)
  else if (tells(main)) await patchEach(sending, [...others, main], quietened)
  await deleteEvent(sending, main, tells(main))
}

/** Without a word, where there is something to change. The row of the series comes last, as its version is what the deletion names. */
async function patchEach(sending: Sending, rows: readonly WireEvent[], change: (row: WireEvent, calendar: CalendarId) => WireBody | undefined): Promise<void> {
  for (const row of rows) {
    const body = row.status === 'cancelled' ? undefined : change(row, sending.listing.calendar)
    if (body !== undefined) await sending.patch(row, { body, tells: 'none' })
  }
}

/** The user's own answer to an instance that is not the one that a deletion gives; undefined where it is. */
function declined({ attendees = [], attendeesOmitted }: WireEvent, calendar: CalendarId): WireBody | undefined {
  const own = attendees.find((attendee) => isOwnRow(attendee, calendar))
  if (own === undefined || own.responseStatus === 'declined') return undefined
  const answered = { ...own, responseStatus: 'declined' }
  return attendeesOmitted === true ? { attendees: [answered], attendeesOmitted } : { attendees: attendees.map((each) => (each === own ? answered : each)) }
}

async function deleteEvent({ listing, etag }: Sending, main: WireEvent, isTold: boolean): Promise<void> {
  let wasRepeated = false
  for (const version of new Set([etag ?? main.etag, main.etag])) {
    const outcome = await listing.client.attempt({
      method: 'DELETE', path: ['calendars', listing.calendar, 'events', main.id], query: { sendUpdates: isTold ? 'all' : 'none' },
      ...(version === undefined ? {} : { ifMatch: version }),
    })
    wasRepeated ||= outcome.wasRepeated
    if (outcome.isDone || (wasRepeated && (isGone(outcome.refusal) || (await isCancelled(listing, main))))) return
    if (outcome.refusal.status !== 412) throw toBackendError(outcome.refusal)
  }
  throw stale()
}

/** After a deletion of unclear outcome. The version of an event moves when it is deleted. */
async function isCancelled(listing: Listing, { id }: WireEvent): Promise<boolean> {
  const outcome = await attemptEvent(listing, id)
  return outcome.isDone ? readBody(wireEventSchema, outcome.body).status === 'cancelled' : isGone(outcome.refusal)
}
