import { describe, expect, test } from 'vitest'
import { seriesAtOnce } from '../../../src/caldav/by-name.ts'
import { BackendError } from '../../../src/calendar/backend.ts'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { objectKeys, seriesOf } from '../appendix-b.ts'
import { responsesIn } from '../../xml-tree.ts'
import { ask, CALDAV, DAV } from './ask.ts'
import { memorySession } from './memory-session.ts'

const path = '/calendar/dav/anna@example.com/events/'
const team = calendarId('team@group.calendar.example.com')

function filled() {
  const session = memorySession()
  for (const key of objectKeys) session.add(`${key}.ics`, seriesOf(key))
  session.addCalendar({ id: team, displayName: 'Team' })
  session.add('theirs.ics', seriesOf('abcd1'), team)
  return session
}

const multiget = (hrefs: readonly string[], props = '<D:getetag/><C:calendar-data/>') =>
  `<C:calendar-multiget><D:prop>${props}</D:prop>${hrefs.map((href) => `<D:href>${href}</D:href>`).join('')}</C:calendar-multiget>`

/** Each href of the answer with its status, 200 where there are properties. */
async function statuses(hrefs: readonly string[], at = path): Promise<readonly (readonly [string, number])[]> {
  const answer = await ask(filled(), at, multiget(hrefs))
  return responsesIn(answer.text).map((each) => [each.href, each.status ?? 200])
}

describe('calendar-multiget (RFC 4791 §7.9)', () => {
  test('each href is answered, in the order of the request (vdirsyncer)', async () => {
    const hrefs = ['moment', 'nobody', 'abcd1', 'endless'].map((name) => `${path}${name}.ics`)
    expect(await statuses(hrefs)).toEqual([[hrefs[0], 200], [hrefs[1], 404], [hrefs[2], 200], [hrefs[3], 200]])
  })

  test('and in its spelling (Thunderbird)', async () => {
    const hrefs = ['/calendar/dav/anna%40example.com/events/abcd1.ics', '/calendar/dav/anna@example.com/events/%61bcd1.ics', 'https://cal.example.org:8443/calendar/dav/anna%40EXAMPLE.com/events/abcd1.ics']
    expect(await statuses(hrefs)).toEqual(hrefs.map((href) => [href, 200]))
  })

  test('etag and data in one propstat', async () => {
    const [found] = responsesIn((await ask(filled(), path, multiget([`${path}abcd1.ics`]))).text)
    expect([found?.statuses, found?.propstatCount]).toEqual([{ [DAV('getetag')]: 200, [CALDAV('calendar-data')]: 200 }, 1])
  })

  test('the other door of the same calendar is understood', async () => {
    const other = '/calendar/dav/anna@example.com/anna@example.com/abcd1.ics'
    expect(await statuses([other])).toEqual([[other, 200]])
    expect(await statuses([`${path}abcd1.ics`], '/calendar/dav/anna@example.com/anna@example.com/')).toEqual([[`${path}abcd1.ics`, 200]])
  })

  test.each<readonly [title: string, href: string, status: number]>([
    ['an object of another calendar', `/calendar/dav/anna@example.com/${team}/theirs.ics`, 403],
    ['an object through the home of somebody else', '/calendar/dav/bo@example.com/anna@example.com/abcd1.ics', 403],
    ['the calendar itself', path, 403],
    ['a principal', '/calendar/dav/anna@example.com/user', 403],
    ['a path outside of the URL space', '/elsewhere/abcd1.ics', 404],
    ['a broken escape', `${path}%zz.ics`, 404],
    ['a name alone counts from the calendar', 'abcd1.ics', 200],
  ])('%s: %s is %i', async (_, href, status) => expect(await statuses([href])).toEqual([[href, status]]))

  test('one read for all of them', async () => {
    const session = filled()
    await ask(session, path, multiget(objectKeys.map((key) => `${path}${key}.ics`)))
    expect(session.calls).toEqual(['objectsByName'])
  })

  test('what exists and cannot be shown is never told as gone', async () => {
    const session = filled()
    session.addUnavailable('broken.ics')
    const answer = await ask(session, path, multiget([`${path}broken.ics`, `${path}abcd1.ics`]))
    expect(responsesIn(answer.text).map(({ status }) => status)).toEqual([503, undefined])
    expect(answer.notices).toMatchObject([{ event: 'object-unavailable', name: 'broken.ics' }])
  })

  test('a fault of the backend at once fails the request', async () => {
    const session = filled()
    session.failAt('objectsByName', 0, new BackendError('rate-limited', 'slow down', { retryAfterSeconds: 3 }))
    await expect(ask(session, path, multiget([`${path}abcd1.ics`]))).rejects.toMatchObject({ fault: 'rate-limited' })
  })

  test('later it is told of the items that it concerns, as 503 and not as 404', async () => {
    const session = filled()
    session.failAt('objectsByName', 1, new BackendError('unavailable', 'down'))
    const hrefs = Array.from({ length: seriesAtOnce + 50 }, (_, index) => `${path}${index}.ics`)
    const answered = responsesIn((await ask(session, path, multiget(hrefs))).text)
    expect(answered.map(({ href }) => href)).toEqual(hrefs)
    expect(answered.map(({ status }) => status)).toEqual([...Array(seriesAtOnce).fill(404), ...Array(50).fill(503)])
  })

  test('displayname of an object is unknown beside what is known (Outlook CalDav Synchronizer)', async () => {
    const [found] = responsesIn((await ask(filled(), path, multiget([`${path}abcd1.ics`], '<D:getetag/><D:displayname/>'))).text)
    expect(found?.statuses).toEqual({ [DAV('getetag')]: 200, [DAV('displayname')]: 404 })
  })
})
