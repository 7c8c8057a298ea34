/** A whole calendar as one iCalendar file, for people and for programs that subscribe to it. */

import type { Calendar } from '../calendar/calendar.ts'
import { calendarProperties } from '../icalendar/calendar-properties.ts'
import { component, property } from '../icalendar/component.ts'
import type { Component } from '../icalendar/component.ts'
import { componentOf, formatComponent } from '../icalendar/format.ts'
import { escapeText } from '../icalendar/text.ts'
import { findTimeZone, timeZoneComponent } from '../icalendar/time-zone.ts'
import { byName } from './by-name.ts'
import type { Context } from './context.ts'
import { started } from './reply.ts'

/**
 * The file, as a stream. Each time zone stands once, ahead of the first event that names it (RFC 5545 §3.6.5 asks for no order).
 * An event that cannot be shown is left out and told to the log.
 * @throws BackendError before the first piece where the backend does not answer; later on the stream breaks off
 */
export async function calendarFile(context: Context, calendar: Calendar): Promise<AsyncIterable<string>> {
  return started(pieces(context, calendar), 2)
}

async function* pieces(context: Context, calendar: Calendar): AsyncGenerator<string> {
  yield opening(calendar)
  const zones = new Set<string>()
  for await (const each of byName(context, context.account.session.objects(calendar.id))) {
    if ('kind' in each) context.notice({ event: 'object-unavailable', name: each.name, reason: each.reason })
    else yield eventsText(componentOf(each.series, each.owner), zones)
  }
  yield CLOSING
}

const CLOSING = 'END:VCALENDAR\r\n'

/** The head of the file, with the calendar's name for those that import it (RFC 7986 §5.1, and the older X-WR-CALNAME). */
function opening({ displayName }: Calendar): string {
  const name = escapeText(displayName)
  const head = component('VCALENDAR', [...calendarProperties, property('NAME', name), property('X-WR-CALNAME', name)])
  return formatComponent(head).slice(0, -CLOSING.length)
}

/** @param zones the names of those that stand in the file already; grows */
function eventsText({ components }: Component, zones: Set<string>): string {
  return components.filter((each) => each.name !== 'VTIMEZONE' || isNew(zoneName(each), zones)).map(fromTheStart).map(formatComponent).join('')
}

function isNew(name: string | undefined, zones: Set<string>): boolean {
  return name !== undefined && !zones.has(name) && zones.add(name) !== undefined
}

const zoneName = (zone: Component): string | undefined => zone.properties.find(({ name }) => name === 'TZID')?.value

/** An object's own VTIMEZONE begins with its event; here it has to serve the events of all times. */
function fromTheStart(each: Component): Component {
  const zone = each.name === 'VTIMEZONE' ? findTimeZone(zoneName(each) ?? '') : undefined
  return zone === undefined ? each : timeZoneComponent(zone, 1970)
}
