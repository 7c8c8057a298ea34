/**
 * The filters of calendar-query (RFC 4791 §9.7): the grammar in, a test over event series out.
 *
 * What needs no iCalendar (component names, time ranges on events, UID) is answered from the model, or a range alone from what was worked
 * out of it before; the component tree is built at most once for each object, and only if the filter looks into properties or alarms.
 */

import type { StoredSeries } from '../calendar/backend.ts'
import type { TimeRange } from '../calendar/calendar.ts'
import type { Alarm, EventSeries } from '../calendar/event.ts'
import { eventsOf } from '../calendar/event.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import type { CompFilter, PropFilter, TextMatch } from '../dav/requests.ts'
import { propertiesNamed } from '../icalendar/component.ts'
import type { Component } from '../icalendar/component.ts'
import { componentOf } from '../icalendar/format.ts'
import { alarmGoesOff } from './filters/alarm.ts'
import { checkFilter } from './filters/check.ts'
import { propertyTest, textTest } from './filters/properties.ts'
import { spansOf } from './filters/spans.ts'
import { overlaps, someInstance, stretched, timeRangeOf } from './filters/time-range.ts'
import type { Part } from './filters/time-range.ts'

/** A checked filter as a test of objects. */
export interface CalendarFilter {
  /** 'all' and 'none' are known from the filter alone, for every object that a calendar of events can hold. */
  readonly scope: 'all' | 'some' | 'none'
  /** Every object that matches has an instance which overlaps this range; undefined if nothing of that kind is known. */
  readonly range: TimeRange | undefined
  readonly matches: (object: Pick<StoredSeries, 'series'>) => boolean
}

/** A component of a calendar object in which a filter looks for others. */
interface Place {
  readonly series: EventSeries
  /** The VEVENT that the place is or lies in; undefined for VCALENDAR and VTIMEZONE. */
  readonly part?: Part
  /** The VALARM that the place is. */
  readonly alarm?: Alarm
  readonly component: () => Component
}

type Test = 'always' | 'never' | ((place: Place) => boolean)

/**
 * @param zone           where dates and floating times count: the request's, else the calendar's (RFC 4791 §7.3)
 * @param calendarZone   where the backend counts them when it narrows by range; undefined where that is not known
 * @throws DavError 403  when the filter asks what cannot be answered (see {@link checkFilter})
 */
export function compileFilter(filter: CompFilter, zone: TimeZoneId, calendarZone: TimeZoneId | undefined): CalendarFilter {
  checkFilter(filter)
  // Every calendar object is a VCALENDAR: that none is there never holds.
  const test = filter.isNotDefined ? 'never' : conditions(filter, zone)
  const range = eventRange(filter)
  const spareMs = zone === calendarZone ? SECOND_MS : ZONES_APART_MS
  const isRange = typeof test === 'function' && range !== undefined && isRangeAlone(filter)
  return {
    scope: test === 'always' ? 'all' : test === 'never' ? 'none' : 'some',
    range: range && stretched(range, -spareMs, spareMs),
    matches: (object) => {
      const spans = isRange ? spansOf(object, zone) : undefined
      return spans === undefined ? holds(test, calendarPlace(object.series)) : spans.some((span) => overlaps(span, range!))
    },
  }
}

/** Whether nothing is asked but that an event overlaps a range, as calendar programs do: then its instances answer it. */
function isRangeAlone({ props, comps: [events, ...others] }: CompFilter): boolean {
  return events !== undefined && props.length + others.length + events.props.length + events.comps.length === 0
}

/** The range that a matching object's events have to overlap: the first one that is asked of VEVENT. */
function eventRange(filter: CompFilter): TimeRange | undefined {
  const range = filter.comps.find((each) => each.name === 'VEVENT' && !each.isNotDefined && each.timeRange !== undefined)?.timeRange
  return range === undefined ? undefined : timeRangeOf(range)
}

/** An event without length that lies on the start of the range belongs to it (RFC 4791 §9.9): not every backend sees it so. */
const SECOND_MS = 1000
/** Local times of two zones are never further apart than this. */
const ZONES_APART_MS = 26 * 3_600_000

/** RFC 4791 §9.7.1: all that is asked of a component has to hold for one and the same component. */
function conditions(filter: CompFilter, zone: TimeZoneId): Test {
  return allOf([
    timeTest(filter, zone),
    ...filter.props.map((each) => propertyCondition(each, filter.name, zone)),
    ...filter.comps.map((each) => componentTest(each, filter.name, zone)),
  ])
}

/** Whether the enclosing place holds a component as the filter wants it. */
function componentTest(filter: CompFilter, parent: string, zone: TimeZoneId): Test {
  const { name } = filter
  const presence = presenceOf(parent, name)
  const isThere: Test = presence === 'sometimes' ? (place) => inside(place, name).length > 0 : presence
  if (filter.isNotDefined) return not(isThere)
  const inner = conditions(filter, zone)
  if (presence === 'never' || inner === 'never') return 'never'
  if (inner === 'always') return isThere
  return (place) => inside(place, name).some(inner)
}

/** What a calendar of events holds: at least one VEVENT in each object, time zones and alarms where needed, nothing else. */
function presenceOf(parent: string, name: string): 'always' | 'sometimes' | 'never' {
  if (parent === 'VCALENDAR' && name === 'VEVENT') return 'always'
  const known = parent === 'VCALENDAR' ? ['VTIMEZONE'] : parent === 'VEVENT' ? ['VALARM'] : parent === 'VTIMEZONE' ? ['STANDARD', 'DAYLIGHT'] : []
  return known.includes(name) ? 'sometimes' : 'never'
}

function calendarPlace(series: EventSeries): Place {
  let built: Component | undefined
  return { series, component: () => (built ??= componentOf(series)) }
}

function inside(place: Place, name: string): readonly Place[] {
  if (place.part === undefined && name === 'VEVENT') return eventPlaces(place)
  if (place.part !== undefined && name === 'VALARM') return alarmPlaces(place, place.part)
  return place.component().components.filter((each) => each.name === name).map((each) => ({ ...place, component: () => each }))
}

/** The VEVENTs stand in the text in the order of {@link eventsOf}, and the VALARMs of each in that of its alarms. */
function eventPlaces({ series, component }: Place): readonly Place[] {
  return eventsOf(series).map((event, index) => ({
    series,
    part: { kind: series.kind === 'single' ? 'single' : series.kind === 'recurring' && index === 0 ? 'master' : 'override', event },
    component: () => nth(component(), 'VEVENT', index),
  }))
}

function alarmPlaces({ series, component }: Place, part: Part): readonly Place[] {
  return part.event.alarms.list.map((alarm, index) => ({ series, part, alarm, component: () => nth(component(), 'VALARM', index) }))
}

/** The component of that name and place, of those that the series surely has. */
function nth(parent: Component, name: string, index: number): Component {
  return parent.components.filter((each) => each.name === name)[index]!
}

function timeTest(filter: CompFilter, zone: TimeZoneId): Test {
  if (filter.timeRange === undefined) return 'always'
  const range = timeRangeOf(filter.timeRange)
  if (filter.name === 'VALARM') {
    return ({ alarm, series, part }) => alarm !== undefined && part !== undefined && alarmGoesOff(alarm, range, series, part, zone)
  }
  if (filter.name !== 'VEVENT') return 'never'
  return ({ series, part }) => part !== undefined && someInstance(series, part, range, zone, (span) => overlaps(span, range))
}

/** RFC 4791 §9.7.2: all that is asked of a property has to hold for one and the same property. */
function propertyCondition(filter: PropFilter, component: string, zone: TimeZoneId): Test {
  const { name } = filter
  if (filter.isNotDefined) return (place) => propertiesNamed(place.component(), name).length === 0
  if (component === 'VEVENT' && name === 'UID' && filter.textMatch !== undefined && isTextOnly(filter)) return uidTest(filter.textMatch)
  const test = propertyTest(filter, zone)
  return (place) => propertiesNamed(place.component(), name).some(test)
}

function isTextOnly(filter: PropFilter): boolean {
  return filter.timeRange === undefined && filter.params.length === 0
}

/** python-caldav finds an event by its UID in this way: the text need not be built for it. */
function uidTest(match: TextMatch): Test {
  const test = textTest(match)
  return ({ series }) => test(series.uid)
}

function holds(test: Test, place: Place): boolean {
  return typeof test === 'function' ? test(place) : test === 'always'
}

function allOf(tests: readonly Test[]): Test {
  if (tests.includes('never')) return 'never'
  const open = tests.filter((each) => typeof each === 'function')
  return open.length === 0 ? 'always' : (place) => open.every((each) => each(place))
}

function not(test: Test): Test {
  return typeof test === 'function' ? (place) => !test(place) : test === 'always' ? 'never' : 'always'
}
