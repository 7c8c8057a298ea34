import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'
import { responseAt } from '../xml-tree.ts'

const NAME = '{DAV:}displayname'
const COLOR = '{http://apple.com/ns/ical/}calendar-color'
const ORDER = '{http://apple.com/ns/ical/}calendar-order'
const DESCRIPTION = '{urn:ietf:params:xml:ns:caldav}calendar-description'
const ZONE = '{urn:ietf:params:xml:ns:caldav}calendar-timezone-id'
const PROTECTED = { 403: '{DAV:}cannot-modify-protected-property' }

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: 'shared@group.calendar.google.com', summary: 'Shared', accessRole: 'reader' })
  await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
})
afterAll(() => gateway.close())

const patch = (path: string, instructions: string, headers = {}) => gateway.ask('PROPPATCH', path, {
  headers,
  body: `<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/">${instructions}</D:propertyupdate>`,
})
const set = (...properties: readonly string[]) => `<D:set><D:prop>${properties.join('')}</D:prop></D:set>`
const removal = (...properties: readonly string[]) => `<D:remove><D:prop>${properties.join('')}</D:prop></D:remove>`

async function valuesOf(...names: readonly string[]) {
  const answer = await gateway.ask('PROPFIND', CALENDAR, { headers: { Depth: '0' }, body: propfindOf(...names) })
  return responseAt(answer.text, CALENDAR).found
}

describe('PROPPATCH (RFC 4918 §9.2)', () => {
  test('sets what a calendar has, and the next read shows it', async () => {
    const answer = await patch(CALENDAR, set(
      '<D:displayname>Work &amp; Büro</D:displayname>', '<A:calendar-color symbolic-color="orange">#FD8208FF</A:calendar-color>',
      '<C:calendar-description>All of it</C:calendar-description>', '<C:calendar-timezone-id>Europe/Paris</C:calendar-timezone-id>',
    ))
    expect(answer.status).toBe(207)
    expect(responseAt(answer.text, CALENDAR)).toMatchObject({ statuses: { [NAME]: 200, [COLOR]: 200, [DESCRIPTION]: 200, [ZONE]: 200 }, propstatCount: 1 })
    expect(await valuesOf(NAME, COLOR, DESCRIPTION, ZONE)).toEqual({ [NAME]: ['Work & Büro'], [COLOR]: ['#FD8208'], [DESCRIPTION]: ['All of it'], [ZONE]: ['Europe/Paris'] })
  })

  test('is all or nothing: one refusal, 424 for the others, and nothing has changed', async () => {
    const before = await valuesOf(NAME, COLOR)
    const answer = await patch(CALENDAR, set('<D:displayname>Other</D:displayname>', '<A:calendar-order>3</A:calendar-order>', '<A:calendar-color>#000000</A:calendar-color>'))
    expect(responseAt(answer.text, CALENDAR)).toMatchObject({ statuses: { [NAME]: 424, [ORDER]: 403, [COLOR]: 424 }, errors: PROTECTED })
    expect(await valuesOf(NAME, COLOR)).toEqual(before)
  })

  test('the instructions count in their order', async () => {
    await patch(CALENDAR, set('<C:calendar-description>one</C:calendar-description>') + removal('<C:calendar-description/>') + set('<C:calendar-description>two</C:calendar-description>'))
    expect(await valuesOf(DESCRIPTION)).toEqual({ [DESCRIPTION]: ['two'] })
    await patch(CALENDAR, set('<C:calendar-description>three</C:calendar-description>') + removal('<C:calendar-description/>'))
    expect(await valuesOf(DESCRIPTION)).toEqual({})
  })

  test('removing what is not there is no error (RFC 4918 §14.23)', async () => {
    const answer = await patch(CALENDAR, removal('<x:unknown xmlns:x="http://example.com/"/>'))
    expect(responseAt(answer.text, CALENDAR).statuses).toEqual({ '{http://example.com/}unknown': 200 })
  })

  test.each([
    ['a dead property, for which there is no store', CALENDAR, '<x:mine xmlns:x="http://example.com/">1</x:mine>', '{http://example.com/}mine'],
    ['a live protected property', CALENDAR, '<D:getetag>"x"</D:getetag>', '{DAV:}getetag'],
    ['the order of calendars, which no backend keeps', CALENDAR, '<A:calendar-order>1</A:calendar-order>', ORDER],
    ["Apple's default alarm on the home", HOME, '<C:default-alarm-vevent-datetime>BEGIN:VALARM</C:default-alarm-vevent-datetime>', '{urn:ietf:params:xml:ns:caldav}default-alarm-vevent-datetime'],
    ['the name of a principal', PRINCIPAL, '<D:displayname>X</D:displayname>', NAME],
    ['a property of an event', `${CALENDAR}a.ics`, '<D:displayname>X</D:displayname>', NAME],
  ])('refuses %s inside of a 207', async (_, path, value, name) => {
    const answer = await patch(path, set(value))
    expect(answer.status).toBe(207)
    expect(responseAt(answer.text, path)).toMatchObject({ statuses: { [name]: 403 }, errors: PROTECTED })
  })

  test.each([
    ['<A:calendar-color>red</A:calendar-color>', COLOR, 409, undefined],
    ['<D:displayname/>', NAME, 409, undefined],
    ['<C:calendar-timezone-id>Europe/Nowhere</C:calendar-timezone-id>', ZONE, 403, '{urn:ietf:params:xml:ns:caldav}valid-timezone'],
    ['<C:calendar-timezone>BEGIN:VCALENDAR</C:calendar-timezone>', '{urn:ietf:params:xml:ns:caldav}calendar-timezone', 403, '{urn:ietf:params:xml:ns:caldav}valid-calendar-data'],
  ])('%s is no value: the property says why', async (value, name, status, condition) => {
    const response = responseAt((await patch(CALENDAR, set(value))).text, CALENDAR)
    expect(response.statuses).toEqual({ [name]: status })
    expect(response.errors).toEqual(condition === undefined ? {} : { [status]: condition })
  })

  test('with return=minimal a success is one empty propstat with 200 (RFC 8144 §2.1; macOS wants to see it)', async () => {
    const answer = await patch(CALENDAR, set('<A:calendar-color>#0E61B9FF</A:calendar-color>'), { Brief: 't' })
    expect(answer.status).toBe(207)
    expect(responseAt(answer.text, CALENDAR)).toMatchObject({ statuses: {}, propstatCount: 1 })
  })

  test('a read-only calendar is refused with DAV:need-privileges (RFC 3744 §7.1.1)', async () => {
    const path = `${HOME}shared@group.calendar.google.com/`
    expect(await patch(path, set('<D:displayname>Mine</D:displayname>'))).toMatchObject({
      status: 403, condition: '{DAV:}need-privileges',
      content: [['{DAV:}resource', ['{DAV:}href', path], ['{DAV:}privilege', ['{DAV:}write-properties']]]],
    })
  })

  test('what is not there is 404', async () => {
    expect(await patch(`${CALENDAR}none.ics`, set('<D:displayname>X</D:displayname>'))).toMatchObject({ status: 404 })
  })
})
