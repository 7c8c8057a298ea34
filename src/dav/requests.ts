/**
 * Request bodies as typed values, parsed once at the edge. Every parser takes the body's bytes and throws
 * `GrammarError` (malformed XML, or XML that is not what the method takes). Unknown elements and attributes are skipped (RFC 4918 §17).
 */

import type { Name } from './names.ts'
import type { XmlElement } from './xml.ts'

/** RFC 4918 §9.1; an empty body is allprop. */
export type PropertySelection =
  | { readonly kind: 'properties'; readonly properties: readonly PropertyRequest[] }
  | { readonly kind: 'all'; readonly include: readonly PropertyRequest[] }
  | { readonly kind: 'names' }

/** A property asked for. The element is kept because some carry parameters (`CALDAV:calendar-data`). */
export interface PropertyRequest {
  readonly name: Name
  readonly element: XmlElement
}

/** RFC 4918 §9.2: in document order. */
export type PropertyUpdate =
  | { readonly kind: 'set'; readonly name: Name; readonly value: XmlElement }
  | { readonly kind: 'remove'; readonly name: Name }

/** UTC, as sent: `yyyymmddThhmmssZ`, checked. At least one end is there. */
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
  readonly name: string
  readonly test: { readonly kind: 'is-defined' } | { readonly kind: 'is-not-defined' } | { readonly kind: 'text-match'; readonly match: TextMatch }
}

/** RFC 4791 §9.7.2 */
export interface PropFilter {
  readonly name: string
  readonly isNotDefined: boolean
  readonly timeRange?: TimeRangeElement
  readonly textMatch?: TextMatch
  readonly params: readonly ParamFilter[]
}

/** RFC 4791 §9.7.1 */
export interface CompFilter {
  readonly name: string
  readonly isNotDefined: boolean
  readonly timeRange?: TimeRangeElement
  readonly props: readonly PropFilter[]
  readonly comps: readonly CompFilter[]
}

/** RFC 4791 §9.6.1; 'all' where the element `allprop` or `allcomp` stands or nothing is said. */
export interface ComponentSelection {
  readonly name: string
  readonly props: 'all' | readonly { readonly name: string; readonly isNameOnly: boolean }[]
  readonly comps: 'all' | readonly ComponentSelection[]
}

/** RFC 4791 §9.6: what of the calendar data is wanted. */
export interface CalendarDataRequest {
  readonly contentType: string
  readonly version: string
  readonly component?: ComponentSelection
  readonly expand?: Required<TimeRangeElement>
  readonly limitRecurrenceSet?: Required<TimeRangeElement>
  readonly limitFreeBusySet?: Required<TimeRangeElement>
}

export type ReportRequest =
  | { readonly kind: 'calendar-query'; readonly selection: PropertySelection; readonly filter: CompFilter; readonly timeZone?: string; readonly timeZoneId?: string }
  | { readonly kind: 'calendar-multiget'; readonly selection: PropertySelection; readonly hrefs: readonly string[] }
  | { readonly kind: 'free-busy-query'; readonly range: TimeRangeElement }
  /** `token` is empty for the first synchronisation. */
  | { readonly kind: 'sync-collection'; readonly selection: PropertySelection; readonly token: string; readonly level: '1' | 'infinite'; readonly limit?: number }
  | { readonly kind: 'expand-property'; readonly properties: readonly ExpandedProperty[] }
  | { readonly kind: 'principal-property-search'; readonly test: 'anyof' | 'allof'; readonly searches: readonly PropertySearch[]; readonly selection: PropertySelection; readonly appliesToCollectionSet: boolean }
  | { readonly kind: 'principal-search-property-set' }
  | { readonly kind: 'principal-match'; readonly selection: PropertySelection }
  /** A report that the grammar does not know: its name. */
  | { readonly kind: 'unknown'; readonly name: Name }

export interface ExpandedProperty {
  readonly name: Name
  readonly properties: readonly ExpandedProperty[]
}

export interface PropertySearch {
  readonly properties: readonly Name[]
  readonly match: string
  readonly matchType: 'equals' | 'contains' | 'starts-with' | 'ends-with'
}

/** MKCALENDAR (RFC 4791 §5.3.1) and extended MKCOL (RFC 5689 §3): the properties to set, in order. */
export interface MakeCollectionRequest {
  readonly properties: readonly { readonly name: Name; readonly value: XmlElement }[]
}
