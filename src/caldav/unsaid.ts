/** What a client leaves out because it does not know it. */

import type { Event, EventSeries, Removable } from '../calendar/event.ts'
import { mapEvents } from './paired-events.ts'

/**
 * Adds to a client's version what it was shown and has merely lost: programs that do not know a property drop it (CONFERENCE, COLOR, ATTACH),
 * together with the line that says that it was there. Whoever sends that line back and not the property has taken it out.
 */
export function withUnsaid(wanted: EventSeries, stored: EventSeries): EventSeries {
  return mapEvents(wanted, stored, (event, before) => ({ ...event, ...lost(event, before) }))
}

function lost(event: Event, before: Event): Partial<Event> {
  const isLost = (each: Removable, isThere: boolean): boolean => !isThere && event.removed?.includes(each) !== true
  return {
    ...(isLost('conferences', event.conferences.length > 0) && { conferences: before.conferences }),
    ...(isLost('attachments', event.attachments.length > 0) && { attachments: before.attachments }),
    ...(isLost('color', event.color !== undefined) && before.color !== undefined && { color: before.color }),
  }
}
