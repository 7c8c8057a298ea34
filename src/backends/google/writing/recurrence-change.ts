/** What differs in the rules and dates of a series. */

import { sameRecurrence } from '../../../icalendar/recurrence.ts'
import { timeZoneId } from '../../../calendar/identifiers.ts'
import { sameJson } from './bodies.ts'
import { isExclusion, writeDates, writeRecurrence } from '../members/recurrence-lines.ts'
import { storedZoneOf, writeTime } from '../members/times.ts'
import type { Event } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { Context, Difference } from './difference.ts'
import type { Recurring, Whole } from './settled.ts'

/** What has to be said of rules and dates. A series of another shape gets all its exclusions as EXDATE at once. */
export function recurrenceChange(stored: Whole, wanted: Whole, { frame, source }: Context): Difference | undefined {
  if (wanted.kind === 'single') return stored.kind === 'single' ? undefined : { names: ['recurrence'], body: { recurrence: null } }
  const { start } = wanted.master
  const zone = storedZoneOf(start, frame.zone)
  if (isReshaped(stored, wanted)) {
    return { names: ['recurrence'], body: { recurrence: writeRecurrence(wanted.recurrence, wanted.cancelled, start, zone) } }
  }
  const kept = [...source.excluded].filter((id) => wanted.cancelled.has(id) || !storedCancelled(stored).has(id))
  if (kept.length === source.excluded.size) return undefined
  const lines = (source.main?.recurrence ?? []).filter((line) => !isExclusion(line))
  return { names: ['recurrence'], body: { recurrence: [...lines, ...writeDates('EXDATE', kept.sort(), start, zone)] } }
}

/** Whether its start, rules or dates change, upon which the service may drop every changed instance. */
export function isReshaped(stored: Whole, wanted: Recurring): boolean {
  return stored.kind === 'single' || !sameStart(stored.master, wanted.master) || !sameRecurrence(stored.recurrence, wanted.recurrence, stored.master.start)
}

/** To the service, which has one name for UTC. */
function sameStart(...events: readonly Event[]): boolean {
  const [one, other] = events.map(({ start }) => ({ written: writeTime(start, utc), isFloating: start.kind === 'floating' }))
  return sameJson(one, other)
}

const utc = timeZoneId('UTC')

function storedCancelled(stored: Whole): ReadonlySet<RecurrenceId> {
  return stored.kind === 'single' ? new Set() : stored.cancelled
}
