/** One content line: a name, parameters, a value (RFC 5545 §3.1), both ways. */

import { CalendarDataError } from './calendar-data-error.ts'
import type { Parameter, Property } from './component.ts'
import { fold } from './fold.ts'
import type { ContentLine } from './fold.ts'
import type { Limits } from './limits.ts'

const noParameters: readonly Parameter[] = []
const COLON = 58, SEMICOLON = 59, COMMA = 44, EQUALS = 61, QUOTE = 34

/**
 * name *(";" param) ":" value. Looks at each character once or twice, and accepts parameters without name or value.
 * @throws CalendarDataError 'valid-calendar-data'
 */
export function parseContentLine(line: ContentLine, limits: Limits): Property {
  const { text } = line
  const nameEnd = endOfName(text, 0)
  const name = text.slice(0, nameEnd).toUpperCase()
  if (text.charCodeAt(nameEnd) === COLON && nameEnd > 0) {
    return { name, parameters: noParameters, value: text.slice(nameEnd + 1), line: line.line }
  }
  if (text.charCodeAt(nameEnd) !== SEMICOLON || nameEnd === 0) {
    throw invalidLine(line, 'this is no content line: a name, parameters, a colon, a value (RFC 5545 §3.1).')
  }
  return parseParameters(line, name, nameEnd, limits)
}

/** Where the run of letters, digits, `-`, `_`, `.` and `/` ends. */
function endOfName(text: string, from: number): number {
  let at = from
  while (isNameCharacter(text.charCodeAt(at))) at += 1
  return at
}

function isNameCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 45 && code <= 57) || code === 95
}

function parseParameters(line: ContentLine, name: string, from: number, limits: Limits): Property {
  const { text } = line
  const parameters: Parameter[] = []
  let at = from
  let count = 0
  while (text.charCodeAt(at) === SEMICOLON) {
    if ((count += 1) > limits.parameters) throw invalidLine(line, `more than ${limits.parameters} parameters.`)
    const nameEnd = endOfName(text, at + 1)
    const parameterName = text.slice(at + 1, nameEnd).toUpperCase()
    const values: string[] = []
    at = text.charCodeAt(nameEnd) === EQUALS ? readValues(line, nameEnd + 1, values, limits) : nameEnd
    if (parameterName !== '') parameters.push({ name: parameterName, values })
  }
  if (text.charCodeAt(at) !== COLON) throw invalidLine(line, 'the parameters do not end in a colon (RFC 5545 §3.1).')
  return { name, parameters, value: text.slice(at + 1), line: line.line }
}

/** @returns where the list ends: at the next semicolon or colon */
function readValues(line: ContentLine, from: number, values: string[], limits: Limits): number {
  const { text } = line
  let at = from - 1
  do {
    const start = at + 1
    at = endOfValue(line, start)
    if (values.length === limits.parameterValues) throw invalidLine(line, `more than ${limits.parameterValues} values of a parameter.`)
    values.push(unquote(text.slice(start, at)))
  } while (text.charCodeAt(at) === COMMA)
  return at
}

/** Quoted parts may hold everything but a quote (RFC 5545 §3.2). */
function endOfValue(line: ContentLine, from: number): number {
  const { text } = line
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === SEMICOLON || code === COLON) return at
    if (code === QUOTE) {
      at = text.indexOf('"', at + 1)
      if (at < 0) throw invalidLine(line, 'a quoted parameter value does not end (RFC 5545 §3.2).')
    }
  }
  return text.length
}

/** Takes the quotes off and undoes `^n`, `^^` and `^'` (RFC 6868 §3.2); other carets stay. */
function unquote(value: string): string {
  const bare = value.includes('"') ? value.replaceAll('"', '') : value
  return bare.includes('^') ? bare.replace(/\^[n^']/g, (pair) => (pair === '^n' ? '\n' : pair === '^^' ? '^' : '"')) : bare
}

/** The error for a line that is wrong as a line. */
export function invalidLine(line: ContentLine, sentence: string): CalendarDataError {
  return new CalendarDataError('valid-calendar-data', `${JSON.stringify(shown(line.text))}: ${sentence}`, line.line)
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}

/** The line with its folds and its line end, whatever the property holds. */
export function formatContentLine({ name, parameters, value }: Property): string {
  let start = name
  for (const each of parameters) start += formatParameter(each)
  return fold(`${start}:`, value)
}

function formatParameter({ name, values }: Parameter): string {
  return `;${name}=${values.length === 1 ? formatParameterValue(values[0]!) : values.map(formatParameterValue).join(',')}`
}

/** In quotes where it needs them (RFC 5545 §3.2), and with the escapes of RFC 6868. */
function formatParameterValue(value: string): string {
  if (!needsCare.test(value)) return value
  const escaped = value.replace(/\r\n?|[\n^"]/g, (found) => (found === '^' ? '^^' : found === '"' ? "^'" : '^n'))
  return /[:;,]|^\s|\s$/.test(escaped) ? `"${escaped}"` : escaped
}

const needsCare = /[:;,^"\r\n]|^\s|\s$/
