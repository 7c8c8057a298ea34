/** XML as a tree of expanded names: what writes it all in ASCII stands here, what reads it in xml-reader.ts. */

import { escapeAttribute, escapeText } from './characters.ts'
import { APPLE_ICAL, CALDAV, CALENDARSERVER, DAV, type Name } from './names.ts'
import { XML } from './xml-scope.ts'
import { element, type XmlContent, type XmlElement } from './xml-tree.ts'

export { parseXml } from './xml-reader.ts'
export { element, GrammarError, noAttributes } from './xml-tree.ts'
export type { XmlContent, XmlElement } from './xml-tree.ts'

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
  return children.length === 0 ? `${start}/>` : `${start}>${formatContent(children, inner)}</${tag}>`
}

function formatContent(children: XmlContent, foreign: string | undefined): string {
  let content = ''
  for (const child of children) content += typeof child === 'string' ? escapeText(child) : formatElement(child, '', foreign)
  return content
}

/** Writes elements of one name as {@link formatFragment} does, for a listing that tells of it again and again: the tags are made once. */
export function fragmentWriter(name: Name): (content: XmlContent) => string {
  const prefix = prefixes.get(name.namespace)
  if (prefix === undefined) return (content) => formatFragment(element(name, content))
  const [start, end, empty] = [`<${prefix}:${name.local}>`, `</${prefix}:${name.local}>`, `<${prefix}:${name.local}/>`]
  return (content) => (content.length === 0 ? empty : start + formatContent(content, undefined) + end)
}

/** The same for text in which nothing has to be escaped. */
export function plainWriter(name: Name): (text: string) => string {
  const [start = '', end = ''] = formatFragment(element(name, ['|'])).split('|')
  return (text) => start + text + end
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
