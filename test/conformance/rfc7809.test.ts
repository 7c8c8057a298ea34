import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, calendarText, eventText, HOME, openGateway, propfindOf } from '../caldav/gateway.ts'
import type { Answer, Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn } from '../xml-tree.ts'

const C = (local: string): string => `{urn:ietf:params:xml:ns:caldav}${local}`
const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const SERVICE = 'https://timezones.example.com/'
const EVENT = `${CALENDAR}zoned.ics`

/** `plain` has no time zone service to name, `served` has. */
let plain: Gateway
let served: Gateway
beforeAll(async () => {
  plain = await openGateway()
  served = plain.replica({ timeZoneServices: [SERVICE] })
  // RFC 7809 §3.1.4: a VTIMEZONE need not be sent for a zone that is known.
  const zoned = eventText('zoned').replace('DTSTART:20260915T080000Z', 'DTSTART;TZID=Europe/Berlin:20260915T080000')
  expect(await plain.ask('PUT', EVENT, { headers: { 'Content-Type': 'text/calendar' }, body: zoned })).toMatchObject({ status: 201 })
})
afterAll(async () => {
  await served.close()
  await plain.close()
})

const multiget = `<C:calendar-multiget ${namespaces}><D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>${EVENT}</D:href></C:calendar-multiget>`
const queryWith = (inner: string, data = '<C:calendar-data/>') => `<C:calendar-query ${namespaces}><D:prop>${data}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${inner}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`
/** Whatever answers with calendar objects (§3.1.3). */
const readings = [
  ['GET', EVENT, ''], ['GET', CALENDAR, ''], ['REPORT', CALENDAR, multiget], ['REPORT', CALENDAR, queryWith('')],
  ['REPORT', CALENDAR, queryWith('', '<C:calendar-data><C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp></C:calendar-data>')],
  ['REPORT', CALENDAR, queryWith('', '<C:calendar-data><C:limit-recurrence-set start="20260101T000000Z" end="20270101T000000Z"/></C:calendar-data>')],
] as const

const zonesIn = ({ text }: Answer): number => text.split('BEGIN:VTIMEZONE').length - 1
const asked = (value: string | undefined) => (value === undefined ? {} : { 'CalDAV-Timezones': value })

describe('time zones by reference (RFC 7809)', () => {
  test('calendar-no-timezone is advertised, and services are named on the home, only where there is a service (§3.1.1, §3.1.2)', async () => {
    for (const [gateway, token, services] of [[plain, false, undefined], [served, true, [['{DAV:}href', SERVICE]]]] as const) {
      for (const path of [HOME, CALENDAR]) expect((await gateway.ask('OPTIONS', path)).headers.get('DAV')!.split(', ').includes('calendar-no-timezone')).toBe(token)
      const home = await gateway.ask('PROPFIND', HOME, { headers: { Depth: '0' }, body: propfindOf(C('timezone-service-set')) })
      expect(responseAt(home.text, HOME).found[C('timezone-service-set')]).toEqual(services)
    }
  })

  test.each(readings)('%s %s: time zones are left out for CalDAV-Timezones F, and only where a service has them (§3.1.3)', async (method, path, body) => {
    const zones = async (gateway: Gateway, value: string | undefined) => zonesIn(await gateway.ask(method, path, { body, headers: { Depth: '1', ...asked(value) } }))
    expect([await zones(served, 'F'), await zones(served, 'T'), await zones(served, undefined)]).toEqual([0, 1, 1])
    expect([await zones(plain, 'F'), await zones(plain, 'T')]).toEqual([1, 1])
    const answer = await served.ask(method, path, { body, headers: { Depth: '1', ...asked('F') } })
    expect(answer.text).toContain('DTSTART;TZID=Europe/Berlin:20260915T080000')
    expect(answer.headers.get('Vary')).toMatch(/(^|, )CalDAV-Timezones$/)
  })

  test.each([EVENT, CALENDAR])('GET %s: what is not modified varies as what is (RFC 9110 §15.4.5)', async (path) => {
    const etag = (await served.ask('GET', path)).headers.get('ETag')!
    const answer = await served.ask('GET', path, { headers: { 'If-None-Match': etag } })
    expect([answer.status, answer.headers.get('ETag'), answer.headers.get('Vary')]).toEqual([304, etag, 'CalDAV-Timezones'])
  })

  test('whoever sends without time zones what is stored is told the ETag, and gets the representation alike', async () => {
    const { text, headers } = await served.ask('GET', EVENT, { headers: asked('F') })
    const put = (more: object) => served.ask('PUT', EVENT, { headers: { 'Content-Type': 'text/calendar', ...asked('F'), ...more }, body: text })
    expect((await put({})).headers.get('ETag')).toBe(headers.get('ETag'))
    expect(await put({ Prefer: 'return=representation' })).toMatchObject({ status: 200, text })
  })

  test('another value of the header is 400', async () => {
    expect(await served.ask('GET', EVENT, { headers: asked('maybe') })).toMatchObject({ status: 400 })
  })

  test('a name that nobody knows is CALDAV:valid-timezone, wherever it stands (§3.1.4, §3.1.5, §3.1.6)', async () => {
    const body = eventText('lost').replace('DTSTART:20260915T080000Z', 'DTSTART;TZID=Nowhere/Land:20260915T080000')
    expect(await plain.ask('PUT', `${CALENDAR}lost.ics`, { headers: { 'Content-Type': 'text/calendar' }, body })).toMatchObject({ status: 403, condition: C('valid-timezone') })
    const query = queryWith('').replace('</C:calendar-query>', '<C:timezone-id>Nowhere/Land</C:timezone-id></C:calendar-query>')
    expect(await plain.ask('REPORT', CALENDAR, { body: query })).toMatchObject({ status: 403, condition: C('valid-timezone') })
    const zone = calendarText(['BEGIN:VTIMEZONE', 'TZID:Nowhere/Land', 'END:VTIMEZONE'])
    for (const property of ['<C:calendar-timezone-id>Nowhere/Land</C:calendar-timezone-id>', `<C:calendar-timezone>${zone}</C:calendar-timezone>`]) {
      const answer = await plain.ask('PROPPATCH', CALENDAR, { body: `<D:propertyupdate ${namespaces}><D:set><D:prop>${property}</D:prop></D:set></D:propertyupdate>` })
      expect(responseAt(answer.text, CALENDAR).errors).toEqual({ 403: C('valid-timezone') })
    }
  })

  test('calendar-timezone-id and calendar-timezone are one thing: to set either changes both (§3.1.5)', async () => {
    const set = (property: string) => plain.ask('PROPPATCH', CALENDAR, { body: `<D:propertyupdate ${namespaces}><D:set><D:prop>${property}</D:prop></D:set></D:propertyupdate>` })
    const told = async () => {
      const answer = await plain.ask('PROPFIND', CALENDAR, { headers: { Depth: '0' }, body: propfindOf(C('calendar-timezone'), C('calendar-timezone-id')) })
      const { found } = responseAt(answer.text, CALENDAR)
      return [found[C('calendar-timezone-id')], /TZID:(.*)\r/.exec(String(found[C('calendar-timezone')]))?.[1]]
    }
    await set('<C:calendar-timezone-id>America/New_York</C:calendar-timezone-id>')
    expect(await told()).toEqual([['America/New_York'], 'America/New_York'])
    await set(`<C:calendar-timezone>${calendarText(['BEGIN:VTIMEZONE', 'TZID:Asia/Tokyo', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0900', 'TZOFFSETTO:+0900', 'END:STANDARD', 'END:VTIMEZONE'])}</C:calendar-timezone>`)
    expect(await told()).toEqual([['Asia/Tokyo'], 'Asia/Tokyo'])
  })

  test('the zone of a query decides where a day lies (§3.1.6)', async () => {
    const body = eventText('day').replace('DTSTART:20260915T080000Z', 'DTSTART;VALUE=DATE:20261001').replace('DURATION:PT1H', 'DURATION:P1D')
    expect(await plain.ask('PUT', `${CALENDAR}day.ics`, { headers: { 'Content-Type': 'text/calendar' }, body })).toMatchObject({ status: 201 })
    const found = async (zone: string) => {
      const query = queryWith('<C:time-range start="20261001T230000Z" end="20261001T233000Z"/>', '<D:getetag/>').replace('</C:calendar-query>', `<C:timezone-id>${zone}</C:timezone-id></C:calendar-query>`)
      return responsesIn((await plain.ask('REPORT', CALENDAR, { body: query })).text).length
    }
    expect([await found('America/Los_Angeles'), await found('Asia/Tokyo')]).toEqual([1, 0])
  })
})
