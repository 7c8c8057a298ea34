/** What can go wrong with one call of the backend, injected where calls leave the gateway. */

import { TransportError } from '../../src/backends/transport.ts'
import type { RestRequest, RestResponse, Transport } from '../../src/backends/transport.ts'

export interface Fault {
  readonly name: string
  /**
   * 'transient' says nothing of what was asked for: no client may be told that something is gone, or that it did something wrong.
   * 'verdict' is the service's word on the call. 'harmless' is an unusual answer that is a good one.
   */
  readonly kind: 'transient' | 'verdict' | 'harmless'
  spoil(request: RestRequest, proceed: Transport): Promise<RestResponse>
}

const refusal = (status: number, reason: string): RestResponse =>
  ({ status, headers: {}, body: JSON.stringify({ error: { code: status, message: reason, errors: [{ domain: 'global', reason, message: reason }] } }) })
const refused = (kind: Fault['kind'], status: number, reason: string): Fault =>
  ({ name: `${status} ${reason}`, kind, spoil: () => Promise.resolve(refusal(status, reason)) })
const lost = (name: string, kind: TransportError['kind'], isCarriedOut: boolean): Fault => ({
  name, kind: 'transient',
  async spoil(request, proceed) {
    if (isCarriedOut) await proceed(request)
    throw new TransportError(kind, name)
  },
})
const cut = (name: string, length: (body: string) => number): Fault => ({
  name, kind: 'transient',
  async spoil(request, proceed) {
    const response = await proceed(request)
    return { ...response, body: response.body.slice(0, length(response.body)) }
  },
})

export const faults: readonly Fault[] = [
  refused('transient', 401, 'authError'),
  refused('transient', 403, 'rateLimitExceeded'),
  refused('transient', 429, 'rateLimitExceeded'),
  refused('transient', 500, 'backendError'),
  refused('transient', 503, 'backendError'),
  { name: '503 without a body', kind: 'transient', spoil: () => Promise.resolve({ status: 503, headers: {}, body: '' }) },
  lost('time-out', 'timeout', false),
  lost('time-out after the call was carried out', 'timeout', true),
  lost('dropped connection', 'connection', false),
  lost('connection dropped after the call was carried out', 'connection', true),
  cut('truncated JSON', (body) => Math.floor(body.length / 2)),
  refused('verdict', 404, 'notFound'),
  refused('verdict', 409, 'duplicate'),
  refused('verdict', 410, 'updatedMinTooLongAgo'),
  refused('verdict', 412, 'conditionNotMet'),
  { name: 'empty page', kind: 'harmless', spoil: emptyPage },
  { name: 'slow answer', kind: 'harmless', spoil: slowly },
]

const beginning = 'the-beginning'

/** Pages may be empty and still lead on (events.list, nextPageToken). Anything but the first page of a listing is left alone. */
async function emptyPage(request: RestRequest, proceed: Transport): Promise<RestResponse> {
  const isListing = request.method === 'GET' && /\/events\?/.test(request.url) && !request.url.includes('pageToken=') && request.url.includes('items')
  const response = await proceed(request)
  return isListing && response.status === 200 ? { ...response, body: JSON.stringify({ ...JSON.parse(response.body), items: [], nextPageToken: beginning }) } : response
}

/** The token of {@link emptyPage} leads to the first page. */
export const understandingEmptyPages = (proceed: Transport): Transport => (request) =>
  proceed({ ...request, url: request.url.replace(`&pageToken=${beginning}`, '') })

/** Many turns of the event loop late, and in whatever order. */
async function slowly(request: RestRequest, proceed: Transport): Promise<RestResponse> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  return proceed(request)
}
