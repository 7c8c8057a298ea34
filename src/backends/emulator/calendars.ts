/** The calendars resource (google-calendar-v3 reference §3.1). */

import { accessTo, realCalendarId } from './access.ts'
import { addCalendar, colorFor, conferenceProperties } from './accounts.ts'
import { noContent, resource, type Call, type JsonObject, type Reply } from './call.ts'
import { entriesFor, findAccount, writeCalendar, writeEntry } from './calendar-rows.ts'
import type { CalendarDocument, CalendarRow } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'
import { cancelRow, sameValue } from './event-write.ts'
import { present } from './event-view.ts'
import { searchEvents } from './event-rows.ts'
import { calendarEtag, newCalendarId } from './ids.ts'
import { mergePatch } from './merge-patch.ts'
import { readZone } from './times.ts'
import { nextEntryChange } from './versions.ts'

function calendarResource({ id, document }: CalendarRow): { readonly etag: string } {
  const { summary, description, location, timeZone, dataOwner, autoAcceptInvitations, labelProperties } = document
  const body = present({
    id, summary, description, location, timeZone, dataOwner,
    conferenceProperties: document.conferenceProperties, autoAcceptInvitations, labelProperties,
  })
  return { kind: 'calendar#calendar', etag: calendarEtag(body), ...body } as { readonly etag: string }
}

export const getCalendar = (call: Call): Reply => resource(calendarResource(accessTo(call, 'freeBusyReader').calendar))

/** Colour and the other members of list entries are ignored here. */
export function insertCalendar(call: Call): Reply {
  const { environment, account, body } = call
  const calendar = readCalendar(body, { timeZone: 'UTC', dataOwner: account, conferenceProperties })
  const id = newCalendarId(environment.random)
  const row = addCalendar(environment, {
    id, account, role: 'owner', calendar, entry: { ...colorFor(id), selected: true, defaultReminders: [] },
  })
  return resource(calendarResource(row))
}

function readCalendar(body: JsonObject, kept: Omit<CalendarDocument, 'summary'>): CalendarDocument {
  const text = (name: string): string | undefined => typeof body[name] === 'string' && body[name] !== '' ? body[name] : undefined
  const summary = text('summary')
  if (summary === undefined) throw missing('Required')
  return present({
    summary, description: text('description'), location: text('location'),
    timeZone: body['timeZone'] === undefined ? kept.timeZone : readZone(body['timeZone'], 'Invalid time zone value.'),
    dataOwner: kept.dataOwner,
    autoAcceptInvitations: body['autoAcceptInvitations'] === true || undefined,
    conferenceProperties: (body['conferenceProperties'] as object | undefined) ?? kept.conferenceProperties,
    labelProperties: body['labelProperties'] as object | undefined,
  }) as CalendarDocument
}

export const updateCalendar = (call: Call): Reply => writeWith(call, () => call.body)

export const patchCalendar = (call: Call): Reply => writeWith(call, (row) => mergePatch(calendarResource(row) as unknown as JsonObject, call.body))

function writeWith(call: Call, bodyFor: (row: CalendarRow) => JsonObject): Reply {
  const { calendar } = accessTo(call, 'owner')
  const expected = call.headers['if-match']
  if (expected !== undefined && expected !== '*' && expected !== calendarResource(calendar).etag) throw new ApiError('conditionNotMet')
  const document = readCalendar(bodyFor(calendar), calendar.document)
  const row = { ...calendar, document }
  if (!sameValue(document, calendar.document)) writeCalendar(call.environment.store, row)
  return resource(calendarResource(row))
}

/** The owner only, and never the primary one; it leaves everybody's list. */
export function deleteCalendar(call: Call): Reply {
  const { calendar } = accessTo(call, 'owner')
  const { store } = call.environment
  if (findAccount(store, calendar.id)) throw new ApiError('cannotDeletePrimaryCalendar')
  if (calendar.document.dataOwner !== undefined && calendar.document.dataOwner !== call.account) throw new ApiError('forbidden')
  writeCalendar(store, { ...calendar, isDeleted: true })
  for (const entry of entriesFor(store, calendar.id)) {
    writeEntry(store, { ...entry, updated: nextEntryChange(call.environment, entry.account), isDeleted: true })
  }
  return noContent
}

/** Deletes all events of the primary calendar. */
export function clearCalendar(call: Call): Reply {
  const { calendar } = accessTo(call, 'owner')
  if (calendar.id !== realCalendarId(call.account, 'primary')) throw invalid('Invalid Value')
  const { store } = call.environment
  const everything = { calendar: calendar.id, after: { updated: -1, id: undefined }, properties: [] }
  for (const row of searchEvents(store, everything, -1)) {
    if (row.kind === 'event' && row.status !== 'cancelled') cancelRow(call.environment, row, row)
  }
  return noContent
}

