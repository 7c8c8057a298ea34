import { describe, expect, test } from 'vitest'
import { begun, HELD_CHARACTERS, responseOf, type ResponseOptions } from '../../src/server/reply.ts'

/** Twelve of them are as much as is held before an answer begins. */
const chunk = (index: number): string => `<${index}>`.padEnd(Math.ceil(HELD_CHARACTERS / 12))
const chunksTo = (count: number): string => Array.from({ length: count }, (_, index) => chunk(index)).join('')

async function* chunks(count: number, breaksAt = Infinity): AsyncGenerator<string> {
  for (let i = 0; i < count; i += 1) {
    if (i === breaksAt) throw new Error(`broke at ${i}`)
    yield chunk(i)
  }
}

const options = (given: Partial<ResponseOptions> = {}): ResponseOptions =>
  ({ method: 'GET', headers: {}, run: (pull) => pull(), onEnd: () => {}, abort: undefined, ...given })
const reply = (body: string | Uint8Array | AsyncIterable<string>, status = 207) => ({ status, headers: {}, body })

describe('a streamed answer', () => {
  test('that is short becomes one with a length', async () => {
    const response = responseOf(await begun(reply(chunks(1))), options())
    expect([response.headers.get('content-length'), await response.text()]).toEqual([String(chunk(0).length), chunk(0)])
  })

  test('that is long is streamed whole, without a length', async () => {
    const response = responseOf(await begun(reply(chunks(13))), options())
    expect([response.headers.get('content-length'), await response.text()]).toEqual([null, chunksTo(13)])
  })

  test.each([0, 1, 11])('that breaks at piece %i has not begun: the failure can still be told', async (breaksAt) => {
    await expect(begun(reply(chunks(13, breaksAt)))).rejects.toThrow(`broke at ${breaksAt}`)
  })

  test('of many small pieces is held as long as one of few', async () => {
    async function* small(): AsyncGenerator<string> {
      for (let i = 0; i < 1_000; i += 1) yield `<${i}>`
    }
    const response = responseOf(await begun(reply(small())), options())
    expect(Number(response.headers.get('content-length'))).toBe((await response.text()).length)
  })

  test('that breaks later ends the connection and is reported, with no word of the error in it', async () => {
    const ends: unknown[] = []
    const aborts: string[] = []
    const response = responseOf(await begun(reply(chunks(15, 13))), options({ onEnd: (error) => ends.push(error), abort: () => aborts.push('aborted') }))
    const reader = response.body?.getReader() ?? expect.fail()
    const pieces: string[] = []
    for (let i = 0; i < 13; i += 1) pieces.push(Buffer.from((await reader.read()).value ?? '').toString())
    void reader.read()
    await expect.poll(() => aborts).toEqual(['aborted'])
    expect(pieces.join('')).toBe(chunksTo(13))
    expect(ends).toEqual([new Error('broke at 13')])
  })

  test('is pulled no faster than it is read, and ended when the reader goes', async () => {
    const seen: string[] = []
    async function* watched(): AsyncGenerator<string> {
      try {
        for (let i = 0; ; i += 1) { seen.push(`made ${i}`); yield chunk(i) }
      } finally { seen.push('ended') }
    }
    const ends: unknown[] = []
    const response = responseOf(await begun(reply(watched())), options({ onEnd: (error) => ends.push(error) }))
    const reader = response.body?.getReader() ?? expect.fail()
    for (let i = 0; i < 13; i += 1) await reader.read()
    await reader.cancel()
    expect(seen).toEqual([...Array.from({ length: 13 }, (_, i) => `made ${i}`), 'ended'])
    expect(ends).toEqual([undefined])
  })
})

test('HEAD ends a stream that nobody reads', async () => {
  const ended = Promise.withResolvers<void>()
  async function* watched(): AsyncGenerator<string> {
    try {
      for (;;) yield chunk(0)
    } finally { ended.resolve() }
  }
  const response = responseOf(await begun(reply(watched())), options({ method: 'HEAD' }))
  expect(await response.text()).toBe('')
  await ended.promise
})

describe('lengths (RFC 9110 §8.6)', () => {
  test('are octets', () => { expect(responseOf(reply('ä€'), options()).headers.get('content-length')).toBe('5') })
  test('of bytes that are part of a larger buffer', async () => {
    const response = responseOf(reply(Buffer.from('abcdef').subarray(2, 4), 200), options())
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['2', 'cd'])
  })
  test.each([[204, null], [304, null], [201, '0'], [404, '0']])('%i without a body: %s', (status, expected) => {
    expect(responseOf({ status, headers: {} }, options()).headers.get('content-length')).toBe(expected)
  })
  test('HEAD: the length of GET, no body (RFC 9110 §9.3.2); a length that is told is kept', async () => {
    const head = responseOf(reply('abc', 200), options({ method: 'HEAD' }))
    expect([head.headers.get('content-length'), await head.text()]).toEqual(['3', ''])
    expect(responseOf({ status: 200, headers: {} }, options({ method: 'HEAD' })).headers.get('content-length')).toBeNull()
    expect(responseOf({ status: 200, headers: { 'Content-Length': '77' } }, options({ method: 'HEAD' })).headers.get('content-length')).toBe('77')
  })
})

test('headers of the reply win over the common ones, whatever their case', () => {
  const response = responseOf({ status: 200, headers: { 'Cache-Control': 'public', 'DAV': '1' } }, options())
  expect([response.headers.get('cache-control'), response.headers.get('dav')]).toEqual(['public', '1'])
})
