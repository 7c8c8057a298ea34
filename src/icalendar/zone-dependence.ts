/** Whether what a body says depends on the zone of the calendar that it is to be stored in. */

import { eventsOf } from '../calendar/event.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { parameter } from './component.ts'
import type { Component, Property } from './component.ts'
import type { CalendarObject } from './parse.ts'
import { findTimeZone } from './time-zone.ts'

/** A local time: neither in UTC nor a date. */
const localTime = /(?:^|[^\d])\d{8}T\d{6}(?!Z|\d)/
/** Those that stand for instances: dates and times among them are held against one another in the calendar's zone. */
const ofInstances: ReadonlySet<string> = new Set(['DTSTART', 'DTEND', 'RECURRENCE-ID', 'EXDATE', 'RDATE'])
const untilDate = /UNTIL=\d{8}(?!T|\d)/i
const untilTime = /UNTIL=\d{8}T/i

/**
 * @param parsed by {@link parseCalendarObject}, with any zone as the calendar's
 * @returns true more often than it is so; false only where every zone of a calendar gives the same series
 */
export function dependsOnCalendarZone({ series, component }: CalendarObject): boolean {
  const told = component.components.filter(({ name }) => name !== 'VTIMEZONE').flatMap(propertiesWithin)
  const zones = new Set(eventsOf(series).flatMap(({ start, end }) => [start, end].flatMap((time) => (time.kind === 'zoned' ? [time.zone] : []))))
  return told.some((property) => isLocal(property, zones)) || mixesDatesAndTimes(told)
}

function propertiesWithin({ properties, components }: Component): readonly Property[] {
  return [...properties, ...components.flatMap(propertiesWithin)]
}

/** A TZID is as good as UTC where it is the very zone that was read from it, whatever rules came along. */
function isLocal(property: Property, zones: ReadonlySet<TimeZoneId>): boolean {
  if (!localTime.test(property.value)) return false
  const zone = findTimeZone(parameter(property, 'TZID')?.trim() ?? '')
  return zone === undefined || !zones.has(zone)
}

function mixesDatesAndTimes(properties: readonly Property[]): boolean {
  const times = properties.filter(({ name }) => ofInstances.has(name)).map(({ value }) => value.includes('T'))
  const untils = properties.filter(({ name }) => name === 'RRULE').flatMap(({ value }) => (untilTime.test(value) ? [true] : untilDate.test(value) ? [false] : []))
  return new Set([...times, ...untils]).size > 1
}
