/** XML as a tree of expanded names, read behind guards and written all in ASCII. */

import type { Name } from './names.ts'

export type XmlContent = readonly (XmlElement | string)[]

export interface XmlElement {
  readonly name: Name
  /** By local name for attributes without namespace, by Clark name for the others. `xmlns` declarations are not listed. */
  readonly attributes: ReadonlyMap<string, string>
  /** Text is unescaped; adjoining pieces are one. */
  readonly children: XmlContent
}

export function element(name: Name, children: XmlContent = [], attributes: Readonly<Record<string, string>> = {}): XmlElement {
  return { name, children, attributes: new Map(Object.entries(attributes)) }
}
