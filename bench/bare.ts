/**
 * The ceiling: a Hono app over HTTPS that answers what it was told to, after a call to a backend where it was told so, and knows nothing
 * else. Run as a process of its own: `node bench/bare.ts <certificate> <key>`.
 */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { Agent, request } from 'undici'

export interface Kept {
  readonly key: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Octets as characters. */
  readonly body: string
  /** What is asked of a backend, and read, ahead of each answer. */
  readonly call?: { readonly url: string; readonly headers: Readonly<Record<string, string>> }
}

const dispatcher = new Agent({ connections: 16, allowH2: false })

async function ask({ url, headers }: NonNullable<Kept['call']>): Promise<void> {
  const { statusCode, body } = await request(url, { dispatcher, headers })
  const text = await body.text()
  if (statusCode !== 200) throw new Error(`the backend answers ${statusCode}: ${text.slice(0, 300)}`)
}

const [certificate = '', key = ''] = process.argv.slice(2)
const answers = new Map<string, Omit<Kept, 'key' | 'body'> & { readonly body: Uint8Array<ArrayBuffer> | null }>()

const app = new Hono()
app.post('/_keep', async (context) => {
  const { key: name, body, ...kept }: Kept = await context.req.json()
  answers.set(name, { ...kept, body: body === '' ? null : new Uint8Array(Buffer.from(body, 'latin1')) })
  return context.body(null, 204)
})
app.all('*', async (context) => {
  await context.req.arrayBuffer()
  const { status, headers, body, call } = answers.get(context.req.header('x-bench') ?? '')!
  if (call !== undefined) await ask(call)
  return new Response(body, { status, headers })
})

const options = { cert: readFileSync(certificate), key: readFileSync(key), keepAliveTimeout: 75_000 }
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer, serverOptions: options }, ({ port }: AddressInfo) => {
  process.stdout.write(`ready on ${port}\n`)
})
