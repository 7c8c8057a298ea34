/**
 * VTIMEZONEs that were read before. A client sends the same few with every event, and each is half of the body: to find one again by
 * its text costs a tenth of reading it, and whoever keeps something by the component finds that again too.
 */

import type { Component } from './component.ts'

export interface KnownBlock {
  readonly component: Component
  /** Of the text that it takes. */
  readonly characters: number
  /** Lines of the body, folds counted. */
  readonly lines: number
}

const begin = 'BEGIN:VTIMEZONE'
const end = '\nEND:VTIMEZONE'

/** Longer ones are rare, and would fill the memory. */
const maxCharacters = 4000
/** The oldest goes when there is one more: clients choose what they send. */
const maxKnown = 200
/** In one body: more are no habit of a client. */
const maxTried = 10

interface Read extends KnownBlock {
  readonly line: number
}

const known = new Map<string, Read>()

/**
 * @param read makes the component of the text, whose first line is that one of the body; undefined if it is no whole component
 * @returns a function for one body: the VTIMEZONE that begins at a place, if its text has been read
 */
export function knownBlocks(read: (text: string, line: number) => Component | undefined): (text: string, at: number, line: number) => KnownBlock | undefined {
  let tried = 0
  return (text, at, line) => {
    if (!text.startsWith(begin, at) || tried === maxTried) return undefined
    tried += 1
    const length = lengthOf(text.slice(at, at + maxCharacters))
    return length === undefined ? undefined : blockOf(text.slice(at, at + length), line, read)
  }
}

/** To the end of the line that ends it. */
function lengthOf(text: string): number | undefined {
  const last = text.indexOf(end)
  if (last < 0) return undefined
  const lineEnd = text.indexOf('\n', last + end.length)
  return lineEnd < 0 || text.slice(last + end.length, lineEnd).trim() !== '' || isBlank(text.charCodeAt(lineEnd + 1)) ? undefined : lineEnd + 1
}

/** The next line would be part of this one, or may be so: it lies beyond what was looked at. */
function isBlank(code: number): boolean {
  return Number.isNaN(code) || code === 32 || code === 9
}

/** Found again only where it stands at the same line, as errors name lines. */
function blockOf(text: string, line: number, read: (text: string, line: number) => Component | undefined): KnownBlock | undefined {
  const found = known.get(text)
  if (found?.line === line) return found
  const component = read(text, line)
  if (component === undefined) return undefined
  const block = { component, characters: text.length, lines: text.split('\n').length - 1, line }
  if (found === undefined && known.size >= maxKnown) known.delete(known.keys().next().value!)
  known.set(ownCopy(text), block)
  return block
}

/** A part of a text keeps all of it in memory: here that would be whole bodies. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
