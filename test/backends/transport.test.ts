/** Calls over real sockets, on loopback. */

import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { networkTransport } from '../../src/backends/transport.ts'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/echo': (request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += String(chunk) }).on('end', () => {
      response.writeHead(201, { 'X-Method': request.method, 'x-if': request.headers['if-match'], 'x-accept': request.headers['accept-encoding'] }).end(body)
    })
  },
  '/gzip': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('grüße')),
  '/bomb': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000))),
  '/large': (_request, response) => response.end('x'.repeat(100_000)),
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half')
    response.destroy()
  },
  '/never': () => {},
  '/begun': (_request, response) => { begin(response, (text) => Buffer.from(text)) },
  '/begun-gzip': (_request, response) => { begin(response.setHeader('content-encoding', 'gzip'), gzipSync) },
  '/refused': (_request, response) => response.writeHead(503).end('{"error":{}}'),
}

/** Long enough for two pieces, packed too. */
const long = `{"a":1,${Array.from({ length: 2000 }, (_, index) => `"${(index * 2654435761) % 2 ** 32}"`).join()}}`
let finish: (() => void) | undefined

/** Sends half of it, and the rest when the test says so. */
function begin(response: ServerResponse, pack: (text: string) => Buffer): void {
  const bytes = pack(long)
  const half = bytes.length >> 1
  response.writeHead(200).write(bytes.subarray(0, half))
  finish = () => { response.end(bytes.subarray(half)) }
}

describe('networkTransport', () => {
  let server: Server
  let origin = ''
  const transport = networkTransport({ timeoutMs: 300, maxResponseBytes: 50_000 })
  const patient = networkTransport()

  beforeAll(async () => {
    server = createServer((request, response) => answers[request.url ?? '']?.(request, response))
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('sends method, headers and body, and brings status, headers in lower case and body', async () => {
    const response = await transport({ method: 'PATCH', url: `${origin}/echo`, headers: { 'if-match': '"1"' }, body: 'grüße' })
    expect(response).toMatchObject({ status: 201, body: 'grüße', headers: { 'x-method': 'PATCH', 'x-if': '"1"', 'x-accept': 'gzip' } })
  })

  test('unpacks', async () => {
    expect((await transport({ method: 'GET', url: `${origin}/gzip`, headers: {} })).body).toBe('grüße')
  })

  test.each(['/begun', '/begun-gzip'])('%s: tells the beginning while the rest is still to come', async (path) => {
    const begun = Promise.withResolvers<string>()
    const answer = patient({ method: 'GET', url: origin + path, headers: {}, onBeginning: begun.resolve })
    const text = await begun.promise
    expect(text.length).toBeGreaterThan(100)
    expect(long.startsWith(text)).toBe(true)
    finish?.()
    expect((await answer).body).toBe(long)
  })

  test('a refusal is an answer, and has no beginning', async () => {
    const onBeginning = (): void => expect.fail()
    expect(await transport({ method: 'GET', url: `${origin}/refused`, headers: {}, onBeginning })).toMatchObject({ status: 503, body: '{"error":{}}' })
  })

  test.each([['/large', 'too-large'], ['/bomb', 'too-large'], ['/cut', 'connection'], ['/never', 'timeout']])('%s is no answer: %s', async (path, kind) => {
    await expect(transport({ method: 'GET', url: origin + path, headers: {} })).rejects.toMatchObject({ name: 'TransportError', kind })
  })

  test('nobody there is no answer', async () => {
    await expect(transport({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {} })).rejects.toMatchObject({ name: 'TransportError', kind: 'connection' })
  })

  test('a caller who goes away ends the call', async () => {
    const controller = new AbortController()
    const call = transport({ method: 'GET', url: `${origin}/never`, headers: {}, signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ name: 'TransportError', kind: 'aborted' })
  })
})
