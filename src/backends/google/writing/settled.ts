/** Series as the service can hold them. */

import { expand } from '../../../icalendar/recurrence.ts'
import { instant } from '../../../calendar/identifiers.ts'
import { instantOfRecurrenceId, storedZoneOf } from '../members/times.ts'
import type { Event, EventSeries, Recurrence } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { CalendarFrame } from '../frame.ts'

/** A single event or a series with its master. */
export type Whole = Exclude<EventSeries, { kind: 'detached' }>
/** A series with its master. */
export type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/** The single event or the master. */
export function mainEventOf(series: Whole): Event {
  return series.kind === 'single' ? series.event : series.master
}

/**
 * The series with what makes it one that the service can hold: an override of no instance becomes an additional date, an exclusion of
 * no instance says nothing. An alarm that was dismissed in one instance counts for the series.
 * @param meant whose overrides are meant to be there; others of no instance are what a change of the rule has left behind
 */
export function settled<Series extends Whole>(series: Series, frame: CalendarFrame, meant: Whole = series): Series {
  if (series.kind === 'single' || series.overrides.size + series.cancelled.size === 0) return series
  const isGenerated = generatedBy(series, [...series.overrides.keys(), ...series.cancelled], frame)
  const orphans = meant.kind === 'single' ? [] : [...series.overrides.keys()].filter((id) => meant.overrides.has(id) && !isGenerated(id))
  const recurrence: Recurrence = orphans.length === 0 ? series.recurrence
    : { ...series.recurrence, dates: [...new Set([...series.recurrence.dates, ...orphans])].sort() }
  return { ...series, master: withLatestAcknowledgement(series), recurrence, cancelled: new Set([...series.cancelled].filter((id) => isGenerated(id) && !series.overrides.has(id))) }
}

/** Calendar.app tells of it in the instance that rang, which is no exception for that alone and so not kept. */
function withLatestAcknowledgement({ master, overrides }: Recurring): Event {
  const [latest] = [...overrides.values()].flatMap(({ acknowledged }) => acknowledged?.at ?? []).sort((a, b) => b - a)
  if (latest === undefined || latest <= (master.acknowledged?.at ?? Number.NEGATIVE_INFINITY)) return master
  return { ...master, acknowledged: { snoozes: [], ...master.acknowledged, at: latest } }
}

/** How many starts are worth counting at once; of a series of more the instances in question are looked at one by one. */
const countedStarts = 10_000
/** So many of these; others are taken at their word. */
const lookedAt = 500

/** Whether the rules and dates of a series make an instance. @param ids which it may be asked of */
export function generatedBy({ master, recurrence }: Recurring, ids: readonly RecurrenceId[], frame: CalendarFrame): (id: RecurrenceId) => boolean {
  if (ids.length === 0) return () => false
  const zone = storedZoneOf(master.start, frame.zone)
  const startsWithin = (within: readonly RecurrenceId[]): ReturnType<typeof expand> => {
    const moments = within.map((id) => instantOfRecurrenceId(id, master.start, zone))
    const first = moments.reduce((a, b) => (a < b ? a : b))
    const last = moments.reduce((a, b) => (a > b ? a : b))
    return expand(master.start, recurrence, { from: first, to: instant(last + 1000) }, { floatingZone: zone, limit: countedStarts })
  }
  const { starts, isComplete } = startsWithin(ids)
  const known = new Map(starts.map((id) => [id, true]))
  const look = (id: RecurrenceId): boolean => {
    const found = startsWithin([id])
    return !found.isComplete || found.starts.includes(id)
  }
  return (id) => {
    if (isComplete || known.has(id)) return known.get(id) ?? false
    known.set(id, known.size - starts.length >= lookedAt || look(id))
    return known.get(id) ?? false
  }
}
