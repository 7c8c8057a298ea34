import { describe, expect, test } from 'vitest'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { responsesIn, treeOf } from '../../xml-tree.ts'
import { seriesOf } from '../appendix-b.ts'
import { ask, CALDAV, DAV, refusal } from './ask.ts'
import { memorySession } from './memory-session.ts'

const root = '/calendar/dav/'
const home = '/calendar/dav/anna@example.com/'
const principal = `${home}user`

function withTeam() {
  const session = memorySession()
  session.addCalendar({ id: calendarId('team@group.example.com'), displayName: 'Team of Anna' })
  return session
}

const hrefsIn = (text: string) => responsesIn(text).map(({ href }) => href)

describe('expand-property (RFC 3253 §3.8)', () => {
  test('hrefs are replaced by what they name', async () => {
    const body = `<D:expand-property><D:property name="displayname"/><D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav">
      <D:property name="resourcetype"/><D:property name="nothing"/></D:property></D:expand-property>`
    const [answer] = responsesIn((await ask(memorySession(), principal, body)).text)
    expect(answer?.href).toBe(principal)
    expect(answer?.found[CALDAV('calendar-home-set')]).toEqual([[DAV('response'), [DAV('href'), home],
      [DAV('propstat'), [DAV('prop'), [DAV('resourcetype'), [DAV('collection')]]], [DAV('status'), 'HTTP/1.1 200 OK']],
      [DAV('propstat'), [DAV('prop'), [DAV('nothing')]], [DAV('status'), 'HTTP/1.1 404 Not Found']]]])
  })

  test('several levels', async () => {
    const body = `<D:expand-property><D:property name="current-user-principal"><D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav">
      <D:property name="resourcetype"/></D:property></D:property></D:expand-property>`
    const { text } = await ask(memorySession(), root, body)
    expect(text.match(/<D:response>/g)).toHaveLength(3)
  })

  test('a property without nested ones stays as it is', async () => {
    const [answer] = responsesIn((await ask(memorySession(), root, '<D:expand-property><D:property name="current-user-principal"/></D:expand-property>')).text)
    expect(answer?.found[DAV('current-user-principal')]).toEqual([[DAV('href'), principal]])
  })

  test('nor does one without hrefs change, whatever it is asked for', async () => {
    const session = memorySession()
    session.add('abcd1.ics', seriesOf('abcd1'))
    const nested = '<D:property name="displayname"/>'
    const names = ['getetag', 'getcontenttype', 'resourcetype']
    const asked = (within: string): Promise<string> => ask(session, `${home}events/abcd1.ics`,
      `<D:expand-property>${names.map((name) => `<D:property name="${name}">${within}</D:property>`).join('')}</D:expand-property>`).then(({ text }) => text)
    expect(await asked(nested)).toBe(await asked(''))
  })

  test('what the account may not see is not there, whatever names it', async () => {
    const body = '<D:expand-property><D:property name="calendar-user-address-set" namespace="urn:ietf:params:xml:ns:caldav"><D:property name="displayname"/></D:property></D:expand-property>'
    const [answer] = responsesIn((await ask(memorySession(), principal, body)).text)
    expect(answer?.found[CALDAV('calendar-user-address-set')]).toEqual([[DAV('response'), [DAV('href'), 'mailto:anna@example.com'], [DAV('status'), 'HTTP/1.1 404 Not Found']]])
  })
})

describe('principal-property-search (RFC 3744 §9.4)', () => {
  const search = (match: string, { names = ['<D:displayname/>'], type = '', test: how = '' } = {}) =>
    `<D:principal-property-search${how}>${names.map((name) => `<D:property-search><D:prop>${name}</D:prop><D:match${type}>${match}</D:match></D:property-search>`).join('')}
      <D:prop><D:displayname/></D:prop></D:principal-property-search>`
  const [own, team] = [principal, '/calendar/dav/team@group.example.com/user']

  test.each<readonly [title: string, body: string, expected: readonly string[]]>([
    ['part of a name, without case', search('ANNA'), [own, team]],
    ['its beginning (Calendar.app)', search('team', { type: ' match-type="starts-with"' }), [team]],
    ['its end', search('anna', { type: ' match-type="ends-with"' }), [team]],
    ['all of it', search('Team of Anna', { type: ' match-type="equals"' }), [team]],
    ['an address', search('anna@example', { names: ['<C:calendar-user-address-set/>'] }), [own]],
    ['an address by its beginning, without mailto', search('anna@', { names: ['<C:calendar-user-address-set/>'], type: ' match-type="starts-with"' }), [own]],
    ['all of several have to match', search('team', { names: ['<D:displayname/>', '<C:calendar-user-address-set/>'] }), [team]],
    ['one of several (Calendar.app)', search('group', { names: ['<D:displayname/>', '<C:calendar-user-address-set/>'], test: ' test="anyof"' }), [team]],
    ['what cannot be searched matches nothing', search('a', { names: ['<CS:first-name/>'] }), []],
    ['nobody', search('zzz'), []],
  ])('%s', async (_, body, expected) => expect(hrefsIn((await ask(withTeam(), root, body)).text)).toEqual(expected))

  test('with the properties that are asked', async () => {
    const [found] = responsesIn((await ask(withTeam(), root, search('team of'))).text)
    expect(found?.found).toEqual({ [DAV('displayname')]: ['Team of Anna'] })
  })

  test.each([
    ['who match', '<D:property-search><D:prop><D:displayname/></D:prop><D:match>team of</D:match></D:property-search>', [team]],
    ['all that there are, where nothing is searched for', '', [own, team]],
  ])('with the properties that python-caldav asks for beside an empty prop: %s', async (_, searches, expected) => {
    const body = `<D:principal-property-search>${searches}<D:prop/><C:calendar-home-set/><D:displayname/></D:principal-property-search>`
    const found = responsesIn((await ask(withTeam(), root, body)).text)
    expect(found.map(({ href }) => href)).toEqual(expected)
    expect(found.at(-1)?.found).toEqual({ [CALDAV('calendar-home-set')]: [[DAV('href'), '/calendar/dav/team@group.example.com/']], [DAV('displayname')]: ['Team of Anna'] })
  })

  test('on a calendar it is refused (Evolution asks there)', async () => {
    expect(await refusal(ask(withTeam(), `${home}events/`, search('a')))).toEqual([403, DAV('supported-report')])
  })
})

test('principal-search-property-set lists what can be searched (RFC 3744 §9.5)', async () => {
  const session = memorySession()
  const answer = await ask(session, root, '<D:principal-search-property-set/>')
  expect([answer.status, answer.headers['Content-Type'], session.calls]).toEqual([200, 'application/xml; charset=utf-8', []])
  expect(treeOf(answer.text)).toEqual([DAV('principal-search-property-set'), ...[DAV('displayname'), CALDAV('calendar-user-address-set'), '{http://calendarserver.org/ns/}email-address-set'].map((name) =>
    [DAV('principal-search-property'), [DAV('prop'), [name]], [DAV('description'), { '{http://www.w3.org/XML/1998/namespace}lang': 'en' }, expect.any(String)]])])
})

describe('principal-match (RFC 3744 §9.3)', () => {
  test('self is the principal of the account', async () => {
    const answer = await ask(withTeam(), root, '<D:principal-match><D:self/><D:prop><D:displayname/></D:prop></D:principal-match>')
    expect(responsesIn(answer.text)).toMatchObject([{ href: principal, found: { [DAV('displayname')]: ['anna@example.com'] } }])
  })

  test('no other property names the user', async () => {
    expect(hrefsIn((await ask(withTeam(), root, '<D:principal-match><D:principal-property><D:owner/></D:principal-property></D:principal-match>')).text)).toEqual([])
  })
})
