import { inBatches } from '../calendar/backend.ts'
import type { Batches } from '../calendar/backend.ts'
import type { ObjectName } from '../calendar/identifiers.ts'
import { clientGone } from './client-gone.ts'
import type { Context } from './context.ts'
import { takingTurns } from './turns.ts'

interface Named {
  readonly name: ObjectName
}

/** So much of a listing, in bytes, is put in order in one reading; twice as much is held at most. */
const oneReading = 64 * 1024 * 1024

/** What is held for each item, in bytes, rather too much than too little. */
export const weights = {
  tag: () => 350,
  /** A series as it was read. */
  series: () => 5_000,
  /** Finished text, beside what is in it. */
  text: ({ length }: { readonly length: number }) => 500 + length,
} as const

/** How many series an answer holds at once: what of them the cache cannot hold is read anew for the next ones, with all that is beside it. */
export const seriesAtOnce = Math.floor(oneReading / weights.series())

/**
 * All items of a listing in the order of their names. A backend and a cache list them in orders of their own; a client is told the
 * same bytes by every replica. So a listing is read to its end before it is told, and a fault in it refuses the request as a whole.
 *
 * What is too large for one reading is read several times, each time for the next ones in order, so that memory does not grow with it; a
 * calendar that the cache holds costs no call the second time. The reading ends when the client goes away.
 * @param open  begins a reading of the whole listing
 * @param weigh in bytes
 */
export async function* byName<T extends Named>({ request: { signal } }: Context, open: () => Batches<T>, weigh: (item: T) => number, limit = oneReading): AsyncGenerator<readonly T[], void, undefined> {
  let after: ObjectName | undefined
  do {
    const { first, last } = await firstAfter(after, open(), { weigh, limit, signal })
    yield* inBatches(first)
    after = last
  } while (after !== undefined)
}

/** What is held of a listing while it is read. */
interface Part<T> {
  readonly first: readonly T[]
  /** All items up to this name are in `first`; undefined: all that there are. */
  readonly last: ObjectName | undefined
}

interface Reading<T> {
  readonly weigh: (item: T) => number
  readonly limit: number
  readonly signal: AbortSignal
}

async function firstAfter<T extends Named>(after: ObjectName | undefined, source: Batches<T>, { weigh, limit, signal }: Reading<T>): Promise<Part<T>> {
  const first: T[] = []
  let weight = 0
  let last: ObjectName | undefined
  const turn = takingTurns()
  for await (const batch of source) {
    await turn()
    if (signal.aborted) throw clientGone()
    for (const each of batch) {
      if ((after !== undefined && each.name <= after) || (last !== undefined && each.name > last)) continue
      first.push(each)
      weight += weigh(each)
      if (weight <= 2 * limit || first.length === 1) continue
      weight = cut(first.sort(inOrder), weigh, limit)
      last = first.at(-1)!.name
    }
  }
  return { first: first.sort(inOrder), last }
}

/** Shortens a list to what is within the limit, but never to nothing. @returns its weight then */
function cut<T>(list: T[], weigh: (item: T) => number, limit: number): number {
  let weight = weigh(list[0]!)
  let length = 1
  for (; length < list.length && weight + weigh(list[length]!) <= limit; length += 1) weight += weigh(list[length]!)
  list.length = length
  return weight
}

function inOrder(a: Named, b: Named): number {
  return a.name < b.name ? -1 : 1
}
