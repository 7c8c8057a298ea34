/**
 * The backend with its pages made: each listing is asked of the embedded backend once, and is told from memory from then on. So what a
 * first synchronisation takes is the gateway's own. Run as a process of its own: `node bench/replay.ts <data folder> <ms per call>`.
 */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createEmulator } from '../src/backends/emulator/index.ts'
import type { RestRequest } from '../src/backends/transport.ts'

interface Kept {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const [folder = '', delay = '0'] = process.argv.slice(2)
const emulator = createEmulator({ file: join(folder, 'calendars.sqlite') })
let calls = 0
const listings = new Map<string, Promise<Kept>>()

async function ask({ method, url, headers }: IncomingMessage, body: string): Promise<Kept> {
  const request = { method: method as RestRequest['method'], url: `http://127.0.0.1${url}`, headers: headers as RestRequest['headers'], body }
  const answer = await emulator.transport(request)
  return { ...answer, body: Buffer.from(answer.body, 'utf8') }
}

function answerTo(incoming: IncomingMessage, body: string): Promise<Kept> {
  const { method, url = '' } = incoming
  if (method !== 'GET' || !/\/events\?/.test(url)) return ask(incoming, body)
  const answer = listings.get(url) ?? ask(incoming, body)
  listings.set(url, answer)
  return answer
}

const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => { pieces.push(piece) }).on('end', async () => {
    if (incoming.url === '/_calls') return void outgoing.end(String(calls))
    const isApi = incoming.url?.startsWith('/calendar/') === true
    if (isApi) calls += 1
    const [{ status, headers, body }] = await Promise.all([answerTo(incoming, Buffer.concat(pieces).toString('utf8')), isApi ? wait(Number(delay)) : undefined])
    outgoing.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
  })
})
server.listen(0, '127.0.0.1', () => { process.stdout.write(`ready on ${(server.address() as AddressInfo).port}\n`) })
