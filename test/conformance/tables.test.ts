import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { davHeaderOf } from '../../src/caldav/features.ts'
import { allowAt } from '../../src/caldav/handle.ts'
import { CALENDAR, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt } from '../xml-tree.ts'

const READ_ONLY = `${HOME}news@group.calendar.google.com/`
const OBJECT = `${CALENDAR}a.ics`

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: 'news@group.calendar.google.com', summary: 'News', accessRole: 'reader' })
  await gateway.addCalendar({ id: 'busy@group.calendar.google.com', summary: 'Busy', accessRole: 'freeBusyReader' })
  await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'writer' })
  await putEvent(gateway, OBJECT, eventText('a'))
})
afterAll(() => gateway.close())

const paths = { root: '/calendar/dav/', principal: PRINCIPAL, home: HOME, calendar: CALENDAR, object: OBJECT, inbox: `${HOME}inbox/`, outbox: `${HOME}outbox/` }
const davHeader = davHeaderOf({ maxResourceBytes: 1, scheduling: 'implicit' })
const allOf = (answer: { headers: Headers }) => answer.headers.get('Allow')!.split(', ')

async function propertyOf(path: string, name: string) {
  const { text } = await gateway.ask('PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf(name) })
  return responseAt(text, path).found[name]
}

describe('OPTIONS (RFC 9110 §9.3.7, RFC 4918 §10.1)', () => {
  test.each(Object.entries(paths))('tells DAV and Allow on the %s, without a call to the backend', async (_, path) => {
    const before = gateway.calls()
    const answer = await gateway.ask('OPTIONS', path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('DAV')).toBe(davHeader)
    expect(davHeader).toBe('1, 3, extended-mkcol, calendar-access, calendar-auto-schedule')
    expect(allOf(answer)).toContain('PROPFIND')
    expect(gateway.calls()).toBe(before)
  })

  test('the DAV header stands on other answers too', async () => {
    for (const method of ['PROPFIND', 'GET']) expect((await gateway.ask(method, OBJECT)).headers.get('DAV')).toBe(davHeader)
  })
})

describe('405 (RFC 9110 §15.5.6)', () => {
  test('where the parser refuses the method, Allow is that of the path; where nothing can be, that of the root', async () => {
    for (const path of Object.values(paths)) expect(allowAt(path), path).toBe((await gateway.ask('OPTIONS', path)).headers.get('Allow'))
    for (const path of ['/elsewhere', 'host:443', `${HOME}%zz`]) expect(allowAt(path), path).toBe(allowAt(paths.root))
  })

  test.each(Object.entries(paths))('every method that Allow does not name is 405 with Allow on the %s, and every other one is not', async (_, path) => {
    const allowed = allOf(await gateway.ask('OPTIONS', path))
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH', 'TRACE', 'LOCK', 'UNLOCK', 'ACL', 'SEARCH', 'PROPFIND', 'PROPPATCH', 'REPORT', 'MOVE', 'COPY', 'BREW']) {
      if (allowed.includes(method)) continue
      const answer = await gateway.ask(method, path)
      expect(answer).toMatchObject({ status: 405 })
      expect(allOf(answer)).toEqual(allowed)
    }
    const served = await Promise.all(allowed.filter((name) => !['DELETE', 'MKCALENDAR', 'MKCOL'].includes(name)).map((name) => gateway.ask(name, path)))
    for (const { status } of served) expect(status).not.toBe(405)
  })

  test('DAV:supported-method-set is Allow (RFC 3253 §3.1.3)', async () => {
    for (const path of Object.values(paths)) {
      const names = (await propertyOf(path, '{DAV:}supported-method-set'))!.map((each) => (each as [string, { name: string }])[1].name)
      expect(names).toEqual(allOf(await gateway.ask('OPTIONS', path)))
    }
  })
})

describe('404', () => {
  test.each([
    '/x', '/calendar/', '/calendar/dav/other@example.org/', '/calendar/dav/other@example.org/user', '/calendar/dav/other@example.org/events/',
    '/calendar/dav/other@example.org/events/a.ics', '/calendar/dav/other@example.org/me@example.org/', '/calendar/dav/other@example.org/me@example.org/a.ics',
    `${HOME}other@example.org/`, '/calendar/dav/other@example.org/inbox/', '/calendar/dav/other@example.org/outbox/', `${CALENDAR}none.ics`,
  ])('%s: unknown and foreign are one answer', async (path) => {
    for (const method of ['PROPFIND', 'GET', 'DELETE']) {
      const { status } = await gateway.ask(method, path, { headers: { Depth: '0' } })
      expect([404, ...(method === 'DELETE' ? [405] : [])]).toContain(status)
    }
  })

  test('another account does not see what this one has: the path is held against the credential each time', async () => {
    for (const path of [HOME, CALENDAR, PRINCIPAL, OBJECT, READ_ONLY]) {
      expect(await gateway.ask('PROPFIND', path, { headers: { Depth: '0' }, as: 'mallory@example.org' })).toMatchObject({ status: 404 })
    }
    expect(await gateway.ask('PUT', `${CALENDAR}b.ics`, { headers: { 'Content-Type': 'text/calendar' }, body: eventText('b'), as: 'mallory@example.org' })).toMatchObject({ status: 409 })
    expect(await gateway.ask('DELETE', OBJECT, { as: 'mallory@example.org' })).toMatchObject({ status: 404 })
    expect(await gateway.ask('GET', OBJECT)).toMatchObject({ status: 200 })
  })

  test("the account's address is the same in any case, and written in one", async () => {
    const answer = await gateway.ask('PROPFIND', '/calendar/dav/Me%40Example.ORG/events/A.ics'.replace('A.ics', 'a.ics'), { headers: { Depth: '0' } })
    expect(responseAt(answer.text, OBJECT).href).toBe(OBJECT)
  })
})

describe('principals and privileges (RFC 3744, RFC 5397)', () => {
  test.each([...Object.values(paths), READ_ONLY])('%s names the principal of the user who asks', async (path) => {
    expect(await propertyOf(path, '{DAV:}current-user-principal')).toEqual([['{DAV:}href', PRINCIPAL]])
  })

  test('the principal leads to the home and the addresses', async () => {
    expect(await propertyOf(PRINCIPAL, '{urn:ietf:params:xml:ns:caldav}calendar-home-set')).toEqual([['{DAV:}href', HOME]])
    expect(await propertyOf(PRINCIPAL, '{DAV:}principal-URL')).toEqual([['{DAV:}href', PRINCIPAL]])
    expect(await propertyOf(PRINCIPAL, '{urn:ietf:params:xml:ns:caldav}calendar-user-address-set')).toEqual([['{DAV:}href', 'mailto:me@example.org']])
  })

  test('a calendar that the account sees has a principal and a home too', async () => {
    const principal = '/calendar/dav/news@group.calendar.google.com/user'
    expect(await propertyOf(principal, '{DAV:}displayname')).toEqual(['News'])
    expect(await propertyOf(principal, '{urn:ietf:params:xml:ns:caldav}calendar-home-set')).toEqual([['{DAV:}href', '/calendar/dav/news@group.calendar.google.com/']])
    expect(await propertyOf(READ_ONLY, '{DAV:}owner')).toEqual([['{DAV:}href', principal]])
  })

  const reading = ['read', 'read-current-user-privilege-set', 'read-free-busy']
  const writing = [...reading, 'write', 'write-content', 'write-properties', 'bind', 'unbind']
  test.each<readonly [string, string, readonly string[]]>([
    ['own', CALENDAR, writing], ['writer', `${HOME}team@group.calendar.google.com/`, writing], ['reader', READ_ONLY, reading],
    ['freeBusyReader', `${HOME}busy@group.calendar.google.com/`, reading], ['home', HOME, ['read', 'read-current-user-privilege-set', 'bind', 'unbind']],
    ["another calendar's home", '/calendar/dav/news@group.calendar.google.com/', ['read', 'read-current-user-privilege-set']],
  ])('current-user-privilege-set is true to the role: %s', async (_, path, locals) => {
    const value = await propertyOf(path, '{DAV:}current-user-privilege-set')
    expect(value!.map((each) => (each as [string, [string]])[1][0].replace(/^\{.*\}/, ''))).toEqual(locals)
  })

  test('both doors of a calendar tell one resource-id, ETag and sync-token (RFC 5842 §3.1)', async () => {
    const doors = [READ_ONLY, '/calendar/dav/news@group.calendar.google.com/events/']
    for (const name of ['{DAV:}resource-id', '{DAV:}getetag', '{DAV:}sync-token', '{http://calendarserver.org/ns/}getctag']) {
      const [first, second] = await Promise.all(doors.map((path) => propertyOf(path, name)))
      expect(first).toEqual(second)
      expect(first).not.toEqual([])
    }
  })

  test('a sync-token is an absolute URI with a slash (RFC 6578 §4), and moves with the ctag', async () => {
    const tokens = async () => [await propertyOf(CALENDAR, '{DAV:}sync-token'), await propertyOf(CALENDAR, '{http://calendarserver.org/ns/}getctag')].map(String)
    const before = await tokens()
    expect(before[0]).toMatch(/^[a-z]+:[!-~]*\/[!-~]+$/)
    await putEvent(gateway, `${CALENDAR}new.ics`, eventText('new'))
    const after = await tokens()
    expect(after.every((each, index) => each !== before[index])).toBe(true)
  })
})

describe('what a calendar tells of itself (RFC 4791 §5.2)', () => {
  const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`

  test.each<readonly [string, readonly unknown[]]>([
    ['supported-calendar-component-set', [[C('comp'), { name: 'VEVENT' }]]],
    ['supported-calendar-data', [[C('calendar-data'), { 'content-type': 'text/calendar', version: '2.0' }]]],
    ['max-resource-size', ['100000']],
    ['supported-collation-set', ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'].map((name) => [C('supported-collation'), name])],
    ['calendar-timezone-id', ['Europe/Berlin']],
  ])('%s', async (local, value) => {
    expect(await propertyOf(CALENDAR, C(local))).toEqual(value)
  })

  test('calendar-timezone is a VCALENDAR with one VTIMEZONE, and may be sent back as it is', async () => {
    const [text] = (await propertyOf(CALENDAR, C('calendar-timezone'))) as [string]
    expect(text.match(/^BEGIN:VTIMEZONE\r?$/gm)).toHaveLength(1)
    const body = `<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><C:calendar-timezone>${text.replaceAll('\r', '&#13;')}</C:calendar-timezone></D:prop></D:set></D:propertyupdate>`
    const answer = await gateway.ask('PROPPATCH', CALENDAR, { body })
    expect(responseAt(answer.text, CALENDAR).statuses).toEqual({ [C('calendar-timezone')]: 200 })
    expect(await propertyOf(CALENDAR, C('calendar-timezone-id'))).toEqual(['Europe/Berlin'])
  })
})
