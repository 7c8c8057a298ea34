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
const WINDOW_MS = 2000
const own = `${HOME}events/`
const team = `${HOME}${TEAM}/`

async function fill(service: Service, size: number): Promise<void> {
  for (let index = 0; index < size; index += 1) {
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
  /** How many events others have changed since the client and the gateways were told last. */
  readonly changes?: number
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
  { operation: 'home with the ctags of C calendars, C = 2', ask: () => listHome(HOME), cold: 3, warm: 3, fresh: 0, note: 'the list, and one each' },
  { operation: 'poll of the own calendar', ask: () => poll(own), cold: 1, warm: 1, fresh: 0 },
  { operation: 'poll of another calendar', ask: () => poll(team), cold: 2, warm: 2, fresh: 0, note: 'whether it still is in the account\'s list is a call of its own' },
  { operation: 'sync, nothing changed', ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, 1 changed', changes: 1, ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'sync, 100 changed', changes: 100, ask: ({ token }) => sync(own, token), cold: 1, warm: 1, fresh: 0 },
  { operation: 'first listing by sync, P pages', ask: () => sync(own), cold: (pages) => pages, warm: 1, fresh: 0 },
  { operation: 'first listing by PROPFIND, P pages', ask: () => list(own), cold: (pages) => pages + 1, warm: 1, fresh: 0, note: 'the ETag of the collection itself is asked first' },
  { operation: 'multiget of 100, P pages', ask: () => multiget(own, hundred), cold: (pages) => pages, warm: 1, fresh: 0 },
  { operation: 'query of a month', ask: () => query(own, '20260301T000000Z', '20260401T000000Z'), cold: 2, warm: 2, fresh: 0, note: 'the calendar\'s time zone, and the events' },
  { operation: 'GET', ask: () => get(object(1)), cold: 1, warm: 1, fresh: 0 },
  { operation: 'PUT new', ask: (_, round) => put(`${own}new${round}.ics`, eventText(`new${round}`), { 'If-None-Match': '*' }), cold: 4, warm: 4, fresh: 3, note: 'the time zone, whether UID and name are free, and the import, which would overwrite' },
  { operation: 'PUT changed, If-Match', ask: (known, round) => put(object(1 + round), eventText(`e${1 + round}`, { summary: 'Changed' }), match(known, object(1 + round))), cold: 3, warm: 2, fresh: 1, note: 'the time zone; cold also what is stored' },
  { operation: 'PUT changed, guests told', ask: (known, round) => put(object(4 + round), eventText(`e${4 + round}`, { lines: guests }), match(known, object(4 + round))), cold: 3, warm: 2, fresh: 1, note: 'the same' },
  { operation: 'DELETE, If-Match', ask: (known, round) => remove(object(7 + round), match(known, object(7 + round))), cold: 2, warm: 1, fresh: 1, note: 'cold also what is stored' },
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
      await service.rest(ME, 'PATCH', `/calendars/${ME}/events/${eventIdOf(eventUid(`e${index % size}`))}`, { summary: `Changed in step ${step}, ${index}` })
    }
  }

  /** Counted by the emulator. */
  async function callsOf(gateway: Replica, ask: Ask): Promise<number> {
    service.emulator.resetCalls()
    const answer = await gateway.ask(...ask)
    expect(answer.status, answer.text).toBeLessThan(ask[1] === '/unknown' || ask[2].body === '<broken' ? 500 : 300)
    return service.emulator.calls().reduce((sum, { count }) => sum + count, 0)
  }

  test.each(rows.map((row) => [row.operation, row] as const))('%s', { timeout: 60_000 }, async (_title, { ask, cold, warm: most, fresh, changes = 0 }) => {
    service.step(step += 1)
    const known = await learn()
    await changeDirectly(changes)
    service.step(step += 1)
    const counted = { cold: await callsOf(replica(), ask(known, 0)), warm: await callsOf(warm, ask(known, 1)), fresh: 0 }
    await learn()
    counted.fresh = await callsOf(warm, ask(known, 2))
    const pages = Math.ceil(size / PAGE)
    expect(counted).toEqual({ cold: typeof cold === 'number' ? cold : cold(pages), warm: most, fresh })
  })
})

test('the README has the same table', () => {
  const cells = ({ operation, cold, warm, fresh, note }: Row): readonly string[] => [operation, typeof cold === 'number' ? String(cold) : cold(2) === 2 ? 'P' : 'P + 1', String(warm), String(fresh), note ?? '']
  const lines = [['operation', 'cold', 'warm', 'within the window', 'what for'], ['---', '---:', '---:', '---:', '---'], ...rows.map(cells)]
  expectInReadme('calls', `\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n\n`)
})
