/** New objects: the service itself refuses a UID that is there, so that nothing is written over and nothing is looked up before. */

import { describe, expect, test } from 'vitest'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { addressOf, daily, guest, nameOf, readOne, single } from '../contract.ts'
import { open } from './open.ts'
import type { WriteOptions } from '../../../src/calendar/backend.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const a = nameOf('a.ics')
const absent: WriteOptions = { condition: { kind: 'absent' }, notify: 'nobody' }
const switches = [{}, { insertWithUid: 'random-id' }] as const

describe.each(switches)('insertion with %j', (given) => {
  test('nothing is lost where somebody was faster than the caller knew', async () => {
    const opened = open({ switches: given })
    const session = opened.session(anna)
    await session.put(home, a, single('a', { summary: 'First' }), absent)
    await expect(session.put(home, a, single('a', { summary: 'Second' }), { ...absent, known: 'absent' })).rejects.toMatchObject({ fault: 'conflict' })
    await expect(session.put(home, a, single('a', { summary: 'Second' }), absent)).rejects.toMatchObject({ fault: 'precondition' })
    expect((await readOne(session, home, a)).series).toMatchObject({ event: { summary: 'First' } })
    opened.close()
  })

  test('of two that create the same object at once one makes it, the other is told so', async () => {
    const opened = open({ switches: given })
    const session = opened.session(anna)
    const results = await Promise.allSettled(['One', 'Two', 'Three'].map((summary) => session.put(home, a, single('a', { summary }), absent)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.fault] : []))).toEqual(['precondition', 'precondition'])
    opened.close()
  })

  test.each([['a single event', single('a')], ['a series with an override', daily('a')]])('%s whose insertion got no answer is there once', async (_title, series) => {
    const opened = open({ switches: given })
    const session = opened.session(anna)
    let isLost = false
    opened.fault = ({ method, url }) => {
      const isFirst = !isLost && method === 'POST' && url.includes('/events?')
      isLost ||= isFirst
      return isFirst ? 'lost' : undefined
    }
    const stored = await session.put(home, a, series, absent)
    expect((await readOne(session, home, a)).revision).toBe(stored.revision)
    expect((await opened.api(anna, 'GET', `/calendars/${anna}/events?iCalUID=a`)).items.filter(({ recurringEventId }) => recurringEventId === undefined)).toHaveLength(1)
    opened.close()
  })

  test('guests are told by the insertion itself, once', async () => {
    const opened = open({ switches: given })
    const session = opened.session(anna)
    opened.session('ben@example.com')
    const meeting = single('a', { organizer: { address: addressOf(anna) }, attendees: [guest('ben@example.com')] })
    await session.state(home)
    opened.forget()
    await session.put(home, a, meeting, { ...absent, notify: 'everybody', known: 'absent' })
    expect(opened.calls.map((call) => call.split('?')[0])).toEqual([`POST /calendars/${anna}/events`])
    expect(opened.mails()).toHaveLength(1)
    opened.close()
  })

  test('somebody else\'s event is imported, and its UID looked up before, as an import writes over what is there', async () => {
    const opened = open({ switches: given })
    const session = opened.session(anna)
    await session.put(home, a, single('a', { organizer: { address: addressOf('ben@example.com') }, attendees: [guest('cleo@example.com')] }), { ...absent, known: 'absent' })
    expect(opened.calls.some((call) => call.startsWith('GET') && call.includes('iCalUID=a'))).toBe(true)
    expect(opened.writes()[0]).toContain('/events/import')
    opened.close()
  })
})
