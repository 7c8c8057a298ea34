import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, ME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn, treeOf } from '../xml-tree.ts'

const C = '{urn:ietf:params:xml:ns:caldav}'
const THERE = `${CALENDAR}there.ics`

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await putEvent(gateway, THERE, eventText('there'))
})
afterAll(() => gateway.close())

const calendarType = '<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>'
const set = (properties: string) => `<D:set><D:prop>${properties}</D:prop></D:set>`
const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/"'
const mkcalendar = (path: string, properties?: string) => gateway.ask('MKCALENDAR', path, { body: properties === undefined ? '' : `<C:mkcalendar ${namespaces}>${set(properties)}</C:mkcalendar>` })
const mkcol = (path: string, properties: string) => gateway.ask('MKCOL', path, { headers: { 'Content-Type': 'application/xml' }, body: `<D:mkcol ${namespaces}>${set(properties)}</D:mkcol>` })

async function propertiesAt(path: string, ...names: readonly string[]) {
  return responseAt((await gateway.ask('PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf(...names) })).text, path).found
}

describe('MKCALENDAR (RFC 4791 §5.3.1)', () => {
  test('makes a calendar with its properties and tells where', async () => {
    const answer = await mkcalendar(`${HOME}3F2504E0/`, '<D:displayname>Projects</D:displayname><C:calendar-description>Mine</C:calendar-description><A:calendar-color>#0E61B9FF</A:calendar-color>'
      + '<C:calendar-timezone-id>Europe/Berlin</C:calendar-timezone-id><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>')
    expect(answer).toMatchObject({ status: 201, text: '' })
    const location = answer.headers.get('Location')!
    expect(location.startsWith(HOME)).toBe(true)
    expect(await propertiesAt(location, '{DAV:}resourcetype', '{DAV:}displayname', `${C}calendar-description`, '{http://apple.com/ns/ical/}calendar-color', `${C}calendar-timezone-id`)).toEqual({
      '{DAV:}resourcetype': [['{DAV:}collection'], [`${C}calendar`]], '{DAV:}displayname': ['Projects'], [`${C}calendar-description`]: ['Mine'],
      '{http://apple.com/ns/ical/}calendar-color': ['#0E61B9'], [`${C}calendar-timezone-id`]: ['Europe/Berlin'],
    })
  })

  test('without a name it is called what the address says', async () => {
    const location = (await mkcalendar(`${HOME}holidays%20at%20sea/`)).headers.get('Location')!
    expect(await propertiesAt(location, '{DAV:}displayname')).toEqual({ '{DAV:}displayname': ['holidays at sea'] })
  })

  test('without a zone it has that of the account\'s own calendar', async () => {
    await gateway.ask('PROPPATCH', CALENDAR, { body: `<D:propertyupdate ${namespaces}>${set('<C:calendar-timezone-id>Asia/Tokyo</C:calendar-timezone-id>')}</D:propertyupdate>` })
    for (const made of [await mkcalendar(`${HOME}zoneless/`), await mkcol(`${HOME}zoneless-too/`, calendarType)]) {
      expect(await propertiesAt(made.headers.get('Location')!, `${C}calendar-timezone-id`)).toEqual({ [`${C}calendar-timezone-id`]: ['Asia/Tokyo'] })
    }
  })

  test('the order and the transparency that macOS sends are passed over', async () => {
    const answer = await mkcalendar(`${HOME}mac/`, '<A:calendar-order>7</A:calendar-order><C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp><D:displayname>Mac</D:displayname>')
    expect(answer).toMatchObject({ status: 201 })
  })

  test('the address that was asked for stands for the new calendar, in every method', async () => {
    const asked = `${HOME}wanted/`
    const location = (await mkcalendar(asked, '<D:displayname>Wanted</D:displayname>')).headers.get('Location')!
    expect(location).not.toBe(asked)
    await putEvent(gateway, `${asked}a.ics`, eventText('a'))
    expect(await gateway.ask('GET', `${location}a.ics`)).toMatchObject({ status: 200 })
    const multiget = `<C:calendar-multiget ${namespaces}><D:prop><D:getetag/></D:prop><D:href>${asked}a.ics</D:href></C:calendar-multiget>`
    expect(responseAt((await gateway.ask('REPORT', asked, { body: multiget })).text, `${asked}a.ics`).statuses).toEqual({ '{DAV:}getetag': 200 })
    const hrefs = responsesIn((await gateway.ask('PROPFIND', asked, { headers: { Depth: '1' } })).text).map(({ href }) => href)
    expect(hrefs).toEqual([asked, `${asked}a.ics`])
    const sync = '<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>'
    expect(responsesIn((await gateway.ask('REPORT', asked, { body: sync })).text).map(({ href }) => href)).toEqual([`${asked}a.ics`])
    expect(responsesIn((await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' } })).text).map(({ href }) => href)).toContain(location)
    expect(await mkcalendar(asked)).toMatchObject({ status: 403 })
    expect(await gateway.ask('DELETE', asked)).toMatchObject({ status: 204 })
    expect(await gateway.ask('PROPFIND', asked, { headers: { Depth: '0' } })).toMatchObject({ status: 404 })
    expect(await mkcalendar(asked)).toMatchObject({ status: 201 })
  })

  test('DAVx5, which reads the home afterwards, finds the calendar there alone', async () => {
    const asked = `${HOME}7A1F55C2/`
    const made = await gateway.ask('MKCALENDAR', asked, { headers: { 'User-Agent': 'DAVx5/4.5.3-ose (at.bitfire.davdroid) Android/15' } })
    expect(made.status).toBe(201)
    expect(await gateway.ask('PROPFIND', asked, { headers: { Depth: '0' } })).toMatchObject({ status: 404 })
    const home = await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' }, body: propfindOf('{DAV:}displayname') })
    const named = responsesIn(home.text).filter(({ found }) => String(found['{DAV:}displayname']) === '7A1F55C2')
    expect(named.map(({ href }) => href)).toEqual([made.headers.get('Location')])
  })

  test('a property that cannot be set fails the whole: 207 says which', async () => {
    const before = (await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' } })).text
    const answer = await mkcalendar(`${HOME}new/`, '<D:displayname>New</D:displayname><D:getetag>x</D:getetag>')
    expect(answer.status).toBe(207)
    expect(responseAt(answer.text, `${HOME}new/`)).toMatchObject({ statuses: { '{DAV:}displayname': 424, '{DAV:}getetag': 403 }, errors: { 403: '{DAV:}cannot-modify-protected-property' } })
    expect((await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' } })).text).toBe(before)
  })

  test('a calendar of tasks is refused with CALDAV:supported-calendar-component', async () => {
    const answer = await mkcalendar(`${HOME}tasks/`, '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>')
    expect(responseAt(answer.text, `${HOME}tasks/`).errors).toEqual({ 403: `${C}supported-calendar-component` })
  })

  test.each([HOME, CALENDAR, PRINCIPAL, '/calendar/dav/', `${HOME}${ME}/`, THERE])('at %s there is something already: DAV:resource-must-be-null (RFC 4791 §5.3.1.1)', async (path) => {
    expect(await mkcalendar(path)).toMatchObject({ status: 403, condition: '{DAV:}resource-must-be-null' })
  })

  test.each([`${CALENDAR}inside/`, '/calendar/dav/new@example.org/events/', '/calendar/dav/other@example.org/new/'])('%s is no place for a calendar (RFC 4791 §5.3.1.1)', async (path) => {
    expect(await mkcalendar(path)).toMatchObject({ status: 403, condition: `${C}calendar-collection-location-ok` })
  })
})

describe('extended MKCOL (RFC 5689 §3)', () => {
  test('makes a calendar', async () => {
    const answer = await mkcol(`${HOME}col/`, `${calendarType}<D:displayname>Col</D:displayname>`)
    expect(answer).toMatchObject({ status: 201 })
    expect(await propertiesAt(answer.headers.get('Location')!, '{DAV:}displayname')).toEqual({ '{DAV:}displayname': ['Col'] })
  })

  test('a property that cannot be set fails the whole: 424 with a DAV:mkcol-response', async () => {
    const answer = await mkcol(`${HOME}col2/`, `${calendarType}<D:getetag>x</D:getetag>`)
    expect(answer.status).toBe(424)
    expect(treeOf(answer.text)).toEqual(['{DAV:}mkcol-response',
      ['{DAV:}propstat', ['{DAV:}prop', ['{DAV:}resourcetype']], ['{DAV:}status', 'HTTP/1.1 424 Failed Dependency']],
      ['{DAV:}propstat', ['{DAV:}prop', ['{DAV:}getetag']], ['{DAV:}status', 'HTTP/1.1 403 Forbidden'], ['{DAV:}error', ['{DAV:}cannot-modify-protected-property']],
        ['{DAV:}responsedescription', 'This property cannot be changed: the server tells it, or the calendar service has no place for it.']],
    ])
  })

  test('plain collections and other kinds are refused with DAV:valid-resourcetype', async () => {
    expect(await gateway.ask('MKCOL', `${HOME}plain/`)).toMatchObject({ status: 403, condition: '{DAV:}valid-resourcetype' })
    for (const type of ['<D:resourcetype><D:collection/></D:resourcetype>', '<D:resourcetype><D:collection/><C:calendar/><x/></D:resourcetype>']) {
      expect((await mkcol(`${HOME}plain/`, type)).text).toContain('<D:valid-resourcetype/>')
    }
  })

  test('405 where something is, whatever is sent, with an Allow that no longer names it (RFC 4918 §9.3.1)', async () => {
    for (const path of [CALENDAR, HOME, THERE]) {
      const answer = await gateway.ask('MKCOL', path)
      expect(answer).toMatchObject({ status: 405, condition: '{DAV:}resource-must-be-null' })
      expect(answer.headers.get('Allow')).not.toContain('MK')
    }
  })

  test('409 where the collection around it is missing (RFC 4918 §9.3.1)', async () => {
    for (const method of ['MKCOL', 'MKCALENDAR']) expect(await gateway.ask(method, `${HOME}none/none/none/`)).toMatchObject({ status: 409 })
  })

  test('another type of body is 415 (RFC 4918 §9.3.1)', async () => {
    expect(await gateway.ask('MKCOL', `${HOME}x/`, { headers: { 'Content-Type': 'text/plain' }, body: 'x' })).toMatchObject({ status: 415 })
  })
})
