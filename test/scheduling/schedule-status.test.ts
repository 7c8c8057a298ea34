/** SCHEDULE-STATUS (RFC 6638 §7.3): what became of the messages, as far as the event itself tells. */

import { afterEach, describe, expect, test } from 'vitest'
import type { GatewayOptions } from '../caldav/gateway.ts'
import { ANNA, answered, BOB, calendar, CARA, homeOf, meeting, objectOf, openWorld, UID, vevent } from './world.ts'
import type { World } from './world.ts'

let world: World
afterEach(() => world.gateway.close())

async function open(options: GatewayOptions = {}): Promise<void> {
  world = await openWorld(options)
}

/** `anna:1.1 ...` of the lines that have a status, the organizer's as `ORGANIZER:1.1`. */
async function statuses(as: string, path?: string): Promise<string> {
  const lines = (await world.text(as, path))!.replace(/\r\n[ \t]/g, '').split('\r\n').filter((line) => line.includes('SCHEDULE-STATUS='))
  return lines.map((line) => `${line.startsWith('ORGANIZER') ? 'ORGANIZER' : /mailto:(.*?)@/.exec(line)?.[1]}:${/SCHEDULE-STATUS=([\d.]+)/.exec(line)?.[1]}`).sort().join(' ')
}
const change = async (as: string, edit: (text: string) => string) => world.put(as, edit((await world.text(as))!.replace(/\r\n[ \t]/g, '')))
const both = { guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }
const events = (as: string) => `/calendars/${as}/events`
const idOf = async (as: string) => ((await world.gateway.rest(as, 'GET', `${events(as)}?iCalUID=${UID}`)).body as { items: [{ id: string }] }).items[0].id

describe('of the guests, for the organizer (RFC 6638 §3.2.9: 1.1, sent)', () => {
  test('who was told by a write has one, through changes and answers', async () => {
    await open()
    await world.put(ANNA, meeting(both), { expect: 201 })
    expect([await statuses(ANNA), await statuses(BOB)]).toEqual(['bob:1.1 cara:1.1', ''])
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))
    await change(ANNA, (text) => text.replace('SUMMARY:Plan', 'SUMMARY:Plan B'))
    expect(await statuses(ANNA)).toBe('bob:1.1 cara:1.1')
  })

  test('who is told by the client, or by nobody, has none', async () => {
    await open()
    await world.put(ANNA, meeting(both).replace('ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:cara', 'ATTENDEE;SCHEDULE-AGENT=NONE;PARTSTAT=NEEDS-ACTION:mailto:cara'), { expect: 201 })
    expect(await statuses(ANNA)).toBe('bob:1.1')
  })

  test('nobody has one whom a silent write brought, until a message tells all', async () => {
    await open({ scheduling: 'outbox' })
    await world.put(ANNA, meeting(both), { expect: 201 })
    expect(await statuses(ANNA)).toBe('')
    await world.ask(ANNA, 'POST', `${homeOf(ANNA)}outbox/`, { headers: { 'Content-Type': 'text/calendar' }, body: calendar('METHOD:REQUEST', ...vevent(both)), expect: 200 })
    expect(await statuses(ANNA)).toBe('bob:1.1 cara:1.1')
    await change(ANNA, (text) => text.replace('SUMMARY:', 'ATTENDEE:mailto:dora@example.org\r\nSUMMARY:'))
    expect(await statuses(ANNA)).toBe('')
  })

  test('nor where the service itself made the meeting, or changed its list', async () => {
    await open()
    const body = { summary: 'Plan', iCalUID: UID, start: { dateTime: '2026-09-15T08:00:00Z' }, end: { dateTime: '2026-09-15T09:00:00Z' }, attendees: [{ email: BOB }] }
    await world.gateway.rest(ANNA, 'POST', events(ANNA), body)
    expect(await statuses(ANNA)).toBe('')
    await change(ANNA, (text) => text.replace('SUMMARY:Plan', 'SUMMARY:Plan B'))
    expect(await statuses(ANNA)).toBe('bob:1.1')
    await world.gateway.rest(ANNA, 'PATCH', `${events(ANNA)}/${await idOf(ANNA)}`, { attendees: [{ email: BOB }, { email: CARA }] })
    expect(await statuses(ANNA)).toBe('')
  })

  test('what a client makes of it is not looked at, and moves neither tag', async () => {
    await open()
    await world.put(ANNA, meeting(both), { expect: 201 })
    const before = (await world.ask(ANNA, 'GET', objectOf(ANNA))).headers
    await change(ANNA, (text) => text.replaceAll('SCHEDULE-STATUS=1.1', 'SCHEDULE-STATUS="5.1,3.7"'))
    const after = (await world.ask(ANNA, 'GET', objectOf(ANNA))).headers
    expect([after.get('ETag'), after.get('Schedule-Tag')]).toEqual([before.get('ETag'), before.get('Schedule-Tag')])
  })
})

describe('of the organizer, for an attendee', () => {
  test('an answer that was told has one; another one given elsewhere has not', async () => {
    await open()
    await world.put(ANNA, meeting(), { expect: 201 })
    expect(await statuses(BOB)).toBe('')
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))
    expect(await statuses(BOB)).toBe('ORGANIZER:1.1')
    await world.gateway.rest(BOB, 'PATCH', `${events(BOB)}/${await idOf(BOB)}`, { attendees: [{ email: BOB, responseStatus: 'declined' }] })
    expect(await statuses(BOB)).toBe('')
  })

  test('an answer to one instance of a series has one there', async () => {
    await open()
    await world.put(ANNA, meeting({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }), { expect: 201 })
    await change(BOB, (text) => {
      const [, master = ''] = /(BEGIN:VEVENT[^]*END:VEVENT\r\n)/.exec(text) ?? []
      const instance = master.replace(/RRULE.*\r\n/, 'RECURRENCE-ID:20260922T080000Z\r\n').replaceAll('20260915T', '20260922T')
      return text.replace('END:VCALENDAR', `${answered(instance, BOB, 'DECLINED')}END:VCALENDAR`)
    })
    const [, instance = ''] = (await world.text(BOB))!.replace(/\r\n[ \t]/g, '').split(/(?=RECURRENCE-ID)/)
    expect(instance).toContain(`ORGANIZER;SCHEDULE-STATUS=1.1:mailto:${ANNA}`)
  })

  test('an answer that the client sends itself has none', async () => {
    await open()
    await world.put(ANNA, meeting(), { expect: 201 })
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED').replace('ORGANIZER', 'ORGANIZER;SCHEDULE-AGENT=CLIENT'))
    expect(await statuses(BOB)).toBe('')
  })
})
