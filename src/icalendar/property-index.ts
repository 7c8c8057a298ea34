/** The properties of one component by name. */

import { unfit } from './calendar-data-error.ts'
import type { Component, Property } from './component.ts'

export interface PropertyIndex {
  readonly component: Component
  /** In the order of the lines; may be empty. */
  all(name: string): readonly Property[]
  /**
   * @returns undefined if it is not there or has no value
   * @throws  CalendarDataError where it stands twice with two values (RFC 5545 §3.6.1 "MUST NOT occur more than once")
   */
  one(name: string): Property | undefined
}

export function propertyIndex(component: Component): PropertyIndex {
  const byName = new Map<string, Property[]>()
  for (const property of component.properties) {
    const before = byName.get(property.name)
    if (before === undefined) byName.set(property.name, [property])
    else before.push(property)
  }

  function one(name: string): Property | undefined {
    const lines = byName.get(name)
    const first = lines?.[0]
    const other = lines?.find((each) => each.value !== first?.value)
    if (other !== undefined) throw unfit(other, 'stands beside another value; it may occur once only (RFC 5545 §3.6.1).')
    return first?.value === '' ? undefined : first
  }

  return { component, all: (name) => byName.get(name) ?? none, one }
}

const none: readonly Property[] = []
