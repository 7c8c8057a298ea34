/**
 * The ceiling: a Hono app over HTTPS that answers what it was told to, and knows nothing else. Run as a process of its own:
 * `node bench/bare.ts <certificate> <key>`.
 */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

export interface Kept {
  readonly key: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Octets as characters. */
  readonly body: string
}

const [certificate = '', key = ''] = process.argv.slice(2)
const answers = new Map<string, { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array<ArrayBuffer> | null }>()

const app = new Hono()
app.post('/_keep', async (context) => {
  const kept: Kept = await context.req.json()
  const body = kept.body === '' ? null : new Uint8Array(Buffer.from(kept.body, 'latin1'))
  answers.set(kept.key, { status: kept.status, headers: kept.headers, body })
  return context.body(null, 204)
})
app.all('*', async (context) => {
  await context.req.arrayBuffer()
  const { status, headers, body } = answers.get(context.req.header('x-bench') ?? '')!
  return new Response(body, { status, headers })
})

const options = { cert: readFileSync(certificate), key: readFileSync(key), keepAliveTimeout: 75_000 }
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer, serverOptions: options }, ({ port }: AddressInfo) => {
  process.stdout.write(`ready on ${port}\n`)
})
