/** Between which moments a series may have instances, without looking at zones or expanding rules: generous, and cheap. */

import { eventsOf } from '../../calendar/event.ts'
import type { EventSeries, EventTime } from '../../calendar/event.ts'
import type { RecurrenceId } from '../../calendar/identifiers.ts'

/** Milliseconds. */
interface Bounds {
  readonly from: number
  readonly to: number
}

/** Offsets lie between -12 and +14 hours; one more for zones to come. */
const marginMs = 15 * 60 * 60 * 1000

/** @returns moments that no instance lies outside of */
export function boundsOf(series: EventSeries): Bounds {
  const events = eventsOf(series)
  const starts = events.map(({ start }) => millisecondsOf(start))
  const ends = events.map(({ end }) => millisecondsOf(end))
  const recurring = series.kind === 'recurring' ? recurrenceBounds(series) : { from: Infinity, to: -Infinity }
  return { from: Math.min(recurring.from, ...starts) - marginMs, to: Math.max(recurring.to, ...ends) + marginMs }
}

/** Starts of unchanged instances, and the ends of the last of them. */
function recurrenceBounds({ master, recurrence }: Extract<EventSeries, { kind: 'recurring' }>): Bounds {
  const durationMs = millisecondsOf(master.end) - millisecondsOf(master.start)
  const dates = recurrence.dates.map(millisecondsOfId)
  const lasts = recurrence.rules.map(({ end }) => (end.kind === 'until' ? millisecondsOf(end.until) : Infinity))
  // A day for what changes of the clock add to an instance and an UNTIL that is a date.
  return { from: Math.min(Infinity, ...dates), to: Math.max(-Infinity, ...dates, ...lasts) + durationMs + 24 * 60 * 60 * 1000 }
}

/** As if local times were UTC. */
function millisecondsOf(time: EventTime): number {
  switch (time.kind) {
    case 'utc': return time.at
    case 'date': return Date.parse(time.date)
    default: return Date.parse(`${time.local}Z`)
  }
}

function millisecondsOfId(id: RecurrenceId): number {
  return Date.parse(id.length === 'yyyy-mm-ddThh:mm:ss'.length ? `${id}Z` : id)
}
