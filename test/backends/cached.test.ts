import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import { BackendError } from '../../src/calendar/backend.ts'
import type { CalendarSession, StoredSeries, Unavailable, WriteCondition, WriteOptions } from '../../src/calendar/backend.ts'
import { newEvent } from '../../src/calendar/event.ts'
import type { EventSeries } from '../../src/calendar/event.ts'
import { backendSyncToken, calendarId, emailAddress, eventUid, instant, objectName, revision } from '../../src/calendar/identifiers.ts'
import type { BackendSyncToken, ObjectName } from '../../src/calendar/identifiers.ts'
import { MemoryBackend } from './memory.ts'
import type { MemoryTraits } from './memory.ts'

const anna = { address: emailAddress('anna@example.org')! }
const home = calendarId('home')
const work = calendarId('work')
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => objectName(`${letter}.ics`)!)
const [a, b] = names as [ObjectName, ObjectName]
const plainTraits: MemoryTraits = { tellsUpdated: false, tellsSeries: false, tellsState: false, isTerse: false }
const always = { condition: { kind: 'always' }, notify: 'nobody' } as const

function series(name: ObjectName, summary: string): EventSeries {
  return { kind: 'single', uid: eventUid(name), event: newEvent({ start: { kind: 'utc', at: instant(0) }, end: { kind: 'utc', at: instant(3_600_000) }, summary }) }
}

/** A cache over a backend in memory, with its clock in the test's hand, and a second session that goes past the cache. */
function setUp({ freshnessMs = 2000, maxBytes = 10_000_000, traits = plainTraits }: { freshnessMs?: number; maxBytes?: number; traits?: Partial<MemoryTraits> } = {}) {
  const inner = new MemoryBackend([home, work], { ...plainTraits, ...traits })
  const clock = { now: 0 }
  const backend = cachedBackend(inner, { maxBytes, freshnessMs, now: () => clock.now })
  const callsOf = async (run: () => Promise<unknown>): Promise<string[]> => {
    const before = inner.calls.length
    await run()
    return inner.calls.slice(before)
  }
  return { inner, clock, backend, session: backend.session(anna), outside: inner.session(anna), callsOf }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

async function filled(session: CalendarSession, count = names.length): Promise<void> {
  for (const name of names.slice(0, count)) await session.put(home, name, series(name, 'first'), always)
}

const summaryOf = (body: StoredSeries | Unavailable | undefined): unknown => (body !== undefined && 'series' in body && body.series.kind === 'single' ? body.series.event.summary : body)
const summaryAt = async (session: CalendarSession, name: ObjectName): Promise<unknown> => summaryOf((await session.objectsByName(home, [name])).get(name))

describe('cached: calls of the backend (performance goals, section 1)', () => {
  test('a poll within the window makes none, after it one', async () => {
    const { session, clock, callsOf } = setUp()
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
    expect(await callsOf(() => session.state(home))).toEqual([])
    clock.now = 2000
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
  })

  test('a listing, and every multiget after it, makes one call, and one for its state', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    expect(await callsOf(() => collect(session.tags(home)))).toEqual(['state', 'objects'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
    expect(await callsOf(() => collect(session.objects(home)))).toEqual([])
    expect(await callsOf(() => session.changes(home, undefined))).toEqual([])
  })

  test('of a backend whose listings tell their state, the next listing needs no other call', async () => {
    const { session, outside, callsOf } = setUp({ traits: { tellsState: true } })
    await filled(outside)
    await collect(session.tags(home))
    expect(await callsOf(() => collect(session.tags(work)))).toEqual(['objects'])
    expect(await callsOf(() => session.changes(work, undefined))).toEqual([])
  })

  test('a first synchronisation brings the bodies for the multigets', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    await session.state(home)
    expect(await callsOf(() => session.changes(home, undefined))).toEqual(['objects'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
  })

  test('a calendar held whole is revalidated by one call, whatever is read', async () => {
    for (const read of [
      (session: CalendarSession) => session.state(home), (session: CalendarSession) => collect(session.tags(home)), (session: CalendarSession) => collect(session.objects(home)),
      (session: CalendarSession) => session.objectsByName(home, names), (session: CalendarSession) => session.changes(home, undefined),
    ]) {
      const { session, outside, clock, callsOf } = setUp()
      await filled(outside)
      await collect(session.tags(home))
      clock.now = 5000
      expect(await callsOf(() => read(session))).toEqual(['changes'])
    }
  })

  test('poll, sync-collection and multiget after a change by somebody else: one call where the backend tells all it knows', async () => {
    const { session, outside, clock, callsOf } = setUp({ traits: { tellsUpdated: true, tellsSeries: true } })
    await filled(outside)
    const { next } = await session.changes(home, undefined)
    clock.now = 5000
    await outside.put(home, a, series(a, 'second'), always)
    expect(await callsOf(() => session.state(home))).toEqual(['changes'])
    expect(await callsOf(async () => {
      const { changed } = await session.changes(home, next)
      expect(changed.map(({ name }) => name)).toEqual([a])
      expect(await summaryAt(session, a)).toBe('second')
    })).toEqual([])
  })

  test('the multiget right after a PUT makes none; the next poll does', async () => {
    const { session, callsOf } = setUp()
    await session.put(home, a, series(a, 'mine'), always)
    expect(await callsOf(async () => { expect(await summaryAt(session, a)).toBe('mine') })).toEqual([])
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
  })

  test('after an own write in a calendar held whole one call makes everything current', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    await collect(session.tags(home))
    await session.put(home, a, series(a, 'mine'), always)
    await session.remove(home, b, always)
    expect(await callsOf(async () => {
      const listed = await collect(session.tags(home))
      expect(listed.map(({ name }) => name).sort()).toEqual(names.filter((name) => name !== b))
    })).toEqual(['changes'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
  })

  test('bodies held in part are revalidated by the state alone', async () => {
    const { session, outside, clock, callsOf } = setUp()
    await filled(outside)
    await session.state(home)
    expect(await callsOf(() => session.objectsByName(home, [a, b]))).toEqual(['objectsByName'])
    clock.now = 5000
    expect(await callsOf(() => session.objectsByName(home, [a, b]))).toEqual(['state'])
    clock.now = 10_000
    await outside.put(home, a, series(a, 'second'), always)
    expect(await callsOf(() => session.objectsByName(home, [a, b]))).toEqual(['state', 'objectsByName'])
  })

  test('a multiget of many that are not held reads everything, so that the next needs no call', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    expect(await callsOf(() => session.objectsByName(home, names.slice(0, 5)))).toEqual(['state', 'objects'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
  })

  test('many who ask the same at once are one call', async () => {
    const { session, backend, outside, callsOf } = setUp({ freshnessMs: 0 })
    await filled(outside)
    const sessions = [session, ...Array.from({ length: 9 }, () => backend.session(anna))]
    const all = (read: (each: CalendarSession) => Promise<unknown>) => callsOf(() => Promise.all(sessions.map(read)))
    expect(await all((each) => each.state(home))).toEqual(['state'])
    expect(await all((each) => each.calendars())).toEqual(['calendars'])
    expect(await all((each) => each.calendar(work))).toEqual(['calendar'])
    expect(await all((each) => each.objectsByName(home, [a, b]))).toEqual(['objectsByName'])
    expect(await all((each) => each.changes(home, backendSyncToken('1001')))).toEqual(['changes'])
    expect(await all((each) => collect(each.tags(home)))).toEqual(['objects'])
    expect(await all((each) => collect(each.tags(home)))).toEqual(['changes'])
    expect(await all((each) => collect(each.objects(work)))).toEqual(['state', 'objects'])
  })

  test('calendars are asked for once per window, and again after one was changed', async () => {
    const { session, clock, callsOf } = setUp()
    expect(await callsOf(() => session.calendars())).toEqual(['calendars'])
    expect(await callsOf(() => session.calendar(home))).toEqual([])
    clock.now = 2000
    expect(await callsOf(() => session.calendar(home))).toEqual(['calendar'])
    expect(await callsOf(() => session.calendar(home))).toEqual([])
    await session.updateCalendar(home, { displayName: 'New' })
    expect((await session.calendar(home)).displayName).toBe('New')
    const { id } = await session.createCalendar({ displayName: 'Made' })
    expect((await session.calendars()).map((calendar) => calendar.id)).toContain(id)
    await session.removeCalendar(id)
    await expect(session.calendar(id)).rejects.toMatchObject({ fault: 'gone' })
  })
})

describe('cached: own writes', () => {
  test('an object that is unchanged stays the same JavaScript object', async () => {
    const { session, outside, clock } = setUp({ traits: { tellsSeries: true } })
    await filled(outside)
    const stored = await session.put(home, a, series(a, 'mine'), always)
    const [before] = [(await session.objectsByName(home, names)).get(a)]
    clock.now = 5000
    await collect(session.tags(home))
    clock.now = 10_000
    await session.put(home, b, series(b, 'mine too'), always)
    expect((await session.objectsByName(home, names)).get(a)).toBe(before)
    expect((await collect(session.objects(home))).find(({ name }) => name === a)).toBe(before)
    expect(before).toEqual(stored)
  })

  test('a write without known is given what is held; when that is stale it is tried once more without', async () => {
    const { session, outside, inner } = setUp()
    await filled(outside)
    await session.objectsByName(home, [a])
    await outside.put(home, a, series(a, 'theirs'), always)
    inner.calls.length = 0
    await session.put(home, a, series(a, 'mine'), always)
    expect(inner.calls).toEqual(['put', 'put'])
    expect(await summaryAt(outside, a)).toBe('mine')
  })

  test('a conflict over what the caller knew is the caller\'s, and what was held is forgotten', async () => {
    const { session, outside } = setUp()
    await filled(outside)
    const known = (await session.objectsByName(home, [a])).get(a) as StoredSeries
    await outside.put(home, a, series(a, 'theirs'), always)
    await expect(session.put(home, a, series(a, 'mine'), { ...always, known })).rejects.toMatchObject({ fault: 'conflict' })
    expect(await summaryAt(session, a)).toBe('theirs')
  })

  test('a PUT that equals what is held and stale is written all the same', async () => {
    const { session, outside } = setUp()
    await filled(outside)
    await session.objectsByName(home, [a])
    await outside.put(home, a, series(a, 'theirs'), always)
    await session.put(home, a, series(a, 'first'), always)
    expect(await summaryAt(outside, a)).toBe('first')
  })

  test('what is held never lets a condition fail that holds', async () => {
    const { session, outside } = setUp()
    await filled(outside)
    await session.objectsByName(home, [a])
    await outside.remove(home, a, always)
    await session.put(home, a, series(a, 'new'), { ...always, condition: { kind: 'absent' } })
    const { revision: newest } = await outside.put(home, a, series(a, 'newer'), always)
    await session.put(home, a, series(a, 'newest'), { ...always, condition: { kind: 'unchanged', revision: newest } })
    expect(await summaryAt(session, a)).toBe('newest')
  })

  test('a read that began before a write, and ends after it, is not taken as true', async () => {
    const { session, inner, outside } = setUp()
    await filled(outside)
    await session.state(home)
    const listing = session.objects(home)[Symbol.asyncIterator]()
    await listing.next()
    const early = session.objectsByName(home, [b])
    await session.put(home, b, series(b, 'mine'), always)
    await early
    while (!(await listing.next()).done);
    inner.calls.length = 0
    expect(await summaryAt(session, b)).toBe('mine')
    expect((await collect(session.objects(home))).map(summaryOf)).toContain('mine')
    expect(inner.calls).toEqual(['changes', 'objectsByName'])
  })

  test('after a write of unknown outcome nothing is taken as true', async () => {
    const { session, outside, inner } = setUp()
    await filled(outside)
    await collect(session.tags(home))
    inner.faults.push(new BackendError('unavailable', 'time-out'))
    await expect(session.put(home, a, series(a, 'mine'), always)).rejects.toMatchObject({ fault: 'unavailable' })
    inner.calls.length = 0
    await summaryAt(session, a)
    expect(inner.calls).toEqual(['changes', 'objectsByName'])
  })
})

describe('cached: doubt and faults (failure classes 4 and 7)', () => {
  test('a fault is thrown to all who share the call, never answered from what is held, and never kept', async () => {
    for (const read of [
      (session: CalendarSession) => session.state(home), (session: CalendarSession) => collect(session.tags(home)), (session: CalendarSession) => collect(session.objects(home)),
      (session: CalendarSession) => session.objectsByName(home, names), (session: CalendarSession) => session.changes(home, undefined), (session: CalendarSession) => session.calendars(),
      (session: CalendarSession) => session.calendar(home),
    ]) {
      const { session, outside, inner, clock } = setUp()
      await filled(outside)
      await collect(session.tags(home))
      await session.calendars()
      clock.now = 5000
      const fault = new BackendError('unavailable', 'time-out')
      inner.faults.push(fault)
      const settled = await Promise.allSettled([read(session), read(session)])
      expect(settled).toEqual([{ status: 'rejected', reason: fault }, { status: 'rejected', reason: fault }])
      await expect(read(session)).resolves.toBeDefined()
    }
  })

  test('an expired token leads to a new reading of everything, not to an error', async () => {
    const { session, outside, inner, clock } = setUp()
    await filled(outside)
    await collect(session.tags(home))
    inner.expireTokens(home)
    await outside.remove(home, a, always)
    clock.now = 5000
    expect((await collect(session.tags(home))).map(({ name }) => name)).not.toContain(a)
    await expect(session.changes(home, backendSyncToken('1'))).rejects.toMatchObject({ fault: 'invalid-token' })
  })

  test('a listing that its reader leaves early ends the backend\'s, and is not taken for the whole', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    for await (const _ of session.tags(home)) break
    expect(await callsOf(() => collect(session.tags(home)))).toEqual(['objects'])
    expect((await collect(session.tags(home))).length).toBe(names.length)
  })

  test('a fault in the middle of a listing comes after what came before it, and nothing is taken for the whole', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    const fault = new BackendError('unavailable', 'lost')
    const failing: CalendarSession = { ...outside, objects: async function* (id) { for await (const each of outside.objects(id)) { yield each; throw fault } } }
    const broken = cachedBackend({ session: () => failing, close: async () => {} }, { maxBytes: 1e6, freshnessMs: 2000 }).session(anna)
    const seen: unknown[] = []
    const read = async (): Promise<void> => { for await (const tag of broken.tags(home)) seen.push(tag.name) }
    await expect(read()).rejects.toBe(fault)
    expect(seen).toEqual([a])
    expect(await callsOf(() => read().catch(() => undefined))).toEqual(['objects'])
    await session.state(home)
  })

  test('what cannot be shown is listed with its tag, and told as such by name', async () => {
    const { session, outside, inner } = setUp()
    await filled(outside)
    inner.breakObject(home, b)
    for (const _ of ['cold', 'warm']) {
      expect((await collect(session.tags(home))).map(({ name }) => name).sort()).toEqual(names)
      expect((await session.objectsByName(home, names)).get(b)).toEqual({ kind: 'unavailable', name: b, reason: 'broken' })
    }
    expect(await session.changes(home, undefined)).toMatchObject({ changed: { length: names.length } })
  })

  test('who was told a newer token is not given older objects within the window', async () => {
    const { session, outside, clock } = setUp()
    await filled(outside, 3)
    const { next: old } = await session.changes(home, undefined)
    clock.now = 5000
    await outside.put(home, names[3]!, series(names[3]!, 'x'), always)
    await session.state(home)
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 5001
    const foreign = backendSyncToken(String(Number(old) - 1))
    expect((await session.changes(home, foreign)).changed.map(({ name }) => name)).toContain(a)
    expect(await summaryAt(session, a)).toBe('theirs')
  })

  test('nothing of one identity is told to another', async () => {
    const { backend, outside, callsOf } = setUp()
    await filled(outside)
    await collect(backend.session(anna).tags(home))
    for (const identity of [{ address: emailAddress('bob@example.org')! }, { ...anna, refreshToken: 'one' }, { ...anna, refreshToken: 'two' }]) {
      expect(await callsOf(() => backend.session(identity).objectsByName(home, [a]))).toEqual(['objectsByName'])
    }
  })
})

describe('cached: what was read around a change', () => {
  const isListed = async (session: CalendarSession, name: ObjectName): Promise<boolean> => (await collect(session.tags(home))).some((tag) => tag.name === name)

  /** A session whose reads by name are held up on their way back. */
  function delayed(inner: CalendarSession): { readonly session: CalendarSession; readonly release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow: CalendarSession = { ...inner, objectsByName: async (id, wanted) => { const found = await inner.objectsByName(id, wanted); await promise; return found } }
    return { session: slow, release: resolve }
  }

  test('what we made and somebody removed is gone, even if the backend does not speak of it', async () => {
    const { session, outside } = setUp({ traits: { isTerse: true } })
    await filled(outside, 2)
    await collect(session.tags(home))
    await session.put(home, names[2]!, series(names[2]!, 'mine'), always)
    await outside.remove(home, names[2]!, always)
    expect(await isListed(session, names[2]!)).toBe(false)
  })

  test('what a listing found newer than its state, and somebody removed, is gone too', async () => {
    const { session, outside, clock } = setUp({ traits: { isTerse: true } })
    await filled(outside, 2)
    await session.state(home)
    await outside.put(home, names[2]!, series(names[2]!, 'theirs'), always)
    expect(await isListed(session, names[2]!)).toBe(true)
    await outside.remove(home, names[2]!, always)
    clock.now = 5000
    expect(await isListed(session, names[2]!)).toBe(false)
  })

  test('what we made and removed ourselves costs no new listing', async () => {
    const { session, outside, callsOf } = setUp({ traits: { isTerse: true } })
    await filled(outside, 2)
    await collect(session.tags(home))
    await session.put(home, names[2]!, series(names[2]!, 'mine'), always)
    await session.remove(home, names[2]!, always)
    expect(await callsOf(() => isListed(session, names[2]!))).toEqual(['changes'])
  })

  test('parts that were read under an older state are not true under a newer one', async () => {
    const { session, outside, clock } = setUp()
    await filled(outside)
    await session.state(home)
    await session.objectsByName(home, [a])
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 5000
    await session.state(home)
    expect(await summaryAt(session, a)).toBe('theirs')
  })

  test('a part whose reading began before the state was told is not true under it', async () => {
    const { inner, clock, outside } = setUp()
    await filled(outside)
    const { session: slow, release } = delayed(outside)
    const session = cachedBackend({ session: () => slow, close: () => inner.close() }, { maxBytes: 1e6, freshnessMs: 2000, now: () => clock.now }).session(anna)
    const early = session.objectsByName(home, [a])
    await outside.state(home)
    await outside.put(home, a, series(a, 'theirs'), always)
    await session.state(home)
    release()
    expect(summaryOf((await early).get(a))).toBe('first')
    clock.now = 5000
    expect(await summaryAt(session, a)).toBe('theirs')
  })

  test('who was told a newer state is not given an older listing within the window', async () => {
    const { session, outside, clock } = setUp()
    await filled(outside, 2)
    await session.changes(home, undefined)
    clock.now = 5000
    await outside.put(home, a, series(a, 'theirs'), always)
    await collect(session.tags(home)) // caught up: from now on the token is known, and its moment not
    await outside.put(home, names[2]!, series(names[2]!, 'theirs'), always)
    expect((await session.state(home)).token).toBe((await outside.state(home)).token)
    expect(await isListed(session, names[2]!)).toBe(true)
  })

  test('a state never goes back within the window, not even after a listing that began before it', async () => {
    const { session, outside, clock } = setUp()
    await filled(outside)
    await session.state(home)
    const listing = session.tags(home)
    await listing[Symbol.asyncIterator]().next()
    clock.now = 1999
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 2000
    const { token } = await session.state(home)
    await collect(session.tags(home))
    expect((await session.state(home)).token).toBe(token)
  })

  test('a state that was told to somebody is not gone back on by a listing or a catching up that began before it', async () => {
    const { session, outside, clock } = setUp({ traits: { tellsUpdated: true } })
    await filled(outside)
    const foreign = backendSyncToken('1002')
    await session.state(home)
    const listing = session.tags(home)[Symbol.asyncIterator]()
    await listing.next()
    await outside.put(home, a, series(a, 'theirs'), always)
    const { next } = await session.changes(home, foreign)
    while (!(await listing.next()).done);
    expect((await session.state(home)).token).toBe(next)
    clock.now = 5000
    const catchingUp = session.state(home)
    await outside.put(home, a, series(a, 'again'), always)
    const [, { next: newest }] = await Promise.all([catchingUp, session.changes(home, foreign)])
    expect((await session.state(home)).token).toBe(newest)
    expect(await summaryAt(session, a)).toBe('again')
  })

  test('what could not be fetched is not listed again within the window', async () => {
    const { session, outside, clock } = setUp({ traits: { tellsUpdated: true } })
    await filled(outside)
    await collect(session.tags(home))
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 5000
    expect(await isListed(session, a)).toBe(true)
    await outside.remove(home, a, always)
    expect(await summaryAt(session, a)).toBeUndefined()
    expect(await isListed(session, a)).toBe(false)
  })
})

describe('cached: bounds', () => {
  test('holds no more than its bytes, counts what it does, and lets the longest unused calendar go', async () => {
    const { session, backend, outside, callsOf } = setUp({ maxBytes: 40_000 })
    expect(backend.stats()).toEqual({ hits: 0, misses: 0, bytes: 0 })
    await filled(outside)
    await collect(session.tags(home))
    expect(backend.stats().bytes).toBeGreaterThan(7 * 350)
    expect(backend.stats().bytes).toBeLessThanOrEqual(40_000)
    expect(backend.stats()).toMatchObject({ hits: 0, misses: 1 })
    await session.state(home)
    expect(backend.stats()).toMatchObject({ hits: 1, misses: 1 })
    for (let index = 0; index < 40; index += 1) await session.state(calendarId(work)).then(() => backend.session({ address: emailAddress(`u${index}@example.org`)! }).state(work))
    expect(backend.stats().bytes).toBeLessThanOrEqual(40_000)
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
  })

  test('a calendar with more than fits answers the same, its tags held as far as they fit', async () => {
    const { session, outside, callsOf } = setUp({ maxBytes: 16_000 })
    await filled(outside)
    const fresh = await collect(outside.objects(home))
    expect(await collect(session.objects(home))).toEqual(fresh)
    expect(await collect(session.objects(home))).toEqual(fresh)
    expect(await callsOf(() => collect(session.tags(home)))).toEqual([])
    expect([...(await session.objectsByName(home, names)).values()]).toEqual(fresh)
  })

  test.each([0, 1, 1500])('with room for %i bytes it works like the backend alone', async (maxBytes) => {
    const { session, outside, backend } = setUp({ maxBytes })
    await filled(session)
    expect((await collect(session.tags(home))).map(({ name }) => name)).toEqual(names)
    expect(await session.objectsByName(home, names)).toEqual(await outside.objectsByName(home, names))
    expect(backend.stats().bytes).toBeLessThanOrEqual(maxBytes)
  })

  test('close gives everything back', async () => {
    const { session, backend } = setUp()
    await session.state(home)
    await backend.close()
    expect(backend.stats().bytes).toBe(0)
  })
})

type Step =
  | { readonly kind: 'state' | 'tags' | 'objects' | 'calendars' | 'early' | 'parallel' | 'range'; readonly id: typeof home }
  | { readonly kind: 'calendar'; readonly id: typeof home }
  | { readonly kind: 'names'; readonly id: typeof home; readonly names: readonly ObjectName[] }
  | { readonly kind: 'changes'; readonly id: typeof home; readonly token: number; readonly limit: number | undefined }
  | { readonly kind: 'put'; readonly through: 'cache' | 'service'; readonly id: typeof home; readonly name: ObjectName; readonly summary: string; readonly condition: WriteCondition['kind']; readonly reads: boolean }
  | { readonly kind: 'remove' | 'answer'; readonly through: 'cache' | 'service'; readonly id: typeof home; readonly name: ObjectName; readonly reads: boolean }
  | { readonly kind: 'move'; readonly through: 'cache' | 'service'; readonly id: typeof home; readonly name: ObjectName; readonly toName: ObjectName }
  | { readonly kind: 'break' | 'expire'; readonly id: typeof home; readonly name: ObjectName }

const id = fc.constantFrom(home, home, work)
const name = fc.constantFrom(...names.slice(0, 6))
const through = fc.constantFrom('cache', 'service')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('state'), id }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constantFrom('state', 'tags', 'objects', 'calendars', 'early', 'parallel', 'range'), id }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constant('calendar'), id: fc.constantFrom(home, work, calendarId('none')) }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constant('names'), id, names: fc.oneof(fc.subarray(names.slice(0, 6)), fc.tuple(name)) }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constant('changes'), id, token: fc.nat({ max: 20 }), limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constant('put'), through, id, name, summary: fc.constantFrom('x', 'y', 'z'), condition: fc.constantFrom('always', 'absent', 'present', 'unchanged'), reads: fc.boolean() }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constantFrom('remove', 'answer'), through, id, name, reads: fc.boolean() }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constant('move'), through, id, name, toName: name }) as fc.Arbitrary<Step>,
  fc.record({ kind: fc.constantFrom('break', 'expire'), id, name }) as fc.Arbitrary<Step>,
)

/** One side of the comparison: a service, the session that reads, and one that goes past any cache. */
class Side {
  readonly inner: MemoryBackend
  readonly session: CalendarSession
  readonly outside: CalendarSession
  readonly tokens: (BackendSyncToken | undefined)[] = [undefined]

  constructor(inner: MemoryBackend, session: CalendarSession) {
    this.inner = inner
    this.session = session
    this.outside = inner.session(anna)
  }

  /** The answer, or the fault; what is told of tokens can be asked from later on. */
  async run(each: Step): Promise<unknown> {
    try {
      return await this.#answer(each)
    } catch (error) {
      if (error instanceof BackendError) return error.fault
      throw error
    }
  }

  async #answer(each: Step): Promise<unknown> {
    const { session } = this
    switch (each.kind) {
      case 'state': return this.#noted(await session.state(each.id))
      case 'tags': return sorted(await collect(session.tags(each.id)))
      case 'objects': return sorted(await collect(session.objects(each.id)))
      case 'range': return sorted(await collect(session.objects(each.id, { from: instant(0), to: instant(1) })))
      case 'parallel': return Promise.all([collect(session.tags(each.id)).then(sorted), collect(session.objects(each.id)).then(sorted), session.state(each.id)])
      case 'early': for await (const _ of session.objects(each.id)) break; return undefined
      case 'calendars': return session.calendars()
      case 'calendar': return session.calendar(each.id)
      case 'names': return sorted([...(await session.objectsByName(each.id, each.names)).values()])
      case 'changes': {
        const { updated: _, ...changes } = await session.changes(each.id, this.tokens[each.token % this.tokens.length], each.limit)
        this.tokens.push(changes.next)
        return { ...changes, changed: changes.changed.map(({ name: told, revision: version }) => `${told} ${version}`) }
      }
      case 'break': return this.inner.breakObject(each.id, each.name)
      case 'expire': return this.inner.expireTokens(each.id)
      default: return this.#write(each, each.through === 'cache' ? session : this.outside)
    }
  }

  async #write(each: Extract<Step, { through: string }>, session: CalendarSession): Promise<unknown> {
    const known = 'reads' in each && each.reads ? knownAs((await session.objectsByName(each.id, [each.name])).get(each.name)) : undefined
    const options = { ...always, ...(known !== undefined && { known }) }
    switch (each.kind) {
      case 'put': {
        const version = known !== undefined && known !== 'absent' ? known.revision : revision('none')
        const condition: WriteCondition = each.condition === 'unchanged' ? { kind: 'unchanged', revision: version } : { kind: each.condition }
        return session.put(each.id, each.name, series(each.name, each.summary), { ...options, condition })
      }
      case 'remove': return session.remove(each.id, each.name, options)
      case 'answer': return session.answer(each.id, each.name, undefined, 'accepted', 'nobody')
      case 'move': return session.move(each.id, each.name, each.id === home ? work : home, each.toName, options)
    }
  }

  #noted<T extends { readonly token: BackendSyncToken }>(state: T): T {
    this.tokens.push(state.token)
    return state
  }
}

/** What a caller passes on to a write of what it read. */
function knownAs(body: StoredSeries | Unavailable | undefined): WriteOptions['known'] | undefined {
  if (body === undefined) return 'absent'
  return 'series' in body ? body : undefined
}

function sorted<T extends { readonly name: ObjectName }>(list: readonly T[]): readonly T[] {
  return [...list].sort((one, other) => (one.name < other.name ? -1 : 1))
}

const traits = fc.record({ tellsUpdated: fc.boolean(), tellsSeries: fc.boolean(), tellsState: fc.boolean(), isTerse: fc.boolean() })
const maxBytes = fc.constantFrom(0, 3000, 9000, 20_000, 1_000_000)

describe('cached: the answers with a cache are those without one', () => {
  test('with freshness 0, whoever writes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), traits, maxBytes, async (steps, given, bytes) => {
      const [cached, plain] = [new MemoryBackend([home, work], given), new MemoryBackend([home, work], given)]
      const under = new Side(cached, cachedBackend(cached, { maxBytes: bytes, freshnessMs: 0, now: () => 0 }).session(anna))
      const model = new Side(plain, plain.session(anna))
      for (const each of steps) expect(await under.run(each)).toEqual(await model.run(each))
    }), { numRuns: 400 })
  })

  test('with a window of freshness, when only the cache writes, or others write and the window passes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), traits, maxBytes, async (steps, given, bytes) => {
      const [cached, plain] = [new MemoryBackend([home, work], given), new MemoryBackend([home, work], given)]
      const clock = { now: 0 }
      const under = new Side(cached, cachedBackend(cached, { maxBytes: bytes, freshnessMs: 2000, now: () => clock.now }).session(anna))
      const model = new Side(plain, plain.session(anna))
      for (const each of steps) {
        expect(await under.run(each)).toEqual(await model.run(each))
        const isByOthers = each.kind === 'break' || each.kind === 'expire' || ('through' in each && each.through === 'service')
        clock.now += isByOthers ? 2000 : 1
      }
    }), { numRuns: 400 })
  })
})
