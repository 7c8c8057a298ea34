import { describe, expect, test } from 'vitest'
import { History } from '../../../src/backends/cached/history.ts'
import { Knowledge } from '../../../src/backends/cached/knowledge.ts'
import type { Changes } from '../../../src/calendar/backend.ts'
import { backendSyncToken, instant, objectName, revision } from '../../../src/calendar/identifiers.ts'

const token = (number: number) => backendSyncToken(`t${number}`)
const name = (text: string) => objectName(text)!

/** The step from one state to the next: what changed in it, each at a moment, and what was removed. */
function step(from: number, changed: Readonly<Record<string, number>>, removed: readonly string[] = []): { since: ReturnType<typeof token>; changes: Changes } {
  const tags = Object.entries(changed).map(([text, at]) => ({ name: name(text), revision: revision(`r${at}`), updated: instant(at) }))
  return { since: token(from), changes: { changed: tags, removed: removed.map(name), next: token(from + 1), updated: instant(from + 1) } }
}

function historyOf(...steps: readonly ReturnType<typeof step>[]): History {
  const history = new History(8_000_000)
  for (const each of steps) history.add(each)
  return history
}

const told = (changes: Changes | undefined) => changes && { changed: changes.changed.map((tag) => `${tag.name} ${tag.revision}`), removed: changes.removed, next: changes.next }

describe('the answers about changes that are kept', () => {
  test('a reader that stands at an earlier state is told all steps since then, by (updated, name)', () => {
    const history = historyOf(step(1, { a: 10 }), step(2, { c: 20, b: 20 }), step(3, { d: 15 }, ['x']))
    expect(told(history.between(token(1), token(4)))).toEqual({ changed: ['a r10', 'd r15', 'b r20', 'c r20'], removed: ['x'], next: token(4) })
    expect(told(history.between(token(3), token(4)))).toEqual({ changed: ['d r15'], removed: ['x'], next: token(4) })
  })

  test('of each name the last thing counts', () => {
    const history = historyOf(step(1, { a: 10 }, ['b']), step(2, { a: 20, b: 21 }))
    expect(told(history.between(token(1), token(3)))).toEqual({ changed: ['a r20', 'b r21'], removed: [], next: token(3) })
  })

  test('what came and went is left to the backend', () => {
    const history = historyOf(step(1, { a: 10 }), step(2, {}, ['a']))
    expect(history.between(token(1), token(3))).toBeUndefined()
    expect(told(history.between(token(2), token(3)))).toEqual({ changed: [], removed: ['a'], next: token(3) })
  })

  test('a step that does not continue the last one begins anew', () => {
    const history = historyOf(step(1, { a: 10 }), step(5, { b: 20 }))
    expect([history.knows(token(1)), history.knows(token(5))]).toEqual([false, true])
    expect(history.between(token(1), token(6))).toBeUndefined()
  })

  test('another state than the last one is not known', () => {
    expect(historyOf(step(1, { a: 10 })).between(token(1), token(9))).toBeUndefined()
  })

  test('the oldest steps are forgotten beyond two thousand changes, and all when it is cleared', () => {
    const many = (from: number) => step(from, Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`n${from}-${index}`, from])))
    const history = historyOf(many(1), many(2), many(3))
    expect([history.knows(token(1)), history.knows(token(2))]).toEqual([false, true])
    history.clear()
    expect([history.knows(token(3)), history.bytes]).toEqual([false, 0])
  })

  test('a backend that gives another token each time, with nothing that changed, does not fill the memory', () => {
    const history = historyOf(...Array.from({ length: 5000 }, (_, index) => step(index, {})))
    expect([history.knows(token(0)), history.knows(token(4999)), history.bytes <= 750_000]).toEqual([false, true, true])
  })
})

test('they count as held of their calendar', () => {
  const known = new Knowledge({ maxCalendarBytes: 8_000_000, freshnessMs: 0, now: () => 0 } as ConstructorParameters<typeof Knowledge>[0])
  known.holdAll([], { token: token(1), updated: instant(1) }, known.begin())
  const before = known.bytes
  known.catchUp(step(1, {}, Array.from({ length: 100 }, (_, index) => `n${index}`)).changes, known.begin())
  expect(known.bytes - before).toBeGreaterThan(100 * 300)
})
