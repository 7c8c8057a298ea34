/** The emulator as a Hono app: the routes mounted, and requests of the web turned into plain ones and back. */

import { gzipSync } from 'node:zlib'

import { Hono } from 'hono'

import { answer, DroppedConnection, type RawRequest, type RawResponse } from './answer.ts'
import { answerBatch, batchPath } from './batch.ts'
import type { Environment } from './call.ts'
import { routes } from './routes.ts'

/** What the Node server puts beside a request. */
interface Bindings {
  readonly incoming?: { readonly socket?: { destroy(): void } }
}

export function createApp(environment: Environment): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>({ strict: true })
  for (const route of routes) {
    app.on(route.method, route.path, async (context) => webResponse(context.req.raw, await answer(environment, route, await rawRequest(context.req.raw))))
  }
  app.post(batchPath, async (context) => webResponse(context.req.raw, await answerBatch(environment, await rawRequest(context.req.raw))))
  app.notFound(async (context) => webResponse(context.req.raw, await answer(environment, undefined, await rawRequest(context.req.raw))))
  app.onError((error, context) => {
    if (!(error instanceof DroppedConnection)) throw error
    const socket = (context.env as Bindings | undefined)?.incoming?.socket
    // Without a socket there is no connection to drop: whoever called in process gets the error itself.
    if (socket === undefined) throw error
    socket.destroy()
    return new Response(null, { status: 500 })
  })
  return app
}

async function rawRequest(request: Request): Promise<RawRequest> {
  const url = new URL(request.url)
  return {
    method: request.method, path: url.pathname, query: url.searchParams,
    headers: Object.fromEntries(request.headers), body: request.body === null ? '' : await request.text(),
  }
}

const emptyStatuses = new Set([204, 304])

/** Compressed for those who ask for it in both headers, as the service wants. */
function webResponse(request: Request, { status, headers, body }: RawResponse): Response {
  if (emptyStatuses.has(status)) return new Response(null, { status, headers })
  const wantsGzip = /gzip/.test(request.headers.get('accept-encoding') ?? '') && /gzip/.test(request.headers.get('user-agent') ?? '')
  if (!wantsGzip) return new Response(body, { status, headers })
  return new Response(gzipSync(body), { status, headers: { ...headers, 'content-encoding': 'gzip' } })
}
