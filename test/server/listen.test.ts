import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect as connectHttp2, constants } from 'node:http2'
import { request, type RequestOptions } from 'node:https'
import { connect, type Socket } from 'node:net'
import { rmSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { type Fetch, type Listener, listenClear, listenTls } from '../../src/server/listen.ts'
import { localCertificates } from '../../src/server/tls.ts'

const { server: certificate, authorityPath } = localCertificates(':memory:', [], new Date())
const ca = readFileSync(authorityPath, 'utf8')
rmSync(dirname(authorityPath), { recursive: true })

const open: { close(graceMs: number): Promise<void> }[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close(0))) })

async function start(fetch: Fetch = (incoming) => new Response(`${incoming.method} ${new URL(incoming.url).pathname}`), hosts = ['127.0.0.1']): Promise<Listener> {
  const listener = await listenTls(certificate, { fetch, hosts, port: 0, allow: (target) => `GET, AT${target}` })
  open.push(listener)
  return listener
}

/** One request over HTTP/1.1 and TLS. */
async function ask(port: number, options: RequestOptions = {}, body?: string) {
  const asked = request({ host: '127.0.0.1', port, ca, agent: false, ...options })
  asked.end(body)
  const [response] = await once(asked, 'response') as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** Writes to a socket as it is, and gives all that comes back until the other side ends. */
async function talk(socket: Socket, words: string): Promise<string> {
  socket.write(words)
  return text(socket)
}

describe('one TLS port', () => {
  test('HTTP/1.1', async () => {
    const { port } = await start()
    expect(await ask(port, { method: 'PROPFIND', path: '/a' })).toMatchObject({ status: 200, body: 'PROPFIND /a' })
  })

  test('HTTP/2, chosen by ALPN', async () => {
    const { port } = await start()
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca })
    const stream = session.request({ ':method': 'REPORT', ':path': '/b' })
    stream.end()
    const [headers] = await once(stream, 'response') as [Record<string, unknown>]
    expect([headers[':status'], await text(stream)]).toEqual([200, 'REPORT /b'])
    session.close()
  })

  test('both loopback addresses, under one name', async () => {
    const { port } = await start(undefined, ['127.0.0.1', '::1'])
    expect((await Promise.all([ask(port), ask(port, { host: '::1' })])).map(({ status }) => status)).toEqual([200, 200])
  })

  test('an address that the machine does not have is passed over, but not the first one', async () => {
    const { port } = await start(undefined, ['127.0.0.1', '192.0.2.1'])
    expect((await ask(port)).status).toBe(200)
    await expect(start(undefined, ['192.0.2.1'])).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
  })

  test('a port in use is an error', async () => {
    const { port } = await start()
    await expect(listenTls(certificate, { fetch: () => new Response(), hosts: ['127.0.0.1'], port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('clear HTTP on the same port is a request too, and marked as such', async () => {
    const { port } = await start((_request, bindings) => {
      const { incoming } = bindings as { incoming: { socket: { encrypted?: boolean } } }
      return new Response(`encrypted: ${incoming.socket.encrypted === true}`)
    })
    expect(await talk(connect(port, '127.0.0.1'), 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200 [^]*encrypted: false/)
    expect((await ask(port)).body).toBe('encrypted: true')
  })

  test('a client that trusts somebody else is not served', async () => {
    const { port } = await start()
    await expect(ask(port, { ca: undefined })).rejects.toThrow(/certificate/)
  })

  test('a renewed certificate is given to new connections', async () => {
    const listener = await start()
    const renewed = localCertificates(':memory:', [], new Date())
    listener.useCertificate(renewed.server)
    await expect(ask(listener.port)).rejects.toThrow(/certificate/)
    expect((await ask(listener.port, { ca: readFileSync(renewed.authorityPath) })).status).toBe(200)
    rmSync(dirname(renewed.authorityPath), { recursive: true })
  })
})

describe('what is no good HTTP', () => {
  const overTls = async (words: string): Promise<string> => {
    const { port } = await start()
    const socket = connectTls({ host: '127.0.0.1', port, ca })
    await once(socket, 'secureConnect')
    return talk(socket, words)
  }
  test.each([
    ['a tunnel: 405 with Allow (RFC 9110 §9.3.6)', 'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 405 .*\r\nAllow: GET, AT\/\r\n/],
    ['a method that HTTP does not know: 405 with Allow (RFC 9110 §15.5.6)', 'BREW /a HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 405 .*\r\nAllow: GET, AT\/a\r\n/],
    ['one behind another request', 'GET /b HTTP/1.1\r\nHost: x\r\n\r\nBREW /a HTTP/1.1\r\nHost: x\r\n\r\n', /HTTP\/1.1 405 .*\r\nAllow: GET, AT\/a\r\n/],
    ['a name with a control character: 400', 'GET /a\u0001b HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 /],
    ['headers beyond 16 KiB: 431 (RFC 6585 §5)', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['two lengths: 400 (RFC 9112 §6.3)', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /^HTTP\/1.1 400 /],
    ['two hosts: 400 (RFC 9112 §3.2)', 'GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 /],
    ['noise: 400', '\u0000\u0001\u0002\r\n\r\n', /^HTTP\/1.1 400 /],
  ])('%s', async (_title, words, expected) => { expect(await overTls(words)).toMatch(expected) })

  test('the server goes on after all of them', async () => {
    const { port } = await start()
    for (const words of ['BREW\r\n\r\n', '\u0016\u0003\u0001 not TLS', '']) connect(port, '127.0.0.1').end(words)
    expect((await ask(port)).status).toBe(200)
  })

  test('OPTIONS * asks about the server as a whole (RFC 9110 §9.3.7)', async () => {
    expect(await overTls('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(/OPTIONS \/$/)
  })
})

describe('the end', () => {
  test('requests under way are answered, kept-alive and silent connections are not waited for', async () => {
    const gate = Promise.withResolvers<Response>()
    const begun = Promise.withResolvers<void>()
    const listener = await start((incoming) => {
      if (!incoming.url.endsWith('/slow')) return new Response('quick')
      begun.resolve()
      return gate.promise
    })
    const silent = connect(listener.port, '127.0.0.1')
    const keptAlive = connectTls({ host: '127.0.0.1', port: listener.port, ca })
    keptAlive.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(keptAlive, 'data')
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca })
    await once(session, 'connect')
    const slow = ask(listener.port, { path: '/slow' })
    await begun.promise
    const closed = listener.close(60_000)
    await Promise.all([once(silent, 'close'), once(keptAlive, 'close'), once(session, 'close')])
    gate.resolve(new Response('done'))
    expect(await slow).toMatchObject({ status: 200, body: 'done' })
    await closed
    await expect(ask(listener.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('a connection that never asked anything is not waited for', async () => {
    const listener = await start()
    const mute = connectTls({ host: '127.0.0.1', port: listener.port, ca, ALPNProtocols: ['http/1.1'] })
    await once(mute, 'secureConnect')
    await Promise.all([once(mute.resume(), 'close'), listener.close(60_000)])
  })

  test('after the grace time nobody is waited for', async () => {
    const begun = Promise.withResolvers<void>()
    const listener = await start(() => { begun.resolve(); return new Promise<Response>(() => {}) })
    const never = ask(listener.port).catch((error: NodeJS.ErrnoException) => error.code)
    await begun.promise
    await listener.close(0)
    expect(await never).toBe('ECONNRESET')
  })
})

test('a port for clear HTTP on loopback', async () => {
  const listener = await listenClear({ fetch: () => new Response('clear'), hosts: ['127.0.0.1'], port: 0 })
  open.push(listener)
  const response = await fetch(`http://127.0.0.1:${listener.port}/`)
  expect(await response.text()).toBe('clear')
})

test('a stream that the client leaves is cancelled', async () => {
  const cancelled = Promise.withResolvers<void>()
  const { port } = await start(() => new Response(new ReadableStream({
    pull: (controller) => { controller.enqueue(Buffer.alloc(65_536)) },
    cancel: () => { cancelled.resolve() },
  })))
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca })
  const stream = session.request({ ':path': '/' })
  await once(stream, 'response')
  stream.close(constants.NGHTTP2_CANCEL)
  session.destroy()
  await cancelled.promise
})
