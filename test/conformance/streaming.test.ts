import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxSorted } from '../../src/caldav/by-name.ts'
import { CALENDAR, openGateway, propfindOf, textOf } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'

/** Five pages of the backend; one is read ahead. */
const MANY = 10_100

let gateway: Gateway
beforeAll(async () => {
  gateway = await openGateway({ cacheBytes: 1_000_000 })
  await gateway.fill(MANY)
}, 60_000)
afterAll(() => gateway.close())

const query = `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`
const listings = [
  ['PROPFIND', { headers: { Depth: '1' }, body: propfindOf('{DAV:}getetag') }, '<D:getetag>'],
  ['REPORT', { headers: { Depth: '1' }, body: query }, 'BEGIN:VEVENT'],
  ['GET', {}, 'BEGIN:VEVENT'],
] as const

async function callsOf(run: () => Promise<unknown>): Promise<number> {
  const before = gateway.calls()
  await run()
  return gateway.calls() - before
}

describe(`a calendar of more than ${maxSorted} events that the cache cannot hold`, () => {
  test.each(listings)('%s tells each once while it is read; a client that leaves stops the calls to the backend', async (method, asked, mark) => {
    let text = ''
    const whole = await callsOf(async () => { text = await textOf((await gateway.reply(method, CALENDAR, asked)).body) })
    // A PROPFIND tells the ETag of the calendar too.
    expect(text.split(mark).length - 1).toBe(method === 'PROPFIND' ? MANY + 1 : MANY)

    const begun = await callsOf(async () => {
      const { body } = await gateway.reply(method, CALENDAR, asked)
      const chunks = (body as AsyncIterable<string>)[Symbol.asyncIterator]()
      await chunks.next()
      await chunks.return?.()
    })
    expect(begun).toBeLessThan(whole)

    const gone = await callsOf(async () => expect(await gateway.ask(method, CALENDAR, { ...asked, signal: AbortSignal.abort() })).toMatchObject({ status: 408 }))
    expect(gone).toBeLessThan(begun)
  }, 60_000)
})
