/** What real clients change in an invitation beside the answer (RFC 6638 §3.2.2.1): no answer is lost for what means nothing. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANNA, answered, BOB, CARA, meeting, objectOf, openWorld } from './world.ts'
import type { World } from './world.ts'

const notes = ['LOCATION:Room', 'DESCRIPTION:Hello\\nworld', 'CLASS:PRIVATE', 'URL:https://example.org/plan']
const optional = `ATTENDEE;CN=Cara;ROLE=OPT-PARTICIPANT;CUTYPE=RESOURCE;PARTSTAT=NEEDS-ACTION:mailto:${CARA}`
const C = (local: string) => `{urn:ietf:params:xml:ns:caldav}${local}`

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.put(ANNA, meeting({ lines: [...notes, optional, 'RRULE:FREQ=WEEKLY;COUNT=3'] }), { expect: 201 })
  await world.mails()
})
afterEach(() => world.gateway.close())

const invitation = async () => (await world.text(BOB))!.replace(/\r\n[ \t]/g, '')
const line = (added: string) => (text: string) => text.replace('SUMMARY:', `${added}\r\nSUMMARY:`)
const without = (lines: RegExp) => (text: string) => text.split('\r\n').filter((each) => !lines.test(each)).join('\r\n')
const reversed = (text: string) => {
  const guests = text.split('\r\n').filter((each) => each.startsWith('ATTENDEE'))
  return line(guests.reverse().join('\r\n'))(without(/^ATTENDEE/)(text))
}

test.each<readonly [string, (text: string) => string]>([
  ['moments of its own', (text) => text.replace(/DTSTAMP:.*/, 'DTSTAMP:20260910T000000Z').replace(/LAST-MODIFIED:.*/, 'LAST-MODIFIED:20260911T000000Z')],
  ['no moments', without(/^(CREATED|LAST-MODIFIED)/)],
  ['another SEQUENCE', (text) => text.replace('SEQUENCE:0', 'SEQUENCE:3')],
  ['no SEQUENCE', without(/^SEQUENCE/)],
  ['properties of its own (Apple, Mozilla)', line('X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nX-MOZ-GENERATION:2\r\nX-LIC-ERROR:none')],
  ['none of ours', without(/^X-/)],
  ['the guests in another order', reversed],
  ['no parameters of guests but the answers', (text) => text.replace(/;(CN|CUTYPE|ROLE|RSVP)=[^;:]*/g, '')],
  ['names from an address book', (text) => text.replace(/CN=[^;:]*/g, 'CN=Somebody')],
  ['an organizer as CHAIR (Apple)', (text) => text.replace(/ROLE=REQ-PARTICIPANT(;PARTSTAT=ACCEPTED)/, 'ROLE=CHAIR$1')],
  ['addresses spelled otherwise', (text) => text.replaceAll('mailto:', 'MAILTO:').replace('anna@', 'Anna@')],
  ['SCHEDULE-STATUS', (text) => text.replaceAll('ATTENDEE;', 'ATTENDEE;SCHEDULE-STATUS="2.0;Success";')],
  ['who sends for the organizer', (text) => text.replace('ORGANIZER:', `ORGANIZER;SENT-BY="mailto:${CARA}":`)],
  ['blank lines behind the description', (text) => text.replace(/DESCRIPTION:.*/, '$&\\n\\n')],
  ['neither TRANSP, STATUS nor CLASS', without(/^(TRANSP|STATUS|CLASS)/)],
  ['DURATION for DTEND', (text) => text.replace(/DTEND:.*/, 'DURATION:PT1H')],
  ['properties that nobody keeps', line('CATEGORIES:Work\r\nREQUEST-STATUS:2.0;Success\r\nCONTACT:Me\r\nPRIORITY:5')],
  ['an alarm', (text) => text.replace('END:VEVENT', 'BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\nEND:VEVENT')],
  ['a colour', line('COLOR:tomato')],
  ['the end of the rule as a date (SyncEvolution)', (text) => text.replace('COUNT=3', 'UNTIL=20260929T080000Z')],
])('an answer with %s is an answer', async (_, change) => {
  await world.put(BOB, answered(change(await invitation()), 'bob@example.org', 'ACCEPTED').replace(/PARTSTAT=NEEDS-ACTION(.*(?:mailto|MAILTO):bob)/, 'PARTSTAT=ACCEPTED$1'))
  expect(await world.mails()).toEqual([`response ${ANNA}`])
  expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:ACCEPTED cara:NEEDS-ACTION'])
  expect((await world.text(ANNA))!.replace(/\r\n /g, '')).toMatch(new RegExp(`ATTENDEE;CN=Cara;CUTYPE=RESOURCE;ROLE=OPT-PARTICIPANT[^\r]*${CARA}`))
})

test('one instance told in another zone at the same moment, from Apple\'s and Thunderbird\'s answers to one of a series', async () => {
  const read = await invitation()
  const master = read.slice(read.indexOf('BEGIN:VEVENT'), read.indexOf('END:VCALENDAR'))
  const instance = without(/^(RRULE|DTSTART|DTEND)/)(master).replace('BEGIN:VEVENT', [
    'BEGIN:VEVENT', 'RECURRENCE-ID:20260922T080000Z', 'DTSTART;TZID=Europe/Berlin:20260922T100000', 'DTEND;TZID=Europe/Berlin:20260922T110000'].join('\r\n'))
  await world.put(BOB, read.replace('END:VCALENDAR', `${answered(instance, BOB, 'DECLINED')}END:VCALENDAR`))
  expect(await world.mails()).toEqual([`response ${ANNA}`])
  expect((await world.seen(ANNA)).slice(1)).toEqual(['[20260922T080000Z] 20260922T080000Z Plan #0 anna:ACCEPTED bob:DECLINED cara:NEEDS-ACTION'])
})

test.each<readonly [string, (text: string) => string]>([
  ['another description', (text) => text.replace('DESCRIPTION:Hello', 'DESCRIPTION:Goodbye')],
  ['no description', without(/^DESCRIPTION/)],
  ['another place', (text) => text.replace('LOCATION:Room', 'LOCATION:Home')],
  ['CLASS:PUBLIC for a private one', (text) => text.replace('CLASS:PRIVATE', 'CLASS:PUBLIC')],
  ['an address of the web', line('URL:https://example.org/other')],
  ['another rule', (text) => text.replace('COUNT=3', 'COUNT=30')],
  ['a series that begins in another zone', (text) => text.replace(/DTSTART:.*/, 'DTSTART;TZID=Europe/Berlin:20260915T100000').replace(/DTEND:.*/, 'DTEND;TZID=Europe/Berlin:20260915T110000')],
  ['a guest less', without(/^ATTENDEE.*cara@/)],
  ['no organizer', without(/^ORGANIZER/)],
])('an answer with %s is more than an answer: refused, and nothing is written', async (_, change) => {
  const before = (await world.ask(BOB, 'GET', objectOf(BOB))).headers.get('ETag')
  const refused = await world.put(BOB, answered(change(await invitation()), BOB, 'ACCEPTED'), { expect: 403 })
  expect(refused.condition).toBe(C('allowed-attendee-scheduling-object-change'))
  expect(await world.mails()).toEqual([])
  expect((await world.ask(BOB, 'GET', objectOf(BOB))).headers.get('ETag')).toBe(before)
})
