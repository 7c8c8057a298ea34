/** Turns whatever was thrown into what the client is told. The only place, beside the tables, that knows a status for a failure. */

import { BackendError, type BackendFault } from '../calendar/backend.ts'
import type { DavReply } from '../caldav/context.ts'
import { DavError } from '../caldav/errors.ts'
import { formatError } from '../dav/multistatus.ts'
import { caldav, dav, type Name } from '../dav/names.ts'
import { challenge } from './unauthorized.ts'

/** What a failure is told as, and whether it is one of ours that somebody should look at. */
export interface Failure {
  readonly reply: DavReply
  readonly isOurs: boolean
}

/** When the backend does not say when to come back. */
const RETRY_AFTER_SECONDS = 10

interface FaultRow {
  readonly status: number
  /** The DAV:error's condition, unless the error names a CalDAV precondition of its own. */
  readonly condition?: Name
  readonly sentence: string
}

/**
 * A fault that may pass is a 503, never a 404 or 410, because clients delete what they are told is gone, and never a 401, because
 * they then ask their user for a new password. 'conflict' reaches the client only when repeating with fresh knowledge did not help:
 * somebody else keeps writing the object, which is what 412 says.
 */
const faults = {
  'gone': { status: 404, sentence: 'There is nothing here.' },
  'conflict': { status: 412, sentence: 'The object was changed by somebody else meanwhile. Read it again.' },
  'precondition': { status: 412, sentence: 'The object is not in the state that the request expects. Read it again.' },
  'uid-in-use': { status: 403, condition: caldav('no-uid-conflict'), sentence: 'Another object of this calendar has this UID.' },
  'forbidden': { status: 403, condition: dav('need-privileges'), sentence: 'You may not do this here.' },
  'rejected': { status: 403, sentence: 'The calendar service cannot hold this.' },
  'invalid-token': { status: 403, condition: dav('valid-sync-token'), sentence: 'This sync token cannot be continued. Synchronise from the beginning.' },
  'credentials': { status: 401, sentence: 'The calendar service does not accept this account any more.' },
  'rate-limited': { status: 503, sentence: 'The calendar service is busy. Try again later.' },
  'unavailable': { status: 503, sentence: 'The calendar service does not answer. Try again later.' },
} as const satisfies Record<BackendFault, FaultRow>

export function failureOf(error: unknown): Failure {
  if (error instanceof DavError) return { reply: errorReply(error.status, error.message, error), isOurs: false }
  if (error instanceof BackendError) return backendFailure(error)
  return { reply: errorReply(500, 'Something went wrong inside the gateway.'), isOurs: true }
}

function backendFailure(error: BackendError): Failure {
  const row: FaultRow = faults[error.fault]
  if (row.status === 401) return { reply: challenge(row.sentence), isOurs: false }
  const condition = error.precondition === undefined ? row.condition : caldav(error.precondition)
  const headers = row.status === 503 ? { 'Retry-After': String(Math.ceil(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS)) } : {}
  const sentence = error.fault === 'rejected' ? error.message : row.sentence
  return { reply: errorReply(row.status, sentence, { condition, headers }), isOurs: error.fault === 'unavailable' }
}

/**
 * A DAV:error document where a condition is named (RFC 4918 §16), else one line of text.
 * @param sentence for the user of the client
 */
function errorReply(status: number, sentence: string, more: Partial<Pick<DavError, 'conditionContent' | 'headers'>> & {
  readonly condition?: Name | undefined
} = {}): DavReply {
  const { condition, conditionContent = [], headers = {} } = more
  if (condition === undefined) return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: `${sentence}\n` }
  return {
    status,
    headers: { 'Content-Type': 'application/xml; charset=utf-8', ...headers },
    body: formatError(condition, conditionContent, sentence),
  }
}
