import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, propfindOf } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt } from '../xml-tree.ts'

const A = `${CALENDAR}a.ics`
const LOCK = '<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2>'

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
})
afterAll(() => gateway.close())

let etag: string
beforeEach(async () => {
  etag = (await put(A)).headers.get('ETag')!
})

const put = (path: string, headers: Record<string, string> = {}) =>
  gateway.ask('PUT', path, { headers: { 'Content-Type': 'text/calendar', 'Prefer': 'return=representation', ...headers }, body: eventText('a') })
const tokenOf = async (path: string) => {
  const { text } = await gateway.ask('PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf('{DAV:}sync-token') })
  return String(responseAt(text, path).found['{DAV:}sync-token'])
}

describe('If (RFC 4918 §10.4)', () => {
  test.each<readonly [string, () => string | Promise<string>, number]>([
    ['the ETag of the target', () => `([${etag}])`, 200],
    ['another ETag', () => '(["other"])', 412],
    ['not another ETag', () => '(Not ["other"])', 200],
    ['a weak form of the ETag', () => `([W/${etag}])`, 412],
    ['a lock token: nothing is locked here', () => `(${LOCK})`, 412],
    ['the ETag and a lock token', () => `([${etag}] ${LOCK})`, 412],
    ['the ETag or a lock token', () => `(${LOCK}) ([${etag}])`, 200],
    ['no lock', () => '(Not <DAV:no-lock>)', 200],
    ['a list about the target by its URI', () => `<https://cal.example.org${A}> ([${etag}])`, 200],
    ['a list about something else', () => `<${CALENDAR}b.ics> ([${etag}])`, 412],
    ['something else that is not there', () => `<${CALENDAR}b.ics> (Not ["x"])`, 200],
    ['a place outside', () => '</x> (["x"])', 412],
    ['the sync-token of the calendar (RFC 6578 §5)', async () => `<${CALENDAR}> (<${await tokenOf(CALENDAR)}>)`, 200],
    ['the sync-token of the home', async () => `<${HOME}> (<${await tokenOf(HOME)}>)`, 200],
    ['an old sync-token', async () => {
      const token = await tokenOf(CALENDAR)
      await gateway.ask('PUT', A, { headers: { 'Content-Type': 'text/calendar' }, body: eventText('a', { summary: 'newer' }) })
      return `<${CALENDAR}> (<${token}>)`
    }, 412],
  ])('%s', async (_, header, status) => {
    expect(await put(A, { If: await header() })).toMatchObject({ status })
  })

  test('a refused request has changed nothing', async () => {
    const before = await gateway.ask('GET', A)
    expect(await gateway.ask('DELETE', A, { headers: { If: `(${LOCK})` } })).toMatchObject({ status: 412 })
    expect(await gateway.ask('PROPPATCH', CALENDAR, { headers: { If: `(${LOCK})` }, body: '<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>' })).toMatchObject({ status: 412 })
    expect((await gateway.ask('GET', A)).headers.get('ETag')).toBe(before.headers.get('ETag'))
  })

  test.each(['', '()', '(', 'x', '([x)', '<https://a/b>', '([ ])', '(["a"]) </x> (["a"])'])('%j is no such header: 400', async (header) => {
    expect(await put(A, { If: header })).toMatchObject({ status: 400 })
  })
})

describe('If-Unmodified-Since on reads (RFC 9110 §13.1.4)', () => {
  test.each([A, CALENDAR])('%s', async (path) => {
    const changed = (await gateway.ask('GET', path)).headers.get('Last-Modified')!
    expect(await gateway.ask('GET', path, { headers: { 'If-Unmodified-Since': changed } })).toMatchObject({ status: 200 })
    expect(await gateway.ask('GET', path, { headers: { 'If-Unmodified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' } })).toMatchObject({ status: 412 })
  })
})
