/**
 * Which of the properties that some programs drop were shown to the client. A client that sends this line back and not the property
 * has taken the property out; one that has lost both knows neither.
 */

import type { Event, Removable } from '../calendar/event.ts'
import { property } from './component.ts'
import type { Property } from './component.ts'
import type { PropertyIndex } from './property-index.ts'

const shownName = 'X-CALGATE-SHOWN'

const names = { color: 'COLOR', conferences: 'CONFERENCE', attachments: 'ATTACH' } satisfies Record<Removable, string>
const removables = Object.keys(names) as readonly Removable[]

function isThere(event: Event, each: Removable): boolean {
  return each === 'color' ? event.color !== undefined : event[each].length > 0
}

/** Adds what was taken out to an event that has been read but for that. */
export function withRemoved(event: Event, properties: PropertyIndex): Event {
  const shown = properties.all(shownName)[0]?.value.toUpperCase().split(',').map((each) => each.trim())
  if (shown === undefined) return event
  const removed = removables.filter((each) => shown.includes(names[each]) && !isThere(event, each))
  return removed.length === 0 ? event : { ...event, removed }
}

/** The line, or nothing where there is nothing to be dropped. */
export function formatShown(event: Event): readonly Property[] {
  const shown = removables.filter((each) => isThere(event, each) || event.removed?.includes(each) === true)
  return shown.length === 0 ? [] : [property(shownName, shown.map((each) => names[each]).join(','))]
}
