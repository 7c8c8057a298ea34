/** Requests of real clients as files: notes, request line, headers, body, with placeholders (the format is told in their INDEX). */

import { existsSync, readdirSync, readFileSync } from 'node:fs'

const requestFolder = '../shared/reference/client-requests'

export interface RequestFile {
  readonly name: string
  readonly client: string
  /** What the client goes on with, as the file says. */
  readonly accept: string
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** In the order of each client; empty where the folder is not there. */
export function requestFiles(): readonly RequestFile[] {
  if (!existsSync(requestFolder)) return []
  return readdirSync(requestFolder).filter((name) => name.endsWith('.http')).sort().map((name) => parse(name, readFileSync(`${requestFolder}/${name}`, 'utf8')))
}

function parse(name: string, text: string): RequestFile {
  const [, notes = '', rest = ''] = /^((?:# .*\n)*)([^]*)$/.exec(text) ?? []
  const end = rest.indexOf('\n\n')
  const [requestLine = '', ...headerLines] = (end < 0 ? rest.trimEnd() : rest.slice(0, end)).split('\n')
  const [method = '', target = ''] = requestLine.split(' ')
  return {
    name: name.replace(/\.http$/, ''), client: name.split('-')[0]!, accept: /^# accept: (.*)$/m.exec(notes)?.[1] ?? '', method, target,
    headers: Object.fromEntries(headerLines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])),
    body: end < 0 ? '' : rest.slice(end + 2),
  }
}

/** Puts the values in: XML-escaped in XML bodies, CRLF in iCalendar ones, elsewhere as they are. */
export function filledIn(file: RequestFile, values: Readonly<Record<string, string>>): { readonly path: string; readonly headers: Record<string, string>; readonly body: string } {
  const fill = (text: string, escape: (value: string) => string = (value) => value) => text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => {
    if (values[name] === undefined) throw new Error(`${file.name} needs a value for ${name}.`)
    return escape(values[name])
  })
  const isCalendar = file.headers['Content-Type']?.startsWith('text/calendar')
  return {
    path: fill(file.target), headers: Object.fromEntries(Object.entries(file.headers).map(([name, value]) => [name, fill(value)])),
    body: isCalendar ? fill(file.body).replaceAll('\n', '\r\n') : fill(file.body, (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
  }
}
