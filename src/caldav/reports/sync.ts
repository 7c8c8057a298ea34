/** What synchronising a calendar and a home have in common (RFC 6578). */

import type { ResponseElement } from '../../dav/multistatus.ts'
import { dav } from '../../dav/names.ts'
import type { ReportRequest } from '../../dav/requests.ts'
import type { Context } from '../context.ts'
import { DavError } from '../errors.ts'

/** DAV:sync-collection as it was asked for (RFC 6578 §6.1). */
export type SyncRequest = Extract<ReportRequest, { kind: 'sync-collection' }>

/**
 * The state that a token of a request stands for; undefined for the empty token of a first synchronisation.
 * @param parse gives undefined for tokens that are none of ours
 * @throws DavError 403 DAV:valid-sync-token
 */
export function continues<T>(token: string, parse: (token: string) => T | undefined): T | undefined {
  if (token === '') return undefined
  const state = parse(token)
  if (state === undefined) throw invalidToken()
  return state
}

/** RFC 6578 §3.2: one answer to every token that cannot be continued, whatever is wrong with it; all clients begin anew then. */
export function invalidToken(cause?: unknown): DavError {
  return new DavError(403, 'This sync-token cannot be continued: synchronise again with an empty one.', { condition: dav('valid-sync-token'), cause })
}

/**
 * RFC 6578 §3.6: the answer was cut at the limit of the request; its token continues it. The href is the address of the request in
 * its own spelling: DAVx5 looks for the address that it asked.
 */
export function truncation({ request }: Context): ResponseElement {
  return { href: request.path, status: 507, error: dav('number-of-matches-within-limits') }
}

/** The parts of an answer, one behind the other. */
export async function* inOrder(...lists: readonly (AsyncIterable<ResponseElement> | Iterable<ResponseElement>)[]): AsyncGenerator<ResponseElement> {
  for (const list of lists) yield* list
}
