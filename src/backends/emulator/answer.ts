/** From a request to its answer: counting, faults, login, the handler in one transaction, and what is the same in all answers. */

import { setTimeout as wait } from 'node:timers/promises'

import type { Environment, JsonObject, Reply } from './call.ts'
import { ApiError, errorBody, errorOf } from './errors.ts'
import type { Fault } from './faults.ts'
import { selectFields } from './fields.ts'
import { accountOf } from './oauth.ts'
import { matchPath, type Route } from './routes.ts'

export interface RawRequest {
  readonly method: string
  /** Path, encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The connection is to be closed without an answer. */
export class DroppedConnection extends Error {}

/**
 * Answers one request; refusals and failures are answers too.
 * @param route undefined where nothing is served
 * @throws DroppedConnection when a fault asks for it
 */
export async function answer(environment: Environment, route: Route | undefined, request: RawRequest): Promise<RawResponse> {
  if (route === undefined) return refused(request, new ApiError('notFound'))
  if (route.kind === 'control') return environment.control ? perform(environment, route, request) : refused(request, new ApiError('notFound'))
  if (route.kind === 'api') environment.calls.note(route.method, route.path)
  const fault = environment.faults.take(request.method, route.path, request.path)
  return fault ? spoiled(fault, request, () => perform(environment, route, request)) : perform(environment, route, request)
}

async function spoiled(fault: Fault, request: RawRequest, proceed: () => RawResponse): Promise<RawResponse> {
  if (fault.delayMs) await wait(fault.delayMs)
  if (fault.dropConnection) throw new DroppedConnection('The connection was dropped on demand.')
  if (fault.status !== undefined) return cutShort(fault, refused(request, errorOf(fault.status, fault.reason ?? defaultReason(fault.status))))
  return cutShort(fault, proceed())
}

const reasons: Readonly<Record<number, string>> = {
  400: 'badRequest', 401: 'authError', 403: 'rateLimitExceeded', 404: 'notFound', 409: 'conflict', 410: 'deleted', 412: 'conditionNotMet', 429: 'rateLimitExceeded',
}
const defaultReason = (status: number): string => reasons[status] ?? 'backendError'

function cutShort({ truncateBody }: Fault, response: RawResponse): RawResponse {
  if (truncateBody === undefined || truncateBody === false) return response
  const length = truncateBody === true ? Math.floor(response.body.length / 2) : truncateBody
  return { ...response, body: response.body.slice(0, length) }
}

function perform(environment: Environment, route: Route, request: RawRequest): RawResponse {
  try {
    const account = route.kind === 'api' ? accountOf(environment, authorizationOf(request)) : ''
    const path = matchPath(route.path, request.path) ?? {}
    const body = route.kind === 'token' ? {} : parseBody(request)
    const call = { environment, account, path, query: request.query, headers: request.headers, body, text: request.body }
    const isRead = route.method === 'GET'
    const reply = isRead ? route.answer(call) : environment.store.transaction(() => route.answer(call))
    return written(request, reply)
  } catch (error) {
    if (error instanceof ApiError) return refused(request, error)
    throw error
  }
}

/** The token may stand in the query. */
function authorizationOf({ headers, query }: RawRequest): string | undefined {
  const token = query.get('oauth_token') ?? query.get('access_token')
  return headers['authorization'] ?? (token === null ? undefined : `Bearer ${token}`)
}

/** @throws ApiError 400 parseError for anything but a JSON object */
function parseBody({ body }: RawRequest): JsonObject {
  if (body.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch {
    // told as a parse error below
  }
  throw new ApiError('parseError')
}

const forReads = { 'cache-control': 'private, max-age=0, must-revalidate, no-transform', vary: 'Origin, X-Origin, Referer' }
const forWrites = {
  'cache-control': 'no-cache, no-store, max-age=0, must-revalidate', pragma: 'no-cache', expires: 'Mon, 01 Jan 1990 00:00:00 GMT', vary: 'Origin, X-Origin, Referer',
}

function written(request: RawRequest, reply: Reply): RawResponse {
  const cache = request.method === 'GET' ? forReads : forWrites
  const headers = { ...cache, ...(reply.etag === undefined ? {} : { etag: reply.etag }), ...reply.headers }
  if (request.method === 'GET' && reply.etag !== undefined && request.headers['if-none-match'] === reply.etag) return { status: 304, headers, body: '' }
  if (reply.text) return { status: reply.status, headers: { ...headers, 'content-type': reply.text.type }, body: reply.text.body }
  if (reply.content === undefined) return { status: reply.status, headers, body: '' }
  return { status: reply.status, headers: { ...headers, 'content-type': jsonType }, body: json(request, reply.content) }
}

const jsonType = 'application/json; charset=UTF-8'

/** Indented by one space unless told not to be. */
function json({ query }: RawRequest, content: object): string {
  const fields = query.get('fields')
  const shown = fields ? selectFields(content, fields) : content
  return query.get('prettyPrint') === 'false' ? JSON.stringify(shown) : `${JSON.stringify(shown, null, 1)}\n`
}

function refused({ query }: RawRequest, error: ApiError): RawResponse {
  const login = error.status === 401 ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' } : {}
  const text = query.get('prettyPrint') === 'false' ? JSON.stringify(errorBody(error)) : `${JSON.stringify(errorBody(error), null, 1)}\n`
  return { status: error.status, headers: { ...forReads, ...login, 'content-type': jsonType }, body: text }
}
