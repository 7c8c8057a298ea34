/** Reading XML trees: the few questions that every request body is asked. */

import { sameName, type Name } from './names.ts'
import type { XmlElement } from './xml.ts'

/** The child elements in document order; text between them is left out. */
export function elementsOf(parent: XmlElement): readonly XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string')
}

export function childrenNamed(parent: XmlElement, name: Name): readonly XmlElement[] {
  return elementsOf(parent).filter((child) => sameName(child.name, name))
}

/** The first child element of that name. */
export function childNamed(parent: XmlElement, name: Name): XmlElement | undefined {
  return elementsOf(parent).find((child) => sameName(child.name, name))
}

/** The text of an element without that of its child elements, untrimmed. */
export function textOf(element: XmlElement): string {
  return element.children.filter((child) => typeof child === 'string').join('')
}
