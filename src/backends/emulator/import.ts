/** events.import: a private copy of an event from elsewhere, or the calendar's own; again with the same UID: that event anew (reference §4.6). */

import { accessTo, calendarZone, type Access } from './access.ts'
import { resource, type Call, type JsonObject, type Reply } from './call.ts'
import type { EventRow, StoredPerson } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'
import { readEvent } from './event-body.ts'
import { findEvent, rowsOfUid } from './event-rows.ts'
import { eventResource, instanceRow, isOrganizerCopy, isSame, viewOf } from './event-view.ts'
import { followMaster, storeRow, type Draft } from './event-write.ts'
import { checkIfMatch, ownOrganizer } from './events.ts'
import { writeCopy } from './guest-write.ts'
import { propagate } from './guests.ts'
import { idOfUid, instanceId } from './ids.ts'
import { generates } from './series.ts'
import { readEventTime, recurrenceIdOf } from './times.ts'

export function importEvent(call: Call): Reply {
  const access = accessTo(call, 'writerWithoutPrivateAccess')
  const { body, environment } = call
  if (body['id'] !== undefined) throw invalid('Invalid resource id value.')
  const uid = body['iCalUID']
  if (typeof uid !== 'string' || uid === '') throw missing('Required')
  if (idOfUid(uid).length > 1024 && environment.switches.longUids === 'refused') throw invalid('Invalid resource id value.')
  const organizer = organizerOf(body, access)
  const place = placeOf(call, access, uid)
  if (place.previous) checkPrevious(call, place.previous, organizer)
  return resource(eventResource(store(call, access, uid, organizer, place), viewOf(call, access)))
}

/** @throws ApiError 400 when the calendar is neither organizer nor attendee, compared with the calendar's id */
function organizerOf(body: JsonObject, { calendar }: Access): StoredPerson {
  const given = body['organizer'] as { email?: string; displayName?: string } | undefined
  if (typeof given?.email !== 'string' || given.email === '' || isSame(given.email, calendar.id)) return ownOrganizer(calendar)
  const guests = Array.isArray(body['attendees']) ? (body['attendees'] as { email?: string }[]) : []
  if (!guests.some(({ email }) => email !== undefined && isSame(email, calendar.id))) throw new ApiError('participantIsNeitherOrganizerNorAttendee')
  return given.displayName ? { email: given.email, displayName: given.displayName } : { email: given.email }
}

/** Where the event goes: ids, and what is there already. */
interface Place {
  readonly id: string
  readonly series: string
  readonly original: string | null
  readonly previous: EventRow | undefined
  /** Undefined for an instance without a row. */
  readonly stored: EventRow | undefined
  /** Of an instance: the zone that its series starts in. */
  readonly originalTimeZone?: string
}

function placeOf({ environment, body }: Call, { calendar }: Access, uid: string): Place {
  const master = rowsOfUid(environment.store, calendar.id, uid).find(({ kind }) => kind === 'event')
  const isInstance = body['originalStartTime'] !== undefined && environment.switches.importExceptions === 'written'
  if (!isInstance) {
    const id = master?.id ?? idOfUid(uid)
    return { id, series: id, original: null, previous: master, stored: master }
  }
  const zone = calendarZone(environment, calendar)
  const originalStart = readEventTime(body['originalStartTime'], 'start', zone)
  const original = recurrenceIdOf(originalStart)
  const series = master?.id ?? idOfUid(uid)
  const id = instanceId(series, original, environment.switches.instanceIds)
  const stored = findEvent(environment.store, calendar.id, id)
  const isGenerated = master !== undefined && master.status !== 'cancelled' && generates(master.document, original, zone)
  const previous = stored ?? (isGenerated ? instanceRow(master, original, environment) : undefined)
  return { id, series, original, previous, stored, ...('at' in originalStart ? { originalTimeZone: originalStart.timeZone } : {}) }
}

function checkPrevious(call: Call, previous: EventRow, organizer: StoredPerson): void {
  const { switches } = call.environment
  if (switches.importIfMatch === 'honoured') checkIfMatch(call, previous)
  if (previous.status === 'cancelled' && previous.kind === 'event') {
    if (switches.importOfDeleted === 'duplicate') throw new ApiError('duplicate')
    return
  }
  const isNotNewer = Number(call.body['sequence'] ?? 0) <= previous.document.sequence
  if (switches.reimport === 'duplicate' && isNotNewer) throw new ApiError('duplicate')
  if (isOrganizerCopy(previous) && !isSame(organizer.email, previous.calendar)) throw new ApiError('cannotChangeOrganizer')
}

function store(call: Call, { calendar }: Access, uid: string, organizer: StoredPerson, place: Place): EventRow {
  const { environment } = call
  const { id, series, original, previous, stored } = place
  const isLinked = previous !== undefined && !isOrganizerCopy(previous) && !previous.document.privateCopy && previous.status !== 'cancelled'
  const read = readEvent(call.body, { call, calendar, previous, organizer: isLinked ? previous.document.organizer : organizer, kind: isLinked ? 'write' : 'import' })
  // An invitation that is there already is not turned into a private copy: the guest's own parts are taken from the body.
  if (isLinked) return writeCopy(call, { row: previous, stored }, read)
  const document = place.originalTimeZone === undefined ? read.document : { ...read.document, originalTimeZone: place.originalTimeZone }
  const draft: Draft = { calendar: calendar.id, id, uid, series, original, kind: original === null ? 'event' : 'exception', status: read.status, document }
  const after = storeRow(environment, draft, stored)
  if (stored?.kind === 'event') followMaster(environment, stored, after, isOrganizerCopy(after) || environment.switches.copyEdits === 'followed')
  // Only what is organized here has copies at its guests.
  if (after !== stored && isOrganizerCopy(after)) propagate(environment, calendar.id, series)
  return after
}
