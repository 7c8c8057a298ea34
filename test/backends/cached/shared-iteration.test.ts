import { describe, expect, test } from 'vitest'
import { SharedIteration } from '../../../src/backends/cached/shared-iteration.ts'

/** Counts up to a number, and notes what is asked of it. */
function counting(count: number, error?: Error) {
  const seen: (number | string)[] = []
  const source = async function* (): AsyncGenerator<number, string> {
    try {
      for (let next = 0; next < count; next += 1) {
        seen.push(next)
        yield next
      }
      if (error !== undefined) throw error
      return 'told'
    } finally {
      seen.push('ended')
    }
  }
  const finished: unknown[] = []
  return { seen, finished, shared: new SharedIteration(source(), (told) => finished.push(told)) }
}

async function collect(items: AsyncIterable<number>): Promise<number[]> {
  const collected: number[] = []
  for await (const item of items) collected.push(item)
  return collected
}

describe('SharedIteration', () => {
  test('gives each reader everything, and pulls its source once', async () => {
    const { shared, seen, finished } = counting(4)
    const slow = shared.read()
    expect((await slow.next()).value).toBe(0)
    expect(await Promise.all([collect(shared.read()), collect(shared.read())])).toEqual([[0, 1, 2, 3], [0, 1, 2, 3]])
    expect(await collect(slow)).toEqual([1, 2, 3])
    expect(seen).toEqual([0, 1, 2, 3, 'ended'])
    expect(finished).toEqual(['told'])
    expect(shared.isOpen).toBe(false)
  })

  test('goes on while one reader is left, and ends its source early when the last one leaves', async () => {
    const { shared, seen, finished } = counting(9)
    const [one, other] = [shared.read(), shared.read()]
    await one.next()
    await other.next()
    await one.return(undefined)
    expect((await other.next()).value).toBe(1)
    expect(shared.isOpen).toBe(true)
    await other.return(undefined)
    expect(seen).toEqual([0, 1, 'ended'])
    expect(finished).toEqual([])
    expect(shared.isOpen).toBe(false)
  })

  test('throws to every reader what its source throws, after what came before it', async () => {
    const fault = new Error('lost')
    const { shared, finished } = counting(1, fault)
    const results = [shared.read(), shared.read()].map(async (reader) => {
      expect((await reader.next()).value).toBe(0)
      return reader.next()
    })
    expect(await Promise.allSettled(results)).toEqual([{ status: 'rejected', reason: fault }, { status: 'rejected', reason: fault }])
    expect(finished).toEqual([])
  })

  test('after stopKeeping nobody joins, and present readers still get everything', async () => {
    const { shared } = counting(6)
    const [one, other] = [shared.read(), shared.read()]
    await one.next()
    await other.next()
    await other.next()
    shared.stopKeeping()
    expect(shared.isOpen).toBe(false)
    expect(await collect(other)).toEqual([2, 3, 4, 5])
    expect(await collect(one)).toEqual([1, 2, 3, 4, 5])
  })
})
