/** Series as the service can hold them. */

import { expand } from '../../icalendar/recurrence.ts'
import { instant } from '../../calendar/identifiers.ts'
import { instantOfRecurrenceId, storedZoneOf } from './times.ts'
import type { EventSeries, Recurrence } from '../../calendar/event.ts'
import type { RecurrenceId } from '../../calendar/identifiers.ts'
import type { CalendarFrame } from './frame.ts'

/** A single event or a series with its master. */
export type Whole = Exclude<EventSeries, { kind: 'detached' }>
export type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/**
 * The series with what makes it one that the service can hold: an override of no instance becomes an additional date, an exclusion of
 * no instance says nothing.
 */
export function settled<Series extends Whole>(series: Series, frame: CalendarFrame): Series {
  if (series.kind === 'single' || series.overrides.size + series.cancelled.size === 0) return series
  const isGenerated = generatedBy(series, frame)
  const orphans = [...series.overrides.keys()].filter((id) => !isGenerated(id))
  const recurrence: Recurrence = orphans.length === 0 ? series.recurrence
    : { ...series.recurrence, dates: [...new Set([...series.recurrence.dates, ...orphans])].sort() }
  return { ...series, recurrence, cancelled: new Set([...series.cancelled].filter((id) => isGenerated(id) && !series.overrides.has(id))) }
}

/** How many starts are worth counting; a series of more is taken at its word. */
const countedStarts = 10_000

function generatedBy({ master, recurrence, overrides, cancelled }: Recurring, frame: CalendarFrame): (id: RecurrenceId) => boolean {
  const zone = storedZoneOf(master.start, frame.zone)
  const moments = [...overrides.keys(), ...cancelled].map((id) => instantOfRecurrenceId(id, master.start, zone))
  const range = { from: instant(Math.min(...moments)), to: instant(Math.max(...moments) + 1000) }
  const { starts, isComplete } = expand(master.start, recurrence, range, { floatingZone: zone, limit: countedStarts })
  const generated = new Set(starts)
  return (id) => !isComplete || generated.has(id)
}
