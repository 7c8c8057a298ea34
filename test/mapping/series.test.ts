/** Series: what a change costs, what it leaves alone, and that a write that broke off is mended by the same write. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { meaningOf } from './meaning.ts'
import { narrowed } from './narrowed.ts'
import { calendarPath, me, object, open } from './open.ts'
import type { Opened } from './open.ts'

interface Shape {
  readonly summary: string
  /** Of the master and half of the changed instances. */
  readonly extras: readonly string[]
  readonly hour: string
  readonly rule: string
  /** Days of March of changed instances, moved to the evening. */
  readonly overridden: readonly string[]
  readonly cancelled: readonly string[]
  readonly further: readonly string[]
  readonly alarm: boolean
  readonly guests: readonly string[]
  readonly sequence: number
  /** Of the changed instances. */
  readonly ownSequence: number
}

const zoned = (name: string, day: string, hour: string): string => `${name};TZID=Europe/Berlin:202603${day}T${hour}0000`

function bodyOf({ summary, extras, hour, rule, overridden, cancelled, further, alarm, guests, sequence, ownSequence }: Shape): string {
  const people = guests.length === 0 ? [] : ['ORGANIZER:mailto:anna@example.com', ...guests.map((guest) => `ATTENDEE:mailto:${guest}`)]
  const alarms = alarm ? ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT15M', 'END:VALARM'] : []
  const master = [
    'UID:series@example.com', zoned('DTSTART', '10', hour), 'DURATION:PT30M', `SEQUENCE:${sequence}`, `SUMMARY:${summary}`, ...extras, ...(rule === '' ? [] : [`RRULE:${rule}`]),
    ...(rule === '' ? [] : [...cancelled.map((day) => zoned('EXDATE', day, hour)), ...further.map((day) => zoned('RDATE', day, '07'))]), ...people, ...alarms,
  ]
  const overrides = rule === '' ? [] : overridden.filter((day) => !cancelled.includes(day)).map((day) => [
    'UID:series@example.com', zoned('RECURRENCE-ID', day, hour), zoned('DTSTART', day, '20'), 'DURATION:PT1H', `SEQUENCE:${ownSequence}`, `SUMMARY:Day ${day}`, ...(Number(day) % 2 === 0 ? extras : []), ...people, ...alarms,
  ])
  return object(master, ...overrides)
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  summary: fc.constantFrom('A', 'B'),
  extras: fc.subarray(['LOCATION:Here', 'DESCRIPTION:Long', 'CLASS:PRIVATE', 'URL:https://example.com/', 'TRANSP:TRANSPARENT', 'STATUS:TENTATIVE']),
  hour: fc.constantFrom('12', '15'),
  rule: fc.constantFrom('FREQ=DAILY;COUNT=8', 'FREQ=DAILY;COUNT=12', 'FREQ=DAILY;UNTIL=20260320T230000Z', ''),
  overridden: fc.uniqueArray(fc.constantFrom('11', '12', '13', '14'), { maxLength: 3 }),
  cancelled: fc.uniqueArray(fc.constantFrom('12', '13', '15'), { maxLength: 2 }),
  further: fc.constantFrom([], ['12'], ['11', '25']),
  alarm: fc.boolean(),
  guests: fc.constantFrom([], ['ben@example.com'], ['ben@example.com', 'cleo@example.org']),
  sequence: fc.nat(3),
  ownSequence: fc.nat(3),
})

const plain: Shape = { summary: 'A', extras: [], hour: '12', rule: 'FREQ=DAILY;COUNT=8', overridden: [], cancelled: [], further: [], alarm: false, guests: [], sequence: 0, ownSequence: 0 }

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

  test.each([{}, { instanceWrites: 'touch-instance', masterEdits: 'not-inherited', undelete: 'forbidden' }, { importOfDeleted: 'duplicate', insertWithUid: 'random-id' }] as const)(
    'is what was sent last, whatever it was before and whether it was removed meanwhile (%o)', async (switches) => {
      await fc.assert(fc.asyncProperty(fc.array(fc.option(shapes, { freq: 3 }), { minLength: 2, maxLength: 5 }), async (steps) => {
        const opened = open({ switches })
        let isThere = false
        for (const shape of steps) {
          if (shape === null) {
            expect((await opened.ask('DELETE', `${calendarPath}s.ics`)).status).toBe(isThere ? 204 : 404)
          } else {
            expect(await opened.put('s.ics', bodyOf(shape))).toMatchObject({ status: isThere ? 204 : 201 })
            expect(await read(opened)).toEqual(told(bodyOf(shape)))
          }
          isThere = shape !== null
        }
        await opened.close()
      }), { numRuns: 40 })
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

  test('of which one instance tells that its alarm was dismissed has it dismissed (RFC 9074 §6.1, Calendar.app)', async () => {
    const alarm = (...lines: readonly string[]): readonly string[] => ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT15M', ...lines, 'END:VALARM']
    const master = ['UID:series@example.com', zoned('DTSTART', '10', '12'), 'DURATION:PT30M', 'SUMMARY:A', 'RRULE:FREQ=DAILY;COUNT=8', ...alarm()]
    const instance = ['UID:series@example.com', zoned('RECURRENCE-ID', '11', '12'), zoned('DTSTART', '11', '12'), 'DURATION:PT30M', 'SUMMARY:A', ...alarm('ACKNOWLEDGED:20260311T104500Z')]
    await opened.put('s.ics', object(master))
    await opened.put('s.ics', object(master, instance))
    const read = (await opened.get('s.ics')).text
    expect([read.match(/^ACKNOWLEDGED:.*$/gm), read.includes('RECURRENCE-ID')]).toEqual([['ACKNOWLEDGED:20260311T104500Z'], false])
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

  test.each(['inherited', 'not-inherited'] as const)('an instance that is brought back has what the client says, and nothing that it had before (%s)', async (masterEdits) => {
    const other = open({ switches: { masterEdits } })
    const master = ['UID:b@example.com', zoned('DTSTART', '10', '12'), 'DURATION:PT30M', 'RRULE:FREQ=DAILY;COUNT=8', 'SUMMARY:All', 'LOCATION:Here', 'DESCRIPTION:Long', 'CLASS:PRIVATE', 'URL:https://example.com/', 'TRANSP:TRANSPARENT']
    await other.put('b.ics', object(master))
    const [row] = await other.rows()
    await other.api('DELETE', `/calendars/${me}/events/${row!.id}_20260312T110000Z`)
    const back = object(master, ['UID:b@example.com', zoned('RECURRENCE-ID', '12', '12'), zoned('DTSTART', '12', '12'), 'DURATION:PT30M', 'SUMMARY:One', 'CLASS:PUBLIC'])
    expect((await other.put('b.ics', back)).status).toBe(204)
    const [, , instance = ''] = (await other.get('b.ics')).text.split('BEGIN:VEVENT')
    expect(instance).toMatch(/SUMMARY:One\r\n/)
    expect(instance).toMatch(/CLASS:PUBLIC\r\n/)
    expect(instance).not.toMatch(/LOCATION|DESCRIPTION|URL|TRANSPARENT/)
    other.forget()
    expect((await other.put('b.ics', back)).status).toBe(204)
    expect(other.writes).toEqual([])
    await other.close()
  })

  test.each<readonly [string, (text: string) => string]>([
    ['by an hour', (text) => text.replaceAll(/(DTSTART|DTEND|RECURRENCE-ID);TZID=Europe\/Berlin:(\d{8})T(\d\d)/g, (_, name: string, day: string, hour: string) => `${name};TZID=Europe/Berlin:${day}T${String(Number(hour) + 1).padStart(2, '0')}`)],
    ['by a day', (text) => text.replaceAll(/TZID=Europe\/Berlin:202603(\d\d)T/g, (_, day: string) => `TZID=Europe/Berlin:202603${Number(day) + 1}T`)],
    ['to another zone', (text) => text.replaceAll('TZID=Europe/Berlin:', 'TZID=Asia/Tokyo:').replace(/BEGIN:VTIMEZONE[^]*END:VTIMEZONE\r\n/, '')],
    ['to whole days', (text) => text.replaceAll(/(DTSTART|RECURRENCE-ID);TZID=Europe\/Berlin:(\d{8})T\d{6}/g, '$1;VALUE=DATE:$2').replaceAll(/DTEND;TZID[^\r]*/g, 'DURATION:P1D')],
  ])('that is moved %s keeps what its changed instances have and no program shows', async (_, move) => {
    for (const isShort of [false, true]) {
      await opened.put('s.ics', bodyOf({ ...plain, overridden: ['12', '13'], guests: ['ben@example.com'] }))
      const master = (await opened.rows()).find((row) => row['recurrence'] !== undefined)!
      const before = (await opened.rows()).find(({ id }) => id.includes('20260312'))!
      const hidden = {
        extendedProperties: { private: { theirs: 'a' }, shared: { ours: 'b' } }, guestsCanModify: true, guestsCanInviteOthers: false, anyoneCanAddSelf: true, colorId: '5',
        source: { url: 'https://example.com/', title: 'A title' }, description: '<b>bold</b>',
        attachments: [{ fileUrl: 'https://example.com/file', title: 'File', fileId: 'id1', iconLink: 'https://example.com/icon' }],
        conferenceData: { conferenceId: 'c-1', conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Meet' }, entryPoints: [{ entryPointType: 'video', uri: 'https://meet.example.com/c-1', pin: '12345' }], notes: 'knock' },
      }
      await opened.api('PATCH', `/calendars/${me}/events/${before.id}?supportsAttachments=true&conferenceDataVersion=1`, hidden)
      const { text } = await opened.get('s.ics')
      const known = isShort ? text.replaceAll(/^(COLOR|CONFERENCE|ATTACH|X-CALGATE-SHOWN|X-ALT-DESC|STYLED-DESCRIPTION)[^\r]*\r\n(?: [^\r]*\r\n)*/gm, '') : text
      opened.forget()
      expect(await opened.put('s.ics', move(known.replaceAll('\r\n ', '')))).toMatchObject({ status: 204 })
      const [after, ...others] = (await opened.rows()).filter((row) => row['summary'] === 'Day 12')
      expect(others).toEqual([])
      expect(after?.id).not.toBe(before.id)
      expect(await opened.api('GET', `/calendars/${me}/events/${after!.id}`)).toMatchObject(hidden)
      await opened.api('DELETE', `/calendars/${me}/events/${master.id}`)
    }
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

describe('instances that the rule does not make', () => {
  test('become further dates however far off, also in a series of more starts than can be counted; nothing is refused half way', async () => {
    const opened = open()
    const part = (id: string, start: string): readonly string[] => ['UID:far@example.com', `RECURRENCE-ID:${id}`, `DTSTART:${start}`, 'DURATION:PT30M', 'SUMMARY:Far']
    const body = object(
      ['UID:far@example.com', 'DTSTART:20260310T120000Z', 'DURATION:PT30M', 'RRULE:FREQ=DAILY', 'EXDATE:20260312T130000Z', 'EXDATE:20260313T120000Z'],
      part('20260311T120000Z', '20260311T150000Z'), part('20260311T130000Z', '20260311T170000Z'), part('20991231T235940Z', '20260401T150000Z'))
    expect((await opened.put('far.ics', body)).status).toBe(201)
    const { text } = await opened.get('far.ics')
    expect([...text.matchAll(/(?:RDATE|EXDATE):(\S+)/g)].map(([line]) => line)).toEqual(['RDATE:20260311T130000Z', 'RDATE:20991231T235940Z', 'EXDATE:20260313T120000Z'])
    expect(text.match(/SUMMARY:Far/g)).toHaveLength(3)
    opened.forget()
    expect((await opened.put('far.ics', body)).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})

describe('times that are kept in another way than they are told', () => {
  test('TZID=Etc/UTC is UTC, and writing it again changes nothing', async () => {
    const opened = open()
    const body = object(['UID:u@example.com', 'DTSTART;TZID=Etc/UTC:20260310T120000', 'DTEND;TZID=UTC:20260310T130000'])
    expect((await opened.put('u.ics', body)).status).toBe(201)
    expect((await opened.get('u.ics')).text).toContain('DTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z\r\n')
    opened.forget()
    expect((await opened.put('u.ics', body)).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })

  test.each([
    ['alone', 'DTSTART:20260329T023000', 'DTEND:20260329T024500', ''],
    ['before its end', 'DTSTART:20260329T023000', 'DTEND:20260329T030000', ''],
    ['at the begin of a series', 'DTSTART:20260329T023000', 'DTEND:20260329T033000', 'RRULE:FREQ=DAILY;COUNT=5'],
    ['for its end', 'DTSTART:20260328T233000', 'DTEND:20260329T023000', ''],
  ])('a floating time that the calendar\'s clock leaves out stays what it is (%s)', async (_where, start, end, rule) => {
    const opened = open()
    const body = object(['UID:f@example.com', start, end, ...(rule === '' ? [] : [rule, 'EXDATE:20260331T023000'])], ...(rule === '' ? [] : [['UID:f@example.com', 'RECURRENCE-ID:20260330T023000', 'DTSTART:20260330T050000', 'DURATION:PT1H', 'SUMMARY:Moved']]))
    expect((await opened.put('f.ics', body)).status).toBe(201)
    const { text } = await opened.get('f.ics')
    const told = [start, end, ...(rule === '' ? [] : ['EXDATE:20260331T023000', 'RECURRENCE-ID:20260330T023000', 'DTSTART:20260330T050000'])]
    for (const line of told) expect(text.split('\r\n')).toContain(line)
    opened.forget()
    for (const again of [text, body]) expect((await opened.put('f.ics', again)).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})
