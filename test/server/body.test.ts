import { describe, expect, test } from 'vitest'
import type { DavError } from '../../src/caldav/errors.ts'
import { caldav } from '../../src/dav/names.ts'
import { readBody } from '../../src/server/body.ts'

const limits = { calendarBytes: 10, xmlBytes: 20 }
const target = 'https://localhost/'
/** In pieces of five, without a told length. */
const pieces = (count: number, onPull = (): void => {}) => new ReadableStream<Uint8Array>({
  pull(controller) {
    onPull()
    if ((count -= 1) < 0) controller.close()
    else controller.enqueue(Buffer.alloc(5, 97))
  },
}, { highWaterMark: 0 })
const streamed = (method: string, body: ReadableStream) => new Request(target, { method, body, duplex: 'half' } as RequestInit)
const told = (method: string, length: number) => new Request(target, { method, body: 'a'.repeat(length), headers: { 'content-length': String(length) } })
const outcome = (request: Request) => readBody(request, limits).then((body) => body.length, (error: unknown) => error as DavError)

describe('bodies within a limit', () => {
  test.each([
    ['PUT, told', told('PUT', 10), 10], ['PUT, streamed', streamed('PUT', pieces(2)), 10],
    ['PROPFIND, told', told('PROPFIND', 20), 20], ['PROPFIND, streamed', streamed('PROPFIND', pieces(4)), 20],
    ['none', new Request(target, { method: 'PROPFIND' }), 0],
  ])('%s: read', async (_title, request, expected) => { expect(await outcome(request)).toBe(expected) })

  test.each([
    ['PUT, told', told('PUT', 11)], ['PUT, streamed', streamed('PUT', pieces(3))], ['POST, told', told('POST', 11)],
  ])('%s beyond it: 413, and CALDAV:max-resource-size (RFC 4791 §5.3.2.1)', async (_title, request) => {
    expect(await outcome(request)).toMatchObject({ status: 413, condition: caldav('max-resource-size') })
  })

  test.each([['told', told('REPORT', 21)], ['streamed', streamed('REPORT', pieces(5))]])('REPORT, %s beyond it: 413', async (_title, request) => {
    expect(await outcome(request)).toMatchObject({ status: 413, condition: undefined })
  })

  const coded = (method: string, headers: Record<string, string>) => new Request(target, { method, body: 'a', headers })

  test.each([
    ['PUT', { 'content-encoding': 'gzip' }], ['PROPFIND', { 'content-encoding': 'br, gzip' }], ['POST', { 'content-encoding': 'x-gzip' }],
  ])('%s, packed %o: 415 with what is understood (RFC 9110 §12.5.3)', async (method, headers) => {
    expect(await outcome(coded(method, headers))).toMatchObject({ status: 415, headers: { 'Accept-Encoding': 'identity' } })
  })

  test.each([
    ['PROPFIND', { 'content-encoding': 'identity' }], ['PUT', { 'content-encoding': 'Identity' }], ['REPORT', { 'transfer-encoding': 'chunked' }],
    ['REPORT', { 'content-type': 'text/xml; charset="UTF-8"' }], ['REPORT', { 'content-type': 'application/xml;charset=utf-16' }],
    ['REPORT', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('%s with %o: read', async (method, headers) => { expect(await outcome(coded(method, headers))).toBe(1) })

  test('another transfer coding than chunked: 501 (RFC 9112 §6.1)', async () => {
    expect(await outcome(coded('PUT', { 'transfer-encoding': 'gzip, chunked' }))).toMatchObject({ status: 501 })
  })

  test('XML in another character set than those of Unicode: 415 (RFC 4918 §19)', async () => {
    expect(await outcome(coded('PROPFIND', { 'content-type': 'text/xml; charset=iso-8859-1' }))).toMatchObject({ status: 415 })
  })

  test('what is beyond is not read', async () => {
    let pulled = 0
    await outcome(streamed('PUT', pieces(1000, () => { pulled += 1 })))
    expect(pulled).toBeLessThan(6)
  })

  test('a client that breaks off is told 400, not 500', async () => {
    const broken = new ReadableStream({ pull(controller) { controller.error(new Error('gone')) } })
    expect(await outcome(streamed('PUT', broken))).toMatchObject({ name: 'DavError', status: 400 })
  })
})
