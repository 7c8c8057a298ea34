import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import { BackendError } from '../../src/calendar/backend.ts'
import type { CalendarSession, ObjectTag, StoredSeries, Unavailable, WriteCondition, WriteOptions } from '../../src/calendar/backend.ts'
import { backendSyncToken, calendarId, instant, revision } from '../../src/calendar/identifiers.ts'
import type { BackendSyncToken, ObjectName } from '../../src/calendar/identifiers.ts'
import { always, anna, home, names, series, setUp, work } from './cached-set-up.ts'
import { collect } from './collect.ts'
import { MemoryBackend } from './memory.ts'

type Step =
  | { readonly kind: 'state' | 'tags' | 'objects' | 'calendars' | 'early' | 'parallel' | 'range'; readonly id: typeof home }
  | { readonly kind: 'calendar'; readonly id: typeof home }
  | { readonly kind: 'names'; readonly id: typeof home; readonly names: readonly ObjectName[] }
  | { readonly kind: 'changes'; readonly id: typeof home; readonly token: number }
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
  fc.record({ kind: fc.constant('changes'), id, token: fc.nat({ max: 20 }) }) as fc.Arbitrary<Step>,
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
      case 'tags': return tags(await collect(session.tags(each.id)))
      case 'objects': return sorted(await collect(session.objects(each.id)))
      case 'range': return sorted(await collect(session.objects(each.id, { from: instant(0), to: instant(1) })))
      case 'parallel': return Promise.all([collect(session.tags(each.id)).then(tags), collect(session.objects(each.id)).then(sorted), session.state(each.id)])
      case 'early': for await (const _ of session.objects(each.id)) break; return undefined
      case 'calendars': return session.calendars()
      case 'calendar': return session.calendar(each.id)
      case 'names': return sorted([...(await session.objectsByName(each.id, each.names)).values()])
      case 'changes': {
        const { updated: _, ...changes } = await session.changes(each.id, this.tokens[each.token % this.tokens.length])
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

/** A series that is held is its own tag. */
const tags = (list: readonly ObjectTag[]): readonly ObjectTag[] => sorted(list.map(({ name, revision, updated }) => ({ name, revision, updated })))

function sorted<T extends { readonly name: ObjectName }>(list: readonly T[]): readonly T[] {
  return [...list].sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** An answer about changes may name more that is gone than its reader ever saw (`Changes.removed`); nothing else may differ. */
function expectSame(answer: unknown, expected: unknown): void {
  const [told, needed] = [removedIn(answer), removedIn(expected)]
  expect(told).toEqual(expect.arrayContaining([...needed]))
  const changed = (expected as { readonly changed?: readonly string[] } | undefined)?.changed ?? []
  for (const name of told) expect(changed.some((tag) => tag.startsWith(`${name} `))).toBe(false)
  expect(told.length === 0 ? answer : { ...(answer as object), removed: needed }).toEqual(expected)
}

function removedIn(answer: unknown): readonly ObjectName[] {
  return (answer as { readonly removed?: readonly ObjectName[] } | undefined)?.removed ?? []
}

const traits = fc.record({ tellsUpdated: fc.boolean(), tellsSeries: fc.boolean(), tellsState: fc.boolean(), isTerse: fc.boolean() })
const maxBytes = fc.constantFrom(0, 3000, 9000, 20_000, 1_000_000)

describe('cached: the answers with a cache are those without one', () => {
  test('with freshness 0, whoever writes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), traits, maxBytes, async (steps, given, bytes) => {
      const [cached, plain] = [new MemoryBackend([home, work], given), new MemoryBackend([home, work], given)]
      const under = new Side(cached, cachedBackend(cached, { maxBytes: bytes, freshnessMs: 0, now: () => 0 }).session(anna))
      const model = new Side(plain, plain.session(anna))
      for (const each of steps) expectSame(await under.run(each), await model.run(each))
    }), { numRuns: 400 })
  })

  test('with a window of freshness, when only the cache writes, or others write and the window passes', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), traits, maxBytes, async (steps, given, bytes) => {
      const [cached, plain] = [new MemoryBackend([home, work], given), new MemoryBackend([home, work], given)]
      const clock = { now: 0 }
      const under = new Side(cached, cachedBackend(cached, { maxBytes: bytes, freshnessMs: 2000, now: () => clock.now }).session(anna))
      const model = new Side(plain, plain.session(anna))
      for (const each of steps) {
        expectSame(await under.run(each), await model.run(each))
        const isByOthers = each.kind === 'break' || each.kind === 'expire' || ('through' in each && each.through === 'service')
        clock.now += isByOthers ? 2000 : 1
      }
    }), { numRuns: 400 })
  })
})

/** What a calendar held after each change: the moment of each object's last change by name, in the order of the tokens. */
class History {
  readonly #tokens: BackendSyncToken[] = []
  readonly #contents: ReadonlyMap<ObjectName, number>[] = []

  async note(outside: CalendarSession): Promise<void> {
    const { token } = await outside.state(home)
    if (this.#tokens.at(-1) === token) return
    this.#tokens.push(token)
    this.#contents.push(new Map((await collect(outside.tags(home))).map((tag) => [tag.name, tag.updated])))
  }

  indexOf(token: BackendSyncToken): number {
    return this.#tokens.indexOf(token)
  }

  /** Whether the calendar held exactly this under the name at that moment or later. */
  held(from: number, name: ObjectName, updated: number | undefined): boolean {
    return this.#contents.slice(from).some((content) => content.get(name) === updated)
  }
}

describe('cached: time goes one way', () => {
  const write = fc.record({ kind: fc.constantFrom('put', 'put', 'remove'), through, name: fc.constantFrom(...names.slice(0, 4)), summary: fc.nat() })
  const read = fc.record({ kind: fc.constantFrom('state', 'since', 'first', 'tags', 'objects', 'names', 'name', 'range'), name: fc.constantFrom(...names.slice(0, 4)), since: fc.nat({ max: 9 }) })

  test('who was told a token is given nothing older afterwards, be the window as long as it may', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(write, read, read), { minLength: 5, maxLength: 40 }), traits, maxBytes, async (steps, given, bytes) => {
      const { session, outside } = setUp({ freshnessMs: 1e9, maxBytes: bytes, traits: given })
      const history = new History()
      const tokens: BackendSyncToken[] = []
      let told = 0
      const note = (token: BackendSyncToken): void => { tokens.push(token); told = Math.max(told, history.indexOf(token)) }
      const check = (asked: readonly ObjectName[], bodies: readonly { readonly name: ObjectName; readonly updated?: number }[]): void => {
        for (const each of asked) expect([each, history.held(told, each, bodies.find(({ name: found }) => found === each)?.updated)]).toEqual([each, true])
      }
      await history.note(outside)
      for (const each of steps) {
        const all = names.slice(0, 4)
        if ('through' in each) {
          const by = each.through === 'cache' ? session : outside
          await (each.kind === 'put' ? by.put(home, each.name, series(each.name, String(each.summary)), always) : by.remove(home, each.name, always)).catch(() => undefined)
          await history.note(outside)
        } else if (each.kind === 'state') note((await session.state(home)).token)
        else if (each.kind === 'first') {
          const { changed, next } = await session.changes(home, undefined)
          note(next)
          check(all, changed)
        } else if (each.kind === 'since') note((await session.changes(home, tokens[each.since % Math.max(1, tokens.length)] ?? backendSyncToken('1000'))).next)
        else if (each.kind === 'tags') check(all, await collect(session.tags(home)))
        else if (each.kind === 'objects') check(all, await collect(session.objects(home)) as StoredSeries[])
        else if (each.kind === 'range') check(all, await collect(session.objects(home, { from: instant(0) })) as StoredSeries[])
        else check(each.kind === 'names' ? all : [each.name], [...(await session.objectsByName(home, each.kind === 'names' ? all : [each.name])).values()] as StoredSeries[])
      }
    }), { numRuns: 1500 })
  })

  /** Each call reaches the backend when the scheduler lets it, and comes back when it lets it. */
  function scheduled(inner: CalendarSession, schedule: () => Promise<void>): CalendarSession {
    const single = <A extends unknown[], T>(run: (...given: A) => Promise<T>) => async (...given: A): Promise<T> => {
      await schedule()
      try {
        return await run(...given)
      } finally {
        await schedule()
      }
    }
    const many = <A extends unknown[], T>(run: (...given: A) => AsyncIterable<T>) => async function* (...given: A): AsyncGenerator<T, unknown> {
      const items = run(...given)[Symbol.asyncIterator]() as AsyncIterator<T, unknown>
      for (;;) {
        await schedule()
        const item = await items.next()
        await schedule()
        if (item.done) return item.value
        yield item.value
      }
    }
    const { address, nameOf, freeBusy, createCalendar, updateCalendar, removeCalendar } = inner
    return {
      address, nameOf, freeBusy, createCalendar: single(createCalendar), updateCalendar: single(updateCalendar), removeCalendar: single(removeCalendar),
      calendars: single(inner.calendars), calendar: single(inner.calendar), state: single(inner.state), tags: many(inner.tags), objects: many(inner.objects),
      objectsByName: single(inner.objectsByName), changes: single(inner.changes), put: single(inner.put), remove: single(inner.remove), answer: single(inner.answer), announce: single(inner.announce), move: single(inner.move),
    }
  }

  const anyStep = fc.oneof(write, read, read)

  test.each([
    ['of ours', 'cache', 0], ['of anybody, once the window has passed', 'service', 3_000_000],
  ])('whatever ran at once, a read that begins afterwards sees every write %s', async (_, by, pauseMs) => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(anyStep, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 8 }), fc.scheduler(), traits, async (batches, scheduler, given) => {
      const { inner, outside, clock } = setUp({ traits: given })
      let isFree = false
      const schedule = async (): Promise<void> => { if (!isFree) await scheduler.schedule(Promise.resolve()) }
      const session = cachedBackend({ session: (identity) => scheduled(inner.session(identity), schedule), close: async () => {} }, { maxBytes: 1e6, freshnessMs: 1_000_000, now: () => clock.now }).session(anna)
      const run = async (each: typeof batches[0][0]): Promise<unknown> => {
        const writer = by === 'service' && 'through' in each && each.through === 'service' ? outside : session
        switch (each.kind) {
          case 'put': return writer.put(home, each.name, series(each.name, 'summary' in each ? String(each.summary) : ''), always)
          case 'remove': return writer.remove(home, each.name, always)
          case 'state': return session.state(home)
          case 'first': return session.changes(home, undefined)
          case 'since': return session.changes(home, backendSyncToken(String(1000 + ('since' in each ? each.since : 0))))
          case 'tags': return collect(session.tags(home))
          case 'objects': return collect(session.objects(home))
          case 'range': return collect(session.objects(home, { from: instant(0) }))
          case 'names': return session.objectsByName(home, names.slice(0, 4))
          default: return session.objectsByName(home, [each.name])
        }
      }
      for (const batch of batches) {
        await scheduler.waitFor(Promise.allSettled(batch.map(run)))
        clock.now += pauseMs
        isFree = true
        const probe = (batch[0] as { readonly name: ObjectName }).name
        expect(await session.objectsByName(home, [probe])).toEqual(await outside.objectsByName(home, [probe]))
        if (batch.length > 2) expect(tags(await collect(session.tags(home)))).toEqual(tags(await collect(outside.tags(home))))
        isFree = false
      }
      isFree = true
      expect(await session.state(home)).toEqual(await outside.state(home))
      expect(sorted(await collect(session.objects(home)))).toEqual(sorted(await collect(outside.objects(home))))
    }), { numRuns: 600 })
  })
})
