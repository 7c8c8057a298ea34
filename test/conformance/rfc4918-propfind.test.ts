import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn } from '../xml-tree.ts'

const holidays = 'en.usa#holiday@group.v.calendar.google.com'
const holidaysInHome = `${HOME}en.usa~23holiday@group.v.calendar.google.com/`
const OBJECT = `${CALENDAR}b%C3%BCro%201.ics`

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: holidays, summary: 'Holidays', accessRole: 'reader', backgroundColor: '#16a765' })
  await putEvent(gateway, OBJECT, eventText('buero'))
})
afterAll(() => gateway.close())

const find = (path: string, depth: string | undefined, body = '', headers = {}) =>
  gateway.ask('PROPFIND', path, { body, headers: { ...(depth !== undefined && { Depth: depth }), ...headers } })

describe('PROPFIND (RFC 4918 §9.1)', () => {
  test.each([
    [HOME, 'infinity'], [HOME, undefined], [CALENDAR, 'infinity'], [CALENDAR, undefined], ['/calendar/dav/', 'infinity'],
  ])('Depth infinity on %s, said or by omission (%s), is refused with DAV:propfind-finite-depth', async (path, depth) => {
    expect(await find(path, depth)).toMatchObject({ status: 403, condition: '{DAV:}propfind-finite-depth' })
  })

  test.each(['/', '/calendar/dav/', PRINCIPAL, OBJECT])('a missing Depth is taken as 0 on %s', async (path) => {
    const answer = await find(path, undefined)
    expect(answer.status).toBe(207)
    expect(responsesIn(answer.text)).toHaveLength(1)
  })

  test('the answer of Depth 0 bears the href of the canonical address, the bare host its own', async () => {
    for (const [path, href] of [['/', '/'], ['/calendar/dav', '/calendar/dav/'], [PRINCIPAL.replace('@', '%40') + '/', PRINCIPAL], [CALENDAR.slice(0, -1), CALENDAR], [OBJECT, OBJECT]] as const) {
      expect(responsesIn((await find(path, '0')).text).map((response) => response.href)).toEqual([href])
    }
  })

  test('Depth 1 lists the resource and its members', async () => {
    const hrefsAt = async (path: string) => responsesIn((await find(path, '1', propfindOf('{DAV:}resourcetype'))).text).map(({ href }) => href)
    expect(await hrefsAt('/calendar/dav/')).toEqual(['/calendar/dav/', HOME])
    expect(await hrefsAt(PRINCIPAL)).toEqual([PRINCIPAL])
    expect(await hrefsAt(HOME)).toEqual([HOME, CALENDAR, holidaysInHome, `${HOME}inbox/`, `${HOME}outbox/`])
    expect(await hrefsAt('/calendar/dav/en.usa%23holiday@group.v.calendar.google.com/')).toEqual([
      '/calendar/dav/en.usa~23holiday@group.v.calendar.google.com/', '/calendar/dav/en.usa~23holiday@group.v.calendar.google.com/events/'])
    expect(await hrefsAt(CALENDAR)).toEqual([CALENDAR, OBJECT])
  })

  test('hrefs of members go through the door of the request', async () => {
    const inHome = `${HOME}me@example.org/`
    const hrefs = responsesIn((await find(inHome, '1')).text).map(({ href }) => href)
    expect(hrefs).toEqual([inHome, `${inHome}b%C3%BCro%201.ics`])
  })

  test('unknown names and those of other resources share one propstat with 404', async () => {
    const asked = propfindOf('{DAV:}displayname', '{DAV:}getetag', '{http://example.com/}unknown')
    const response = responseAt((await find(HOME, '0', asked)).text, HOME)
    expect(response.statuses).toEqual({ '{DAV:}displayname': 200, '{DAV:}getetag': 404, '{http://example.com/}unknown': 404 })
    expect(response.propstatCount).toBe(2)
  })

  test.each([{ Prefer: 'return=minimal' }, { Brief: 't' }])('with %o the 404 propstat is left out (RFC 8144 §2.1)', async (headers) => {
    const answer = await find(HOME, '0', propfindOf('{DAV:}getetag'), headers)
    expect(responseAt(answer.text, HOME)).toMatchObject({ found: {}, statuses: {}, propstatCount: 1 })
    expect(answer.headers.get('Preference-Applied')).toBe('return=minimal')
    expect(answer.headers.get('Vary')).toBe('Prefer, Brief')
  })

  test('with depth-noroot the resource itself is left out (RFC 8144 §4)', async () => {
    const hrefs = responsesIn((await find(CALENDAR, '1', '', { Prefer: 'depth-noroot' })).text).map(({ href }) => href)
    expect(hrefs).toEqual([OBJECT])
  })

  test('an empty body and allprop give the properties of RFC 4918, and what include names', async () => {
    const all = responseAt((await find(OBJECT, '0')).text, OBJECT)
    const basic = ['getcontentlength', 'getcontenttype', 'getetag', 'getlastmodified', 'resourcetype'].map((local) => `{DAV:}${local}`)
    expect(Object.keys(all.found)).toEqual(expect.arrayContaining(basic))
    expect(all.found).not.toHaveProperty('{DAV:}current-user-principal')
    const body = '<propfind xmlns="DAV:"><allprop/><include><current-user-principal/><getetag/><x/></include></propfind>'
    const more = responseAt((await find(OBJECT, '0', body)).text, OBJECT)
    expect(more.found).toMatchObject({ ...all.found, '{DAV:}current-user-principal': [['{DAV:}href', PRINCIPAL]] })
    expect(more.statuses['{DAV:}x']).toBe(404)
  })

  test('propname gives the names of what is there, without values', async () => {
    const { found } = responseAt((await find(holidaysInHome, '0', '<propfind xmlns="DAV:"><propname/></propfind>')).text, holidaysInHome)
    expect(found).toMatchObject({ '{DAV:}displayname': [], '{DAV:}sync-token': [], '{http://apple.com/ns/ical/}calendar-color': [] })
    expect(found).not.toHaveProperty('{http://apple.com/ns/ical/}calendar-order')
  })

  test.each(['<propfind xmlns="DAV:"><prop>', '<!DOCTYPE x><propfind xmlns="DAV:"><allprop/></propfind>', 'x', '<x/>'])('a malformed body, %s, is 400 and costs no call', async (body) => {
    const before = gateway.calls()
    expect(await find(CALENDAR, '1', body)).toMatchObject({ status: 400 })
    expect(gateway.calls()).toBe(before)
  })

  test('a malformed Depth is 400', async () => {
    expect(await find(CALENDAR, '2')).toMatchObject({ status: 400 })
  })

  test('the body of an answer is all ASCII', async () => {
    const answer = await find(OBJECT, '0')
    expect(answer.headers.get('Content-Type')).toBe('application/xml; charset=utf-8')
    expect(answer.text).toMatch(/^[\n\r -~]*$/)
  })

  test('getetag, getcontenttype and getlastmodified are those of GET and HEAD (RFC 4918 §15)', async () => {
    const { found } = responseAt((await find(OBJECT, '0')).text, OBJECT)
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await gateway.ask(method, OBJECT)
      expect(found).toMatchObject({ '{DAV:}getetag': [headers.get('ETag')], '{DAV:}getcontenttype': [headers.get('Content-Type')], '{DAV:}getlastmodified': [headers.get('Last-Modified')] })
    }
    const listed = responseAt((await find(CALENDAR, '1')).text, OBJECT).found
    expect(listed['{DAV:}getetag']).toEqual(found['{DAV:}getetag'])
  })

  test('a listing of all properties tells of an object what the object tells itself (RFC 4918 §9.1; rclone takes what has no length for empty)', async () => {
    const [alone, listed] = [(await find(OBJECT, '0')).text, (await find(CALENDAR, '1')).text].map((text) => responseAt(text, OBJECT).found)
    expect(listed).toEqual(alone)
    expect(Object.keys(listed!)).toContain('{DAV:}getcontentlength')
  })

  test('a listing that asks for getcontentlength gets it, as GET answers it (RFC 4918 §15.4; the listing of cadaver)', async () => {
    const asked = ['{DAV:}getcontentlength', '{DAV:}getlastmodified', '{http://apache.org/dav/props/}executable', '{DAV:}resourcetype', '{DAV:}checked-in', '{DAV:}checked-out']
    const { found } = responseAt((await find(CALENDAR, '1', propfindOf(...asked))).text, OBJECT)
    expect(found).toMatchObject({ '{DAV:}getcontentlength': [String(Buffer.byteLength((await gateway.ask('GET', OBJECT)).text))], '{DAV:}resourcetype': [] })
  })
})
