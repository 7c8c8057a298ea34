/** Series: what a change costs, what it leaves alone, and that a write that broke off is mended by the same write. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { meaningOf } from './meaning.ts'
import { narrowed } from './narrowed.ts'
import { object, open } from './open.ts'
import type { Opened } from './open.ts'

interface Shape {
  readonly summary: string
  readonly hour: string
  readonly rule: string
  /** Days of March of changed instances, moved to the evening. */
  readonly overridden: readonly string[]
  readonly cancelled: readonly string[]
  readonly further: readonly string[]
  readonly alarm: boolean
  readonly guests: readonly string[]
}

const zoned = (name: string, day: string, hour: string): string => `${name};TZID=Europe/Berlin:202603${day}T${hour}0000`

function bodyOf({ summary, hour, rule, overridden, cancelled, further, alarm, guests }: Shape): string {
  const people = guests.length === 0 ? [] : ['ORGANIZER:mailto:anna@example.com', ...guests.map((guest) => `ATTENDEE:mailto:${guest}`)]
  const alarms = alarm ? ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT15M', 'END:VALARM'] : []
  const master = [
    'UID:series@example.com', zoned('DTSTART', '10', hour), 'DURATION:PT30M', `SUMMARY:${summary}`, ...(rule === '' ? [] : [`RRULE:${rule}`]),
    ...(rule === '' ? [] : [...cancelled.map((day) => zoned('EXDATE', day, hour)), ...further.map((day) => zoned('RDATE', day, '07'))]), ...people, ...alarms,
  ]
  const overrides = rule === '' ? [] : overridden.filter((day) => !cancelled.includes(day)).map((day) => [
    'UID:series@example.com', zoned('RECURRENCE-ID', day, hour), zoned('DTSTART', day, '20'), 'DURATION:PT1H', `SUMMARY:Day ${day}`, ...people, ...alarms,
  ])
  return object(master, ...overrides)
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  summary: fc.constantFrom('A', 'B'),
  hour: fc.constantFrom('12', '15'),
  rule: fc.constantFrom('FREQ=DAILY;COUNT=8', 'FREQ=DAILY;COUNT=12', 'FREQ=DAILY;UNTIL=20260320T230000Z', ''),
  overridden: fc.uniqueArray(fc.constantFrom('11', '12', '13', '14'), { maxLength: 3 }),
  cancelled: fc.uniqueArray(fc.constantFrom('12', '13', '15'), { maxLength: 2 }),
  further: fc.constantFrom([], ['12'], ['11', '25']),
  alarm: fc.boolean(),
  guests: fc.constantFrom([], ['ben@example.com'], ['ben@example.com', 'cleo@example.org']),
})

const plain: Shape = { summary: 'A', hour: '12', rule: 'FREQ=DAILY;COUNT=8', overridden: [], cancelled: [], further: [], alarm: false, guests: [] }

/** What a client reads means, in whatever order it stands there. */
async function read(opened: Opened): Promise<unknown> {
  return told((await opened.get('s.ics')).text)
}

function told(text: string): unknown {
  return [...narrowed(meaningOf(text, { zone: 'Europe/Berlin' }), 'Europe/Berlin')].sort(([a], [b]) => (a < b ? -1 : 1))
}

describe('any series of a client', () => {
  test('becomes any other, and is read as it was sent', async () => {
    await fc.assert(fc.asyncProperty(shapes, shapes, async (from, to) => {
      const opened = open()
      expect((await opened.put('s.ics', bodyOf(from))).status).toBe(201)
      expect(await read(opened)).toEqual(told(bodyOf(from)))
      expect((await opened.put('s.ics', bodyOf(to))).status).toBe(204)
      expect(await read(opened)).toEqual(told(bodyOf(to)))
      opened.forget()
      const before = await opened.get('s.ics')
      await opened.put('s.ics', bodyOf(to))
      expect(opened.writes, 'the same again').toEqual([])
      expect(await opened.get('s.ics')).toEqual(before)
      await opened.close()
    }), { numRuns: 60 })
  })

  test.each([{}, { instanceWrites: 'touch-instance', masterEdits: 'not-inherited' }] as const)('is whole again after a write that broke off at any call (%o)', async (switches) => {
    await fc.assert(fc.asyncProperty(fc.option(shapes), shapes, fc.constantFrom('refused' as const, 'lost' as const), async (from, to, how) => {
      const start = async (): Promise<Opened> => {
        const opened = open({ switches })
        if (from !== null) await opened.put('s.ics', bodyOf(from))
        opened.forget()
        return opened
      }
      const whole = await start()
      await whole.put('s.ics', bodyOf(to))
      const expected = await read(whole)
      const count = whole.writes.length
      await whole.close()
      expect(expected).toEqual(told(bodyOf(to)))
      for (let at = 1; at <= count; at += 1) {
        const opened = await start()
        opened.setFault((write) => ((how === 'refused' ? write >= at : write === at) ? how : undefined))
        await opened.put('s.ics', bodyOf(to))
        opened.setFault(undefined)
        expect([201, 204]).toContain((await opened.put('s.ics', bodyOf(to))).status)
        expect(await read(opened), `call ${at} of ${count} ${how}`).toEqual(expected)
        await opened.close()
      }
    }), { numRuns: 12 })
  })
})

describe('a series', () => {
  let opened: Opened
  beforeEach(() => { opened = open() })
  afterEach(() => opened.close())

  test('of which one override is changed has one instance written', async () => {
    const body = bodyOf({ ...plain, overridden: ['11', '12', '13'] })
    await opened.put('s.ics', body)
    opened.forget()
    await opened.put('s.ics', body.replace('SUMMARY:Day 12', 'SUMMARY:Another'))
    expect(opened.writes).toEqual([expect.stringMatching(/^PATCH .*_20260312T110000Z\?/)])
  })

  test('whose rule changes has its overrides again, and those that nothing is left of are gone', async () => {
    await opened.put('s.ics', bodyOf({ ...plain, overridden: ['11', '14'] }))
    const changed = bodyOf({ ...plain, rule: 'FREQ=DAILY;COUNT=3', overridden: ['11'] })
    await opened.put('s.ics', changed)
    expect(await read(opened)).toEqual(told(changed))
  })

  test('whose start moves has its overrides at the new instances', async () => {
    await opened.put('s.ics', bodyOf({ ...plain, overridden: ['11', '14'] }))
    const moved = bodyOf({ ...plain, hour: '15', overridden: ['11', '14'] })
    await opened.put('s.ics', moved)
    expect(await read(opened)).toEqual(told(moved))
  })

  test('split into this and following is two objects', async () => {
    await opened.put('s.ics', bodyOf({ ...plain, overridden: ['11', '15'] }))
    const head = bodyOf({ ...plain, rule: 'FREQ=DAILY;UNTIL=20260313T105959Z', overridden: ['11'] })
    const tail = object(['UID:tail@example.com', zoned('DTSTART', '13', '14'), 'DURATION:PT30M', 'SUMMARY:Later', 'RRULE:FREQ=DAILY;COUNT=5', 'RELATED-TO:series@example.com'])
    expect((await opened.put('s.ics', head)).status).toBe(204)
    expect((await opened.put('t.ics', tail)).status).toBe(201)
    expect(await read(opened)).toEqual(told(head))
    expect(told((await opened.get('t.ics')).text)).toEqual(told(tail))
  })

  test('of somebody else is stored with its changed instances, which are no edits of a guest; later ones are', async () => {
    const foreign = (more: readonly string[], ...others: readonly (readonly string[])[]): string => object(
      ['UID:series@example.com', zoned('DTSTART', '10', '12'), 'DURATION:PT30M', 'SUMMARY:Theirs', 'RRULE:FREQ=DAILY;COUNT=8', 'ORGANIZER:mailto:ben@example.com', 'ATTENDEE:mailto:ben@example.com', 'ATTENDEE:mailto:anna@example.com', ...more],
      ...others)
    const moved = (day: string, hour: string): readonly string[] => ['UID:series@example.com', zoned('RECURRENCE-ID', day, '12'), zoned('DTSTART', day, hour), 'DURATION:PT30M', 'SUMMARY:Theirs', 'ORGANIZER:mailto:ben@example.com', 'ATTENDEE:mailto:ben@example.com', 'ATTENDEE:mailto:anna@example.com']
    const body = foreign([], moved('12', '18'), moved('14', '19'))
    for (const broken of [1, 2, 3]) {
      const other = open()
      other.setFault((write) => (write >= broken ? 'refused' : undefined))
      expect((await other.put('s.ics', body)).status).toBe(503)
      other.setFault(undefined)
      expect([201, 204]).toContain((await other.put('s.ics', body)).status)
      expect(await read(other)).toEqual(told(body))
      expect(other.mails()).toEqual([])
      await other.close()
    }
    await opened.put('s.ics', body)
    expect(await opened.put('s.ics', foreign([], moved('12', '18'), moved('14', '21')))).toMatchObject({ status: 403, condition: 'allowed-attendee-scheduling-object-change' })
    expect(await opened.put('s.ics', foreign(['LOCATION:Mine'], moved('12', '18'), moved('14', '19')))).toMatchObject({ status: 403, condition: 'allowed-attendee-scheduling-object-change' })
    expect(await read(opened)).toEqual(told(body))
  })

  test('of somebody else with an instance for other guests cannot be held, and nothing is written', async () => {
    const body = object(
      ['UID:series@example.com', zoned('DTSTART', '10', '12'), 'DURATION:PT30M', 'RRULE:FREQ=DAILY;COUNT=8', 'ORGANIZER:mailto:ben@example.com', 'ATTENDEE:mailto:anna@example.com'],
      ['UID:series@example.com', zoned('RECURRENCE-ID', '12', '12'), zoned('DTSTART', '12', '12'), 'DURATION:PT30M', 'ORGANIZER:mailto:ben@example.com', 'ATTENDEE:mailto:anna@example.com', 'ATTENDEE:mailto:cleo@example.org'])
    expect(await opened.put('s.ics', body)).toMatchObject({ status: 403, condition: 'valid-calendar-object-resource' })
    expect(await opened.rows()).toEqual([])
  })
})
