import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Asked, Gateway } from '../caldav/gateway.ts'

const poll = propfindOf('{http://calendarserver.org/ns/}getctag', '{DAV:}sync-token')

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
})
afterAll(() => gateway.close())

/** With a cache that asks each time whether what it holds still counts. */
describe('calls to the backend', () => {
  test.each<readonly [number, string, string, string, Asked]>([
    [0, 'what is offered', 'OPTIONS', CALENDAR, {}],
    [0, 'the principal', 'PROPFIND', PRINCIPAL, { headers: { Depth: '0' }, body: propfindOf('{DAV:}current-user-principal', '{urn:ietf:params:xml:ns:caldav}calendar-home-set', '{DAV:}displayname') }],
    [0, 'a path outside', 'GET', '/x', {}],
    [1, 'a poll of the own calendar', 'PROPFIND', CALENDAR, { headers: { Depth: '0' }, body: poll }],
    [1, 'a poll by sync-collection', 'REPORT', CALENDAR, { body: '<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>' }],
    [2, 'the home with its one calendar and its ctag', 'PROPFIND', HOME, { headers: { Depth: '1' }, body: propfindOf('{DAV:}displayname', '{http://calendarserver.org/ns/}getctag') }],
    [1, 'an event', 'GET', `${CALENDAR}a.ics`, {}],
  ])('%i for %s', async (count, _, method, path, asked) => {
    await gateway.ask(method, path, asked)
    const before = gateway.calls()
    await gateway.ask(method, path, asked)
    expect(gateway.calls() - before).toBe(count)
  })
})
