/** `CALDAV:filter` and `CALDAV:time-range` (RFC 4791 §9.7 to §9.9) as typed values. What breaks the grammar is `CALDAV:valid-filter`. */

import { CALDAV, caldav, sameName } from './names.ts'
import { childNamed, childrenNamed, elementsOf, textOf } from './tree.ts'
import { GrammarError, type XmlElement } from './xml.ts'

/** UTC, as sent: `yyyymmddThhmmssZ`, checked; `start` is before `end`. At least one end is there. */
export interface TimeRangeElement {
  readonly start?: string
  readonly end?: string
}

export interface TextMatch {
  readonly text: string
  /** Name of the collation, `i;ascii-casemap` if not said. */
  readonly collation: string
  readonly isNegated: boolean
}

export interface ParamFilter {
  /** In upper case. */
  readonly name: string
  readonly test: { readonly kind: 'is-defined' } | { readonly kind: 'is-not-defined' } | { readonly kind: 'text-match'; readonly match: TextMatch }
}

/** RFC 4791 §9.7.2; not both of `timeRange` and `textMatch`, and with `isNotDefined` nothing else. */
export interface PropFilter {
  /** In upper case. */
  readonly name: string
  readonly isNotDefined: boolean
  readonly timeRange?: TimeRangeElement
  readonly textMatch?: TextMatch
  readonly params: readonly ParamFilter[]
}

/** RFC 4791 §9.7.1; with `isNotDefined` nothing else. */
export interface CompFilter {
  /** In upper case; `VCALENDAR` for the outermost one and for no other. */
  readonly name: string
  readonly isNotDefined: boolean
  readonly timeRange?: TimeRangeElement
  readonly props: readonly PropFilter[]
  readonly comps: readonly CompFilter[]
}

/** How many comp-, prop- and param-filters one filter may hold; each is tried on each object. */
const maxFilters = 100

const invalid = (sentence: string): GrammarError => new GrammarError(sentence, { condition: caldav('valid-filter') })

/** @throws GrammarError with the condition `CALDAV:valid-filter`, or `CALDAV:supported-filter` for what is not known (RFC 4791 §7.8) */
export function parseFilter(filter: XmlElement): CompFilter {
  const outermost = childrenNamed(filter, caldav('comp-filter'))
  if (outermost.length !== 1) throw invalid('A filter holds exactly one comp-filter, that of VCALENDAR.')
  if (countFilters(filter) > maxFilters) throw invalid(`A filter may hold at most ${maxFilters} comp-filter, prop-filter and param-filter elements.`)
  return parseCompFilter(outermost[0]!, undefined)
}

const filterElements = [caldav('comp-filter'), caldav('prop-filter'), caldav('param-filter')]

function countFilters(parent: XmlElement): number {
  return elementsOf(parent).reduce((sum, child) => sum + countFilters(child) + (filterElements.some((name) => sameName(name, child.name)) ? 1 : 0), 0)
}

/** In which components the known ones may stand (RFC 5545 §3.6). Unknown ones may stand anywhere but outside. */
const parentsOf: ReadonlyMap<string, readonly (string | undefined)[]> = new Map<string, readonly (string | undefined)[]>([
  ['VCALENDAR', [undefined]],
  ['VEVENT', ['VCALENDAR']], ['VTODO', ['VCALENDAR']], ['VJOURNAL', ['VCALENDAR']], ['VFREEBUSY', ['VCALENDAR']], ['VTIMEZONE', ['VCALENDAR']],
  ['VALARM', ['VEVENT', 'VTODO']],
  ['STANDARD', ['VTIMEZONE']], ['DAYLIGHT', ['VTIMEZONE']],
])

/** Components that do not lie in time, so that a time range on them means nothing (RFC 4791 §9.9). */
const timeless = ['VCALENDAR', 'VTIMEZONE', 'STANDARD', 'DAYLIGHT']

/**
 * What CalDAV may one day allow in a filter, or a client misspells: passed over, it would be another question that is answered. Elements of
 * other namespaces are (RFC 4918 §17), and `is-defined` of the drafts, which says what the filter says without it.
 */
function refuseOthers(filter: XmlElement, known: readonly string[]): void {
  const other = elementsOf(filter).find(({ name }) => name.namespace === CALDAV && name.local !== 'is-defined' && !known.includes(name.local))
  if (other === undefined) return
  throw new GrammarError(`The element ${other.name.local.slice(0, 40)} in a ${filter.name.local} is not known; known are ${known.join(', ')}.`, { condition: caldav('supported-filter') })
}

function parseCompFilter(filter: XmlElement, parent: string | undefined): CompFilter {
  refuseOthers(filter, ['is-not-defined', 'time-range', 'prop-filter', 'comp-filter'])
  const name = nameOf(filter)
  const parents = parentsOf.get(name)
  if (parents === undefined ? parent === undefined : !parents.includes(parent)) {
    throw invalid(`A comp-filter of ${name} cannot stand ${parent === undefined ? 'outermost, only VCALENDAR can' : `inside that of ${parent}`}.`)
  }
  const timeRange = timeRangeOf(filter)
  if (timeRange !== undefined && timeless.includes(name)) throw invalid(`A time-range cannot stand in a comp-filter of ${name}.`)
  const parts = {
    props: childrenNamed(filter, caldav('prop-filter')).map(parsePropFilter),
    comps: childrenNamed(filter, caldav('comp-filter')).map((inner) => parseCompFilter(inner, name)),
  }
  const isNotDefined = isNotDefinedIn(filter, timeRange !== undefined || parts.props.length + parts.comps.length > 0)
  return { name, isNotDefined, ...(timeRange && { timeRange }), ...parts }
}

/** The properties of RFC 5545 whose values are dates or times; other standard ones cannot be asked by range. */
const temporal = /^(COMPLETED|CREATED|DTEND|DTSTAMP|DTSTART|DUE|EXDATE|LAST-MODIFIED|RDATE|RECURRENCE-ID|ACKNOWLEDGED|X-.*)$/

function parsePropFilter(filter: XmlElement): PropFilter {
  refuseOthers(filter, ['is-not-defined', 'time-range', 'text-match', 'param-filter'])
  const name = nameOf(filter)
  const timeRange = timeRangeOf(filter)
  const textMatch = textMatchOf(filter)
  const params = childrenNamed(filter, caldav('param-filter')).map(parseParamFilter)
  if (timeRange !== undefined && !temporal.test(name)) throw invalid(`A time-range cannot stand in a prop-filter of ${name}, whose value is no time.`)
  if (timeRange !== undefined && textMatch !== undefined) throw invalid(`The prop-filter of ${name} holds both a time-range and a text-match.`)
  const isNotDefined = isNotDefinedIn(filter, timeRange !== undefined || textMatch !== undefined || params.length > 0)
  return { name, isNotDefined, ...(timeRange && { timeRange }), ...(textMatch && { textMatch }), params }
}

/** RFC 4791 §9.7.3 */
function parseParamFilter(filter: XmlElement): ParamFilter {
  refuseOthers(filter, ['is-not-defined', 'text-match'])
  const match = textMatchOf(filter)
  if (isNotDefinedIn(filter, match !== undefined)) return { name: nameOf(filter), test: { kind: 'is-not-defined' } }
  return { name: nameOf(filter), test: match === undefined ? { kind: 'is-defined' } : { kind: 'text-match', match } }
}

/** RFC 4791 §9.7.5 */
function textMatchOf(filter: XmlElement): TextMatch | undefined {
  const match = only(filter, 'text-match')
  if (match === undefined) return undefined
  refuse(match, 'match-type', 'contains')
  const negation = match.attributes.get('negate-condition') ?? 'no'
  if (negation !== 'yes' && negation !== 'no') throw invalid('negate-condition is "yes" or "no".')
  return { text: textOf(match), collation: match.attributes.get('collation') ?? 'i;ascii-casemap', isNegated: negation === 'yes' }
}

/**
 * Attributes of CardDAV's filters (RFC 6352 §10.5) that calendar queries do not have. To pass over one that asks for something else than
 * what is done anyway would answer another question.
 */
function refuse(element: XmlElement, attribute: string, whatIsDone: string): void {
  const value = element.attributes.get(attribute)?.trim()
  if (value === undefined || value === whatIsDone) return
  throw new GrammarError(`${element.name.local} with ${attribute}="${value.slice(0, 40)}" is not supported, "${whatIsDone}" is.`, { condition: caldav('supported-filter') })
}

function timeRangeOf(filter: XmlElement): TimeRangeElement | undefined {
  const range = only(filter, 'time-range')
  return range && parseTimeRange(range)
}

/** RFC 4791 §9.7.4: what must not be there cannot be described further. */
function isNotDefinedIn(filter: XmlElement, isDescribed: boolean): boolean {
  const isNotDefined = childNamed(filter, caldav('is-not-defined')) !== undefined
  if (isNotDefined && isDescribed) throw invalid(`The ${filter.name.local} of ${nameOf(filter)} holds is-not-defined beside other conditions.`)
  return isNotDefined
}

function only(filter: XmlElement, local: string): XmlElement | undefined {
  const [found, ...more] = childrenNamed(filter, caldav(local))
  if (more.length > 0) throw invalid(`A ${filter.name.local} holds at most one ${local}.`)
  return found
}

/** iCalendar names are compared without case (RFC 5545 §2). */
function nameOf(filter: XmlElement): string {
  refuse(filter, 'test', 'allof')
  const name = filter.attributes.get('name')?.trim().toUpperCase()
  if (!name) throw invalid(`A ${filter.name.local} needs the attribute name.`)
  return name
}

/**
 * The attributes `start` and `end` of `CALDAV:time-range` and the elements like it (RFC 4791 §9.9): UTC date-times only. Dates
 * alone, as some clients send them, are refused, since nobody could say which zone's day is meant.
 * @throws GrammarError with the condition `CALDAV:valid-filter`
 */
export function parseTimeRange(range: XmlElement): TimeRangeElement {
  const start = utcOf(range, 'start')
  const end = utcOf(range, 'end')
  if (start === undefined && end === undefined) throw invalid(`${range.name.local} needs the attribute start, end or both.`)
  if (start !== undefined && end !== undefined && start >= end) throw invalid(`In ${range.name.local} the end must be later than the start.`)
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) }
}

function utcOf(range: XmlElement, attribute: 'start' | 'end'): string | undefined {
  const value = range.attributes.get(attribute)
  if (value !== undefined && !isUtcDateTime(value)) {
    throw invalid(`In ${range.name.local} the ${attribute} is a UTC date-time such as 20260131T120000Z, and "${value.slice(0, 40)}" is none.`)
  }
  return value
}

/** RFC 5545 §3.3.5, form 2; a leap second is not taken. */
function isUtcDateTime(value: string): boolean {
  const iso = value.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6.000Z')
  const at = new Date(iso)
  return iso !== value && !Number.isNaN(at.getTime()) && at.toISOString() === iso
}
