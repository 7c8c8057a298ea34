/** A stored event with what a message says of it. */

import type { Attendee, Event, EventSeries } from '../../calendar/event.ts'
import { sameAddress } from '../../calendar/identifiers.ts'
import type { RecurrenceId } from '../../calendar/identifiers.ts'
import type { ItipMessage } from '../../icalendar/itip.ts'

/**
 * What people are told is taken from the message, what is the organizer's own (alarms, colour, notes for nobody) and what the guests
 * answered stays. Nobody is taken off the list, since a message may name some of the guests only. An older version than the stored one changes nothing (RFC 5546 §2.1.5).
 */
export function withMessage(stored: EventSeries, { series }: Extract<ItipMessage, { kind: 'event' }>): EventSeries {
  if (series === undefined) return stored
  if (stored.kind === 'single' && series.kind === 'single') return { ...stored, event: told(stored.event, series.event) }
  if (stored.kind !== 'recurring' || series.kind === 'single') return stored
  const overrides = new Map(stored.overrides)
  for (const [id, event] of series.overrides) overrides.set(id, told(stored.overrides.get(id) ?? stored.master, event))
  if (series.kind === 'detached') return { ...stored, overrides, cancelled: withoutAll(stored.cancelled, series.overrides) }
  const master = told(stored.master, series.master)
  if (master === stored.master) return stored
  return { ...stored, master, recurrence: series.recurrence, overrides, cancelled: withoutAll(new Set([...stored.cancelled, ...series.cancelled]), series.overrides) }
}

function told(stored: Event, message: Event): Event {
  if (message.sequence < stored.sequence) return stored
  const { start, end, summary, description, location, status, sequence } = message
  const isNew = ({ address }: Attendee): boolean => !stored.attendees.some((known) => sameAddress(known.address, address))
  const attendees = [...stored.attendees, ...message.attendees.filter(isNew)]
  const { summary: _summary, description: _description, location: _location, htmlDescription, ...own } = stored
  return {
    ...own, start, end, status, sequence, attendees,
    ...(summary === undefined ? {} : { summary }), ...(location === undefined ? {} : { location }), ...(description === undefined ? {} : { description }),
    ...(htmlDescription !== undefined && description === stored.description ? { htmlDescription } : {}),
  }
}

function withoutAll(cancelled: ReadonlySet<RecurrenceId>, overrides: ReadonlyMap<RecurrenceId, Event>): ReadonlySet<RecurrenceId> {
  return new Set([...cancelled].filter((id) => !overrides.has(id)))
}

/** A series without some of its instances; what does not recur has none. */
export function withoutInstances(series: EventSeries, instances: readonly RecurrenceId[]): EventSeries {
  if (series.kind !== 'recurring') return series
  const overrides = new Map([...series.overrides].filter(([id]) => !instances.includes(id)))
  return { ...series, overrides, cancelled: new Set([...series.cancelled, ...instances].sort()) }
}
