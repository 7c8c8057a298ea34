/** The golden files of the grammar: `fixtures/dav/{parser}-{nnn}-{what}.xml` beside the `.json` that its parser makes of it. */

import { readdirSync, readFileSync } from 'node:fs'
import { clark } from '../../src/dav/names.ts'
import { parseCalendarDataRequest, parseMakeCollection, parsePropfind, parseProppatch, parseReport } from '../../src/dav/requests.ts'
import { GrammarError, parseXml } from '../../src/dav/xml.ts'

export const goldenFolder = 'fixtures/dav'

const parsers: Readonly<Record<string, (body: Uint8Array) => unknown>> = {
  propfind: parsePropfind,
  proppatch: parseProppatch,
  'make-collection': parseMakeCollection,
  report: parseReport,
  'calendar-data': (body) => parseCalendarDataRequest(parseXml(body)),
}

/** File names without folder and ending, sorted. */
export function goldenNames(): readonly string[] {
  return readdirSync(goldenFolder).filter((file) => file.endsWith('.xml')).map((file) => file.slice(0, -'.xml'.length)).sort()
}

/** What the parser named by the file name makes of the file, as plain JSON: maps as objects, a refusal as its sentence and condition. */
export function goldenValue(name: string): unknown {
  const parse = parsers[/^(.*)-\d{3}/.exec(name)?.[1] ?? '']
  if (parse === undefined) throw new Error(`No parser is known for ${name}.xml.`)
  return JSON.parse(JSON.stringify(attempt(parse, readFileSync(`${goldenFolder}/${name}.xml`)), plain))
}

function attempt(parse: (body: Uint8Array) => unknown, body: Uint8Array): unknown {
  try {
    return parse(body)
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error
    return { refused: error.message, ...(error.condition && { condition: clark(error.condition) }) }
  }
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}
