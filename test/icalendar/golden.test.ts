/**
 * Golden files in fixtures/icalendar: `NAME.ics` as a client sends it, `NAME.json` what is read from it, `NAME.written.ics` what is
 * written for it. `REWRITE_FIXTURES=1 npx vitest run test/icalendar/golden.test.ts` writes the last two again; read the difference.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { EventSeries } from '../../src/calendar/event.ts'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { parseCalendarObject } from '../../src/icalendar/parse.ts'
import { bytes, calendarZone } from './bodies.ts'

const folder = 'fixtures/icalendar/'
const names = readdirSync(folder).filter((file) => file.endsWith('.ics') && !file.endsWith('.written.ics')).map((file) => file.slice(0, -'.ics'.length))

const readSeries = (text: string | Uint8Array): EventSeries => parseCalendarObject(typeof text === 'string' ? bytes(text) : text, { calendarZone }).series

/** Maps become objects and sets become lists. */
function json(series: EventSeries): string {
  const plain = (_key: string, value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value)
  return `${JSON.stringify(series, plain, 2)}\n`
}

function checkOrRewrite(file: string, text: string): void {
  if (process.env['REWRITE_FIXTURES'] === '1') writeFileSync(folder + file, text)
  expect(text).toBe(readFileSync(folder + file, 'utf8'))
}

describe.each(names)('%s', (name) => {
  test('is read', () => {
    checkOrRewrite(`${name}.json`, json(readSeries(readFileSync(`${folder}${name}.ics`))))
  })

  test('is written', () => {
    checkOrRewrite(`${name}.written.ics`, formatCalendarObject(readSeries(readFileSync(`${folder}${name}.ics`))))
  })

  test('is read from what is written', () => {
    expect(json(readSeries(readFileSync(`${folder}${name}.written.ics`)))).toBe(readFileSync(`${folder}${name}.json`, 'utf8'))
  })
})
