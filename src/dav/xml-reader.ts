/** Reads XML: fast-xml-parser behind guards, and its nodes as a tree of expanded names. */

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { decodeReferences, forbiddenCharacter } from './characters.ts'
import { elementName, expandAttributes, outermost, scopeWithin, type RawAttributes, type Scope } from './xml-scope.ts'
import { GrammarError, malformed, noAttributes, type XmlContent, type XmlElement } from './xml-tree.ts'

const defaultMaxBytes = 2 * 1024 * 1024
const maxDepth = 32
/** Beyond every real body: 20,000 hrefs have 40,000 tags. */
const maxTags = 100_000

/** A node as fast-xml-parser gives it: one key that is the tag, `#text` or `#cdata`, and `:@` with the attributes. */
type RawNode = { readonly [tag: string]: RawNode[] | string | Readonly<Record<string, string>> }

const parser = new XMLParser({
  preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', cdataPropName: '#cdata',
  parseTagValue: false, parseAttributeValue: false, trimValues: false, processEntities: false,
  ignoreDeclaration: true, ignorePiTags: true, jPath: false, maxNestedTags: maxDepth - 1, onDangerousProperty: (name) => name,
})

/**
 * Reads one XML document with namespaces.
 *
 * UTF-8 or UTF-16 (RFC 4918 §19), no document type, at most 32 levels deep; entities other than the five of XML are refused, so nothing expands.
 * @param options.maxBytes  2 MiB if not said
 * @throws GrammarError with a sentence, never another error
 * Source: XML 1.0 (fifth edition), Namespaces in XML 1.0 (third edition); RFC 4918 §8.2, §20.6
 */
export function parseXml(body: Uint8Array, options: { readonly maxBytes?: number } = {}): XmlElement {
  const maxBytes = options.maxBytes ?? defaultMaxBytes
  if (body.length > maxBytes) throw new GrammarError(`The XML body is larger than ${maxBytes} bytes.`)
  const text = decodeText(body)
  const comments = checkSections(text)
  if (text.split('<', maxTags + 2).length > maxTags + 1) throw new GrammarError(`The XML body has more than ${maxTags} tags.`)
  const validity = XMLValidator.validate(text)
  if (validity !== true) throw malformed(`${validity.err.msg.slice(0, 100).replace(/\.$/, '')} (line ${validity.err.line}).`)
  if (text[lengthWithoutTail(text, comments) - 1] !== '>') throw malformed('there is text behind the root element.')
  return rootOf(parseNodes(text))
}

/** What each is called in a declaration. */
const declarations = { 'utf-8': /^(utf-?8|us-ascii)$/i, 'utf-16le': /^utf-?16(le)?$/i, 'utf-16be': /^utf-?16(be)?$/i } as const
type Encoding = keyof typeof declarations

const decoders = new Map(Object.keys(declarations).map((encoding) => [encoding, new TextDecoder(encoding, { fatal: true })]))

/** By the byte order mark, or by the `<` that every document begins with (XML 1.0 appendix F.1). */
function encodingOf([first, second]: Uint8Array): Encoding {
  if ((first === 0xFF && second === 0xFE) || (first === 0x3C && second === 0)) return 'utf-16le'
  return (first === 0xFE && second === 0xFF) || (first === 0 && second === 0x3C) ? 'utf-16be' : 'utf-8'
}

/** Bytes to text: encoding, byte order mark, characters and line ends (XML 1.0 §2.2, §2.11, §4.3.3). */
function decodeText(body: Uint8Array): string {
  if (body.length === 0) throw new GrammarError('An XML body is needed here, and this one is empty.')
  const used = encodingOf(body)
  let text: string
  try {
    text = decoders.get(used)!.decode(body)
  } catch (cause) {
    throw new GrammarError(`The XML body holds bytes that are not ${used === 'utf-8' ? 'UTF-8' : 'UTF-16'}.`, { cause })
  }
  const encoding = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1]
  if (encoding !== undefined && !declarations[used].test(encoding)) throw wrongEncoding(encoding)
  const character = forbiddenCharacter(text)
  if (character !== undefined) throw malformed(`the character ${character} is not allowed.`)
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

const wrongEncoding = (encoding: string): GrammarError => new GrammarError(`The XML body must be UTF-8, and this one says that it is ${encoding.slice(0, 40)}.`)

type Span = readonly [from: number, to: number]

/** What the validator lets through: document types, comments with `--` inside, unended sections. @returns where the comments are */
function checkSections(text: string): readonly Span[] {
  const comments: Span[] = []
  let rest = 0
  for (let at = text.indexOf('<!'); at >= 0; at = text.indexOf('<!', rest)) {
    const [start, end] = text.startsWith('<!--', at) ? ['<!--', '--'] : ['<![CDATA[', ']]>']
    if (!text.startsWith(start, at)) throw new GrammarError('Document types and entities (<!DOCTYPE, <!ENTITY) are not accepted in the XML body.')
    rest = text.indexOf(end, at + start.length) + end.length
    if (rest < end.length) throw malformed(`a section that begins with ${start} does not end.`)
    if (end === '--' && text[rest] !== '>') throw malformed('a comment holds two hyphens.')
    if (end === '--') comments.push([at, rest + 1])
  }
  return comments
}

/** Where the text ends when comments and white space behind it do not count. */
function lengthWithoutTail(text: string, comments: readonly Span[]): number {
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
  return elementOf(root, outermost())
}

function elementOf(node: RawNode, outer: Scope): XmlElement {
  const tag = Object.keys(node).find((key) => key !== ':@')!
  const attributes = attributesOf(node)
  const scope = attributes.length === 0 ? outer : scopeWithin(outer, attributes)
  return {
    name: elementName(tag, scope),
    attributes: attributes.length === 0 ? noAttributes : expandAttributes(attributes, scope),
    children: contentOf(node[tag] as RawNode[], scope),
  }
}

const none: RawAttributes = []

function attributesOf(node: RawNode): RawAttributes {
  const raw = node[':@'] as Readonly<Record<string, string>> | undefined
  return raw === undefined ? none : Object.entries(raw).map(([name, value]) => [name, attributeValue(value)] as const)
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

/** Adjoining pieces of text become one. */
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
