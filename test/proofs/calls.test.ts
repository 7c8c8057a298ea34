/**
 * The budget of backend calls, at calendars of three sizes: cold (the gateway knows nothing), warm (it has served the account, and the
 * window has passed), and within the window. No operation's calls grow with the number of hrefs or events but by pages.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventIdOf } from '../../src/backends/google/names.ts'
import { eventUid } from '../../src/calendar/identifiers.ts'
import { BEN, ME, openReplica, openService } from './service.ts'
import type { Replica, Service } from './service.ts'
import { eventText, get, list, listHome, multiget, poll, put, query, remove, sync, calendarText } from './requests.ts'
import type { Ask } from './requests.ts'
import { expectInReadme } from './readme.ts'
import { HOME, TEAM } from './world.ts'

const PAGE = 2500
const SIZES = [10, 1000, 10_000] as const
/** Series of each calendar, each with up to one exception, which begin in another year than its other events; so many have an instance on the day that is asked for. */
const SERIES = 12
const SERIES_ON_DAY = 3
/** The other events: with all series and exceptions as many as the size says, and at least those that are asked for by name. */
const singlesOf = (size: number): number => Math.max(10, size - 2 * SERIES)
const WINDOW_MS = 2000
const own = `${HOME}events/`
const team = `${HOME}${TEAM}/`

async function fill(service: Service, size: number): Promise<void> {
  for (let index = 0; index < SERIES; index += 1) {
    const start = `2027-03-${index < SERIES_ON_DAY ? '01' : '05'}T1`
    await service.rest(ME, 'POST', `/calendars/${ME}/events/import`, {
      iCalUID: `s${index}`, summary: `Series ${index}`, start: { dateTime: `${start}0:00:00Z`, timeZone: 'UTC' }, end: { dateTime: `${start}1:00:00Z`, timeZone: 'UTC' },
      recurrence: ['RRULE:FREQ=DAILY;COUNT=9'], organizer: { email: ME },
    })
  }
  for (let index = 0; index < singlesOf(size); index += 1) {
    const day = new Date(Date.UTC(2026, index % 12, 1 + (index % 28), 8)).toISOString()
    await service.rest(ME, 'POST', `/calendars/${ME}/events/import`, {
      iCalUID: `e${index}`, summary: `Event ${index}`, start: { dateTime: day }, end: { dateTime: day.replace('T08', 'T09') }, organizer: { email: ME },
    })
  }
}

/** What a client of the calendar knows before its request. */
interface Known {
  readonly token: string
  readonly etags: ReadonlyMap<string, string>
}

interface Row {
  readonly operation: string
  /** @param round 0 to 2, one for each kind of gateway, so that each writes another object */
  readonly ask: (known: Known, round: number) => Ask
  /** @param pages of the calendar */
  readonly cold: number | ((pages: number) => number)
  readonly warm: number
  readonly fresh: number
  /** How many clients ask at the same time; one if it is left out. */
  readonly atOnce?: number
  /** How many events others have changed since the client and the gateways were told last. */
  readonly changes?: number
  /** How many series others have changed since then, each in its master and one instance. */
  readonly changedSeries?: number
  /** What the calls are for, where it is more than one. */
  readonly note?: string
}

const guests = [`ORGANIZER:mailto:${ME}`, `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ME}`, 'ATTENDEE:mailto:x@example.net']
const hundred = Array.from({ length: 100 }, (_, index) => `${own}e${index}.ics`)
const busy: Ask = ['POST', `${HOME}outbox/`, {
  headers: { 'Content-Type': 'text/calendar; charset=utf-8', Originator: `mailto:${ME}`, Recipient: `mailto:${BEN}` },
  body: calendarText(['METHOD:REQUEST', 'BEGIN:VFREEBUSY', 'UID:fb', 'DTSTAMP:20260901T080000Z', 'DTSTART:20260901T000000Z', 'DTEND:20260902T000000Z', `ORGANIZER:mailto:${ME}`,
    ...Array.from({ length: 20 }, (_, index) => `ATTENDEE:mailto:p${index}@example.net`), 'END:VFREEBUSY']),
}]

const match = ({ etags }: Known, href: string) => ({ 'If-Match': etags.get(href)! })
const object = (index: number): string => `${own}e${index}.ics`
const free = { cold: 0, warm: 0, fresh: 0 } as const
const rows: readonly Row[] = [
  { operation: 'OPTIONS', ask: () => ['OPTIONS', own, {}], ...free },
  { operation: 'unknown path, malformed XML', ask: (_, round) => (round === 0 ? ['GET', '/unknown', {}] : ['PROPFIND', HOME, { headers: { Depth: '0' }, body: '<broken' }]), ...free },
  { operation: 'principal', ask: () => ['PROPFIND', `${HOME}user`, { headers: { Depth: '0' } }], ...free },
  { operation: 'home with the ctags of C calendars, C = 2', ask: () => listHome(HOME), cold: 3, warm: 3, fresh: 0, note: 'the list, which alone tells what calendars there are, and one each, as the list does not tell whether events changed' },
  { operation: 'poll of the own calendar', ask: () => poll(own), cold: 1, warm: 1, fresh: 0 },
  { operation: 'the same poll by 8 clients at once', atOnce: 8, ask: () => poll(own), cold: 1, warm: 1, fresh: 0 },
  { operation: 'poll of another calendar', ask: () => poll(team), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, nothing changed', ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, 1 changed', changes: 1, ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, 100 changed', changes: 100, ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, 1 series changed', changedSeries: 1, ask: ({ token }) => sync(own, token), cold: 2, warm: 1, fresh: 0, note: 'cold also the series: changes tell its changed instances only, and its ETag is made of all' },
  { operation: 'sync, 10 series changed, P pages', changedSeries: 10, ask: ({ token }) => sync(own, token), cold: (pages) => pages + 1, warm: 1, fresh: 0, note: 'cold also one listing for all of them' },
  { operation: 'first listing by sync, P pages', ask: () => sync(own), cold: (pages) => pages, warm: 1, fresh: 0 },
  { operation: 'first listing by PROPFIND, P pages', ask: () => list(own), cold: (pages) => pages, warm: 1, fresh: 0 },
  { operation: 'multiget of 100, P pages', ask: () => multiget(own, hundred), cold: (pages) => pages, warm: 1, fresh: 0, note: 'the whole listing, from which all further ones are answered; asked one by one, in batches or not, each event counts against the quota' },
  { operation: 'query of a month', ask: () => query(own, '20260301T000000Z', '20260401T000000Z'), cold: 1, warm: 1, fresh: 0 },
  { operation: 'query of a day with 3 series', ask: () => query(own, '20270301T000000Z', '20270302T000000Z'), cold: 1 + SERIES_ON_DAY, warm: 1, fresh: 0, note: 'cold also each series, whose exceptions may lie elsewhere' },
  { operation: 'GET', ask: () => get(object(1)), cold: 1, warm: 1, fresh: 0 },
  { operation: 'PUT new', ask: (_, round) => put(`${own}new${round}.ics`, eventText(`new${round}`), { 'If-None-Match': '*' }), cold: 2, warm: 2, fresh: 1, note: 'whether another object has the name, which no call of the service refuses, and the insertion, which is refused where the UID is there' },
  { operation: 'PUT new, guests told', ask: (_, round) => put(`${own}party${round}.ics`, eventText(`party${round}`, { lines: guests }), { 'If-None-Match': '*' }), cold: 4, warm: 4, fresh: 2, note: 'also whether another calendar of the user has the meeting (RFC 6638 §3.2.4.1): the list, and one call for each that the user owns' },
  { operation: 'PUT changed, If-Match', ask: (known, round) => put(object(1 + round), eventText(`e${1 + round}`, { summary: 'Changed' }), match(known, object(1 + round))), cold: 2, warm: 1, fresh: 1, note: 'cold also what is stored' },
  { operation: 'PUT changed, guests told', ask: (known, round) => put(object(4 + round), eventText(`e${4 + round}`, { lines: guests }), match(known, object(4 + round))), cold: 2, warm: 1, fresh: 1, note: 'the same' },
  { operation: 'DELETE, If-Match', ask: (known, round) => remove(object(7 + round), match(known, object(7 + round))), cold: 2, warm: 1, fresh: 1, note: 'the same' },
  { operation: 'free/busy of 20 people', ask: () => busy, cold: 1, warm: 1, fresh: 1 },
]

describe.each(SIZES)('calls of the backend with %i events', (size) => {
  const replica = (): Replica => openReplica(service, { freshnessMs: WINDOW_MS, maxBytes: 500_000_000 })
  let service: Service
  let warm: Replica
  let step = size
  beforeAll(async () => {
    service = openService()
    service.step(0)
    await service.rest(ME, 'POST', '/_control/calendars', { owner: ME, id: TEAM, summary: 'Team' })
    await fill(service, size)
    warm = replica()
  }, 120_000)
  afterAll(() => service.close())

  /** What the client is told by the warm gateway, which thereby holds all of it. */
  async function learn(): Promise<Known> {
    const { text } = await warm.ask(...sync(own))
    const etags = [...text.matchAll(/<D:href>([^<]*)<\/D:href>.*?<D:getetag>([^<]*)</g)].map(([, href = '', etag = '']) => [href, etag] as const)
    return { token: /<D:sync-token>([^<]*)</.exec(text)![1]!, etags: new Map(etags) }
  }

  async function changeDirectly(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await service.rest(ME, 'PATCH', `/calendars/${ME}/events/${eventIdOf(eventUid(`e${index % singlesOf(size)}`))}`, { summary: `Changed in step ${step}, ${index}` })
    }
  }

  async function changeSeriesDirectly(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const path = `/calendars/${ME}/events/${eventIdOf(eventUid(`s${index}`))}`
      const { items: [instance] } = await service.rest(ME, 'GET', `${path}/instances?maxResults=1`)
      await service.rest(ME, 'PATCH', `/calendars/${ME}/events/${instance['id']}`, { summary: `Instance changed in step ${step}` })
    }
  }

  /** Counted by the emulator. */
  async function callsOf(gateway: Replica, ask: Ask, atOnce: number): Promise<number> {
    service.emulator.resetCalls()
    for (const answer of await Promise.all(Array.from({ length: atOnce }, () => gateway.ask(...ask)))) {
      expect(answer.status, answer.text).toBeLessThan(ask[1] === '/unknown' || ask[2].body === '<broken' ? 500 : 300)
    }
    return service.emulator.calls().reduce((sum, { count }) => sum + count, 0)
  }

  test.each(rows.map((row) => [row.operation, row] as const))('%s', { timeout: 60_000 }, async (_title, { ask, cold, warm: most, fresh, changes = 0, changedSeries = 0, atOnce = 1 }) => {
    service.step(step += 1)
    const known = await learn()
    await changeDirectly(changes)
    await changeSeriesDirectly(changedSeries)
    service.step(step += 1)
    const counted = { cold: await callsOf(replica(), ask(known, 0), atOnce), warm: await callsOf(warm, ask(known, 1), atOnce), fresh: 0 }
    await learn()
    counted.fresh = await callsOf(warm, ask(known, 2), atOnce)
    const pages = Math.ceil(size / PAGE)
    expect(counted).toEqual({ cold: typeof cold === 'number' ? cold : cold(pages), warm: most, fresh })
  })
})

test('the README has the same table', () => {
  const cells = ({ operation, cold, warm, fresh, note }: Row): readonly string[] => [operation, typeof cold === 'number' ? String(cold) : cold(2) === 2 ? 'P' : 'P + 1', String(warm), String(fresh), note ?? '']
  const lines = [['operation', 'cold', 'warm', 'within the window', 'what for'], ['---', '---:', '---:', '---:', '---'], ...rows.map(cells)]
  expectInReadme('calls', `\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n\n`)
})
