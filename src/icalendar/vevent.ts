/** VEVENT (RFC 5545 §3.6.1): one event of the model, both ways. */

import type { Event } from '../calendar/event.ts'
import { instant } from '../calendar/identifiers.ts'
import type { EmailAddress, EventUid, Instant } from '../calendar/identifiers.ts'
import { formatAcknowledgement, parseAcknowledgement } from './acknowledgement.ts'
import { formatAlarm, formatDefaultAlarmsMark, parseAlarms } from './alarms.ts'
import { unfit } from './calendar-data-error.ts'
import { component, parameter, property } from './component.ts'
import type { Component, Parameter, Property } from './component.ts'
import { formatInstant, parseDateTimeValue } from './date-time.ts'
import { formatPeriod } from './event-period.ts'
import type { Period } from './event-period.ts'
import type { ZoneUse } from './event-time.ts'
import { defaultLimits } from './limits.ts'
import { formatAttachment, formatConference, parseAttachment, parseConference } from './links.ts'
import { formatAttendee, formatOrganizer, parseAttendees, parseOrganizer } from './people.ts'
import type { PropertyIndex } from './property-index.ts'
import { formatShown, withRemoved } from './shown.ts'
import { escapeText, parseUri, unescapeText } from './text.ts'
import type { TimeScope } from './time-scope.ts'

/** Says what kind of event the backend holds ({@link Event.eventType}). */
const eventTypeName = 'X-CALGATE-EVENT-TYPE'

/**
 * @param times of the event, already read
 * @throws CalendarDataError where a value that the model has cannot be read
 */
export function parseEvent(properties: PropertyIndex, times: Period, scope: TimeScope): Event {
  const organizer = properties.one('ORGANIZER')
  const event: Event = {
    start: times.start,
    end: times.end,
    status: statusOf(keywordOf(properties, 'STATUS')),
    transparency: keywordOf(properties, 'TRANSP') === 'TRANSPARENT' ? 'transparent' : 'opaque',
    visibility: visibilityOf(keywordOf(properties, 'CLASS')),
    attendees: parseAttendees(attendeeLines(properties)),
    alarms: parseAlarms(properties.component, scope),
    conferences: properties.all('CONFERENCE').flatMap(parseConference),
    attachments: properties.all('ATTACH').flatMap(parseAttachment),
    sequence: sequenceOf(properties),
  }
  return withRemoved(addPresent(event, {
    summary: textOf(properties, 'SUMMARY'),
    description: textOf(properties, 'DESCRIPTION'),
    htmlDescription: htmlOf(properties),
    location: textOf(properties, 'LOCATION'),
    color: colorOf(keywordOf(properties, 'COLOR')),
    url: uriOf(properties),
    organizer: organizer && parseOrganizer(organizer),
    acknowledged: parseAcknowledgement(properties.component),
    created: momentOf(properties, 'CREATED'),
    updated: momentOf(properties, 'LAST-MODIFIED'),
    comment: unescapeText(properties.all('COMMENT')[0]?.value ?? '') || undefined,
    eventType: textOf(properties, eventTypeName),
  }), properties)
}

/** Empty text counts as none. */
function textOf(properties: PropertyIndex, name: string): string | undefined {
  const found = properties.one(name)
  return found && unescapeText(readable(found))
}

/** ENCODING is of vCalendar 1.0: taken as text, such a value would come back as gibberish. */
function readable(property: Property): string {
  if (parameter(property, 'ENCODING')?.toUpperCase() === 'QUOTED-PRINTABLE') {
    throw unfit(property, 'is quoted-printable, which iCalendar does not have.', 'supported-calendar-data')
  }
  return property.value
}

/** X-ALT-DESC holds the description as HTML: Outlook's way, which most programs share. */
function htmlOf(properties: PropertyIndex): string | undefined {
  const html = properties.all('X-ALT-DESC').find((each) => parameter(each, 'FMTTYPE')?.toLowerCase() === 'text/html')
  return html && (unescapeText(html.value) || undefined)
}

function uriOf(properties: PropertyIndex): string | undefined {
  const url = properties.one('URL')
  return url && (parseUri(url.value) || undefined)
}

function keywordOf(properties: PropertyIndex, name: string): string {
  return properties.one(name)?.value.trim().toUpperCase() ?? ''
}

function statusOf(keyword: string): Event['status'] {
  if (keyword === 'CANCELLED') return 'cancelled'
  return keyword === 'TENTATIVE' ? 'tentative' : 'confirmed'
}

/** A CLASS of another name counts as PRIVATE (RFC 5545 §3.8.1.3). */
function visibilityOf(keyword: string): Event['visibility'] {
  return keyword === '' ? 'default' : visibilities.get(keyword) ?? 'private'
}

const visibilities: ReadonlyMap<string, Event['visibility']> = new Map([
  ['PUBLIC', 'public'], ['PRIVATE', 'private'], ['CONFIDENTIAL', 'confidential'],
])

/** A name (RFC 7986 §5.9); hexadecimal values are not among them. */
function colorOf(keyword: string): string | undefined {
  return /^[A-Z]{1,30}$/.test(keyword) ? keyword.toLowerCase() : undefined
}

function attendeeLines(properties: PropertyIndex): readonly Property[] {
  const lines = properties.all('ATTENDEE')
  if (lines.length > defaultLimits.attendees) {
    throw unfit(lines[defaultLimits.attendees]!, `is one guest too many: ${defaultLimits.attendees} are allowed.`, 'max-attendees-per-instance')
  }
  return lines
}

/** What is no number counts as 0, as a missing one does. */
function sequenceOf(properties: PropertyIndex): number {
  const sequence = Number(keywordOf(properties, 'SEQUENCE'))
  return Number.isInteger(sequence) && sequence > 0 ? Math.min(sequence, 2 ** 31 - 1) : 0
}

/** A time stamp that is no UTC time tells nothing that could be kept. */
function momentOf(properties: PropertyIndex, name: string): Instant | undefined {
  const value = parseDateTimeValue(properties.one(name)?.value ?? '')
  return value?.kind === 'utc' ? value.at : undefined
}

/** Takes over what is there: the model has no property that is undefined. */
function addPresent<T extends object>(target: T, optional: { readonly [K in keyof T]?: T[K] | undefined }): T {
  for (const key in optional) if (optional[key] !== undefined) target[key] = optional[key] as T[typeof key]
  return target
}

export interface EventContext {
  readonly uid: EventUid
  /** Notes the zones that the event's times name. */
  readonly zones: ZoneUse
  /** To whom e-mail alarms go. */
  readonly mailTo: EmailAddress | undefined
}

/** Where neither backend nor client told a time: the same bytes at every read need the same stamp (RFC 5545 §3.8.7.2). */
const noStamp = instant(0)

/**
 * @param recurrence RECURRENCE-ID, or RRULE, RDATE and EXDATE: what stands between the times and the rest
 * @returns always the same properties in the same order for the same event; what is at its default is left out
 */
export function formatEvent(event: Event, recurrence: readonly Property[], { uid, zones, mailTo }: EventContext): Component {
  const lines: Property[] = [
    property('UID', escapeText(uid)),
    property('DTSTAMP', formatInstant(event.updated ?? event.created ?? noStamp)),
    ...formatPeriod(event, zones),
    ...recurrence,
  ]
  pushText(lines, 'SUMMARY', event.summary)
  pushText(lines, 'DESCRIPTION', event.description)
  if (event.htmlDescription) lines.push({ name: 'X-ALT-DESC', parameters: htmlParameters, value: escapeText(event.htmlDescription), line: 0 })
  pushText(lines, 'LOCATION', event.location)
  lines.push(property('STATUS', event.status.toUpperCase()))
  lines.push(property('TRANSP', event.transparency === 'transparent' ? 'TRANSPARENT' : 'OPAQUE'))
  if (event.visibility !== 'default') lines.push(property('CLASS', event.visibility.toUpperCase()))
  if (event.color !== undefined) lines.push(property('COLOR', event.color))
  if (event.url !== undefined) lines.push(property('URL', event.url))
  if (event.organizer !== undefined) lines.push(formatOrganizer(event.organizer))
  for (const attendee of event.attendees) lines.push(formatAttendee(attendee))
  for (const conference of event.conferences) lines.push(formatConference(conference))
  for (const attachment of event.attachments) lines.push(formatAttachment(attachment))
  lines.push(property('SEQUENCE', String(event.sequence)))
  if (event.created !== undefined) lines.push(property('CREATED', formatInstant(event.created)))
  if (event.updated !== undefined) lines.push(property('LAST-MODIFIED', formatInstant(event.updated)))
  pushText(lines, eventTypeName, event.eventType)
  lines.push(...formatDefaultAlarmsMark(event.alarms), ...formatAcknowledgement(event.acknowledged), ...formatShown(event))
  return component('VEVENT', lines, event.alarms.list.map((alarm) => formatAlarm(alarm, event, mailTo)))
}

const htmlParameters: readonly Parameter[] = [{ name: 'FMTTYPE', values: ['text/html'] }]

function pushText(lines: Property[], name: string, text: string | undefined): void {
  if (text !== undefined && text !== '') lines.push(property(name, escapeText(text)))
}
