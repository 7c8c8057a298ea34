import { describe, expect, test } from 'vitest'
import { inBatches } from '../../src/calendar/backend.ts'
import type { Context, LoadedResource } from '../../src/caldav/context.ts'
import { listing, mapInOrder, multistatusReply, PIECE_CHARACTERS, started } from '../../src/caldav/reply.ts'
import { formatResponse } from '../../src/dav/multistatus.ts'
import type { ResponseElement } from '../../src/dav/multistatus.ts'
import { textOf } from './gateway.ts'

const context = { request: { headers: new Headers() }, prefers: { minimal: false, representation: false, depthNoroot: false }, settings: {} } as Context

/** Counts how far it is pulled, and whether it is closed. */
function watched<T>(items: readonly (T | Error)[]) {
  const seen = { pulled: 0, isClosed: false }
  async function* source(): AsyncGenerator<T> {
    try {
      for (const item of items) {
        if (item instanceof Error) throw item
        seen.pulled += 1
        yield item
      }
    } finally {
      seen.isClosed = true
    }
  }
  return { seen, source: source() }
}

async function listed<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const response = (href: string): ResponseElement => ({ href, status: 200 })

describe('a multistatus that is made while it is sent', () => {
  test('a fault before the second response fails the whole reply: no 207 is told', async () => {
    for (const items of [[new Error('down')], [response('/a'), new Error('down')]]) {
      await expect(multistatusReply(context, watched(items).source)).rejects.toThrow('down')
    }
  })

  test('a later fault breaks the body off: no closed document is ever cut short', async () => {
    const reply = await multistatusReply(context, watched([response('/a'), response('/b'), new Error('down')]).source)
    expect(reply.status).toBe(207)
    await expect(textOf(reply.body)).rejects.toThrow('down')
  })

  test('holds every response once, in order', async () => {
    const hrefs = Array.from({ length: 100 }, (_, index) => `/${index}`)
    const text = await textOf((await multistatusReply(context, watched(hrefs.map(response)).source)).body)
    expect([...text.matchAll(/<D:href>(.*?)<\/D:href>/g)].map(([, href]) => href)).toEqual(hrefs)
  })

  test('a client that goes away stops the work: the source is closed and not pulled further', async () => {
    const { seen, source } = watched(Array.from({ length: 100_000 }, (_, index) => response(`/${index}`)))
    const { body } = await multistatusReply(context, source)
    for await (const chunk of body as AsyncIterable<string>) {
      expect(chunk).toContain('<D:href>/0</D:href>')
      break
    }
    expect(seen.isClosed).toBe(true)
    expect(seen.pulled).toBeLessThan(2000)
  })
})

describe('started', () => {
  test.each([0, 1, 2, 3, 5])('keeps all of %i items', async (length) => {
    const items = Array.from({ length }, (_, index) => index)
    const { seen, source } = watched(items)
    const resumed = await started(source, 2)
    expect(seen.pulled).toBe(Math.min(length, 2))
    expect(await listed(resumed)).toEqual(items)
    expect(seen.isClosed).toBe(true)
  })
})

describe('mapInOrder', () => {
  test('keeps the order, whatever ends first, and runs no more than told at once', async () => {
    let running = 0
    let most = 0
    const ends: (() => void)[] = []
    const map = async (item: number) => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => {
        ends.push(resolve)
        // The last one of each round ends first.
        if (ends.length === 4) for (const end of ends.splice(0).toReversed()) end()
      })
      running -= 1
      return item * 10
    }
    const result = await listed(mapInOrder([1, 2, 3, 4], 4, map))
    expect(result).toEqual([10, 20, 30, 40])
    expect(most).toBe(4)
  })

  test('with one at once nothing is begun before the one before is done', async () => {
    let begun = 0
    const map = async (each: number): Promise<number> => {
      begun = each
      return each
    }
    for await (const item of mapInOrder([1, 2, 3], 1, map)) expect(begun).toBe(item)
  })

  test('a failure comes at its place', async () => {
    const results: number[] = []
    await expect((async () => {
      for await (const item of mapInOrder([1, 2, 3, 4], 3, (each) => (each === 2 ? Promise.reject(new Error('two')) : Promise.resolve(each)))) results.push(item)
    })()).rejects.toThrow('two')
    expect(results).toEqual([1])
  })
})

describe('listing', () => {
  const resources = Array.from({ length: 300 }, (_, number) => ({ kind: 'home', href: `/${number}/` }) as LoadedResource)
  const told = ({ href }: LoadedResource): ResponseElement => ({ href, propstats: [] })
  const textIn = (pieces: readonly ResponseElement[]): string => pieces.map(formatResponse).join('')
  const batches = [...inBatches(resources)]
  const whole = textIn(resources.map(told))

  test('tells every resource once and in order, in pieces of a size that is cheap to make', async () => {
    const pieces = await listed(listing(watched(batches).source, told))
    expect(textIn(pieces)).toBe(whole)
    expect(pieces.length).toBeLessThanOrEqual(batches.length + whole.length / PIECE_CHARACTERS)
    for (const piece of pieces) expect(formatResponse(piece).length).toBeLessThan(PIECE_CHARACTERS + 500)
  })

  test('waits for what has to be waited for', async () => {
    const pieces = await listed(listing(batches, (each) => (each.href.endsWith('3/') ? Promise.resolve(told(each)) : told(each))))
    expect(textIn(pieces)).toBe(whole)
  })

  test('a fault comes through, and the source is closed', async () => {
    const { seen, source } = watched([...batches, new Error('lost')])
    await expect(listed(listing(source, told))).rejects.toThrow('lost')
    expect(seen.isClosed).toBe(true)
  })
})
