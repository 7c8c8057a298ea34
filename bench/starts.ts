/** From the start of a process to its first right answer, and what memory it has by then. */

import { open, type Request, type Target } from './http-client.ts'
import { operationsOn } from './operations.ts'
import { middle } from './measure.ts'
import { residentMb, type Server } from './process.ts'
import { copyOfData, scale, tell } from './run.ts'
import { startBare, startGateway } from './servers.ts'
import { ratio, table, whole } from './table.ts'

interface Start { readonly elapsedMs: number; readonly rss: number | undefined }

async function startOf(startIt: () => Promise<{ readonly target: Target; readonly server: Server }>, request: Request, status: number): Promise<Start> {
  const begin = performance.now()
  const { target, server } = await startIt()
  const connection = await open(target)
  const answer = await connection.send(request)
  const elapsedMs = performance.now() - begin
  if (answer.status !== status) throw new Error(`the first answer was ${answer.status}`)
  const rss = residentMb(server.pid)
  connection.close()
  await server.stop()
  return { elapsedMs, rss }
}

const keep: Request = { method: 'POST', path: '/_keep', headers: { 'Content-Type': 'application/json' }, body: '{"key":"","status":200,"headers":{},"body":""}' }

export async function starts(): Promise<void> {
  const data = copyOfData()
  const first = await startGateway(data)
  const [poll] = (await operationsOn({ place: first, size: scale.sizes[0]!, connection: await open(first.target) })).filter(({ name }) => name === 'poll').flatMap(({ requests }) => requests(0))
  await first.server.stop()
  const own: Start[] = []
  const bare: Start[] = []
  for (let turn = 0; turn < scale.starts; turn += 1) {
    own.push(await startOf(() => startGateway(data), poll!, 207))
    bare.push(await startOf(() => startBare(data), keep, 204))
  }
  const cells = (of: (each: Start) => number | undefined): string[] => [whole(middle(own.map(of))), whole(middle(bare.map(of))), ratio(middle(own.map(of)), middle(bare.map(of)))]
  tell('Start and idle memory', table(['', 'calgate', 'bare Hono', 'ratio', 'aim'], [
    ['start to the first right answer, ms', ...cells(({ elapsedMs }) => elapsedMs), '≤ 2.5'], ['RSS after it, MiB', ...cells(({ rss }) => rss), '≤ 1.6'],
  ]))
}
