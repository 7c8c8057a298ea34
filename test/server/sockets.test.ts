import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { connect as connectHttp2, constants } from 'node:http2'
import { request } from 'node:https'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Backend, BackendError, type CalendarSession, type ObjectTag, type StoredSeries } from '../../src/calendar/backend.ts'
import type { Calendar } from '../../src/calendar/calendar.ts'
import { backendSyncToken, calendarId, emailAddress, instant, type ObjectName, objectName, revision, timeZoneId } from '../../src/calendar/identifiers.ts'
import { createApp } from '../../src/server/app.ts'
import { proxyList } from '../../src/server/clear-http.ts'
import { parseAccounts } from '../../src/server/credentials/accounts.ts'
import { credentialChain } from '../../src/server/credentials/chain.ts'
import { staticProvider } from '../../src/server/credentials/static.ts'
import { type Listener, listenTls } from '../../src/server/listen.ts'
import { createLog } from '../../src/server/log.ts'
import { localCertificates } from '../../src/server/tls.ts'

const authorization = `Basic ${Buffer.from('anna@example.com:secret').toString('base64')}`
const xml = '<propfind xmlns="DAV:"><propname/></propfind>'

const down = (): never => { throw new BackendError('unavailable', 'down') }

/** Knows none of the first names, which are as many as are read at once, and breaks then. */
async function breaking(_: unknown, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, StoredSeries>> {
  if (names.includes(objectName('event-14500.ics') ?? expect.fail())) throw new TypeError('a mistake of ours')
  return new Map<ObjectName, StoredSeries>()
}

/** What becomes of a listing that has no end. */
let endless = { begun: Promise.withResolvers<void>(), ended: Promise.withResolvers<void>() }

async function* tagsWithoutEnd(): AsyncGenerator<readonly ObjectTag[]> {
  try {
    for (let index = 0; ; index += 1) {
      yield [{ name: objectName(`${index}.ics`) ?? expect.fail(), revision: revision('1'), updated: instant(0) }]
      endless.begun.resolve()
      await new Promise(setImmediate)
    }
  } finally {
    endless.ended.resolve()
  }
}

const calendar: Calendar = {
  id: calendarId('anna@example.com'), displayName: 'Anna', timeZone: timeZoneId('UTC'), access: 'own', isPrimary: true, defaultAlarms: [],
}
const working: Partial<CalendarSession> = {
  address: emailAddress('anna@example.com') ?? expect.fail(),
  calendar: async (id) => (id === calendar.id ? calendar : down()), calendars: async () => [calendar],
  state: async () => ({ updated: instant(0), token: backendSyncToken('0') }), objectsByName: breaking, tags: tagsWithoutEnd,
}
/** Knows one calendar, whose reading breaks; all else is down: a request that gets so far is answered 503. */
const backend: Backend = {
  session: () => new Proxy(working, { get: (target, name) => Reflect.get(target, name) as unknown ?? down }) as CalendarSession,
  close: async () => {},
}

let listener: Listener
let ca = ''
const lines: string[] = []
beforeAll(async () => {
  const { server, authorityPath } = localCertificates(':memory:', [], new Date())
  ca = readFileSync(authorityPath, 'utf8')
  rmSync(dirname(authorityPath), { recursive: true })
  const app = createApp({
    backend, authenticate: credentialChain([staticProvider(parseAccounts('[{"address": "anna@example.com", "password": "secret"}]'))]),
    isProxy: proxyList([]), settings: { maxResourceBytes: 5000, scheduling: 'implicit' }, limits: { calendarBytes: 5000, xmlBytes: 2_000_000 }, answerBytes: 1_000_000, log: createLog('info', (line) => lines.push(line)),
  })
  listener = await listenTls(server, { fetch: app.fetch, hosts: ['127.0.0.1'], port: 0 })
})
afterAll(async () => { await listener.close(0) })

/** Sends words as they are over TLS and HTTP/1.1, and gives all that comes back. */
async function talk(words: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: listener.port, ca })
  await once(socket, 'secureConnect')
  socket.write(words)
  return text(socket)
}

const propfind = (headers: string, body = ''): Promise<string> =>
  talk(`PROPFIND /calendar/dav/ HTTP/1.1\r\nHost: localhost\r\nDepth: 0\r\nContent-Type: application/xml\r\nConnection: close\r\n${headers}\r\n\r\n${body}`)

describe('Expect: 100-continue (RFC 9110 §10.1.1)', () => {
  test('without credentials the answer is 401, and the body is never asked for', async () => {
    const answer = await propfind('Content-Length: 999999\r\nExpect: 100-continue')
    expect(answer).toMatch(/^HTTP\/1.1 401 /)
    expect(answer).toMatch(/^connection: close\r$/mi)
  })
  test('with credentials the body is asked for when it is wanted', async () => {
    expect(await propfind(`Authorization: ${authorization}\r\nContent-Length: ${xml.length}\r\nExpect: 100-continue`, xml)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 207 /)
  })
  test('to HTTP/1.0 no such word is said', async () => {
    const answer = await talk(`PROPFIND /calendar/dav/ HTTP/1.0\r\nDepth: 0\r\nAuthorization: ${authorization}\r\nContent-Length: ${xml.length}\r\nExpect: 100-continue\r\n\r\n${xml}`)
    expect(answer).toMatch(/^HTTP\/1.1 207 /)
  })
  test('a body that is too large is refused before it is sent', async () => {
    const answer = await propfind(`Authorization: ${authorization}\r\nContent-Length: 6000000\r\nExpect: 100-continue`)
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })
  test('over HTTP/2', async () => {
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca })
    const stream = session.request({ ':method': 'PROPFIND', ':path': '/calendar/dav/', authorization, 'depth': '0', 'expect': '100-continue' }, { endStream: false })
    stream.once('continue', () => { stream.end(xml) })
    const [headers] = await once(stream, 'response') as [Record<string, unknown>]
    stream.resume()
    session.close()
    expect(headers[':status']).toBe(207)
  })
})

test('a chunked body beyond the limit is cut off with 413', async () => {
  const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
  expect(await propfind(`Authorization: ${authorization}\r\nTransfer-Encoding: chunked`, `${chunk.repeat(600)}0\r\n\r\n`)).toMatch(/HTTP\/1.1 413 /)
})

test('clear HTTP on the TLS port is answered 401, its password unseen', async () => {
  const socket = connect(listener.port, '127.0.0.1')
  socket.write(`PROPFIND /calendar/dav/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1.1 401 [^]*WWW-Authenticate: Basic realm="calgate", charset="UTF-8"/i)
})

test('a bare # in the request line is part of the name (EDS sends calendar ids so)', async () => {
  lines.length = 0
  const answer = await talk(`GET /calendar/dav/team#plans@group.calendar.google.com/events/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 503 /)
  expect(lines.at(-1)).toContain('kind=calendar')
})

test('an absolute target is its path (RFC 9112 §3.2.2), a query is not part of it', async () => {
  expect(await talk(`GET https://localhost/.well-known/caldav?x=/y HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 307 /)
})

test('nothing about who asks is kept with the connection (CVE-2019-18928)', async () => {
  const ask = (head: string): string => `OPTIONS /calendar/dav/ HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`
  const answers = await talk(ask(`Authorization: ${authorization}`) + ask('Connection: close'))
  expect(answers.match(/^HTTP\/1.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401'])
})

test('requests over HTTP/2 share a connection, each with its own credentials', async () => {
  const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca })
  const statuses = await Promise.all([authorization, undefined, authorization].map(async (given) => {
    const stream = session.request({ ':method': 'OPTIONS', ':path': '/calendar/dav/', ...(given === undefined ? {} : { authorization: given }) })
    const [headers] = await once(stream, 'response') as [Record<string, unknown>]
    stream.resume()
    return headers[':status']
  }))
  session.close()
  expect(statuses).toEqual([200, 401, 200])
})

test('the answer to HEAD ends, and the connection goes on', async () => {
  const head = request({ host: '127.0.0.1', port: listener.port, ca, method: 'HEAD', path: '/nowhere', headers: { authorization } })
  head.end()
  const [response] = await once(head, 'response') as [IncomingMessage]
  expect([response.statusCode, await text(response), Number(response.headers['content-length']) > 0]).toEqual([404, '', true])
})

describe('an answer that breaks after its status was sent', () => {
  const path = '/calendar/dav/anna@example.com/events/'
  const hrefs = Array.from({ length: 15_000 }, (_, index) => `<href>${path}event-${index}.ics</href>`)
  const body = `<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop>${hrefs.join('')}</C:calendar-multiget>`

  test('over HTTP/1.1 does not end like a whole one, and says nothing of the error', async () => {
    lines.length = 0
    const socket = connectTls({ host: '127.0.0.1', port: listener.port, ca })
    await once(socket, 'secureConnect')
    socket.write(`REPORT ${path} HTTP/1.1\r\nHost: localhost\r\nDepth: 1\r\nAuthorization: ${authorization}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    const received: Buffer[] = []
    socket.on('data', (piece: Buffer) => received.push(piece)).on('error', () => {})
    await once(socket, 'close')
    const answer = Buffer.concat(received).toString()
    expect(answer).toMatch(/^HTTP\/1.1 207 [^]*event-0.ics/)
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$|<\/D:multistatus>|Error/)
    expect(lines.join('')).toMatch(/error answer broke off[^]*a mistake of ours/)
  })

  test('over HTTP/2 its stream is reset', async () => {
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca })
    const stream = session.request({ ':method': 'REPORT', ':path': path, authorization, depth: '1' })
    stream.end(body)
    const failure = await text(stream).catch((error: NodeJS.ErrnoException) => error.code)
    session.close()
    expect([failure, stream.rstCode]).toEqual(['ERR_HTTP2_STREAM_ERROR', constants.NGHTTP2_INTERNAL_ERROR])
  })
})

describe('an event is moved within this server only (RFC 4918 §9.9.4)', () => {
  const path = '/calendar/dav/anna@example.com/events/a.ics'
  const move = (destination: string) => ({ authorization, destination: `${destination}/calendar/dav/anna@example.com/events/b.ics` })

  test('HTTP/1.1 names the server in Host', async () => {
    const ask = (headers: Record<string, string>) => new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port: listener.port, ca, agent: false, method: 'MOVE', path, headers }, (response) => { resolve(response.resume().statusCode) }).on('error', reject).end()
    })
    expect([await ask(move('https://elsewhere.example.org')), await ask(move(`https://127.0.0.1:${listener.port}`))]).toEqual([502, 404])
  })

  test('HTTP/2 in :authority', async () => {
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca })
    const ask = async (headers: Record<string, string>) => {
      const stream = session.request({ ':method': 'MOVE', ':path': path, ...headers })
      stream.end()
      const [answer] = await once(stream.resume(), 'response') as [Record<string, unknown>]
      return answer[':status']
    }
    expect([await ask(move('https://elsewhere.example.org')), await ask(move(`https://127.0.0.1:${listener.port}`))]).toEqual([502, 404])
    session.close()
  })
})

describe('a client that leaves while a calendar is listed ends the reading', () => {
  const headers = { authorization, depth: '1' }
  const path = '/calendar/dav/anna@example.com/events/'
  beforeEach(() => { endless = { begun: Promise.withResolvers<void>(), ended: Promise.withResolvers<void>() } })

  test('HTTP/1.1', async () => {
    const leaving = request({ host: '127.0.0.1', port: listener.port, ca, agent: false, method: 'PROPFIND', path, headers }).on('error', () => {})
    leaving.end(xml)
    await endless.begun.promise
    leaving.destroy()
    await endless.ended.promise
  })

  test.each(['the stream', 'the connection'])('HTTP/2: it ends %s', async (what) => {
    const session = connectHttp2(`https://127.0.0.1:${listener.port}`, { ca }).on('error', () => {})
    const leaving = session.request({ ':method': 'PROPFIND', ':path': path, ...headers }).on('error', () => {})
    leaving.end(xml)
    await endless.begun.promise
    if (what === 'the stream') leaving.close(constants.NGHTTP2_CANCEL)
    else session.destroy()
    await endless.ended.promise
    session.destroy()
  })
})
