/** What the service has no place for and users would miss: noted in private extended properties, both ways. */

import { instant, sameAddress } from '../../../calendar/identifiers.ts'
import { marks } from '../marks.ts'
import { formatMoment } from './times.ts'
import type { Acknowledgement, Event } from '../../../calendar/event.ts'
import type { Instant } from '../../../calendar/identifiers.ts'
import type { CalendarFrame } from '../frame.ts'
import type { WireEvent } from '../wire.ts'

function noteOf(row: WireEvent, name: string): string | undefined {
  return row.extendedProperties?.private?.[name]
}

/** `moment`, then each snooze as `until` or `of=until`, with blanks between them. */
export function formatAcknowledgement({ at, snoozes }: Acknowledgement): string {
  const all = snoozes.map(({ of, until }) => (of === undefined ? formatMoment(until) : `${formatMoment(of)}=${formatMoment(until)}`))
  return [formatMoment(at), ...all].join(' ')
}

/** @returns undefined also for a note that nobody can read: it is not ours */
export function readAcknowledgement(row: WireEvent): Acknowledgement | undefined {
  const note = noteOf(row, marks.acknowledged)
  if (note === undefined) return undefined
  const [at, ...rest] = note.split(' ').map((each) => each.split('=').map(momentOf))
  if (at?.[0] === undefined || at.length > 1) return undefined
  const snoozes = rest.flatMap(([first, second]): Acknowledgement['snoozes'] => {
    if (first === undefined) return []
    return [second === undefined ? { until: first } : { of: first, until: second }]
  })
  return { at: at[0], snoozes }
}

function momentOf(text: string): Instant | undefined {
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : instant(at)
}

/** @returns what is new: only a later acknowledgement says anything, as programs that do not know it drop it */
export function newAcknowledgement({ acknowledged }: Event, stored: Event | undefined): string | undefined {
  if (acknowledged === undefined || acknowledged.at <= (stored?.acknowledged?.at ?? Number.NEGATIVE_INFINITY)) return undefined
  return formatAcknowledgement(acknowledged)
}

/**
 * A cancelled event stands in the calendar as a free one, with a note of the transparency that it had: what the service itself calls
 * cancelled is deleted. Whoever makes it busy there again has brought it back.
 */
export function readCancellation(row: WireEvent): Pick<Event, 'status' | 'transparency'> | undefined {
  const transparency = noteOf(row, marks.cancelled)
  if (row.transparency !== 'transparent' || (transparency !== 'opaque' && transparency !== 'transparent')) return undefined
  return { status: 'cancelled', transparency }
}

/** Somebody names the calendar or its user as the organizer of an event without guests, which the service does not tell from others. */
export function isOrganizedAlone({ organizer, attendees }: Event, { calendar, address }: CalendarFrame): boolean {
  return organizer !== undefined && attendees.length === 0 && [calendar, address].some((own) => sameAddress(own, organizer.address))
}

/** Whether {@link isOrganizedAlone} was noted. */
export function hasOrganizerNote(row: WireEvent): boolean {
  return noteOf(row, marks.organizer) === '1'
}
