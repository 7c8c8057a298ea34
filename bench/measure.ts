/** Load: some clients, each with a connection of its own, that do one thing over and over for a while. */

import { type Answer, type Connection, open, type Request, type Target } from './http-client.ts'
import type { Operation } from './operations.ts'
import { cpuMs } from './process.ts'

export interface Figures {
  readonly medianMs: number
  readonly p95Ms: number
  readonly perSecond: number
  /** User and system time of the server for one operation; undefined where it cannot be told. */
  readonly cpuMs: number | undefined
  readonly turns: number
}

export interface Load {
  readonly clients: number
  /** So long, and at least some turns. */
  readonly forMs: number
  /** Turns of operations that use something up. */
  readonly preparedTurns: number
}

/** At least so many per client, however long they take. */
const FEWEST = 3

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
  const warming = isLimited ? load.clients : load.clients * 2
  if (isLimited) await operation.prepare(load.preparedTurns + warming)
  let turn = isLimited ? 0 : nextTurn
  const times: number[] = []
  const run = async (connection: Connection, isTimed: boolean): Promise<void> => {
    const own = turn
    turn += 1
    times.push(await perform(connection, operation, own, isTimed ? undefined : onAnswer))
  }
  for (let round = 0; round < warming / load.clients; round += 1) await Promise.all(connections.map((connection) => run(connection, false)))
  times.length = 0
  const cpuBefore = cpuMs(pid)
  const begin = performance.now()
  const last = turn + load.preparedTurns
  const goesOn = (own: number): boolean => (isLimited ? turn < last : own < FEWEST || performance.now() - begin < load.forMs)
  await Promise.all(connections.map(async (connection) => {
    for (let own = 0; goesOn(own); own += 1) await run(connection, true)
  }))
  const elapsed = performance.now() - begin
  const cpuAfter = cpuMs(pid)
  for (const connection of connections) connection.close()
  nextTurn = Math.max(nextTurn, turn)
  const sorted = times.sort((a, b) => a - b)
  return {
    medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), perSecond: (sorted.length * 1000) / elapsed, turns: sorted.length,
    cpuMs: cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / sorted.length,
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
