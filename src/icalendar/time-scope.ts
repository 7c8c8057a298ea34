/** Reads the times of one body: what its TZIDs mean, asked once for each (RFC 5545 §3.2.19). */

import type { EventTime } from '../calendar/event.ts'
import { instant } from '../calendar/identifiers.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { unfit } from './calendar-data-error.ts'
import { clockOf } from './clock.ts'
import { parameter } from './component.ts'
import type { Component, Property } from './component.ts'
import { parseDateTimeValue } from './date-time.ts'
import type { DateTimeValue } from './date-time.ts'
import { defaultLimits } from './limits.ts'
import { unescapeText } from './text.ts'
import { findTimeZone, resolveTimeZone, zonedOrUtc } from './time-zone.ts'
import type { ResolvedZone } from './time-zone.ts'
import { definedMoment } from './zone-match.ts'

export interface TimeScope {
  /** Where floating times are read when an instant is needed (RFC 4791 §9.9). */
  readonly calendarZone: TimeZoneId
  /**
   * @param property names the zone by its TZID
   * @param value    one value of the property
   * @param use      'wall-clock' for the start of a series, whose instances follow the clock of its zone; 'moment' for all else
   * @throws CalendarDataError where the value is no time or the TZID means no zone
   */
  read(property: Property, value: string, use: 'wall-clock' | 'moment'): EventTime
}

type Zone = Exclude<ResolvedZone, { kind: 'contradicted' }>

/** @param calendar the VCALENDAR with its VTIMEZONEs */
export function timeScope(calendar: Component, calendarZone: TimeZoneId): TimeScope {
  let definitions: ReadonlyMap<string, Component> | undefined
  let years: [number, number] | undefined
  const zones = new Map<string, Zone>()

  let last: { readonly tzid: string; readonly zone: Zone } | undefined

  function zoneOf(property: Property, tzid: string): Zone {
    // DTEND and the rest name what DTSTART has named.
    if (last?.tzid === tzid) return last.zone
    const zone = zones.get(tzid) ?? findZone(property, tzid)
    last = { tzid, zone }
    return zone
  }

  function findZone(property: Property, tzid: string): Zone {
    if (zones.size === defaultLimits.zones) throw unfit(property, `names more than ${defaultLimits.zones} different time zones.`)
    definitions ??= new Map(calendar.components.filter((each) => each.name === 'VTIMEZONE').flatMap(namesOf))
    years ??= yearsOf(calendar)
    const zone = resolveTimeZone(tzid, definitions.get(tzid), { calendarZone, years })
    const name = JSON.stringify(tzid.slice(0, 60))
    if (zone === undefined) throw unfit(property, `has the TZID ${name}, which means no known time zone (RFC 5545 §3.2.19).`, 'valid-timezone')
    if (zone.kind === 'contradicted') throw unfit(property, `has the TZID ${name}, a time zone of which the VTIMEZONE says something else (RFC 5545 §3.6.5).`, 'valid-timezone')
    zones.set(tzid, zone)
    return zone
  }

  function read(property: Property, text: string, use: 'wall-clock' | 'moment'): EventTime {
    const value = parseDateTimeValue(text)
    if (value === undefined) throw unfit(property, 'is not a date or a date-time (RFC 5545 §3.3.5).', /^\s*0000/.test(text) ? 'min-date-time' : undefined)
    const tzid = parameter(property, 'TZID')?.trim() ?? ''
    if (value.kind === 'utc') return tzid === '' ? value : shownIn(findTimeZone(tzid), value)
    if (value.kind === 'date') return value
    if (tzid === '') return { kind: 'floating', local: value.local }
    return inZone(property, value, zoneOf(property, tzid), use)
  }

  return { calendarZone, read }
}

/** TZID is text, with its commas escaped; the parameter holds it without escapes, and not every program escapes. */
function namesOf(definition: Component): [name: string, definition: Component][] {
  const tzid = definition.properties.find((each) => each.name === 'TZID')?.value.trim() ?? ''
  return [[tzid, definition], [unescapeText(tzid), definition]]
}

function inZone(property: Property, { local }: DateTimeValue & { kind: 'local' }, zone: Zone, use: 'wall-clock' | 'moment'): EventTime {
  if (zone.kind === 'zone') return { kind: 'zoned', local, zone: zone.zone }
  const fixed = use === 'wall-clock' && zone.kind === 'fixed' ? fixedZone(zone.offsetSeconds) : undefined
  if (fixed !== undefined) return { kind: 'zoned', local, zone: fixed }
  if (use === 'wall-clock') throw unfit(property, 'starts a series in a time zone that no named one equals (RFC 5545 §3.2.19).', 'valid-timezone')
  const clock = clockOf(local)
  const at = zone.kind === 'fixed' ? clock - zone.offsetSeconds * 1000 : definedMoment(zone.offsets, clock)
  if (at === undefined) throw unfit(property, 'lies years away from its event in a time zone that no named one equals (RFC 5545 §3.2.19).', 'valid-timezone')
  return { kind: 'utc', at: instant(at) }
}

/** ts-caldav 0.3 writes the moment in UTC and beside it the zone in which the event takes place. */
function shownIn(zone: TimeZoneId | undefined, time: EventTime & { kind: 'utc' }): EventTime {
  return zone === undefined ? time : zonedOrUtc(time.at, zone)
}

/** The zone of whole hours that never changes its offset. Their names count west of UTC. */
function fixedZone(offsetSeconds: number): TimeZoneId | undefined {
  const hours = offsetSeconds / 3600
  return Number.isInteger(hours) ? findTimeZone(hours === 0 ? 'Etc/UTC' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`) : undefined
}

/** The years over which zones are told apart: first to last that the body names, and the one after, since most series go on. */
function yearsOf({ components }: Component): [number, number] {
  let first = Infinity, last = -Infinity
  for (const event of components) {
    if (event.name !== 'VEVENT') continue
    for (const { name, value } of event.properties) {
      if (name !== 'DTSTART' && name !== 'DTEND' && name !== 'RECURRENCE-ID') continue
      const year = Number(value.trim().slice(0, 4))
      if (year >= 1 && year < first) first = year
      if (year <= 9999 && year > last) last = year
    }
  }
  return first <= last ? [first, Math.min(last + 1, 9999)] : [1970, 2037]
}
