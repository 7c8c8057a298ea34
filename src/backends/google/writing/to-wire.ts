/**
 * The model to bodies of the service: the table of all that is kept of an event. What of it is narrowed is told in the README, by a table each
 * row of which is tried (test/mapping/kept.test.ts); what is refused stands in the planning.
 */

import { hash } from 'node:crypto'
import { guestList, keptAttendees, mergeAttendees, withKnownKinds } from './attendees-to-wire.ts'
import { mergeBodies, privately, sameJson } from './bodies.ts'
import { colorIdOf } from '../members/colors.ts'
import { storedText, textOfHtml } from '../members/html.ts'
import { isForeign } from './foreign-series.ts'
import { keptAttachments, keptConferences, writeAttachments, writeConferences } from './links-to-wire.ts'
import { marks } from '../marks.ts'
import { isOrganizedAlone, newAcknowledgement } from '../members/noted.ts'
import { writeReminders } from '../members/reminders.ts'
import { writeAgents } from '../members/schedule-agents.ts'
import { storedZoneOf, writeTime } from '../members/times.ts'
import { sameAddress } from '../../../calendar/identifiers.ts'
import type { Event } from '../../../calendar/event.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from '../frame.ts'
import type { WireEvent } from '../wire.ts'

/** What of an event can differ. */
export type FieldName =
  | 'times' | 'summary' | 'description' | 'location' | 'status' | 'transparency' | 'visibility' | 'color' | 'url' | 'attendees' | 'alarms'
  | 'conferences' | 'attachments' | 'sequence' | 'cancelled' | 'acknowledged' | 'organizer' | 'agents'

/** Where an event stands: absolute alarms mean one moment, which a master does not have. */
export interface Setting {
  readonly frame: CalendarFrame
  readonly isRecurring: boolean
  /** The series of which the event is an instance. */
  readonly series?: Event
}

/** What was there before: the event as a client was shown it, and the row behind it. */
export interface Rendered {
  readonly event: Event
  readonly row: WireEvent
}

/** One member of the model and its place in the service. */
export interface Field {
  readonly name: FieldName
  /** Whether the guests are told when it changes: only of what concerns them. */
  readonly isTold: boolean
  /** @returns what makes the stored event agree, `undefined` if it does already; without a stored one, what a new event needs */
  change(wanted: Event, stored: Rendered | undefined, setting: Setting): WireBody | undefined
}

/**
 * A field whose two sides are compared by what the service would hold of each. `null` stands for nothing.
 * @param compared what of that counts
 */
function field<Kept>(about: Omit<Field, 'change'>, keep: (event: Event, setting: Setting) => Kept,
  write: (kept: Kept, row: WireEvent | undefined, setting: Setting) => WireBody, compared: (kept: Kept) => unknown = (kept) => kept): Field {
  return {
    ...about,
    change(wanted, stored, setting) {
      const kept = keep(wanted, setting)
      if (stored === undefined) return kept === null ? undefined : write(kept, undefined, setting)
      return sameJson(compared(kept), compared(keep(stored.event, setting))) ? undefined : write(kept, stored.row, setting)
    },
  }
}

/** Properties of an event have no order. */
function inAnyOrder(kept: readonly object[]): readonly string[] {
  return kept.map((one) => JSON.stringify(one)).sort()
}

function textField(name: 'summary' | 'location'): Field {
  return field({ name, isTold: true }, (event) => event[name] || null, (text) => ({ [name]: text }))
}

/** All of them: what is not among these is dropped, or belongs to the series. */
export const fields: readonly Field[] = [
  field(
    { name: 'times', isTold: true },
    ({ start, end }, { frame }) => ({
      start: writeTime(start, frame.zone), end: writeTime(end, start.kind === 'floating' ? storedZoneOf(start, frame.zone) : frame.zone), isFloating: start.kind === 'floating',
    }),
    ({ start, end, isFloating }, row) => ({
      start: row ? { date: null, dateTime: null, timeZone: null, ...start } : start,
      end: row ? { date: null, dateTime: null, timeZone: null, ...end } : end,
      ...floatingMark(isFloating, row),
    }),
  ),
  textField('summary'),
  { name: 'description', isTold: true, change: changeOfDescription },
  textField('location'),
  { name: 'status', isTold: true, change: changeOfStatus },
  field({ name: 'cancelled', isTold: false }, keptCancellation, (cancelled) => privately({ [marks.cancelled]: cancelled })),
  field({ name: 'transparency', isTold: false },
    (event) => (event.status === 'cancelled' ? 'transparent' : event.transparency), (transparency) => ({ transparency })),
  { name: 'visibility', isTold: false, change: changeOfVisibility },
  field({ name: 'color', isTold: false },
    (event) => (event.color === undefined ? null : (colorIdOf(event.color) ?? null)), (colorId) => ({ colorId })),
  field({ name: 'url', isTold: false },
    (event) => (event.url !== undefined && /^https?:\/\//i.test(event.url) ? event.url : null),
    (url, row) => ({ source: url === null ? null : { url, title: row?.source?.title ?? url } })),
  { name: 'attendees', isTold: true, change: changeOfAttendees },
  field({ name: 'agents', isTold: false }, keptAgents, (agents) => privately({ [marks.agents]: agents })),
  { name: 'alarms', isTold: false, change: changeOfAlarms },
  { name: 'acknowledged', isTold: false, change: changeOfAcknowledgement },
  field({ name: 'organizer', isTold: false }, (event, { frame }) => (isOrganizedAlone(event, frame) ? '1' : null),
    (note) => privately({ [marks.organizer]: note })),
  field({ name: 'conferences', isTold: true }, (event) => keptConferences(event.conferences), writeConferences, inAnyOrder),
  { name: 'attachments', isTold: false, change: changeOfAttachments },
  { name: 'sequence', isTold: false, change: changeOfSequence },
]

/**
 * The service refuses a lower one than its own, which an instance that looks like any other may have counted up. What the organizer of a
 * copy has told is noted as well, to know the next message by.
 */
function changeOfSequence({ sequence, organizer }: Event, stored: Rendered | undefined, { frame, series }: Setting): WireBody | undefined {
  const raised = sequence > (stored?.row.sequence ?? 0) ? { sequence } : undefined
  if (!isForeign({ organizer: organizer ?? series?.organizer }, frame)) return raised
  return sequence === stored?.event.sequence ? undefined : { ...raised, ...privately({ [marks.sequence]: String(sequence) }) }
}

/**
 * An organizer's client says at ORGANIZER what counts for the guests, and it is kept at them. A guest's says there who tells the organizer,
 * whatever stands at the organizer's row among the guests.
 */
function keptAgents({ attendees, organizer: own }: Event, { frame, series }: Setting): string | null {
  const organizer = own ?? series?.organizer
  if (organizer === undefined || !isForeign({ organizer }, frame)) return writeAgents(attendees)
  const { address, scheduleAgent = 'server' } = organizer
  return writeAgents([...attendees.filter((each) => !sameAddress(each.address, address)), { address, scheduleAgent }])
}

/** A list that was cut when it was read is not sent back as if it were whole. */
function changeOfAttendees(wanted: Event, stored: Rendered | undefined, { frame }: Setting): WireBody | undefined {
  const before = stored && keptAttendees(guestList(stored.event, frame))
  const kept = withKnownKinds(keptAttendees(guestList(wanted, frame)), before ?? [])
  if (sameJson(kept, before)) return undefined
  return { attendees: mergeAttendees(kept, stored?.row, frame), ...(stored?.row.attendeesOmitted === true ? { attendeesOmitted: true } : {}) }
}

/** A name or type that a program does not know, or leaves out, is no change of an attachment. */
function changeOfAttachments(wanted: Event, stored: Rendered | undefined): WireBody | undefined {
  const before = keptAttachments(stored?.event.attachments ?? [])
  const kept = keptAttachments(wanted.attachments).map(({ uri, title, mediaType }) => {
    const known = before.find((each) => each.uri === uri)
    return { uri, title: title ?? known?.title, mediaType: mediaType ?? known?.mediaType }
  })
  return sameJson(inAnyOrder(kept), inAnyOrder(before)) ? undefined : writeAttachments(kept, stored?.row)
}

/** What is cancelled keeps the status that it had, until it is brought back. */
function changeOfStatus(wanted: Event, stored: Rendered | undefined): WireBody | undefined {
  const before = stored && (stored.row.status === 'tentative' ? 'tentative' : 'confirmed')
  return wanted.status === 'cancelled' || wanted.status === before ? undefined : { status: wanted.status }
}

/**
 * Programs write PUBLIC wherever nothing is said (RFC 5545 §3.8.1.3), while the service's `public` shows the event to all who see the
 * calendar: so PUBLIC leaves that to the calendar. Only an instance that says so of itself, below a series that does not, means it.
 */
function changeOfVisibility({ visibility }: Event, stored: Rendered | undefined, { series }: Setting): WireBody | undefined {
  const isMeant = visibility !== 'public' || (series !== undefined && !isOpen(series.visibility))
  const wanted = isMeant ? visibility : 'default'
  const before = stored?.event.visibility ?? 'default'
  return wanted === before || (stored !== undefined && isOpen(wanted) && isOpen(before)) ? undefined : { visibility: wanted }
}

function isOpen(visibility: Event['visibility']): boolean {
  return visibility === 'default' || visibility === 'public'
}

function keptCancellation({ status, transparency }: Event): string | null {
  return status === 'cancelled' ? transparency : null
}

function changeOfAcknowledgement(wanted: Event, stored: Rendered | undefined): WireBody | undefined {
  const acknowledged = newAcknowledgement(wanted, stored?.event)
  return acknowledged === undefined ? undefined : privately({ [marks.acknowledged]: acknowledged })
}

function floatingMark(isFloating: boolean, row: WireEvent | undefined): WireBody {
  if (isFloating) return privately({ [marks.floating]: '1' })
  return row?.extendedProperties?.private?.[marks.floating] === undefined ? {} : privately({ [marks.floating]: null })
}

function changeOfDescription(wanted: Event, stored: Rendered | undefined): WireBody | undefined {
  const text = descriptionOf(wanted)
  const before = stored === undefined ? '' : descriptionOf(stored.event)
  const html = wanted.htmlDescription
  // HTML of another text was left behind by a client that only knows the text.
  const isHtmlMeant = html !== undefined && !sameIgnoringBlanks(html, stored?.event.htmlDescription ?? '') && sameIgnoringBlanks(textOfHtml(html), text)
  if (text === before && !isHtmlMeant) return undefined
  const description = isHtmlMeant ? html : storedText(text)
  return description === '' && stored === undefined ? undefined : { description: description === '' ? null : description }
}

/** As text; a client may tell HTML alone. */
function descriptionOf({ description, htmlDescription }: Event): string {
  return (description ?? (htmlDescription === undefined ? '' : textOfHtml(htmlDescription))).replace(/\r\n?/g, '\n')
}

function sameIgnoringBlanks(a: string, b: string): boolean {
  return a.replace(/\s+/g, '') === b.replace(/\s+/g, '')
}

/** Alarms that are those of the calendar's defaults do not become fixed by a round trip. */
function changeOfAlarms(wanted: Event, stored: Rendered | undefined, { frame, isRecurring }: Setting): WireBody | undefined {
  const setting = { start: wanted.start, end: wanted.end, isRecurring, zone: frame.zone }
  const overrides = writeReminders(wanted.alarms.list, setting)
  if (stored !== undefined && isSameKind(wanted, stored.event)) {
    const before = { ...setting, start: stored.event.start, end: stored.event.end }
    if (wanted.alarms.kind === 'default' || sameJson(overrides, writeReminders(stored.event.alarms.list, before))) return undefined
  }
  return { reminders: wanted.alarms.kind === 'default' ? { useDefault: true, overrides: [] } : { useDefault: false, overrides } }
}

/** Own alarms may be default ones that a client does not know to be so; never the other way round. */
function isSameKind(wanted: Event, stored: Event): boolean {
  return wanted.alarms.kind === stored.alarms.kind || stored.alarms.kind === 'default'
}

/** A short name for reminders, to be written beside them. */
export function alarmsMark(body: WireBody): string {
  return hash('sha256', JSON.stringify(body['reminders']), 'base64url').slice(0, 8)
}

/** All members of an event that does not exist yet. */
export function newBody(event: Event, setting: Setting): WireBody {
  return mergeBodies(fields.flatMap((field): readonly WireBody[] => {
    const body = field.change(event, undefined, setting)
    return body === undefined ? [] : [body]
  }))
}
