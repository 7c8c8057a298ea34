/** XML answers as trees: namespaces by name, whitespace between elements and the order of attributes without meaning. */

import { clark } from '../src/dav/names.ts'
import { parseXml } from '../src/dav/xml.ts'
import type { XmlElement } from '../src/dav/xml.ts'

/** An element as plain values, to be compared with `toEqual`: `['{DAV:}href', '/a']`, attributes as an object behind the name where there are any. */
export type Tree = readonly [name: string, ...content: (Tree | string | Readonly<Record<string, string>>)[]]

export function treeOf(text: string): Tree {
  return toTree(parseXml(new TextEncoder().encode(text), { maxBytes: Number.POSITIVE_INFINITY }))
}

export function toTree({ name, attributes, children }: XmlElement): Tree {
  const content = children.filter((child) => typeof child !== 'string' || child.trim() !== '').map((child) => (typeof child === 'string' ? child : toTree(child)))
  return attributes.size === 0 ? [clark(name), ...content] : [clark(name), Object.fromEntries([...attributes].sort()), ...content]
}

/** One `DAV:response`. */
export interface ResponseTree {
  readonly href: string
  /** Of the response as a whole, where it has no propstat. */
  readonly status?: number
  /** Content of the properties by Clark name, by status. */
  readonly found: Readonly<Record<string, readonly unknown[]>>
  readonly statuses: Readonly<Record<string, number>>
  /** The conditions in the propstats and the response, by status. */
  readonly errors: Readonly<Record<number, string>>
  readonly propstatCount: number
}

/** A multistatus, response by response in its order. @throws where the document is none */
export function responsesIn(text: string): readonly ResponseTree[] {
  const [root, ...children] = treeOf(text)
  if (root !== '{DAV:}multistatus') throw new Error(`The document is a ${root}.`)
  return elements(children).filter(([name]) => name === '{DAV:}response').map(responseOf)
}

/** The response of one href. */
export function responseAt(text: string, href: string): ResponseTree {
  const found = responsesIn(text).find((response) => response.href === href)
  if (found === undefined) throw new Error(`There is no response for ${href} in ${text}`)
  return found
}

function responseOf([, ...children]: Tree): ResponseTree {
  const parts = elements(children)
  const propstats = parts.filter(([name]) => name === '{DAV:}propstat').map(([, ...content]) => elements(content))
  const props = propstats.flatMap((propstat) => elements(child(propstat, '{DAV:}prop')?.slice(1) ?? []).map((prop) => ({ prop, status: statusIn(propstat)! })))
  const status = statusIn(parts)
  return {
    href: textIn(parts, '{DAV:}href'),
    ...(status === undefined ? {} : { status }),
    found: Object.fromEntries(props.filter((each) => each.status === 200).map(({ prop: [name, ...content] }) => [name, content])),
    statuses: Object.fromEntries(props.map(({ prop: [name], status: each }) => [name, each])),
    errors: Object.fromEntries([parts, ...propstats].flatMap((part) => {
      const condition = elements(child(part, '{DAV:}error')?.slice(1) ?? [])[0]
      return condition === undefined ? [] : [[statusIn(part), condition[0]]]
    })),
    propstatCount: propstats.length,
  }
}

const elements = (content: readonly unknown[]): readonly Tree[] => content.filter((each): each is Tree => Array.isArray(each))
const child = (parts: readonly Tree[], name: string): Tree | undefined => parts.find((part) => part[0] === name)
const textIn = (parts: readonly Tree[], name: string): string => String(child(parts, name)?.[1] ?? '')

function statusIn(parts: readonly Tree[]): number | undefined {
  const line = textIn(parts, '{DAV:}status')
  return line === '' ? undefined : Number(line.split(' ')[1])
}
