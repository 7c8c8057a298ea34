/** Partial responses: the `fields` parameter (`kind,items(id,start/date)`, `*`). Members not named are left out. */

import type { JsonObject } from './call.ts'
import { ApiError } from './errors.ts'

/** Absent children: the whole value. */
interface Selection { readonly [name: string]: Selection | undefined }

/** @throws ApiError 400 invalidParameter when the text is not a list of paths */
export function selectFields<T>(body: T, fields: string): unknown {
  const parser = { text: fields, at: 0 }
  const selection = parseList(parser)
  if (parser.at < fields.length) throw unreadable(fields)
  return pick(body, selection)
}

interface Parser { readonly text: string; at: number }

function parseList(parser: Parser): Selection {
  const out: Record<string, Selection | undefined> = Object.create(null)
  for (;;) {
    const { name, below } = parsePath(parser)
    const known = out[name]
    out[name] = name in out && (known === undefined || below === undefined) ? undefined : { ...known, ...below }
    if (below === undefined) out[name] = undefined
    if (parser.text[parser.at] !== ',') return out
    parser.at += 1
  }
}

function parsePath(parser: Parser): { name: string; below: Selection | undefined } {
  const name = /^(?:\*|[A-Za-z0-9_@.:-]+)/.exec(parser.text.slice(parser.at).trimStart())?.[0]
  if (name === undefined) throw unreadable(parser.text)
  parser.at = parser.text.indexOf(name, parser.at) + name.length
  const next = parser.text[parser.at]
  if (next === '/') {
    parser.at += 1
    const path = parsePath(parser)
    return { name, below: { [path.name]: path.below } }
  }
  if (next !== '(') return { name, below: undefined }
  parser.at += 1
  const below = parseList(parser)
  if (parser.text[parser.at] !== ')') throw unreadable(parser.text)
  parser.at += 1
  return { name, below }
}

function pick(value: unknown, selection: Selection | undefined): unknown {
  if (selection === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((member) => pick(member, selection))
  const all = '*' in selection
  const picked: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    if (name in selection) picked[name] = pick((value as JsonObject)[name], selection[name])
    else if (all) picked[name] = pick((value as JsonObject)[name], selection['*'])
  }
  return picked
}

function unreadable(fields: string): ApiError {
  return new ApiError('invalidParameter', `Invalid field selection ${fields}`, { locationType: 'parameter', location: 'fields' })
}
