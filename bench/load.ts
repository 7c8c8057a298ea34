/** Every operation under the load of one client and of sixteen, beside the bare app and the other servers. */

import { aims, tailAim } from './aims.ts'
import { type Answer, open, type Request, type Target } from './http-client.ts'
import { type Figures, measure, middleFigures } from './measure.ts'
import { firstSync, type Operation, operationsOn } from './operations.ts'
import type { Peer } from './peers.ts'
import type { Server } from './process.ts'
import { copyOfData, log, scale, tell } from './run.ts'
import { startBare, startGateway } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

export interface Running { readonly target: Target; readonly server: Server }

/** What one server did under both loads; a slow one is spared the many clients. */
interface Both { readonly one: Figures; readonly many: Figures | undefined }

/** One server under one operation. */
interface Subject {
  readonly running: Running
  readonly operation: Operation
  readonly forMs: number
  /** Turns of operations that use something up: with one client, and with many. */
  readonly preparedTurns: readonly [one: number, many: number]
  readonly isSlow?: boolean
  /** The name of another server, which may answer wrongly: it is not timed then. */
  readonly peer?: string
  readonly onAnswer?: (request: Request, answer: Answer) => void
}

async function both({ running, operation, forMs, preparedTurns: [few, many], isSlow, onAnswer }: Subject, warmMs: number): Promise<Both> {
  const place = { target: running.target, pid: running.server.pid }
  const one = await measure(place, operation, { clients: 1, warmMs, forMs, preparedTurns: few }, onAnswer)
  return { one, many: isSlow ? undefined : await measure(place, operation, { clients: 16, warmMs: warmMs / 2, forMs, preparedTurns: many }) }
}

/**
 * Several rounds, each over all servers: the machine has phases of some seconds in which all takes nearly twice as long, and so they come
 * over all of them. One that takes long is measured once, and one that answers wrongly no more.
 * @param subjects each is made when those ahead of it have been measured once
 * @returns the middle figures of each; undefined where there is none, or it answers wrongly
 */
async function inTurns(subjects: readonly (() => Promise<Subject | undefined> | Subject | undefined)[]): Promise<readonly (Both | undefined)[]> {
  const waiting: (Subject | undefined)[] = []
  const told: Both[][] = subjects.map(() => [])
  for (let round = 0; round < scale.loadRounds; round += 1) {
    for (const [at, make] of subjects.entries()) {
      const subject = round === 0 ? await make() : waiting[at]
      if (subject === undefined) continue
      const begin = performance.now()
      try {
        told[at]!.push(await both(subject, round === 0 ? scale.warmMs : scale.warmMs / 4))
        waiting[at] = performance.now() - begin < scale.longMs ? subject : undefined
      } catch (error) {
        if (subject.peer === undefined) throw error
        log(`${subject.peer}: ${(error as Error).message.slice(0, 300)}`)
        told[at] = []
        waiting[at] = undefined
      }
    }
  }
  return told.map(middleOfBoth)
}

function middleOfBoth(rounds: readonly Both[]): Both | undefined {
  if (rounds.length === 0) return undefined
  const many = rounds.map((each) => each.many).filter((each) => each !== undefined)
  return { one: middleFigures(rounds.map(({ one }) => one)), many: many.length === 0 ? undefined : middleFigures(many) }
}

/** Each that only reads, for a moment: none is timed as one of the first things that a process has ever done. */
export async function warmUp(running: Running, operations: readonly Operation[]): Promise<void> {
  const place = { target: running.target, pid: running.server.pid }
  for (const operation of operations.filter(({ changes }) => !changes)) await measure(place, operation, { clients: 1, warmMs: 0, forMs: scale.warmMs / 2, preparedTurns: 0 })
}

/** The same octets from the bare app. */
export async function ceilingOf(bare: Running, name: string, exchanges: readonly (readonly [Request, Answer])[]): Promise<Operation> {
  const connection = await open(bare.target)
  const requests: Request[] = []
  for (const [index, [request, { status, headers, body }]] of exchanges.entries()) {
    const key = `${name} ${index}`
    const sent = Object.fromEntries([...headers].filter(([header]) => !/^(connection|keep-alive|transfer-encoding|date)$/.test(header)))
    await connection.send({ method: 'POST', path: '/_keep', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key, status, headers: sent, body }) })
    requests.push({ ...request, headers: { ...request.headers, 'x-bench': key } })
  }
  connection.close()
  return {
    name, requests: () => requests,
    fault: (answer, step) => (answer.status === exchanges[step]?.[1].status && answer.body.length === exchanges[step]?.[1].body.length ? undefined : 'not the kept octets'),
  }
}

const operationHeads = ['operation', '1 client: ms', 'p95', 'CPU ms', '16 clients: ms', 'p95', 'per s']
const cellsOf = ({ one, many }: Both): string[] => [ms(one.medianMs), ms(one.p95Ms), ms(one.cpuMs), ms(many?.medianMs), ms(many?.p95Ms), whole(many?.perSecond)]

const prepared = [scale.prepared, scale.prepared] as const

function peerSubject({ name, place, letsAllIn, isSlow }: Peer, operation: Operation): Subject | undefined {
  if (operation.name === 'unauthenticated' && letsAllIn) return undefined
  return { running: place, operation, forMs: scale.peerMs / 2, preparedTurns: [20, 64], isSlow, peer: name }
}

/** Within the freshness window after a first synchronisation. */
export async function load(peers: readonly Peer[], size: number): Promise<void> {
  const data = copyOfData()
  const gateway = await startGateway(data)
  const bare = await startBare(data)
  const connection = await open(gateway.target)
  const present = peers.filter(({ sizes }) => sizes.includes(size))
  const theirs = await Promise.all(present.map(async ({ place }) => operationsOn({ place, size, connection: await open(place.target) })))
  await firstSync({ place: gateway, size, connection })
  const rows: string[][] = []
  const beside: { readonly one: string[][]; readonly many: string[][]; readonly tail: string[][] } = { one: [], many: [], tail: [] }
  const operations = await operationsOn({ place: gateway, size, connection })
  await warmUp(gateway, operations)
  for (const [index, operation] of operations.entries()) {
    log(`${operation.name}, ${size} events`)
    let exchanges: readonly (readonly [Request, Answer])[] = []
    const steps = operation.requests(0).length
    const [own, ceiling, ...others] = await inTurns([
      () => ({ running: gateway, operation, forMs: scale.forMs / 2, preparedTurns: prepared, onAnswer: (...exchange) => { exchanges = [...exchanges, exchange].slice(-steps) } }),
      async () => ({ running: bare, operation: await ceilingOf(bare, `${operation.name} ${size}`, exchanges), forMs: scale.forMs / 4, preparedTurns: prepared }),
      ...present.map((peer, at) => () => peerSubject(peer, theirs[at]![index]!)),
    ])
    if (own?.many === undefined || ceiling?.many === undefined) throw new Error(`${operation.name} was not measured`)
    rows.push([
      operation.name, ...cellsOf(own),
      ratio(own.one.medianMs, ceiling.one.medianMs), ratio(own.one.cpuMs, ceiling.one.cpuMs), ratio(own.many.perSecond, ceiling.many.perSecond),
    ])
    const { time, rate } = aims.get(operation.name) ?? {}
    beside.one.push(besideRow(operation.name, own.one.medianMs, others.map((each) => each?.one.medianMs), { pick: Math.min, text: ms, aim: time === undefined ? '' : `≤ ${time}` }))
    beside.many.push(besideRow(operation.name, own.many.perSecond, others.map((each) => each?.many?.perSecond), { pick: Math.max, text: whole, aim: rate === undefined ? '' : `≥ ${rate}` }))
    beside.tail.push(besideRow(operation.name, own.many.p99Ms, others.map((each) => each?.many?.p99Ms), { pick: Math.min, text: ms, aim: `≤ ${tailAim}` }))
  }
  tell(`${whole(size)} events, held within the freshness window`, table([...operationHeads, 'time ÷ bare', 'CPU ÷ bare', 'per s ÷ bare'], rows))
  if (present.length > 0) {
    const heads = ['operation', 'calgate', ...present.map(({ name }) => name), '÷ best', 'aim']
    tell(`${whole(size)} events beside other servers: median ms, 1 client`, table(heads, beside.one))
    tell(`${whole(size)} events beside other servers: operations per second, 16 clients`, table(heads, beside.many))
    tell(`${whole(size)} events beside other servers: p99 ms, 16 clients`, table(heads, beside.tail))
  }
  connection.close()
  await Promise.all([gateway.server.stop(), bare.server.stop()])
}

interface Column {
  /** The best of several. */
  readonly pick: (...figures: readonly number[]) => number
  readonly text: (figure: number) => string
  readonly aim: string
}

function besideRow(name: string, own: number, others: readonly (number | undefined)[], { pick, text, aim }: Column): string[] {
  const told = others.filter((each) => each !== undefined)
  return [name, text(own), ...others.map((each) => (each === undefined ? '–' : text(each))), told.length === 0 ? '' : ratio(own, pick(...told)), aim]
}

/** The others are answered from the request alone. */
export const asksBackend = ({ name }: Operation): boolean => !/options|unauthenticated/.test(name)

/** With a window of 0 each read asks the backend: the calls, and what they cost in process. */
export async function askedEachTime(size: number): Promise<void> {
  const gateway = await startGateway(copyOfData(), ['--freshness-ms', '0'])
  const connection = await open(gateway.target)
  await firstSync({ place: gateway, size, connection })
  const rows: string[][] = []
  const operations = (await operationsOn({ place: gateway, size, connection })).filter(asksBackend)
  await warmUp(gateway, operations)
  for (const operation of operations) {
    log(`${operation.name}, ${size} events, window 0`)
    const own = await both({ running: gateway, operation, forMs: scale.forMs / 2, preparedTurns: prepared }, scale.warmMs)
    rows.push([operation.name, ...cellsOf(own)])
  }
  tell(`${whole(size)} events, freshness window 0`, table(operationHeads, rows))
  connection.close()
  await gateway.server.stop()
}
