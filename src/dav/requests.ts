/**
 * Request bodies as typed values, parsed once at the edge. Every parser takes the body's bytes and throws
 * `GrammarError` (malformed XML, or XML that is not what the method takes). Unknown elements and attributes are skipped (RFC 4918 §17).
 */

import { rangeWithoutCondition } from './calendar-data.ts'
import { parseFilter, type CompFilter, type TimeRangeElement } from './filter.ts'
import { CALDAV, caldav, DAV, dav, sameName, type Name } from './names.ts'
import { propertiesIn, selectionIn, type PropertySelection } from './selection.ts'
import { childNamed, childrenNamed, elementsOf, textOf } from './tree.ts'
import { GrammarError, parseXml, type XmlElement } from './xml.ts'

export { parseCalendarDataRequest, type CalendarDataRequest, type ComponentSelection } from './calendar-data.ts'
export { parseTimeRange, type CompFilter, type ParamFilter, type PropFilter, type TextMatch, type TimeRangeElement } from './filter.ts'
export type { PropertyRequest, PropertySelection } from './selection.ts'

/** RFC 4918 §9.2: in document order. */
export type PropertyUpdate =
  | { readonly kind: 'set'; readonly name: Name; readonly value: XmlElement }
  | { readonly kind: 'remove'; readonly name: Name }

export type ReportRequest =
  | { readonly kind: 'calendar-query'; readonly selection: PropertySelection; readonly filter: CompFilter; readonly timeZone?: string; readonly timeZoneId?: string }
  /** Hrefs as sent but for blanks around them, each once, in document order. */
  | { readonly kind: 'calendar-multiget'; readonly selection: PropertySelection; readonly hrefs: readonly string[] }
  | { readonly kind: 'free-busy-query'; readonly range: TimeRangeElement }
  /** `token` is empty for the first synchronisation. */
  | { readonly kind: 'sync-collection'; readonly selection: PropertySelection; readonly token: string; readonly level: '1' | 'infinite'; readonly limit?: number }
  | { readonly kind: 'expand-property'; readonly properties: readonly ExpandedProperty[] }
  | { readonly kind: 'principal-property-search'; readonly test: 'anyof' | 'allof'; readonly searches: readonly PropertySearch[]; readonly selection: PropertySelection }
  | { readonly kind: 'principal-search-property-set' }
  /** Without `principalProperty` the principals that are the user are wanted (`self`). */
  | { readonly kind: 'principal-match'; readonly selection: PropertySelection; readonly principalProperty?: Name }
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

/** So many short bodies of requests are remembered; emptied when full, which takes more than the programs of one account send. */
const mostRemembered = 200
const longestRemembered = 2048

/** Programs send the same bodies over and over, and reading the XML of one costs more than most answers. */
function remembering<T>(parse: (body: Uint8Array) => T): (body: Uint8Array) => T {
  const known = new Map<string, T>()
  return (body) => {
    if (body.length > longestRemembered) return parse(body)
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1')
    const request = known.get(text) ?? parse(body)
    if (known.size >= mostRemembered) known.clear()
    known.set(text, request)
    return request
  }
}

/** RFC 4918 §9.1. An empty body asks for all properties. */
export const parsePropfind = remembering((body): PropertySelection => {
  if (body.length === 0) return { kind: 'all', include: [] }
  const selection = selectionIn(rootNamed(body, [dav('propfind')]))
  if (selection === undefined) throw new GrammarError('A propfind holds one of prop, allprop and propname.')
  return selection
})

/** RFC 4918 §9.2. @returns at least one update */
export function parseProppatch(body: Uint8Array): readonly PropertyUpdate[] {
  const updates = elementsOf(rootNamed(body, [dav('propertyupdate')])).flatMap((instruction): PropertyUpdate[] => {
    if (sameName(instruction.name, dav('set'))) return elementsOf(propIn(instruction)).map((value) => ({ kind: 'set', name: value.name, value }))
    if (sameName(instruction.name, dav('remove'))) return elementsOf(propIn(instruction)).map(({ name }) => ({ kind: 'remove', name }))
    return []
  })
  if (updates.length === 0) throw new GrammarError('A propertyupdate holds at least one set or remove with a property.')
  return updates
}

/** RFC 4791 §9.2, RFC 5689 §5.1. An empty body sets nothing. */
export function parseMakeCollection(body: Uint8Array): MakeCollectionRequest {
  if (body.length === 0) return { properties: [] }
  const root = rootNamed(body, [caldav('mkcalendar'), dav('mkcol')])
  const values = childrenNamed(root, dav('set')).flatMap((set) => elementsOf(propIn(set)))
  return { properties: values.map((value) => ({ name: value.name, value })) }
}

function rootNamed(body: Uint8Array, names: readonly Name[]): XmlElement {
  const root = parseXml(body)
  if (names.some((name) => sameName(name, root.name))) return root
  const wanted = names.map((name) => `${name.local} (${name.namespace})`).join(' or ')
  throw new GrammarError(`The root element is ${root.name.local} (${root.name.namespace}); ${wanted} is needed here.`)
}

function propIn(instruction: XmlElement): XmlElement {
  return required(instruction, dav('prop'))
}

function required(parent: XmlElement, name: Name): XmlElement {
  const found = childNamed(parent, name)
  if (found === undefined) throw new GrammarError(`A ${parent.name.local} needs a ${name.local} element inside.`)
  return found
}

/** Reports by the name of their root element. */
const davReports: ReadonlyMap<string, (root: XmlElement) => ReportRequest> = new Map([
  ['sync-collection', parseSyncCollection],
  ['expand-property', (root: XmlElement): ReportRequest => ({ kind: 'expand-property', properties: expandedProperties(root) })],
  ['principal-property-search', parsePrincipalPropertySearch],
  ['principal-search-property-set', (): ReportRequest => ({ kind: 'principal-search-property-set' })],
  ['principal-match', parsePrincipalMatch],
])
const caldavReports: ReadonlyMap<string, (root: XmlElement) => ReportRequest> = new Map([
  ['calendar-query', parseCalendarQuery],
  ['calendar-multiget', parseCalendarMultiget],
  ['free-busy-query', (root: XmlElement): ReportRequest => ({ kind: 'free-busy-query', range: rangeWithoutCondition(required(root, caldav('time-range'))) })],
])

/** RFC 3253 §3.6. */
export const parseReport = remembering((body): ReportRequest => {
  const root = parseXml(body)
  const parse = root.name.namespace === DAV ? davReports.get(root.name.local) : root.name.namespace === CALDAV ? caldavReports.get(root.name.local) : undefined
  return parse === undefined ? { kind: 'unknown', name: root.name } : parse(root)
})

/** RFC 4791 §9.5; without `prop`, `allprop` or `propname` no property is wanted, only the hrefs. */
function parseCalendarQuery(root: XmlElement): ReportRequest {
  const [filter, ...others] = childrenNamed(root, caldav('filter'))
  if (filter === undefined || others.length > 0) throw new GrammarError('A calendar-query needs exactly one filter element inside.', { condition: caldav('valid-filter') })
  // Empty they say nothing: tsdav 1.0 sends one with every query.
  const [timeZone, timeZoneId] = (['timezone', 'timezone-id'] as const).map((name) => textOfChild(root, caldav(name)))
  return { kind: 'calendar-query', selection: selectionOrNothing(root), filter: parseFilter(filter), ...(timeZone && { timeZone }), ...(timeZoneId && { timeZoneId }) }
}

function textOfChild(root: XmlElement, name: Name): string {
  const child = childNamed(root, name)
  return child === undefined ? '' : textOf(child).trim()
}

function selectionOrNothing(root: XmlElement): PropertySelection {
  return selectionIn(root) ?? { kind: 'properties', properties: [] }
}

/** As many as the largest body holds of short ones: calcurse asks for all of a calendar at once. */
const maxHrefs = 20_000

/** RFC 4791 §9.10, and without any href (tsdav 1.0, where it has found nothing). */
function parseCalendarMultiget(root: XmlElement): ReportRequest {
  const hrefs = new Set(childrenNamed(root, dav('href')).map((href) => textOf(href).trim()))
  if (hrefs.size > maxHrefs) throw new GrammarError(`A calendar-multiget may name at most ${maxHrefs} hrefs.`)
  return { kind: 'calendar-multiget', selection: selectionOrNothing(root), hrefs: [...hrefs] }
}

/**
 * RFC 6578 §6.1. Older drafts have other orders and no `sync-level`: Calendar.app of macOS 10.7 sends none, old python-caldav puts it first.
 */
function parseSyncCollection(root: XmlElement): ReportRequest {
  const limit = childNamed(root, dav('limit'))
  const selection = selectionIn(root)
  if (selection?.kind !== 'properties') throw new GrammarError('A sync-collection needs a prop element inside.')
  return {
    kind: 'sync-collection', selection, token: textOf(required(root, dav('sync-token'))).trim(), level: syncLevelOf(root),
    ...(limit && { limit: limitOf(limit) }),
  }
}

function syncLevelOf(root: XmlElement): '1' | 'infinite' {
  const element = childNamed(root, dav('sync-level'))
  const level = element === undefined ? '1' : textOf(element).trim()
  if (level === '1') return '1'
  if (level === 'infinite' || level === 'infinity') return 'infinite'
  throw new GrammarError('sync-level is 1 or infinite.')
}

/** RFC 5323 §5.17: a whole number; 0 would never come to an end. */
function limitOf(limit: XmlElement): number {
  const text = textOf(required(limit, dav('nresults'))).trim()
  if (!/^0*[1-9][0-9]{0,8}$/.test(text)) throw new GrammarError('nresults is a whole number from 1 on.')
  return Number(text)
}

/** RFC 3253 §3.8 */
function expandedProperties(parent: XmlElement): readonly ExpandedProperty[] {
  return childrenNamed(parent, dav('property')).map((property) => {
    const local = property.attributes.get('name')
    if (!local) throw new GrammarError('In an expand-property each property needs the attribute name.')
    return { name: { namespace: property.attributes.get('namespace') ?? DAV, local }, properties: expandedProperties(property) }
  })
}

/**
 * RFC 3744 §9.4; the attributes `test` and `match-type` are Calendar.app's. python-caldav asks for all principals without a
 * property-search, and writes the properties that it wants beside an empty prop.
 */
function parsePrincipalPropertySearch(root: XmlElement): ReportRequest {
  const searches = childrenNamed(root, dav('property-search')).map(parsePropertySearch)
  const inside = selectionIn(root)
  if (searches.length === 0 && inside === undefined) throw new GrammarError('A principal-property-search needs at least one property-search element inside.')
  const beside = propertiesIn({ ...root, children: elementsOf(root).filter(({ name }) => name.namespace !== DAV || name.local === 'displayname') })
  return {
    kind: 'principal-property-search', test: searches.length > 0 && root.attributes.get('test') === 'anyof' ? 'anyof' : 'allof', searches,
    selection: inside === undefined || (inside.kind === 'properties' && inside.properties.length === 0) ? { kind: 'properties', properties: beside } : inside,
  }
}

const matchTypes = ['equals', 'contains', 'starts-with', 'ends-with'] as const

function parsePropertySearch(search: XmlElement): PropertySearch {
  const match = required(search, dav('match'))
  const given = match.attributes.get('match-type') ?? 'contains'
  const matchType = matchTypes.find((known) => known === given)
  if (matchType === undefined) throw new GrammarError(`match-type is one of ${matchTypes.join(', ')}.`)
  return { properties: elementsOf(propIn(search)).map(({ name }) => name), match: textOf(match), matchType }
}

/** RFC 3744 §9.3 */
function parsePrincipalMatch(root: XmlElement): ReportRequest {
  const property = childNamed(root, dav('principal-property'))
  if (property === undefined) {
    required(root, dav('self'))
    return { kind: 'principal-match', selection: selectionOrNothing(root) }
  }
  const [named] = elementsOf(property)
  if (named === undefined) throw new GrammarError('A principal-property names one property.')
  return { kind: 'principal-match', selection: selectionOrNothing(root), principalProperty: named.name }
}
