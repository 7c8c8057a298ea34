/** The same against a backend that takes its time for every call: what the gateway adds to the calls that are needed. */

import { open } from './http-client.ts'
import { measure } from './measure.ts'
import { firstSync, operationsOn } from './operations.ts'
import { startWithPages } from './replayed.ts'
import { otherSize } from './run.ts'
import { callsOfReplay, startGateway } from './servers.ts'
import type { Place } from './servers.ts'

export const DELAY_MS = 150

export interface Added {
  readonly name: string
  readonly calls: number
  readonly medianMs: number
  readonly p95Ms: number
  /** Of the median, beyond one delay for each call. */
  readonly addedMs: number
}

/** Operations that make as many calls at each turn; the others change what they find. */
const asked = new Set(['poll', 'sync, no change', 'sync, 1 change', 'sync, 100 changes', 'multiget 100', 'query a month', 'GET', 'PUT new', 'PUT changed', 'DELETE'])

/** @param folder a data folder with the calendar @param size of the calendar */
export async function measureLatency(folder: string, size: number, turns: number): Promise<readonly Added[]> {
  const place = await startGateway(folder, ['--emulator-port', '0', '--control', '--freshness-ms', '0'])
  try {
    const connection = await open(place.target)
    const operations = (await operationsOn({ place, size, connection })).filter(({ name }) => asked.has(name))
    await firstSync({ place, size, connection })
    await control(place, 'POST', 'faults', { pathPattern: '/calendar/v3/*', delayMs: DELAY_MS, times: 1_000_000_000 })
    const results: Added[] = []
    for (const operation of operations) {
      const { prepare } = operation
      let before = await callsOf(place)
      const prepared = async (count: number): Promise<void> => {
        await withoutDelay(place, () => prepare!(count))
        before = await callsOf(place)
      }
      const figures = await measure({ target: place.target, pid: place.server.pid }, prepare === undefined ? operation : { ...operation, prepare: prepared },
        { clients: 1, warmMs: 0, forMs: turns * DELAY_MS, preparedTurns: turns })
      const calls = Math.round(((await callsOf(place)) - before) / figures.turns)
      results.push({ name: operation.name, calls, medianMs: figures.medianMs, p95Ms: figures.p95Ms, addedMs: figures.medianMs - calls * DELAY_MS })
    }
    connection.close()
    return results
  } finally {
    await place.server.stop()
  }
}

/**
 * A first synchronisation of a calendar of which nothing is known, with the delay at each call. The backend is a process of its own that has
 * its pages made: what the embedded one takes to make them says nothing of the gateway.
 * @param hasServed that the process has served others
 */
export async function measureSlowFirstSync(folder: string, size: number, hasServed: boolean): Promise<Added> {
  const place = await startWithPages(folder, [otherSize, size], DELAY_MS)
  try {
    const connection = await open(place.target)
    if (hasServed) for (let turn = 0; turn < 2; turn += 1) await firstSync({ place, size: otherSize, connection })
    const [before, begin] = [await callsOfReplay(place), performance.now()]
    await firstSync({ place, size, connection })
    const ms = performance.now() - begin
    const calls = (await callsOfReplay(place)) - before
    connection.close()
    return { name: `first sync, ${size} events, cold`, calls, medianMs: ms, p95Ms: ms, addedMs: ms - calls * DELAY_MS }
  } finally {
    await Promise.all([place.server.stop(), place.backend?.stop()])
  }
}

async function withoutDelay(place: Place, run: () => Promise<void>): Promise<void> {
  await control(place, 'POST', 'faults/reset', {})
  await run()
  await control(place, 'POST', 'faults', { pathPattern: '/calendar/v3/*', delayMs: DELAY_MS, times: 1_000_000_000 })
}

async function control(place: Place, method: 'GET' | 'POST', path: string, body?: object): Promise<string> {
  const connection = await open({ port: place.restPort!, authority: undefined })
  const answer = await connection.send({ method, path: `/_control/${path}`, headers: { 'Content-Type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
  connection.close()
  if (answer.status > 299) throw new Error(`/_control/${path}: ${answer.status} ${answer.body}`)
  return answer.body
}

async function callsOf(place: Place): Promise<number> {
  const counts = JSON.parse(await control(place, 'GET', 'calls')) as readonly { readonly count: number }[]
  return counts.reduce((sum, { count }) => sum + count, 0)
}
