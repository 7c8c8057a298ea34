/** Which alarms have been dismissed or put off: ACKNOWLEDGED in alarms (RFC 9074 §6.1), and Mozilla's way beside them. */

import type { Acknowledgement } from '../calendar/event.ts'
import { instant } from '../calendar/identifiers.ts'
import type { Instant } from '../calendar/identifiers.ts'
import { property } from './component.ts'
import type { Component, Property } from './component.ts'
import { formatInstant, parseDateTimeValue } from './date-time.ts'

/** Thunderbird: all alarms before this moment have been seen. Without it they come back after each reading. */
const lastAcknowledged = 'X-MOZ-LASTACK'
/** Thunderbird: when an alarm rings again. Of a series the name goes on with a hyphen and the instance's start, in microseconds since 1970. */
const snoozeTime = 'X-MOZ-SNOOZE-TIME'

/** More than anybody puts off at a time. */
const maxSnoozes = 20

/** The latest moment that the event and its alarms tell; snoozes are those beside it. */
export function parseAcknowledgement(event: Component): Acknowledgement | undefined {
  const alarms = event.components.filter(({ name }) => name === 'VALARM')
  const moments = [...momentsIn(event, lastAcknowledged), ...alarms.flatMap((alarm) => momentsIn(alarm, 'ACKNOWLEDGED'))]
  if (moments.length === 0) return undefined
  return { at: moments.reduce((latest, each) => (each > latest ? each : latest)), snoozes: event.properties.flatMap(parseSnooze).slice(0, maxSnoozes) }
}

function momentsIn({ properties }: Component, wanted: string): readonly Instant[] {
  return properties.flatMap(({ name, value }) => (name === wanted ? momentIn(value) ?? [] : []))
}

function momentIn(text: string): Instant | undefined {
  const value = parseDateTimeValue(text)
  return value?.kind === 'utc' ? value.at : undefined
}

function parseSnooze({ name, value }: Property): Acknowledgement['snoozes'] {
  if (!name.startsWith(snoozeTime)) return []
  const until = momentIn(value)
  const suffix = name.slice(snoozeTime.length)
  const of = Number(/^-(\d{1,17})$/.exec(suffix)?.[1] ?? Number.NaN) / 1000
  if (until === undefined || (suffix !== '' && !Number.isSafeInteger(of))) return []
  return suffix === '' ? [{ until }] : [{ of: instant(of), until }]
}

/** Lines of the VEVENT. */
export function formatAcknowledgement(acknowledged: Acknowledgement | undefined): readonly Property[] {
  if (acknowledged === undefined) return []
  const snoozes = acknowledged.snoozes.map(({ of, until }) =>
    property(of === undefined ? snoozeTime : `${snoozeTime}-${of * 1000}`, formatInstant(until)))
  return [property(lastAcknowledged, formatInstant(acknowledged.at)), ...snoozes]
}

/** The line of each VALARM. */
export function formatAcknowledged(acknowledged: Acknowledgement | undefined): readonly Property[] {
  return acknowledged === undefined ? [] : [property('ACKNOWLEDGED', formatInstant(acknowledged.at))]
}
