import { describe, expect, test } from 'vitest'
import { BackendError } from '../../../src/calendar/backend.ts'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { objectKeys, seriesOf } from '../appendix-b.ts'
import { responsesIn, treeOf } from '../../xml-tree.ts'
import { ask, CALDAV, DAV, refusal } from './ask.ts'
import { annasCalendar, memorySession } from './memory-session.ts'
import type { MemorySession } from './memory-session.ts'

const path = '/calendar/dav/anna@example.com/events/'
const home = '/calendar/dav/anna@example.com/'
const team = calendarId('team@group.calendar.example.com')

function filled() {
  const session = memorySession()
  for (const key of objectKeys) session.add(`${key}.ics`, seriesOf(key))
  session.addCalendar({ id: team, displayName: 'Team' })
  return session
}

const sync = (token: string, { props = '<D:getetag/>', level = '<D:sync-level>1</D:sync-level>', limit = 0 } = {}) =>
  `<D:sync-collection><D:sync-token>${token}</D:sync-token>${level}${limit > 0 ? `<D:limit><D:nresults>${limit}</D:nresults></D:limit>` : ''}<D:prop>${props}</D:prop></D:sync-collection>`

interface Page {
  readonly token: string
  /** The last segment of each href, with its status: 200 where there are properties. */
  readonly answers: readonly (readonly [name: string, status: number])[]
  readonly text: string
}

async function page(session: MemorySession, body: string, at = path): Promise<Page> {
  const { text } = await ask(session, at, body)
  const [, ...content] = treeOf(text)
  const token = content.map((each) => (Array.isArray(each) && each[0] === DAV('sync-token') ? String(each[1]) : '')).join('')
  return { text, token, answers: responsesIn(text).map((each) => [each.href.slice(at.length), each.status ?? 200]) }
}

describe('sync-collection on a calendar (RFC 6578 §3)', () => {
  test('the first time everything is told (§3.4)', async () => {
    const first = await page(filled(), sync(''))
    expect(first.answers.map(([name]) => name)).toEqual(objectKeys.map((key) => `${key}.ics`))
    expect(first.token).toMatch(/^[a-z]+:.*\//) // Evolution keeps only tokens with a colon or a slash
  })

  test('then what changed, with 404 for what was removed (§3.5)', async () => {
    const session = filled()
    const { token } = await page(session, sync(''))
    session.add('abcd1.ics', seriesOf('abcd1'))
    session.add('new.ics', seriesOf('moment'))
    session.delete('abcd3.ics')
    const second = await page(session, sync(token))
    expect(second.answers).toEqual([['abcd1.ics', 200], ['new.ics', 200], ['abcd3.ics', 404]])
    expect(second.token).not.toBe(token)
  })

  test('then nothing, and the token stays', async () => {
    const session = filled()
    const { token } = await page(session, sync(''))
    const second = await page(session, sync(token))
    expect([second.answers, second.token]).toEqual([[], token])
  })

  test.each([['Depth 1 and no level (macOS 10.7)', { depth: '1' }, ''], ['Depth 0 (DAVx5)', { depth: '0' }, '<D:sync-level>1</D:sync-level>'], ['infinite', {}, '<D:sync-level>infinite</D:sync-level>']])('%s', async (_, headers, level) => {
    const answer = await ask(filled(), path, sync('', { level }), headers as Record<string, string>)
    expect(responsesIn(answer.text)).toHaveLength(objectKeys.length)
  })

  test('a limit cuts the answer with 507 for the address of the request, and its token goes on (§3.6)', async () => {
    const session = filled()
    const told: string[] = []
    let token = ''
    for (let more = true; more;) {
      const next = await page(session, sync(token, { limit: 3 }))
      const names = next.answers.map(([name]) => name).filter((name) => name !== '')
      expect(names.length).toBeLessThanOrEqual(3)
      more = next.answers.some(([name, status]) => name === '' && status === 507)
      if (more) expect(next.text).toContain('<D:error><D:number-of-matches-within-limits/></D:error>')
      told.push(...names)
      token = next.token
    }
    expect(told).toEqual(objectKeys.map((key) => `${key}.ics`))
    expect((await page(session, sync(token))).answers).toEqual([])
  })

  test('that address is spelled as in the request', async () => {
    const asked = path.replace('@', '%40')
    const { text } = await ask(filled(), asked, sync('', { limit: 3 }))
    expect(responsesIn(text).find(({ status }) => status === 507)?.href).toBe(asked)
  })

  test('calendar-data of what changed (tsdav), read at once', async () => {
    const session = filled()
    session.addUnavailable('broken.ics')
    const { text } = await page(session, sync('', { props: '<D:getetag/><C:calendar-data/>' }))
    const answers = responsesIn(text)
    expect(answers.filter((each) => each.statuses[CALDAV('calendar-data')] === 200)).toHaveLength(objectKeys.length)
    expect(answers.find(({ href }) => href.endsWith('broken.ics'))?.status).toBe(503)
    expect(session.calls).toEqual(['changes', 'objectsByName'])
  })

  test.each<readonly [title: string, token: string | ((session: MemorySession) => Promise<string>)]>([
    ['garbled', 'data:,garbled'],
    ['no URI', '12'],
    ['very long', `data:,${'x'.repeat(100_000)}`],
    ['of another calendar', async (session) => (await page(session, sync(''), `/calendar/dav/anna@example.com/${team}/`)).token],
    ['cut short', async (session) => (await page(session, sync(''))).token.slice(0, -4).replace(/\/$/, '')],
    ['of the home', async (session) => (await page(session, sync(''), home)).token],
    ['that the backend refuses', async (session) => (await page(session, sync(''))).token.replace(/[^/]*$/, 'expired')],
  ])('a token %s is DAV:valid-sync-token (§3.2)', async (_, token) => {
    const session = filled()
    expect(await refusal(ask(session, path, sync(typeof token === 'string' ? token : await token(session))))).toEqual([403, DAV('valid-sync-token')])
  })

  test('a fault of the backend is no invalid token', async () => {
    const session = filled()
    session.failAt('changes', 0, new BackendError('unavailable', 'down'))
    await expect(ask(session, path, sync(''))).rejects.toMatchObject({ fault: 'unavailable' })
  })
})

describe('sync-collection on a home (Calendar.app)', () => {
  const hrefs = ({ answers }: Page) => answers.map(([name]) => name)

  test('the first time every calendar is told, and the boxes', async () => {
    expect(hrefs(await page(filled(), sync('', { props: '<D:displayname/><CS:getctag/>' }), home))).toEqual(['events/', `${team}/`, 'inbox/', 'outbox/'])
  })

  test('then those with other events, or another name', async () => {
    const session = filled()
    const first = await page(session, sync(''), home)
    session.add('new.ics', seriesOf('moment'), team)
    const second = await page(session, sync(first.token), home)
    expect(hrefs(second)).toEqual([`${team}/`])
    session.addCalendar({ id: annasCalendar, displayName: 'Anna Maria', isPrimary: true })
    const third = await page(session, sync(second.token), home)
    expect(hrefs(third)).toEqual(['events/'])
    expect(hrefs(await page(session, sync(third.token), home))).toEqual([])
  })

  test('a new calendar is told', async () => {
    const session = filled()
    const { token } = await page(session, sync(''), home)
    session.addCalendar({ id: calendarId('new@example.com'), displayName: 'New' })
    expect(hrefs(await page(session, sync(token), home))).toEqual(['new@example.com/'])
  })

  test('a calendar that is gone is told with 404 (RFC 6578 §3.5.2), once', async () => {
    const session = filled()
    const { token } = await page(session, sync(''), home)
    session.removeListed(team)
    const gone = await page(session, sync(token), home)
    expect(gone.answers).toEqual([[`${team}/`, 404]])
    expect((await page(session, sync(gone.token), home)).answers).toEqual([])
  })

  test('pages lead to the end', async () => {
    const session = filled()
    const first = await page(session, sync('', { limit: 1 }), home)
    expect(first.answers).toEqual([['events/', 200], ['', 507]])
    const second = await page(session, sync(first.token, { limit: 1 }), home)
    expect(second.answers).toEqual([[`${team}/`, 200], ['', 507]])
    const third = await page(session, sync(second.token), home)
    expect(hrefs(third)).toEqual(['inbox/', 'outbox/'])
    expect((await page(session, sync(third.token), home)).answers).toEqual([])
  })

  test('the events of the calendars are synchronised there (RFC 6578 §3.3)', async () => {
    expect(await refusal(ask(filled(), home, sync('', { level: '<D:sync-level>infinite</D:sync-level>' })))).toEqual([403, DAV('sync-traversal-supported')])
  })

  test('a token of a calendar is none of the home', async () => {
    const session = filled()
    const { token } = await page(session, sync(''))
    expect(await refusal(ask(session, home, sync(token)))).toEqual([403, DAV('valid-sync-token')])
  })
})
