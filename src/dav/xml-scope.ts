/** Prefixes and what they stand for (Namespaces in XML 1.0). */

import { clark, type Name } from './names.ts'
import { malformed, noAttributes } from './xml-tree.ts'

export const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'

/** The prefixes bound on one element, '' for the default namespace, and the scope around it. Chained, not copied: bodies may bind thousands. */
export interface Scope {
  readonly bound: ReadonlyMap<string, string>
  readonly outer?: Scope
  /** Names of elements that were looked up here already: a listing has the same one over and over. */
  readonly names: Map<string, Name>
}

export const outermost = (): Scope => ({ bound: new Map([['', ''], ['xml', XML]]), names: new Map() })

/** Attributes of one element as they stand in the text, their values decoded. */
export type RawAttributes = readonly (readonly [name: string, value: string])[]

/** The scope inside an element that has these attributes (§3, §5). @throws GrammarError */
export function scopeWithin(outer: Scope, attributes: RawAttributes): Scope {
  const declarations = attributes.filter(([name]) => isDeclaration(name))
  if (declarations.length === 0) return outer
  const bound = new Map<string, string>()
  for (const [name, namespace] of declarations) {
    const prefix = name.slice('xmlns:'.length)
    checkDeclaration(prefix, namespace, name)
    bound.set(prefix, namespace)
  }
  return { bound, outer, names: new Map() }
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:')

function checkDeclaration(prefix: string, namespace: string, attribute: string): void {
  const isEmpty = namespace === '' && attribute !== 'xmlns'
  const isReserved = prefix === 'xmlns' || namespace === XMLNS || (prefix === 'xml') !== (namespace === XML)
  if (isEmpty || isReserved || prefix.includes(':')) throw malformed(`the declaration ${attribute}="${namespace}" is not allowed.`)
}

/** The name of an element. @throws GrammarError where its prefix is not bound */
export function elementName(qualified: string, scope: Scope): Name {
  const known = scope.names.get(qualified)
  if (known !== undefined) return known
  const name = expand(qualified, scope, lookUp(scope, '')!)
  scope.names.set(qualified, name)
  return name
}

/** By the keys of XmlElement.attributes, without declarations (§6.2, §6.3). @throws GrammarError */
export function expandAttributes(attributes: RawAttributes, scope: Scope): ReadonlyMap<string, string> {
  if (attributes.length === 0) return noAttributes
  const expanded = new Map<string, string>()
  for (const [qualified, value] of attributes) {
    if (isDeclaration(qualified)) continue
    const name = expand(qualified, scope, '')
    const key = name.namespace === '' ? name.local : clark(name)
    if (expanded.has(key)) throw malformed(`the attribute ${qualified} stands there twice.`)
    expanded.set(key, value)
  }
  return expanded
}

function lookUp(scope: Scope, prefix: string): string | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const namespace = at.bound.get(prefix)
    if (namespace !== undefined) return namespace
  }
  return undefined
}

function expand(qualified: string, scope: Scope, unprefixed: string): Name {
  const [first, local, ...more] = qualified.split(':')
  if (local === undefined) return { namespace: unprefixed, local: qualified }
  if (first === '' || !startsName.test(local) || more.length > 0) throw malformed(`"${qualified.slice(0, 100)}" is not a name.`)
  const namespace = lookUp(scope, first!)
  if (namespace === undefined) throw malformed(`the prefix "${first!.slice(0, 100)}" is not declared.`)
  return { namespace, local }
}

const startsName = /^[\p{L}\p{Nl}_]/u
