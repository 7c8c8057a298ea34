import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byName } from '../../src/caldav/by-name.ts'
import type { Context } from '../../src/caldav/context.ts'
import type { Batches } from '../../src/calendar/backend.ts'
import { objectName } from '../../src/calendar/identifiers.ts'
import type { ObjectName } from '../../src/calendar/identifiers.ts'
import { collect } from '../backends/collect.ts'

interface Item {
  readonly name: ObjectName
}

const items = (names: readonly string[]): readonly Item[] => names.map((name) => ({ name: objectName(name)! }))

/** A listing that can be read again, in another order each time, and what was read of it. */
function listingOf(all: readonly Item[]) {
  const seen = { readings: 0, items: 0, ended: 0 }
  async function* open(): AsyncGenerator<readonly Item[]> {
    seen.readings += 1
    try {
      for (const item of seen.readings % 2 === 0 ? all.toReversed() : all) {
        seen.items += 1
        yield [item]
      }
    } finally {
      seen.ended += 1
    }
  }
  return { open, seen }
}

const contextWith = (signal: AbortSignal) => ({ request: { signal } }) as unknown as Context
const one = (): number => 1
const here = contextWith(new AbortController().signal)

const namesOf = async (listing: Batches<Item>): Promise<readonly string[]> => (await collect(listing)).map(({ name }) => name)

describe('objects in the order of their names', () => {
  test('every object once, in one order, in whatever order and however often the listing is read', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9-]{1,4}$/), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (names, count) => {
      const { open } = listingOf(items(names))
      expect(await namesOf(byName(here, open, one, count))).toEqual(names.toSorted())
    }))
  })

  test('what is at most twice the limit is read once, more as often as is needed', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `${(index * 37) % 100}`.padStart(3, '0'))
    const readingsWith = async (count: number) => {
      const { open, seen } = listingOf(items(names))
      await namesOf(byName(here, open, one, count))
      return seen.readings
    }
    expect([await readingsWith(51), await readingsWith(50), await readingsWith(49)]).toEqual([1, 1, 2])
    expect(await readingsWith(10)).toBeLessThanOrEqual(10)
  })

  test('the reading ends at the first object after the client has gone away', async () => {
    const leaving = new AbortController()
    const { open, seen } = listingOf(items(['c', 'b', 'a']))
    const listing = async function* () {
      for await (const batch of open()) {
        leaving.abort()
        yield batch
      }
    }
    await expect(namesOf(byName(contextWith(leaving.signal), listing, one, 10))).rejects.toMatchObject({ status: 408 })
    expect(seen).toEqual({ readings: 1, items: 1, ended: 1 })
  })
})
