/** Which properties a PROPFIND or a report asks for (RFC 4918 §9.1, §14.20). */

import { clark, dav, type Name } from './names.ts'
import { childNamed, elementsOf } from './tree.ts'
import { GrammarError, type XmlElement } from './xml.ts'

/** RFC 4918 §9.1; an empty body is allprop. */
export type PropertySelection =
  /** In document order, each name once. */
  | { readonly kind: 'properties'; readonly properties: readonly PropertyRequest[] }
  | { readonly kind: 'all'; readonly include: readonly PropertyRequest[] }
  | { readonly kind: 'names' }

/** A property asked for. The element is kept because some carry parameters (`CALDAV:calendar-data`). */
export interface PropertyRequest {
  readonly name: Name
  readonly element: XmlElement
}

/** More names than any client knows; the answer repeats each of them for each resource. */
const maxProperties = 500

/**
 * The one of `prop`, `allprop` (with `include`) and `propname` that stands in an element.
 * @returns undefined when none stands there
 * @throws GrammarError when more than one does
 */
export function selectionIn(parent: XmlElement): PropertySelection | undefined {
  const [prop, all, names, include] = ['prop', 'allprop', 'propname', 'include'].map((local) => childNamed(parent, dav(local)))
  if ([prop, all, names].filter((choice) => choice !== undefined).length > 1) {
    throw new GrammarError(`A ${parent.name.local} holds only one of prop, allprop and propname.`)
  }
  if (prop !== undefined) return { kind: 'properties', properties: propertiesIn(prop) }
  if (all !== undefined) return { kind: 'all', include: include === undefined ? [] : propertiesIn(include) }
  return names === undefined ? undefined : { kind: 'names' }
}

/** @returns the children as properties asked for, in document order, each name once */
export function propertiesIn(list: XmlElement): readonly PropertyRequest[] {
  const byName = new Map<string, PropertyRequest>()
  for (const element of elementsOf(list)) {
    const key = clark(element.name)
    if (!byName.has(key)) byName.set(key, { name: element.name, element })
  }
  if (byName.size > maxProperties) throw new GrammarError(`At most ${maxProperties} properties can be asked for at once.`)
  return [...byName.values()]
}
