/** One user's session: every promise of the port, kept by the file that knows how. */

import { announceEvent, announceRemoval } from './writing/announce.ts'
import { readCalendar, readCalendars, createCalendar, removeCalendar, updateCalendar } from './calendars.ts'
import { readChanges } from './reading/changes.ts'
import { readFreeBusy } from './free-busy.ts'
import { moveObject } from './writing/moving.ts'
import { answerInvitation, putObject, removeObject } from './writing/objects.ts'
import { fetchHead, stateOf } from './reading/pages.ts'
import { readByNames, readByUid, readObjects, readTags } from './reading/reading.ts'
import type { CalendarSession } from '../../calendar/backend.ts'
import type { CalendarId, EmailAddress } from '../../calendar/identifiers.ts'
import type { Client } from './calls/client.ts'
import type { CalendarFrame } from './frame.ts'
import type { Listing } from './reading/pages.ts'
import type { UnclearCreations } from './writing/unclear-creations.ts'

/** What was last learnt of a user's calendars, so that a write need not ask for the zone again. Only speeds up; may be stale. */
export interface FrameMemory {
  get(address: EmailAddress, calendar: CalendarId): CalendarFrame | undefined
  set(frame: CalendarFrame): void
}

/** What sessions of one backend have in common. */
export interface Memory {
  readonly frames: FrameMemory
  readonly unclear: UnclearCreations
}

/** @param address whose session it is; the client speaks with this user's token */
export function createSession(address: EmailAddress, client: Client, { frames, unclear }: Memory): CalendarSession {
  const listing = (calendar: CalendarId): Listing => ({
    client, calendar, address, remember: (frame) => frames.set(frame), remembered: () => frames.get(address, calendar),
  })
  return {
    address,
    calendars: () => readCalendars(client),
    calendar: (id) => readCalendar(client, id),
    state: async (id) => stateOf(await fetchHead(listing(id))),
    tags: (id) => readTags(listing(id)),
    objects: (id, range) => readObjects(listing(id), range),
    objectsByName: (id, names) => readByNames(listing(id), names),
    lastTold(id) {
      const frame = frames.get(address, id)
      return frame && { timeZone: frame.zone, access: frame.access ?? 'read' }
    },
    nameOf: async (id, uid) => (await readByUid(listing(id), uid))?.name,
    changes: (id, since, reader) => readChanges(listing(id), since, reader?.held),
    put: (id, name, series, options) => putObject(listing(id), name, series, options),
    remove: (id, name, options) => removeObject(listing(id), name, options),
    answer: (id, name, instance, status, notify, comment) =>
      answerInvitation(listing(id), name, { instance, status, comment }, { condition: { kind: 'present' }, notify }),
    announce: (id, uid, what, instance) => (what === 'event' ? announceEvent : announceRemoval)(listing(id), uid, instance),
    move: (id, name, to, toName, options) => moveObject(listing(id), name, listing(to), toName, options),
    freeBusy: (addresses, range) => readFreeBusy(client, addresses, range),
    createCalendar: (change) => createCalendar({ client, address, unclear }, change),
    updateCalendar: (id, change) => updateCalendar(client, id, change),
    removeCalendar: (id) => removeCalendar(client, id),
  }
}
