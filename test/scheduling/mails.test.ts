/** Who is told of what: action x role x setting. */

import { describe, expect, test } from 'vitest'
import { ANNA, answered, BOB, calendar, CARA, homeOf, meeting, OBJECT, objectOf, openWorld, UID, vevent } from './world.ts'
import type { World } from './world.ts'

interface Row {
  readonly action: string
  /** Before the action a meeting with Bob is there, unless told otherwise. */
  readonly before?: State
  readonly act: (world: World) => Promise<{ readonly status: number; readonly condition?: string | undefined }>
  readonly status: number
  readonly condition?: string
  /** In implicit mode. In outbox mode nobody is ever told by what is written. */
  readonly mails: readonly string[]
  /** What both read afterwards; undefined: as before the action. */
  readonly anna?: readonly string[]
  readonly bob?: readonly string[]
  /** What Bob reads where nobody is told, if that makes a difference: a silent removal does not reach the guests' copies. */
  readonly bobUntold?: readonly string[]
}

type State = 'nothing' | 'meeting' | 'series' | 'trio' | 'mixed' | 'mixed series' | 'untold' | 'untold series' | 'delegated' | 'delegated invitation'

const plan = '20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION'
const trio = `${plan} cara:NEEDS-ACTION`
const moved = (text: string) => text.replace('T08', 'T07').replace('#0', '#1')
const type = { 'Content-Type': 'text/calendar' }
const putAt = (as: string, path: string, change: (text: string) => string, headers: Readonly<Record<string, string>> = {}) => async (world: World) => {
  const text = (await world.text(as, path))!.replace(/\r\n[ \t]/g, '')
  return world.ask(as, 'PUT', path, { headers: { ...type, ...headers }, body: change(text) })
}
const putAs = (as: string, change: (text: string) => string, headers: Readonly<Record<string, string>> = {}) => putAt(as, objectOf(as), change, headers)
const putNew = (as: string, body: string) => (world: World) => world.ask(as, 'PUT', objectOf(as), { headers: type, body })
const alarm = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT20M\r\nEND:VALARM\r\nEND:VEVENT'
const agent = (value: string) => (text: string) => text.replaceAll(/^ATTENDEE(.*:mailto:(?:bob|cara))/gm, `ATTENDEE;SCHEDULE-AGENT=${value}$1`)
const noAgent = (text: string) => text.replaceAll(/;SCHEDULE-AGENT=(CLIENT|NONE)/g, '')
const forced = (who: string) => (text: string) => text.replace(new RegExp(`^ATTENDEE(.*mailto:${who})`, 'm'), 'ATTENDEE;SCHEDULE-FORCE-SEND=REQUEST$1')
const earlier = (text: string) => text.replaceAll('T080000Z\r\nDTEND:20260915T09', 'T070000Z\r\nDTEND:20260915T08')
const alone = vevent({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }).filter((line) => !/^(ORGANIZER|ATTENDEE)/.test(line))
const forOwner = `/calendar/dav/${BOB}/${ANNA}/${OBJECT}`
const carasText = '20260915T100000 Plan #0 anna:NEEDS-ACTION bob:NEEDS-ACTION'
const carasMeeting = { summary: 'Plan', start: { dateTime: '2026-09-15T08:00:00Z' }, end: { dateTime: '2026-09-15T09:00:00Z' }, iCalUID: UID, attendees: [{ email: ANNA }, { email: BOB }] }
const foreign = calendar(...vevent({ organizer: CARA, guests: { [CARA]: 'ACCEPTED', [BOB]: 'NEEDS-ACTION' } }))
const foreignShort = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION cara:ACCEPTED']
const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`
const refusedChange = { status: 403, condition: C('allowed-attendee-scheduling-object-change'), mails: [] } as const

const organizer: readonly Row[] = [
  { action: 'puts a new meeting', before: 'nothing', act: putNew(ANNA, meeting()), status: 201, mails: [`invitation ${BOB}`], anna: [plan], bob: [plan] },
  { action: 'puts an event with guests and without an organizer: no meeting', before: 'nothing', act: putNew(ANNA, calendar(...vevent().filter((line) => !line.startsWith('ORGANIZER')))), status: 201, mails: [], anna: [plan], bob: [plan] },
  { action: 'puts what is stored already', act: putAs(ANNA, (text) => text), status: 204, mails: [] },
  { action: 'changes the time', act: putAs(ANNA, (text) => text.replaceAll('T080000Z\r\nDTEND:20260915T09', 'T070000Z\r\nDTEND:20260915T08')), status: 204, mails: [`update ${BOB}`], anna: [plan.replace('T08', 'T07').replace('#0', '#1')], bob: [plan.replace('T08', 'T07').replace('#0', '#1')] },
  { action: 'changes the place', act: putAs(ANNA, (text) => text.replace('SUMMARY:', 'LOCATION:Room 4\r\nSUMMARY:')), status: 204, mails: [`update ${BOB}`] },
  { action: 'changes alarms only', act: putAs(ANNA, (text) => text.replace('END:VEVENT', alarm)), status: 204, mails: [] },
  { action: 'changes the colour only', act: putAs(ANNA, (text) => text.replace('SUMMARY:', 'COLOR:tomato\r\nSUMMARY:')), status: 204, mails: [] },
  { action: 'changes the own transparency only', act: putAs(ANNA, (text) => text.replace('TRANSP:OPAQUE', '').replace('SUMMARY:', 'TRANSP:TRANSPARENT\r\nSUMMARY:')), status: 204, mails: [] },
  { action: 'writes properties that nobody keeps', act: putAs(ANNA, (text) => text.replace('SUMMARY:', 'X-MOZ-LASTACK:20260901T000000Z\r\nCATEGORIES:work\r\nSUMMARY:')), status: 204, mails: [] },
  { action: 'puts a new meeting whose messages the client sends (SCHEDULE-AGENT=CLIENT)', before: 'nothing', act: putNew(ANNA, agent('CLIENT')(meeting())), status: 201, mails: [], anna: [plan], bob: [plan] },
  { action: 'puts a new meeting that nobody is told of (SCHEDULE-AGENT=NONE)', before: 'nothing', act: putNew(ANNA, agent('NONE')(meeting())), status: 201, mails: [], anna: [plan], bob: [plan] },
  { action: 'deletes', act: (world) => world.ask(ANNA, 'DELETE', objectOf(ANNA)), status: 204, mails: [`cancellation ${BOB}`], anna: [], bob: [], bobUntold: [plan] },
  { action: 'deletes with Schedule-Reply: F', act: (world) => world.ask(ANNA, 'DELETE', objectOf(ANNA), { headers: { 'Schedule-Reply': 'F' } }), status: 204, mails: [], anna: [] },
  { action: 'adds a guest', act: putNew(ANNA, meeting({ guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } })), status: 204, mails: [`update ${BOB}`, `invitation ${CARA}`], anna: [`${plan} cara:NEEDS-ACTION`], bob: [`${plan} cara:NEEDS-ACTION`] },
  { action: 'removes the last guest', act: putAs(ANNA, (text) => text.replace(/ATTENDEE.*bob@example.org\r\n/, '')), status: 204, mails: [`cancellation ${BOB}`], anna: ['20260915T080000Z Plan #0 anna:ACCEPTED'], bob: [] },
  { action: 'makes a plain event of the meeting', act: putAs(ANNA, (text) => text.replace(/ATTENDEE.*\r\n/g, '').replace(/ORGANIZER.*\r\n/, '')), status: 204, mails: [`cancellation ${BOB}`], anna: ['20260915T080000Z Plan #0'], bob: [] },
  { action: 'gives the meeting to another organizer', act: putAs(ANNA, (text) => text.replace(/ORGANIZER.*/, `ORGANIZER:mailto:${CARA}`)), status: 403, condition: C('allowed-organizer-scheduling-object-change'), mails: [] },
  { action: 'names two organizers', before: 'series', act: putAs(ANNA, (text) => text.replace('END:VCALENDAR', [...vevent({ start: '20260922T100000Z', organizer: CARA, lines: ['RECURRENCE-ID:20260922T080000Z'] }), 'END:VCALENDAR'].join('\r\n'))), status: 403, condition: C('same-organizer-in-all-components'), mails: [] },
  { action: 'names somebody else as the organizer of one instance only', before: 'nothing', act: putNew(ANNA, calendar(...alone, ...vevent({ organizer: CARA, lines: ['RECURRENCE-ID:20260922T080000Z'] }))), status: 403, condition: C('same-organizer-in-all-components'), mails: [] },
  { action: 'changes one instance', before: 'series', act: putAs(ANNA, (text) => text.replace('END:VCALENDAR', [...vevent({ start: '20260922T100000Z', lines: ['RECURRENCE-ID:20260922T080000Z'] }), 'END:VCALENDAR'].join('\r\n'))), status: 204, mails: [`update ${BOB}`], anna: [plan, '[20260922T080000Z] 20260922T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION'], bob: [plan, '[20260922T080000Z] 20260922T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION'] },
  { action: 'cancels one instance', before: 'series', act: putAs(ANNA, (text) => text.replace('SUMMARY', 'EXDATE:20260922T080000Z\r\nSUMMARY')), status: 204, mails: [`cancellation ${BOB}`], anna: [`${plan} -20260922T080000Z`], bob: [`${plan} -20260922T080000Z`], bobUntold: [plan] },
  { action: 'writes the rule otherwise', before: 'series', act: putAs(ANNA, (text) => text.replace('COUNT=4', 'UNTIL=20261006T080000Z')), status: 204, mails: [] },
  { action: 'changes the rule', before: 'series', act: putAs(ANNA, (text) => text.replace('COUNT=4', 'COUNT=6')), status: 204, mails: [`update ${BOB}`], anna: [plan.replace('#0', '#1')], bob: [plan.replace('#0', '#1')] },
  { action: 'deletes a series', before: 'series', act: (world) => world.ask(ANNA, 'DELETE', objectOf(ANNA)), status: 204, mails: [`cancellation ${BOB}`], anna: [], bob: [], bobUntold: [plan] },
  { action: 'changes the own answer only', act: putAs(ANNA, (text) => answered(text, ANNA, 'TENTATIVE')), status: 204, mails: [], anna: [plan.replace('anna:ACCEPTED', 'anna:TENTATIVE')], bob: [plan.replace('anna:ACCEPTED', 'anna:TENTATIVE')] },
  { action: 'removes one guest of two', before: 'trio', act: putAs(ANNA, (text) => text.replace(/ATTENDEE.*bob@example.org\r\n/, '')), status: 204, mails: [`update ${CARA}`, `cancellation ${BOB}`], anna: ['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'], bob: [] },
  { action: 'sends SCHEDULE-STATUS back', act: putAs(ANNA, (text) => text.replace(/ATTENDEE/g, 'ATTENDEE;SCHEDULE-STATUS="5.1"').replace(/;SCHEDULE-STATUS=1.1/g, '')), status: 204, mails: [] },
  { action: 'puts what is stored and forces its sending (SCHEDULE-FORCE-SEND)', act: putAs(ANNA, forced(BOB)), status: 204, mails: [`update ${BOB}`] },
  { action: 'forces the sending to one guest of two: the service would tell the other one too', before: 'trio', act: putAs(ANNA, forced(BOB)), status: 204, mails: [] },
  { action: 'forces the sending to both guests', before: 'trio', act: putAs(ANNA, (text) => forced(CARA)(forced(BOB)(text))), status: 204, mails: [`update ${BOB}`, `update ${CARA}`] },
  { action: 'changes the time, Cara being told by the client', before: 'mixed', act: putAs(ANNA, earlier), status: 204, mails: [`update ${BOB}`], anna: [moved(trio)], bob: [moved(trio)] },
  { action: 'changes alarms only, Cara being told by the client', before: 'mixed', act: putAs(ANNA, (text) => text.replace('END:VEVENT', alarm)), status: 204, mails: [] },
  { action: 'removes Cara, who is told by the client', before: 'mixed', act: putAs(ANNA, (text) => text.replace(/ATTENDEE.*cara@.*\r\n/, '')), status: 204, mails: [], anna: [plan], bob: [plan] },
  { action: 'removes Bob, Cara being told by the client', before: 'mixed', act: putAs(ANNA, (text) => text.replace(/ATTENDEE.*bob@.*\r\n/, '')), status: 204, mails: [`cancellation ${BOB}`], anna: ['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'], bob: [] },
  { action: 'cancels one instance, Cara being told by the client', before: 'mixed series', act: putAs(ANNA, (text) => text.replace('SUMMARY', 'EXDATE:20260922T080000Z\r\nSUMMARY')), status: 204, mails: [`cancellation ${BOB}`], anna: [`${trio} -20260922T080000Z`], bob: [`${trio} -20260922T080000Z`], bobUntold: [trio] },
  { action: 'deletes, Cara being told by the client', before: 'mixed', act: (world) => world.ask(ANNA, 'DELETE', objectOf(ANNA)), status: 204, mails: [`cancellation ${BOB}`], anna: [], bob: [], bobUntold: [trio] },
  { action: 'leaves it to the server to tell Bob, whom nobody told', before: 'untold', act: putAs(ANNA, noAgent), status: 204, mails: [`invitation ${BOB}`] },
  ...['CLIENT', 'NONE'].map((value): Row => ({ action: `no longer leaves it to the server to tell Bob (${value})`, act: putAs(ANNA, agent(value)), status: 204, mails: [`cancellation ${BOB}`] })),
  { action: 'tells Bob herself, whom nobody told', before: 'untold', act: putAs(ANNA, (text) => agent('CLIENT')(noAgent(text))), status: 204, mails: [] },
  { action: 'leaves it to the server to tell a series', before: 'untold series', act: putAs(ANNA, noAgent), status: 204, mails: [`invitation ${BOB}`] },
  { action: 'leaves it to the server to tell Cara: the service would tell Bob too', before: 'mixed', act: putAs(ANNA, noAgent), status: 204, mails: [] },
  { action: 'changes the time, and leaves it to the server to tell Cara', before: 'mixed', act: putAs(ANNA, (text) => earlier(noAgent(text))), status: 204, mails: [`update ${BOB}`, `invitation ${CARA}`], anna: [moved(trio)], bob: [moved(trio)] },
  { action: 'no longer leaves it to the server to tell Cara: the service would tell Bob too', before: 'trio', act: putAs(ANNA, (text) => carasOwn(text)), status: 204, mails: [] },
  { action: 'changes the time, and no longer leaves it to the server to tell Cara', before: 'trio', act: putAs(ANNA, (text) => earlier(carasOwn(text))), status: 204, mails: [`update ${BOB}`, `cancellation ${CARA}`], anna: [moved(trio)], bob: [moved(trio)] },
  { action: 'no longer leaves it to the server to tell anybody, and changes the time', before: 'trio', act: putAs(ANNA, (text) => earlier(agent('CLIENT')(text))), status: 204, mails: [`cancellation ${BOB}`, `cancellation ${CARA}`], anna: [moved(trio)], bob: [moved(trio)] },
  { action: 'tells Bob herself, and leaves it to the server to tell Cara', before: 'mixed', act: putAs(ANNA, (text) => agent('CLIENT')(noAgent(text)).replace(/SCHEDULE-AGENT=CLIENT(.*cara)/, '$1')), status: 204, mails: [`invitation ${CARA}`, `cancellation ${BOB}`] },
]

const attendee: readonly Row[] = [
  { action: 'accepts', act: putAs(BOB, (text) => answered(text, BOB, 'ACCEPTED')), status: 204, mails: [`response ${ANNA}`], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')], bob: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')] },
  { action: 'declines with a COMMENT', act: putAs(BOB, (text) => answered(text, BOB, 'DECLINED').replace('SUMMARY:', 'COMMENT:no time\r\nSUMMARY:')), status: 204, mails: [`response ${ANNA}`], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:DECLINED(no time)')], bob: [plan.replace('bob:NEEDS-ACTION', 'bob:DECLINED(no time)')] },
  { action: 'answers by own e-mail (SCHEDULE-AGENT=CLIENT at the organizer)', act: putAs(BOB, (text) => answered(text, BOB, 'ACCEPTED').replace('ORGANIZER', 'ORGANIZER;SCHEDULE-AGENT=CLIENT')), status: 204, mails: [], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')], bob: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')] },
  { action: 'puts what is stored already', act: putAs(BOB, (text) => text), status: 204, mails: [] },
  { action: 'changes alarms only', act: putAs(BOB, (text) => text.replace('END:VEVENT', alarm)), status: 204, mails: [] },
  { action: 'changes names that come from an address book only', act: putAs(BOB, (text) => text.replace('ATTENDEE;', 'ATTENDEE;CN=Somebody;')), status: 204, mails: [] },
  { action: 'changes the time', act: putAs(BOB, (text) => text.replace('DTSTART:20260915T08', 'DTSTART:20260915T07')), ...refusedChange },
  { action: 'changes the title', act: putAs(BOB, (text) => text.replace('SUMMARY:Plan', 'SUMMARY:Mine')), ...refusedChange },
  { action: 'adds a guest', act: putAs(BOB, (text) => text.replace('SUMMARY:', `ATTENDEE:mailto:${CARA}\r\nSUMMARY:`)), ...refusedChange },
  { action: 'answers for another one who was read just now', act: async (world) => {
    const etag = (await world.ask(BOB, 'GET', objectOf(BOB))).headers.get('ETag')!
    return putAs(BOB, (text) => answered(text, ANNA, 'DECLINED'), { 'If-Match': etag })(world)
  }, ...refusedChange },
  { action: 'becomes the organizer', act: putAs(BOB, (text) => text.replace(/ORGANIZER.*/, `ORGANIZER:mailto:${BOB}`)), ...refusedChange },
  { action: 'deletes', act: (world) => world.ask(BOB, 'DELETE', objectOf(BOB)), status: 204, mails: [`response ${ANNA}`], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:DECLINED')], bob: [] },
  { action: 'deletes with Schedule-Reply: F', act: (world) => world.ask(BOB, 'DELETE', objectOf(BOB), { headers: { 'Schedule-Reply': 'F' } }), status: 204, mails: [], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:DECLINED')], bob: [] },
  { action: 'declines one instance', before: 'series', act: putAs(BOB, (text) => text.replace('SUMMARY', 'EXDATE:20260922T080000Z\r\nSUMMARY')), status: 204, mails: [`response ${ANNA}`], anna: [plan, '[20260922T080000Z] 20260922T080000Z Plan #0 anna:ACCEPTED bob:DECLINED'], bob: [`${plan} -20260922T080000Z`] },
  { action: 'sends the same answer again (SCHEDULE-FORCE-SEND)', act: async (world) => {
    await putAs(BOB, (text) => answered(text, BOB, 'ACCEPTED'))(world)
    await world.mails()
    return putAs(BOB, (text) => text.replace('ORGANIZER', 'ORGANIZER;SCHEDULE-FORCE-SEND=REPLY'))(world)
  }, status: 204, mails: [`response ${ANNA}`], anna: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')], bob: [plan.replace('bob:NEEDS-ACTION', 'bob:ACCEPTED')] },
]

/** Bob, whom Anna lets write her calendar. */
const delegate: readonly Row[] = [
  { action: 'invites in the name of the owner', before: 'delegated', act: (world) => world.ask(BOB, 'PUT', forOwner, { headers: type, body: meeting({ guests: { [CARA]: 'NEEDS-ACTION' } }) }), status: 201, mails: [`invitation ${CARA}`], anna: ['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'] },
  { action: 'invites the owner\'s guests and himself', before: 'delegated', act: (world) => world.ask(BOB, 'PUT', forOwner, { headers: type, body: meeting() }), status: 201, mails: [`invitation ${BOB}`], anna: [plan], bob: [plan] },
  { action: 'answers for the owner', before: 'delegated invitation', act: putAt(BOB, forOwner, (text) => answered(text, ANNA, 'ACCEPTED')), status: 204, mails: [`response ${CARA}`], anna: [carasText.replace('anna:NEEDS-ACTION', 'anna:ACCEPTED')], bob: [carasText.replace('anna:NEEDS-ACTION', 'anna:ACCEPTED')] },
  { action: 'moves what the owner was invited to', before: 'delegated invitation', act: putAt(BOB, forOwner, (text) => text.replace(/DTSTART;TZID=Europe\/Berlin:20260915T10/, 'DTSTART;TZID=Europe/Berlin:20260915T09')), ...refusedChange },
  { action: 'declines for the owner by deleting', before: 'delegated invitation', act: (world) => world.ask(BOB, 'DELETE', forOwner), status: 204, mails: [`response ${CARA}`], anna: [], bob: [carasText.replace('anna:NEEDS-ACTION', 'anna:DECLINED')] },
]

const outsider: readonly Row[] = [
  { action: 'puts the mailed meeting of a foreign organizer: a private copy', before: 'nothing', act: putNew(BOB, foreign), status: 201, mails: [], bob: foreignShort },
  { action: 'puts one that does not name the user', before: 'nothing', act: putNew(BOB, calendar(...vevent({ organizer: CARA, guests: {} }))), status: 201, mails: [], bob: ['20260915T080000Z Plan #0 anna:ACCEPTED'] },
]

const all = { guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }
const carasOwn = (text: string) => text.replaceAll(/^ATTENDEE(.*:mailto:cara)/gm, 'ATTENDEE;SCHEDULE-AGENT=CLIENT$1')
const weekly = { lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }
const texts: Partial<Record<State, string>> = {
  meeting: meeting(), series: meeting(weekly), trio: meeting(all), mixed: carasOwn(meeting(all)), 'mixed series': carasOwn(meeting({ ...all, ...weekly })),
  untold: agent('NONE')(meeting()), 'untold series': agent('NONE')(meeting(weekly)),
}

async function bring(world: World, state: State): Promise<void> {
  if (texts[state] !== undefined) await world.put(ANNA, texts[state], { expect: 201 })
  if (!state.startsWith('delegated')) return
  await world.gateway.rest(ANNA, 'POST', `/calendars/${ANNA}/acl`, { role: 'writer', scope: { type: 'user', value: BOB } })
  await world.gateway.rest(BOB, 'POST', '/users/me/calendarList', { id: ANNA })
  if (state === 'delegated invitation') await world.gateway.rest(CARA, 'POST', `/calendars/${CARA}/events?sendUpdates=none`, carasMeeting)
}

describe.each(['implicit', 'outbox'] as const)('scheduling %s (RFC 6638 §3.2)', (scheduling) => {
  describe.each<[string, readonly Row[]]>([['the organizer', organizer], ['an attendee', attendee], ['a delegate', delegate], ['an outsider', outsider]])('%s', (_, rows) => {
    test.each(rows)('$action', async ({ before: state = 'meeting', act, status, condition, mails, anna, bob, bobUntold }) => {
      const world = await openWorld({ scheduling })
      await bring(world, state)
      await world.mails()
      const was = { anna: await world.seen(ANNA), bob: await world.seen(BOB) }
      const answer = await act(world)
      expect({ status: answer.status, condition: answer.condition }).toEqual({ status, condition })
      expect(await world.mails()).toEqual(scheduling === 'implicit' ? mails : [])
      expect(await world.seen(ANNA)).toEqual(anna ?? was.anna)
      const isTold = scheduling === 'implicit' && mails.length > 0
      expect(await world.seen(BOB)).toEqual((isTold ? bob : bobUntold ?? bob) ?? was.bob)
      expect(await world.mails()).toEqual([])
      await world.gateway.close()
    })
  })
})

test('a meeting lies in one calendar of its user only (RFC 6638 §3.2.4.1)', async () => {
  const world = await openWorld()
  const made = await world.ask(ANNA, 'MKCALENDAR', `${homeOf(ANNA)}second/`, { expect: 201 })
  await world.put(ANNA, meeting(), { expect: 201 })
  await world.mails()
  const refused = await world.put(ANNA, meeting(), { path: `${made.headers.get('Location')!}${UID}.ics`, expect: 403 })
  expect(refused.condition).toBe(C('unique-scheduling-object-resource'))
  expect(refused.content).toEqual([['{DAV:}href', objectOf(ANNA)]])
  const copied = await world.ask(ANNA, 'COPY', objectOf(ANNA), { headers: { Destination: `${made.headers.get('Location')!}${UID}.ics` } })
  expect(copied).toMatchObject({ status: 403, condition: C('unique-scheduling-object-resource'), content: [['{DAV:}href', objectOf(ANNA)]] })
  expect(await world.mails()).toEqual([])
  await world.gateway.close()
})

test('a guest\'s copy is no older copy of the organizer\'s, nor the other way round: neither is put in the place of the other', async () => {
  const world = await openWorld()
  await world.put(ANNA, meeting(), { expect: 201 })
  await world.gateway.rest(ANNA, 'POST', `/calendars/${ANNA}/acl`, { role: 'writer', scope: { type: 'user', value: BOB } })
  await world.gateway.rest(BOB, 'POST', '/users/me/calendarList', { id: ANNA })
  await world.mails()
  const annas = `${homeOf(BOB)}${ANNA}/${OBJECT}`
  const was = [await world.seen(ANNA), await world.seen(BOB)]
  for (const [from, to] of [[annas, objectOf(BOB)], [objectOf(BOB), annas]] as const) {
    for (const method of ['MOVE', 'COPY']) {
      expect(await world.ask(BOB, method, from, { headers: { Destination: to, Overwrite: 'T' } })).toMatchObject({ status: 403, condition: C('unique-scheduling-object-resource') })
    }
  }
  expect([await world.seen(ANNA), await world.seen(BOB), await world.mails()]).toEqual([...was, []])
  await world.gateway.close()
})

test.each([
  ['by an hour', (text: string) => text.replaceAll('T08', 'T07')],
  ['by two days', (text: string) => text.replaceAll('20260915', '20260917').replaceAll('20260922', '20260924')],
])('a series that is moved %s, its overrides with it, is asked anew in each of its parts', async (_, move) => {
  for (const isKnown of [true, false]) {
    const world = await openWorld()
    const series = meeting({ lines: ['RRULE:FREQ=DAILY;COUNT=10'] }).replace('END:VCALENDAR', [...vevent({ start: '20260922T080000Z', summary: 'Other', lines: ['RECURRENCE-ID:20260922T080000Z'] }), 'END:VCALENDAR'].join('\r\n'))
    await world.put(ANNA, series, { expect: 201 })
    const [master = '', override = ''] = answered((await world.text(BOB))!, BOB, 'ACCEPTED').split(/(?<=END:VEVENT\r\n)/)
    await world.put(BOB, `${master}${override.replace('PARTSTAT=ACCEPTED:mailto:bob', 'PARTSTAT=DECLINED:mailto:bob').replace(/(ATTENDEE[^\r]*)PARTSTAT=ACCEPTED([^\r]*mailto:bob)/, '$1PARTSTAT=DECLINED$2')}END:VCALENDAR\r\n`)
    expect((await world.seen(ANNA)).map((line) => /bob:\S+/.exec(line)?.[0])).toEqual(['bob:ACCEPTED', 'bob:DECLINED'])
    const { text, headers } = await world.ask(ANNA, 'GET', objectOf(ANNA))
    await world.put(ANNA, move(text), isKnown ? { headers: { 'If-Match': headers.get('ETag')! } } : {})
    expect((await world.seen(ANNA)).map((line) => /bob:\S+/.exec(line)?.[0])).toEqual(['bob:NEEDS-ACTION', 'bob:NEEDS-ACTION'])
    await world.gateway.close()
  }
})

describe('SCHEDULE-AGENT (RFC 6638 §7.1)', () => {
  const both = { guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }
  const carasOwn = (value: string) => meeting(both).replace(`ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${CARA}`, `ATTENDEE;SCHEDULE-AGENT=${value};PARTSTAT=NEEDS-ACTION:mailto:${CARA}`)

  test.each(['CLIENT', 'NONE'])('%s of one guest: only the others are invited, and it stays with the event', async (value) => {
    const world = await openWorld()
    await world.put(ANNA, carasOwn(value), { expect: 201 })
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    expect((await world.text(ANNA))!.replace(/\r\n /g, '')).toMatch(new RegExp(`ATTENDEE[^\\r]*;SCHEDULE-AGENT=${value}:mailto:${CARA}\r`))
    await world.put(ANNA, (await world.text(ANNA))!)
    expect(await world.mails()).toEqual([])
    await world.gateway.close()
  })

  test('one who is added later is not told either', async () => {
    const world = await openWorld()
    await world.put(ANNA, meeting({ guests: {} }), { expect: 201 })
    await world.put(ANNA, carasOwn('CLIENT'))
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    expect(await world.seen(BOB)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION cara:NEEDS-ACTION'])
    await world.gateway.close()
  })

  test.each(['CLIENT', 'NONE'])('%s at the organizer is that of all guests, and stays with the event', async (value) => {
    const world = await openWorld()
    const body = meeting().replace('ORGANIZER', `ORGANIZER;SCHEDULE-AGENT=${value}`)
    await world.put(ANNA, body, { expect: 201 })
    const etag = (await world.ask(ANNA, 'GET', objectOf(ANNA))).headers.get('ETag')
    await world.put(ANNA, body)
    expect((await world.ask(ANNA, 'GET', objectOf(ANNA))).headers.get('ETag')).toBe(etag)
    await putAs(ANNA, (text) => text.replace('SUMMARY:Plan', 'SUMMARY:Plan B'))(world)
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.mails()).toEqual([])
    await world.gateway.close()
  })

  test.each(['CLIENT', 'NONE'])('%s at the organizer of a guest\'s copy stays with it: neither answers nor the removal are told', async (value) => {
    const world = await openWorld()
    await world.put(ANNA, meeting(), { expect: 201 })
    await world.mails()
    await putAs(BOB, (text) => answered(text, BOB, 'ACCEPTED').replace('ORGANIZER', `ORGANIZER;SCHEDULE-AGENT=${value}`))(world)
    expect((await world.text(BOB))!.replace(/\r\n /g, '')).toContain(`ORGANIZER;SCHEDULE-AGENT=${value}:mailto:${ANNA}`)
    await putAs(BOB, (text) => answered(text, BOB, 'TENTATIVE'))(world)
    await world.ask(BOB, 'DELETE', objectOf(BOB), { expect: 204 })
    expect(await world.mails()).toEqual([])
    expect(await world.seen(ANNA)).toEqual([plan.replace('bob:NEEDS-ACTION', 'bob:DECLINED')])
    await world.gateway.close()
  })

  test('at one of several instances that a guest is invited to it is that of this one', async () => {
    const world = await openWorld()
    const [second, third] = ['20260922T080000Z', '20260929T080000Z'].map((start) => vevent({ start, lines: [`RECURRENCE-ID:${start}`] })) as [readonly string[], readonly string[]]
    await world.put(ANNA, calendar(...vevent({ guests: {}, lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }), ...second, ...third), { expect: 201 })
    await world.mails()
    const parts = (text: string) => text.split(/(?<=END:VEVENT\r\n)(?=BEGIN)/) as [string, string]
    await putAs(BOB, (text) => answered(parts(text)[0], BOB, 'ACCEPTED').replace('ORGANIZER', 'ORGANIZER;SCHEDULE-AGENT=CLIENT') + parts(text)[1])(world)
    expect(await world.mails()).toEqual([])
    await putAs(BOB, (text) => parts(text)[0] + answered(parts(text)[1], BOB, 'ACCEPTED'))(world)
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    await world.gateway.close()
  })

  test('once the server tells the organizer again, it does', async () => {
    const world = await openWorld()
    await world.put(ANNA, meeting(), { expect: 201 })
    await putAs(BOB, (text) => answered(text, BOB, 'ACCEPTED').replace('ORGANIZER', 'ORGANIZER;SCHEDULE-AGENT=CLIENT'))(world)
    await world.mails()
    await putAs(BOB, (text) => answered(text.replace(/^ORGANIZER;SCHEDULE-AGENT=CLIENT/m, 'ORGANIZER'), BOB, 'TENTATIVE'))(world)
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(await world.text(BOB)).not.toContain('SCHEDULE-AGENT')
    await world.ask(BOB, 'DELETE', objectOf(BOB), { expect: 204 })
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    await world.gateway.close()
  })

  test('where the client tells everybody, it does so of changes and of the removal as well', async () => {
    const world = await openWorld()
    await world.put(ANNA, agent('CLIENT')(meeting()), { expect: 201 })
    await putAs(ANNA, (text) => text.replace(/DTSTART:.*/, 'DTSTART:20260915T070000Z'))(world)
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.mails()).toEqual([])
    await world.gateway.close()
  })
})
