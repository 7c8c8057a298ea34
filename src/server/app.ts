/**
 * The HTTP edge: every request goes through the same steps in the same order, and whatever is thrown on the way ends in one place.
 * The steps: clear HTTP, well-known address, authentication, the CalDAV side, the answer, the log line.
 */

import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import type { Backend } from '../calendar/backend.ts'
import type { Account, CaldavSettings, DavReply, DavRequest } from '../caldav/context.ts'
import { createAliases } from '../caldav/aliases.ts'
import { createAnswers } from '../caldav/answers.ts'
import { davHeaderOf } from '../caldav/features.ts'
import { handle } from '../caldav/handle.ts'
import { parsePath } from '../caldav/resource.ts'
import { type BodyLimits, readBody } from './body.ts'
import { type CallCount, counting } from './call-count.ts'
import { type Arrival, arrivalOn, isConfidential, type ProxyList } from './clear-http.ts'
import { parseBasic } from './credentials/basic.ts'
import type { Authenticator } from './credentials/chain.ts'
import { failureOf } from './errors.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { begun, responseOf } from './reply.ts'
import { challenge } from './unauthorized.ts'

export interface AppOptions {
  readonly backend: Backend
  readonly authenticate: Authenticator
  readonly isProxy: ProxyList
  readonly settings: CaldavSettings
  readonly limits: BodyLimits
  /** Memory for answers, to be given again to who asks the same again. */
  readonly answerBytes: number
  readonly log: Log
  /** None are kept if not given. */
  readonly metrics?: Metrics
  /** How a request came in; read from its socket if not given. */
  readonly arrivalOf?: (bindings: Bindings) => Arrival
}

/** What the server hands over beside the request; empty where there is no socket. */
export interface Bindings {
  readonly incoming?: IncomingMessage | Http2ServerRequest
  readonly outgoing?: ServerResponse | Http2ServerResponse
}

/** One request on its way through the steps. */
interface Exchange extends CallCount {
  readonly id: string
  readonly startedAt: number
  readonly raw: Request
  readonly bindings: Bindings
  readonly arrival: Arrival
  /** As the client sent it, percent-encoded, without query. */
  readonly path: string
  /** The client waits for a word before it sends the body; in HTTP/1.0 there is none (RFC 9110 §10.1.1). */
  awaitsContinue: boolean
  /** Whose request it is, once that is known. */
  address?: string
  /** Why it was answered 401: for the log, since the answer is the same for all. */
  reason?: RefusalReason
}

type RefusalReason = 'clear-http' | 'no-credentials' | 'malformed-credentials' | 'wrong-credentials' | 'backend-credentials'

/** What is kept from one request to another. */
type Memory = Pick<Account, 'aliases' | 'answers'>

export function createApp(options: AppOptions): Hono<{ Bindings: Bindings }> {
  const nextId = requestIds()
  const memory = { aliases: createAliases(), answers: createAnswers(options.answerBytes) }
  const app = new Hono<{ Bindings: Bindings }>()
  app.all('*', (context) => respond(exchangeOf(context.req.raw, context.env ?? {}, nextId(), options), options, memory))
  return app
}

/** Unique among the gateway's processes, and short enough to be read out. */
function requestIds(): () => string {
  const prefix = Math.random().toString(36).slice(2, 6)
  let count = 0
  return () => `${prefix}-${(count += 1).toString(36)}`
}

function exchangeOf(raw: Request, bindings: Bindings, id: string, { arrivalOf }: AppOptions): Exchange {
  const { incoming } = bindings
  return {
    id, raw, bindings, startedAt: performance.now(), calls: 0, path: pathOf(incoming?.url ?? raw.url),
    arrival: arrivalOf?.(bindings) ?? arrivalOn(incoming?.socket), awaitsContinue: incoming?.headers.expect !== undefined && incoming.httpVersion !== '1.0',
  }
}

/**
 * The path of the request line. Not by the class URL, which resolves dot segments and takes a bare `#` for the end: there are
 * clients (EDS) that send calendar ids with it.
 */
export function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/]*/i, '')
  return path.split('?', 1)[0] || '/'
}

async function respond(exchange: Exchange, options: AppOptions, memory: Memory): Promise<Response> {
  const run = <T>(step: () => T): T => counting(exchange, step)
  const reply = await run(() => answer(exchange, options, memory))
  return responseOf(reply, {
    method: exchange.raw.method,
    headers: { 'DAV': davHeaderOf(options.settings), 'X-Request-Id': exchange.id, ...(leavesBodyUnread(exchange) ? { Connection: 'close' } : {}) },
    run,
    onEnd: once((error?: unknown) => { report(exchange, reply, options, error) }),
    abort: aborterOf(exchange.bindings.outgoing),
  })
}

/** All that can go wrong goes wrong in here, the beginning of a streamed answer included. */
async function answer(exchange: Exchange, options: AppOptions, memory: Memory): Promise<DavReply> {
  try {
    return await begun(await dispatch(exchange, options, memory))
  } catch (error) {
    const { reply, isOurs } = failureOf(error)
    if (isOurs) options.log.error('request failed', error, { id: exchange.id, method: exchange.raw.method })
    if (reply.status === 401) {
      exchange.reason = 'backend-credentials'
      options.log.warn('the calendar service does not accept an account', { id: exchange.id, address: exchange.address, why: (error as Error).message })
    }
    return reply
  }
}

async function dispatch(exchange: Exchange, options: AppOptions, memory: Memory): Promise<DavReply> {
  const { raw, path, arrival } = exchange
  if (!isConfidential(arrival, raw.headers.get('x-forwarded-proto') ?? undefined, options.isProxy)) return refused(exchange, 'clear-http')
  if (/^\/\.well-known\/caldav\/?$/.test(path)) return wellKnown
  const authorization = raw.headers.get('authorization') || undefined
  if (authorization === undefined) return refused(exchange, 'no-credentials')
  const credentials = parseBasic(authorization)
  if (credentials === undefined) return refused(exchange, 'malformed-credentials')
  const identity = await options.authenticate(credentials)
  if (identity === undefined) return refused(exchange, 'wrong-credentials')
  exchange.address = identity.address
  const account = { address: identity.address, session: options.backend.session(identity), ...memory }
  const notice = ({ event, ...details }: { readonly event: string }): void => {
    options.log.warn(event, { id: exchange.id, ...details })
    options.metrics?.notice(event)
  }
  return handle(davRequestOf(exchange, options.limits), account, { settings: options.settings, notice })
}

function refused(exchange: Exchange, reason: RefusalReason): DavReply {
  exchange.reason = reason
  return challenge()
}

/** RFC 6764 §5 and §6; 307 because with 301 and 302 some clients change the method or drop the body. */
const wellKnown: DavReply = { status: 307, headers: { 'Location': '/calendar/dav/', 'Cache-Control': 'public, max-age=86400' } }

function davRequestOf(exchange: Exchange, limits: BodyLimits): DavRequest {
  const { raw, path, bindings } = exchange
  return {
    method: raw.method,
    path,
    headers: raw.headers,
    host: bindings.incoming?.headers[':authority']?.toString() ?? raw.headers.get('host') ?? undefined,
    get signal() { return raw.signal },
    body() {
      return readBody(raw, limits, () => {
        if (exchange.awaitsContinue) bindings.outgoing?.writeContinue()
        exchange.awaitsContinue = false
      })
    },
  }
}

/** RFC 9110 §10.1.1: after a final answer nobody knows whether the announced body still comes, so the connection is of no more use. */
const leavesBodyUnread = ({ awaitsContinue, bindings }: Exchange): boolean => awaitsContinue && bindings.incoming?.httpVersionMajor === 1

function aborterOf(outgoing: Bindings['outgoing']): (() => void) | undefined {
  if (outgoing === undefined) return undefined
  return () => {
    if ('stream' in outgoing) outgoing.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    else outgoing.destroy()
  }
}

function once(report: (error?: unknown) => void): (error?: unknown) => void {
  let isDone = false
  return (error) => {
    if (isDone) return
    isDone = true
    report(error)
  }
}

function report(exchange: Exchange, reply: DavReply, { log, metrics }: AppOptions, error: unknown): void {
  const { id, raw, path, startedAt, calls, arrival, reason } = exchange
  if (error !== undefined) log.error('answer broke off', error, { id, method: raw.method })
  const ms = performance.now() - startedAt
  const about = { method: raw.method, kind: kindOf(path), status: reply.status, calls }
  metrics?.request({ ...about, seconds: ms / 1000 })
  log.info('request', {
    ...about, ms: Math.round(ms), id,
    ...(reply.status === 401 ? { peer: arrival.peer, reason } : {}),
  })
}

function kindOf(path: string): string {
  try {
    return parsePath(path)?.kind ?? 'none'
  } catch {
    return 'none'                                     // the client has been told already what is wrong with the path
  }
}
