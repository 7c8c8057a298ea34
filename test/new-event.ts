import type { Event } from '../src/calendar/event.ts'

/** Builds an event with the defaults of RFC 5545 for all that is not given. */
export function newEvent(given: Partial<Event> & Pick<Event, 'start' | 'end'>): Event {
  return {
    status: 'confirmed', transparency: 'opaque', visibility: 'default', attendees: [],
    alarms: { kind: 'own', list: [] }, conferences: [], attachments: [], sequence: 0, ...given,
  }
}
