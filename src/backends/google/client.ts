/** One call of the API: authorized, repeated where that is safe, its answer read or its refusal told. */

import { BackendError } from '../../calendar/backend.ts'
import { TransportError } from '../transport.ts'
import { isBrief, parseJson, readRefusal, toBackendError } from './errors.ts'
import type { BackendIdentity } from '../../calendar/backend.ts'
import type { RestRequest, RestResponse, Transport } from '../transport.ts'
import type { AccessTokens } from './auth.ts'
import type { Refusal } from './errors.ts'

/** Absent values are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface ApiCall {
  readonly method: RestRequest['method']
  /** Segments below the API's address, not encoded. */
  readonly path: readonly string[]
  readonly query?: Query
  readonly body?: unknown
  /** The version that the call is meant for. */
  readonly ifMatch?: string
  /** For calls that may be made twice though they are neither reads nor bound to a version, such as an import. */
  readonly isRepeatable?: true
}

/** What the service said. `wasRepeated`: an earlier attempt got no clear answer and may have been carried out. */
export type Outcome =
  | { readonly isDone: true; readonly body: unknown; readonly wasRepeated: boolean }
  | { readonly isDone: false; readonly refusal: Refusal; readonly wasRepeated: boolean }

export interface ClientOptions {
  readonly transport: Transport
  /** Without a slash at its end. */
  readonly apiUrl: string
  readonly tokens: AccessTokens
  readonly identity: BackendIdentity
  /** Waits so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>
  /** 0 to 1, for the spread of waits. */
  readonly random: () => number
}

export interface Client {
  /** @throws BackendError 'unavailable' when no answer came, 'rate-limited', 'credentials' */
  attempt(call: ApiCall): Promise<Outcome>
  /** As `attempt`, with any refusal thrown. */
  call(call: ApiCall): Promise<unknown>
}

interface Schema<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: unknown }
}

/** @throws BackendError 'unavailable' for a body of another shape than documented */
export function readBody<T>(schema: Schema<T>, body: unknown): T {
  const read = schema.safeParse(body)
  if (!read.success) throw new BackendError('unavailable', 'the backend\'s answer has an unknown shape', { cause: read.error, retryAfterSeconds: 30 })
  return read.data
}

/** Longer waits are the client's: it is told to come back (503 with Retry-After). */
const maxWaitMs = 2_000
const waits: readonly number[] = [250, 1_000]

export function createClient(options: ClientOptions): Client {
  const attempt = (call: ApiCall): Promise<Outcome> => attemptRepeatedly(call, options)
  return {
    attempt,
    async call(call) {
      const outcome = await attempt(call)
      if (!outcome.isDone) throw toBackendError(outcome.refusal)
      return outcome.body
    },
  }
}

async function attemptRepeatedly(call: ApiCall, options: ClientOptions): Promise<Outcome> {
  const isSafe = call.method === 'GET' || call.ifMatch !== undefined || call.isRepeatable === true
  let wasRepeated = false
  for (const wait of isSafe ? waits : []) {
    const result = await attemptOnce(call, options)
    const waitMs = waitAfter(result, wait, options.random)
    if (waitMs === undefined || waitMs > maxWaitMs) return settle(result, wasRepeated)
    wasRepeated ||= result instanceof TransportError || result.status >= 500
    await options.pause(waitMs)
  }
  return settle(await attemptOnce(call, options), wasRepeated)
}

/** @returns undefined where another attempt is of no use */
function waitAfter(result: RestResponse | TransportError, wait: number, random: () => number): number | undefined {
  const spread = wait * (1 + random())
  if (result instanceof TransportError) return result.kind === 'connection' ? spread : undefined
  if (isSuccess(result)) return undefined
  const refusal = readRefusal(result)
  if (!isBrief(refusal)) return undefined
  return refusal.retryAfterSeconds === undefined ? spread : Math.max(spread, refusal.retryAfterSeconds * 1000)
}

function settle(result: RestResponse | TransportError, wasRepeated: boolean): Outcome {
  if (result instanceof TransportError) {
    throw new BackendError('unavailable', result.message, { cause: result, retryAfterSeconds: 5 })
  }
  if (!isSuccess(result)) return { isDone: false, refusal: fatalOrRefusal(readRefusal(result)), wasRepeated }
  const body = result.body === '' ? undefined : parseJson(result.body)
  if (body === undefined && result.body !== '') throw new BackendError('unavailable', 'the backend\'s answer is no JSON', { retryAfterSeconds: 30 })
  return { isDone: true, body, wasRepeated }
}

/** Faults that say nothing of the call itself are never a caller's business to interpret. */
function fatalOrRefusal(refusal: Refusal): Refusal {
  const error = toBackendError(refusal)
  if (error.fault === 'unavailable' || error.fault === 'rate-limited' || error.fault === 'credentials') throw error
  return refusal
}

function isSuccess({ status }: RestResponse): boolean {
  return status >= 200 && status < 300
}

/** With one more try where the access token has ended before its time. */
async function attemptOnce(call: ApiCall, options: ClientOptions): Promise<RestResponse | TransportError> {
  const { tokens, identity } = options
  const token = await tokens.get(identity)
  const result = await send(call, token, options)
  if (result instanceof TransportError || result.status !== 401) return result
  return send(call, await tokens.get(identity, token), options)
}

async function send({ method, path, query, body, ifMatch }: ApiCall, token: string, { transport, apiUrl }: ClientOptions): Promise<RestResponse | TransportError> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (ifMatch !== undefined) headers['if-match'] = ifMatch
  const url = `${apiUrl}/${path.map(encodeURIComponent).join('/')}${formatQuery(query)}`
  try {
    return await transport({ method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
}

function formatQuery(query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value))
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}
