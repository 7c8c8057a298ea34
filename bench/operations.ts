/** What is measured: requests as calendar programs send them, and what has to be in each answer. */

import type { Answer, Connection, Request } from './http-client.ts'
import { calendarObject, eventsInMonth, month, monthFrom, nameOf } from './sample.ts'
import { otherSize, scale } from './run.ts'
import type { Place } from './servers.ts'

export interface Operation {
  readonly name: string
  /** Requests in order; the time of all of them counts. @param turn another number each time */
  readonly requests: (turn: number) => readonly Request[]
  /** What is wrong with an answer; undefined: nothing. */
  readonly fault: (answer: Answer, step: number, turn: number) => string | undefined
  /** The calendar is another one afterwards. */
  readonly changes?: true
  /** Where turns use something up: makes it for so many of them, from turn 0 on. */
  readonly prepare?: (turns: number) => Promise<void>
}

/** An account's calendar at a server. */
export interface Subject {
  readonly place: Place
  readonly size: number
  /** For what has to be done before or beside the measuring. */
  readonly connection: Connection
}

const xml = { 'Content-Type': 'application/xml; charset=utf-8' }
const spaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
const count = (text: string, part: string): number => text.split(part).length - 1
/** Event names in hrefs; the `@` may be escaped. */
const hrefsIn = (text: string): number => text.match(/event-[^<>]{1,60}\.ics<\//g)?.length ?? 0

function expectStatus(answer: Answer, ...wanted: readonly number[]): string | undefined {
  return wanted.includes(answer.status) ? undefined : `status ${answer.status} in place of ${wanted.join('/')}: ${answer.body.slice(0, 200)}`
}

const expectCount = (found: number, wanted: number, what: string): string | undefined => (found === wanted ? undefined : `${found} ${what} in place of ${wanted}`)

const syncTokenIn = (body: string): string => /<(?:\w+:)?sync-token>([^<]+)</.exec(body)?.[1] ?? ''

/** All operations of {@link Subject}. Some are asked about changes, which are made here. */
export async function operationsOn(subject: Subject): Promise<readonly Operation[]> {
  const { place, size, connection } = subject
  const { headers } = place
  const path = place.calendar(size)
  const bodyOf = (number: number, summary: string): string => calendarObject(number, place.uid?.(number, size), summary)
  const report = (body: string): Request => ({ method: 'REPORT', path, headers: { ...headers, ...xml, Depth: '1' }, body: `<?xml version="1.0" encoding="utf-8"?>${body}` })
  const propfind = (depth: string, properties: string): Request => ({
    method: 'PROPFIND', path, headers: { ...headers, ...xml, Depth: depth }, body: `<?xml version="1.0" encoding="utf-8"?><D:propfind ${spaces}><D:prop>${properties}</D:prop></D:propfind>`,
  })
  const put = (name: string, body: string): Request => ({ method: 'PUT', path: path + name, headers: { ...headers, 'Content-Type': 'text/calendar; charset=utf-8' }, body })
  const sync = (token: string): Request => report(`<D:sync-collection ${spaces}><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`)
  const multiget = (names: readonly string[]): Request => report(`<C:calendar-multiget ${spaces}><D:prop><D:getetag/><C:calendar-data/></D:prop>${names.map((name) => `<D:href>${path}${name}</D:href>`).join('')}</C:calendar-multiget>`)
  const query = (properties: string, { start, end } = month): Request => report(`<C:calendar-query ${spaces}><D:prop>${properties}</D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">`
    + `<C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`)
  const send = async (request: Request): Promise<Answer> => connection.send(request)

  const change = async (number: number, text: string): Promise<void> => {
    const fault = expectStatus(await send(put(nameOf(number), bodyOf(number, text))), 200, 201, 204)
    if (fault !== undefined) throw new Error(`${place.name}: a change before measuring was refused: ${fault}`)
  }
  const tokenNow = async (): Promise<string> => syncTokenIn((await send(propfind('0', '<D:sync-token/>'))).body)
  const changes = Math.min(100, size)
  const beforeMany = await tokenNow()
  for (let number = 0; number < changes - 1; number += 1) await change(number, `changed ${number}`)
  const beforeOne = await tokenNow()
  await change(changes - 1, 'changed last')
  const standing = await tokenNow()

  const inMonth = eventsInMonth(size)
  const monthFault = (answer: Answer): string | undefined => expectStatus(answer, 207) ?? expectCount(count(answer.body, 'BEGIN:VCALENDAR'), inMonth, 'objects')
  const some = Math.min(100, size)
  const run = `${Date.now().toString(36)}`
  const fixed = (request: Request): (() => readonly Request[]) => () => [request]
  const synced = (token: string, changed: number, name: string): Operation => ({
    name, requests: fixed(sync(token)),
    fault: (answer) => expectStatus(answer, 207) ?? expectCount(hrefsIn(answer.body), changed, 'changes') ?? (syncTokenIn(answer.body) === '' ? 'no sync-token' : undefined),
  })
  return [
    { name: 'options', requests: fixed({ method: 'OPTIONS', path, headers }), fault: (answer) => expectStatus(answer, 200, 204) ?? (answer.headers.get('dav')?.includes('calendar-access') ? undefined : 'no DAV header') },
    { name: 'unauthenticated', requests: fixed({ ...propfind('0', '<D:getetag/>'), headers: { ...xml, Depth: '0' } }), fault: (answer) => expectStatus(answer, 401) },
    {
      name: 'discovery', requests: () => place.discovery.map((request) => ({ ...request, headers: { ...request.headers, ...headers } })),
      fault: (answer) => expectStatus(answer, 207, 307) ?? (answer.status === 207 && !/href/.test(answer.body) ? 'no href' : undefined),
    },
    {
      name: 'poll', requests: fixed(propfind('0', '<CS:getctag/><D:sync-token/>')),
      fault: (answer) => expectStatus(answer, 207) ?? (/getctag>[^<]+</.test(answer.body) && syncTokenIn(answer.body) !== '' ? undefined : 'no getctag or sync-token'),
    },
    synced(standing, 0, 'sync, no change'),
    synced(beforeOne, 1, 'sync, 1 change'),
    synced(beforeMany, changes, `sync, ${changes} changes`),
    { name: 'list, PROPFIND', requests: fixed(propfind('1', '<D:getetag/><D:getcontenttype/>')), fault: (answer) => expectStatus(answer, 207) ?? expectCount(hrefsIn(answer.body), size, 'hrefs') },
    { name: 'list, sync', requests: fixed(sync('')), fault: (answer) => expectStatus(answer, 207) ?? expectCount(hrefsIn(answer.body), size, 'hrefs') },
    {
      name: `multiget ${some}`, requests: (turn) => [multiget(Array.from({ length: some }, (_, index) => nameOf((turn * some + index) % size)))],
      fault: (answer) => expectStatus(answer, 207) ?? expectCount(count(answer.body, 'BEGIN:VCALENDAR'), some, 'objects'),
    },
    { name: 'query a month', requests: fixed(query('<D:getetag/><C:calendar-data/>')), fault: monthFault },
    { name: 'query a month, anew', requests: (turn) => [query('<D:getetag/><C:calendar-data/>', monthFrom(turn))], fault: monthFault },
    { name: 'query a month, tags', requests: fixed(query('<D:getetag/>')), fault: (answer) => expectStatus(answer, 207) ?? expectCount(hrefsIn(answer.body), inMonth, 'hrefs') },
    {
      name: 'GET', requests: (turn) => [{ method: 'GET', path: path + nameOf((turn * 31) % size), headers }],
      fault: (answer, _, turn) => expectStatus(answer, 200) ?? (answer.body.includes(`UID:event-${(turn * 31) % size}@`) ? undefined : 'another object'),
    },
    { name: 'PUT new', changes: true, requests: (turn) => [put(`n${run}-${turn}.ics`, calendarObject(turn % 1000, `n${run}-${turn}`))], fault: (answer) => expectStatus(answer, 201) },
    {
      name: 'PUT changed', changes: true, requests: (turn) => [put(nameOf(turn % size), bodyOf(turn % size, `turn ${run} ${turn}`))],
      fault: (answer) => expectStatus(answer, 200, 201, 204),
    },
    {
      name: 'DELETE', changes: true, requests: (turn) => [{ method: 'DELETE', path: `${path}d${run}-${turn}.ics`, headers }], fault: (answer) => expectStatus(answer, 200, 204),
      prepare: async (turns) => {
        for (let turn = 0; turn < turns; turn += 1) await send(put(`d${run}-${turn}.ics`, calendarObject(turn % 1000, `d${run}-${turn}`)))
      },
    },
  ]
}

/** A first synchronisation: the listing, and then everything in multigets of 100. @throws Error for a wrong answer */
export async function firstSync({ place, size, connection }: Subject, onAnswer: (request: Request, answer: Answer) => void = () => {}): Promise<void> {
  const path = place.calendar(size)
  const headers = { ...place.headers, ...xml, Depth: '1' }
  const ask = async (request: Request, wanted: number): Promise<Answer> => {
    const answer = await connection.send(request)
    const found = request.body!.includes('multiget') ? count(answer.body, 'BEGIN:VCALENDAR') : hrefsIn(answer.body)
    if (answer.status !== 207 || found !== wanted) throw new Error(`${place.name}: first sync: status ${answer.status}, ${found} objects in place of ${wanted}`)
    onAnswer(request, answer)
    return answer
  }
  const listed = await ask({ method: 'PROPFIND', path, headers, body: `<D:propfind ${spaces}><D:prop><D:getetag/></D:prop></D:propfind>` }, size)
  const hrefs = [...listed.body.matchAll(/<(?:\w+:)?href>([^<]+\.ics)</g)].map(([, href = '']) => href)
  for (let start = 0; start < hrefs.length; start += 100) {
    const some = hrefs.slice(start, start + 100)
    const body = `<C:calendar-multiget ${spaces}><D:prop><D:getetag/><C:calendar-data/></D:prop>${some.map((href) => `<D:href>${href}</D:href>`).join('')}</C:calendar-multiget>`
    await ask({ method: 'REPORT', path, headers, body }, some.length)
  }
}

/** So that the process has served others before it is measured. */
export async function serveOthers(place: Place, connection: Connection): Promise<void> {
  for (let turn = 0; turn < scale.servedSyncs; turn += 1) await firstSync({ place, size: otherSize, connection })
}
