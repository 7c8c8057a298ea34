/**
 * The model to bodies of the service: the one place where something may be lost. Each row of {@link fields} says which iCalendar
 * properties it carries, what of them the service holds, and what it does with the rest; the README's table is made of these rows.
 */

import { hash } from 'node:crypto'
import { keptAttendees, mergeAttendees } from './attendees-to-wire.ts'
import { mergeBodies, privately, sameJson } from './bodies.ts'
import { colorIdOf } from './colors.ts'
import { storedText, textOfHtml } from './html.ts'
import { keptAttachments, keptConferences, writeAttachments, writeConferences } from './links-to-wire.ts'
import { marks } from './marks.ts'
import { writeReminders } from './reminders.ts'
import { writeTime } from './times.ts'
import type { Event } from '../../calendar/event.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from './frame.ts'
import type { WireEvent } from './wire.ts'

export type FieldName =
  | 'times' | 'summary' | 'description' | 'location' | 'status' | 'transparency' | 'visibility' | 'color' | 'url' | 'attendees' | 'alarms'
  | 'conferences' | 'attachments' | 'sequence'

/** Where an event stands: absolute alarms mean one moment, which a master does not have. */
export interface Setting {
  readonly frame: CalendarFrame
  readonly isRecurring: boolean
}

/** What was there before: the event as a client was shown it, and the row behind it. */
export interface Rendered {
  readonly event: Event
  readonly row: WireEvent
}

export interface Field {
  readonly name: FieldName
  /** iCalendar names, for people. */
  readonly properties: string
  /** What the service does not hold, in one sentence; empty where all is kept. */
  readonly loss: string
  /** Whether the guests are told when it changes (design: only of what concerns them). */
  readonly isTold: boolean
  /** @returns what makes the stored event agree, `undefined` if it does already; without a stored one, what a new event needs */
  change(wanted: Event, stored: Rendered | undefined, setting: Setting): WireBody | undefined
}

/** A field whose two sides are compared by what the service would hold of each. `null` stands for nothing. */
function field<Kept>(about: Omit<Field, 'change'>, keep: (event: Event, setting: Setting) => Kept,
  write: (kept: Kept, row: WireEvent | undefined, setting: Setting) => WireBody): Field {
  return {
    ...about,
    change(wanted, stored, setting) {
      const kept = keep(wanted, setting)
      if (stored === undefined) return kept === null ? undefined : write(kept, undefined, setting)
      return sameJson(kept, keep(stored.event, setting)) ? undefined : write(kept, stored.row, setting)
    },
  }
}

function textField(name: 'summary' | 'location', properties: string): Field {
  return field({ name, properties, loss: '', isTold: true }, (event) => event[name] || null, (text) => ({ [name]: text }))
}

export const fields: readonly Field[] = [
  field(
    {
      name: 'times', properties: 'DTSTART, DTEND, DURATION', isTold: true,
      loss: 'A duration comes back as an end. Floating times are kept in the calendar\'s zone with a mark, and come back floating.',
    },
    ({ start, end }, { frame }) => ({
      start: writeTime(start, frame.zone), end: writeTime(end, frame.zone), isFloating: start.kind === 'floating',
    }),
    ({ start, end, isFloating }, row) => ({
      start: row ? { date: null, dateTime: null, timeZone: null, ...start } : start,
      end: row ? { date: null, dateTime: null, timeZone: null, ...end } : end,
      ...floatingMark(isFloating, row),
    }),
  ),
  textField('summary', 'SUMMARY'),
  {
    name: 'description', properties: 'DESCRIPTION, X-ALT-DESC', isTold: true,
    loss: 'One text, as HTML or not: HTML is shown as text beside X-ALT-DESC, and stays as it is while the text does.',
    change: changeOfDescription,
  },
  textField('location', 'LOCATION'),
  field({ name: 'status', properties: 'STATUS', loss: 'CANCELLED of a whole event is not kept as such.', isTold: true },
    (event) => event.status, (status) => ({ status })),
  field({ name: 'transparency', properties: 'TRANSP', loss: '', isTold: false },
    (event) => event.transparency, (transparency) => ({ transparency })),
  field({ name: 'visibility', properties: 'CLASS', loss: 'Tightening one instance tightens the whole series.', isTold: false },
    (event) => event.visibility, (visibility) => ({ visibility })),
  field({ name: 'color', properties: 'COLOR', loss: 'The nearest of eleven colours.', isTold: false },
    (event) => (event.color === undefined ? null : (colorIdOf(event.color) ?? null)), (colorId) => ({ colorId })),
  field({ name: 'url', properties: 'URL', loss: 'http and https only.', isTold: false },
    (event) => (event.url !== undefined && /^https?:\/\//i.test(event.url) ? event.url : null),
    (url, row) => ({ source: url === null ? null : { url, title: row?.source?.title ?? url } })),
  field(
    {
      name: 'attendees', properties: 'ATTENDEE', isTold: true,
      loss: 'PARTSTAT, ROLE and CUTYPE are narrowed to what the service knows; other parameters are dropped.',
    },
    (event) => keptAttendees(event.attendees),
    (kept, row, { frame }) => ({ attendees: mergeAttendees(kept, row, frame) }),
  ),
  {
    name: 'alarms', properties: 'VALARM', isTold: false,
    loss: 'Whole minutes before the start, at most 40320, at most five; others where the moment is the same, else dropped. AUDIO becomes DISPLAY.',
    change: changeOfAlarms,
  },
  field({ name: 'conferences', properties: 'CONFERENCE', loss: 'http, https, tel and sip addresses only.', isTold: true },
    (event) => keptConferences(event.conferences), writeConferences),
  field({ name: 'attachments', properties: 'ATTACH', loss: 'By http or https address only, at most 25; inline data is dropped.', isTold: false },
    (event) => keptAttachments(event.attachments), writeAttachments),
  {
    name: 'sequence', properties: 'SEQUENCE', loss: 'Never goes down.', isTold: false,
    change: ({ sequence }, stored) => (sequence > (stored?.event.sequence ?? 0) ? { sequence } : undefined),
  },
]

/** Properties that the other rows of the table are about, and those that no backend of this kind has a place for. */
export const otherProperties: readonly { readonly properties: string; readonly loss: string }[] = [
  { properties: 'UID', loss: `Refused beyond 639 bytes.` },
  { properties: 'RRULE, RDATE, EXDATE, RECURRENCE-ID', loss: 'EXDATE of no instance is dropped; RECURRENCE-ID of no instance adds that date. EXRULE is refused.' },
  { properties: 'ORGANIZER', loss: 'On a secondary calendar the calendar itself becomes the organizer.' },
  { properties: 'CREATED, LAST-MODIFIED, DTSTAMP', loss: 'Told by the service, not taken from the client.' },
  { properties: 'CATEGORIES, COMMENT, CONTACT, GEO, PRIORITY, RELATED-TO, RESOURCES, X-', loss: 'Dropped.' },
]

function floatingMark(isFloating: boolean, row: WireEvent | undefined): WireBody {
  if (isFloating) return privately({ [marks.floating]: '1' })
  return row?.extendedProperties?.private?.[marks.floating] === undefined ? {} : privately({ [marks.floating]: null })
}

function changeOfDescription(wanted: Event, stored: Rendered | undefined): WireBody | undefined {
  const text = plainLines(wanted.description ?? (wanted.htmlDescription === undefined ? '' : textOfHtml(wanted.htmlDescription)))
  const before = plainLines(stored?.event.description ?? '')
  const html = wanted.htmlDescription
  // HTML of another text was left behind by a client that only knows the text.
  const isHtmlMeant = html !== undefined && !sameIgnoringBlanks(html, stored?.event.htmlDescription ?? '') && sameIgnoringBlanks(textOfHtml(html), text)
  if (text === before && !isHtmlMeant) return undefined
  const description = isHtmlMeant ? html : storedText(text)
  return description === '' && stored === undefined ? undefined : { description: description === '' ? null : description }
}

function plainLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
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
