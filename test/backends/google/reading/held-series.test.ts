import { describe, expect, test } from 'vitest'
import { compact, compactJson } from '../../../../src/backends/google/reading/compact.ts'
import { readGroup, sourceOf } from '../../../../src/backends/google/reading/from-wire.ts'
import { gather } from '../../../../src/backends/google/reading/reading.ts'
import { readRow } from '../../../../src/backends/google/reading/rows.ts'
import type { StoredSeries } from '../../../../src/calendar/backend.ts'
import { calendarId, timeZoneId } from '../../../../src/calendar/identifiers.ts'
import type { CalendarFrame } from '../../../../src/backends/google/frame.ts'
import { addressOf } from '../../contract.ts'

const frame: CalendarFrame = {
  calendar: calendarId('anna@example.com'), address: addressOf('anna@example.com'), zone: timeZoneId('Europe/Berlin'), defaultReminders: [], access: 'write',
}

function read(number: number): StoredSeries {
  const at = (hour: number): object => ({ dateTime: `2026-03-02T${hour}:00:00Z`, timeZone: 'Europe/Berlin' })
  const row = { id: `event${number}`, iCalUID: `u${number}`, etag: `"${number}"`, updated: '2026-03-01T00:00:00.000Z', summary: `№ ${number} – \ud83d\ude00 "ü"\n`, start: at(10), end: at(11), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }
  const [group] = gather([readRow(row)!])
  return readGroup(group!, frame) as StoredSeries
}

describe('a series is held as the text of its rows', () => {
  test('model and source are the same when they are made again, long after the series was read', () => {
    const first = read(0)
    const [series, source] = [structuredClone(first.series), structuredClone(sourceOf(first))]
    const modelBefore = first.series
    for (let number = 1; number < 2500; number += 1) read(number)
    expect(first.series).toEqual(series)
    expect(sourceOf(first)).toEqual(source)
    expect(first.series).not.toBe(modelBefore)
    expect(first.series).toBe(first.series)
  })

  test('its weight is told, and grows with its text', () => {
    expect(read(1).weight).toBeGreaterThan(200)
    expect(read(1).weight).toBeLessThan(1500)
  })
})

test.each([['ascii'], ['Müller'], ['№ – \ud83d\ude00'], ['\ud83d alone'], ['"quotes" and \\u00e4 as written'], ['']])('compact texts say the same: %j', (text) => {
  expect(compact(text)).toBe(text)
  expect(JSON.parse(compactJson(JSON.stringify({ [text]: [text] })))).toEqual({ [text]: [text] })
})
