/** Folding: lines of at most 75 octets, broken by a line end and a blank (RFC 5545 §3.1). Both ways, from octets and to text. */

import { isUtf8 } from 'node:buffer'
import { CalendarDataError } from './calendar-data-error.ts'
import type { Component } from './component.ts'
import type { KnownBlock } from './known-blocks.ts'
import type { Limits } from './limits.ts'

export interface ContentLine {
  /** Unfolded. */
  readonly text: string
  /** Where it starts in the body, from 1. */
  readonly line: number
  /** In place of the lines of a component that was read before; the text is that of the first of them. */
  readonly block?: Component
}

/** What stands at a place of the text and needs not be read again. @param line the number of the line that begins there */
export type BlockAt = (text: string, at: number, line: number) => KnownBlock | undefined

/**
 * The lines of a body, unfolded and without blank ones. Linear in its size; folds may stand anywhere, even inside a UTF-8 sequence.
 * @throws CalendarDataError 'valid-calendar-data' for what is not UTF-8, a NUL or carriage return inside of a line, and too many lines
 */
export function unfold(body: Uint8Array, limits: Limits, blockAt: BlockAt): readonly ContentLine[] {
  return contentLines(decode(body), limits, 0, blockAt)
}

/**
 * Characters that no content line holds (RFC 5545 §3.1 CONTROL), and the two that no XML answer could carry (XML 1.0 §2.2). They mean
 * nothing where they stand (the vertical tab of a word processor, say), and are taken out.
 */
// oxlint-disable-next-line no-control-regex
const meaningless = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/

function decode(body: Uint8Array): string {
  const text = decodeUtf8(body) ?? decodeUtf8(mendSplitCharacters(body))
  if (text === undefined) throw new CalendarDataError('valid-calendar-data', 'The body is not UTF-8 (RFC 5545 §3.1.4).')
  // A NUL tells of another encoding: without it text in UTF-16 would read as other text.
  for (const at of [text.indexOf('\0'), bareReturn(text)]) {
    if (at >= 0) throw unfitCharacter(text, at)
  }
  return meaningless.test(text) ? text.replace(everyMeaningless, '') : text
}

const everyMeaningless = new RegExp(meaningless, 'g')

function unfitCharacter(text: string, at: number): CalendarDataError {
  const code = text.charCodeAt(at).toString(16).padStart(4, '0').toUpperCase()
  return new CalendarDataError('valid-calendar-data', `The character U+${code} may not stand in a calendar object (RFC 5545 §3.1).`, lineOf(text, at))
}

/** Where a carriage return stands that ends no line; -1 if there is none. */
function bareReturn(text: string): number {
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    const next = text.charCodeAt(at + 1)
    if (next !== LF && next !== CR) return at
  }
  return -1
}

/** Without the byte order mark; undefined if it is not UTF-8. */
function decodeUtf8(body: Uint8Array): string | undefined {
  if (!isUtf8(body)) return undefined
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

const CR = 13, LF = 10, TAB = 9, SPACE = 32, B = 66

/**
 * Moves each fold that stands inside a UTF-8 sequence behind it: folding counts octets (RFC 5545 §3.1), and some programs cut
 * characters in two. The number of lines stays as it is.
 */
function mendSplitCharacters(body: Uint8Array): Uint8Array {
  const mended = new Uint8Array(body.length)
  let length = 0
  let folds = 0
  for (let at = 0; at < body.length;) {
    const fold = foldLength(body, at)
    if (fold > 0) {
      folds += 1
      at += fold
      continue
    }
    const byte = body[at]!
    const beginsCharacter = (byte & 0xc0) !== 0x80
    if (beginsCharacter) {
      for (; folds > 0; folds -= 1) {
        mended[length++] = LF
        mended[length++] = SPACE
      }
    }
    mended[length++] = byte
    at += 1
  }
  return mended.subarray(0, length)
}

/** The length of the line end and the blank at this place; 0 if there is no fold. */
function foldLength(body: Uint8Array, at: number): number {
  const end = body[at] === CR ? at + 1 : at
  if (body[end] !== LF) return 0
  const next = body[end + 1]
  return next === SPACE || next === TAB ? end + 2 - at : 0
}

function lineOf(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line += 1
  return line
}

/** Unfolded and without blank lines. @param before how many lines of the body come before the text */
export function contentLines(text: string, limits: Limits, before: number, blockAt?: BlockAt): readonly ContentLine[] {
  const lines: ContentLine[] = []
  let line = before
  for (let at = 0; at < text.length;) {
    const from = line += 1
    const block = text.charCodeAt(at) === B ? blockAt?.(text, at, from) : undefined
    if (block !== undefined) {
      lines.push({ text: `BEGIN:${block.component.name}`, line: from, block: block.component })
      at += block.characters
      line += block.lines - 1
      continue
    }
    let end = endOfLine(text, at)
    let content = withoutReturn(text, at, end)
    if (isFold(text, end + 1)) {
      const pieces = [content]
      for (; isFold(text, end + 1); line += 1) {
        const next = endOfLine(text, end + 1)
        pieces.push(withoutReturn(text, end + 2, next))
        end = next
      }
      content = pieces.join('')
    }
    at = end + 1
    if (isBlank(content)) continue
    if (lines.length === limits.lines) throw new CalendarDataError('valid-calendar-data', `More than ${limits.lines} lines.`, from)
    lines.push({ text: content, line: from })
  }
  return lines
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function isFold(text: string, at: number): boolean {
  const first = text.charCodeAt(at)
  return first === SPACE || first === TAB
}

/** Some programs end their lines with CR CR LF. */
function withoutReturn(text: string, from: number, to: number): string {
  let end = to
  while (end > from && text.charCodeAt(end - 1) === CR) end -= 1
  return text.slice(from, end)
}

function isBlank(text: string): boolean {
  const first = text.charCodeAt(0)
  return text === '' || ((first === SPACE || first === TAB) && text.trim() === '')
}

/** Anything but printable ASCII: it may have to go, or take more than one octet. */
const beyondPrintable = /[^ -~]/

/** What {@link meaningless} names, NUL, and all line breaks. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f\ufffe\uffff]/g

/**
 * One content line with its line end. Whatever it holds, the text is well formed: what may not stand there is taken out, and half a
 * surrogate pair becomes U+FFFD.
 * @param start name and parameters, with their colon; apart from the value, as most lines need no look at them together
 */
export function fold(start: string, value: string): string {
  if (beyondPrintable.test(value) || beyondPrintable.test(start)) return foldOctets((start + value).replace(unprintable, '').toWellFormed())
  return start.length + value.length <= 75 ? `${start}${value}\r\n` : foldCharacters(start + value)
}

/** Of a line where each character is one octet. */
function foldCharacters(line: string): string {
  let folded = line.slice(0, 75)
  for (let at = 75; at < line.length; at += 74) folded += `\r\n ${line.slice(at, at + 74)}`
  return `${folded}\r\n`
}

/** Never inside a character. */
function foldOctets(line: string): string {
  let folded = ''
  let from = 0
  let octets = 0
  for (let at = 0; at < line.length;) {
    const code = line.charCodeAt(at)
    const isPair = code >= 0xd800 && code <= 0xdbff
    const width = isPair ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3
    if (octets + width > 75) {
      folded += `${line.slice(from, at)}\r\n `
      from = at
      octets = 1
    }
    octets += width
    at += isPair ? 2 : 1
  }
  return `${folded}${line.slice(from)}\r\n`
}
