import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt } from '../xml-tree.ts'

const A = `${CALENDAR}a.ics`
const TEAM = `${HOME}team@group.calendar.google.com/`
const MANY = 1000

let gateway: Gateway
beforeEach(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'owner' })
  await putEvent(gateway, A, eventText('a'))
})
afterEach(() => gateway.close())

describe('a backend that does not answer', () => {
  test.each<readonly [string, string, Record<string, string>, string]>([
    ['PROPFIND', HOME, { Depth: '1' }, propfindOf('{DAV:}displayname')],
    ['PROPFIND', CALENDAR, { Depth: '0' }, propfindOf('{DAV:}sync-token')],
    ['PROPFIND', CALENDAR, { Depth: '1' }, propfindOf('{DAV:}getetag')],
    ['PROPFIND', A, { Depth: '0' }, ''],
    ['GET', A, {}, ''], ['HEAD', A, {}, ''], ['GET', CALENDAR, {}, ''],
    ['PUT', A, { 'Content-Type': 'text/calendar' }, eventText('a', { summary: 'b' })],
    ['DELETE', A, {}, ''],
    ['MOVE', A, { Destination: `${TEAM}a.ics` }, ''], ['COPY', A, { Destination: `${TEAM}a.ics` }, ''],
    ['PROPPATCH', CALENDAR, {}, '<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>'],
    ['MKCALENDAR', `${HOME}new/`, {}, ''],
  ])('%s %s is 503 as a whole: never gone, never success, never half an answer', async (method, path, headers, body) => {
    gateway.breakNext('/calendar/v3', 503, MANY)
    expect(await gateway.ask(method, path, { headers, body })).toMatchObject({ status: 503 })
  })

  test('what the path alone tells is answered all the same', async () => {
    gateway.breakNext('/calendar/v3', 503, MANY)
    expect(await gateway.ask('OPTIONS', CALENDAR)).toMatchObject({ status: 200 })
    expect(await gateway.ask('PROPFIND', PRINCIPAL, { headers: { Depth: '0' } })).toMatchObject({ status: 207 })
  })

  test('one calendar of a home that cannot be reached is told as such, with all that is known of it', async () => {
    gateway.breakNext('/calendars/team@group.calendar.google.com', 503, MANY)
    const answer = await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' }, body: propfindOf('{DAV:}resourcetype', '{DAV:}displayname', '{http://calendarserver.org/ns/}getctag') })
    expect(answer.status).toBe(207)
    expect(responseAt(answer.text, TEAM).statuses).toEqual({ '{DAV:}resourcetype': 200, '{DAV:}displayname': 200, '{http://calendarserver.org/ns/}getctag': 503 })
    expect(responseAt(answer.text, CALENDAR).statuses).toMatchObject({ '{http://calendarserver.org/ns/}getctag': 200 })
    expect(gateway.notices).toContainEqual(expect.objectContaining({ event: 'property-unavailable' }))
  })
})
