/** What is rescheduled is asked of its guests anew (RFC 6638 §3.2.8). */

import type { Attendee, Event, EventSeries } from '../calendar/event.ts'
import { anyZone, sameAddress } from '../calendar/identifiers.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'
import { expand } from '../icalendar/recurrence.ts'
import { mapEvents } from './paired-events.ts'
import { hasSameTimes } from './sequence.ts'

/**
 * The organizer's version, without the answers to what the guests have not been asked yet: events at another time, series with further
 * instances. Those who organize, and guests to whom the client or nobody sends messages (§7.1), keep theirs.
 *
 * @param organizers whose own answers these are
 */
export function withoutOldAnswers(wanted: EventSeries, stored: EventSeries, organizers: readonly string[]): EventSeries {
  const isAsked = ({ address, scheduleAgent, participation }: Attendee): boolean =>
    scheduleAgent === 'server' && participation !== 'needs-action' && !organizers.some((own) => sameAddress(own, address))
  return mapEvents(wanted, stored, (event, before) => {
    if (!event.attendees.some(isAsked) || !isRescheduled(event, before, wanted, stored)) return event
    return { ...event, attendees: event.attendees.map((each) => (isAsked(each) ? { ...each, participation: 'needs-action' } : each)) }
  })
}

function isRescheduled(event: Event, before: Event, wanted: EventSeries, stored: EventSeries): boolean {
  if (!hasSameTimes(event, before)) return true
  return wanted.kind === 'recurring' && event === wanted.master && hasMoreInstances(wanted, stored)
}

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/** So many instances from the first one are looked at: of endless rules that differ, the difference is seen early. */
const looked = 1000

/** Those that say themselves what they are do not count. */
function hasMoreInstances(wanted: Recurring, stored: EventSeries): boolean {
  if (stored.kind !== 'recurring') return true
  const known = startsOf(stored)
  const were = new Set([...known.starts, ...stored.overrides.keys()])
  const last = known.starts.at(-1) ?? ''
  const isNew = (id: RecurrenceId): boolean => !were.has(id) || stored.cancelled.has(id)
  return startsOf(wanted).starts.some((id) => (known.isComplete || id <= last) && !wanted.cancelled.has(id) && !wanted.overrides.has(id) && isNew(id))
}

function startsOf({ master, recurrence }: Recurring): { readonly starts: readonly RecurrenceId[]; readonly isComplete: boolean } {
  return expand(master.start, recurrence, {}, { floatingZone: anyZone, limit: looked })
}
