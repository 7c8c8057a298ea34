import { describe, expect, test } from 'vitest'
import { type Backend, BackendError, type BackendFault, type CalendarSession } from '../../src/calendar/backend.ts'
import type { Calendar } from '../../src/calendar/calendar.ts'
import { backendSyncToken, calendarId, emailAddress, instant, timeZoneId } from '../../src/calendar/identifiers.ts'
import { type AppOptions, createApp } from '../../src/server/app.ts'
import { proxyList } from '../../src/server/clear-http.ts'
import { parseAccounts } from '../../src/server/credentials/accounts.ts'
import { credentialChain } from '../../src/server/credentials/chain.ts'
import { staticProvider } from '../../src/server/credentials/static.ts'
import { createLog } from '../../src/server/log.ts'

const address = emailAddress('anna.test+cal@example.com') ?? expect.fail()
const password = 'Aa0-._~:%@/+=!*$#&'.repeat(18).slice(0, 320)
const authenticate = credentialChain([staticProvider(parseAccounts(JSON.stringify([{ address, password }])))])
const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`
const authorization = basic(address, password)
const root = '/calendar/dav/'
const event = `/calendar/dav/${address}/events/x.ics`

/** A backend of which every call ends in the same error. */
function failing(error: unknown): Backend {
  const session = new Proxy({}, { get: (_target, name) => (name === 'address' ? address : () => { throw error }) })
  return { session: () => session as CalendarSession, close: async () => {} }
}

function build(options: Partial<AppOptions> = {}) {
  const lines: string[] = []
  const app = createApp({
    backend: failing(new Error('there is no backend here')), authenticate, isProxy: proxyList(['10.0.0.0/8']),
    settings: { maxResourceBytes: 1000, scheduling: 'implicit' }, limits: { calendarBytes: 1000, xmlBytes: 2000 }, answerBytes: 1_000_000,
    log: createLog('info', (line) => lines.push(line)), arrivalOf: () => ({ isEncrypted: true, peer: '127.0.0.1' }), ...options,
  })
  const ask = async (method: string, path: string, init: { headers?: Record<string, string>; body?: string | ReadableStream } = {}) => {
    const response = await app.request(path, { method, duplex: 'half', ...init, headers: { authorization, ...init.headers } } as RequestInit)
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
  }
  return { ask, lines }
}

describe('authentication', () => {
  const { ask } = build()
  const refusal = {
    status: 401,
    headers: expect.objectContaining({ 'www-authenticate': 'Basic realm="calgate", charset="UTF-8"', 'dav': expect.stringMatching(/^1, .*calendar-access/) }),
  }
  test.each([
    ['none', ''], ['wrong password', basic(address, 'wrong')], ['unknown address', basic('ben@example.com', password)],
    ['another scheme', 'Bearer abc'], ['not base64', 'Basic ***'],
  ])('%s: 401 with the challenge (RFC 7617 §2)', async (_title, given) => {
    for (const method of ['OPTIONS', 'PROPFIND', 'GET', 'PUT', 'DELETE']) expect(await ask(method, root, { headers: { authorization: given } })).toMatchObject(refusal)
  })

  test('an unknown address and a wrong password get the same answer but for its id', async () => {
    const [unknown, wrong] = await Promise.all([basic('ben@example.com', 'x'), basic(address, 'x')].map((given) => ask('PROPFIND', root, { headers: { authorization: given } })))
    expect({ ...unknown?.headers, 'x-request-id': '' }).toEqual({ ...wrong?.headers, 'x-request-id': '' })
    expect(unknown?.body).toBe(wrong?.body)
  })

  test.each([
    ['no-credentials', ''], ['wrong-credentials', basic(address, 'canary')], ['wrong-credentials', basic('canary@example.com', password)],
    ['malformed-credentials', 'Bearer canary'], ['malformed-credentials', 'Basic ***'],
  ])('the log alone tells why, %s, and nothing of what was given', async (reason, given) => {
    const { ask, lines } = build()
    await ask('PROPFIND', root, { headers: { authorization: given } })
    expect(lines).toEqual([expect.stringMatching(new RegExp(` status=401 .* peer=127\\.0\\.0\\.1 reason=${reason}\n$`))])
    expect(lines[0]).not.toContain('canary')
  })

  test('a password of 320 characters with colons, the address in any case', async () => {
    expect(password).toHaveLength(320)
    expect((await ask('PROPFIND', root, { headers: { authorization: basic(address.toUpperCase(), password), depth: '0' } })).status).toBe(207)
  })
})

describe('clear HTTP', () => {
  const through = (peer: string) => build({ arrivalOf: () => ({ isEncrypted: false, peer }) }).ask
  test('is answered 401 without a look at the password', async () => {
    expect((await through('127.0.0.1')('PROPFIND', root)).status).toBe(401)
    const blind = build({ arrivalOf: () => ({ isEncrypted: false, peer: '127.0.0.1' }), authenticate: () => expect.fail() })
    expect((await blind.ask('PROPFIND', root)).status).toBe(401)
    expect(blind.lines).toEqual([expect.stringContaining(' reason=clear-http')])
  })
  test('the well-known address too', async () => { expect((await through('127.0.0.1')('GET', '/.well-known/caldav')).status).toBe(401) })
  test('a listed proxy that says https is served, one that does not is not', async () => {
    const ask = through('10.1.1.1')
    expect((await ask('PROPFIND', root, { headers: { 'x-forwarded-proto': 'https', 'depth': '0' } })).status).toBe(207)
    expect((await ask('PROPFIND', root, { headers: { 'x-forwarded-proto': 'http', 'depth': '0' } })).status).toBe(401)
  })
})

describe('/.well-known/caldav (RFC 6764 §5)', () => {
  const { ask } = build()
  test.each(['GET', 'HEAD', 'PROPFIND', 'OPTIONS', 'REPORT', 'PUT'])('%s: 307 without login, may be kept', async (method) => {
    const { status, headers } = await ask(method, '/.well-known/caldav', { headers: { authorization: '' } })
    expect([status, headers['location'], headers['cache-control']]).toEqual([307, '/calendar/dav/', 'public, max-age=86400'])
  })
  test('an empty PROPFIND at its target tells the principal', async () => {
    expect((await ask('PROPFIND', root, { headers: { depth: '0' } })).body).toContain('current-user-principal')
  })
})

describe('faults of the backend', () => {
  const faults = {
    'gone': [404, ''], 'conflict': [412, ''], 'precondition': [412, ''], 'uid-in-use': [403, 'no-uid-conflict'], 'forbidden': [403, 'need-privileges'],
    'rejected': [403, ''], 'invalid-token': [403, 'valid-sync-token'], 'credentials': [401, ''], 'rate-limited': [503, ''], 'unavailable': [503, ''],
  } as const satisfies Record<BackendFault, readonly [number, string]>

  test.each(Object.entries(faults))('%s', async (fault, [status, condition]) => {
    const { ask } = build({ backend: failing(new BackendError(fault as BackendFault, 'an inside', { retryAfterSeconds: 7 })) })
    const { body, headers, ...reply } = await ask('GET', event)
    expect(reply.status).toBe(status)
    if (condition !== '') expect(body).toMatch(new RegExp(`<(\\w+:)?error[^>]*>[^]*<(\\w+:)?${condition}`))
    expect(headers['retry-after']).toBe(status === 503 ? '7' : undefined)
    expect(headers['www-authenticate'] !== undefined).toBe(status === 401)
  })

  test('an account that the service does not accept any more is a warning of its own, which names it', async () => {
    const { ask, lines } = build({ backend: failing(new BackendError('credentials', 'the grant was revoked (invalid_grant)')) })
    const { body } = await ask('GET', event)
    expect(lines).toEqual([
      expect.stringMatching(/ warn  the calendar service does not accept an account id=\S+ address=anna\.test\+cal@example\.com why="the grant was revoked \(invalid_grant\)"\n$/),
      expect.stringContaining(' reason=backend-credentials'),
    ])
    expect(body).not.toContain('invalid_grant')
  })

  test('a precondition that the backend names is told (RFC 4791 §5.3.2.1)', async () => {
    const { ask } = build({ backend: failing(new BackendError('rejected', 'Two organizers.', { precondition: 'valid-calendar-object-resource' })) })
    const { status, body } = await ask('GET', event)
    expect([status, body]).toEqual([403, expect.stringMatching(/Two organizers\.[^]*valid-calendar-object-resource/)])
  })

  test('what the client asks wrongly is no error of ours, whatever its status', async () => {
    const { ask, lines } = build()
    expect((await ask('MOVE', event, { headers: { host: 'localhost', destination: `https://elsewhere.example.org${event}` } })).status).toBe(502)
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(['info'])
  })

  test('anything else is 500; the insides go to the log, with the cause', async () => {
    const { ask, lines } = build({ backend: failing(new Error('inside-canary', { cause: new Error('cause-canary') })) })
    const { status, body, headers } = await ask('GET', event)
    expect(status).toBe(500)
    expect(body + JSON.stringify(headers)).not.toContain('canary')
    expect(lines.join('')).toMatch(/error request failed[^]*inside-canary[^]*caused by[^]*cause-canary/)
  })
})

describe('requests that are too large', () => {
  const { ask } = build()
  const stream = (bytes: number) => new ReadableStream({
    start(controller) { for (let i = 0; i < bytes; i += 100) controller.enqueue(Buffer.alloc(100, 0x20)); controller.close() },
  })
  const asXml = { depth: '0', 'content-type': 'application/xml' }
  test.each([
    ['XML, told length', 'PROPFIND', root, ' '.repeat(2001)], ['XML, chunked', 'PROPFIND', root, stream(2100)],
  ])('%s: 413 (RFC 9110 §15.5.14)', async (_title, method, path, body) => {
    const length: Record<string, string> = typeof body === 'string' ? { 'content-length': String(body.length) } : {}
    expect((await ask(method, path, { body, headers: { ...asXml, ...length } })).status).toBe(413)
  })
  test('a body at the limit is read', async () => {
    const xml = '<propfind xmlns="DAV:"><propname/></propfind>'
    expect((await ask('PROPFIND', root, { body: xml.padEnd(2000), headers: asXml })).status).toBe(207)
  })
})

describe('answers', () => {
  const { ask, lines } = build()
  test('HEAD has the headers of GET and no body (RFC 9110 §9.3.2)', async () => {
    const [get, head] = [await ask('GET', '/nowhere'), await ask('HEAD', '/nowhere')]
    expect(head).toMatchObject({ status: get.status, body: '' })
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
  })
  test('a length that is the octets of the body', async () => {
    const { headers, body } = await ask('PROPFIND', root, { headers: { depth: '0' } })
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
  })
  test('what the user reads is private, and no page', async () => {
    expect((await ask('GET', '/nowhere')).headers).toMatchObject({
      'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox",
    })
  })
  test.each([
    ['%00', '/calendar/dav/a%00b/events/'], ['%0A', '/calendar/dav/a%0Ab/events/'], ['a broken escape', '/calendar/dav/a%zz/events/'],
    ['an escape that is no UTF-8', '/calendar/dav/a%ff/events/'],
  ])('a path with %s: 400', async (_title, path) => { expect((await ask('PROPFIND', path)).status).toBe(400) })
  test('an unknown path: 404', async () => { expect((await ask('PROPFIND', '/elsewhere')).status).toBe(404) })
  test('an unknown method: 405 with Allow (RFC 9110 §15.5.6)', async () => {
    expect(await ask('BREW', root)).toMatchObject({ status: 405, headers: { allow: expect.stringContaining('PROPFIND') } })
  })

  test('one line of log each, with method, kind, status, calls and time, and nothing of the credentials', async () => {
    lines.length = 0
    await ask('PROPFIND', root, { headers: { depth: '0' } })
    await ask('PROPFIND', '/elsewhere\u0022forged=1')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^\S+Z info {2}request method=PROPFIND kind=root status=207 calls=0 ms=\d+ id=\S+\n$/)
    expect(lines[1]).toMatch(/kind=none status=404/)
    expect(lines.join('')).not.toContain(password.slice(0, 20))
    expect(lines.join('')).not.toContain(authorization.slice(6, 30))
  })
})

test('the address that was asked for a new calendar stands for it afterwards, for the same account (RFC 4791 §5.3.1)', async () => {
  const made: Calendar = { id: calendarId('made@group.calendar.google.com'), displayName: 'Made', timeZone: timeZoneId('UTC'), access: 'own', isPrimary: false, defaultAlarms: [] }
  const session: Partial<CalendarSession> = {
    address, createCalendar: async () => made,
    calendar: async (id) => (id === made.id ? made : Promise.reject(new BackendError('gone', 'none'))),
    state: async (id) => (id === made.id ? { updated: instant(0), token: backendSyncToken('0') } : Promise.reject(new BackendError('gone', 'none'))),
  }
  const { ask } = build({ backend: { session: () => session as CalendarSession, close: async () => {} } })
  const wanted = `/calendar/dav/${address}/wanted/`
  expect(await ask('PROPFIND', wanted, { headers: { depth: '0' } })).toMatchObject({ status: 404 })
  expect(await ask('MKCALENDAR', wanted)).toMatchObject({ status: 201, headers: { location: `/calendar/dav/${address}/made@group.calendar.google.com/` } })
  expect(await ask('PROPFIND', wanted, { headers: { depth: '0' }, body: '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>' }))
    .toMatchObject({ status: 207, body: expect.stringContaining('<D:displayname>Made</D:displayname>') })
  expect(await ask('MKCALENDAR', wanted)).toMatchObject({ status: 403 })
})
