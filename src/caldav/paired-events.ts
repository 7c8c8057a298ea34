/** What a client sends beside what is stored, event by event. */

import type { Event, EventSeries } from '../calendar/event.ts'
import { anyZone } from '../calendar/identifiers.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'
import { formerIds, instanceAt } from '../icalendar/recurrence.ts'
import { instantOf } from '../icalendar/time-zone.ts'

/**
 * Each event beside the stored one of the same instance: its own, else the one that its series says. In a series that was moved instances
 * have moved with it. What takes the place of a lone instance is held against that.
 */
export function mapEvents(wanted: EventSeries, stored: EventSeries, map: (event: Event, before: Event) => Event): EventSeries {
  const former = formerIds(wanted, stored)
  const mapOverrides = (overrides: ReadonlyMap<RecurrenceId, Event>) => new Map([...overrides].map(([id, event]) => {
    const before = storedEvent(stored, former.get(id) ?? id)
    return [id, before === undefined ? event : map(event, before)] as const
  }))
  const main = storedEvent(stored, undefined)
  switch (wanted.kind) {
    case 'single': return main === undefined ? wanted : { ...wanted, event: map(wanted.event, main) }
    case 'detached': return { ...wanted, overrides: mapOverrides(wanted.overrides) }
    case 'recurring': return { ...wanted, master: main === undefined ? wanted.master : map(wanted.master, main), overrides: mapOverrides(wanted.overrides) }
  }
}

/**
 * An instance as its series says it. Where a day has another length, as clocks change, it may end sooner or later than programs count.
 * @param like the instance as it is stored: its times count, if they are those of the series
 */
export function plainInstance(master: Event, id: RecurrenceId, like: Event): Event {
  const plain = instanceAt(master, id, anyZone)
  const isInPlace = like.start.kind === plain.start.kind && instantOf(like.start, anyZone) === instantOf(plain.start, anyZone)
  return isInPlace && lengthOf(like) === lengthOf(master) ? { ...plain, start: like.start, end: like.end } : plain
}

function lengthOf({ start, end }: Event): number {
  return instantOf(end, anyZone) - instantOf(start, anyZone)
}

function storedEvent(stored: EventSeries, id: RecurrenceId | undefined): Event | undefined {
  const override = id === undefined || stored.kind === 'single' ? undefined : stored.overrides.get(id)
  if (override !== undefined) return override
  if (stored.kind === 'detached') return id === undefined && stored.overrides.size === 1 ? [...stored.overrides.values()][0] : undefined
  if (stored.kind === 'single') return stored.event
  return id === undefined ? stored.master : instanceAt(stored.master, id, anyZone)
}
