/** Load: some clients, each with a connection of its own, that do one thing over and over for a while. */

import { type Answer, type Connection, open, type Request, type Target } from './http-client.ts'
import type { Operation } from './operations.ts'
import { cpuMs } from './process.ts'

export interface Figures {
  readonly medianMs: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly perSecond: number
  /** User and system time of the server for one operation; undefined where it cannot be told. */
  readonly cpuMs: number | undefined
  /** Of each turn that was timed, in milliseconds, in the order in which they ended. */
  readonly times: readonly number[]
  /** With those of the warming up. */
  readonly turns: number
}

export interface Load {
  readonly clients: number
  /** Ahead of what is timed: a process that serves has been running for a while. */
  readonly warmMs: number
  /** So long, and at least some turns. */
  readonly forMs: number
  /** Turns of operations that use something up, in place of `forMs`; half as many, and one for each client, in place of `warmMs`. */
  readonly preparedTurns: number
}

/** At least so many per client, however long they take. */
const FEWEST = 3

/** The middle one of each figure of several rounds. */
export function middleFigures(rounds: readonly Figures[]): Figures {
  const of = (figure: (each: Figures) => number): number => middle(rounds.map(figure))!
  return {
    medianMs: of(({ medianMs }) => medianMs), p95Ms: of(({ p95Ms }) => p95Ms), p99Ms: of(({ p99Ms }) => p99Ms), perSecond: of(({ perSecond }) => perSecond),
    cpuMs: middle(rounds.map(({ cpuMs: cpu }) => cpu)), times: rounds.flatMap(({ times }) => times), turns: rounds.reduce((sum, { turns }) => sum + turns, 0),
  }
}

/** @returns undefined where one could not be told */
export function middle(values: readonly (number | undefined)[]): number | undefined {
  const told = values.filter((each) => each !== undefined).toSorted((a, b) => a - b)
  return told.length < values.length ? undefined : told[Math.floor(told.length / 2)]
}

export const quantile = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

/** Goes on through all that is measured: no name is used twice. */
let nextTurn = 0

/**
 * @param onAnswer told of every request of the warming up and its answer
 * @throws Error for the first answer that is wrong
 */
export async function measure({ target, pid }: { readonly target: Target; readonly pid: number }, operation: Operation, load: Load,
  onAnswer: (request: Request, answer: Answer) => void = () => {}): Promise<Figures> {
  const connections = await Promise.all(Array.from({ length: load.clients }, () => open(target)))
  const isLimited = operation.prepare !== undefined
  const warmTurns = Math.max(load.clients, Math.ceil(load.preparedTurns / 2))
  if (isLimited) await operation.prepare(warmTurns + load.preparedTurns)
  let turn = isLimited ? 0 : nextTurn
  const run = async (forMs: number, turns: number, told?: (request: Request, answer: Answer) => void): Promise<readonly number[]> => {
    const times: number[] = []
    const [begin, last] = [performance.now(), turn + turns]
    const goesOn = (own: number): boolean => (isLimited ? turn < last : own < FEWEST || performance.now() - begin < forMs)
    await Promise.all(connections.map(async (connection) => {
      for (let own = 0; goesOn(own); own += 1) {
        turn += 1
        times.push(await perform(connection, operation, turn - 1, told))
      }
    }))
    return times
  }
  const warming = await run(load.warmMs, warmTurns, onAnswer)
  const [cpuBefore, begin] = [cpuMs(pid), performance.now()]
  const times = await run(load.forMs, load.preparedTurns)
  const [cpuAfter, elapsed] = [cpuMs(pid), performance.now() - begin]
  for (const connection of connections) connection.close()
  nextTurn = Math.max(nextTurn, turn)
  const sorted = times.toSorted((a, b) => a - b)
  return {
    medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), p99Ms: quantile(sorted, 0.99), perSecond: (times.length * 1000) / elapsed,
    cpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / times.length,
    times, turns: warming.length + times.length,
  }
}

/** @returns milliseconds from the first octet sent to the last one received, of all steps together; the checks are not timed */
async function perform(connection: Connection, operation: Operation, turn: number, onAnswer?: (request: Request, answer: Answer) => void): Promise<number> {
  let elapsed = 0
  for (const [step, request] of operation.requests(turn).entries()) {
    const begin = performance.now()
    const answer = await connection.send(request)
    elapsed += performance.now() - begin
    const fault = operation.fault(answer, step, turn)
    if (fault !== undefined) throw new Error(`${operation.name}: wrong answer: ${fault}`)
    onAnswer?.(request, answer)
  }
  return elapsed
}
