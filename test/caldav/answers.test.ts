import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAnswers } from '../../src/caldav/answers.ts'
import type { ObjectTag } from '../../src/calendar/backend.ts'
import { instant, objectName, revision } from '../../src/calendar/identifiers.ts'
import { CALENDAR, eventText, HOME, ME, openGateway, putEvent } from './gateway.ts'
import type { Asked, Gateway } from './gateway.ts'

const tag = (name: string, version = '1'): ObjectTag => ({ name: objectName(name)!, revision: revision(version), updated: instant(0) })
const octets = (length: number): Uint8Array => new Uint8Array(length)

describe('answers that are kept', () => {
  test('are found for the same question, and objects of the same names and revisions in the same order', () => {
    const answers = createAnswers(1_000_000)
    answers.keep('month', [tag('a'), tag('b')], octets(10))
    expect(answers.find('month', [tag('a'), tag('b')])).toEqual(octets(10))
    expect(answers.find('week', [tag('a'), tag('b')])).toBeUndefined()
    for (const others of [[], [tag('a')], [tag('b'), tag('a')], [tag('a'), tag('b', '2')], [tag('a'), tag('b'), tag('c')]]) {
      expect(answers.find('month', others), JSON.stringify(others)).toBeUndefined()
    }
  })

  test('are wanted from the second time on', () => {
    const answers = createAnswers(1_000_000)
    expect([1, 2, 3].map(() => answers.isAskedAgain('month'))).toEqual([false, true, true])
    expect(answers.find('month', [])).toBeUndefined()
  })

  test('stay within the bound: who was not asked for long goes first', () => {
    const answers = createAnswers(5 * 6000)
    const isKept = (number: number): boolean => answers.find(`question ${number}`, [tag('a')]) !== undefined
    for (const number of [1, 2, 3, 4, 5]) answers.keep(`question ${number}`, [tag('a')], octets(5500))
    expect(isKept(1)).toBe(true)
    answers.keep('question 6', [tag('a')], octets(5500))
    expect([1, 2, 3, 4, 5, 6].filter(isKept)).toEqual([1, 3, 4, 5, 6])
  })

  test('take no more than a fourth of the room each', () => {
    const answers = createAnswers(100_000)
    answers.keep('long', [], octets(25_001))
    answers.keep('short', [], octets(24_000))
    expect([answers.find('long', []), answers.find('short', [])]).toEqual([undefined, octets(24_000)])
  })
})

const namespaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const monthOf = (props = '<D:getetag/><C:calendar-data/>', start = '20260901T000000Z', inside = ''): string =>
  `<C:calendar-query ${namespaces}><D:prop>${props}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${start}" end="20261001T000000Z"/>${inside}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`

describe('a query that is asked again', () => {
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway({ timeZoneServices: ['https://zones.example/'] })
    await putEvent(gateway, `${CALENDAR}one.ics`, eventText('one', { summary: 'Größe' }))
    await putEvent(gateway, `${CALENDAR}two.ics`, eventText('two', { start: '20260920T080000' }))
  })
  afterEach(() => gateway.close())

  /** Asks twice; what comes back, and whether it had been kept before. */
  const asked = async (path: string, body: string, more: Asked = {}) => {
    const reply = await gateway.reply('REPORT', path, { body, ...more })
    const isKept = reply.body instanceof Uint8Array
    const { text, headers } = await gateway.ask('REPORT', path, { body, ...more })
    return { isKept, text, headers: Object.fromEntries(headers) }
  }
  /** By a gateway that has never been asked. */
  const fresh = async (path: string, body: string, more: Asked = {}) => {
    const { text, headers } = await gateway.replica().ask('REPORT', path, { body, ...more })
    return { text, headers: Object.fromEntries(headers) }
  }

  test.each<readonly [title: string, body: string]>([
    ['with its data', monthOf()],
    ['with tags', monthOf('<D:getetag/><D:getcontenttype/>')],
    ['for instances', monthOf('<C:calendar-data><C:expand start="20260901T000000Z" end="20261001T000000Z"/></C:calendar-data>')],
    ['with a property that nobody knows', monthOf('<D:getetag/><D:nothing/>')],
    ['that looks into texts', monthOf('<D:getetag/>', '20260901T000000Z', '<C:prop-filter name="SUMMARY"><C:text-match>one</C:text-match></C:prop-filter>')],
  ])('%s is answered with the kept octets, which are those of a gateway that keeps none', async (_, body) => {
    await asked(CALENDAR, body)
    expect(await asked(CALENDAR, body)).toEqual({ isKept: true, ...await fresh(CALENDAR, body) })
  })

  test.each<readonly [title: string, body: string]>([
    ['of what depends on the calendar', monthOf('<D:getetag/><D:current-user-privilege-set/>')],
    ['of all properties', monthOf().replace(/<D:prop>.*<\/D:prop>/, '<D:allprop/>')],
    ['that finds nothing', monthOf('<D:getetag/>', '20260930T000000Z')],
  ])('%s is made anew', async (_, body) => {
    await asked(CALENDAR, body)
    expect(await asked(CALENDAR, body)).toEqual({ isKept: false, ...await fresh(CALENDAR, body) })
  })

  test.each<readonly [title: string, change: () => Promise<unknown>]>([
    ['one event is changed here', () => gateway.ask('PUT', `${CALENDAR}two.ics`, { body: eventText('two', { start: '20260921T080000Z' }) })],
    ['one is new', () => gateway.ask('PUT', `${CALENDAR}three.ics`, { body: eventText('three') })],
    ['one is deleted', () => gateway.ask('DELETE', `${CALENDAR}one.ics`)],
    ['one is changed at the service', async () => {
      const { body } = await gateway.rest(ME, 'GET', '/calendars/primary/events?iCalUID=one')
      await gateway.rest(ME, 'PATCH', `/calendars/primary/events/${(body as { items: { id: string }[] }).items[0]!.id}`, { summary: 'Changed there' })
    }],
    ['the zone of the calendar is another one', () => gateway.rest(ME, 'PATCH', '/calendars/primary', { timeZone: 'Pacific/Auckland' })],
  ])('is answered anew after %s', async (_, change) => {
    // In another zone the floating event is outside of the second range, which does not hold the other one at all.
    const [month, part] = [monthOf(), monthOf(undefined, '20260920T070000Z')]
    for (const each of [month, part]) await asked(CALENDAR, each)
    await change()
    expect(await asked(CALENDAR, month)).toEqual({ isKept: false, ...await fresh(CALENDAR, month) })
    expect(await asked(CALENDAR, part)).toMatchObject(await fresh(CALENDAR, part))
  })

  test.each<readonly [title: string, path: string, more: Asked]>([
    ['through another door', `${HOME}${ME}/`, {}],
    ['by a client that knows the zones', CALENDAR, { headers: { 'CalDAV-Timezones': 'F' } }],
    ['with another preference', CALENDAR, { headers: { Prefer: 'return=minimal' } }],
    ['by a client that leaves references as they are', CALENDAR, { headers: { 'User-Agent': 'axios/1.7' } }],
  ])('%s is another question', async (_, path, more) => {
    const body = monthOf('<D:getetag/><D:nothing/><C:calendar-data/>')
    await asked(CALENDAR, body)
    expect(await asked(path, body, more)).toEqual({ isKept: false, ...await fresh(path, body, more) })
    expect(await asked(path, body, more)).toEqual({ isKept: true, ...await fresh(path, body, more) })
    expect(await asked(CALENDAR, body)).toEqual({ isKept: true, ...await fresh(CALENDAR, body) })
  })

  test('by somebody else is another question: of a private event others are told less', async () => {
    const other = { as: 'other@example.org' }
    await putEvent(gateway, `${CALENDAR}private.ics`, eventText('private', { summary: 'A secret', lines: ['CLASS:PRIVATE'] }))
    await gateway.rest(other.as, 'GET', '/users/me/calendarList')
    await gateway.rest(ME, 'POST', '/calendars/primary/acl', { role: 'reader', scope: { type: 'user', value: other.as } })
    await asked(CALENDAR, monthOf())
    expect((await asked(CALENDAR, monthOf())).text).toContain('A secret')
    const theirs = await asked(CALENDAR, monthOf(), other)
    expect(theirs).toEqual({ isKept: false, ...await fresh(CALENDAR, monthOf(), other) })
    expect(theirs.text).not.toContain('A secret')
    expect(theirs.text).toContain('private.ics')
  })

  test('by somebody else with the same access is another question too', async () => {
    const readers = ['one@example.org', 'two@example.org']
    for (const value of readers) {
      await gateway.rest(value, 'GET', '/users/me/calendarList')
      await gateway.rest(ME, 'POST', '/calendars/primary/acl', { role: 'reader', scope: { type: 'user', value } })
    }
    for (const as of readers) expect(await asked(CALENDAR, monthOf(), { as }), as).toMatchObject({ isKept: false })
    for (const as of readers) expect(await asked(CALENDAR, monthOf(), { as }), as).toMatchObject({ isKept: true })
  })

  test('is answered anew to whom less may be told by now', async () => {
    const other = { as: 'other@example.org' }
    await gateway.rest(other.as, 'GET', '/users/me/calendarList')
    await gateway.rest(ME, 'POST', '/calendars/primary/acl', { role: 'reader', scope: { type: 'user', value: other.as } })
    await asked(CALENDAR, monthOf(), other)
    expect((await asked(CALENDAR, monthOf(), other)).text).toContain('SUMMARY:two')
    await gateway.rest(ME, 'PATCH', `/calendars/primary/acl/user:${other.as}`, { role: 'freeBusyReader' })
    await gateway.ask('PROPFIND', CALENDAR, { headers: { Depth: '0' }, ...other })
    expect((await gateway.ask('REPORT', CALENDAR, { body: monthOf(), ...other })).text).not.toContain('SUMMARY:two')
  })

  test('is told in a moment of trouble as any other: by no answer that was kept', async () => {
    await asked(CALENDAR, monthOf())
    gateway.breakNext('/events', 503, 100)
    expect(await gateway.ask('REPORT', CALENDAR, { body: monthOf() })).toMatchObject({ status: 503 })
  })
})
