/** How the CPU of an operation grows with the calendar: both sizes in turns, so that slow phases of the machine come over both. */

import { aims, growthAim } from './aims.ts'
import { type Answer, open, type Request } from './http-client.ts'
import { asksBackend, ceilingOf, type Running, warmUp } from './load.ts'
import { measure, middle } from './measure.ts'
import { firstSync, type Operation, operationsOn } from './operations.ts'
import { copyOfData, log, scale, tell } from './run.ts'
import { type Place, startBare, startGateway } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

/** Something at the smaller calendar, and at the larger one. */
type Pair<T> = readonly [small: T, large: T]

/** In ms of CPU for one operation. */
interface Growth {
  readonly cost: Pair<number | undefined>
  /** Of neighbouring rounds. */
  readonly ratio: number | undefined
}

/** The aims are for ten times the events. */
export async function growth(small: number, large: number): Promise<void> {
  if (small === large) return log('growth is not measured: it takes two sizes, such as --sizes 1000,10000')
  await held([small, large])
  await asked([small, large])
}

async function held(sizes: Pair<number>): Promise<void> {
  const data = copyOfData()
  const gateway = await startGateway(data)
  const bare = await startBare(data)
  const rows: string[][] = []
  for (const [name, operations] of await pairsOn(gateway, sizes)) {
    log(`${name}, growth`)
    const answered: (readonly (readonly [Request, Answer])[])[] = []
    const own = await alternately(gateway, operations, (at, steps, exchange) => { answered[at] = [...answered[at] ?? [], exchange].slice(-steps) })
    const [few, many] = await Promise.all(answered.map((exchanges, at) => ceilingOf(bare, `${name} ${sizes[at]}`, exchanges)))
    const ceiling = await alternately(bare, [few!, many!])
    rows.push([...rowOf(name, own), ratio(ceiling.ratio, 1)])
  }
  tellOf('held within the freshness window', sizes, rows, ['ratio of bare'])
  await Promise.all([gateway.server.stop(), bare.server.stop()])
}

async function asked(sizes: Pair<number>): Promise<void> {
  const gateway = await startGateway(copyOfData(), ['--freshness-ms', '0'])
  const rows: string[][] = []
  for (const [name, operations] of (await pairsOn(gateway, sizes)).filter(([, [small]]) => asksBackend(small))) {
    log(`${name}, growth, window 0`)
    rows.push(rowOf(name, await alternately(gateway, operations)))
  }
  tellOf('freshness window 0', sizes, rows)
  await gateway.server.stop()
}

const rowOf = (name: string, { cost, ratio: grown }: Growth): string[] => [name, ms(cost[0]), ms(cost[1]), ratio(grown, 1), `≤ ${aims.get(name)?.growth ?? growthAim}`]

function tellOf(title: string, [small, large]: Pair<number>, rows: readonly (readonly string[])[], more: readonly string[] = []): void {
  const heads = ['operation', `at ${whole(small)}`, `at ${whole(large)}`, 'ratio', 'aim', ...more]
  tell(`Growth from ${whole(small)} to ${whole(large)} events, ${title}: CPU ms with one client`, table(heads, rows))
}

/** The operations of two calendars of one gateway, which has read them and done each that only reads. */
async function pairsOn(gateway: Place, sizes: Pair<number>): Promise<readonly (readonly [name: string, Pair<Operation>])[]> {
  // Stays open: some operations make what they use up through it.
  const connection = await open(gateway.target)
  const bySize: (readonly Operation[])[] = []
  for (const size of sizes) {
    await firstSync({ place: gateway, size, connection })
    const operations = await operationsOn({ place: gateway, size, connection })
    await warmUp(gateway, operations)
    bySize.push(operations)
  }
  const [few, many] = bySize
  return few!.map((small, index) => [small.name, [small, many![index]!]])
}

type Told = (at: number, steps: number, exchange: readonly [Request, Answer]) => void

async function alternately({ target, server: { pid } }: Running, pair: Pair<Operation>, onAnswer?: Told): Promise<Growth> {
  const load = { clients: 1, warmMs: 0, forMs: scale.growthMs, preparedTurns: scale.prepared / 4 }
  const rounds: (readonly (number | undefined)[])[] = []
  for (let round = -1; round < scale.growthRounds; round += 1) {
    const costs: (number | undefined)[] = []
    for (const [at, operation] of pair.entries()) {
      const steps = operation.requests(0).length
      const { cpuMs } = await measure({ target, pid }, operation, load, (...exchange) => onAnswer?.(at, steps, exchange))
      costs.push(cpuMs)
    }
    if (round >= 0) rounds.push(costs)               // the first one warms up
  }
  return { cost: [middle(rounds.map(([few]) => few)), middle(rounds.map(([, many]) => many))], ratio: middle(rounds.map(([few, many]) => quotient(many, few))) }
}

const quotient = (value: number | undefined, to: number | undefined): number | undefined => (value === undefined || to === undefined || to === 0 ? undefined : value / to)
