/** Many clients that keep their connections open and poll: what a server needs for them. */

import { type Connection, open, type Request, type Target } from './http-client.ts'
import { ceilingOf } from './load.ts'
import { quantile } from './measure.ts'
import { firstSync, operationsOn } from './operations.ts'
import { residentMb, type Server } from './process.ts'
import { copyOfData, log, scale, tell } from './run.ts'
import { startBare, startGateway } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

interface Polled { readonly rss: number | undefined; readonly perSecond: number; readonly medianMs: number; readonly p99Ms: number }

/** So many connections are opened at once. */
const AT_ONCE = 50

async function polled({ target, server }: { readonly target: Target; readonly server: Server }, request: Request, fault: (answer: Awaited<ReturnType<Connection['send']>>) => string | undefined): Promise<Polled> {
  const connections: Connection[] = []
  while (connections.length < scale.connections) connections.push(...await Promise.all(Array.from({ length: Math.min(AT_ONCE, scale.connections - connections.length) }, () => open(target))))
  const times: number[] = []
  const begin = performance.now()
  await Promise.all(connections.map(async (connection) => {
    do {
      const sent = performance.now()
      const answer = await connection.send(request)
      times.push(performance.now() - sent)
      const wrong = fault(answer)
      if (wrong !== undefined) throw new Error(`${scale.connections} connections: wrong answer: ${wrong}`)
    } while (performance.now() - begin < scale.connectionsMs)
  }))
  const elapsedMs = performance.now() - begin
  const rss = residentMb(server.pid)
  for (const connection of connections) connection.close()
  const sorted = times.sort((a, b) => a - b)
  return { rss, perSecond: sorted.length * 1000 / elapsedMs, medianMs: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) }
}

/** All poll the same calendar, held, one request after the other. */
export async function manyConnections(): Promise<void> {
  log(`${scale.connections} connections that poll`)
  const data = copyOfData()
  const size = scale.sizes[0]!
  const gateway = await startGateway(data)
  const connection = await open(gateway.target)
  await firstSync({ place: gateway, size, connection })
  const poll = (await operationsOn({ place: gateway, size, connection })).find(({ name }) => name === 'poll')!
  const [request] = poll.requests(0)
  const answer = await connection.send(request!)
  connection.close()
  const own = await polled(gateway, request!, (each) => poll.fault(each, 0, 0))
  await gateway.server.stop()
  const bare = await startBare(data)
  const ceiling = await ceilingOf(bare, 'poll', [[request!, answer]])
  const least = await polled(bare, ceiling.requests(0)[0]!, (each) => ceiling.fault(each, 0, 0))
  await bare.server.stop()
  tell(`${whole(scale.connections)} kept-alive TLS connections that poll a held calendar`, table(['', 'calgate', 'bare Hono', 'ratio', 'aim'], [
    ['RSS under the load, MiB', whole(own.rss), whole(least.rss), ratio(own.rss, least.rss), '≤ 1.6'],
    ['polls per second', whole(own.perSecond), whole(least.perSecond), ratio(own.perSecond, least.perSecond), ''],
    ['median, ms', ms(own.medianMs), ms(least.medianMs), ratio(own.medianMs, least.medianMs), ''],
    ['p99, ms', ms(own.p99Ms), ms(least.p99Ms), ratio(own.p99Ms, least.p99Ms), ''],
  ]))
}
