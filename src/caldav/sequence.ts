/** SEQUENCE, which tells the versions of a meeting apart (RFC 5546 §2.1.4). */

import type { Event, EventSeries, EventTime, Recurrence } from '../calendar/event.ts'
import { anyZone } from '../calendar/identifiers.ts'
import { sameRecurrence } from '../icalendar/recurrence.ts'
import { instantOf } from '../icalendar/time-zone.ts'

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/**
 * The organizer's version with a SEQUENCE above the stored one wherever time or rule have changed and the client has not raised it
 * itself. Instances that are new among the overrides are left to the backend, which counts moves as well.
 */
export function withRaisedSequence(wanted: EventSeries, stored: EventSeries): EventSeries {
  if (wanted.kind === 'single' && stored.kind === 'single') {
    return hasSameTimes(wanted.event, stored.event) ? wanted : { ...wanted, event: raised(wanted.event, stored.event) }
  }
  if (wanted.kind !== 'recurring' || stored.kind !== 'recurring') return wanted
  const isSame = hasSameTimes(wanted.master, stored.master) && sameRecurrence(ruledDates(wanted, wanted), ruledDates(stored, wanted), stored.master.start)
  const overrides = new Map([...wanted.overrides].map(([id, event]) => {
    const before = stored.overrides.get(id)
    return [id, before === undefined || hasSameTimes(event, before) ? event : raised(event, before)] as const
  }))
  return { ...wanted, master: isSame ? wanted.master : raised(wanted.master, stored.master), overrides }
}

/** A backend may keep an override that no rule makes as a further date: that alone is no change. */
function ruledDates({ recurrence }: Recurring, { overrides }: Recurring): Recurrence {
  return { ...recurrence, dates: recurrence.dates.filter((id) => !overrides.has(id)) }
}

function raised(event: Event, { sequence }: Event): Event {
  return { ...event, sequence: Math.max(event.sequence, sequence + 1) }
}

/** The same moments, in whatever way they are written. */
export function hasSameTimes(a: Event, b: Event): boolean {
  return isSameTime(a.start, b.start) && isSameTime(a.end, b.end)
}

function isSameTime(a: EventTime, b: EventTime): boolean {
  const wallClock = ({ kind }: EventTime): boolean => kind === 'date' || kind === 'floating'
  const isSameKind = wallClock(a) || wallClock(b) ? a.kind === b.kind : true
  return isSameKind && instantOf(a, anyZone) === instantOf(b, anyZone)
}
