import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventText, propfindOf } from '../caldav/gateway.ts'
import { responseAt, responsesIn, treeOf } from '../xml-tree.ts'
import { ANNA, BOB, homeOf, meeting, objectOf, openWorld } from './world.ts'
import type { World } from './world.ts'

const D = (local: string) => `{DAV:}${local}`
const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const CS = (local: string) => `{http://calendarserver.org/ns/}${local}`
const HOME = homeOf(ANNA)
const INBOX = `${HOME}inbox/`
const OUTBOX = `${HOME}outbox/`
const href = (path: string) => [D('href'), path]

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.put(BOB, meeting({ guests: { [ANNA]: 'NEEDS-ACTION' }, organizer: BOB }).replace(`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ANNA}\r\n`, ''), { expect: 201 })
})
afterAll(() => world.gateway.close())

const propertiesAt = async (path: string, ...names: readonly string[]) =>
  responseAt((await world.ask(ANNA, 'PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf(...names), expect: 207 })).text, path)
const report = (path: string, body: string) => world.ask(ANNA, 'REPORT', path, { body, expect: 207 })
const sync = (token: string) => `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`

describe('the inbox is always empty (RFC 6638 §2.2): invitations come into events/', () => {
  test('an invitation is in the calendar', async () => {
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:NEEDS-ACTION'])
  })

  test('what Apple and Thunderbird read from it', async () => {
    const { found, statuses } = await propertiesAt(INBOX, D('resourcetype'), C('calendar-availability'), C('schedule-default-calendar-URL'), CS('getctag'), D('sync-token'), D('owner'), D('displayname'))
    expect(found).toEqual({
      [D('resourcetype')]: [[D('collection')], [C('schedule-inbox')]], [C('calendar-availability')]: [], [C('schedule-default-calendar-URL')]: [href(`${HOME}events/`)],
      [CS('getctag')]: [expect.stringMatching(/./)], [D('sync-token')]: [expect.stringMatching(/^data:,.*\//)], [D('owner')]: [href(`${HOME}user`)],
    })
    expect(statuses[D('displayname')]).toBe(404)
  })

  test('PROPFIND of Depth 1 lists nothing but itself', async () => {
    const { text } = await world.ask(ANNA, 'PROPFIND', INBOX, { headers: { Depth: '1' }, body: propfindOf(D('getcontenttype'), D('resourcetype'), D('getetag')), expect: 207 })
    expect(responsesIn(text).map((each) => each.href)).toEqual([INBOX])
  })

  test('sync-collection tells nothing, now and from its token on; another token is DAV:valid-sync-token (RFC 6578 §3.2)', async () => {
    const first = await report(INBOX, sync(''))
    const [, [, token]] = treeOf(first.text) as unknown as [string, [string, string]]
    expect(treeOf(first.text)).toEqual([D('multistatus'), [D('sync-token'), token]])
    expect((await propertiesAt(INBOX, D('sync-token'))).found).toEqual({ [D('sync-token')]: [token] })
    expect(treeOf((await report(INBOX, sync(token))).text)).toEqual([D('multistatus'), [D('sync-token'), token]])
    const calendars = (await propertiesAt(`${HOME}events/`, D('sync-token'))).found[D('sync-token')]![0] as string
    expect(await world.ask(ANNA, 'REPORT', INBOX, { body: sync(calendars) })).toMatchObject({ status: 403, condition: D('valid-sync-token') })
  })

  test('calendar-query finds nothing, calendar-multiget none of its hrefs', async () => {
    const query = '<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    expect(treeOf((await report(INBOX, query)).text)).toEqual([D('multistatus')])
    const multiget = `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop><D:href>${INBOX}a.ics</D:href></C:calendar-multiget>`
    expect(treeOf((await report(INBOX, multiget)).text)).toEqual([D('multistatus'), [D('response'), href(`${INBOX}a.ics`), [D('status'), 'HTTP/1.1 404 Not Found']]])
  })

  test('nothing can be put in, nothing can be taken out', async () => {
    expect(await world.ask(ANNA, 'PUT', INBOX, { body: eventText('a') })).toMatchObject({ status: 405 })
    expect(await world.ask(ANNA, 'DELETE', INBOX)).toMatchObject({ status: 405 })
    expect(await world.ask(ANNA, 'PUT', `${INBOX}a.ics`, { body: eventText('a') })).toMatchObject({ status: 409 })
  })

  test('reading it costs no call to the backend', async () => {
    const before = world.gateway.calls()
    await propertiesAt(INBOX, CS('getctag'), D('sync-token'), C('schedule-default-calendar-URL'))
    await report(INBOX, sync(''))
    expect(world.gateway.calls()).toBe(before)
  })
})

describe('the principal and the outbox (RFC 6638 §2.1, §2.4)', () => {
  test('both boxes, the address with mailto: first, and the type', async () => {
    expect((await propertiesAt(`${HOME}user`, C('schedule-inbox-URL'), C('schedule-outbox-URL'), C('calendar-user-address-set'), C('calendar-user-type'))).found).toEqual({
      [C('schedule-inbox-URL')]: [href(INBOX)], [C('schedule-outbox-URL')]: [href(OUTBOX)], [C('calendar-user-address-set')]: [href(`mailto:${ANNA}`)], [C('calendar-user-type')]: ['INDIVIDUAL'],
    })
  })

  test('the principal of a calendar that somebody shares has no boxes', async () => {
    await world.gateway.rest(BOB, 'POST', `/calendars/${BOB}/acl`, { role: 'reader', scope: { type: 'user', value: ANNA } })
    await world.gateway.rest(ANNA, 'POST', '/users/me/calendarList', { id: BOB })
    const { statuses } = await propertiesAt(`${homeOf(BOB)}user`, C('schedule-inbox-URL'), C('schedule-outbox-URL'), C('calendar-home-set'))
    expect(statuses).toEqual({ [C('schedule-inbox-URL')]: 404, [C('schedule-outbox-URL')]: 404, [C('calendar-home-set')]: 200 })
    expect(await world.ask(ANNA, 'PROPFIND', `${homeOf(BOB)}inbox/`, { headers: { Depth: '0' } })).toMatchObject({ status: 404 })
  })

  test('the outbox may be sent from (RFC 6638 §6.2) and holds nothing', async () => {
    const { found } = await propertiesAt(OUTBOX, D('resourcetype'), D('current-user-privilege-set'))
    expect(found[D('resourcetype')]).toEqual([[D('collection')], [C('schedule-outbox')]])
    for (const local of ['schedule-send', 'schedule-send-invite', 'schedule-send-reply', 'schedule-send-freebusy']) {
      expect(found[D('current-user-privilege-set')]).toContainEqual([D('privilege'), [C(local)]])
    }
    const { text } = await world.ask(ANNA, 'PROPFIND', OUTBOX, { headers: { Depth: '1' }, body: propfindOf(D('getetag')), expect: 207 })
    expect(responsesIn(text).map((each) => each.href)).toEqual([OUTBOX])
  })

  test.each(['implicit', 'outbox'] as const)('the DAV header says how people are told: %s', async (scheduling) => {
    const other = await openWorld({ scheduling })
    const tokens = (await other.ask(ANNA, 'OPTIONS', homeOf(ANNA), { expect: 200 })).headers.get('DAV')!.split(', ')
    expect({ implicit: tokens.includes('calendar-auto-schedule'), outbox: tokens.includes('calendar-schedule') }).toEqual({ implicit: scheduling === 'implicit', outbox: scheduling === 'outbox' })
    await other.gateway.close()
  })
})

test('every calendar counts as busy, and says so (RFC 6638 §9.1)', async () => {
  expect((await propertiesAt(`${HOME}events/`, C('schedule-calendar-transp'))).found).toEqual({ [C('schedule-calendar-transp')]: [[C('opaque')]] })
  const body = '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop></D:set></D:propertyupdate>'
  const { text } = await world.ask(ANNA, 'PROPPATCH', `${HOME}events/`, { body, expect: 207 })
  expect(responseAt(text, `${HOME}events/`).statuses).toEqual({ [C('schedule-calendar-transp')]: 403 })
  expect(await world.text(ANNA, objectOf(ANNA))).toBeDefined()
})
