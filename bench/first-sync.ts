/** First synchronisations: the listing, and then everything in multigets of 100, by one client. */

import { open } from './http-client.ts'
import type { Answer, Connection, Request } from './http-client.ts'
import { ceilingOf } from './load.ts'
import { measure } from './measure.ts'
import { firstSync, serveOthers } from './operations.ts'
import type { Peer } from './peers.ts'
import { cpuMs, residentMb } from './process.ts'
import { startWithPages } from './replayed.ts'
import { copyOfData, log, otherSize, scale, tell } from './run.ts'
import { startApart, startBare, startGateway } from './servers.ts'
import type { Place } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

interface Timed {
  readonly elapsedMs: number
  readonly cpu: number | undefined
  /** Of the backend, where that is a process of its own. */
  readonly backendCpu: number | undefined
}

const difference = (after: number | undefined, before: number | undefined): number | undefined => (after === undefined || before === undefined ? undefined : after - before)

async function timed({ server, backend }: Place, run: () => Promise<void>): Promise<Timed> {
  const cpu = (): readonly (number | undefined)[] => [cpuMs(server.pid), backend && cpuMs(backend.pid)]
  const [[own, other], begin] = [cpu(), performance.now()]
  await run()
  const elapsedMs = performance.now() - begin
  const [ownAfter, otherAfter] = cpu()
  return { elapsedMs, cpu: difference(ownAfter, own), backendCpu: difference(otherAfter, other) }
}

interface Variant {
  readonly name: string
  readonly start: (data: string, size: number) => Promise<Place>
  readonly hasServed: boolean
  /** Of the calendars that it is measured with. */
  readonly largest: number
}

const variants: readonly Variant[] = [
  { name: 'new process', start: (data) => startGateway(data), hasServed: false, largest: 10_000 },
  { name: 'has served others', start: (data) => startGateway(data), hasServed: true, largest: Infinity },
  { name: 'has served others, backend apart', start: startApart, hasServed: true, largest: 10_000 },
  { name: 'has served others, pages made', start: (data, size) => startWithPages(data, [otherSize, size]), hasServed: true, largest: Infinity },
]

const heads = ['events', 'process', 'cold: ms', 'events/s', 'CPU ms', 'backend\'s CPU ms', 'again: ms', 'CPU ms', 'bare: ms', 'RSS after, MiB']

export async function firstSyncs(peers: readonly Peer[]): Promise<void> {
  const rows: string[][] = []
  const beside: string[][] = []
  for (const size of scale.syncSizes) {
    let best: number | undefined
    for (const variant of variants.filter(({ largest }) => size <= largest)) {
      log(`first sync of ${size} events, ${variant.name}`)
      const { cells, coldMs } = await ofGateway(variant, size)
      rows.push([whole(size), variant.name, ...cells])
      if (variant.hasServed) best = Math.min(best ?? Infinity, coldMs)
    }
    const present = peers.filter(({ sizes }) => sizes.includes(size))
    if (present.length > 0) beside.push([whole(size), ...await besidePeers(peers, size, best!)])
  }
  tell('First synchronisation: the listing, then multigets of 100, one client', table(heads, rows))
  if (beside.length > 0) {
    tell('First synchronisation of other servers, and ours (the better one that has served others) against the best: events/s, aim 1.5 or more',
      table(['events', ...peers.map(({ name }) => `${name}: ms`), 'events/s ÷ best'], beside))
  }
}

async function ofGateway({ start, hasServed }: Variant, size: number): Promise<{ readonly cells: string[]; readonly coldMs: number }> {
  const data = copyOfData()
  const gateway = await start(data, size)
  const bare = await startBare(data)
  const connection = await open(gateway.target)
  if (hasServed) await serveOthers(gateway, connection)
  const exchanges: (readonly [Request, Answer])[] = []
  const cold = await timed(gateway, () => firstSync({ place: gateway, size, connection }, (...exchange) => { exchanges.push(exchange) }))
  const again = await timed(gateway, () => firstSync({ place: gateway, size, connection }))
  const ceiling = await ceilingOf(bare, `first sync ${size}`, exchanges)
  const least = await measure({ target: bare.target, pid: bare.server.pid }, ceiling, { clients: 1, warmMs: 0, forMs: 0, preparedTurns: 0 })
  const rss = residentMb(gateway.server.pid)
  connection.close()
  await Promise.all([gateway.server.stop(), gateway.backend?.stop(), bare.server.stop()])
  const cells = [cold.elapsedMs, size / cold.elapsedMs * 1000, cold.cpu, cold.backendCpu, again.elapsedMs, again.cpu, least.medianMs, rss].map(whole)
  return { cells, coldMs: cold.elapsedMs }
}

async function besidePeers(peers: readonly Peer[], size: number, ownMs: number): Promise<readonly string[]> {
  const times: (number | undefined)[] = []
  for (const peer of peers) times.push(peer.sizes.includes(size) ? await peerMs(peer, size) : undefined)
  const told = times.filter((each) => each !== undefined)
  return [...times.map((each) => (each === undefined ? '' : ms(each))), ratio(Math.min(...told), ownMs)]
}

async function peerMs({ name, place }: Peer, size: number): Promise<number | undefined> {
  let connection: Connection | undefined
  try {
    connection = await open(place.target)
    const { elapsedMs } = await timed(place, () => firstSync({ place, size, connection: connection! }))
    return elapsedMs
  } catch (error) {
    log(`${name}: ${(error as Error).message.slice(0, 300)}`)
    return undefined
  } finally {
    connection?.close()
  }
}
