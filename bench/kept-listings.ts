/** Listings of the embedded backend, made once and told from memory from then on: what it takes to make them says nothing of the gateway. */

import type { RestRequest } from '../src/backends/transport.ts'

/** Writes go through, and make every listing anew. @param ask the backend @param most rows on a page, whatever is asked for */
export function keepListings<Answer>(ask: (request: RestRequest) => Promise<Answer>, most = Infinity): (request: RestRequest) => Promise<Answer> {
  const listings = new Map<string, Promise<Answer>>()
  return (request) => {
    if (!request.url.includes('/calendar/v3')) return ask(request)
    if (request.method !== 'GET') listings.clear()
    if (request.method !== 'GET' || !/\/events\?/.test(request.url)) return ask(request)
    const url = request.url.replace(/(?<=[?&]maxResults=)\d+/, (asked) => String(Math.min(Number(asked), most)))
    const answer = listings.get(url) ?? ask({ ...request, url })
    listings.set(url, answer)
    return answer
  }
}
