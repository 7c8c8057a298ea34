/** `CALDAV:calendar-data` in a request: what of the calendar objects is wanted, and in which form (RFC 4791 §9.6). */

import { parseTimeRange, type TimeRangeElement } from './filter.ts'
import { caldav } from './names.ts'
import { childNamed, childrenNamed, elementsOf } from './tree.ts'
import { GrammarError, type XmlElement } from './xml.ts'

/**
 * RFC 4791 §9.6.1. 'all' where the element `allprop` or `allcomp` stands, and both where the `comp` element is empty;
 * beside other content a missing list is an empty one.
 */
export interface ComponentSelection {
  /** In upper case; `VCALENDAR` for the outermost one. */
  readonly name: string
  readonly props: 'all' | readonly { /** In upper case. */ readonly name: string; readonly isNameOnly: boolean }[]
  readonly comps: 'all' | readonly ComponentSelection[]
}

/** RFC 4791 §9.6; at most one of `expand` and `limitRecurrenceSet`. */
export interface CalendarDataRequest {
  /** `text/calendar` if not said; in lower case, without parameters: the character set is that of the XML. */
  readonly contentType: string
  /** `2.0` if not said. */
  readonly version: string
  readonly component?: ComponentSelection
  readonly expand?: Required<TimeRangeElement>
  readonly limitRecurrenceSet?: Required<TimeRangeElement>
}

/** @param request the `CALDAV:calendar-data` element of a property list. @throws GrammarError */
export function parseCalendarDataRequest(request: XmlElement): CalendarDataRequest {
  const component = childNamed(request, caldav('comp'))
  const expand = rangeOf(request, 'expand')
  const limitRecurrenceSet = rangeOf(request, 'limit-recurrence-set')
  // There is nothing that it could limit (§9.6.7), but it has to be what it should be.
  rangeOf(request, 'limit-freebusy-set')
  if (expand && limitRecurrenceSet) throw new GrammarError('calendar-data holds both expand and limit-recurrence-set.')
  return {
    contentType: (request.attributes.get('content-type') ?? 'text/calendar').split(';', 1)[0]!.trim().toLowerCase(),
    version: (request.attributes.get('version') ?? '2.0').trim(),
    ...(component && { component: parseOutermost(component) }),
    ...(expand && { expand }), ...(limitRecurrenceSet && { limitRecurrenceSet }),
  }
}

/** RFC 4791 §9.6.5 to §9.6.7: both ends are required. */
function rangeOf(request: XmlElement, local: string): Required<TimeRangeElement> | undefined {
  const found = childNamed(request, caldav(local))
  if (found === undefined) return undefined
  const { start, end } = rangeWithoutCondition(found)
  if (start === undefined || end === undefined) throw new GrammarError(`${local} needs both the attributes start and end.`)
  return { start, end }
}

/** A range outside of a filter is no matter of `CALDAV:valid-filter`. */
export function rangeWithoutCondition(range: XmlElement): TimeRangeElement {
  try {
    return parseTimeRange(range)
  } catch (error) {
    throw error instanceof GrammarError ? new GrammarError(error.message, { cause: error }) : error
  }
}

function parseOutermost(component: XmlElement): ComponentSelection {
  const selection = parseComponentSelection(component)
  if (selection.name !== 'VCALENDAR') throw new GrammarError('The outermost comp of calendar-data is VCALENDAR.')
  return selection
}

function parseComponentSelection(component: XmlElement): ComponentSelection {
  const name = nameOf(component)
  if (elementsOf(component).length === 0) return { name, props: 'all', comps: 'all' }
  const has = (local: string): boolean => childNamed(component, caldav(local)) !== undefined
  return {
    name,
    props: has('allprop') ? 'all' : childrenNamed(component, caldav('prop')).map((prop) => ({ name: nameOf(prop), isNameOnly: prop.attributes.get('novalue') === 'yes' })),
    comps: has('allcomp') ? 'all' : childrenNamed(component, caldav('comp')).map(parseComponentSelection),
  }
}

function nameOf(part: XmlElement): string {
  const name = part.attributes.get('name')?.trim().toUpperCase()
  if (!name) throw new GrammarError(`In calendar-data a ${part.name.local} needs the attribute name.`)
  return name
}
