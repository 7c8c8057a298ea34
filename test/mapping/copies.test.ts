/** Private copies: events of other organizers, stored here from mailed messages, and what becomes of them when a newer message comes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EmulatorOptions } from '../../src/backends/emulator/index.ts'
import { meaningOf } from './meaning.ts'
import { narrowed } from './narrowed.ts'
import { calendarPath, me, object, open } from './open.ts'
import type { Opened, Row } from './open.ts'

const events = `/calendars/${me}/events`
const organizer = 'ORGANIZER;CN=Cleo:mailto:cleo@example.org'
const own = `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${me}`
const others = (...addresses: readonly string[]): readonly string[] => addresses.map((address) => `ATTENDEE:mailto:${address}`)

const meeting = (sequence: number, ...more: readonly string[]): string =>
  object(['UID:m@example.org', 'DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z', `SEQUENCE:${sequence}`, organizer, own, ...more])

async function onlyRow(opened: Opened): Promise<Row> {
  const [row, ...rest] = await opened.rows()
  if (row === undefined || rest.length > 0) throw new Error(`${rest.length + 1} rows`)
  return opened.api('GET', `${events}/${row.id}`)
}

const addresses = (row: Row): readonly string[] => (row['attendees'] as readonly { email: string }[]).map(({ email }) => email)

const peopleIn = (text: string): readonly string[] => [...text.replaceAll('\r\n ', '').matchAll(/mailto:(\S+)/g)].map(([, address = '']) => address)

/** What nobody knows of the service for sure, the unlikely way. */
const otherwise = { reimport: 'duplicate', importIfMatch: 'honoured', masterEdits: 'not-inherited', instanceWrites: 'touch-instance' } as const

async function start(body = meeting(0, 'SUMMARY:Talk', ...others('ben@example.com')), switches: EmulatorOptions['switches'] = {}): Promise<Opened> {
  const opened = open({ switches })
  expect((await opened.put('m.ics', body)).status).toBe(201)
  return opened
}

describe('a newer message of the organizer (a higher SEQUENCE, RFC 5546 §2.1.4)', () => {
  test.each([{}, otherwise])('changes the copy, its guests too, and nobody is told (%o)', async (switches) => {
    const opened = await start(undefined, switches)
    const before = await onlyRow(opened)
    expect(before).toMatchObject({ privateCopy: true, sequence: 0 })
    await opened.api('PATCH', `${events}/${before.id}`, { colorId: '5', extendedProperties: { private: { other: 'x' }, shared: { more: 'y' } } })
    const body = meeting(1, 'SUMMARY:Talk, moved', 'LOCATION:Room 2', ...others('dora@example.com')).replaceAll('T09', 'T13').replaceAll('T10', 'T14')
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 204 })
    const after = await onlyRow(opened)
    expect(after).toMatchObject({
      id: before.id, privateCopy: true, sequence: 1, summary: 'Talk, moved', location: 'Room 2', organizer: { email: 'cleo@example.org' },
      start: { dateTime: expect.stringMatching(/T1[34]:00/) as string }, colorId: '5', extendedProperties: { private: { other: 'x' }, shared: { more: 'y' } },
    })
    expect(addresses(after)).toEqual([me, 'dora@example.com'])
    expect(opened.mails()).toEqual([])
    opened.forget()
    expect((await opened.put('m.ics', body)).status).toBe(204)
    expect(opened.writes, 'the same again').toEqual([])
    await opened.close()
  })

  test('changes a copy whose guest list does not name the calendar', async () => {
    const bodyOf = (sequence: number, guest: string): string => meeting(sequence, ...others(guest)).replace(`${own}\r\n`, '')
    const opened = await start(bodyOf(0, 'ben@example.com'))
    expect((await opened.put('m.ics', bodyOf(2, 'dora@example.com'))).status).toBe(204)
    const { text } = await opened.get('m.ics')
    expect(text).toContain('mailto:dora@example.com')
    expect(text).not.toMatch(/mailto:(ben@example.com|anna@example.com)/)
    await opened.close()
  })

  test.each([{}, otherwise])('may put the user on its guest list, and take the user off it (%o)', async (switches) => {
    const guests = (sequence: number, ...more: readonly string[]): string => meeting(sequence, ...others('ben@example.com', ...more)).replace(`${own}\r\n`, '')
    for (const invited of [guests(1, me), meeting(1, ...others('ben@example.com'))]) {
      const opened = await start(guests(0), switches)
      expect(await opened.put('m.ics', invited)).toMatchObject({ status: 204 })
      expect(peopleIn((await opened.get('m.ics')).text)).toContain(me)
      opened.forget()
      expect(await opened.put('m.ics', invited)).toMatchObject({ status: 204 })
      expect(opened.writes, 'the same again').toEqual([])
      expect(await opened.put('m.ics', guests(2, 'dora@example.com'))).toMatchObject({ status: 204 })
      expect(peopleIn((await opened.get('m.ics')).text)).toEqual(['cleo@example.org', 'ben@example.com', 'dora@example.com'])
      await opened.close()
    }
  })

  test.each([
    ['of the same SEQUENCE', meeting(0, 'SUMMARY:Mine', ...others('ben@example.com'))],
    ['of a lower one', meeting(-1, 'SUMMARY:Mine', ...others('ben@example.com'))],
    ['of another organizer', meeting(1, 'SUMMARY:Talk').replace('cleo@example.org', 'eve@example.org')],
  ])('is none that is %s', async (_what, body) => {
    const opened = await start()
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 403, condition: 'allowed-attendee-scheduling-object-change' })
    expect(await onlyRow(opened)).toMatchObject({ summary: 'Talk', sequence: 0, organizer: { email: 'cleo@example.org' } })
    await opened.close()
  })

  test('is none for an invitation that the organizer\'s calendar keeps up to date itself', async () => {
    const opened = open()
    await opened.api('POST', '/calendars/ben@example.com/events?sendUpdates=all', {
      summary: 'Live', attendees: [{ email: me }], start: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2026-03-10T13:00:00Z', timeZone: 'UTC' },
    }, 'ben@example.com')
    const { iCalUID: uid } = await onlyRow(opened)
    const name = `${String(uid)}.ics`
    const { text } = await opened.get(name)
    const newer = text.replace(/SEQUENCE:\d+/, 'SEQUENCE:9').replace('SUMMARY:Live', 'SUMMARY:Mine')
    expect(await opened.put(name, newer)).toMatchObject({ status: 403, condition: 'allowed-attendee-scheduling-object-change' })
    await opened.close()
  })

  test('is held against what is stored: a change in between is never written over', async () => {
    const opened = await start()
    const { etag } = await opened.get('m.ics')
    const { id } = await onlyRow(opened)
    await opened.api('PATCH', `${events}/${id}`, { location: 'Changed by another' })
    expect(await opened.put('m.ics', meeting(1, 'SUMMARY:Newer'), { 'If-Match': etag! })).toMatchObject({ status: 412 })
    expect(await onlyRow(opened)).toMatchObject({ summary: 'Talk', location: 'Changed by another' })
    await opened.close()
  })
})

describe('a newer message about a series', () => {
  const at = (name: string, day: string, hour: string): string => `${name};TZID=Europe/Berlin:202603${day}T${hour}0000`
  const part = (day: string, hour: string, sequence: number): readonly string[] =>
    ['UID:m@example.org', at('RECURRENCE-ID', day, '09'), at('DTSTART', day, hour), 'DURATION:PT1H', `SEQUENCE:${sequence}`, organizer, own, ...others('ben@example.com')]
  const series = (sequence: number, more: readonly string[], ...parts: readonly (readonly string[])[]): string =>
    object(['UID:m@example.org', at('DTSTART', '10', '09'), 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=6', `SEQUENCE:${sequence}`, organizer, own, ...others('ben@example.com'), ...more], ...parts)
  const starts = (text: string): readonly string[] => [...text.matchAll(/DTSTART;TZID=Europe\/Berlin:202603(\d\dT\d\d)/g)].map(([, start = '']) => start)

  test('of one instance changes that one', async () => {
    const opened = await start(series(0, [], part('12', '15', 0)))
    opened.forget()
    expect(await opened.put('m.ics', series(0, [], part('12', '15', 0), part('13', '18', 1)))).toMatchObject({ status: 204 })
    expect(opened.writes).toHaveLength(1)
    expect(starts((await opened.get('m.ics')).text)).toEqual(['10T09', '12T15', '13T18'])
    await opened.close()
  })

  const newer = series(3, ['SUMMARY:Renamed', at('EXDATE', '14', '09')], part('12', '16', 3), part('13', '18', 3))

  test.each([{}, otherwise])('changes master and instances alike; then it is a copy like any other (%o)', async (switches) => {
    const opened = await start(series(0, [], part('12', '15', 0)), switches)
    expect(await opened.put('m.ics', newer)).toMatchObject({ status: 204 })
    const { text } = await opened.get('m.ics')
    expect(starts(text)).toEqual(['10T09', '12T16', '13T18'])
    expect(text).toContain('SUMMARY:Renamed')
    expect(text).toContain('EXDATE;TZID=Europe/Berlin:20260314T090000')
    expect(opened.mails()).toEqual([])
    expect(await opened.put('m.ics', series(3, ['SUMMARY:Renamed', at('EXDATE', '14', '09')], part('12', '16', 3), part('13', '19', 3)))).toMatchObject({ status: 403 })
    await opened.close()
  })

  test.each(['refused', 'lost'] as const)('that broke off is finished by the same message (calls %s)', async (how) => {
    for (let call = 1; call <= 4; call += 1) {
      const opened = await start(series(0, [], part('12', '15', 0)))
      opened.setFault((write) => (write === call || (how === 'refused' && write > call) ? how : undefined))
      await opened.put('m.ics', newer)
      opened.setFault(undefined)
      expect(await opened.put('m.ics', newer), `call ${call}`).toMatchObject({ status: 204 })
      expect(starts((await opened.get('m.ics')).text), `call ${call}`).toEqual(['10T09', '12T16', '13T18'])
      await opened.close()
    }
  })

  test('with other guests in an instance is refused by name, and nothing is written', async () => {
    const opened = await start(series(0, []))
    opened.forget()
    const answer = await opened.put('m.ics', series(1, [], [...part('12', '15', 1), ...others('dora@example.com')]))
    expect(answer).toMatchObject({ status: 403, condition: 'valid-calendar-object-resource', text: expect.stringContaining('same guests') as string })
    expect(opened.writes).toEqual([])
    expect((await opened.ask('GET', `${calendarPath}m.ics`)).text).not.toContain('dora')
    await opened.close()
  })
})

interface Version {
  readonly isNewer: boolean
  readonly isAllDay: boolean
  readonly hour: string
  /** 0: a single event. */
  readonly count: number
  readonly moved: readonly string[]
  readonly excluded: readonly string[]
  readonly further: readonly string[]
  readonly ownSequence: number
  readonly guests: readonly string[]
  /** Whether the list names the user, where it is a newer message. */
  readonly isInvited: boolean
}

const versions: fc.Arbitrary<Version> = fc.record({
  isNewer: fc.boolean(),
  isAllDay: fc.boolean(),
  hour: fc.constantFrom('09', '11'),
  count: fc.constantFrom(0, 4, 6),
  moved: fc.subarray(['10', '12', '13', '22']),
  excluded: fc.subarray(['11', '14']),
  further: fc.subarray(['12', '22']),
  ownSequence: fc.nat(2),
  guests: fc.subarray(['ben@example.com', 'dora@example.com'], { minLength: 1 }),
  isInvited: fc.boolean(),
})

function versionOf({ isAllDay, hour, count, moved, excluded, further, ownSequence, guests, isInvited }: Version, sequence: number): string {
  const at = (name: string, day: string, time: string): string =>
    (isAllDay ? `${name};VALUE=DATE:202603${day}` : `${name};TZID=Europe/Berlin:202603${day}T${time}0000`)
  const people = [organizer, ...others(...guests), ...(isInvited ? [own] : [])]
  const duration = isAllDay ? 'DURATION:P1D' : 'DURATION:PT1H'
  if (count === 0) return object(['UID:m@example.org', at('DTSTART', '10', hour), duration, `SEQUENCE:${sequence}`, 'SUMMARY:Talk', ...people])
  return object(
    ['UID:m@example.org', at('DTSTART', '10', hour), duration, `RRULE:FREQ=DAILY;COUNT=${count}`, `SEQUENCE:${sequence}`, 'SUMMARY:Talk', ...people,
      ...excluded.filter((day) => Number(day) < 10 + count).map((day) => at('EXDATE', day, hour)), ...further.map((day) => at('RDATE', day, hour))],
    ...moved.filter((day) => day !== '22' || further.includes(day)).map((day) => ['UID:m@example.org', at('RECURRENCE-ID', day, hour), at('DTSTART', day, '19'), duration, `SEQUENCE:${sequence + ownSequence}`, 'SUMMARY:Moved', ...people]),
  )
}

/** When the instances of March begin, in Berlin. */
function instancesOf({ isAllDay, hour, count, moved, excluded, further }: Version): readonly string[] {
  if (count === 0) return [`2026-03-10${isAllDay ? '' : `T${hour}`}`]
  const days = new Set([...Array.from({ length: count }, (_, index) => String(10 + index)).filter((day) => !excluded.includes(day)), ...further])
  return [...days].sort().map((day) => `2026-03-${day}${isAllDay ? '' : `T${moved.includes(day) ? '19' : hour}`}`)
}

async function instancesAt(opened: Opened): Promise<readonly string[]> {
  const { items } = await opened.api('GET', `${events}?singleEvents=true&timeZone=Europe/Berlin`) as unknown as { items: readonly { start: { date?: string; dateTime?: string } }[] }
  return items.map(({ start }) => start.date ?? start.dateTime?.slice(0, 13) ?? '').sort()
}

describe('a copy of a series', () => {
  /** Exclusions are told by what is left. */
  const told = (text: string): unknown => [...narrowed(meaningOf(text, { zone: 'Europe/Berlin' }), 'Europe/Berlin')].sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, meaning]) => [id, { ...meaning, excluded: [] }])

  /** One that does not invite the user may be edited here as well, but for its guests. */
  test.each([{}, otherwise, { copyEdits: 'not-followed' }] as const)('is what the last message, edit or answer says, whatever it was before (%o)', async (switches) => {
    await fc.assert(fc.asyncProperty(fc.array(versions, { minLength: 2, maxLength: 5 }), async (messages) => {
      const opened = open({ switches })
      let [sequence, before] = [-1, messages[0]!]
      for (const message of messages) {
        const isNewer = message.isNewer || before.isInvited || sequence < 0
        const isFollowed = !('copyEdits' in switches)
        // An exception that stays behind is of another kind than the days of an all-day series.
        const isAllDay = message.isAllDay && isFollowed
        const version: Version = { ...message, isAllDay, ...(isNewer ? {} : { guests: before.guests, isInvited: false, ownSequence: 0 }) }
        sequence += isNewer ? 1 : 0
        const body = versionOf(version, sequence)
        await expectStored(opened, body)
        if (isFollowed || version.count === 0) expect(await instancesAt(opened)).toEqual(instancesOf(version))
        if (version.isInvited) await expectStored(opened, answeredIn(body))
        before = version
      }
      await opened.close()
    }), { numRuns: 40 })
  })

  async function expectStored(opened: Opened, body: string): Promise<void> {
    expect([201, 204]).toContain((await opened.put('m.ics', body)).status)
    expect(told((await opened.get('m.ics')).text)).toEqual(told(body))
    opened.forget()
    expect(await opened.put('m.ics', body)).toMatchObject({ status: 204 })
    expect(opened.writes, 'the same again').toEqual([])
  }

  /** The user's answer to the last part of an object. */
  function answeredIn(body: string): string {
    const at = body.lastIndexOf(own)
    return body.slice(0, at) + own.replace('ACCEPTED', 'DECLINED') + body.slice(at + own.length)
  }
})

test('a newer message about a lone instance, stored without its series, changes it', async () => {
  const instance = (sequence: number, hour: string): string =>
    object(['UID:m@example.org', 'RECURRENCE-ID:20260312T090000Z', `DTSTART:20260312T${hour}0000Z`, 'DURATION:PT1H', `SEQUENCE:${sequence}`, organizer, own, ...others('ben@example.com')])
  const opened = await start(instance(0, '10'))
  expect(await opened.put('m.ics', instance(0, '11'))).toMatchObject({ status: 403 })
  expect(await opened.put('m.ics', instance(1, '12'))).toMatchObject({ status: 204 })
  const { text } = await opened.get('m.ics')
  expect(text).toContain('DTSTART:20260312T120000Z')
  expect(text).toContain('RECURRENCE-ID:20260312T090000Z')
  await opened.close()
})

test.each([{}, otherwise])('a copy of one instance becomes the series to which the user is invited later, whether that was counted up or not (%o)', async (switches) => {
  const instance = ['UID:m@example.org', 'RECURRENCE-ID:20260312T090000Z', 'DTSTART:20260312T110000Z', 'DURATION:PT1H', 'SEQUENCE:1', organizer, own, ...others('ben@example.com')]
  const series = (sequence: number): string =>
    object(['UID:m@example.org', 'DTSTART:20260310T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=6', `SEQUENCE:${sequence}`, organizer, own, ...others('ben@example.com')], instance)
  for (const sequence of [0, 1, 2]) {
    const opened = await start(object(instance), switches)
    expect(await opened.put('m.ics', series(0).replace('SEQUENCE:1', 'SEQUENCE:0'))).toMatchObject({ status: 403, condition: 'allowed-attendee-scheduling-object-change' })
    expect(await opened.put('m.ics', series(sequence))).toMatchObject({ status: 204 })
    const { text } = await opened.get('m.ics')
    expect(text.match(/^(DTSTART|RECURRENCE-ID|RRULE):.*$/gm)?.map((line) => line.trim())).toEqual([
      'DTSTART:20260310T090000Z', 'RRULE:FREQ=DAILY;COUNT=6', 'DTSTART:20260312T110000Z', 'RECURRENCE-ID:20260312T090000Z',
    ])
    opened.forget()
    expect((await opened.put('m.ics', series(sequence))).status).toBe(204)
    expect(opened.writes, 'the same again').toEqual([])
    expect(opened.mails()).toEqual([])
    await opened.close()
  }
})

describe('a copy that was removed', () => {
  const talk = meeting(0, 'SUMMARY:Talk', ...others('ben@example.com'))
  const ownEvent = object(['UID:m@example.org', 'DTSTART:20260311T090000Z', 'DTEND:20260311T100000Z', 'SUMMARY:Mine'])

  async function removed(switches: EmulatorOptions['switches']): Promise<Opened> {
    const opened = await start(talk, switches)
    expect((await opened.ask('DELETE', `${calendarPath}m.ics`)).status).toBe(204)
    return opened
  }

  test.each([{}, { importOfDeleted: 'duplicate' }] as const)('comes back with the same message (%o)', async (switches) => {
    const opened = await removed(switches)
    expect(await opened.put('m.ics', talk, { 'If-None-Match': '*' })).toMatchObject({ status: 201 })
    expect(await onlyRow(opened)).toMatchObject({ privateCopy: true, summary: 'Talk', organizer: { email: 'cleo@example.org' } })
    expect(addresses(await onlyRow(opened))).toEqual([me, 'ben@example.com'])
    await opened.close()
  })

  test.each([{}, { importOfDeleted: 'duplicate' }] as const)('and is back is brought up to date by the next message, whatever the service has counted meanwhile (%o)', async (switches) => {
    const opened = await removed(switches)
    await opened.put('m.ics', talk)
    expect((await opened.get('m.ics')).text).toContain('SEQUENCE:0')
    expect(await opened.put('m.ics', meeting(1, 'SUMMARY:Talk, moved', ...others('dora@example.com')))).toMatchObject({ status: 204 })
    expect((await opened.get('m.ics')).text).toContain('SUMMARY:Talk\\, moved')
    await opened.close()
  })

  test.each([
    ['a guest whose part is another', talk.replace('ATTENDEE:mailto:ben', 'ATTENDEE;CN=Ben;ROLE=OPT-PARTICIPANT:mailto:ben')],
    ['other guests', meeting(1, 'SUMMARY:Talk', ...others('dora@example.com'))],
    ['another organizer', talk.replace('cleo@example.org', 'eve@example.org')],
    ['none, as an event of the user', ownEvent],
  ])('with %s begins anew, or is refused and stays removed', async (_title, body) => {
    const anew = await removed({})
    expect(await anew.put('m.ics', body, { 'If-None-Match': '*' })).toMatchObject({ status: 201 })
    expect(peopleIn((await anew.get('m.ics')).text)).toEqual(peopleIn(body))
    await anew.close()
    const refusing = await removed({ importOfDeleted: 'duplicate' })
    expect(await refusing.put('m.ics', body, { 'If-None-Match': '*' })).toMatchObject({ status: 403, condition: 'no-uid-conflict' })
    expect(await refusing.rows()).toEqual([])
    expect((await refusing.get('m.ics')).status).toBe(404)
    await refusing.close()
  })
})
