import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, ME, openGateway, PRINCIPAL, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Answer, Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn, treeOf } from '../xml-tree.ts'
import { filledIn, requestFiles } from './request-file.ts'
import type { RequestFile } from './request-file.ts'

const D = (local: string) => `{DAV:}${local}`
const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const CS = (local: string) => `{http://calendarserver.org/ns/}${local}`
const A = (local: string) => `{http://apple.com/ns/ical/}${local}`
const TEAM = `${HOME}team@group.calendar.google.com/`

/** What is at hand while one client's requests are replayed. */
interface World {
  readonly gateway: Gateway
  readonly values: Readonly<Record<string, string>>
}

interface Expected {
  readonly status: number
  /** What the client reads from the answer. */
  readonly needs?: (answer: Answer, world: World) => unknown
}

const href = (path: string) => [[D('href'), path]]
const found = (answer: Answer, path: string) => responseAt(answer.text, path).found
/** The members of the answer are objects with all these properties. */
const objectsHave = (...names: readonly string[]) => (answer: Answer, { values }: World) => {
  for (const path of [values['href1']!, values['href2']!]) {
    for (const name of names) expect(found(answer, path), name).toHaveProperty([name])
  }
}
const calendarsHave = (...names: readonly string[]) => (answer: Answer) => {
  for (const response of responsesIn(answer.text)) expect(response.statuses).toMatchObject({ [D('resourcetype')]: 200 })
  for (const path of [CALENDAR, TEAM]) {
    for (const name of names) expect(found(answer, path), name).toHaveProperty([name])
  }
}
const startsAtPrincipal = (path: string) => (answer: Answer) => expect(found(answer, path)).toMatchObject({ [D('current-user-principal')]: href(PRINCIPAL), [D('resourcetype')]: [[D('collection')]] })
const hasSyncToken = (answer: Answer) => expect(treeOf(answer.text).at(-1)).toEqual([D('sync-token'), expect.stringMatching(/^data:.*\//)])
const bothEvents = (answer: Answer, { values }: World) => expect(responsesIn(answer.text).map((response) => response.href)).toEqual(expect.arrayContaining([values['href1'], values['href2']]))
const makesCalendar = async (answer: Answer, { gateway }: World) => {
  const listed = await gateway.ask('PROPFIND', HOME, { headers: { Depth: '1' }, body: propfindOf(D('resourcetype')) })
  expect(found(listed, answer.headers.get('Location')!)[D('resourcetype')]).toEqual([[D('collection')], [C('calendar')]])
}
const isReadable = async (_: Answer, { gateway, values }: World) => expect(await gateway.ask('GET', values['path']!)).toMatchObject({ status: 200 })
const isGone = async (_: Answer, { gateway, values }: World) => expect(await gateway.ask('HEAD', values['path']!)).toMatchObject({ status: 404 })

const ALICE = 'alice@example.org'
/** The answer of the outbox has busy times for each of them. */
const busyFor = (...addresses: readonly string[]) => (answer: Answer) => expect(treeOf(answer.text)).toEqual([C('schedule-response'), ...addresses.map((address) => [C('response'),
  [C('recipient'), ['{DAV:}href', `mailto:${address}`]], [C('request-status'), expect.stringMatching(/^2\./)], [C('calendar-data'), expect.stringContaining(`mailto:${address}`)],
])])

/** Files whose event is a meeting: Alice's, to which the client's user is invited, or the user's own. */
const meetings: Readonly<Record<string, string>> = { 'macos-19-put-attendee-reply': ALICE, 'evolution-08-delete-no-reply': ALICE, 'davx5-07-put-update-schedule-tag': ME }

/** The event of the file is there before the request. A file that changes an invitation has all of it; it is invited without the answer. */
async function prepare({ gateway }: World, file: RequestFile, values: Readonly<Record<'uid' | 'uuid' | 'item' | 'email', string>>): Promise<void> {
  const organizer = meetings[file.name] ?? ME
  const people = meetings[file.name] === undefined ? [] : [`ORGANIZER:mailto:${organizer}`, `ATTENDEE:mailto:${organizer === ME ? ALICE : ME}`]
  const invitation = filledIn({ ...file, headers: { 'Content-Type': 'text/calendar' }, target: '' }, values).body.replace(/\r\n /g, '').replace('CN=Me;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED', 'CN=Me;CUTYPE=INDIVIDUAL')
  const text = invitation.includes('ORGANIZER') ? invitation : eventText(values.uid, { lines: people })
  const answer = await gateway.ask('PUT', values.item.replace(ME, organizer), { headers: { 'Content-Type': 'text/calendar' }, body: text, as: organizer })
  expect(answer.status).toBe(201)
  await gateway.mails()
}

/** Each file with the status that it gets; those without a row are not handled yet, for the reason given below. */
const expectations: Readonly<Record<string, Expected>> = {
  'macos-02-legacy-google-path-probe': { status: 207, needs: (answer) => expect(found(answer, PRINCIPAL)).toMatchObject({ [D('current-user-principal')]: href(PRINCIPAL), [D('principal-URL')]: href(PRINCIPAL) }) },
  'macos-03-options-principal': { status: 200, needs: (answer) => expect(answer.headers.get('DAV')).toMatch(/\bcalendar-access\b/) },
  'macos-04-principal-propfind': { status: 207, needs: (answer) => expect(found(answer, PRINCIPAL)).toMatchObject({ [C('calendar-home-set')]: href(HOME), [C('calendar-user-address-set')]: href(`mailto:${ME}`), [D('principal-URL')]: href(PRINCIPAL), [D('displayname')]: [ME] }) },
  'macos-05-principal-search-property-set': { status: 200, needs: (answer) => expect(treeOf(answer.text)[0]).toBe(D('principal-search-property-set')) },
  'macos-06-inbox-availability-propfind': { status: 207, needs: (answer) => expect(found(answer, `${HOME}inbox/`)).toEqual({ [C('calendar-availability')]: [] }) },
  'macos-07-home-propfind-depth1': { status: 207, needs: calendarsHave(D('displayname'), D('current-user-privilege-set'), CS('getctag'), D('sync-token'), D('supported-report-set'), C('supported-calendar-component-set'), D('owner'), A('calendar-color')) },
  'macos-08-home-default-alarm-proppatch': { status: 207, needs: (answer) => expect(responseAt(answer.text, HOME).statuses).toEqual({ [C('default-alarm-vevent-datetime')]: 403 }) },
  'macos-09-calendar-color-proppatch': { status: 207, needs: (answer) => expect(responseAt(answer.text, CALENDAR).errors).toEqual({}) },
  'macos-10-calendar-timezone-proppatch': { status: 207, needs: (answer) => expect(responseAt(answer.text, CALENDAR).errors).toEqual({}) },
  'macos-11-delegates-expand-property': { status: 207 },
  'macos-12-calendar-ctag-propfind': { status: 207, needs: (answer) => expect(Object.keys(found(answer, CALENDAR))).toEqual([CS('getctag'), D('sync-token')]) },
  'macos-13-calendar-query-events': { status: 207, needs: objectsHave(D('getetag'), D('getcontenttype')) },
  'macos-14-calendar-etags-propfind-depth1': { status: 207, needs: (answer, world) => {
    objectsHave(D('getetag'), D('getcontenttype'))(answer, world)
    expect(found(answer, CALENDAR)).not.toHaveProperty([D('getcontenttype')])
  } },
  'macos-15-sync-collection-no-level': { status: 207, needs: hasSyncToken },
  'macos-16-calendar-multiget': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
  'macos-17-home-sync-collection': { status: 207, needs: hasSyncToken },
  'macos-18-put-new': { status: 201, needs: isReadable },
  'macos-19-put-attendee-reply': { status: 204, needs: async (answer, { gateway, values }) => {
    expect(answer.headers.get('Schedule-Tag')).toMatch(/^"/)
    expect(await gateway.mails()).toEqual([`response ${ALICE}`])
    const { text } = await gateway.ask('GET', values['path']!.replace(ME, ALICE), { as: ALICE })
    expect(text.replace(/\r\n /g, '')).toMatch(/PARTSTAT=ACCEPTED[^:]*:mailto:me@example.org/)
  } },
  'macos-20-freebusy-outbox-post': { status: 200, needs: busyFor(ME, 'bob@example.org') },
  'macos-21-principal-property-search': { status: 207 },
  'macos-22-mkcalendar': { status: 201, needs: makesCalendar },
  'ios-01-home-propfind-depth1': { status: 207, needs: calendarsHave(D('displayname'), CS('getctag'), D('current-user-privilege-set')) },
  'ios-02-calendar-query-start-only': { status: 207, needs: objectsHave(D('getetag'), D('getcontenttype')) },
  'thunderbird-01-detect-propfind': { status: 207, needs: startsAtPrincipal('/calendar/dav/') },
  'thunderbird-02-home-propfind-depth1': { status: 207, needs: (answer) => {
    calendarsHave(D('displayname'), A('calendar-color'))(answer)
    expect(found(answer, CALENDAR)[D('current-user-privilege-set')]).toContainEqual([D('privilege'), [D('write')]])
  } },
  'thunderbird-03-calendar-check-propfind': { status: 207, needs: (answer) => {
    const calendar = found(answer, CALENDAR)
    expect(calendar[D('resourcetype')]).toContainEqual([C('calendar')])
    expect(calendar[D('supported-report-set')]).toContainEqual([D('supported-report'), [D('report'), [D('sync-collection')]]])
    expect(calendar[CS('getctag')]).toHaveLength(1)
  } },
  'thunderbird-04-options-home': { status: 200, needs: (answer) => expect(answer.headers.get('DAV')).toMatch(/^1,/) },
  'thunderbird-05-principal-scheduling-propfind': { status: 207, needs: (answer) => expect(found(answer, PRINCIPAL)).toMatchObject({ [C('calendar-user-address-set')]: href(`mailto:${ME}`), [C('schedule-inbox-URL')]: href(`${HOME}inbox/`), [C('schedule-outbox-URL')]: href(`${HOME}outbox/`) }) },
  'thunderbird-06-sync-collection-initial': { status: 207, needs: (answer, world) => {
    bothEvents(answer, world)
    hasSyncToken(answer)
  } },
  'thunderbird-07-multiget': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
  'thunderbird-08-put-new': { status: 201, needs: isReadable },
  'thunderbird-09-delete': { status: 204, needs: isGone },
  'thunderbird-10-freebusy-outbox-post': { status: 200, needs: busyFor('bob@example.org') },
  'davx5-01-detect-propfind': { status: 207, needs: startsAtPrincipal('/calendar/dav/') },
  'davx5-02-home-refresh-propfind-depth1': { status: 207, needs: (answer) => {
    calendarsHave(D('displayname'), D('owner'), C('calendar-timezone'), C('calendar-timezone-id'), C('supported-calendar-component-set'))(answer)
    expect(found(answer, CALENDAR)[D('current-user-privilege-set')]).toContainEqual([D('privilege'), [D('write-content')]])
    for (const local of ['bind', 'unbind']) expect(found(answer, HOME)[D('current-user-privilege-set')]).toContainEqual([D('privilege'), [D(local)]])
  } },
  'davx5-03-collection-state-propfind': { status: 207, needs: (answer) => expect(Object.keys(found(answer, CALENDAR))).toEqual([C('max-resource-size'), D('supported-report-set'), CS('getctag'), D('sync-token')]) },
  'davx5-04-sync-collection': { status: 207, needs: hasSyncToken },
  'davx5-05-calendar-query': { status: 207, needs: objectsHave(D('getetag')) },
  'davx5-06-multiget': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
  'davx5-07-put-update-schedule-tag': { status: 204, needs: isReadable },
  'davx5-08-mkcalendar': { status: 201, needs: makesCalendar },
  'evolution-01-discover-propfind': { status: 207, needs: startsAtPrincipal('/calendar/dav/') },
  'evolution-02-home-propfind-depth1': { status: 207, needs: calendarsHave(D('displayname'), C('supported-calendar-component-set'), CS('getctag')) },
  'evolution-03-ctag-reports-propfind': { status: 207, needs: (answer) => expect(JSON.stringify(found(answer, CALENDAR)[D('supported-report-set')])).toContain('sync-collection') },
  'evolution-04-sync-collection': { status: 207, needs: hasSyncToken },
  'evolution-05-calendar-query-window': { status: 207, needs: objectsHave(D('getetag')) },
  'evolution-06-existing-partial-retrieval': { status: 207 },
  'evolution-07-put-prefer-minimal': { status: 201, needs: async (answer, world) => {
    await isReadable(answer, world)
    expect(await world.gateway.mails()).toEqual([])
  } },
  'evolution-08-delete-no-reply': { status: 204, needs: async (answer, world) => {
    await isGone(answer, world)
    expect(await world.gateway.mails()).toEqual([])
  } },
  'kde-01-home-propfind-depth1': { status: 207, needs: (answer) => {
    calendarsHave(D('displayname'), C('supported-calendar-component-set'), CS('getctag'))(answer)
    expect(answer.text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(responsesIn(answer.text).length)
  } },
  'kde-02-multiget-depth1': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
  'kde-03-move': { status: 201, needs: isGone },
  'vdirsyncer-01-list-propfind-depth1': { status: 207, needs: (answer, world) => {
    objectsHave(D('getetag'), D('getcontenttype'))(answer, world)
    expect(found(answer, world.values['href1']!)).toMatchObject({ [D('resourcetype')]: [], [D('getcontenttype')]: [expect.stringMatching(/^text\/calendar/)] })
  } },
  'vdirsyncer-02-multiget': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
  'vdirsyncer-03-mkcol': { status: 201, needs: makesCalendar },
  'outlook-01-calendars-propfind-depth1': { status: 207, needs: calendarsHave(D('displayname'), C('supported-calendar-component-set')) },
  'outlook-02-multiget': { status: 207, needs: (answer, world) => {
    objectsHave(D('getetag'), C('calendar-data'))(answer, world)
    expect(responseAt(answer.text, world.values['href1']!).statuses[D('displayname')]).toBe(404)
  } },
  'tsdav-01-calendar-query-expand': { status: 207, needs: objectsHave(D('getetag'), C('calendar-data')) },
}

const notHere: Readonly<Record<string, string>> = {
  'macos-01-wellknown-propfind': 'the redirect is the server\'s',
}

async function opened(): Promise<World> {
  const gateway = await openGateway()
  // Others who have accounts there.
  for (const other of [ALICE, 'bob@example.org']) await gateway.ask('PROPFIND', `/calendar/dav/${other}/`, { as: other, headers: { Depth: '0' } })
  await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'owner', backgroundColor: '#16a765' })
  const [href1, href2] = [`${CALENDAR}first%20event.ics`, `${CALENDAR}second.ics`]
  await putEvent(gateway, href1, eventText('first event', { lines: ['RRULE:FREQ=DAILY;COUNT=5'] }))
  await putEvent(gateway, href2, eventText('second'))
  return { gateway, values: {
    host: 'cal.example.org', auth: 'Basic bWU6cGFzc3dvcmQ=', user: 'me%40example.org', email: ME, context: '/calendar/dav/', principal: PRINCIPAL, 'principal-collection': '/calendar/dav/',
    home: HOME, calendar: CALENDAR, calendar2: TEAM, inbox: `${HOME}inbox/`, outbox: `${HOME}outbox/`, href1, href2,
    start: '20260901T000000Z', end: '20261001T000000Z', search: 'bo',
  } }
}

/** Fresh names for one request, an event where it goes to one, and the tokens as they are now. */
async function valuesFor(file: RequestFile, { gateway, values }: World, number: number): Promise<Readonly<Record<string, string>>> {
  const uid = `3F2504E0-4F89-41D3-9A0C-0305E82C${String(number).padStart(4, '0')}`
  const item = `${CALENDAR}${uid}.ics`
  if (file.target === '{{item}}') await prepare({ gateway, values }, file, { uid, uuid: uid, item, email: ME })
  const { headers } = await gateway.ask('GET', file.target === '{{item}}' ? item : values['href1']!)
  const tokenOf = async (path: string) => String(responseAt((await gateway.ask('PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf(D('sync-token')) })).text, path).found[D('sync-token')])
  return { ...values, uid, uuid: uid, item, etag: headers.get('ETag')!, 'schedule-tag': headers.get('Schedule-Tag') ?? '', 'sync-token': await tokenOf(CALENDAR), 'home-sync-token': await tokenOf(HOME) }
}

const files = requestFiles()

describe.skipIf(files.length === 0)('requests of real clients (skipped where the recorded ones are not at hand)', () => {
  test('every file has its expectation, or a reason why not', () => {
    expect([...Object.keys(expectations), ...Object.keys(notHere)].sort()).toEqual(files.map(({ name }) => name).sort())
  })

  describe.each([...Map.groupBy(files, ({ client }) => client)])('%s', (_, ofClient) => {
    let world: World
    beforeAll(async () => {
      world = await opened()
    })
    afterAll(() => world.gateway.close())

    for (const [number, file] of ofClient.entries()) {
      const expected = expectations[file.name]
      const reason = notHere[file.name]
      test.skipIf(expected === undefined)(reason === undefined ? file.name : `${file.name}: ${reason}`, async () => {
        const values = await valuesFor(file, world, number)
        const { path, headers, body } = filledIn(file, values)
        const answer = await world.gateway.ask(file.method, path, { headers, body })
        expect({ status: answer.status, text: answer.text }).toMatchObject({ status: expected!.status })
        expect(file.accept).toMatch(new RegExp(`\\b${answer.status}\\b|\\b${String(answer.status).charAt(0)}xx\\b`))
        await expected!.needs?.(answer, { ...world, values: { ...values, path } })
      })
    }
  })
})
