/** One call of the API: authorized, repeated where that is safe, its answer read or its refusal told. */

import { BackendError, isPassing } from '../../../calendar/backend.ts'
import { TransportError } from '../../transport.ts'
import { batchContentType, batchUrlOf, formatBatch, maxBatch, readBatch } from './batch.ts'
import { isBrief, parseJson, readRefusal, toBackendError } from './errors.ts'
import type { BackendIdentity } from '../../../calendar/backend.ts'
import type { RestRequest, RestResponse, Transport } from '../../transport.ts'
import type { AccessTokens } from './auth.ts'
import type { BatchedAnswer } from './batch.ts'
import type { Refusal } from './errors.ts'

/** Absent values are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A call of the API. */
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
  /** As of {@link RestRequest}; told again by each attempt. */
  readonly onBeginning?: (text: string) => void
}

/** What the service said. `wasRepeated`: an earlier attempt got no clear answer and may have been carried out. */
export type Outcome =
  | { readonly isDone: true; readonly body: unknown; readonly wasRepeated: boolean }
  | { readonly isDone: false; readonly refusal: Refusal; readonly wasRepeated: boolean }

/** Whose calls these are, and how they are made. */
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

/** Calls with one user's token, repeated where a short wait helps. */
export interface Client {
  /** @throws BackendError 'unavailable' when no answer came, 'rate-limited', 'credentials' */
  attempt(call: ApiCall): Promise<Outcome>
  /**
   * As `attempt` for each, many in one request. They are carried out in any order, and one that is refused is made again by itself: so
   * each must be repeatable.
   */
  attemptAll(calls: readonly ApiCall[]): Promise<readonly Outcome[]>
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

/** @param options with the identity that all its calls are made for */
export function createClient(options: ClientOptions): Client {
  const attempt = (call: ApiCall): Promise<Outcome> => attemptRepeatedly(call, options)
  return {
    attempt,
    attemptAll: (calls) => attemptTogether(calls, options),
    async call(call) {
      const outcome = await attempt(call)
      if (!outcome.isDone) throw toBackendError(outcome.refusal)
      return outcome.body
    },
  }
}

/** What came of one attempt. 'broken': a success whose body was cut short or is no JSON. */
type Attempt =
  | { readonly kind: 'told'; readonly body: unknown }
  | { readonly kind: 'broken' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: TransportError }

async function attemptRepeatedly(call: ApiCall, options: ClientOptions): Promise<Outcome> {
  const isSafe = call.method === 'GET' || call.ifMatch !== undefined || call.isRepeatable === true
  let wasRepeated = false
  for (const wait of isSafe ? waits : []) {
    const result = await attemptOnce(call, options)
    const waitMs = waitAfter(result, wait, options.random)
    if (waitMs === undefined || waitMs > maxWaitMs) return settle(result, wasRepeated)
    // It may have been carried out, unless the service said that it was too busy.
    wasRepeated ||= result.kind !== 'refused' || result.refusal.status >= 500
    await options.pause(waitMs)
  }
  return settle(await attemptOnce(call, options), wasRepeated)
}

/** @returns undefined where another attempt is of no use */
function waitAfter(result: Attempt, wait: number, random: () => number): number | undefined {
  const spread = wait * (1 + random())
  switch (result.kind) {
    case 'told': return undefined
    case 'broken': return spread
    case 'failed': return result.error.kind === 'connection' ? spread : undefined
    case 'refused': return isBrief(result.refusal) ? Math.max(spread, (result.refusal.retryAfterSeconds ?? 0) * 1000) : undefined
  }
}

function settle(result: Attempt, wasRepeated: boolean): Outcome {
  switch (result.kind) {
    case 'told': return { isDone: true, body: result.body, wasRepeated }
    case 'broken': throw new BackendError('unavailable', 'the backend\'s answer is no JSON', { retryAfterSeconds: 30 })
    case 'failed': throw new BackendError('unavailable', result.error.message, { cause: result.error, retryAfterSeconds: 5 })
    case 'refused': return { isDone: false, refusal: fatalOrRefusal(result.refusal), wasRepeated }
  }
}

/** Faults that say nothing of the call itself are never a caller's business to interpret. */
function fatalOrRefusal(refusal: Refusal): Refusal {
  const error = toBackendError(refusal)
  if (isPassing(error) || error.fault === 'credentials') throw error
  return refusal
}

async function attemptTogether(calls: readonly ApiCall[], options: ClientOptions): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0; at < calls.length; at += maxBatch) {
    const some = calls.slice(at, at + maxBatch)
    const answers = await sendBatch(some, options)
    for (const [number, call] of some.entries()) {
      const answer = answers.get(number)
      const body = answer !== undefined && answer.status >= 200 && answer.status < 300 ? parseJson(answer.body) : undefined
      outcomes.push(body === undefined ? await attemptRepeatedly(call, options) : { isDone: true, body, wasRepeated: false })
    }
  }
  return outcomes
}

/** @returns nothing for what was not carried out, or perhaps was */
async function sendBatch(calls: readonly ApiCall[], { transport, tokens, identity, apiUrl }: ClientOptions): Promise<ReadonlyMap<number, BatchedAnswer>> {
  const url = batchUrlOf(apiUrl)
  if (url === undefined) return new Map()
  const headers = { 'authorization': `Bearer ${await tokens.get(identity)}`, 'content-type': batchContentType }
  try {
    const answer = await transport({ method: 'POST', url, headers, body: formatBatch(calls.map((call) => requestOf(call, apiUrl))) })
    return answer.status === 200 ? readBatch(answer.headers['content-type'] ?? '', answer.body) : new Map()
  } catch (error) {
    if (error instanceof TransportError) return new Map()
    throw error
  }
}

/** With one more try where the access token has ended before its time. */
async function attemptOnce(call: ApiCall, options: ClientOptions): Promise<Attempt> {
  const { tokens, identity } = options
  const token = await tokens.get(identity)
  const result = await send(call, token, options)
  const isExpired = !(result instanceof TransportError) && result.status === 401
  return readAttempt(isExpired ? await send(call, await tokens.get(identity, token), options) : result)
}

function readAttempt(result: RestResponse | TransportError): Attempt {
  if (result instanceof TransportError) return { kind: 'failed', error: result }
  const { status, body: text } = result
  if (status < 200 || status >= 300) return { kind: 'refused', refusal: readRefusal(result) }
  const body = text === '' ? undefined : parseJson(text)
  return body === undefined && text !== '' ? { kind: 'broken' } : { kind: 'told', body }
}

async function send(call: ApiCall, token: string, { transport, apiUrl }: ClientOptions): Promise<RestResponse | TransportError> {
  const { headers, ...request } = requestOf(call, apiUrl)
  try {
    return await transport({ ...request, headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...headers } })
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
}

/** Without what is the same for all calls. */
function requestOf({ method, path, query, body, ifMatch, onBeginning }: ApiCall, apiUrl: string): RestRequest {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (ifMatch !== undefined) headers['if-match'] = ifMatch
  // Indented, which is the default, a page is a quarter longer and takes that much longer to write and to read.
  const url = `${apiUrl}/${path.map(encodeURIComponent).join('/')}${formatQuery({ ...query, prettyPrint: false })}`
  return { method, url, headers, ...(body !== undefined && { body: JSON.stringify(body) }), ...(onBeginning && { onBeginning }) }
}

function formatQuery(query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value))
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}
