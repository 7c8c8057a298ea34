/** How many mails one write of a series makes, whatever number of parts it has (RFC 6638 §3.2.1.2). */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANNA, answered, BOB, calendar, CARA, objectOf, openWorld, vevent } from './world.ts'
import type { Meeting, World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.gateway.close())

const second = '20260922T080000Z'
const third = '20260929T080000Z'
const series = (given: Meeting = {}) => vevent({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'], ...given })
const instance = (id: string, hour: string, given: Meeting = {}) => vevent({ start: `${id.slice(0, 9)}${hour}0000Z`, lines: [`RECURRENCE-ID:${id}`], ...given })
const guests = { [BOB]: 'NEEDS-ACTION' }
const three = { guests: { ...guests, [CARA]: 'NEEDS-ACTION' } }

async function stored(...lines: readonly string[]): Promise<void> {
  await world.put(ANNA, calendar(...lines), { expect: 201 })
  await world.mails()
}

async function mailsOf(...lines: readonly string[]): Promise<readonly string[]> {
  await world.put(ANNA, calendar(...lines))
  return (await world.mails()).toSorted()
}

test('a new series with moved instances is one invitation', async () => {
  await world.put(ANNA, calendar(...series(), ...instance(second, '10'), ...instance(third, '11')), { expect: 201 })
  expect(await world.mails()).toEqual([`invitation ${BOB}`])
  expect(await world.seen(BOB)).toEqual(await world.seen(ANNA))
})

test('a change of the series and of instances is told once', async () => {
  await stored(...series())
  expect(await mailsOf(...series({ summary: 'Plan B' }), ...instance(second, '10'))).toEqual([`update ${BOB}`])
  expect(await mailsOf(...series({ summary: 'Plan C' }), ...instance(second, '11'), ...instance(third, '12'))).toEqual([`update ${BOB}`])
  expect(await mailsOf(...series({ start: '20260915T090000Z' }), ...instance('20260922T090000Z', '11'))).toEqual([`update ${BOB}`])
  expect(await world.seen(BOB)).toEqual(await world.seen(ANNA))
})

test('a series that changes while an instance is cancelled is told once', async () => {
  await stored(...series(), ...instance(second, '10'))
  expect(await mailsOf(...series({ summary: 'Plan B', lines: ['RRULE:FREQ=WEEKLY;COUNT=4', `EXDATE:${second}`] }))).toEqual([`update ${BOB}`])
  expect(await world.seen(BOB)).toEqual(await world.seen(ANNA))
})

test('who is invited to all parts, or taken off all, is told once', async () => {
  await stored(...series(), ...instance(second, '10'))
  const dora = 'dora@example.org'
  const both = { guests: { ...guests, [dora]: 'NEEDS-ACTION' } }
  expect(await mailsOf(...series(both), ...instance(second, '10', both))).toEqual([`invitation ${dora}`, `update ${BOB}`])
  expect(await mailsOf(...series(), ...instance(second, '10'))).toEqual([`cancellation ${dora}`, `update ${BOB}`])
})

test('who is invited to an instance alone, or taken off it, is told of that', async () => {
  await stored(...series())
  expect(await mailsOf(...series({ summary: 'Plan B' }), ...instance(second, '10', three))).toContain(`invitation ${CARA}`)
  await world.ask(ANNA, 'DELETE', objectOf(ANNA))
  await stored(...series(three))
  expect(await mailsOf(...series({ ...three, summary: 'Plan B' }), ...instance(second, '10'))).toContain(`cancellation ${CARA}`)
})

test('who is handed to the server with all parts, or from it, is told once', async () => {
  const untold = (lines: readonly string[]) => lines.map((line) => line.replace(/^ATTENDEE(.*:mailto:bob)/, 'ATTENDEE;SCHEDULE-AGENT=NONE$1'))
  const parts = [...series(), ...instance(second, '10')]
  await stored(...untold(parts))
  const seen = await world.seen(BOB)
  expect(await mailsOf(...parts)).toEqual([`invitation ${BOB}`])
  expect(await world.seen(BOB)).toEqual(seen)
  expect(await mailsOf(...parts)).toEqual([])
  expect(await mailsOf(...untold(parts))).toEqual([`cancellation ${BOB}`])
  expect(await world.seen(BOB)).toEqual(seen)
  expect(await mailsOf(...untold(parts))).toEqual([])
})

test('a guest outside of the service, who has no calendar there, hears of each part', async () => {
  await stored(...series(three))
  expect(await mailsOf(...series({ ...three, summary: 'Plan B' }), ...instance(second, '10', three))).toEqual([`update ${BOB}`, `update ${CARA}`, `update ${CARA}`])
})

test('instances that change while the series does not are each told', async () => {
  await stored(...series())
  expect(await mailsOf(...series(), ...instance(second, '10'), ...instance(third, '10'))).toEqual([`update ${BOB}`, `update ${BOB}`])
})

test('an answer to the series and its instances is one mail, another answer to an instance is one more', async () => {
  await stored(...series(), ...instance(second, '10'))
  const read = async () => (await world.text(BOB))!.replace(/\r\n[ \t]/g, '')
  const answer = (text: string, partstat: string) => answered(text, BOB, partstat)
  await world.put(BOB, answer(await read(), 'ACCEPTED'))
  expect(await world.mails()).toEqual([`response ${ANNA}`])
  const [head = '', ...events] = (await read()).split('BEGIN:VEVENT')
  const mixed = [head, ...events.map((event) => answer(event, event.includes('RECURRENCE-ID') ? 'DECLINED' : 'TENTATIVE'))].join('BEGIN:VEVENT')
  await world.put(BOB, mixed)
  expect(await world.mails()).toEqual([`response ${ANNA}`, `response ${ANNA}`])
  expect(await world.seen(ANNA)).toEqual(await world.seen(BOB))
})
