/** One row of the service as an event of the model. */

import { emailAddress, sameAddress } from '../../../calendar/identifiers.ts'
import { colorNameOf } from '../members/colors.ts'
import { looksLikeHtml, textOfHtml } from '../members/html.ts'
import { marks } from '../marks.ts'
import { hasOrganizerNote, readAcknowledgement, readCancellation } from '../members/noted.ts'
import { readReminders } from '../members/reminders.ts'
import { readAgent } from '../members/schedule-agents.ts'
import { shownText } from './shown-text.ts'
import { durationBetween, readStamp, readTime } from '../members/times.ts'
import { wasOrganizerTold, wereGuestsTold } from '../writing/told-notes.ts'
import type { Attachment, Attendee, Conference, Event, EventTime, ParticipationStatus } from '../../../calendar/event.ts'
import type { CalendarId, TimeZoneId } from '../../../calendar/identifiers.ts'
import type { CalendarFrame } from '../frame.ts'
import type { WireAttendee, WireEntryPoint, WireEvent } from '../wire.ts'

/** While it is put together: member by member, as spreading an object for each of them takes longer than all the rest. */
type Draft<Whole = Event> = { -readonly [Member in keyof Whole]: Whole[Member] }

/** One row as an event, with all it has. @throws RangeError */
export function readEvent(row: WireEvent, frame: CalendarFrame, isRecurring = false): Event {
  const reading = { zone: frame.zone, isFloating: isFloating(row) }
  const start = readTime(row.start, { ...reading, isRecurring })
  const event = { start, end: readEnd(row, start, reading) } as Draft
  readTexts(event, row)
  readKind(event, row)
  readPeople(event, row)
  event.alarms = readReminders(row.reminders, frame.defaultReminders)
  const acknowledged = readAcknowledgement(row)
  if (acknowledged !== undefined) event.acknowledged = acknowledged
  event.conferences = readConferences(row)
  event.attachments = readAttachments(row)
  event.sequence = readSequence(row)
  readStamps(event, row)
  if (row.eventType && row.eventType !== 'default') event.eventType = row.eventType
  return event
}

/** Of a private copy as its organizer has told it, where that was noted. */
export function readSequence({ privateCopy, sequence = 0, extendedProperties }: WireEvent): number {
  const told = privateCopy === true ? Number(extendedProperties?.private?.[marks.sequence] ?? sequence) : sequence
  return Number.isFinite(told) ? Math.max(0, Math.trunc(told)) : 0
}

function readTexts(event: Draft, row: WireEvent): void {
  const summary = shownText(row.summary)
  const stored = shownText(row.description)
  const location = shownText(row.location)
  if (summary) event.summary = summary
  if (stored) {
    const isHtml = looksLikeHtml(stored)
    event.description = isHtml ? textOfHtml(stored) : stored
    if (isHtml) event.htmlDescription = stored
  }
  if (location) event.location = location
}

function readKind(event: Draft, row: WireEvent): void {
  const cancellation = readCancellation(row)
  const color = row.colorId === undefined ? undefined : colorNameOf(row.colorId)
  event.status = cancellation?.status ?? (row.status === 'tentative' ? 'tentative' : 'confirmed')
  event.transparency = cancellation?.transparency ?? row.transparency ?? 'opaque'
  event.visibility = row.visibility ?? 'default'
  if (color) event.color = color
  const url = shownText(row.source?.url).trim()
  if (url) event.url = url
}

function readStamps(event: Draft, row: WireEvent): void {
  const [created, updated] = [readStamp(row.created), readStamp(row.updated)]
  if (created !== undefined) event.created = created
  if (updated !== undefined) event.updated = updated
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [P in K]?: V }
}

function readEnd(row: WireEvent, start: EventTime, reading: { zone: TimeZoneId; isFloating: boolean }): EventTime {
  const told = row.end === undefined || row.endTimeUnspecified === true ? start : readTime(row.end, { ...reading, isRecurring: false })
  if ((start.kind === 'date') !== (told.kind === 'date')) throw new RangeError('start and end are of two kinds')
  if (start.kind === 'date' && told.kind === 'date') return told.date > start.date ? told : nextDay(start.date)
  return durationBetween(start, told, reading.zone) < 0 ? start : told
}

/** Old rows have all-day events without a length: they last a day. */
function nextDay(date: string): EventTime {
  const time = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)
  return readTime({ date: time }, { zone: 'UTC' as TimeZoneId, isFloating: false, isRecurring: false })
}

/** Who organizes an event without guests is nobody's business but the calendar's: it is told where there are guests, it is another, or a client did. */
function readPeople(event: Draft, row: WireEvent): void {
  const isOwnCopy = row.organizer?.self === true
  const guests = shownAttendees(row)
  const areTold = isOwnCopy && guests.length > 0 && wereGuestsTold(row)
  const attendees = guests.flatMap((attendee) => readAttendee(attendee, row, areTold) ?? [])
  const address = emailAddress(row.organizer?.email ?? '')
  if (address !== undefined && (!isOwnCopy || attendees.length > 0 || hasOrganizerNote(row))) {
    const displayName = row.organizer?.displayName ?? row.attendees?.find((attendee) => attendee.organizer === true)?.displayName
    const status = !isOwnCopy && wasOrganizerTold(row) ? sent : undefined
    const agent = isOwnCopy ? 'server' : readAgent(row, address)
    event.organizer = { address, ...present('displayName', shownText(displayName)), ...(agent !== 'server' && { scheduleAgent: agent }), ...present('scheduleStatus', status) }
  }
  event.attendees = attendees
}

/** RFC 6638 §3.2.9: the message went out, and nobody tells whether it arrived. */
const sent = '1.1'

/** Without the row that was only added so that import takes the event, as long as nobody has answered in it. */
export function shownAttendees(row: WireEvent): readonly WireAttendee[] {
  const isAdded = row.extendedProperties?.private?.[marks.self] === '1'
  const attendees = row.attendees ?? []
  return !isAdded ? attendees : attendees.filter((attendee) => !(attendee.self === true && (attendee.responseStatus ?? 'needsAction') === 'needsAction'))
}

const participations = {
  needsAction: 'needs-action', accepted: 'accepted', declined: 'declined', tentative: 'tentative',
} satisfies Record<NonNullable<WireAttendee['responseStatus']>, ParticipationStatus>

/** @returns undefined for rows without an address, which no ATTENDEE can be */
function readAttendee(attendee: WireAttendee, row: WireEvent, areTold: boolean): Attendee | undefined {
  const address = emailAddress(attendee.email ?? '')
  if (address === undefined) return undefined
  const scheduleAgent = readAgent(row, address)
  const isTold = areTold && scheduleAgent === 'server' && attendee.self !== true && !sameAddress(address, row.organizer?.email ?? '')
  const [displayName, comment] = [shownText(attendee.displayName), shownText(attendee.comment)]
  const read = { address } as Draft<Attendee>
  if (displayName) read.displayName = displayName
  read.participation = participations[attendee.responseStatus ?? 'needsAction']
  read.isOptional = attendee.optional === true
  read.isResource = attendee.resource === true
  if (comment) read.comment = comment
  read.additionalGuests = Math.max(0, Math.trunc(attendee.additionalGuests ?? 0))
  read.scheduleAgent = scheduleAgent
  if (isTold) read.scheduleStatus = sent
  return read
}

/** RFC 7986 §6.3 by the type of entry point; `more` and unknown ones tell no feature. */
const features: Readonly<Record<string, readonly string[]>> = { video: ['AUDIO', 'VIDEO'], phone: ['AUDIO', 'PHONE'], sip: ['AUDIO', 'VIDEO'] }

function readConferences(row: WireEvent): readonly Conference[] {
  const points = row.conferenceData?.entryPoints
  if (points !== undefined) return points.flatMap((point) => readEntryPoint(point) ?? [])
  return row.hangoutLink === undefined ? [] : [{ uri: row.hangoutLink, features: ['AUDIO', 'VIDEO'] }]
}

function readEntryPoint({ uri, label, entryPointType }: WireEntryPoint): Conference | undefined {
  return uri === undefined ? undefined : { uri, features: features[entryPointType ?? ''] ?? [], ...present('label', shownText(label)) }
}

function readAttachments(row: WireEvent): readonly Attachment[] {
  return row.attachments === undefined ? [] : row.attachments.flatMap(({ fileUrl, title, mimeType }) =>
    (fileUrl === undefined ? [] : [{ uri: fileUrl, ...present('title', shownText(title)), ...present('mediaType', shownText(mimeType)) }]))
}

/** Somebody else's calendar holds the main copy, or the row says that nobody may change it. */
export function isGuestCopy({ organizer, locked }: WireEvent, calendar: CalendarId): boolean {
  if (locked === true) return true
  return organizer !== undefined && organizer.self !== true && !sameAddress(organizer.email ?? '', calendar)
}

/** The calendar's own row in a guest list. */
export function isOwnRow(attendee: WireAttendee, calendar: CalendarId): boolean {
  return attendee.self === true || sameAddress(attendee.email ?? '', calendar)
}

/** The zone of the times is only where they are kept. */
export function isFloating(row: WireEvent): boolean {
  return row.extendedProperties?.private?.[marks.floating] === '1'
}
