/** Estimates of what is held, in bytes. Rather too much than too little: they keep the process within its memory. */

import type { StoredSeries, Unavailable } from '../../calendar/backend.ts'
import type { Event } from '../../calendar/event.ts'
import { eventsOf } from '../../calendar/event.ts'

/** A name with its tag in a map. */
export const tagBytes = 350

/** An event in the model, what its backend keeps beside it, and the text that is kept with it once it has been written. */
const eventBytes = 2000

export function bytesOf(body: StoredSeries | Unavailable): number {
  if (!('series' in body)) return 100 + 2 * body.reason.length
  return eventsOf(body.series).reduce((sum, event) => sum + bytesOfEvent(event), 500)
}

/** Texts stand in the model, in the backend's own form and in the finished text; lists have an object per member. */
function bytesOfEvent(event: Event): number {
  const texts = (event.summary?.length ?? 0) + (event.description?.length ?? 0) + (event.htmlDescription?.length ?? 0) + (event.location?.length ?? 0)
  const members = event.attendees.length + event.alarms.list.length + event.conferences.length + event.attachments.length
  return eventBytes + 4 * texts + 600 * members
}
