/** The outbox: busy times (RFC 6638 §5), and the messages of the draft of 2008 (RFC 5546). */

import { afterEach, describe, expect, test } from 'vitest'
import { eventText } from '../caldav/gateway.ts'
import type { GatewayOptions } from '../caldav/gateway.ts'
import { treeOf } from '../xml-tree.ts'
import { ANNA, answered, BOB, calendar, CARA, homeOf, meeting, objectOf, openWorld, UID, vevent } from './world.ts'
import type { World } from './world.ts'

const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const OUTBOX = `${homeOf(ANNA)}outbox/`
const NOBODY = 'nobody@example.org'

let world: World
afterEach(() => world.gateway.close())

const post = (body: string, { as = ANNA, headers = {}, path = `${homeOf(as)}outbox/` }: { readonly as?: string; readonly headers?: Readonly<Record<string, string>>; readonly path?: string } = {}) =>
  world.ask(as, 'POST', path, { headers: { 'Content-Type': 'text/calendar; charset=utf-8', ...headers }, body })

/** A response element, with the calendar data unfolded and its moment taken out. */
const responseOf = (recipient: string, status: string, data?: readonly string[]) => [C('response'),
  [C('recipient'), ['{DAV:}href', recipient]], [C('request-status'), status], ...(data === undefined ? [] : [[C('calendar-data'), calendarOf(data)]]),
]
const calendarOf = (lines: readonly string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID', ...lines, 'END:VCALENDAR', ''].join('\n')
const steady = (text: string) => text.replace(/\r\n[ \t]/g, '').replace(/\r\n?/g, '\n').replace(/^DTSTAMP:.*$/m, 'DTSTAMP').replace(/^PRODID:.*$/m, 'PRODID').replace(/^CALSCALE.*\n/m, '')
const responsesTo = (text: string) => JSON.parse(JSON.stringify(treeOf(text)), (_key, value: unknown) => (typeof value === 'string' && value.startsWith('BEGIN:') ? steady(value) : value)) as unknown

const busyRequest = (attendees: readonly string[], { lines = [], organizer = ANNA, method = 'REQUEST' }: { readonly lines?: readonly string[]; readonly organizer?: string; readonly method?: string } = {}) => calendar(
  `METHOD:${method}`, 'BEGIN:VFREEBUSY', 'UID:fb-1', 'DTSTAMP:20260901T080000Z', 'DTSTART:20260914T220000Z', 'DTEND:20260915T220000Z',
  `ORGANIZER:mailto:${organizer}`, ...attendees.map((each) => `ATTENDEE:${each}`), ...lines, 'END:VFREEBUSY')
const busyReply = (attendee: string, ...lines: readonly string[]) => [
  'METHOD:REPLY', 'BEGIN:VFREEBUSY', 'DTSTAMP', 'DTSTART:20260914T220000Z', 'DTEND:20260915T220000Z', 'UID:fb-1', `ORGANIZER:mailto:${ANNA}`, `ATTENDEE:mailto:${attendee}`,
  ...lines, 'END:VFREEBUSY',
]

async function open(options: GatewayOptions = {}): Promise<void> {
  world = await openWorld(options)
}

describe('busy times', () => {
  test('one answer for each attendee in their order, from one question to the backend; nobody is told', async () => {
    await open()
    await world.put(BOB, eventText('busy', { start: '20260915T100000Z' }), { path: objectOf(BOB, 'busy.ics'), expect: 201 })
    await world.put(BOB, eventText('free', { start: '20260915T120000Z', lines: ['TRANSP:TRANSPARENT'] }), { path: objectOf(BOB, 'free.ics'), expect: 201 })
    const before = world.gateway.calls()
    const answer = await post(busyRequest([`mailto:${BOB}`, `MAILTO:${ANNA}`, `mailto:${NOBODY}`, 'urn:uuid:0c1c', `mailto:${BOB}`]))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/xml/)
    expect(responsesTo(answer.text)).toEqual([C('schedule-response'),
      responseOf(`mailto:${BOB}`, '2.0;Success', busyReply(BOB, 'FREEBUSY;FBTYPE=BUSY:20260915T100000Z/20260915T110000Z')),
      responseOf(`MAILTO:${ANNA}`, '2.0;Success', busyReply(ANNA)),
      responseOf(`mailto:${NOBODY}`, '3.7;Invalid calendar user'),
      responseOf('urn:uuid:0c1c', '3.7;Invalid calendar user'),
    ])
    // The user's own calendars, all of which count, and the busy times.
    expect(world.gateway.calls() - before).toBe(2)
    expect(await world.mails()).toEqual([])
  })

  test('of the own calendar tentative times are told as such, one period in each line (Thunderbird reads the first of a list only)', async () => {
    await open()
    await world.put(ANNA, eventText('a', { start: '20260915T100000Z' }), { path: objectOf(ANNA, 'a.ics'), expect: 201 })
    await world.put(ANNA, eventText('b', { start: '20260915T103000Z', lines: ['STATUS:TENTATIVE'] }), { path: objectOf(ANNA, 'b.ics'), expect: 201 })
    expect(responsesTo((await post(busyRequest([`mailto:${ANNA}`]))).text)).toEqual([C('schedule-response'), responseOf(`mailto:${ANNA}`, '2.0;Success', busyReply(ANNA,
      'FREEBUSY;FBTYPE=BUSY:20260915T100000Z/20260915T110000Z', 'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260915T110000Z/20260915T113000Z'))])
  })

  test('all calendars of the user count (schedule-calendar-transp, RFC 6638 §9.1), of others the one of their address', async () => {
    await open()
    for (const as of [ANNA, BOB]) {
      const made = await world.ask(as, 'MKCALENDAR', `${homeOf(as)}second/`, { expect: 201 })
      await world.put(as, eventText('a', { start: '20260915T100000Z', lines: ['STATUS:TENTATIVE'] }), { path: `${made.headers.get('Location')!}a.ics`, expect: 201 })
    }
    const answer = responsesTo((await post(busyRequest([`mailto:${ANNA}`, `mailto:${BOB}`]))).text)
    expect(answer).toEqual([C('schedule-response'),
      responseOf(`mailto:${ANNA}`, '2.0;Success', busyReply(ANNA, 'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260915T100000Z/20260915T110000Z')), responseOf(`mailto:${BOB}`, '2.0;Success', busyReply(BOB))])
    const body = '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260915T000000Z" end="20260916T000000Z"/></C:free-busy-query>'
    expect((await world.ask(ANNA, 'REPORT', `${homeOf(ANNA)}user`, { body, expect: 200 })).text).toContain('FREEBUSY;FBTYPE=BUSY:20260915T100000Z/20260915T110000Z\r\n')
  })

  test('a masked event does not count, for the user and for its guests (X-CALENDARSERVER-MASK-UID)', async () => {
    await open()
    await world.put(ANNA, meeting({ start: '20260915T100000Z' }), { expect: 201 })
    await world.put(BOB, eventText('busy', { start: '20260915T103000Z', lines: [] }), { path: objectOf(BOB, 'busy.ics'), expect: 201 })
    const told = async (lines: readonly string[]) => [...(await post(busyRequest([`mailto:${ANNA}`, `mailto:${BOB}`], { lines }))).text.matchAll(/FBTYPE=BUSY:([^&\s]*)/g)].map(([, period]) => period)
    expect(await told([])).toEqual(['20260915T100000Z/20260915T110000Z', '20260915T100000Z/20260915T113000Z'])
    expect(await told([`X-CALENDARSERVER-MASK-UID:${UID}`])).toEqual(['20260915T110000Z/20260915T113000Z'])
  })

  test('more attendees than the backend takes at once', async () => {
    await open()
    const many = Array.from({ length: 120 }, (_, at) => `mailto:guest${at}@example.org`)
    const tree = treeOf((await post(busyRequest(many))).text)
    expect(tree.slice(1).map((each) => (each as unknown as [string, [string, [string, string]]])[1][1][1])).toEqual(many)
  })

  test('free-busy-query on the outbox tells of its owner (RFC 4791 §7.10)', async () => {
    await open()
    await world.put(ANNA, eventText('a', { start: '20260915T100000Z' }), { path: objectOf(ANNA, 'a.ics'), expect: 201 })
    const body = '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260915T000000Z" end="20260916T000000Z"/></C:free-busy-query>'
    const answer = await world.ask(ANNA, 'REPORT', OUTBOX, { body, expect: 200 })
    expect(answer.text).toContain('FREEBUSY;FBTYPE=BUSY:20260915T100000Z/20260915T110000Z\r\n')
  })
})

describe('what is refused as a whole (RFC 6638 §5)', () => {
  const event = (method: string, lines: readonly string[]) => calendar(`METHOD:${method}`, ...lines)
  test.each<readonly [string, string, { readonly status: number; readonly condition?: string }]>([
    ['no iCalendar', 'hello', { status: 403, condition: C('valid-calendar-data') }],
    ['no METHOD', busyRequest([`mailto:${BOB}`]).replace('METHOD:REQUEST\r\n', ''), { status: 403, condition: C('valid-scheduling-message') }],
    ['a METHOD that does not exist', busyRequest([`mailto:${BOB}`], { method: 'INVITE' }), { status: 403, condition: C('valid-scheduling-message') }],
    ['busy times with METHOD:PUBLISH', busyRequest([`mailto:${BOB}`], { method: 'PUBLISH' }), { status: 403, condition: C('valid-scheduling-message') }],
    ['busy times without an end', busyRequest([`mailto:${BOB}`]).replace(/DTEND.*\r\n/, ''), { status: 403, condition: C('valid-scheduling-message') }],
    ['nobody to send to', busyRequest([]), { status: 403, condition: C('valid-scheduling-message') }],
    ['no ORGANIZER', busyRequest([`mailto:${BOB}`]).replace(/ORGANIZER.*\r\n/, ''), { status: 403, condition: C('valid-scheduling-message') }],
    ['a to-do', event('REQUEST', ['BEGIN:VTODO', 'UID:t', 'DTSTAMP:20260901T080000Z', 'END:VTODO']), { status: 403, condition: C('valid-scheduling-message') }],
    ['busy times for somebody else', busyRequest([`mailto:${BOB}`], { organizer: BOB }), { status: 403, condition: C('organizer-allowed') }],
    ['an invitation of somebody else', event('REQUEST', vevent({ organizer: BOB })), { status: 403, condition: C('organizer-allowed') }],
    ['an answer for somebody else', event('REPLY', ['BEGIN:VEVENT', `UID:${UID}`, 'DTSTAMP:20260901T080000Z', `ORGANIZER:mailto:${CARA}`, `ATTENDEE;PARTSTAT=DECLINED:mailto:${BOB}`, 'END:VEVENT']), { status: 403, condition: C('valid-scheduling-message') }],
  ])('%s', async (_, body, { status, condition }) => {
    await open()
    const { status: told, condition: named } = await post(body)
    expect({ status: told, condition: named }).toEqual({ status, condition })
    expect(await world.mails()).toEqual([])
  })

  test('another type of content is 415, another collection 405, another one\'s outbox 404', async () => {
    await open()
    const body = busyRequest([`mailto:${BOB}`])
    expect(await post(body, { headers: { 'Content-Type': 'application/json' } })).toMatchObject({ status: 415, condition: C('supported-calendar-data') })
    expect(await post(body, { path: `${homeOf(ANNA)}inbox/` })).toMatchObject({ status: 405 })
    expect(await post(body, { path: `${homeOf(BOB)}outbox/` })).toMatchObject({ status: 404 })
  })

  test.each(['COUNTER', 'REFRESH', 'ADD', 'PUBLISH', 'DECLINECOUNTER'])('%s is answered 3.14 for each recipient (RFC 5546 §3.6), and changes nothing', async (method) => {
    await open()
    const isOrganizers = !['COUNTER', 'REFRESH'].includes(method)
    await world.put(ANNA, meeting(), { expect: 201 })
    await world.mails()
    const lines = isOrganizers ? vevent({ start: '20260915T120000Z' }) : vevent({ start: '20260915T120000Z' }).filter((line) => !line.includes(`:mailto:${ANNA}`) || line.startsWith('ORGANIZER'))
    const answer = await post(event(method, lines), { as: isOrganizers ? ANNA : BOB })
    const recipients = isOrganizers ? [ANNA, BOB] : [ANNA]
    expect(responsesTo(answer.text)).toEqual([C('schedule-response'), ...recipients.map((each) => responseOf(`mailto:${each}`, '3.14;Unsupported capability'))])
    expect(await world.mails()).toEqual([])
    expect(await world.seen(BOB)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION'])
  })
})

const request = (...events: readonly string[]) => calendar('METHOD:REQUEST', ...events)
const message = (method: string, lines: readonly string[], people: readonly string[] = [`ATTENDEE:mailto:${BOB}`]) => calendar(`METHOD:${method}`,
  'BEGIN:VEVENT', `UID:${UID}`, 'DTSTAMP:20260901T080000Z', 'SEQUENCE:1', `ORGANIZER:mailto:${ANNA}`, ...people, ...lines, 'END:VEVENT')
const successFor = (...addresses: readonly string[]) => [C('schedule-response'), ...addresses.map((each) => responseOf(`mailto:${each}`, '2.0;Success'))]
const plan = '20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION'

describe('scheduling outbox: a message is what tells people', () => {
  test('write, invite; move, update; answer, reply; remove, cancel: one mail for each message, none for a write', async () => {
    await open({ scheduling: 'outbox' })
    await world.put(ANNA, meeting(), { expect: 201 })
    expect(await world.mails()).toEqual([])
    expect(responsesTo((await post(request(...vevent()))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`update ${BOB}`])
    expect(await world.seen(BOB)).toEqual([plan])

    await world.put(ANNA, meeting({ start: '20260915T100000Z', sequence: 1 }))
    expect(await world.mails()).toEqual([])
    expect(responsesTo((await post(request(...vevent({ start: '20260915T100000Z', sequence: 1 })))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`update ${BOB}`])

    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    expect(await world.mails()).toEqual([])
    expect(responsesTo((await post(message('REPLY', ['COMMENT:gladly'], [`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${BOB}`]), { as: BOB })).text)).toEqual(successFor(ANNA))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(await world.seen(ANNA)).toEqual(['20260915T100000Z Plan #1 anna:ACCEPTED bob:ACCEPTED(gladly)'])

    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.mails()).toEqual([])
    expect(responsesTo((await post(message('CANCEL', []))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
    expect([await world.seen(ANNA), await world.seen(BOB)]).toEqual([[], []])
  })

  test('messages that come before the write bring it about', async () => {
    await open({ scheduling: 'outbox' })
    expect(responsesTo((await post(request(...vevent()))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    expect(responsesTo((await post(request(...vevent({ start: '20260915T100000Z', sequence: 1 })))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`update ${BOB}`])
    expect(await world.seen(ANNA)).toEqual(['20260915T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION'])
    expect(responsesTo((await post(message('REPLY', [], [`ATTENDEE;PARTSTAT=TENTATIVE:mailto:${BOB}`]), { as: BOB })).text)).toEqual(successFor(ANNA))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(responsesTo((await post(message('CANCEL', []))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
    expect([await world.seen(ANNA), await world.seen(BOB)]).toEqual([[], []])
  })

  test('one instance: invited, answered and cancelled', async () => {
    await open({ scheduling: 'outbox' })
    const id = '20260922T080000Z'
    const late = vevent({ start: '20260922T100000Z', sequence: 1, lines: [`RECURRENCE-ID:${id}`] })
    await world.put(ANNA, meeting({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }), { expect: 201 })
    expect(responsesTo((await post(request(...late))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`update ${BOB}`])
    expect(await world.seen(BOB)).toEqual([plan, `[${id}] 20260922T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION`])
    expect(responsesTo((await post(request(...late))).text)).toEqual(successFor(ANNA, BOB))
    expect(await world.mails()).toEqual([`update ${BOB}`])

    expect(responsesTo((await post(message('REPLY', [`RECURRENCE-ID:${id}`], [`ATTENDEE;PARTSTAT=DECLINED:mailto:${BOB}`]), { as: BOB })).text)).toEqual(successFor(ANNA))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(await world.seen(ANNA)).toEqual([plan, `[${id}] 20260922T100000Z Plan #1 anna:ACCEPTED bob:DECLINED`])

    expect(responsesTo((await post(message('CANCEL', [`RECURRENCE-ID:${id}`]))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
    expect([await world.seen(ANNA), await world.seen(BOB)]).toEqual([[`${plan} -${id}`], [`${plan} -${id}`]])
  })

  test('an instance that was taken out silently before', async () => {
    await open({ scheduling: 'outbox' })
    const lines = ['RRULE:FREQ=WEEKLY;COUNT=4']
    await world.put(ANNA, meeting({ lines }), { expect: 201 })
    await world.put(ANNA, meeting({ lines: [...lines, 'EXDATE:20260922T080000Z'] }))
    expect(await world.mails()).toEqual([])
    expect(responsesTo((await post(message('CANCEL', ['RECURRENCE-ID:20260922T080000Z']))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
    expect(await world.seen(BOB)).toEqual([`${plan} -20260922T080000Z`])
  })

  test('a series with an instance that has more guests: each part is told, once for each message', async () => {
    await open({ scheduling: 'outbox' })
    const lines = ['RRULE:FREQ=WEEKLY;COUNT=4']
    const more = vevent({ start: '20260922T100000Z', sequence: 1, lines: ['RECURRENCE-ID:20260922T080000Z'], guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } })
    await world.put(ANNA, calendar(...vevent({ lines }), ...more), { expect: 201 })
    for (const _ of ['first', 'again']) {
      expect(responsesTo((await post(request(...vevent({ lines }), ...more))).text)).toEqual(successFor(ANNA, BOB, CARA))
      expect(await world.mails()).toEqual([`update ${BOB}`, `update ${BOB}`, `update ${CARA}`])
    }
  })

  test('to cancel for one guest takes only that one off the list', async () => {
    await open({ scheduling: 'outbox' })
    await world.put(ANNA, meeting({ guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }), { expect: 201 })
    expect(responsesTo((await post(message('CANCEL', []))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toContain(`cancellation ${BOB}`)
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'])
  })

  test('what cannot be delivered is told: the client then sends it by e-mail', async () => {
    await open({ scheduling: 'outbox' })
    const undelivered = (address: string) => [C('schedule-response'), responseOf(`mailto:${address}`, '5.1;Service unavailable')]
    expect(responsesTo((await post(message('CANCEL', []))).text)).toEqual(undelivered(BOB))
    expect(responsesTo((await post(message('REPLY', [], [`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${BOB}`]), { as: BOB })).text)).toEqual(undelivered(ANNA))
    expect(await world.mails()).toEqual([])
  })
})

describe('scheduling implicit: the write has told people already', () => {
  test('messages after it succeed without a second mail', async () => {
    await open()
    await world.put(ANNA, meeting(), { expect: 201 })
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    expect(responsesTo((await post(request(...vevent()))).text)).toEqual(successFor(ANNA, BOB))
    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(responsesTo((await post(message('REPLY', [], [`ATTENDEE;PARTSTAT=ACCEPTED:mailto:${BOB}`]), { as: BOB })).text)).toEqual(successFor(ANNA))
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
    expect(responsesTo((await post(message('CANCEL', []))).text)).toEqual(successFor(BOB))
    expect(await world.mails()).toEqual([])
  })

  test('an answer posted instead of written is delivered', async () => {
    await open()
    await world.put(ANNA, meeting(), { expect: 201 })
    await world.mails()
    expect(responsesTo((await post(message('REPLY', [], [`ATTENDEE;PARTSTAT=DECLINED:mailto:${BOB}`]), { as: BOB })).text)).toEqual(successFor(ANNA))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:DECLINED'])
  })
})
