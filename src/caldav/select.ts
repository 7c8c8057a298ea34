/**
 * calendar-data (RFC 4791 §9.6): which components and properties of a calendar object are told, which instances, and in which form.
 */

import type { TimeRange } from '../calendar/calendar.ts'
import type { Event, EventSeries, EventTime } from '../calendar/event.ts'
import type { RecurrenceId, TimeZoneId } from '../calendar/identifiers.ts'
import type { StoredSeries } from '../calendar/backend.ts'
import { caldav, dav, sameName } from '../dav/names.ts'
import { parseCalendarDataRequest } from '../dav/requests.ts'
import type { CalendarDataRequest, ComponentSelection, PropertySelection } from '../dav/requests.ts'
import { plainWriter } from '../dav/xml.ts'
import type { XmlElement } from '../dav/xml.ts'
import type { Component, Property } from '../icalendar/component.ts'
import { componentOf, formatCalendarObject, formatComponent } from '../icalendar/format.ts'
import { instances, timeOfRecurrenceId } from '../icalendar/recurrence.ts'
import { instantOf } from '../icalendar/time-zone.ts'
import type { Context, Loaded } from './context.ts'
import { DavError } from './errors.ts'
import { closedRangeOf, overlaps, spanOf } from './filters/time-range.ts'
import { property } from './property.ts'
import type { PropertyRow } from './property.ts'
import { calendarData, escapedCalendarData } from './render.ts'
import { wantsZoneless, withoutZones } from './zoneless.ts'

/** How many instances of one object are told at most; beyond it the object is refused rather than told in part. */
const maxExpandedInstances = 10_000

/** Gives the text of a calendar object as a request wants it. @throws DavError 507 DAV:number-of-matches-within-limits */
export type CalendarDataFormatter = (stored: StoredSeries, floatingZone: TimeZoneId) => string

/**
 * `CALDAV:calendar-data` as a property of calendar objects, for a report that asks for it: only there are the objects at hand
 * (RFC 4791 §9.6). No row if it does not ask; propname and allprop do not tell of it.
 *
 * @param floatingZone  where dates and floating times count; the calendar's zone if it is left out
 * @throws              as {@link calendarDataFormatter}, before any object is read
 */
export function calendarDataRows(selection: PropertySelection, floatingZone?: TimeZoneId): readonly PropertyRow[] {
  const requests = selection.kind === 'properties' ? selection.properties : selection.kind === 'all' ? selection.include : []
  const found = requests.find((each) => sameName(each.name, caldav('calendar-data')))
  if (found === undefined) return []
  const format = calendarDataFormatter(found.element)
  const zoneless = calendarDataFormatter(found.element, withoutZones)
  // A listing in its usual form is told from finished text.
  const finished = ({ held }: Loaded<'object'>, context: Context): string | undefined => held && !wantsZoneless(context) ? calendarDataElement(escapedCalendarData(held)) : undefined
  return [property({
    name: caldav('calendar-data'),
    source: 'RFC 4791 §9.6',
    on: ['object'],
    allprop: false,
    isOfObjectAlone: true,
    get: async (object, context) => [(wantsZoneless(context) ? zoneless : format)(await object.stored(), floatingZone ?? (await object.calendar()).timeZone)],
    ...(format === calendarData && { finished }),
  })]
}

const calendarDataElement = plainWriter(caldav('calendar-data'))

/**
 * Reads the calendar-data element of a request, once for all the objects of its answer.
 *
 * @param trim           what is left of each object besides
 * @throws GrammarError  when it is not what RFC 4791 §9.6 allows
 * @throws DavError 403  CALDAV:supported-calendar-data for another form than iCalendar 2.0
 */
export function calendarDataFormatter(requested: XmlElement, trim?: (calendar: Component) => Component): CalendarDataFormatter {
  const request = parseCalendarDataRequest(requested)
  if (request.contentType !== 'text/calendar' || request.version !== '2.0') {
    throw new DavError(403, 'Calendar data is told as text/calendar, version 2.0: ask for that.', { condition: caldav('supported-calendar-data') })
  }
  const { component: selection } = request
  const restrict = restrictionOf(request)
  if (trim !== undefined) {
    const chosen = (calendar: Component): Component => (selection === undefined ? calendar : selected(calendar, selection))
    return ({ series, owner }, zone) => formatComponent(chosen(trim(componentOf(restrict?.(series, zone) ?? series, owner))))
  }
  if (selection === undefined) {
    return restrict === undefined ? calendarData : ({ series, owner }, zone) => formatCalendarObject(restrict(series, zone), owner)
  }
  return ({ series, owner }, zone) => formatComponent(selected(componentOf(restrict?.(series, zone) ?? series, owner), selection))
}

/** limit-freebusy-set has nothing to limit: no stored object holds a VFREEBUSY (RFC 4791 §9.6.7). */
function restrictionOf({ expand, limitRecurrenceSet }: CalendarDataRequest): ((series: EventSeries, zone: TimeZoneId) => EventSeries) | undefined {
  if (expand !== undefined) {
    const range = closedRangeOf(expand)
    return (series, zone) => expanded(series, range, zone)
  }
  if (limitRecurrenceSet === undefined) return undefined
  const range = closedRangeOf(limitRecurrenceSet)
  return (series, zone) => withOverridesIn(series, range, zone)
}

// Instances

/**
 * RFC 4791 §9.6.5: the instances that overlap the range, one VEVENT each, with RECURRENCE-ID where the series recurs, without
 * recurrence properties and time zones. Times of a zone become UTC; dates and floating times stay, as no zone is named in them.
 *
 * @returns        a series without master; it holds no event if no instance overlaps the range
 * @throws DavError 507 DAV:number-of-matches-within-limits beyond {@link maxExpandedInstances}
 */
export function expanded(series: EventSeries, range: Required<TimeRange>, floatingZone: TimeZoneId): EventSeries {
  const found = instances(series, range, { floatingZone, limit: maxExpandedInstances })
  if (!found.isComplete) throw tooMany()
  const inside = found.instances.filter((each) => overlaps(each, range))
  const [first] = inside
  if (series.kind === 'single' && first !== undefined) return { ...series, event: inUtc(first.event, floatingZone) }
  const events = inside.map(({ recurrenceId, event }) => [recurrenceId as RecurrenceId, inUtc(event, floatingZone)] as const)
  return { kind: 'detached', uid: series.uid, overrides: new Map(events) }
}

function inUtc(event: Event, floatingZone: TimeZoneId): Event {
  return { ...event, start: utc(event.start, floatingZone), end: utc(event.end, floatingZone) }
}

function utc(time: EventTime, floatingZone: TimeZoneId): EventTime {
  return time.kind === 'zoned' ? { kind: 'utc', at: instantOf(time, floatingZone) } : time
}

function tooMany(): DavError {
  return new DavError(507, `The time range holds more than ${maxExpandedInstances} instances of one event: ask for a shorter one.`,
    { condition: dav('number-of-matches-within-limits') })
}

/**
 * RFC 4791 §9.6.6: the master, and those changed instances that overlap the range as they are now or as they were before the change.
 * A series without master keeps at least the instances of the range.
 */
function withOverridesIn(series: EventSeries, range: TimeRange, floatingZone: TimeZoneId): EventSeries {
  if (series.kind === 'single') return series
  const lengthMs = series.kind === 'recurring' ? lengthOf(series.master, floatingZone) : undefined
  const like = series.kind === 'recurring' ? series.master.start : undefined
  const isIn = (id: RecurrenceId, event: Event): boolean => {
    if (overlaps(spanOf(event, floatingZone), range)) return true
    const from = instantOf(timeOfRecurrenceId(id, like ?? event.start), floatingZone)
    return overlaps({ from, to: (from + (lengthMs ?? lengthOf(event, floatingZone))) as typeof from }, range)
  }
  return { ...series, overrides: new Map([...series.overrides].filter(([id, event]) => isIn(id, event))) }
}

function lengthOf(event: Event, floatingZone: TimeZoneId): number {
  const { from, to } = spanOf(event, floatingZone)
  return to - from
}

// Components and properties

/**
 * RFC 4791 §9.6.1: a component with the properties and components that the request names, in the order of the object.
 * @param selection of the component's own name
 */
export function selected(component: Component, { props, comps }: ComponentSelection): Component {
  return {
    ...component,
    properties: props === 'all' ? component.properties : component.properties.flatMap((each) => chosen(each, props)),
    components: comps === 'all' ? component.components : component.components.flatMap((each) => {
      const selection = comps.find(({ name }) => name === each.name)
      return selection === undefined ? [] : [selected(each, selection)]
    }),
  }
}

/** RFC 4791 §9.6.4: with novalue only the name is told. */
function chosen(property: Property, selection: readonly { readonly name: string; readonly isNameOnly: boolean }[]): readonly Property[] {
  const found = selection.find(({ name }) => name === property.name)
  if (found === undefined) return []
  return [found.isNameOnly ? { ...property, parameters: [], value: '' } : property]
}
