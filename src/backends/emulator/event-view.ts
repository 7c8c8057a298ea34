/** Stored events as the API shows them (google-calendar-v3 reference §3.4, §6). */

import type { WireAttendee, WireEvent, WirePerson, WireReminders } from '../google/wire.ts'
import { calendarZone, type Access } from './access.ts'
import type { Call, Environment } from './call.ts'
import { formatMillis, formatSeconds } from './clock.ts'
import { roleReaches, type EventDocument, type EventRow, type StoredPerson } from './documents.ts'
import { htmlLink, instanceId } from './ids.ts'
import { timesOfInstance } from './series.ts'
import { readZone, recurrenceIdOf, timeOfRecurrenceId, wireTime, zoneOf } from './times.ts'

/** For whom and how events are shown. */
export interface View extends Access {
  readonly environment: Environment
  readonly account: string
  /** IANA zone of the dateTimes in the answer. */
  readonly zone: string
  readonly maxAttendees: number | undefined
  /** 'bare': deleted events show id and status only. */
  readonly deleted: 'full' | 'bare'
  /** 'all': also what the caller may not see; what a patch is applied to. */
  readonly parts: 'visible' | 'all'
}

/** The view that a call asks for. */
export function viewOf(call: Call, access: Access): View {
  const { environment, account, query } = call
  const asked = query.get('timeZone')
  const zone = asked ? readZone(asked, 'Invalid time zone value.') : calendarZone(environment, access.calendar)
  const most = Number(query.get('maxAttendees') ?? NaN)
  const maxAttendees = Number.isInteger(most) && most > 0 ? most : undefined
  return { ...access, environment, account, zone, maxAttendees, deleted: 'full', parts: 'visible' }
}

/** Whether this calendar holds the main copy, to which the others follow. */
export const isOrganizerCopy = (row: EventRow): boolean => isSame(row.document.organizer.email, row.calendar)

export const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** An instance that has no row of its own, as if it had one. */
export function instanceRow(master: EventRow, original: string, environment: Environment): EventRow {
  const { recurrence: _, ...document } = master.document
  const zone = 'at' in master.document.start ? { originalTimeZone: master.document.start.timeZone } : {}
  return {
    ...master, id: instanceId(master.id, original, environment.switches.instanceIds), original, kind: 'exception',
    document: { ...document, ...timesOfInstance(master.document, original), ...zone },
  }
}

export const etagOf = (row: EventRow): string => `"${row.etag}"`

export function eventResource(row: EventRow, view: View): WireEvent {
  const head = { kind: 'calendar#event', etag: etagOf(row), id: row.id }
  if (row.kind === 'vanished') return { ...head, status: 'cancelled' }
  if (row.status === 'cancelled' && view.parts === 'visible') {
    if (row.kind === 'exception') return { ...head, status: 'cancelled', ...placeInSeries(row, view) }
    if (view.deleted === 'bare' || !(isOrganizerCopy(row) || row.document.privateCopy)) return { ...head, status: 'cancelled' }
  }
  return showsDetails(row, view) ? detailed(row, view, head) : reduced(row, view, head)
}

type Head = Pick<WireEvent, 'kind' | 'etag' | 'id'>

/** Private events are details for writers only; who knows free/busy only sees no details at all. */
function showsDetails(row: EventRow, view: View): boolean {
  const isPrivate = row.document.visibility === 'private' || row.document.visibility === 'confidential'
  return view.parts === 'all' || roleReaches(view.role, isPrivate ? 'writer' : 'reader')
}

function reduced(row: EventRow, view: View, head: Head): WireEvent {
  const { document } = row
  return present({
    ...head, status: row.status, created: formatSeconds(row.created), updated: formatMillis(row.updated),
    ...times(row, view), transparency: document.transparency, visibility: document.visibility, iCalUID: row.uid,
    sequence: document.sequence, eventType: document.eventType,
  }) as object as WireEvent
}

function detailed(row: EventRow, view: View, head: Head): WireEvent {
  const { document } = row
  return present({
    ...head,
    status: row.status,
    htmlLink: htmlLink(linkedId(row), row.calendar),
    created: formatSeconds(row.created),
    updated: formatMillis(row.updated),
    summary: document.summary,
    description: document.description,
    location: document.location,
    colorId: document.colorId,
    eventLabelId: document.eventLabelId,
    creator: person(document.creator, row.calendar),
    organizer: person(document.organizer, row.calendar),
    ...times(row, view),
    endTimeUnspecified: document.endTimeUnspecified,
    transparency: document.transparency,
    visibility: document.visibility,
    iCalUID: row.uid,
    sequence: document.sequence,
    ...attendees(row, view),
    anyoneCanAddSelf: document.anyoneCanAddSelf,
    guestsCanInviteOthers: document.guestsCanInviteOthers,
    guestsCanModify: document.guestsCanModify,
    guestsCanSeeOtherGuests: document.guestsCanSeeOtherGuests,
    privateCopy: document.privateCopy,
    extendedProperties: extendedProperties(document),
    hangoutLink: document.hangoutLink,
    conferenceData: document.conferenceData,
    reminders: remindersFor(document, view.account),
    source: view.parts === 'all' || isSame(document.creator.email, view.account) ? document.source : undefined,
    attachments: document.attachments,
    ...document.typeProperties,
    eventType: document.eventType,
  }) as object as WireEvent
}

/** A master's link names its first instance. */
function linkedId({ id, document }: EventRow): string {
  return document.recurrence === undefined ? id : instanceId(id, recurrenceIdOf(document.start), 'derived')
}

function times(row: EventRow, view: View): Partial<WireEvent> {
  const { document } = row
  const zone = zoneOf(view.zone)
  const own = { start: wireTime(document.start, zone), end: wireTime(document.end, zone) }
  if (row.kind === 'exception') return { ...own, ...placeInSeries(row, view) }
  return document.recurrence === undefined ? own : { ...own, recurrence: [...document.recurrence] }
}

function placeInSeries(row: EventRow, view: View): Pick<WireEvent, 'recurringEventId' | 'originalStartTime'> {
  const original = timeOfRecurrenceId(row.original ?? '', row.document.originalTimeZone ?? view.zone)
  return { recurringEventId: row.series, originalStartTime: wireTime(original, zoneOf(view.zone)) }
}

function person({ email, displayName }: StoredPerson, calendar: string): WirePerson {
  return present({ email, displayName, self: isSame(email, calendar) || undefined })
}

/** A guest who may not see the others sees the own row and the organizer's. */
function attendees(row: EventRow, view: View): Pick<WireEvent, 'attendees' | 'attendeesOmitted'> {
  const { document } = row
  const all: WireAttendee[] = (document.attendees ?? []).map(({ email, displayName, ...rest }) => present({
    email, displayName,
    organizer: isSame(email, document.organizer.email) || undefined,
    self: isSame(email, row.calendar) || undefined,
    ...rest,
  }) as WireAttendee)
  if (all.length === 0) return {}
  const hides = document.guestsCanSeeOtherGuests === false && !isOrganizerCopy(row) && view.parts === 'visible'
  const known = hides ? all.filter(({ self, organizer }) => self || organizer) : all
  if (view.maxAttendees === undefined || known.length <= view.maxAttendees) return { attendees: known }
  return { attendees: known.filter(({ self }) => self), attendeesOmitted: true }
}

function extendedProperties(document: EventDocument): WireEvent['extendedProperties'] {
  const { privateProperties, sharedProperties } = document
  return privateProperties || sharedProperties ? present({ private: privateProperties, shared: sharedProperties }) : undefined
}

/** Timed events follow the calendar's default reminders unless told otherwise, all-day events have none. */
function remindersFor(document: EventDocument, account: string): WireReminders {
  return document.reminders?.[account] ?? { useDefault: 'at' in document.start }
}

/** Without the members that are undefined: absent in JSON, and absent for readers in process. */
export function present<T extends object>(members: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(members)) {
    const value = members[name as keyof T]
    if (value !== undefined) out[name] = value
  }
  return out as { [Name in keyof T]: Exclude<T[Name], undefined> }
}
