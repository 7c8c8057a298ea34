/**
 * What a guest may write in the own copy (google-calendar-v3 reference §10.1): the answer, reminders, colour, private properties,
 * transparency and visibility. The rest belongs to the organizer, who may open it to the guests.
 */

import type { Call, Environment } from './call.ts'
import type { EventDocument, EventRow, StoredAttendee } from './documents.ts'
import { ApiError } from './errors.ts'
import type { ReadEvent } from './event-body.ts'
import { findEvent } from './event-rows.ts'
import { isSame, present } from './event-view.ts'
import { cancelRow, followMaster, sameValue, storeRow } from './event-write.ts'
import type { Target } from './events.ts'
import { changeMain, mainRow, withAnswer } from './guests.ts'
import { notifyGuests, notifyOrganizer, sendUpdatesOf } from './mails.ts'

const sharedFields = [
  'summary', 'description', 'location', 'start', 'end', 'endTimeUnspecified', 'recurrence', 'anyoneCanAddSelf', 'guestsCanInviteOthers',
  'guestsCanModify', 'guestsCanSeeOtherGuests', 'sharedProperties', 'conferenceData', 'attachments', 'source',
] as const
const organizersOnly = ['anyoneCanAddSelf', 'guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests'] as const

/**
 * Stores a guest's write.
 * @throws ApiError 403 forbiddenForNonOrganizer for changes of what is shared
 */
export function writeCopy(call: Call, target: Target, read: ReadEvent): EventRow {
  const { environment } = call
  const { row } = target
  if (read.status === 'cancelled' && row.status !== 'cancelled') return deleteCopy(call, target)
  const changed = sharedFields.filter((name) => !sameValue(read.document[name], row.document[name]))
  checkShared(row, changed)
  const own = ownRow(read.document, row.calendar)
  const answer = own && !sameValue(answerOf(own), answerOf(ownRow(row.document, row.calendar))) ? answerOf(own) : undefined
  if (row.document.privateCopy) return storePrivately(environment, target, read, answer)
  if (row.status === 'cancelled') throw new ApiError('forbidden')
  carryToMain(call, row, read, changed, answer)
  return storeOwnParts(environment, row, read.document, answer)
}

function storePrivately(environment: Environment, { row, stored: before }: Target, read: ReadEvent, answer: Answer | undefined): EventRow {
  const stored = storeRow(environment, { ...row, status: read.status, document: withOldGuests(read.document, row, answer) }, before)
  if (before?.kind === 'event') followMaster(environment, before, stored, environment.switches.copyEdits === 'followed')
  return stored
}

function checkShared(row: EventRow, changed: readonly (keyof EventDocument)[]): void {
  const forbidden = row.document.privateCopy || row.document.guestsCanModify ? changed.filter((name) => organizersOnly.includes(name as never)) : changed
  if (forbidden.length > 0) throw new ApiError('forbiddenForNonOrganizer')
}

const ownRow = (document: EventDocument, account: string): StoredAttendee | undefined =>
  document.attendees?.find(({ email }) => isSame(email, account))

type Answer = Pick<StoredAttendee, 'responseStatus' | 'comment' | 'additionalGuests'>

function answerOf(row: StoredAttendee | undefined): Answer | undefined {
  return row && (present({ responseStatus: row.responseStatus, comment: row.comment, additionalGuests: row.additionalGuests }) as Answer)
}

/** Others' answers in a guest's write are ignored. */
function withOldGuests(document: EventDocument, row: EventRow, answer: Answer | undefined): EventDocument {
  const { attendees: _, ...rest } = document
  const attendees = row.document.attendees
  const kept = attendees === undefined ? rest : { ...rest, attendees }
  return answer ? withAnswer(kept, row.calendar, answer) : kept
}

function carryToMain(call: Call, row: EventRow, read: ReadEvent, changed: readonly (keyof EventDocument)[], answer: Answer | undefined): void {
  const { environment } = call
  const before = mainRow(environment, row)
  const added = row.document.guestsCanInviteOthers === false ? [] : newGuests(row, read.document)
  const isCarried = changeMain(environment, row, (document) => {
    const answered = answer ? withAnswer(document, row.calendar, answer) : document
    const edited = present({ ...answered, ...Object.fromEntries(changed.map((name) => [name, read.document[name]])) }) as EventDocument
    return added.length === 0 ? edited : { ...edited, attendees: [...(edited.attendees ?? []), ...added] }
  })
  const after = isCarried ? mainRow(environment, row) : undefined
  if (!before || !after) return
  const send = sendUpdatesOf(call)
  if (answer) notifyOrganizer(environment, row, send)
  if (changed.length + added.length > 0) notifyGuests(environment, before.row, after.row, send)
}

const newGuests = (row: EventRow, document: EventDocument): StoredAttendee[] =>
  (document.attendees ?? []).filter(({ email }) => !(row.document.attendees ?? []).some((known) => isSame(known.email, email)))

/** On the copy as it is after the organizer's side has changed. */
function storeOwnParts(environment: Environment, row: EventRow, read: EventDocument, answer: Answer | undefined): EventRow {
  const stored = findEvent(environment.store, row.calendar, row.id)
  const current = (stored ?? row).document
  const own = present({
    ...current, colorId: read.colorId, privateProperties: read.privateProperties, reminders: read.reminders,
    transparency: read.transparency, visibility: read.visibility,
  }) as EventDocument
  return storeRow(environment, { ...(stored ?? row), document: answer ? withAnswer(own, row.calendar, answer) : own }, stored)
}

/** A guest's delete declines, and takes the copy out of the guest's calendar only. */
export function deleteCopy(call: Call, { row }: Target): EventRow {
  const { environment } = call
  const declined = { responseStatus: 'declined' }
  const isTold = changeMain(environment, row, (document) => withAnswer(document, row.calendar, declined))
  if (isTold) notifyOrganizer(environment, row, sendUpdatesOf(call))
  const stored = findEvent(environment.store, row.calendar, row.id)
  return cancelRow(environment, { ...(stored ?? row), document: withAnswer((stored ?? row).document, row.calendar, declined) }, stored)
}
