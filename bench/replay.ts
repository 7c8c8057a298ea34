/**
 * The backend with its pages made, which takes as long for each call as it is told to: `GET /_delay/<ms>`. What its calls have taken
 * from the last octet of the request to the answer, it tells at `GET /_times`, in milliseconds, and forgets it then.
 * Run as a process of its own: `node bench/replay.ts <data folder> <most rows on a page>`.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createEmulator } from '../src/backends/emulator/index.ts'
import type { RestRequest } from '../src/backends/transport.ts'
import { keepListings } from './kept-listings.ts'

const [folder = '', most] = process.argv.slice(2)
// With tokens that name their account, for whoever asks beside the gateway.
const emulator = createEmulator({ file: join(folder, 'calendars.sqlite'), control: true })
const ask = keepListings(async (request) => {
  const answer = await emulator.transport(request)
  return { ...answer, body: Buffer.from(answer.body, 'utf8') }
}, Number(most))
let delayMs = 0
const times: number[] = []

/** @returns undefined for what is no question of the bench's */
function told(url: string): string | undefined {
  if (url === '/_times') return JSON.stringify(times.splice(0))
  const [, delay] = /^\/_delay\/(\d+)$/.exec(url) ?? []
  if (delay === undefined) return undefined
  delayMs = Number(delay)
  return ''
}

const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => { pieces.push(piece) }).on('end', async () => {
    const begin = performance.now()
    const url = incoming.url ?? ''
    const own = told(url)
    if (own !== undefined) return void outgoing.end(own)
    const isCall = url.includes('/calendar/v3')
    const request: RestRequest = {
      method: incoming.method as RestRequest['method'], url: `http://127.0.0.1${url}`, headers: incoming.headers as RestRequest['headers'],
      body: Buffer.concat(pieces).toString('utf8'),
    }
    const [{ status, headers, body }] = await Promise.all([ask(request), isCall && delayMs > 0 ? wait(delayMs) : undefined])
    outgoing.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
    if (isCall) times.push(performance.now() - begin)
  })
})
server.listen(0, '127.0.0.1', () => { process.stdout.write(`ready on ${(server.address() as AddressInfo).port}\n`) })
