/** Whose answers a meeting loses when its organizer reschedules it (RFC 6638 §3.2.8). */

import { afterEach, describe, expect, test } from 'vitest'
import { ANNA, answered, BOB, calendar, CARA, homeOf, meeting, OBJECT, objectOf, openWorld, vevent } from './world.ts'
import type { Meeting, World } from './world.ts'

let world: World
afterEach(() => world.gateway.close())

const guests = { [BOB]: 'ACCEPTED', [CARA]: 'TENTATIVE' }
const weekly = 'RRULE:FREQ=WEEKLY;COUNT=4'
const second = '20260922T080000Z'
const kept = 'anna:ACCEPTED bob:ACCEPTED cara:TENTATIVE'
const anew = 'anna:ACCEPTED bob:NEEDS-ACTION cara:NEEDS-ACTION'

async function opened(given: Meeting, scheduling: 'implicit' | 'outbox' = 'implicit'): Promise<void> {
  world = await openWorld({ scheduling })
  await world.put(ANNA, meeting({ guests, ...given }), { expect: 201 })
}

const unfolded = async () => (await world.text(ANNA))!.replace(/\r\n[ \t]/g, '')
const answersOf = async () => (await world.seen(ANNA)).map((line) => line.replace(/^.*#\d+ /, '').replace(/ -2.*/, ''))

describe('an organizer\'s PUT', () => {
  test.each<[string, readonly string[], (text: string) => string, string]>([
    ['another start', [], (text) => text.replace(/DTSTART:.*/, 'DTSTART:20260915T083000Z'), anew],
    ['another end', [], (text) => text.replace(/DTEND:.*/, 'DTEND:20260915T093000Z'), anew],
    ['all day instead of an hour', [], (text) => text.replace(/DTSTART:.*/, 'DTSTART;VALUE=DATE:20260915').replace(/DTEND:.*/, 'DTEND;VALUE=DATE:20260916'), anew],
    ['the same moments in another zone', [], (text) => text.replace(/DTSTART:.*/, 'DTSTART;TZID=Europe/Berlin:20260915T100000').replace(/DTEND:.*/, 'DTEND;TZID=Europe/Berlin:20260915T110000'), kept],
    ['another title', [], (text) => text.replace('SUMMARY:Plan', 'SUMMARY:Plan B'), kept],
    ['a rule where there was none', [], (text) => text.replace('SUMMARY', `${weekly}\r\nSUMMARY`), anew],
    ['further instances by the rule', [weekly], (text) => text.replace('COUNT=4', 'COUNT=5'), anew],
    ['an endless rule', [weekly], (text) => text.replace(';COUNT=4', ''), anew],
    ['another day of the week', ['RRULE:FREQ=WEEKLY;BYDAY=TU,TH'], (text) => text.replace('TU,TH', 'TU,FR'), anew],
    ['further instances by RDATE', [weekly], (text) => text.replace('SUMMARY', 'RDATE:20260917T080000Z\r\nSUMMARY'), anew],
    ['an instance that comes back', [weekly, `EXDATE:${second}`], (text) => text.replace(/EXDATE.*\r\n/, ''), anew],
    ['fewer instances by the rule', [weekly], (text) => text.replace('COUNT=4', 'COUNT=3'), kept],
    ['fewer of an endless rule', ['RRULE:FREQ=DAILY'], (text) => text.replace('FREQ=DAILY', 'FREQ=WEEKLY'), kept],
    ['the end of an endless rule', ['RRULE:FREQ=WEEKLY'], (text) => text.replace('FREQ=WEEKLY', 'FREQ=WEEKLY;UNTIL=20261001T000000Z'), kept],
    ['no rule any more', [weekly], (text) => text.replace(`${weekly}\r\n`, ''), kept],
    ['a cancelled instance', [weekly], (text) => text.replace('SUMMARY', `EXDATE:${second}\r\nSUMMARY`), kept],
  ])('%s', async (_, lines, change, expected) => {
    await opened({ lines })
    await world.put(ANNA, change(await unfolded()))
    expect(await answersOf()).toEqual([expected])
  })

  test('one instance moved: the answers to that one', async () => {
    await opened({ lines: [weekly] })
    await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] }), ...vevent({ guests, start: '20260922T100000Z', lines: [`RECURRENCE-ID:${second}`] })))
    expect(await answersOf()).toEqual([kept, anew])
    await world.put(ANNA, (await unfolded()).replaceAll('SUMMARY:Plan', 'SUMMARY:Plan B'))
    expect(await answersOf()).toEqual([kept, anew])
  })

  describe('a changed instance that is left out', () => {
    const changed = (start: string, summary: string) => calendar(...vevent({ guests, lines: [weekly] }), ...vevent({ guests, start, summary, lines: [`RECURRENCE-ID:${second}`] }))
    const declinedByBob = async () => {
      const [head, tail] = (await world.text(BOB))!.replace(/\r\n[ \t]/g, '').split(/(?=BEGIN:VEVENT\r\n(?:(?!BEGIN:VEVENT)[^])*RECURRENCE-ID)/) as [string, string]
      await world.put(BOB, head + answered(tail, BOB, 'DECLINED'))
    }

    /** @param local in Berlin */
    const takenOffByBob = async (local: string) => {
      await world.put(BOB, (await world.text(BOB))!.replace(/RRULE:FREQ=[DW].*\r\n/, `$&EXDATE;TZID=Europe/Berlin:${local}\r\n`))
      expect(await world.seen(ANNA)).toContainEqual(expect.stringContaining('bob:DECLINED'))
    }

    test('goes back to its time: asked anew', async () => {
      await opened({ lines: [weekly] })
      await world.put(ANNA, changed('20260922T100000Z', 'Plan'))
      await declinedByBob()
      await world.mails()
      await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] })))
      expect(await world.seen(BOB)).toEqual([expect.stringContaining(kept), `[${second}] ${second} Plan #2 ${anew}`])
      expect(await world.mails()).toEqual([`update ${BOB}`, `update ${CARA}`])
    })

    test('was at its time: a decline of it stays', async () => {
      await opened({ lines: [weekly] })
      await world.put(ANNA, changed(second, 'Plan B'))
      await declinedByBob()
      await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] })))
      expect(await world.seen(ANNA)).toEqual([expect.stringContaining(kept), expect.stringMatching(/^\[20260922T080000Z\] 20260922T080000Z Plan #\d anna:ACCEPTED bob:DECLINED cara:TENTATIVE$/)])
    })

    test('had the answers of the series: it is one like any other', async () => {
      await opened({ lines: [weekly] })
      await world.put(ANNA, changed(second, 'Plan B'))
      await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] })))
      expect(await answersOf()).toEqual([kept])
    })

    test('is none of a series in another zone that begins at the same moment', async () => {
      const inZone = meeting({ guests, start: '20261020T080000Z', lines: [weekly] }).replace('DTSTART:20261020T080000Z', 'DTSTART;TZID=Europe/Berlin:20261020T100000')
      world = await openWorld()
      await world.put(ANNA, inZone, { expect: 201 })
      await takenOffByBob('20261027T100000')
      await world.put(ANNA, meeting({ guests, start: '20261020T080000Z', lines: [weekly] }))
      expect(await unfolded()).not.toMatch(/RDATE|RECURRENCE-ID/)
    })

    test('one of many on a day, at no place but its own: a decline of it stays', async () => {
      const hourly = meeting({ guests, start: '20260915T080000', lines: ['RRULE:FREQ=DAILY;COUNT=40;BYHOUR=8,10,12,14,16,18'] })
      world = await openWorld()
      await world.put(ANNA, hourly, { expect: 201 })
      await takenOffByBob('20260916T140000')
      await world.put(ANNA, hourly)
      expect(await answersOf()).toEqual([kept, 'anna:ACCEPTED bob:DECLINED cara:TENTATIVE'])
    })

    test('over a change of the clocks is where it was: a decline of it stays, and nobody is told', async () => {
      const day = calendar(...vevent({ guests, lines: [weekly] }).map((line) => line.replace(/^DTSTART.*/, 'DTSTART;TZID=Europe/Berlin:20261017T180000').replace(/^DURATION.*/, 'DTEND;TZID=Europe/Berlin:20261018T180000')))
      world = await openWorld()
      await world.put(ANNA, day, { expect: 201 })
      const { headers } = await world.ask(ANNA, 'GET', objectOf(ANNA))
      await takenOffByBob('20261024T180000')
      expect((await world.ask(ANNA, 'GET', objectOf(ANNA))).headers.get('Schedule-Tag')).toBe(headers.get('Schedule-Tag'))
      await world.mails()
      const before = await world.seen(ANNA)
      await world.put(ANNA, day)
      expect(await world.seen(ANNA)).toEqual(before)
      expect(await world.mails()).toEqual([])
    })

    test('by who knows of the answer to it: what is sent is meant', async () => {
      await opened({ lines: [weekly] })
      await world.put(ANNA, changed(second, 'Plan B'))
      await declinedByBob()
      const { headers } = await world.ask(ANNA, 'GET', objectOf(ANNA))
      await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] })), { headers: { 'If-Match': headers.get('ETag')! } })
      expect(await answersOf()).toEqual([kept])
    })
  })

  test('an instance with another title: none', async () => {
    await opened({ lines: [weekly] })
    await world.put(ANNA, calendar(...vevent({ guests, lines: [weekly] }), ...vevent({ guests, start: second, summary: 'Plan B', lines: [`RECURRENCE-ID:${second}`] })))
    expect(await answersOf()).toEqual([kept, kept])
  })

  test('a guest whom the client tells itself keeps the answer (§7.1)', async () => {
    await opened({})
    await world.put(ANNA, (await unfolded()).replace(/DTSTART:.*/, 'DTSTART:20260915T083000Z').replace(/^ATTENDEE(.*:mailto:cara)/m, 'ATTENDEE;SCHEDULE-AGENT=CLIENT$1'))
    expect(await answersOf()).toEqual(['anna:ACCEPTED bob:NEEDS-ACTION cara:TENTATIVE'])
  })

  test('where the client sends all messages nothing changes', async () => {
    await opened({}, 'outbox')
    await world.put(ANNA, (await unfolded()).replace(/DTSTART:.*/, 'DTSTART:20260915T083000Z'))
    expect(await answersOf()).toEqual([kept])
  })

  test('the organizer\'s own answer stays in a calendar that is itself the organizer', async () => {
    world = await openWorld()
    const made = await world.ask(ANNA, 'MKCALENDAR', `${homeOf(ANNA)}second/`, { expect: 201 })
    const path = `${made.headers.get('Location')!}${OBJECT}`
    await world.put(ANNA, meeting({ guests }), { path, expect: 201 })
    await world.put(ANNA, meeting({ guests, start: '20260915T083000Z' }), { path })
    const text = (await world.text(ANNA, path))!.replace(/\r\n[ \t]/g, '')
    expect([...text.matchAll(/^ATTENDEE.*PARTSTAT=([A-Z-]+)/gm)].map(([, answer]) => answer).sort()).toEqual(['ACCEPTED', 'NEEDS-ACTION', 'NEEDS-ACTION'])
  })

  test('what was sent is not what is stored: no ETag, the same again changes nothing, and new answers stay', async () => {
    await opened({})
    await world.mails()
    const later = meeting({ guests, start: '20260915T083000Z' })
    expect((await world.put(ANNA, later)).headers.has('ETag')).toBe(false)
    expect(await world.mails()).toEqual([`update ${BOB}`, `update ${CARA}`])
    const read = await world.ask(ANNA, 'GET', `${homeOf(ANNA)}events/${OBJECT}`)
    await world.put(ANNA, later)
    expect((await world.ask(ANNA, 'GET', `${homeOf(ANNA)}events/${OBJECT}`)).headers.get('ETag')).toBe(read.headers.get('ETag'))
    expect(await world.mails()).toEqual([])
    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    await world.put(ANNA, (await unfolded()).replace('SUMMARY:Plan', 'SUMMARY:Plan B'))
    expect(await answersOf()).toEqual(['anna:ACCEPTED bob:ACCEPTED cara:NEEDS-ACTION'])
  })
})
