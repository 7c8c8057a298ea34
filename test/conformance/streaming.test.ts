import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALENDAR, openGateway, propfindOf, textOf } from '../caldav/gateway.ts'
import type { Gateway } from '../caldav/gateway.ts'

/** Four pages of the backend; one is read ahead. */
const MANY = 7_600

/** `roomy` holds the whole calendar, `narrow` a part of it. */
let roomy: Gateway
let narrow: Gateway
beforeAll(async () => {
  roomy = await openGateway()
  await roomy.fill(MANY)
  narrow = roomy.replica({ cacheBytes: 1_000_000 })
}, 60_000)
afterAll(async () => {
  await narrow.close()
  await roomy.close()
})

const query = `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`
const sync = '<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
/** What is asked, what stands once in it for each event, and how often besides. */
const listings = [
  ['PROPFIND', { headers: { Depth: '1' }, body: propfindOf('{DAV:}getetag') }, '<D:getetag>', 1],
  ['PROPFIND with lengths', { headers: { Depth: '1' }, body: propfindOf('{DAV:}getcontentlength') }, '<D:getcontentlength>', 0],
  ['REPORT calendar-query', { headers: { Depth: '1' }, body: query }, 'BEGIN:VEVENT', 0],
  ['REPORT sync-collection', { body: sync }, '<D:getetag>', 0],
  ['GET', {}, 'BEGIN:VEVENT', 0],
] as const

/** What asks for the data of many objects by their names. */
const batches = [
  ['REPORT sync-collection', '<sync-collection xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><sync-token/><sync-level>1</sync-level><prop><C:calendar-data/></prop></sync-collection>'],
  ['REPORT calendar-multiget', '<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>HREFS</C:calendar-multiget>'],
] as const

const methodOf = (title: string): string => title.split(' ')[0]!
const readWhole = async (gateway: Gateway, title: string, asked: object): Promise<string> => textOf((await gateway.reply(methodOf(title), CALENDAR, asked)).body)

describe(`a calendar of ${MANY} events`, () => {
  test.each(listings)('%s tells each once, in the same bytes cold, warm, by another gateway and by one that cannot hold it', async (title, asked, mark, besides) => {
    const fresh = roomy.replica()
    const cold = await readWhole(fresh, title, asked)
    expect(cold.split(mark).length - 1).toBe(MANY + besides)
    await touchSome(fresh)
    const changed = await readWhole(fresh, title, asked)
    expect(changed === cold).toBe(false)
    for (const gateway of [fresh, roomy, narrow]) expect((await readWhole(gateway, title, asked)) === changed).toBe(true)
    await fresh.close()
  }, 120_000)

  test.each(listings)('%s: a client that leaves while the second page is fetched stops the calls to the backend', async (title, asked) => {
    expect(await pagesAfterTheFirst(title, asked, new AbortController())).toBe(3)
    const leaving = new AbortController()
    expect(await pagesAfterTheFirst(title, asked, leaving, () => leaving.abort())).toBe(1)
  }, 120_000)

  test.each(batches)('%s of all reads a calendar that cannot be held once', async (title, asked) => {
    const hrefs = [...Array(MANY).keys()].map((index) => `<D:href>${CALENDAR}many-${index}.ics</D:href>`).join('')
    const cold = roomy.replica({ cacheBytes: 1_000_000 })
    expect((await readWhole(cold, title, { body: asked.replace('HREFS', hrefs) })).split('BEGIN:VEVENT').length - 1).toBe(MANY)
    // Four pages each for what there is and for what is in it, and whether the calendar is still as it was.
    expect(cold.calls()).toBeLessThanOrEqual(9)
    await cold.close()
  }, 120_000)
})

/** Of a gateway that holds nothing. */
async function pagesAfterTheFirst(title: string, asked: object, { signal }: AbortController, onPage?: () => void): Promise<number> {
  let pages = 0
  const onCall = (url: string): void => {
    if (!url.includes('pageToken=')) return
    pages += 1
    onPage?.()
  }
  const cold = roomy.replica({ cacheBytes: 1_000_000, onCall })
  const { status } = await cold.ask(methodOf(title), CALENDAR, { ...asked, signal })
  expect(status === 408).toBe(signal.aborted)
  const calls = cold.calls()
  // Nothing goes on behind the answer.
  await new Promise(setImmediate)
  expect(cold.calls()).toBe(calls)
  await cold.close()
  return pages
}

/** Changes whose place in the backend's order is another one than in that of a cache. */
async function touchSome(gateway: Gateway): Promise<void> {
  for (const index of [7, 5003, 7_550]) {
    const path = `${CALENDAR}many-${index}.ics`
    const { text } = await gateway.ask('GET', path)
    const answer = await gateway.ask('PUT', path, { headers: { 'Content-Type': 'text/calendar' }, body: text.replace('SUMMARY:', 'SUMMARY:Once more ') })
    expect(answer.status).toBe(204)
  }
}
