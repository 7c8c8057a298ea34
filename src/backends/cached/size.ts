/** Estimates of what is held, in bytes. Rather too much than too little: they keep the process within its memory. */

import type { Body } from '../../calendar/backend.ts'
import type { Event } from '../../calendar/event.ts'
import { eventsOf } from '../../calendar/event.ts'

/** A name with its tag in a map. */
export const tagBytes = 350

/** An object beside what its backend and its text take. */
const objectBytes = 250

/** An event in the model, and what its backend keeps beside it, where that is not told. */
const eventBytes = 1000
/** Finished text of one event beside its own words: what names its properties, and the time zone. It may still be made. */
const textBytes = 1000

/** Strings of what is held are one byte a character; see `StoredSeries.weight` and `rendered`. */
export function bytesOf(body: Body): number {
  if (!('series' in body)) return 100 + 2 * body.reason.length
  const { weight, rendered } = body
  if (weight !== undefined) return objectBytes + weight + (rendered?.length ?? textBytes + weight)
  return eventsOf(body.series).reduce((sum, event) => sum + bytesOfEvent(event), 500)
}

/** Texts stand in the model, in the backend's own form and in the finished text; lists have an object per member. */
function bytesOfEvent(event: Event): number {
  const texts = (event.summary?.length ?? 0) + (event.description?.length ?? 0) + (event.htmlDescription?.length ?? 0) + (event.location?.length ?? 0)
  const members = event.attendees.length + event.alarms.list.length + event.conferences.length + event.attachments.length
  return eventBytes + textBytes + 4 * texts + 600 * members
}
