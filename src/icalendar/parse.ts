/** What clients store: a calendar object resource as text, to the model (RFC 4791 §4.1, §5.3.2.1). */

import type { EventSeries } from '../calendar/event.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { CalendarDataError, unfit } from './calendar-data-error.ts'
import type { Component } from './component.ts'
import { readComponent } from './lexer.ts'
import { parseSeries } from './series.ts'
import { timeScope } from './time-scope.ts'
import { resolveTimeZone } from './time-zone.ts'

export { CalendarDataError } from './calendar-data-error.ts'

export interface CalendarObject {
  readonly series: EventSeries
  /** The whole body. */
  readonly component: Component
}

export interface ParseOptions {
  /** Where times without a zone are read, when an instant is needed. */
  readonly calendarZone: TimeZoneId
  /** Of the body; 1 MiB unless told. */
  readonly maxBytes?: number
}

/**
 * Reads a body that is to be stored.
 *
 * What the model does not have is dropped: VTODO and VJOURNAL beside the events, X- properties, CATEGORIES, GEO ...
 * @throws CalendarDataError names the precondition of RFC 4791 §5.3.2.1, the line and the property
 */
export function parseCalendarObject(body: Uint8Array, options: ParseOptions): CalendarObject {
  const component = readCalendar(body, options)
  const method = component.properties.find((each) => each.name === 'METHOD')
  if (method !== undefined) throw unfit(method, 'may not stand in a stored object (RFC 4791 §4.1).', 'valid-calendar-object-resource')
  return { series: parseSeries(eventsIn(component), timeScope(component, options.calendarZone)), component }
}

/** The VCALENDAR of a body, checked for being iCalendar 2.0 of the Gregorian calendar. */
export function readCalendar(body: Uint8Array, { maxBytes }: ParseOptions): Component {
  const calendar = readComponent(body, maxBytes === undefined ? {} : { bytes: maxBytes })
  for (const property of calendar.properties) {
    const value = property.value.trim().toUpperCase()
    if (property.name === 'VERSION' && value === '1.0') throw unfit(property, 'is vCalendar, not iCalendar.', 'supported-calendar-data')
    if (property.name === 'CALSCALE' && value !== 'GREGORIAN' && value !== '') throw unfit(property, 'is a calendar scale that cannot be stored.', 'supported-calendar-data')
  }
  return calendar
}

/** The VEVENTs, at least one. */
function eventsIn(calendar: Component): readonly Component[] {
  const events = calendar.components.filter((each) => each.name === 'VEVENT')
  if (events.length > 0) return events
  const other = calendar.components.find((each) => each.name !== 'VTIMEZONE')
  if (other === undefined) throw new CalendarDataError('valid-calendar-object-resource', 'The object holds no VEVENT (RFC 4791 §4.1).')
  throw new CalendarDataError('supported-calendar-component', `Only events are stored, no ${other.name.slice(0, 40)} (RFC 4791 §5.2.3).`, other.line)
}

/**
 * CALDAV:calendar-timezone (RFC 4791 §5.2.2): a VCALENDAR with one VTIMEZONE.
 * @throws CalendarDataError 'valid-calendar-data' if there is not one, 'valid-timezone' if it means no known zone (RFC 7809 §3.1.4)
 */
export function parseTimeZone(text: string): TimeZoneId {
  const calendar = readComponent(new TextEncoder().encode(text))
  const [definition, second] = calendar.components
  const tzid = definition?.name === 'VTIMEZONE' ? definition.properties.find((each) => each.name === 'TZID') : undefined
  if (definition === undefined || tzid === undefined || second !== undefined) {
    throw new CalendarDataError('valid-calendar-data', 'A time zone is told by a VCALENDAR with one VTIMEZONE and nothing else (RFC 4791 §5.2.2).')
  }
  const zone = resolveTimeZone(tzid.value.trim(), definition)
  if (zone?.kind === 'contradicted') throw unfit(tzid, 'is a time zone of which the VTIMEZONE says something else.', 'valid-timezone')
  if (zone?.kind !== 'zone') throw unfit(tzid, 'means no known time zone.', 'valid-timezone')
  return zone.zone
}
