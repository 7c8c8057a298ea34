/** Operations at a backend that is apart and takes its time for every call: what the gateway adds to the calls that are needed. */

import { type Answer, open, type Request, type Target } from './http-client.ts'
import { type Figures, measure, quantile } from './measure.ts'
import { firstSync, type Operation, operationsOn, serveOthers } from './operations.ts'
import type { Server } from './process.ts'
import { delayCalls, startWithPages, timesOfCalls } from './replayed.ts'
import { copyOfData, log, otherSize, scale, tell } from './run.ts'
import { account } from './sample.ts'
import { portOfReplay, startBare, startReplay, startReplayed } from './servers.ts'
import type { Place } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

const DELAY_MS = 150
const NEAR_MS = 20

/** Operations that make as many calls at each turn; the others change what they find. */
const asked = new Set(['poll', 'sync, no change', 'sync, 1 change', 'sync, 100 changes', 'multiget 100', 'query a month', 'query a month, anew', 'GET', 'PUT new', 'PUT changed', 'DELETE'])

/** Operations under one load. */
interface Delayed {
  readonly figures: Figures
  readonly calls: number
  /** What each call has taken at the backend, those of the warming up too. */
  readonly upstream: readonly number[]
}

type OnAnswer = (request: Request, answer: Answer) => void

/** @param load with how long the backend takes for each call */
async function delayed(place: Place, operation: Operation, { delayMs, ...load }: { readonly delayMs: number; readonly clients: number; readonly warmMs: number; readonly forMs: number }, onAnswer?: OnAnswer): Promise<Delayed> {
  const { prepare } = operation
  const begin = async (): Promise<void> => {
    await delayCalls(place, delayMs)
    await timesOfCalls(place)
  }
  const prepared = async (turns: number): Promise<void> => {
    await delayCalls(place, 0)
    await prepare!(turns)
    await begin()
  }
  await begin()
  const figures = await measure({ target: place.target, pid: place.server.pid }, prepare === undefined ? operation : { ...operation, prepare: prepared }, { ...load, preparedTurns: scale.delayedTurns }, onAnswer)
  const upstream = await timesOfCalls(place)
  return { figures, calls: Math.round(upstream.length / figures.turns), upstream }
}

const at = (times: readonly number[], part: number): number => quantile(times.toSorted((a, b) => a - b), part)

/** Of an operation that makes one call, by one client: what each turn took longer than its call, median and p99. */
function addedToOne({ figures: { times, turns }, upstream }: Delayed): readonly string[] {
  if (upstream.length !== turns) return ['', '']
  const added = times.map((each, index) => each - upstream[turns - times.length + index]!)
  return [ms(at(added, 0.5)), ms(at(added, 0.99))]
}

async function addedToCalls(): Promise<void> {
  const [data, size] = [copyOfData(), scale.latencySize]
  const backend = await startReplay(data, Infinity)
  const place = await startReplayed(data, backend, ['--freshness-ms', '0'])
  const connection = await open(place.target)
  await firstSync({ place, size, connection })
  const operations = (await operationsOn({ place, size, connection })).filter(({ name }) => asked.has(name))
  const bare = await startBare(data)
  const rows: string[][] = []
  const asBare = { ...place, ...bare }
  const state = 'x'.repeat(500)
  const ones = [await addedTo(asBare, await bareCall(bare, backend, 'bare app, one call', state))]
  for (const operation of operations) {
    const { figures: { medianMs, p95Ms }, calls, upstream } = await delayed(place, operation, { delayMs: DELAY_MS, clients: 1, warmMs: 0, forMs: scale.delayedTurns * DELAY_MS })
    rows.push([operation.name, whole(calls), ms(medianMs), ms(p95Ms), ms(medianMs - calls * at(upstream, 0.5))])
    if (calls !== 1) continue
    let octets = ''
    ones.push(await addedTo(place, operation, (_, { body }) => { octets = body }))
    ones.at(-1)!.push(addedToMany(await farAway(asBare, await bareCall(bare, backend, operation.name, octets))))
  }
  connection.close()
  await Promise.all([place.server.stop(), bare.server.stop(), backend.stop()])
  tell(`${whole(size)} events at a backend that takes ${DELAY_MS} ms per call, one client, freshness window 0`,
    table(['operation', 'calls', 'median ms', 'p95', 'added to the calls, ms'], rows))
  tell(`${whole(size)} events, what is added to operations of one call, ms (aims: p50 1 and p99 5 with one client, 15 to the p99 with 16)`, table(
    ['operation', 'call of 0 ms: p50', 'p99', `call of ${NEAR_MS} ms: p50`, 'p99', `call of ${DELAY_MS} ms, 16 clients: p99`, 'of the calls', 'added', 'added by bare with the same octets'], ones,
  ))
}

/** @param place that answers the operation by one call */
async function addedTo(place: Place, operation: Operation, onAnswer?: OnAnswer): Promise<string[]> {
  const none = await delayed(place, operation, { delayMs: 0, clients: 1, warmMs: scale.warmMs, forMs: scale.forMs }, onAnswer)
  const near = await delayed(place, operation, { delayMs: NEAR_MS, clients: 1, warmMs: scale.warmMs, forMs: scale.forMs * 2 })
  const far = await farAway(place, operation)
  return [operation.name, ...addedToOne(none), ...addedToOne(near), ms(far.figures.p99Ms), ms(at(far.upstream, 0.99)), addedToMany(far)]
}

const farAway = (place: Place, operation: Operation): Promise<Delayed> => delayed(place, operation, { delayMs: DELAY_MS, clients: 16, warmMs: 0, forMs: scale.forMs * 2 })

const addedToMany = ({ figures: { p99Ms }, upstream }: Delayed): string => ms(p99Ms - at(upstream, 0.99))

/** What one call costs the bare app: to ask for the state of a calendar, and to answer with these octets. */
async function bareCall({ target }: { readonly target: Target }, backend: Server, name: string, body: string): Promise<Operation> {
  const connection = await open(target)
  const url = `http://127.0.0.1:${portOfReplay(backend)}/calendar/v3/calendars/${account.address}/events?maxResults=1&fields=updated`
  const call = { url, headers: { authorization: `Bearer test:${account.address}` } }
  await connection.send({ method: 'POST', path: '/_keep', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key: name, status: 207, headers: {}, body, call }) })
  connection.close()
  return {
    name, requests: () => [{ method: 'PROPFIND', path: '/', headers: { 'x-bench': name } }],
    fault: (answer) => (answer.status === 207 && answer.body.length === body.length ? undefined : `${answer.status}: ${answer.body.slice(0, 200)}`),
  }
}

interface SlowVariant {
  readonly process: string
  readonly hasServed: boolean
  /** On a page; undefined: as many as the service gives. */
  readonly rows?: number
  /** Of the only calendar that it is measured with. */
  readonly size?: number
}

const slowVariants: readonly SlowVariant[] = [
  { process: 'new process', hasServed: false }, { process: 'has served others', hasServed: true },
  { process: 'has served others, 250 a page', hasServed: true, rows: 250, size: 10_000 },
]

/** First synchronisations of calendars of which nothing is known, by one client. */
async function slowFirstSyncs(): Promise<void> {
  const rows: string[][] = []
  for (const size of scale.syncSizes.filter((each) => each <= scale.latencySize)) {
    for (const variant of slowVariants.filter((each) => (each.size ?? size) === size)) {
      log(`first sync of ${size} events, ${variant.process}, ${DELAY_MS} ms per call`)
      rows.push([whole(size), variant.process, ...await slowFirstSync(variant, size)])
    }
  }
  tell(`First synchronisation at a backend that takes ${DELAY_MS} ms per call (aims at 10 000 events: 8 000 events/s; 1.1 times the wait with 250 a page)`,
    table(['events', 'process', 'calls', 'ms', 'added to the calls, ms', 'events/s', 'ms ÷ wait'], rows))
}

/** The middle one of several runs, each by a process of its own. */
async function slowFirstSync(variant: SlowVariant, size: number): Promise<readonly string[]> {
  const runs: (readonly [elapsedMs: number, calls: number])[] = []
  while (runs.length < scale.delayedSyncs) runs.push(await slowRun(variant, size))
  const [elapsedMs, calls] = runs.toSorted(([a], [b]) => a - b)[runs.length >> 1]!
  return [whole(calls), whole(elapsedMs), ms(elapsedMs - calls * DELAY_MS), whole(size / elapsedMs * 1000), ratio(elapsedMs, calls * DELAY_MS)]
}

async function slowRun({ hasServed, rows }: SlowVariant, size: number): Promise<readonly [elapsedMs: number, calls: number]> {
  const place = await startWithPages(copyOfData(), [otherSize, size], rows)
  const connection = await open(place.target)
  if (hasServed) await serveOthers(place, connection)
  await delayCalls(place, DELAY_MS)
  await timesOfCalls(place)
  const begin = performance.now()
  await firstSync({ place, size, connection })
  const elapsedMs = performance.now() - begin
  const { length: calls } = await timesOfCalls(place)
  connection.close()
  await Promise.all([place.server.stop(), place.backend?.stop()])
  return [elapsedMs, calls]
}

export async function latency(): Promise<void> {
  log(`a backend that takes ${DELAY_MS} ms per call`)
  await addedToCalls()
  await slowFirstSyncs()
}
