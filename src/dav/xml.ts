/** XML as a tree of expanded names, read behind guards and written all in ASCII. */

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { decodeReferences, escapeAttribute, escapeText, forbiddenCharacter } from './characters.ts'
import { APPLE_ICAL, CALDAV, CALENDARSERVER, clark, DAV, type Name } from './names.ts'

export type XmlContent = readonly (XmlElement | string)[]

export interface XmlElement {
  readonly name: Name
  /** By local name for attributes without namespace, by Clark name for the others. `xmlns` declarations are not listed. */
  readonly attributes: ReadonlyMap<string, string>
  /** Text is unescaped; adjoining pieces are one. */
  readonly children: XmlContent
  /** The whole element as {@link formatFragment} writes it, where that is known: its children are then not looked at. */
  readonly formatted?: string
}

const noAttributes: XmlElement['attributes'] = new Map()

export function element(name: Name, children: XmlContent = [], attributes?: Readonly<Record<string, string>>): XmlElement {
  return { name, children, attributes: attributes === undefined ? noAttributes : new Map(Object.entries(attributes)) }
}

/** The XML or a header is not what the grammar allows: 400 unless a condition is named. The message is one sentence for the client's user. */
export class GrammarError extends Error {
  override readonly name = 'GrammarError'
  /** The precondition that the RFC names for this, e.g. `CALDAV:valid-filter`. */
  readonly condition: Name | undefined

  constructor(message: string, more: { condition?: Name; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.condition = more.condition
  }
}

const defaultMaxBytes = 2 * 1024 * 1024
const maxDepth = 32
/** Beyond every real body: 20,000 hrefs have 40,000 tags. */
const maxTags = 100_000
const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'

/** A node as fast-xml-parser gives it: one key that is the tag, `#text` or `#cdata`, and `:@` with the attributes. */
type RawNode = { readonly [tag: string]: RawNode[] | string | Readonly<Record<string, string>> }
/** The prefixes bound on one element, '' for the default namespace, and the scope around it. Chained, not copied: bodies may bind thousands. */
interface Scope {
  readonly bound: ReadonlyMap<string, string>
  readonly outer?: Scope
}

const parser = new XMLParser({
  preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', cdataPropName: '#cdata',
  parseTagValue: false, parseAttributeValue: false, trimValues: false, processEntities: false,
  ignoreDeclaration: true, ignorePiTags: true, maxNestedTags: maxDepth - 1, onDangerousProperty: (name) => name,
})

/**
 * Reads one XML document with namespaces.
 *
 * UTF-8 only, no document type, at most 32 levels deep; entities other than the five of XML are refused, so nothing expands.
 * @param options.maxBytes  2 MiB if not said
 * @throws GrammarError with a sentence, never another error
 * Source: XML 1.0 (fifth edition), Namespaces in XML 1.0 (third edition); RFC 4918 §8.2, §20.6
 */
export function parseXml(body: Uint8Array, options: { readonly maxBytes?: number } = {}): XmlElement {
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (body.length > maxBytes) throw new GrammarError(`The XML body is larger than ${maxBytes} bytes.`)
  const text = decodeText(body)
  checkMarkup(text)
  if (text.split('<', maxTags + 2).length > maxTags + 1) throw new GrammarError(`The XML body has more than ${maxTags} tags.`)
  const validity = XMLValidator.validate(text)
  if (validity !== true) throw malformed(`${validity.err.msg.slice(0, 100)} (line ${validity.err.line})`)
  return rootOf(parseNodes(text))
}

const malformed = (why: string): GrammarError => new GrammarError(`The XML body is not well-formed: ${why}`)

/** Bytes to text: encoding, byte order mark, characters and line ends (XML 1.0 §2.2, §2.11, §4.3.3). */
function decodeText(body: Uint8Array): string {
  if (body.length === 0) throw new GrammarError('An XML body is needed here, and this one is empty.')
  if (body.subarray(0, 4).includes(0) || (body[0]! >= 0xFE && body[1]! >= 0xFE)) throw wrongEncoding('UTF-16 or UTF-32')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new GrammarError('The XML body holds bytes that are not UTF-8.', { cause })
  }
  const encoding = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1]
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) throw wrongEncoding(encoding)
  const character = forbiddenCharacter(text)
  if (character !== undefined) throw malformed(`the character ${character} is not allowed.`)
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

const wrongEncoding = (encoding: string): GrammarError => new GrammarError(`The XML body must be UTF-8, and this one is ${encoding}.`)

/** What the validator lets through: document types, comments with `--` inside, unended sections, text behind the root. */
function checkMarkup(text: string): void {
  const comments: (readonly [from: number, to: number])[] = []
  let rest = 0
  for (let at = text.indexOf('<!'); at >= 0; at = text.indexOf('<!', rest)) {
    const [start, end] = text.startsWith('<!--', at) ? ['<!--', '--'] : ['<![CDATA[', ']]>']
    if (!text.startsWith(start, at)) throw new GrammarError('Document types and entities (<!DOCTYPE, <!ENTITY) are not accepted in the XML body.')
    rest = text.indexOf(end, at + start.length) + end.length
    if (rest < end.length) throw malformed(`a section that begins with ${start} does not end.`)
    if (end === '--' && text[rest] !== '>') throw malformed('a comment holds two hyphens.')
    if (end === '--') comments.push([at, rest + 1])
  }
  if (text[lengthWithoutTail(text, comments) - 1] !== '>') throw malformed('there is text behind the root element.')
}

/** Where the text ends when comments and white space behind it do not count. */
function lengthWithoutTail(text: string, comments: readonly (readonly [from: number, to: number])[]): number {
  let length = text.trimEnd().length
  for (const [from, to] of comments.toReversed()) {
    if (to !== length) break
    length = from
    while (/\s/.test(text[length - 1] ?? '')) length -= 1
  }
  return length
}

function parseNodes(text: string): readonly RawNode[] {
  try {
    return parser.parse(text) as RawNode[]
  } catch (cause) {
    const isTooDeep = cause instanceof Error && cause.message.includes('nested')
    throw isTooDeep ? new GrammarError(`The XML body is nested deeper than ${maxDepth} elements.`, { cause }) : malformed('it cannot be read.')
  }
}

function rootOf(nodes: readonly RawNode[]): XmlElement {
  const [root, ...others] = nodes.filter((node) => !('#text' in node))
  if (root === undefined || others.length > 0 || '#cdata' in root) throw malformed('there must be exactly one root element.')
  return elementOf(root, { bound: new Map([['', ''], ['xml', XML]]) })
}

function elementOf(node: RawNode, outer: Scope): XmlElement {
  const tag = Object.keys(node).find((key) => key !== ':@')!
  const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>).map(([name, raw]) => [name, attributeValue(raw)] as const)
  const scope = scopeWithin(outer, attributes)
  return {
    name: expand(tag, scope, lookUp(scope, '')!),
    attributes: expandAttributes(attributes, scope),
    children: contentOf(node[tag] as RawNode[], scope),
  }
}

/** Literal white space in an attribute counts as blanks (XML 1.0 §3.3.3). */
function attributeValue(raw: string): string {
  if (raw.includes('<')) throw malformed('an attribute holds "<".')
  return decode(raw.replace(/[\t\n]/g, ' '))
}

function decode(text: string): string {
  const decoded = decodeReferences(text)
  if (decoded === undefined) throw malformed('a reference that begins with "&" is not one of the five named ones or an allowed character.')
  return decoded
}

/** Namespaces in XML 1.0 §3 and §5. */
function scopeWithin(outer: Scope, attributes: readonly (readonly [string, string])[]): Scope {
  const declarations = attributes.filter(([name]) => isDeclaration(name))
  if (declarations.length === 0) return outer
  const bound = new Map<string, string>()
  for (const [name, namespace] of declarations) {
    const prefix = name.slice('xmlns:'.length)
    checkDeclaration(prefix, namespace, name)
    bound.set(prefix, namespace)
  }
  return { bound, outer }
}

function lookUp(scope: Scope, prefix: string): string | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const namespace = at.bound.get(prefix)
    if (namespace !== undefined) return namespace
  }
  return undefined
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:')

function checkDeclaration(prefix: string, namespace: string, attribute: string): void {
  const isEmpty = namespace === '' && attribute !== 'xmlns'
  const isReserved = prefix === 'xmlns' || namespace === XMLNS || (prefix === 'xml') !== (namespace === XML)
  if (isEmpty || isReserved || prefix.includes(':')) throw malformed(`the declaration ${attribute}="${namespace}" is not allowed.`)
}

function expand(qualified: string, scope: Scope, unprefixed: string): Name {
  const [first, local, ...more] = qualified.split(':')
  if (local === undefined) return { namespace: unprefixed, local: qualified }
  if (first === '' || !startsName.test(local) || more.length > 0) throw malformed(`"${qualified}" is not a name.`)
  const namespace = lookUp(scope, first!)
  if (namespace === undefined) throw malformed(`the prefix "${first}" is not declared.`)
  return { namespace, local }
}

const startsName = /^[\p{L}\p{Nl}_]/u

function expandAttributes(attributes: readonly (readonly [string, string])[], scope: Scope): ReadonlyMap<string, string> {
  const expanded = new Map<string, string>()
  for (const [qualified, value] of attributes) {
    if (isDeclaration(qualified)) continue
    const name = expand(qualified, scope, '')
    const key = attributeKey(name)
    if (expanded.has(key)) throw malformed(`the attribute ${qualified} stands there twice.`)
    expanded.set(key, value)
  }
  return expanded
}

const attributeKey = (name: Name): string => (name.namespace === '' ? name.local : clark(name))

function contentOf(nodes: readonly RawNode[], scope: Scope): XmlContent {
  const content: (XmlElement | string)[] = []
  for (const node of nodes) {
    const piece = '#text' in node ? textOf(node['#text'] as string) : '#cdata' in node ? cdataOf(node) : elementOf(node, scope)
    const last = content.at(-1)
    if (typeof piece !== 'string') content.push(piece)
    else if (typeof last === 'string') content[content.length - 1] = last + piece
    else if (piece !== '') content.push(piece)
  }
  return content
}

function textOf(raw: string): string {
  if (raw.includes(']]>')) throw malformed('"]]>" stands in a text.')
  return decode(raw)
}

function cdataOf(node: RawNode): string {
  return (node['#cdata'] as RawNode[]).map((piece) => piece['#text'] as string).join('')
}

const prefixes: ReadonlyMap<string, string> = new Map([[DAV, 'D'], [CALDAV, 'C'], [CALENDARSERVER, 'CS'], [APPLE_ICAL, 'A']])

/** The declarations that a root element must carry for {@link formatFragment}, each after a blank. */
export const rootDeclarations = [...prefixes].map(([namespace, prefix]) => ` xmlns:${prefix}="${namespace}"`).join('')
export const xmlDeclaration = '<?xml version="1.0" encoding="utf-8"?>\n'

/**
 * The whole document, with declaration and without line ends of its own, all in ASCII but for names that are not.
 * The prefixes D, C, CS and A are declared on the root, any other namespace on the elements that use it.
 */
export function formatXml(root: XmlElement): string {
  return xmlDeclaration + formatElement(root, rootDeclarations, undefined)
}

/** An element for a place inside a root that carries {@link rootDeclarations}. */
export function formatFragment(inner: XmlElement): string {
  return formatElement(inner, '', undefined)
}

/** @param foreign the namespace that the prefix X stands for outside of this element */
function formatElement({ name, attributes, children, formatted }: XmlElement, declarations: string, foreign: string | undefined): string {
  if (formatted !== undefined) return formatted
  const prefix = name.namespace === '' ? undefined : prefixes.get(name.namespace) ?? (name.namespace === XML ? 'xml' : 'X')
  const tag = prefix === undefined ? name.local : `${prefix}:${name.local}`
  const inner = prefix === 'X' ? name.namespace : foreign
  const binding = inner === foreign ? '' : ` xmlns:X="${escapeAttribute(inner!)}"`
  const start = `<${tag}${declarations}${binding}${attributes.size === 0 ? '' : formatAttributes(attributes)}`
  if (children.length === 0) return `${start}/>`
  let content = ''
  for (const child of children) content += typeof child === 'string' ? escapeText(child) : formatElement(child, '', inner)
  return `${start}>${content}</${tag}>`
}

function formatAttributes(attributes: ReadonlyMap<string, string>): string {
  let formatted = ''
  let number = 0
  for (const [key, value] of attributes) {
    const [, namespace, local] = /^\{(.*)\}(.*)$/s.exec(key) ?? []
    const prefix = namespace === XML ? 'xml' : `Y${number++}`
    if (namespace !== undefined && namespace !== XML) formatted += ` xmlns:${prefix}="${escapeAttribute(namespace)}"`
    formatted += ` ${namespace === undefined ? key : `${prefix}:${local}`}="${escapeAttribute(value)}"`
  }
  return formatted
}
