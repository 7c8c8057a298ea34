/**
 * A series of a foreign organizer that a client stores here, say from a mailed invitation. It is imported as a private copy, of which a
 * guest may change little; but the changed instances that come with it are part of what is stored, and an import holds none.
 */

import { hash } from 'node:crypto'
import { BackendError } from '../../../calendar/backend.ts'
import { anyZone, sameAddress } from '../../../calendar/identifiers.ts'
import { instantOf } from '../../../icalendar/time-zone.ts'
import { marks } from '../marks.ts'
import type { Attendee, Event, EventTime, Organizer } from '../../../calendar/event.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Recurring, Whole } from './settled.ts'
import type { WireEvent } from '../wire.ts'

/** Whether somebody else organizes the event. */
export function isForeign({ organizer }: { readonly organizer?: Organizer | undefined }, { calendar, address }: Pick<CalendarFrame, 'calendar' | 'address'>): boolean {
  return organizer !== undefined && ![calendar, address].some((own) => sameAddress(own, organizer.address))
}

/** Tells one set of changed instances from another; the answers in them may change meanwhile. */
export function begunMark(series: Whole): string {
  const overrides = series.kind === 'single' ? [] : [...series.overrides]
  const told = overrides.map(([id, { start, end, summary, description, location }]) => [id, momentOf(start), momentOf(end), summary, description?.trim(), location])
  return hash('sha256', JSON.stringify(told), 'base64url').slice(0, 16)
}

/** In whichever zone it is told: that may be another one once the instance is stored. */
function momentOf(time: EventTime): readonly unknown[] {
  return [time.kind === 'zoned' ? 'utc' : time.kind, instantOf(time, anyZone)]
}

/** Whether the series is the very one that was being stored here, so that its changed instances are no edits of a guest. */
export function isBegun(main: WireEvent | undefined, wanted: Whole): boolean {
  const mark = main?.extendedProperties?.private?.[marks.begun]
  return mark !== undefined && mark === begunMark(wanted)
}

/**
 * The series with the guests of its master in each instance: in a copy the service takes no others, and no answers but one's own.
 * An instance that names none is taken to mean those of the series.
 * @throws BackendError 'rejected' when an instance has guests that the series has not
 */
export function withCommonGuests(series: Recurring, frame: CalendarFrame): Recurring {
  const { attendees } = series.master
  return { ...series, overrides: new Map([...series.overrides].map(([id, event]) => [id, { ...event, attendees: commonGuests(attendees, event, frame) }])) }
}

function commonGuests(ofSeries: readonly Attendee[], { attendees }: Event, { calendar }: CalendarFrame): readonly Attendee[] {
  const find = (all: readonly Attendee[], { address }: Attendee): Attendee | undefined => all.find((each) => sameAddress(each.address, address))
  if (attendees.length === 0) return ofSeries
  if (attendees.length !== ofSeries.length || attendees.some((each) => find(ofSeries, each) === undefined)) {
    throw new BackendError('rejected', 'In a copy of somebody else\'s series all instances have the same guests.', { precondition: 'valid-calendar-object-resource' })
  }
  return ofSeries.map((each) => (sameAddress(each.address, calendar) ? find(attendees, each) ?? each : each))
}
