/** XML as a tree of expanded names, and what is said of text that is none. */

import type { Name } from './names.ts'

export type XmlContent = readonly (XmlElement | string)[]

export interface XmlElement {
  readonly name: Name
  /** By local name for attributes without namespace, by Clark name for the others. `xmlns` declarations are not listed. */
  readonly attributes: ReadonlyMap<string, string>
  /** Text is unescaped; adjoining pieces are one. */
  readonly children: XmlContent
  /** The whole element as `formatFragment` writes it, where that is known: its children are then not looked at. */
  readonly formatted?: string
}

export const noAttributes: XmlElement['attributes'] = new Map()

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

/** @param why ends the sentence */
export const malformed = (why: string): GrammarError => new GrammarError(`The XML body is not well-formed: ${why}`)
