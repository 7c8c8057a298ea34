import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, calendarText, eventText, HOME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Answer, Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn, treeOf } from '../xml-tree.ts'
import type { ResponseTree } from '../xml-tree.ts'

const D = (local: string) => `{DAV:}${local}`
const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
/** The same calendar by the path in the home. */
const OTHER_DOOR = `${HOME}${HOME.split('/')[3]}/`

const series = calendarText([
  'BEGIN:VEVENT', 'UID:series', 'DTSTAMP:20260901T080000Z', 'DTSTART;TZID=Europe/Berlin:20261019T090000', 'DTEND;TZID=Europe/Berlin:20261019T100000',
  'RRULE:FREQ=WEEKLY', 'EXDATE;TZID=Europe/Berlin:20261102T090000', 'SUMMARY:Weekly', 'END:VEVENT',
  'BEGIN:VEVENT', 'UID:series', 'DTSTAMP:20260901T080000Z', 'RECURRENCE-ID;TZID=Europe/Berlin:20261026T090000',
  'DTSTART;TZID=Europe/Berlin:20261028T150000', 'DTEND;TZID=Europe/Berlin:20261028T160000', 'SUMMARY:Moved', 'END:VEVENT',
])
const wholeDay = calendarText(['BEGIN:VEVENT', 'UID:day', 'DTSTAMP:20260901T080000Z', 'DTSTART;VALUE=DATE:20261005', 'DTEND;VALUE=DATE:20261006', 'SUMMARY:Day off',
  'TRANSP:TRANSPARENT', 'END:VEVENT'])
const invited = eventText('invited', { start: '20261006T100000Z', lines: ['LOCATION:Ümlaut\\, Straße', 'STATUS:TENTATIVE', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER:-PT15M', 'END:VALARM'] })

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'writer' })
  await putEvent(gateway, `${CALENDAR}series.ics`, series)
  await putEvent(gateway, `${CALENDAR}day.ics`, wholeDay)
  await putEvent(gateway, `${CALENDAR}invited.ics`, invited)
  await putEvent(gateway, `${HOME}team@group.calendar.google.com/theirs.ics`, eventText('theirs'))
})
afterAll(() => gateway.close())

const report = (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.ask('REPORT', path, { headers: { 'Content-Type': 'application/xml', ...headers }, body: body.replace(/^<[\w:-]+/, (root) => `${root} ${NAMESPACES}`) })

const query = (filter: string, props = '<D:getetag/>') =>
  `<C:calendar-query><D:prop>${props}</D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter></C:calendar-query>`
const event = (inside = '') => `<C:comp-filter name="VEVENT">${inside}</C:comp-filter>`
const range = (start: string, end?: string) => `<C:time-range start="${start}"${end === undefined ? '' : ` end="${end}"`}/>`
const multiget = (...hrefs: readonly string[]) => `<C:calendar-multiget><D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.map((href) => `<D:href>${href}</D:href>`).join('')}</C:calendar-multiget>`

const namesIn = (answer: Answer) => responsesIn(answer.text).map(({ href }) => href.slice(href.lastIndexOf('/') + 1)).sort()
const dataOf = (response: ResponseTree | undefined) => String(response?.found[C('calendar-data')]?.[0])

describe('calendar-query (RFC 4791 §7.8)', () => {
  test.each<readonly [title: string, filter: string, expected: readonly string[]]>([
    ['everything', event(), ['day.ics', 'invited.ics', 'series.ics']],
    ['a day', event(range('20261005T000000Z', '20261006T000000Z')), ['day.ics']],
    ['where a changed instance is', event(range('20261028T140000Z', '20261028T150000Z')), ['series.ics']],
    ['where it was', event(range('20261026T080000Z', '20261026T090000Z')), []],
    ['an excluded instance', event(range('20261102T080000Z', '20261102T090000Z')), []],
    ['after the end of summer time', event(range('20261109T080000Z', '20261109T080001Z')), ['series.ics']],
    ['far in the future', event(range('20890101T000000Z', '20890108T000000Z')), ['series.ics']],
    ['an open end', event(range('20270101T000000Z')), ['series.ics']],
    ['a text', event('<C:prop-filter name="LOCATION"><C:text-match collation="i;unicode-casemap">ümlaut, STRAßE</C:text-match></C:prop-filter>'), ['invited.ics']],
    ['an alarm', event(`<C:comp-filter name="VALARM">${range('20261006T094500Z', '20261006T094501Z')}</C:comp-filter>`), ['invited.ics']],
    ['a UID', event('<C:prop-filter name="UID"><C:text-match collation="i;octet">day</C:text-match></C:prop-filter>'), ['day.ics']],
    ['tasks', '<C:comp-filter name="VTODO"/>', []],
  ])('%s', async (_, filter, expected) => {
    const answer = await report(CALENDAR, query(filter), { Depth: '1' })
    expect([answer.status, namesIn(answer)]).toEqual([207, expected])
  })

  test('the whole document, as a tree', async () => {
    const answer = await report(CALENDAR, query(event(range('20261005T000000Z', '20261006T000000Z')), '<D:getetag/><D:nothing/>'), { Depth: '1' })
    const read = await gateway.ask('GET', `${CALENDAR}day.ics`)
    expect(treeOf(answer.text)).toEqual([D('multistatus'), [D('response'), [D('href'), `${CALENDAR}day.ics`],
      [D('propstat'), [D('prop'), [D('getetag'), read.headers.get('ETag')]], [D('status'), 'HTTP/1.1 200 OK']],
      [D('propstat'), [D('prop'), [D('nothing')]], [D('status'), 'HTTP/1.1 404 Not Found']]]])
  })

  test('expanded instances are in UTC, without rule (RFC 4791 §9.6.5)', async () => {
    const expand = '<C:calendar-data><C:expand start="20261019T000000Z" end="20261110T000000Z"/></C:calendar-data>'
    const [found] = responsesIn((await report(CALENDAR, query(event(range('20261019T000000Z', '20261110T000000Z')), expand))).text)
    expect(dataOf(found).match(/^(DTSTART|RECURRENCE-ID|RRULE|TZID)[^\r]*/gm)).toEqual([
      'DTSTART:20261019T070000Z', 'RECURRENCE-ID:20261019T070000Z',
      'DTSTART:20261028T140000Z', 'RECURRENCE-ID:20261026T080000Z',
      'DTSTART:20261109T080000Z', 'RECURRENCE-ID:20261109T080000Z',
    ])
  })

  test('parts of the data (Evolution, RFC 4791 §9.6.1)', async () => {
    const part = '<C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="UID"/></C:comp></C:comp></C:calendar-data>'
    const [found] = responsesIn((await report(CALENDAR, query(event(range('20261005T000000Z', '20261006T000000Z')), part), { Depth: '0' })).text)
    expect(dataOf(found).split(/\r?\n/)).toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:day', 'END:VEVENT', 'END:VCALENDAR', ''])
  })

  test('through the other door the hrefs are of that door, tags and data the same', async () => {
    const [one, other] = await Promise.all([CALENDAR, OTHER_DOOR].map(async (path) => responsesIn((await report(path, query(event(), '<D:getetag/><C:calendar-data/>'))).text)))
    expect(other?.map(({ href }) => href.startsWith(OTHER_DOOR))).toEqual([true, true, true])
    expect(other?.map(({ found }) => found)).toEqual(one?.map(({ found }) => found))
  })
})

describe('calendar-multiget (RFC 4791 §7.9)', () => {
  test('of nothing finds nothing', async () => {
    const { status, text } = await report(CALENDAR, multiget())
    expect([status, responsesIn(text)]).toEqual([207, []])
  })

  test('etag and data are those of GET and PROPFIND', async () => {
    const href = `${CALENDAR}series.ics`
    const read = await gateway.ask('GET', href)
    const told = responseAt((await gateway.ask('PROPFIND', CALENDAR, { headers: { Depth: '1' }, body: propfindOf(D('getetag')) })).text, href)
    const [found] = responsesIn((await report(CALENDAR, multiget(href))).text)
    expect(found?.found[D('getetag')]).toEqual([read.headers.get('ETag')])
    expect(told.found[D('getetag')]).toEqual([read.headers.get('ETag')])
    expect(dataOf(found).replace(/\r?\n/g, '\r\n')).toBe(read.text)
  })

  test('each href in its order and spelling; what is not there by itself', async () => {
    const asked = [`${CALENDAR}gone.ics`, `https://other.example.org${CALENDAR.replace('@', '%40')}day.ics`, `${OTHER_DOOR}invited.ics`, `${HOME}team@group.calendar.google.com/theirs.ics`]
    const answers = responsesIn((await report(CALENDAR, multiget(...asked), { Depth: '1' })).text)
    expect(answers.map(({ href, status }) => [href, status])).toEqual([[asked[0], 404], [asked[1], undefined], [asked[2], undefined], [asked[3], 403]])
  })

  test('the answer is ASCII, whatever the event holds (Thunderbird)', async () => {
    const { text } = await report(CALENDAR, multiget(`${CALENDAR}invited.ics`))
    expect([...text].every((character) => character.charCodeAt(0) < 0x80)).toBe(true)
    expect(dataOf(responsesIn(text)[0])).toContain('LOCATION:Ümlaut\\, Straße')
  })

  test('a fault of the backend is no missing object', async () => {
    const broken = await openGateway()
    await putEvent(broken, `${CALENDAR}a.ics`, eventText('a'))
    broken.breakNext('/events', 503, 50)
    const answer = await broken.ask('REPORT', CALENDAR, { body: multiget(`${CALENDAR}a.ics`).replace('<C:calendar-multiget', `<C:calendar-multiget ${NAMESPACES}`) })
    expect(answer.status).toBe(503)
    await broken.close()
  })
})

describe('free-busy-query (RFC 4791 §7.10)', () => {
  const freeBusy = '<C:free-busy-query><C:time-range start="20261005T000000Z" end="20261021T000000Z"/></C:free-busy-query>'

  test('tells of what is opaque, tentative as such', async () => {
    const answer = await report(CALENDAR, freeBusy, { Depth: '1' })
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'text/calendar; charset=utf-8'])
    expect(answer.text.match(/^FREEBUSY.*$/gm)?.map((line) => line.trim())).toEqual([
      'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261006T100000Z/20261006T110000Z', 'FREEBUSY;FBTYPE=BUSY:20261019T070000Z/20261019T080000Z',
    ])
  })

  test('of the principal it is the backend that tells', async () => {
    const answer = await report(PRINCIPAL, freeBusy)
    expect(answer.text.match(/^FREEBUSY.*$/gm)?.map((line) => line.trim())).toContain('FREEBUSY;FBTYPE=BUSY:20261019T070000Z/20261019T080000Z')
  })
})

describe('conditions (RFC 4791 §7.8)', () => {
  test.each<readonly [string, string, string]>([
    ['supported-filter', query(event('<C:prop-filter name="X-A"><C:time-range start="20260101T000000Z"/></C:prop-filter>')), C('supported-filter')],
    ['supported-collation', query(event('<C:prop-filter name="UID"><C:text-match collation="i;none">x</C:text-match></C:prop-filter>')), C('supported-collation')],
    ['supported-calendar-data', query(event(), '<C:calendar-data content-type="application/json"/>'), C('supported-calendar-data')],
    ['supported-report', '<D:version-tree/>', D('supported-report')],
  ])('%s', async (_, body, condition) => expect(await report(CALENDAR, body)).toMatchObject({ status: 403, condition }))

  test('supported-filter names what is not supported', async () => {
    const answer = await report(CALENDAR, query(event('<C:prop-filter name="X-A"><C:time-range start="20260101T000000Z"/></C:prop-filter>')))
    expect(answer.content).toEqual([[C('prop-filter'), { name: 'X-A' }]])
  })
})
