/** One request of an authenticated account, from its path to the reply. Everything that is offered is read from the tables. */

import { parsePrefer } from '../dav/headers.ts'
import { GrammarError } from '../dav/xml.ts'
import type { Account, CaldavSettings, Context, DavReply, DavRequest, Notice, Tables } from './context.ts'
import { DavError } from './errors.ts'
import { notFound } from './existing.ts'
import { davHeaderOf } from './features.ts'
import { underIf } from './if-header.ts'
import { inOwnSpelling } from './load.ts'
import type { MethodRow } from './method.ts'
import { methods } from './methods/index.ts'
import { properties } from './properties/index.ts'
import { reportsOn } from './report.ts'
import { isInside, parsePath } from './resource.ts'
import type { Resource } from './resource.ts'

/** What the server hands in once. */
export interface Environment {
  readonly settings: CaldavSettings
  notice(notice: Notice): void
}

/** RFC 9110 §10.2.1: the methods at a path, for Allow; where nothing can be, those of the root. */
export function allowAt(path: string): string {
  return tables.methodsAt(placeAt(path) ?? { kind: 'root' }).join(', ')
}

function placeAt(path: string): Resource | undefined {
  try {
    return parsePath(path)
  } catch {
    return undefined                                  // a path that is wrong in itself names nothing
  }
}

/** Nothing can be made at a calendar's own path: only in a home there is room for new ones. */
const isTaken = (resource: Resource): boolean => resource.kind === 'calendar' && resource.door.kind === 'own-path'

const tables: Tables = {
  properties,
  methodsOn: (kind, place) => methods.filter((row) => row.on.includes(kind) && !(row.makes && place === 'taken')).map(({ name }) => name),
  methodsAt: (resource) => tables.methodsOn(resource.kind, isTaken(resource) ? 'taken' : undefined),
  reportsOn,
}

/**
 * Answers one request with the rights of one account.
 * @throws DavError     every refusal, for the server to write
 * @throws BackendError every fault of the backend that is not the client's to mend
 */
export async function handle(request: DavRequest, account: Account, environment: Environment): Promise<DavReply> {
  try {
    const reply = await dispatch({ request, account, tables, prefers: preferencesOf(request), ...environment })
    return { ...reply, headers: { DAV: davHeaderOf(environment.settings), ...reply.headers } }
  } catch (error) {
    throw error instanceof GrammarError ? grammarRefusal(error) : error
  }
}

const preferencesOf = ({ headers }: DavRequest) => parsePrefer(headers.get('prefer'), headers.get('brief'))

/** RFC 4918 §8.2, §16: what cannot be read is 400, what breaks a named rule is 403. */
function grammarRefusal(error: GrammarError): DavError {
  return new DavError(error.condition === undefined ? 400 : 403, error.message, { ...(error.condition && { condition: error.condition }), cause: error })
}

async function dispatch(context: Context): Promise<DavReply> {
  const path = parsePath(context.request.path)
  // A kind without methods is one that is not served.
  if (path === undefined || !methods.some(({ on }) => on.includes(path.kind))) throw nothingAt(context.request)
  const target = inOwnSpelling(context.account, path)
  const row = rowFor(context.request.method, target)
  return row.run(await underIf(context, target), target)
}

const making: ReadonlySet<string> = new Set(['PUT', 'MKCOL', 'MKCALENDAR'])

/** RFC 4918 §9.3.1, §9.7.1: nothing can be made where the collection around it is missing. */
function nothingAt({ method, path }: DavRequest): DavError {
  return making.has(method) && isInside(path) ? new DavError(409, 'Nothing can be made at this address: there is no calendar and no home around it.') : notFound()
}

/** @throws DavError 405 with Allow (RFC 9110 §15.5.6), for methods that nobody knows too */
function rowFor(name: string, target: Resource): MethodRow {
  const row = methods.find((each) => each.name === name)
  if (row !== undefined && (row.on.includes(target.kind) || row.refusedOn?.includes(target.kind))) return row
  throw new DavError(405, `The method ${name.slice(0, 40)} is not offered here; the header Allow lists those that are.`, { headers: { Allow: tables.methodsAt(target).join(', ') } })
}
