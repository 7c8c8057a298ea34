/** What clients send as an event, read into a document (google-calendar-v3 reference §3.4). Read-only members are ignored, not refused. */

import type { WireAttachment, WireConference, WireReminder, WireReminders } from '../google/wire.ts'
import { calendarZone } from './access.ts'
import { flag, objectsIn, type Call, type JsonObject } from './call.ts'
import { isEventColor } from './colors.ts'
import type { CalendarRow, EventDocument, EventRow, EventStatus, Properties, StoredAttendee, StoredPerson, StoredTime } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'
import { isSame, present } from './event-view.ts'
import { readRecurrence } from './series.ts'
import { momentOf, readEventTime, zoneOf } from './times.ts'

/** Around a body: where it goes, and what is there. */
export interface Writing {
  readonly call: Call
  readonly calendar: CalendarRow
  /** The event as it is, an instance without a row included. */
  readonly previous: EventRow | undefined
  readonly organizer: StoredPerson
  /** 'import' takes any sequence and no event type. */
  readonly kind: 'write' | 'import'
}

export interface ReadEvent {
  readonly document: EventDocument
  readonly status: EventStatus
}

/** Special event types, and the member that holds what is special. */
const typeMembers = {
  birthday: 'birthdayProperties', focusTime: 'focusTimeProperties', outOfOffice: 'outOfOfficeProperties', workingLocation: 'workingLocationProperties',
} as const

/**
 * Reads a whole event; what it leaves out has its default.
 * @throws ApiError 400 for whatever the service refuses
 */
export function readEvent(body: JsonObject, writing: Writing): ReadEvent {
  const { calendar, previous } = writing
  const zone = calendarZone(writing.call.environment, calendar)
  const isException = previous?.kind === 'exception'
  const start = readEventTime(body['start'], 'start', zone)
  const end = readEventTime(body['end'], 'end', zone)
  checkOrder(start, end, zone)
  const recurrence = isException ? undefined : recurrenceOf(body, start, writing)
  const eventType = eventTypeOf(body, writing)
  const read = present({
    summary: text(body, 'summary'),
    description: text(body, 'description'),
    location: text(body, 'location'),
    colorId: colorOf(body),
    eventLabelId: writing.call.query.get('eventLabelVersion') === '1' ? text(body, 'eventLabelId') : previous?.document.eventLabelId,
    creator: previous?.document.creator ?? { email: writing.call.account },
    organizer: writing.organizer,
    start,
    end,
    endTimeUnspecified: body['endTimeUnspecified'] === true || undefined,
    originalTimeZone: previous?.document.originalTimeZone,
    recurrence,
    transparency: oneOf(body, 'transparency', ['opaque', 'transparent']),
    visibility: oneOf(body, 'visibility', ['default', 'public', 'private', 'confidential']),
    sequence: 0,
    attendees: attendeesOf(body['attendees'], previous),
    anyoneCanAddSelf: body['anyoneCanAddSelf'] === true || undefined,
    guestsCanInviteOthers: body['guestsCanInviteOthers'] === false ? false : undefined,
    guestsCanModify: body['guestsCanModify'] === true || undefined,
    guestsCanSeeOtherGuests: body['guestsCanSeeOtherGuests'] === false ? false : undefined,
    privateCopy: isSame(writing.organizer.email, calendar.id) ? undefined : previous === undefined || writing.kind === 'import' || previous.document.privateCopy,
    ...extendedPropertiesOf(body),
    ...conferenceOf(body, writing),
    reminders: remindersOf(body, start, writing),
    source: objectOf(body, 'source'),
    attachments: attachmentsOf(body, writing),
    eventType,
    typeProperties: typePropertiesOf(body, eventType),
  }) as EventDocument
  return { document: { ...read, sequence: sequenceOf(body, read, writing) }, status: statusOf(body) }
}

function statusOf(body: JsonObject): EventStatus {
  return (oneOf(body, 'status', ['confirmed', 'tentative', 'cancelled']) ?? 'confirmed') as EventStatus
}

function checkOrder(start: StoredTime, end: StoredTime, calendarZone: string): void {
  if ('date' in start !== 'date' in end) throw invalid('Start and end times must either both be date or both be dateTime.')
  const zone = zoneOf(calendarZone)
  const length = momentOf(end, zone) - momentOf(start, zone)
  if (length < 0 || ('date' in start && length === 0)) throw new ApiError('timeRangeEmpty')
}

function recurrenceOf(body: JsonObject, start: StoredTime, { call }: Writing): readonly string[] | undefined {
  const lines = body['recurrence']
  if (lines === undefined || lines === null || (Array.isArray(lines) && lines.length === 0)) return undefined
  if (!Array.isArray(lines)) throw invalid('Invalid Value')
  for (const which of ['start', 'end'] as const) {
    if ('at' in start && !(body[which] as JsonObject)['timeZone']) throw missing(`Missing time zone definition for ${which} time.`)
  }
  return readRecurrence(lines, start, call.environment.switches)
}

/** Sending less than stored is refused; a move in time counts one up; leaving it out is always safe (reference §4.5). */
function sequenceOf(body: JsonObject, read: EventDocument, { previous, kind }: Writing): number {
  const given = body['sequence']
  if (given !== undefined && !(Number.isInteger(given) && Number(given) >= 0)) throw invalid('Invalid Value')
  const stored = previous?.document.sequence ?? 0
  if (kind === 'import') return Number(given ?? stored)
  if (given !== undefined && Number(given) < stored) throw invalid(lowSequence)
  const isMoved = previous !== undefined && !(sameTime(previous.document.start, read.start) && sameTime(previous.document.end, read.end))
  return Math.max(Number(given ?? 0), stored + (isMoved ? 1 : 0))
}

const lowSequence = 'Invalid sequence value. The specified sequence number is below the current sequence number of the resource. '
  + 'Re-fetch the resource and use its sequence number on the following request.'

const sameTime = (a: StoredTime, b: StoredTime): boolean =>
  'at' in a ? 'at' in b && a.at === b.at : 'date' in b && a.date === b.date

/** Empty text is as good as none. */
function text(body: JsonObject, name: string): string | undefined {
  const value = body[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw invalid('Invalid Value')
  return value
}

/** @param values the first is the default, which is not kept */
function oneOf(body: JsonObject, name: string, values: readonly [string, ...string[]]): string | undefined {
  const value = text(body, name)
  if (value === undefined || value === values[0]) return undefined
  if (!values.includes(value)) throw invalid(`Invalid value '${value}'. Values must match the following: ${values.join(', ')}`)
  return value
}

function colorOf(body: JsonObject): string | undefined {
  const id = text(body, 'colorId')
  if (id !== undefined && !isEventColor(id)) throw invalid('Invalid color id.')
  return id
}

/** What is left out of a guest's row has its default; a guest is a resource from the first time on or never. */
function attendeesOf(value: unknown, previous: EventRow | undefined): readonly StoredAttendee[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw invalid('Invalid Value')
  const known = new Map((previous?.document.attendees ?? []).map((attendee) => [attendee.email.toLowerCase(), attendee]))
  const rows = new Map<string, StoredAttendee>()
  for (const each of value as JsonObject[]) {
    const row = attendeeOf(each, known)
    if (!rows.has(row.email.toLowerCase())) rows.set(row.email.toLowerCase(), row)
  }
  return rows.size === 0 ? undefined : [...rows.values()]
}

const answers = ['needsAction', 'declined', 'tentative', 'accepted']

function attendeeOf(each: JsonObject, known: ReadonlyMap<string, StoredAttendee>): StoredAttendee {
  const email = text(each ?? {}, 'email')
  if (email === undefined) throw missing('Missing attendee email.')
  const before = known.get(email.toLowerCase())
  const responseStatus = text(each, 'responseStatus') ?? 'needsAction'
  if (!answers.includes(responseStatus)) throw invalid('Invalid attendee response status.')
  return present({
    email,
    displayName: text(each, 'displayName'),
    resource: (before ? before.resource : each['resource'] === true) || undefined,
    optional: each['optional'] === true || undefined,
    responseStatus,
    comment: text(each, 'comment'),
    additionalGuests: Number(each['additionalGuests'] ?? 0) || undefined,
  }) as StoredAttendee
}

/** Too long names are dropped and too long values cut, silently; too many are refused. */
function extendedPropertiesOf(body: JsonObject): { privateProperties?: Properties; sharedProperties?: Properties } {
  const both = objectOf(body, 'extendedProperties') as JsonObject | undefined
  const read = (name: string): Properties | undefined => {
    const kept = Object.entries((both?.[name] ?? {}) as JsonObject).filter(([key, value]) => key.length <= 44 && value !== null)
    return kept.length === 0 ? undefined : Object.fromEntries(kept.map(([key, value]) => [key, String(value).slice(0, 1024)]))
  }
  const privateProperties = read('private')
  const sharedProperties = read('shared')
  const all = [...Object.entries(privateProperties ?? {}), ...Object.entries(sharedProperties ?? {})]
  const size = all.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (all.length > 300 || size > 32_768) throw invalid('Too many or too large extended properties.')
  return { ...(privateProperties ? { privateProperties } : {}), ...(sharedProperties ? { sharedProperties } : {}) }
}

/** Without conferenceDataVersion=1 conference data in a body means nothing, and what is stored stays. */
function conferenceOf(body: JsonObject, { call, previous }: Writing): Pick<EventDocument, 'conferenceData' | 'hangoutLink'> {
  if (call.query.get('conferenceDataVersion') !== '1') {
    const { conferenceData, hangoutLink } = previous?.document ?? {}
    return { ...(hangoutLink ? { hangoutLink } : {}), ...(conferenceData ? { conferenceData } : {}) }
  }
  const data = objectOf(body, 'conferenceData') as (WireConference & JsonObject) | undefined
  if (data === undefined) return {}
  return createdConference(data) ?? { conferenceData: data, ...(typeof body['hangoutLink'] === 'string' ? { hangoutLink: body['hangoutLink'] } : {}) }
}

/** A create request succeeds at once; its id makes the answer repeatable. */
function createdConference(data: WireConference & JsonObject): Pick<EventDocument, 'conferenceData' | 'hangoutLink'> | undefined {
  const request = data['createRequest'] as JsonObject | undefined
  if (request === undefined || data.entryPoints !== undefined) return undefined
  const letters = [...String(request['requestId'] ?? '')].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 26 ** 10, 7)
  const code = letters.toString(26).padStart(10, '0').replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? 'q')
  const conferenceId = `${code.slice(0, 3)}-${code.slice(3, 7)}-${code.slice(7)}`
  const uri = `https://meet.google.com/${conferenceId}`
  return {
    hangoutLink: uri,
    conferenceData: {
      createRequest: { ...request, status: { statusCode: 'success' } },
      entryPoints: [{ entryPointType: 'video', uri, label: uri.slice('https://'.length) }],
      conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet' },
      conferenceId,
    },
  }
}

/** Everybody's reminders with the caller's changed; the default for the kind of event is not kept. */
function remindersOf(body: JsonObject, start: StoredTime, { call, previous }: Writing): EventDocument['reminders'] {
  const { [call.account]: _, ...others } = previous?.document.reminders ?? {}
  const own = readReminders(objectOf(body, 'reminders') as JsonObject | undefined, 'at' in start)
  const all = own === undefined ? others : { ...others, [call.account]: own }
  return Object.keys(all).length === 0 ? undefined : all
}

function readReminders(given: JsonObject | undefined, isTimed: boolean): WireReminders | undefined {
  if (given === undefined) return undefined
  const overrides = remindersIn(given['overrides'])
  const useDefault = given['useDefault'] === true
  if (useDefault && overrides.length > 0) throw new ApiError('cannotUseDefaultRemindersAndSpecifyOverride')
  if (overrides.length > 5) throw invalid('Too many override reminders specified.')
  if (overrides.length > 0) return { useDefault: false, overrides }
  return useDefault === isTimed ? undefined : { useDefault }
}

/** @throws ApiError 400 for what is no list, and for methods and minutes that no reminder has */
export function remindersIn(list: unknown): WireReminder[] {
  const reminders = (objectsIn(list) as readonly WireReminder[]).map(({ method, minutes }) => ({ method, minutes }))
  for (const reminder of reminders) checkReminder(reminder)
  return reminders
}

function checkReminder({ method, minutes }: WireReminder): void {
  if (method === undefined || minutes === undefined) throw missing('Missing reminder method or minutes.')
  const fits = (method === 'email' || method === 'popup') && Number.isInteger(minutes) && minutes >= 0 && minutes <= 40_320
  if (!fits) throw invalid('Invalid override reminder.')
}

/** Ignored without supportsAttachments=true, and what is stored stays. */
function attachmentsOf(body: JsonObject, { call, previous }: Writing): readonly WireAttachment[] | undefined {
  if (flag(call, 'supportsAttachments') !== true) return previous?.document.attachments
  const given = (body['attachments'] ?? []) as WireAttachment[]
  if (!Array.isArray(given) || given.length > 25) throw invalid('Invalid Value')
  for (const { fileUrl } of given) if (!fileUrl) throw missing('Missing file URL.')
  return given.length === 0 ? undefined : given.map(({ fileUrl, title, mimeType, iconLink, fileId }) =>
    present({ fileUrl, title, mimeType, iconLink, fileId }))
}

/** The type never changes; some types live in the primary calendar only, one is never made by clients. */
function eventTypeOf(body: JsonObject, { previous, kind, calendar, call }: Writing): string {
  if (kind === 'import') return 'default'
  const given = text(body, 'eventType') ?? previous?.document.eventType ?? 'default'
  if (previous !== undefined && given !== previous.document.eventType) throw invalid('Event type cannot be changed.')
  if (given !== 'default' && !(given in typeMembers) && previous === undefined) throw new ApiError('eventTypeRestriction')
  if (given !== 'default' && calendar.id !== call.account) throw new ApiError('eventTypeRestriction')
  return given
}

function typePropertiesOf(body: JsonObject, eventType: string): Readonly<Record<string, unknown>> | undefined {
  const member = Object.hasOwn(typeMembers, eventType) ? typeMembers[eventType as keyof typeof typeMembers] : undefined
  const value = member && objectOf(body, member)
  return member && value ? { [member]: value } : undefined
}

function objectOf(body: JsonObject, name: string): object | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('Invalid Value')
  return value
}
