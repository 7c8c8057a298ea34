/** The instances of a series that overlap a range of time (RFC 4791 §9.9). */

import type { TimeRange } from '../calendar/calendar.ts'
import type { Event, EventSeries, EventTime } from '../calendar/event.ts'
import { instant, type Instant, type PlainDate, type RecurrenceId, type TimeZoneId } from '../calendar/identifiers.ts'
import { clockOf, dateOf, dayMs, dayOf, localOf } from './clock.ts'
import { timeOfRecurrenceId } from './recurrence-id.ts'
import { expand } from './recurrence-set.ts'
import { instantOf, zonedOrUtc } from './zoned-time.ts'

export interface Instance {
  /** Undefined for the one instance of a single event. */
  readonly recurrenceId: RecurrenceId | undefined
  /** As it takes place: with the start and end of this instance. */
  readonly event: Event
  readonly from: Instant
  /** Exclusive; equal to `from` for an event without length. */
  readonly to: Instant
}

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

/**
 * All instances that overlap the range, by their present times, in order of `from`.
 *
 * An instance without length counts where it lies in the range, its start included (RFC 4791 §9.9).
 * Overrides stand in for the instances they name, wherever they have been moved to; cancelled instances do not appear.
 * @param options `floatingZone`: where dates and floating times are read; `limit`: how many instances of the rule at most
 * @returns `isComplete` false where the limit or the bound on work was met: then anything may be in the range
 */
export function instances(series: EventSeries, range: Required<TimeRange>, options: { floatingZone: TimeZoneId; limit: number }):
{ instances: readonly Instance[]; isComplete: boolean } {
  const { found, isComplete } = candidates(series, range, options)
  const overlapping = found.filter((instance) => overlaps(instance, range)).sort((a, b) => a.from - b.from)
  return { instances: overlapping.slice(0, options.limit), isComplete: isComplete && overlapping.length <= options.limit }
}

function candidates(series: EventSeries, range: Required<TimeRange>, options: { floatingZone: TimeZoneId; limit: number }): { found: Instance[]; isComplete: boolean } {
  const { floatingZone } = options
  if (series.kind === 'single') return { found: [instanceOf(undefined, series.event, floatingZone)], isComplete: true }
  const moved = [...series.overrides].map(([id, event]) => instanceOf(id, event, floatingZone))
  if (series.kind === 'detached') return { found: moved, isComplete: true }
  const generated = ofMaster(series, range, options)
  return { found: [...moved, ...generated.found], isComplete: generated.isComplete }
}

function ofMaster(series: Recurring, range: Required<TimeRange>, options: { floatingZone: TimeZoneId; limit: number }): { found: Instance[]; isComplete: boolean } {
  const { master, recurrence, overrides, cancelled } = series
  const { from, to } = instanceOf(undefined, master, options.floatingZone)
  // A day more: the length of an instance changes with the offset of its zone.
  const begin = instant(range.from - (to - from) - dayMs)
  // What is overridden or cancelled does not count towards the limit.
  const limit = options.limit + overrides.size + cancelled.size
  const { starts, isComplete } = expand(master.start, recurrence, { from: begin, to: range.to }, { ...options, limit })
  const place = placing(master, options.floatingZone)
  const found = starts.filter((id) => !overrides.has(id) && !cancelled.has(id)).map((id) => instanceOf(id, place(id), options.floatingZone))
  return { found, isComplete }
}

function instanceOf(recurrenceId: RecurrenceId | undefined, event: Event, floatingZone: TimeZoneId): Instance {
  const from = instantOf(event.start, floatingZone)
  return { recurrenceId, event, from, to: instant(Math.max(from, instantOf(event.end, floatingZone))) }
}

function overlaps({ from, to }: Instance, range: Required<TimeRange>): boolean {
  return from < range.to && (to > range.from || (from === to && from === range.from))
}

/** The instance of an original start, as its series alone says it. */
export function instanceAt(master: Event, id: RecurrenceId, floatingZone: TimeZoneId): Event {
  return placing(master, floatingZone)(id)
}

/** Gives the master the start and end of any of its instances: whole days are counted on the calendar, the rest of its length on the clock. */
function placing(master: Event, floatingZone: TimeZoneId): (id: RecurrenceId) => Event {
  const days = wholeDays(master)
  const rest = instantOf(master.end, floatingZone) - instantOf(laterBy(master.start, days), floatingZone)
  return (id) => {
    const start = timeOfRecurrenceId(id, master.start)
    const end = laterBy(start, days)
    return { ...master, start, end: rest === 0 && start.kind === master.end.kind ? end : moment(instantOf(end, floatingZone) + rest, master.end, floatingZone) }
  }
}

/** Days from start to end on one wall clock, rounded down; 0 where they are on two. */
function wholeDays({ start, end }: Event): number {
  if (start.kind === 'date' && end.kind === 'date') return dayOf(end.date) - dayOf(start.date)
  if (start.kind === 'utc' && end.kind === 'utc') return Math.floor((end.at - start.at) / dayMs)
  if ((start.kind === 'zoned' || start.kind === 'floating') && (end.kind === 'zoned' || end.kind === 'floating')) {
    return Math.max(0, Math.floor((clockOf(end.local) - clockOf(start.local)) / dayMs))
  }
  return 0
}

function laterBy(time: EventTime, days: number): EventTime {
  switch (time.kind) {
    case 'date': return { kind: 'date', date: dateOf(dayOf(time.date) + days) }
    case 'utc': return { kind: 'utc', at: instant(time.at + days * dayMs) }
    case 'zoned':
    case 'floating': return { ...time, local: localOf(clockOf(time.local) + days * dayMs) }
  }
}

/** A moment as the same kind of time as `like`. */
function moment(at: number, like: EventTime, floatingZone: TimeZoneId): EventTime {
  const here = zonedOrUtc(instant(at), like.kind === 'zoned' ? like.zone : floatingZone)
  if (like.kind === 'utc' || here.kind !== 'zoned') return { kind: 'utc', at: instant(at) }
  if (like.kind === 'zoned') return here
  return like.kind === 'floating' ? { kind: 'floating', local: here.local } : { kind: 'date', date: here.local.slice(0, 10) as PlainDate }
}
