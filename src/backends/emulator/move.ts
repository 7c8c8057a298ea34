/** events.move: the event leaves one calendar for another, whose owner becomes its organizer (google-calendar-v3 reference §6.5). */

import { accessTo } from './access.ts'
import { parameter, resource, type Call, type Reply } from './call.ts'
import { ApiError, missing } from './errors.ts'
import { findEvent, removeEvent, seriesRows } from './event-rows.ts'
import { eventResource, isOrganizerCopy, viewOf } from './event-view.ts'
import { cancelRow, storeRow } from './event-write.ts'
import { checkIfMatch, findTarget, ownOrganizer } from './events.ts'
import { propagate } from './guests.ts'
import { notifyGuests, sendUpdatesOf } from './mails.ts'

export function moveEvent(call: Call): Reply {
  const { environment } = call
  const { store } = environment
  const destination = call.query.get('destination')
  if (!destination) throw missing('Required')
  const source = accessTo(call, 'writerWithoutPrivateAccess')
  const target = accessTo(call, 'writerWithoutPrivateAccess', destination)
  const { row } = findTarget(environment, source.calendar, parameter(call, 'eventId'))
  checkIfMatch(call, row)
  // Moved before: the source answers with what it still knows, the organizer being elsewhere already.
  const isMoved = row.status === 'cancelled' && !isOrganizerCopy(row) && findEvent(store, target.calendar.id, row.id) !== undefined
  if (isMoved || source.calendar.id === target.calendar.id) return resource(eventResource(row, { ...viewOf(call, source), parts: 'all' }))
  if (row.kind === 'exception') throw new ApiError('cannotChangeOrganizerOfInstance')
  if (row.status === 'cancelled') throw new ApiError('deleted')
  if (!isOrganizerCopy(row)) throw new ApiError('cannotChangeOrganizer')
  if (row.document.eventType !== 'default') throw new ApiError('eventTypeRestriction')
  const there = findEvent(store, target.calendar.id, row.id)
  if (there && there.status !== 'cancelled') throw new ApiError('duplicate')
  const organizer = ownOrganizer(target.calendar)
  if (there) removeEvent(store, there.calendar, there.id)
  for (const each of seriesRows(store, row.calendar, row.series)) {
    storeRow(environment, { ...each, calendar: target.calendar.id, document: { ...each.document, organizer } }, undefined)
  }
  store.run('update events set created = ? where calendar = ? and series = ?', row.created, target.calendar.id, row.series)
  cancelRow(environment, { ...row, document: { ...row.document, organizer, sequence: row.document.sequence - 1 } }, row)
  const moved = findTarget(environment, target.calendar, row.id).row
  propagate(environment, target.calendar.id, row.series)
  notifyGuests(environment, row, moved, sendUpdatesOf(call))
  return resource(eventResource(moved, viewOf(call, target)))
}
