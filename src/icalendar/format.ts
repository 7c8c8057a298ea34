/** The model to text: what clients read (RFC 5545 §3.1, §3.4). The same series always gives the same octets. */

import type { Event, EventSeries, EventTime } from '../calendar/event.ts'
import { instant, localDateTime } from '../calendar/identifiers.ts'
import type { EmailAddress, RecurrenceId, TimeZoneId } from '../calendar/identifiers.ts'
import { calendarProperties } from './calendar-properties.ts'
import { component } from './component.ts'
import type { Component, Property } from './component.ts'
import { formatContentLine } from './content-line.ts'
import { formatTime } from './event-time.ts'
import type { ZoneUse } from './event-time.ts'
import { formatRecurrenceLines } from './recurrence-lines.ts'
import { timeOfRecurrenceId } from './recurrence.ts'
import { timeZoneComponent } from './time-zone.ts'
import { formatEvent } from './vevent.ts'
import type { EventContext } from './vevent.ts'

/**
 * A whole VCALENDAR: the VTIMEZONEs that its times name, the master, then the overrides by original start.
 * @param mailTo to whom e-mail alarms go; the organizer, if it is not told
 */
export function componentOf(series: EventSeries, mailTo?: EmailAddress): Component {
  const zones: ZoneUse = new Map()
  const events = eventComponents(series, { uid: series.uid, zones, mailTo })
  return component('VCALENDAR', calendarProperties, zones.size === 0 ? events : [...timeZoneComponents(zones), ...events])
}

function eventComponents(series: EventSeries, context: EventContext): readonly Component[] {
  switch (series.kind) {
    case 'single': return [eventComponent(series.event, [], context)]
    case 'recurring': {
      const { master, recurrence, overrides, cancelled } = series
      const set = formatRecurrenceLines(master.start, recurrence, cancelled, context.zones)
      return [eventComponent(master, set, context), ...overrideComponents(overrides, master.start, context)]
    }
    case 'detached':
      return overrideComponents(series.overrides, series.zone === undefined ? anyUtc : { kind: 'zoned', local: anyLocal, zone: series.zone }, context)
  }
}

/** Stand for the start that is not there: only its zone counts. */
const anyLocal = localDateTime('2000-01-01T00:00:00')
const anyUtc: EventTime = { kind: 'utc', at: instant(0) }

function eventComponent(event: Event, recurrence: readonly Property[], context: EventContext): Component {
  return formatEvent(event, recurrence, context.mailTo === undefined ? { ...context, mailTo: event.organizer?.address } : context)
}

/** RECURRENCE-ID has the kind and the zone of the master's DTSTART (RFC 5545 §3.8.4.4). */
function overrideComponents(overrides: ReadonlyMap<RecurrenceId, Event>, start: EventTime, context: EventContext): readonly Component[] {
  return [...overrides.keys()].sort().map((id) => {
    const original = timeOfRecurrenceId(id, start)
    return eventComponent(overrides.get(id)!, [formatTime('RECURRENCE-ID', original, context.zones)], context)
  })
}

function timeZoneComponents(zones: ZoneUse): readonly Component[] {
  return [...zones].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, fromYear]) => timeZoneComponent(zone, fromYear))
}

/** The text of {@link componentOf}. */
export function formatCalendarObject(series: EventSeries, mailTo?: EmailAddress): string {
  const { shared, own } = formatInParts(series, mailTo)
  return shared + own
}

/** The text of a calendar object in two parts. */
export interface TextParts {
  /** Up to the last VTIMEZONE: the same string for most objects of a calendar. */
  readonly shared: string
  /** From the first VEVENT on. */
  readonly own: string
}

export function formatInParts(series: EventSeries, mailTo?: EmailAddress): TextParts {
  const zones: ZoneUse = new Map()
  let own = ''
  for (const each of eventComponents(series, { uid: series.uid, zones, mailTo })) own += textOfComponent(each)
  return { shared: opening(zones), own: `${own}END:VCALENDAR\r\n` }
}

function opening(zones: ZoneUse): string {
  if (zones.size !== 1) return withoutZones + timeZoneComponents(zones).map(formatComponent).join('')
  const [[zone, fromYear]] = zones as unknown as readonly [[TimeZoneId, number]]
  const component = timeZoneComponent(zone, fromYear)
  let text = openings.get(component)
  if (text === undefined) openings.set(component, text = withoutZones + formatComponent(component))
  return text
}

const withoutZones = `BEGIN:VCALENDAR\r\n${calendarProperties.map(formatContentLine).join('')}`
/** With one zone, as most objects have it; zones come from a cache. */
const openings = new WeakMap<Component, string>()

/**
 * Content lines that end in CRLF and are folded at 75 octets (RFC 5545 §3.1). Whatever the tree holds, the text is well formed:
 * characters that may not stand there are taken out.
 */
export function formatComponent(component: Component): string {
  if (component.name !== 'VTIMEZONE') return textOfComponent(component)
  const known = zoneTexts.get(component)
  if (known !== undefined) return known
  const text = textOfComponent(component)
  zoneTexts.set(component, text)
  return text
}

/** VTIMEZONEs are shared by many objects and come from a cache, so their text is kept as long as they are. */
const zoneTexts = new WeakMap<Component, string>()

function textOfComponent({ name, properties, components }: Component): string {
  let text = `BEGIN:${name}\r\n`
  for (const each of properties) text += formatContentLine(each)
  for (const each of components) text += formatComponent(each)
  return `${text}END:${name}\r\n`
}
