/** The emulator as a transport: spares the request and response objects of the web, a page of 2500 events is text already. */

import { setImmediate } from 'node:timers/promises'
import { TransportError, type RestResponse, type Transport } from '../transport.ts'
import { answer, DroppedConnection, type RawRequest } from './answer.ts'
import { answerBatch, batchPath } from './batch.ts'
import type { Environment } from './call.ts'
import { findRoute } from './routes.ts'

/** As long as a call over the network may take. */
const timeoutMs = 30_000
/** As much as the first packet of an answer holds. */
const beginningLength = 1_000

/** The origin of the URL means nothing. Faults look as they would over the network. */
export function inProcessTransport(environment: Environment): Transport {
  return async ({ method, url, headers, body, signal, onBeginning }) => {
    // As over the network: between two calls others get their turn, and it is noticed when a client goes away.
    await setImmediate()
    if (signal?.aborted) throw new TransportError('aborted', 'The call was aborted.')
    const { pathname, searchParams } = new URL(url)
    const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const request: RawRequest = { method, path: pathname, query: searchParams, headers: lowerCase, body: body ?? '' }
    const canWait = environment.faults.list().length > 0
    const answered = pathname === batchPath ? answerBatch(environment, request) : answer(environment, findRoute(method, pathname), request)
    const response = await (canWait ? withinTime(answered, signal) : answered)
    if (response.status === 200) onBeginning?.(response.body.slice(0, beginningLength))
    return response
  }
}

/** Only faults make a call wait, so only then is there anything to give up on. */
async function withinTime(answered: Promise<RestResponse>, signal: AbortSignal | undefined): Promise<RestResponse> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const end = signal ? AbortSignal.any([signal, timeout]) : timeout
  let giveUp: (() => void) | undefined
  const given = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new TransportError(timeout.aborted ? 'timeout' : 'aborted', 'The call was given up.'))
    end.addEventListener('abort', giveUp)
  })
  try {
    return await Promise.race([answered, given])
  } catch (error) {
    throw error instanceof DroppedConnection ? new TransportError('connection', error.message, error) : error
  } finally {
    if (giveUp) end.removeEventListener('abort', giveUp)
  }
}
