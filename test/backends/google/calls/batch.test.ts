/** Many changed instances of a new series go in one request, and whatever becomes of that, the object is whole. */

import { describe, expect, test } from 'vitest'
import { batchUrlOf, formatBatch, readBatch } from '../../../../src/backends/google/calls/batch.ts'
import { calendarId } from '../../../../src/calendar/identifiers.ts'
import { content, daily, nameOf, readOne } from '../../contract.ts'
import { open, refusal } from '../open.ts'
import type { WriteOptions } from '../../../../src/calendar/backend.ts'
import type { EventSeries } from '../../../../src/calendar/event.ts'
import type { Fault, Opened } from '../open.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const always: WriteOptions = { condition: { kind: 'always' }, notify: 'nobody' }

describe('multipart/mixed', () => {
  test('has a call in each part', () => {
    const text = formatBatch([
      { method: 'PATCH', url: 'https://example.com/calendar/v3/calendars/a%40b/events/1?sendUpdates=none', headers: { 'content-type': 'application/json' }, body: '{"summary":"--calgate_batch"}' },
      { method: 'GET', url: 'https://example.com/calendar/v3/colors', headers: {} },
    ])
    expect(text.split('\r\n')).toEqual([
      '--calgate_batch', 'Content-Type: application/http', 'Content-ID: <0>', '', 'PATCH /calendar/v3/calendars/a%40b/events/1?sendUpdates=none HTTP/1.1', 'content-type: application/json', '', '{"summary":"--calgate_batch"}',
      '--calgate_batch', 'Content-Type: application/http', 'Content-ID: <1>', '', 'GET /calendar/v3/colors HTTP/1.1', '', '',
      '--calgate_batch--', '',
    ])
  })

  test('answers are found by their Content-ID, in any order and any case; what is no answer is missing', () => {
    const part = (id: string, ...lines: readonly string[]): string => ['--b', 'Content-Type: application/http', `Content-ID: ${id}`, '', ...lines, ''].join('\r\n')
    const body = [
      part('<response-1>', 'HTTP/1.1 200 OK', 'ETag: "1"', 'Content-Type: application/json', '', '{"a": 1}'), part('response-0', 'HTTP/1.1 412 Precondition Failed', '', '{}'),
      part('<response-2>', 'nothing'), part('<other>', 'HTTP/1.1 200 OK', '', '{}'), part('<response-3>', 'HTTP/1.1 204 No Content', '', ''),
    ].join('')
    const read = readBatch('multipart/mixed; boundary="b"', `${body}--b--\r\n`)
    expect([...read].sort()).toEqual([[0, { status: 412, body: '{}' }], [1, { status: 200, body: '{"a": 1}' }], [3, { status: 204, body: '' }]])
    expect(readBatch('application/json', body).size).toBe(0)
  })

  test('go to an address beside that of the API, where there is one', () => {
    expect(batchUrlOf('https://www.googleapis.com/calendar/v3')).toBe('https://www.googleapis.com/batch/calendar/v3')
    expect(batchUrlOf('https://example.com/api')).toBeUndefined()
  })
})

describe('a new series with many changed instances', () => {
  const days = Array.from({ length: 9 }, (_, day) => `2026-03-${day + 11}T11:00:00Z`)
  const series = daily('s', { rule: { end: { kind: 'count', count: 20 } }, overrides: Object.fromEntries(days.map((day) => [day, { location: `Place ${day}` }])) })
  const name = nameOf('s.ics')

  async function put(opened: Opened, wanted: EventSeries = series, fault?: Fault): Promise<readonly string[]> {
    opened.fault = fault
    opened.forget()
    await opened.session(anna).put(home, name, wanted, always)
    opened.fault = undefined
    const calls = [...opened.calls]
    expect(content((await readOne(opened.session(anna), home, name)).series)).toEqual(content(wanted))
    opened.forget()
    await opened.session(anna).put(home, name, wanted, always)
    expect(opened.writes(), 'the same again').toEqual([])
    opened.close()
    return calls
  }
  const isBatch = (url: string): boolean => url.includes('/batch/')

  test('takes two requests to write', async () => {
    const opened = open()
    const calls = await put(opened)
    expect(calls.filter((call) => !call.startsWith('GET'))).toEqual([expect.stringMatching(/^POST \/calendars/), 'POST /batch'])
  })

  test.each([{}, { instanceWrites: 'touch-instance', masterEdits: 'not-inherited' }] as const)('is whole when the batch is refused, lost, or answered with something else (%o)', async (switches) => {
    for (const answer of [refusal(404, 'notFound'), refusal(503, 'backendError'), 'lost', { status: 200, headers: {}, body: 'hello' }] as const) {
      const calls = await put(open({ switches }), series, ({ url }) => (isBatch(url) ? answer : undefined))
      expect(calls.filter((call) => call.startsWith('PATCH'))).toHaveLength(days.length)
    }
  })

  test('is whole when its parts are refused: each of these calls is made again by itself', async () => {
    const opened = open()
    await opened.session(anna).calendars()
    const spoilt = await put(opened, series, ({ url, body }) => {
      if (!isBatch(url) || body === undefined) return undefined
      const answers = Array.from({ length: days.length }, (_, number) => `--x\r\nContent-ID: <response-${number}>\r\n\r\nHTTP/1.1 409 Conflict\r\n\r\n{}\r\n`)
      return { status: 200, headers: { 'content-type': 'multipart/mixed; boundary=x' }, body: `${answers.join('')}--x--` }
    })
    expect(spoilt.filter((call) => call.startsWith('PATCH'))).toHaveLength(days.length)
  })

  test('that broke off after the batch, or within what it left over, is finished by the same write', async () => {
    for (let at = 1; at <= 4; at += 1) {
      const opened = open()
      let patches = 0
      opened.fault = ({ url, method }) => {
        if (isBatch(url)) return refusal(503, 'backendError')
        if (method === 'PATCH') patches += 1
        return patches >= at * 2 ? refusal(503, 'backendError') : undefined
      }
      await expect(opened.session(anna).put(home, name, series, always)).rejects.toMatchObject({ fault: 'unavailable' })
      await put(opened)
    }
  })
})
