import { describe, expect, test } from 'vitest'
import { BackendError } from '../../../src/calendar/backend.ts'
import { objectKeys, parseSeries, seriesOf } from '../appendix-b.ts'
import { responsesIn } from '../../xml-tree.ts'
import { ask, CALDAV, DAV, refusal } from './ask.ts'
import { memorySession } from './memory-session.ts'

const path = '/calendar/dav/anna@example.com/events/'

function filled() {
  const session = memorySession()
  for (const key of objectKeys) session.add(`${key}.ics`, seriesOf(key))
  return session
}

const query = (filter: string, props = '<D:getetag/>', more = '') =>
  `<C:calendar-query><D:prop>${props}</D:prop><C:filter><C:comp-filter name="VCALENDAR">${filter}</C:comp-filter></C:filter>${more}</C:calendar-query>`
const events = '<C:comp-filter name="VEVENT"/>'
const inRange = (start: string, end: string) => `<C:comp-filter name="VEVENT"><C:time-range start="${start}" end="${end}"/></C:comp-filter>`

const namesIn = (text: string) => responsesIn(text).map(({ href }) => href.slice(path.length))

describe('calendar-query (RFC 4791 §7.8)', () => {
  test.each([undefined, '0', '1', 'infinity'])('the members are told whatever the Depth is: %s', async (depth) => {
    const answer = await ask(filled(), path, query(inRange('20060104T000000Z', '20060105T000000Z')), depth === undefined ? {} : { depth })
    expect(answer.status).toBe(207)
    expect(namesIn(answer.text)).toEqual(['abcd2.ics', 'abcd3.ics'])
  })

  test('tags alone are read when every object matches and no data is wanted', async () => {
    const session = filled()
    const answer = await ask(session, path, query(events, '<D:getetag/><D:getcontenttype/>'))
    expect(namesIn(answer.text)).toEqual(objectKeys.map((key) => `${key}.ics`).sort())
    expect(session.calls).toEqual(['tags'])
  })

  test.each(['VTODO', 'VJOURNAL'])('%s (KDE): nothing, without a look at the events', async (kind) => {
    const session = filled()
    const answer = await ask(session, path, query(`<C:comp-filter name="${kind}"/>`))
    expect([answer.status, namesIn(answer.text), session.calls]).toEqual([207, [], []])
  })

  test('calcurse names no VEVENT and means all', async () => {
    expect(namesIn((await ask(filled(), path, query(''))).text)).toHaveLength(objectKeys.length)
  })

  test('python-caldav looks for a UID', async () => {
    const filter = '<C:comp-filter name="VEVENT"><C:prop-filter name="UID"><C:text-match collation="i;octet">endless@example.com</C:text-match></C:prop-filter></C:comp-filter>'
    const [found, ...more] = responsesIn((await ask(filled(), path, query(filter, '<C:calendar-data/>'))).text)
    expect([found?.href, more]).toEqual([`${path}endless.ics`, []])
    expect(String(found?.found[CALDAV('calendar-data')])).toContain('UID:endless@example.com')
  })

  test('etag and data in one propstat, unknown properties in another', async () => {
    const [found] = responsesIn((await ask(filled(), path, query(inRange('20060102T150000Z', '20060102T160000Z'), '<D:getetag/><C:calendar-data/><D:nothing/>'))).text)
    expect(found?.statuses).toEqual({ [DAV('getetag')]: 200, [CALDAV('calendar-data')]: 200, [DAV('nothing')]: 404 })
    expect(found?.propstatCount).toBe(2)
  })

  test('return=minimal leaves the unknown ones out, and says so (RFC 8144 §2.1)', async () => {
    const answer = await ask(filled(), path, query(inRange('20060102T150000Z', '20060102T160000Z'), '<D:getetag/><D:nothing/>'), { prefer: 'return=minimal' })
    expect(responsesIn(answer.text)[0]?.statuses).toEqual({ [DAV('getetag')]: 200 })
    expect(answer.headers['Preference-Applied']).toBe('return=minimal')
  })

  test('without a prop element only the hrefs are told', async () => {
    const answer = await ask(filled(), path, query(inRange('20060102T150000Z', '20060102T160000Z')).replace(/<D:prop>.*<\/D:prop>/, ''))
    expect(responsesIn(answer.text)).toMatchObject([{ href: `${path}abcd1.ics`, statuses: {} }])
  })

  test.each([['propname', ['tags', 'calendar']], ['allprop', ['tags']]])('%s tells of no calendar-data, and reads no event for it', async (kind, calls) => {
    const session = filled()
    const answer = await ask(session, path, query(events).replace(/<D:prop>.*<\/D:prop>/, `<D:${kind}/>`))
    expect(responsesIn(answer.text).flatMap(({ statuses }) => Object.keys(statuses))).toContain(DAV('getetag'))
    expect(answer.text).not.toContain('calendar-data')
    expect(session.calls).toEqual(calls)
  })

  test('a window with expanded instances (tsdav)', async () => {
    const data = '<C:calendar-data><C:expand start="20060104T000000Z" end="20060105T000000Z"/></C:calendar-data>'
    const [second] = responsesIn((await ask(filled(), path, query(inRange('20060104T000000Z', '20060105T000000Z'), data))).text)
    expect(String(second?.found[CALDAV('calendar-data')])).toMatch(/RECURRENCE-ID:20060104T170000Z/)
    expect(String(second?.found[CALDAV('calendar-data')])).not.toMatch(/RRULE|VTIMEZONE/)
  })

  test('too many instances of one event refuse that one by name', async () => {
    const session = filled()
    session.add('often.ics', parseSeries('BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:often\nDTSTAMP:20260101T000000Z\nDTSTART:20060101T000000Z\nRRULE:FREQ=MINUTELY\nEND:VEVENT\nEND:VCALENDAR\n'))
    const data = '<D:getetag/><C:calendar-data><C:expand start="20060101T000000Z" end="20070101T000000Z"/></C:calendar-data>'
    const answers = responsesIn((await ask(session, path, query(inRange('20060101T000000Z', '20060107T000000Z'), data))).text)
    const refused = answers.find(({ href }) => href.endsWith('often.ics'))
    expect(refused?.statuses).toEqual({ [DAV('getetag')]: 200, [CALDAV('calendar-data')]: 507 })
    expect(refused?.errors).toEqual({ 507: DAV('number-of-matches-within-limits') })
    expect(answers.filter((each) => each.statuses[CALDAV('calendar-data')] === 200).length).toBeGreaterThan(0)
  })

  describe('the time zone of the request (RFC 4791 §7.3, RFC 7809 §5.2)', () => {
    const morning = inRange('20060112T000000Z', '20060112T010000Z')
    test('by name', async () => {
      expect(namesIn((await ask(filled(), path, query(morning, '<D:getetag/>', '<C:timezone-id>Asia/Tokyo</C:timezone-id>'))).text)).toEqual(['floating.ics'])
    })

    test('by definition', async () => {
      const zone = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n'
      expect(namesIn((await ask(filled(), path, query(morning, '<D:getetag/>', `<C:timezone>${zone}</C:timezone>`))).text)).toEqual(['floating.ics'])
    })

    test('for the instances that are told as well', async () => {
      const data = '<C:calendar-data><C:expand start="20060112T000000Z" end="20060112T010000Z"/></C:calendar-data>'
      const [found] = responsesIn((await ask(filled(), path, query(morning, data, '<C:timezone-id>Asia/Tokyo</C:timezone-id>'))).text)
      expect(String(found?.found[CALDAV('calendar-data')])).toContain('DTSTART:20060112T090000\r\n')
    })

    test('an unknown one is refused', async () => {
      expect(await refusal(ask(filled(), path, query(morning, '', '<C:timezone-id>Mars/Olympus</C:timezone-id>')))).toEqual([403, CALDAV('valid-timezone')])
      expect(namesIn((await ask(filled(), path, query(events, '<D:getetag/>', '<C:timezone/>'))).text)).toHaveLength(objectKeys.length)
      expect(await refusal(ask(filled(), path, query(morning, '', '<C:timezone>nonsense</C:timezone>')))).toEqual([403, CALDAV('valid-calendar-data')])
    })
  })

  describe('refusals', () => {
    test.each<readonly [title: string, body: string, condition: string]>([
      ['an unknown collation', query('<C:comp-filter name="VEVENT"><C:prop-filter name="UID"><C:text-match collation="i;klingon">x</C:text-match></C:prop-filter></C:comp-filter>'), CALDAV('supported-collation')],
      ['a time-range where none can be', query('<C:comp-filter name="VEVENT"><C:prop-filter name="X-DATE"><C:time-range start="20060101T000000Z"/></C:prop-filter></C:comp-filter>'), CALDAV('supported-filter')],
      ['a filter that is none', query(inRange('20060102T000000Z', '20060101T000000Z')), CALDAV('valid-filter')],
      ['two filters', query(events).replace(/<C:filter>[^]*<\/C:filter>/, '$&$&'), CALDAV('valid-filter')],
      ['data in another form', query(events, '<C:calendar-data content-type="application/calendar+json"/>'), CALDAV('supported-calendar-data')],
    ])('%s', async (_, body, condition) => expect(await refusal(ask(filled(), path, body))).toEqual([403, condition]))

    test('no such calendar', async () => {
      expect(await refusal(ask(filled(), '/calendar/dav/bo@example.com/events/', query(events)))).toEqual([404, undefined])
    })
  })

  test('an object that cannot be shown is left out, and the log hears of it', async () => {
    const session = filled()
    session.addUnavailable('broken.ics')
    const answer = await ask(session, path, query(events, '<C:calendar-data/>'))
    expect(namesIn(answer.text)).not.toContain('broken.ics')
    expect(answer.notices).toEqual([{ event: 'object-unavailable', name: 'broken.ics', reason: 'it is broken' }])
  })

  test('a fault before the first answer fails the request', async () => {
    const session = filled()
    session.failAt('objects', 0, new BackendError('unavailable', 'down'))
    await expect(ask(session, path, query(events, '<C:calendar-data/>'))).rejects.toMatchObject({ fault: 'unavailable' })
  })

  test('so does a later fault: half a listing never looks like a whole one', async () => {
    const session = filled()
    session.failAt('objects.next', 5, new BackendError('unavailable', 'down'))
    await expect(ask(session, path, query(events, '<C:calendar-data/>'))).rejects.toMatchObject({ fault: 'unavailable' })
  })

  test('on an object the filter is asked of that one', async () => {
    const hit = await ask(filled(), `${path}abcd3.ics`, query(inRange('20060104T000000Z', '20060105T000000Z')))
    const miss = await ask(filled(), `${path}abcd1.ics`, query(inRange('20060104T000000Z', '20060105T000000Z')))
    expect([namesIn(hit.text), namesIn(miss.text)]).toEqual([['abcd3.ics'], []])
  })

  test('hrefs keep the door of the request (both doors, one calendar)', async () => {
    const answer = await ask(filled(), '/calendar/dav/anna%40example.com/anna@example.com/', query(inRange('20060102T150000Z', '20060102T160000Z')))
    expect(responsesIn(answer.text).map(({ href }) => href)).toEqual(['/calendar/dav/anna@example.com/anna@example.com/abcd1.ics'])
  })
})
