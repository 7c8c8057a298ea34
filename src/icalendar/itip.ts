/** Scheduling messages: what a client posts to the outbox (RFC 5546, RFC 6638 §5; calendar-auto-schedule draft of 2008). */

import type { TimeRange } from '../calendar/calendar.ts'
import type { Attendee, EventSeries, Organizer } from '../calendar/event.ts'
import type { EventUid, RecurrenceId } from '../calendar/identifiers.ts'
import { CalendarDataError } from './calendar-data-error.ts'
import type { Component } from './component.ts'
import { parsePeriod } from './event-period.ts'
import { readCalendar } from './parse.ts'
import type { ParseOptions } from './parse.ts'
import { parseAttendees, parseOrganizer } from './people.ts'
import { propertyIndex } from './property-index.ts'
import type { PropertyIndex } from './property-index.ts'
import { parseRecurrenceId } from './recurrence-lines.ts'
import { parseSeries, uidOf } from './series.ts'
import { timeScope } from './time-scope.ts'
import { unescapeText } from './text.ts'
import type { TimeScope } from './time-scope.ts'
import { instantOf } from './time-zone.ts'

const methods = ['PUBLISH', 'REQUEST', 'REPLY', 'ADD', 'CANCEL', 'REFRESH', 'COUNTER', 'DECLINECOUNTER'] as const
/** RFC 5546 §1.4. */
export type ItipMethod = (typeof methods)[number]

interface ItipMessageBase {
  readonly method: ItipMethod
  readonly uid: EventUid
  /** Undefined if there is none, or it has no e-mail address. */
  readonly organizer: Organizer | undefined
  /** Of all components, each address once; those without an e-mail address are left out. */
  readonly attendees: readonly Attendee[]
}

/** A message is about free-busy times, or about one event and some or all of its instances. */
export type ItipMessage =
  | (ItipMessageBase & { readonly kind: 'free-busy'; readonly range: Required<TimeRange> })
  | (ItipMessageBase & {
      readonly kind: 'event'
      /** What the message is about, in the order of the components; not empty. `instance` undefined: the event or the whole series. */
      readonly parts: readonly ItipPart[]
      /** The event as it is told; undefined where the method does not tell it (REPLY, CANCEL, REFRESH, DECLINECOUNTER). */
      readonly series: EventSeries | undefined
    })

export interface ItipPart {
  /** Without the master at hand a zoned RECURRENCE-ID is named by its instant, one of another kind as it stands. */
  readonly instance: RecurrenceId | undefined
  /** Whom this component names. In a REPLY the one who answers, with the answer. */
  readonly attendees: readonly Attendee[]
  /** COMMENT: what the sender wrote beside it. */
  readonly comment: string | undefined
}

/**
 * @throws CalendarDataError 'valid-calendar-data' where the body is no scheduling message: no METHOD, or not exactly one kind of
 *         component; 'supported-calendar-component' for to-dos and journals
 */
export function parseItip(body: Uint8Array, options: ParseOptions): ItipMessage {
  const calendar = readCalendar(body, options)
  const method = methodOf(calendar)
  const scope = timeScope(calendar, options.calendarZone)
  const components = calendar.components.filter((each) => each.name !== 'VTIMEZONE')
  const [first] = components
  if (first === undefined || components.some((each) => each.name !== first.name)) {
    throw new CalendarDataError('valid-calendar-data', 'A scheduling message is about one kind of component (RFC 5546 §3).', first?.line)
  }
  if (first.name === 'VFREEBUSY') return freeBusyMessage(method, components, scope)
  if (first.name === 'VEVENT') return eventMessage(method, components, scope)
  throw new CalendarDataError('supported-calendar-component', `Only events and free-busy requests are scheduled, no ${first.name.slice(0, 40)}.`, first.line)
}

function methodOf(calendar: Component): ItipMethod {
  const property = calendar.properties.find((each) => each.name === 'METHOD')
  const method = methods.find((each) => each === property?.value.trim().toUpperCase())
  if (method === undefined) throw new CalendarDataError('valid-calendar-data', 'The message has no METHOD of RFC 5546.', property?.line)
  return method
}

function freeBusyMessage(method: ItipMethod, components: readonly Component[], scope: TimeScope): ItipMessage {
  const [properties, second] = components.map(propertyIndex)
  if (properties === undefined || second !== undefined) {
    throw new CalendarDataError('valid-calendar-data', 'A free-busy request has one VFREEBUSY (RFC 5546 §3.3).', second?.component.line)
  }
  const { start, end } = parsePeriod(properties, scope, 'moment')
  const range = { from: instantOf(start, scope.calendarZone), to: instantOf(end, scope.calendarZone) }
  return { kind: 'free-busy', method, uid: uidOf(properties), ...people([properties]), range }
}

function eventMessage(method: ItipMethod, components: readonly Component[], scope: TimeScope): ItipMessage {
  const indexes = components.map(propertyIndex)
  const uid = uidOf(indexes[0]!)
  if (indexes.some((each) => uidOf(each) !== uid)) {
    throw new CalendarDataError('valid-calendar-data', 'A scheduling message is about one UID (RFC 5546 §3.2).')
  }
  const tellsEvent = method === 'REQUEST' || method === 'PUBLISH' || method === 'ADD' || method === 'COUNTER'
  return {
    kind: 'event', method, uid, ...people(indexes), parts: indexes.map((each) => partOf(each, scope)),
    series: tellsEvent ? parseSeries(components, scope) : undefined,
  }
}

function partOf(properties: PropertyIndex, scope: TimeScope): ItipPart {
  const line = properties.one('RECURRENCE-ID')
  const comment = unescapeText(properties.all('COMMENT')[0]?.value ?? '') || undefined
  return { instance: line && parseRecurrenceId(line, undefined, scope), attendees: parseAttendees(properties.all('ATTENDEE')), comment }
}

function people(indexes: readonly PropertyIndex[]): Pick<ItipMessageBase, 'organizer' | 'attendees'> {
  const organizer = indexes.flatMap((each) => each.one('ORGANIZER') ?? []).map(parseOrganizer).find((each) => each !== undefined)
  return { organizer, attendees: parseAttendees(indexes.flatMap((each) => each.all('ATTENDEE'))) }
}
