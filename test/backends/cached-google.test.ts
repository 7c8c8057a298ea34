/** The cache over the real adapter and the emulator: calls of the backend are counted where they leave the process. */

import { describe, expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import type { Backend, CalendarSession } from '../../src/calendar/backend.ts'
import { eventIdOf } from '../../src/backends/google/names.ts'
import { calendarId, emailAddress, eventUid } from '../../src/calendar/identifiers.ts'
import { describeBackend, nameOf, single } from './contract.ts'
import { open } from './google/open.ts'
import type { Opened } from './google/open.ts'
import { collect } from './collect.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const always = { condition: { kind: 'always' }, notify: 'nobody' } as const

/** With its sessions from the opened service. */
function cached(opened: Opened, freshnessMs: number, now: () => number): Backend {
  return cachedBackend({ session: ({ address }) => opened.session(address), close: async () => opened.close() }, { maxBytes: 50_000_000, freshnessMs, now })
}

describeBackend('google over the emulator, with a cache that asks each time', () => {
  const opened = open()
  const backend = cached(opened, 0, () => 0)
  return { ...opened, session: (address) => backend.session({ address: emailAddress(address)! }) }
})

/** A calendar with as many events, and sessions of two replicas: one with a cache that knows nothing yet, one without any. */
async function setUp(count: number, pageSize = 2500) {
  const opened = open({ pageSize })
  const clock = { now: 0 }
  const session = cached(opened, 2000, () => clock.now).session({ address: emailAddress(anna)! })
  const outside = opened.session(anna)
  const names = Array.from({ length: count }, (_, index) => nameOf(`event-${index}.ics`))
  for (const [index, name] of names.entries()) await outside.put(home, name, single(`event-${index}`), always)
  const callsOf = async (run: () => Promise<unknown>): Promise<number> => {
    opened.forget()
    await run()
    return opened.calls.length
  }
  return { opened, clock, session, outside, names, callsOf, close: () => opened.close() }
}

const poll = (session: CalendarSession) => Promise.all([session.state(home), session.state(home)])

describe('calls per operation (performance goals, section 1)', () => {
  test('poll: one cold, none within the window, one after it, one for all who poll at once', async () => {
    const { session, clock, callsOf, close } = await setUp(3)
    expect(await callsOf(() => poll(session))).toBe(1)
    expect(await callsOf(() => poll(session))).toBe(0)
    clock.now = 3000
    expect(await callsOf(() => Promise.all([poll(session), poll(session), poll(session)]))).toBe(1)
    close()
  })

  test('whole first synchronisation: its pages, and no call for any multiget', async () => {
    const { session, names, callsOf, close } = await setUp(12, 5)
    expect(await callsOf(async () => {
      const { changed } = await session.changes(home, undefined)
      expect(changed.length).toBe(12)
    })).toBe(Math.ceil(12 / 5))
    expect(await callsOf(async () => {
      for (const name of names) expect((await session.objectsByName(home, [name])).get(name)).toMatchObject({ name })
      expect((await session.objectsByName(home, names)).size).toBe(12)
    })).toBe(0)
    close()
  })

  test('a calendar held: one call for a synchronisation with no change and with one, none for the bodies', async () => {
    const { session, outside, names, clock, callsOf, close } = await setUp(6)
    const { next } = await session.changes(home, undefined)
    clock.now = 3000
    expect(await callsOf(() => session.changes(home, next))).toBe(1)
    await outside.put(home, names[0]!, single('event-0', { summary: 'Changed' }), always)
    clock.now = 6000
    expect(await callsOf(async () => {
      const { changed } = await session.changes(home, next)
      expect(changed.map(({ name }) => name)).toEqual([names[0]])
    })).toBe(1)
    expect(await callsOf(async () => {
      expect((await session.objectsByName(home, [names[0]!])).get(names[0]!)).toMatchObject({ series: { event: { summary: 'Changed' } } })
    })).toBe(0)
    close()
  })

  test('a calendar held: one call for the query of a month, for a listing, and for a GET', async () => {
    const { session, clock, callsOf, close, names } = await setUp(6)
    await session.changes(home, undefined)
    for (const read of [() => collect(session.objects(home, { from: Date.parse('2026-03-01') as never })), () => collect(session.tags(home)), () => session.objectsByName(home, [names[0]!])]) {
      clock.now += 3000
      expect(await callsOf(read)).toBe(1)
    }
    close()
  })

  test('PUT of a change to what was just read: one call; the multiget after it none', async () => {
    const { session, names, callsOf, close } = await setUp(2)
    const [name] = names as [typeof names[0] & string]
    const known = (await session.objectsByName(home, [name])).get(name)
    if (known === undefined || 'kind' in known) throw new Error('It cannot be read.')
    expect(await callsOf(() => session.put(home, name, single('event-0', { summary: 'Mine' }), { condition: { kind: 'unchanged', revision: known.revision }, notify: 'nobody', known }))).toBe(1)
    expect(await callsOf(async () => {
      expect((await session.objectsByName(home, [name])).get(name)).toMatchObject({ series: { event: { summary: 'Mine' } } })
    })).toBe(0)
    close()
  })

  test('a stale PUT that would change nothing is written over what somebody else wrote', async () => {
    const { session, outside, names, close } = await setUp(1)
    const [name] = names as [typeof names[0] & string]
    await session.objectsByName(home, [name])
    await outside.put(home, name, single('event-0', { summary: 'Theirs' }), always)
    await session.put(home, name, single('event-0'), always)
    expect((await outside.objectsByName(home, [name])).get(name)).toMatchObject({ series: { event: { summary: 'Lunch' } } })
    close()
  })
})

describe('what was moved to another calendar at the service itself', () => {
  test.each(['uid-of-a-client', 'native00id@google.com'])('is held no more under a name of the client\'s own: %s', async (uid) => {
    const { opened, session, outside, clock, close } = await setUp(1)
    const { id: work } = await outside.createCalendar({ displayName: 'Work' })
    await outside.put(home, nameOf('chosen.ics'), single(uid), always)
    expect(await collect(session.tags(home))).toHaveLength(2)
    await opened.api(anna, 'POST', `/calendars/${home}/events/${eventIdOf(eventUid(uid))}/move?destination=${work}`)
    clock.now = 3000
    for (const each of [outside, session]) expect((await collect(each.tags(home))).map(({ name }) => name)).toEqual(['event-0.ics'])
    expect(await session.objectsByName(home, [nameOf('chosen.ics')])).toEqual(new Map())
    close()
  })

  test('costs a calendar held no new listing where its name tells its UID', async () => {
    const { opened, session, outside, clock, callsOf, close } = await setUp(1)
    const { id: work } = await outside.createCalendar({ displayName: 'Work' })
    const { id } = await opened.api(anna, 'POST', `/calendars/${home}/events`, { summary: 'Native', start: { date: '2026-03-10' }, end: { date: '2026-03-11' } })
    expect(await collect(session.tags(home))).toHaveLength(2)
    await opened.api(anna, 'POST', `/calendars/${home}/events/${id}/move?destination=${work}`)
    clock.now = 3000
    expect(await callsOf(async () => { expect(await collect(session.tags(home))).toHaveLength(1) })).toBe(2)
    close()
  })
})
