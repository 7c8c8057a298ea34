/** events.get, insert, update, patch and delete on the organizer's side; guests' writes are in guest-write.ts. */

import { accessTo, calendarZone, type Access } from './access.ts'
import { noContent, parameter, resource, type Call, type Environment, type JsonObject, type Reply } from './call.ts'
import type { CalendarRow, EventDocument, EventRow, StoredPerson } from './documents.ts'
import { ApiError, invalid } from './errors.ts'
import { readEvent, type ReadEvent } from './event-body.ts'
import { findEvent, rowsOfUid } from './event-rows.ts'
import { etagOf, eventResource, instanceRow, isOrganizerCopy, viewOf } from './event-view.ts'
import { cancelRow, followMaster, sameValue, storeRow } from './event-write.ts'
import { deleteCopy, writeCopy } from './guest-write.ts'
import { propagate } from './guests.ts'
import { idOfUid, isLegalClientId, newEventId, parseInstanceId } from './ids.ts'
import { notifyGuests, sendUpdatesOf, type SendUpdates } from './mails.ts'
import { mergePatch } from './merge-patch.ts'
import { generates } from './series.ts'

/** An event by its id; an instance may have no row of its own (`stored` undefined). */
export interface Target {
  readonly row: EventRow
  readonly stored: EventRow | undefined
}

/** @throws ApiError 404 where neither a row nor an instance of a series has this id */
export function findTarget(environment: Environment, calendar: CalendarRow, id: string): Target {
  const stored = findEvent(environment.store, calendar.id, id)
  if (stored) return { row: stored, stored }
  const instance = parseInstanceId(id)
  const master = instance && findEvent(environment.store, calendar.id, instance.seriesId)
  const isThere = master?.kind === 'event' && generates(master.document, instance?.original ?? '', calendarZone(environment, calendar))
  if (!master || !instance || !isThere) throw new ApiError('notFound')
  return { row: instanceRow(master, instance.original, environment), stored: undefined }
}

export function getEvent(call: Call): Reply {
  const access = accessTo(call, 'freeBusyReader')
  const { row } = findTarget(call.environment, access.calendar, parameter(call, 'eventId'))
  return resource(eventResource(row, viewOf(call, access)))
}

/** The main copy of what is made here: on a secondary calendar the organizer is the calendar itself. */
export function ownOrganizer({ id, document }: CalendarRow): StoredPerson {
  return document.dataOwner === undefined ? { email: id } : { email: id, displayName: document.summary }
}

export function insertEvent(call: Call): Reply {
  const { environment, body } = call
  const access = accessTo(call, 'writerWithoutPrivateAccess')
  const { calendar } = access
  const { document, status } = readEvent(body, { call, calendar, previous: undefined, organizer: ownOrganizer(calendar), kind: 'write' })
  const { id, uid } = newIdentity(call, calendar)
  const stored = storeRow(environment, { calendar: calendar.id, id, uid, series: id, original: null, kind: 'event', status, document }, undefined)
  propagate(environment, calendar.id, id)
  notifyGuests(environment, undefined, stored, sendUpdatesOf(call))
  return resource(eventResource(stored, viewOf(call, access)))
}

/** @throws ApiError 400 for an id outside the alphabet, 409 for an id or UID that is taken, by a deleted event too */
function newIdentity({ environment, body }: Call, calendar: CalendarRow): { id: string; uid: string } {
  const givenId = body['id'] as string | undefined
  if (givenId !== undefined && !isLegalClientId(givenId)) throw invalid('Invalid resource id value.')
  const givenUid = typeof body['iCalUID'] === 'string' && body['iCalUID'] !== '' ? body['iCalUID'] : undefined
  const computed = givenUid !== undefined && environment.switches.insertWithUid === 'foreign-id' ? idOfUid(givenUid) : undefined
  const id = givenId ?? computed ?? newEventId(environment.random)
  const uid = givenUid ?? `${id}@google.com`
  const isTaken = findEvent(environment.store, calendar.id, id) !== undefined || rowsOfUid(environment.store, calendar.id, uid).length > 0
  if (isTaken) throw new ApiError('duplicate')
  return { id, uid }
}

export const updateEvent = (call: Call): Reply => writeEventWith(call, () => call.body)

export const patchEvent = (call: Call): Reply => writeEventWith(call, (row, access) =>
  mergePatch(eventResource(row, { ...viewOf(call, access), parts: 'all' }), call.body))

function writeEventWith(call: Call, bodyFor: (row: EventRow, access: Access) => JsonObject): Reply {
  const { environment } = call
  const access = accessTo(call, 'writerWithoutPrivateAccess')
  const target = findTarget(environment, access.calendar, parameter(call, 'eventId'))
  checkIfMatch(call, target.row)
  if (target.row.kind === 'vanished') throw new ApiError('notFound')
  const body = bodyFor(target.row, access)
  const stored = isOrganizerCopy(target.row)
    ? writeMain(call, access, target, body)
    : writeCopy(call, target, readEvent(body, { call, calendar: access.calendar, previous: target.row, organizer: target.row.document.organizer, kind: 'write' }))
  return resource(eventResource(stored, viewOf(call, access)))
}

function writeMain(call: Call, access: Access, target: Target, body: JsonObject): EventRow {
  const { row } = target
  const read = readEvent(body, { call, calendar: access.calendar, previous: row, organizer: row.document.organizer, kind: 'write' })
  const isRevived = row.status === 'cancelled' && read.status !== 'cancelled'
  if (isRevived && row.kind === 'event' && call.environment.switches.undelete === 'forbidden') throw new ApiError('forbidden')
  if (read.status === 'cancelled' && row.status !== 'cancelled') return deleteMain(call.environment, target, sendUpdatesOf(call))
  checkEventType(row, read)
  return storeMain(call.environment, target, read, sendUpdatesOf(call))
}

/** Stores an organizer's row with all that follows: exceptions, guests' copies, mails. */
function storeMain(environment: Environment, { row, stored: before }: Target, { document, status }: ReadEvent, send: SendUpdates): EventRow {
  const stored = storeRow(environment, { ...row, document, status }, before)
  if (before?.kind === 'event') followMaster(environment, before, stored)
  if (stored !== before) {
    propagate(environment, stored.calendar, stored.series)
    notifyGuests(environment, row, stored, send)
  }
  return stored
}

/** What may be changed in events of special types; of the others everything. */
const editable: Readonly<Record<string, ReadonlySet<string>>> = {
  birthday: new Set(['colorId', 'summary', 'reminders', 'start', 'end', 'recurrence', 'sequence']),
  fromGmail: new Set(['colorId', 'reminders', 'visibility', 'transparency', 'attendees', 'privateProperties', 'sharedProperties', 'sequence']),
}

function checkEventType(row: EventRow, { document }: ReadEvent): void {
  const allowed = editable[row.document.eventType]
  if (allowed === undefined) return
  const names = new Set([...Object.keys(row.document), ...Object.keys(document)]) as ReadonlySet<keyof EventDocument>
  for (const name of names) {
    if (!allowed.has(name) && !sameValue(row.document[name], document[name])) throw new ApiError('eventTypeRestriction')
  }
}

export function deleteEvent(call: Call): Reply {
  const { environment } = call
  const { calendar } = accessTo(call, 'writerWithoutPrivateAccess')
  const target = findTarget(environment, calendar, parameter(call, 'eventId'))
  checkIfMatch(call, target.row)
  if (target.row.status === 'cancelled') throw new ApiError('deleted')
  if (isOrganizerCopy(target.row)) deleteMain(environment, target, sendUpdatesOf(call))
  else deleteCopy(call, target)
  return noContent
}

function deleteMain(environment: Environment, { row, stored }: Target, send: SendUpdates): EventRow {
  const cancelled = cancelRow(environment, row, stored)
  const reachesCopies = send !== 'none' || environment.switches.deleteWithoutUpdates === 'cancels-copies'
  if (reachesCopies) propagate(environment, cancelled.calendar, cancelled.series)
  notifyGuests(environment, row, cancelled, send)
  return cancelled
}

/** `*` forces. @throws ApiError 412 for a version that is not the stored one */
export function checkIfMatch({ headers }: Call, row: EventRow): void {
  const expected = headers['if-match']
  if (expected === undefined || expected.trim() === '*') return
  if (!expected.split(',').some((tag) => tag.trim() === etagOf(row))) throw new ApiError('conditionNotMet')
}
