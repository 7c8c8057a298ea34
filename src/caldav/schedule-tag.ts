/** Schedule-Tag: the version of an event that does not move when others merely answer (RFC 6638 §3.2.10). */

import { hash } from 'node:crypto'
import type { StoredSeries } from '../calendar/backend.ts'
import { eventsOf } from '../calendar/event.ts'
import type { Attendee, Event, EventSeries } from '../calendar/event.ts'
import { instant, sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, RecurrenceId } from '../calendar/identifiers.ts'
import { plainInstance } from './paired-events.ts'

/** To be raised when the same series gives another tag. */
const VERSION = '2'

/** Lives as long as the series that was read. */
const known = new WeakMap<StoredSeries, string>()

/** Events with an organizer are scheduling object resources (RFC 6638 §3.1); no others have a tag. */
export function isScheduled(series: EventSeries): boolean {
  return eventsOf(series).some(({ organizer }) => organizer !== undefined)
}

/**
 * A strong tag with its quotes; undefined for what is no scheduling object. Derived from the series alone, so that every replica makes
 * the same one: all that it says, but for when it changed, and what others answered. The calendar's own answer counts, since it is
 * written here.
 */
export function scheduleTagOf(stored: StoredSeries, calendar: CalendarId): string | undefined {
  if (!isScheduled(stored.series)) return undefined
  const tag = known.get(stored) ?? `"${hash('sha256', `${VERSION} ${textOf(stored.series, (event) => steady(event, calendar))}`, 'base64url').slice(0, 22)}"`
  known.set(stored, tag)
  return tag
}

function textOf(series: EventSeries, told: (event: Event) => unknown): string {
  const overridesOf = (overrides: readonly (readonly [RecurrenceId, Event])[]): unknown =>
    overrides.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, event]) => [id, told(event)])
  switch (series.kind) {
    case 'single': return JSON.stringify([series.uid, told(series.event)])
    case 'detached': return JSON.stringify([series.uid, overridesOf([...series.overrides])])
    case 'recurring': {
      const { uid, master, recurrence, overrides, cancelled } = series
      // Somebody's answer to one instance makes an override of it.
      const isPlain = (id: RecurrenceId, event: Event): boolean => sameJson(told(unversioned(event)), told(unversioned(plainInstance(master, id, event))))
      return JSON.stringify([uid, told(master), recurrence, overridesOf([...overrides].filter(([id, event]) => !isPlain(id, event))), [...cancelled].sort()])
    }
  }
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A backend counts and dates each instance that it has written. */
const unversioned = (event: Event): Event => ({ ...event, sequence: 0, created: instant(0) })

function steady({ updated: _updated, organizer, attendees, ...event }: Event, own: CalendarId): unknown {
  const guests = attendees.map((each) => (sameAddress(each.address, own) ? each : withoutAnswer(each)))
  const { scheduleStatus: _status, ...who } = organizer ?? {}
  return [Object.entries({ ...event, ...(organizer && { organizer: who }) }).sort(([a], [b]) => (a < b ? -1 : 1)), guests.sort((a, b) => (a.address < b.address ? -1 : 1))]
}

type Answer = 'participation' | 'comment' | 'additionalGuests' | 'scheduleStatus'

function withoutAnswer({ participation: _participation, comment: _comment, additionalGuests: _guests, scheduleStatus: _status, ...guest }: Attendee): Omit<Attendee, Answer> {
  return guest
}
