import { describe, expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import { BackendError } from '../../src/calendar/backend.ts'
import type { CalendarSession, StoredSeries } from '../../src/calendar/backend.ts'
import { backendSyncToken, calendarId, emailAddress } from '../../src/calendar/identifiers.ts'
import type { ObjectName } from '../../src/calendar/identifiers.ts'
import { always, anna, filled, home, names, series, setUp, summaryAt, summaryOf, work } from './cached-set-up.ts'
import { collect } from './collect.ts'

const [a, b] = names as [ObjectName, ObjectName]

describe('cached: calls of the backend (performance goals, section 1)', () => {
  test('a poll within the window makes none, after it one', async () => {
    const { session, clock, callsOf } = setUp()
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
    expect(await callsOf(() => session.state(home))).toEqual([])
    clock.now = 2000
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
  })

  test('a listing, and every multiget after it, makes one call', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
    expect(await callsOf(() => collect(session.tags(home)))).toEqual(['objects'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
    expect(await callsOf(() => collect(session.objects(home)))).toEqual([])
    expect(await callsOf(() => session.changes(home, undefined))).toEqual([])
  })

  test('of a backend whose listings do not tell their state, it is asked for ahead of them once that is known', async () => {
    const { session, outside, callsOf } = setUp({ traits: { tellsState: false } })
    await filled(outside)
    expect(await callsOf(() => collect(session.tags(home)))).toEqual(['objects'])
    expect(await callsOf(() => session.objectsByName(home, names))).toEqual([])
    expect(await callsOf(() => collect(session.tags(work)))).toEqual(['state', 'objects'])
    expect(await callsOf(() => session.changes(work, undefined))).toEqual([])
  })

  test('a listing ends with the state that it is as true as', async () => {
    const { session, outside } = setUp()
    await filled(outside)
    for (const _ of ['cold', 'warm']) {
      const reading = session.objects(home)[Symbol.asyncIterator]()
      let last = await reading.next()
      while (!last.done) last = await reading.next()
      expect(last.value).toEqual(await outside.state(home))
    }
  })

  test('a first synchronisation brings the bodies for the multigets', async () => {
    const { session, outside, callsOf } = setUp()
    await filled(outside)
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
    expect(await callsOf(() => session.objectsByName(home, names.slice(0, 5)))).toEqual(['objects'])
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
    expect(await all((each) => collect(each.objects(work)))).toEqual(['objects'])
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
    const read = async (): Promise<void> => { for await (const batch of broken.tags(home)) seen.push(...batch.map(({ name }) => name)) }
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

  test('nor what came and went meanwhile, of which the backend does not tell', async () => {
    const { session, outside } = setUp({ traits: { isTerse: true } })
    const { token } = await outside.state(home)
    await session.put(home, a, series(a, 'first'), always)
    await outside.remove(home, a, always)
    expect(await session.changes(home, token)).toMatchObject({ changed: [], removed: [] })
    expect(await summaryAt(session, a)).toBeUndefined()
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

  /** A cache whose backend's answers to one kind of question are held up on their way back until they are released. */
  function delayed(kind: 'objectsByName' | 'changes' | 'calendars' | 'state' | 'remove') {
    const { inner, outside, clock } = setUp()
    let gate = Promise.withResolvers<void>()
    const slowly = async <T>(answer: Promise<T>): Promise<T> => {
      const value = await answer
      await gate.promise
      return value
    }
    const slow: CalendarSession = {
      ...outside,
      ...(kind === 'objectsByName' && { objectsByName: (id, wanted) => slowly(outside.objectsByName(id, wanted)) }),
      ...(kind === 'changes' && { changes: (id, since) => slowly(outside.changes(id, since)) }),
      ...(kind === 'state' && { state: (id) => slowly(outside.state(id)) }),
      ...(kind === 'calendars' && { calendars: () => slowly(outside.calendars()) }),
      ...(kind === 'remove' && { remove: (id, name, options) => slowly(outside.remove(id, name, options)) }),
    }
    const session = cachedBackend({ session: () => slow, close: () => inner.close() }, { maxBytes: 1e6, freshnessMs: 2000, now: () => clock.now }).session(anna)
    return { inner, outside, clock, session, release: () => gate.resolve(), holdUp: () => { gate = Promise.withResolvers() } }
  }

  /** Long enough for a call to have reached the backend in memory. */
  const underWay = async (): Promise<void> => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve() }

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

  test('what was removed, made again and removed again is gone', async () => {
    const { session, outside, clock } = setUp({ traits: { isTerse: true } })
    await filled(outside, 2)
    await collect(session.tags(home))
    await outside.remove(home, a, always)
    await outside.put(home, a, series(a, 'again'), always)
    await outside.remove(home, a, always)
    clock.now = 5000
    expect(await isListed(session, a)).toBe(false)
  })

  test('what we removed and somebody made again is there, even if our own answer comes last', async () => {
    const { session, outside, release } = delayed('remove')
    await filled(outside, 2)
    const removing = session.remove(home, a, always)
    await underWay()
    await outside.put(home, a, series(a, 'theirs'), always)
    expect(await isListed(session, a)).toBe(true)
    release()
    await removing
    expect(await isListed(session, a)).toBe(true)
    expect(await summaryAt(session, a)).toBe('theirs')
  })

  test('what we removed is gone, even if it was listed before and our own answer comes last', async () => {
    const { session, outside, release } = delayed('remove')
    await filled(outside, 2)
    const listing = session.objects(home)[Symbol.asyncIterator]()
    await listing.next()
    const removing = session.remove(home, a, always)
    await underWay()
    for (let next = await listing.next(); next.done !== true; next = await listing.next());
    release()
    await removing
    expect(await isListed(session, a)).toBe(false)
    expect(await summaryAt(session, a)).toBeUndefined()
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
    const { session, outside, clock, release } = delayed('objectsByName')
    await filled(outside)
    const early = session.objectsByName(home, [a])
    await underWay()
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

  test('whoever asks after a write of ours does not share a reading from before it', async () => {
    const { session, outside, release } = delayed('objectsByName')
    await filled(outside)
    const early = session.objectsByName(home, [a, b])
    await underWay()
    await session.put(home, a, series(a, 'mine'), always)
    const late = session.objectsByName(home, [a, b])
    release()
    expect(summaryOf((await early).get(a))).toBe('first')
    expect(summaryOf((await late).get(a))).toBe('mine')
  })

  test('whoever lists after a write of ours does not share a listing from before it', async () => {
    const { session, outside } = setUp()
    await filled(outside)
    const early = session.objects(home)[Symbol.asyncIterator]()
    await early.next()
    await session.put(home, b, series(b, 'mine'), always)
    expect((await collect(session.objects(home))).map(summaryOf)).toContain('mine')
    while (!(await early.next()).done);
    expect((await collect(session.objects(home))).map(summaryOf)).toContain('mine')
  })

  test('a catching up from before a removal of ours does not bring the object back', async () => {
    const { session, outside, clock, release } = delayed('changes')
    await filled(outside)
    await collect(session.tags(home))
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 5000
    const early = collect(session.tags(home))
    await underWay()
    await session.remove(home, a, always)
    release()
    await early
    expect(await isListed(session, a)).toBe(false)
  })

  test.each([
    ['changed', (outside: CalendarSession) => outside.put(home, a, series(a, 'theirs'), always), 'theirs'],
    ['removed', (outside: CalendarSession) => outside.remove(home, a, always), undefined],
  ])('who was told that an object was %s is not given what we wrote before', async (_, change, expected) => {
    const { session, outside } = setUp()
    await filled(outside)
    await session.put(home, a, series(a, 'mine'), always)
    await change(outside)
    await session.changes(home, backendSyncToken('1000'))
    expect(await summaryAt(session, a)).toBe(expected)
  })

  test('who was told a newer state of a calendar held whole is not given a body from before it', async () => {
    const { session, outside, clock } = setUp()
    await filled(outside)
    await session.changes(home, undefined)
    clock.now = 5000
    await outside.put(home, b, series(b, 'second'), always)
    await collect(session.tags(home))
    await session.objectsByName(home, [b])
    await outside.put(home, b, series(b, 'third'), always)
    await session.state(home)
    expect(await summaryAt(session, b)).toBe('third')
  })

  test.each([[true], [false]])('a first synchronisation ends in the state of its own time, not in one known from before (listings tell it: %j)', async (tellsState) => {
    const { session, outside, clock } = setUp({ traits: { tellsState } })
    await filled(outside)
    await collect(session.tags(work))
    await session.state(home)
    await outside.put(home, a, series(a, 'theirs'), always)
    clock.now = 5000
    expect((await session.changes(home, undefined)).next).toBe((await outside.state(home)).token)
  })

  test('a state from before a write of ours is not taken for the present one, even if it is the one that was known', async () => {
    const { session, outside, clock, release, holdUp } = delayed('state')
    await filled(outside)
    release()
    await session.state(home)
    clock.now = 5000
    holdUp()
    const early = session.state(home)
    await underWay()
    await session.put(home, a, series(a, 'mine'), always)
    release()
    await early
    expect((await session.state(home)).token).toBe((await outside.state(home)).token)
  })

  test('a list of calendars from before a change of ours is not shared', async () => {
    const { session, release } = delayed('calendars')
    const early = session.calendars()
    await underWay()
    await session.updateCalendar(home, { displayName: 'New' })
    const late = session.calendars()
    release()
    expect((await early)[0]?.displayName).toBe('home')
    expect((await late)[0]?.displayName).toBe('New')
  })

  test('a list of calendars from before a change of ours is not kept', async () => {
    const { session, release } = delayed('calendars')
    const early = session.calendars()
    await underWay()
    await session.updateCalendar(home, { displayName: 'New' })
    release()
    await early
    expect((await session.calendars())[0]?.displayName).toBe('New')
  })

  test('what is held of a calendar is forgotten when the calendar itself is changed', async () => {
    const { session, callsOf } = setUp()
    await session.state(home)
    await session.updateCalendar(home, { displayName: 'New' })
    expect(await callsOf(() => session.state(home))).toEqual(['state'])
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

  test('a listing of more than fits is not kept for those who come late', async () => {
    const { session, outside, callsOf } = setUp({ maxBytes: 16_000 })
    await filled(outside)
    const early = session.objects(home)[Symbol.asyncIterator]()
    for (let item = 0; item < 5; item += 1) await early.next()
    expect(await callsOf(async () => { expect((await collect(session.objects(home))).length).toBe(names.length) })).toEqual(['objects'])
    expect((await early.next()).done).toBe(false)
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
