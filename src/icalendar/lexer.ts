/**
 * Bytes to a tree of components (RFC 5545 §3.4, §3.6), without knowing what they mean.
 *
 * Linear in the size of the body and bounded by {@link Limits}. What other programs get wrong without losing meaning is
 * accepted: names in lower case, LF alone as line end, blank lines, folds inside a UTF-8 sequence, parameters without a value.
 */

import { CalendarDataError } from './calendar-data-error.ts'
import type { Component, Property } from './component.ts'
import { invalidLine, parseContentLine } from './content-line.ts'
import { contentLines, unfold } from './fold.ts'
import type { ContentLine } from './fold.ts'
import { knownBlocks } from './known-blocks.ts'
import { defaultLimits } from './limits.ts'
import type { Limits } from './limits.ts'

/**
 * @returns the one VCALENDAR of the body
 * @throws  CalendarDataError 'valid-calendar-data', 'valid-calendar-object-resource' (two VCALENDARs) or 'max-resource-size'
 */
export function readComponent(body: Uint8Array, limits: Partial<Limits> = {}): Component {
  const bounds = { ...defaultLimits, ...limits }
  if (body.length > bounds.bytes) {
    throw new CalendarDataError('max-resource-size', `A calendar object may have ${bounds.bytes} bytes, this one has ${body.length}.`)
  }
  return buildTree(unfold(body, bounds, knownBlocks((text, line) => readBlock(text, line, bounds))), bounds, checkRoot)
}

/** One component within the VCALENDAR. @returns undefined if it is none by itself: read where it stands, the error is told as usual */
function readBlock(text: string, line: number, limits: Limits): Component | undefined {
  try {
    return buildTree(contentLines(text, limits, line - 1), { ...limits, depth: limits.depth - 1 }, () => {})
  } catch (error) {
    if (error instanceof CalendarDataError) return undefined
    throw error
  }
}

interface OpenComponent {
  readonly name: string
  readonly line: number
  readonly properties: Property[]
  readonly components: Component[]
}

/** @param checkRoot throws where a component may not be the outermost one */
function buildTree(lines: readonly ContentLine[], limits: Limits, checkRoot: (begin: Property, before: Component | undefined) => void): Component {
  const open: OpenComponent[] = []
  let whole: Component | undefined
  for (const line of lines) {
    const top = open.at(-1)
    if (line.block !== undefined && top !== undefined) {
      top.components.push(line.block)
      continue
    }
    const property = parseContentLine(line, limits)
    if (property.name === 'BEGIN') {
      if (top === undefined) checkRoot(property, whole)
      if (open.length === limits.depth) throw invalidLine(line, `components nest more than ${limits.depth} deep.`)
      open.push({ name: componentName(property), line: line.line, properties: [], components: [] })
    } else if (top === undefined) {
      throw invalidLine(line, 'nothing may stand outside of BEGIN:VCALENDAR and END:VCALENDAR (RFC 5545 §3.4).')
    } else if (property.name === 'END') {
      if (componentName(property) !== top.name) {
        throw invalidLine(line, `this ends what line ${top.line} did not begin: BEGIN:${top.name.slice(0, 60)} (RFC 5545 §3.6).`)
      }
      open.pop()
      const parent = open.at(-1)
      if (parent === undefined) whole = top
      else parent.components.push(top)
    } else {
      top.properties.push(property)
    }
  }
  const unended = open.at(-1)
  if (unended !== undefined) {
    throw new CalendarDataError('valid-calendar-data', `BEGIN:${unended.name.slice(0, 60)} has no END (RFC 5545 §3.6).`, unended.line)
  }
  if (whole === undefined) throw new CalendarDataError('valid-calendar-data', 'The body holds no VCALENDAR (RFC 5545 §3.4).')
  return whole
}

function componentName(property: Property): string {
  return property.value.trim().toUpperCase()
}

function checkRoot(begin: Property, before: Component | undefined): void {
  if (componentName(begin) !== 'VCALENDAR') {
    throw new CalendarDataError('valid-calendar-data', 'A calendar object starts with BEGIN:VCALENDAR (RFC 5545 §3.4).', begin.line)
  }
  if (before !== undefined) {
    throw new CalendarDataError('valid-calendar-object-resource', 'One calendar object has one VCALENDAR (RFC 4791 §4.1).', begin.line)
  }
}
