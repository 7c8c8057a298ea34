/** How many calls each operation costs, and what happens when one of them fails. */

import { describe, expect, test } from 'vitest'
import { calendarId, eventUid, instant } from '../../../src/calendar/identifiers.ts'
import { content, daily, guest, addressOf, nameOf, readOne, single, zoned } from '../contract.ts'
import { collect } from '../collect.ts'
import { open, refusal } from './open.ts'
import type { StoredSeries, WriteOptions } from '../../../src/calendar/backend.ts'
import type { Opened } from './open.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const events = `/calendars/${anna}/events`
const always: WriteOptions = { condition: { kind: 'always' }, notify: 'nobody' }
const a = nameOf('a.ics')

async function counted(opened: Opened, run: () => Promise<unknown>): Promise<number> {
  opened.forget()
  await run()
  return opened.calls.length
}

describe('calls', () => {
  test('per operation', async () => {
    const opened = open()
    const session = opened.session(anna)
    await session.put(home, nameOf('warm.ics'), single('warm'), always)
    let stored: StoredSeries | undefined
    const known = (): WriteOptions => ({ ...always, ...(stored ? { known: stored } : {}) })
    const count = async (run: () => Promise<unknown>): Promise<number> => counted(opened, run)
    expect(await count(async () => { stored = await session.put(home, a, single('a'), { ...always, known: 'absent' }) }), 'new').toBe(1)
    expect(await count(async () => { stored = await session.put(home, a, single('a', { summary: 'B' }), known()) }), 'changed').toBe(1)
    expect(await count(async () => { stored = await session.put(home, a, daily('a'), known()) }), 'made a series').toBe(1)
    expect(await count(async () => { await session.put(home, a, daily('a'), known()) }), 'the same').toBe(0)
    expect(await count(() => session.state(home)), 'poll').toBe(1)
    const { token } = await session.state(home)
    expect(await count(() => session.changes(home, token)), 'changes').toBe(1)
    expect(await count(() => session.changes(home, undefined)), 'everything').toBe(1)
    expect(await count(() => collect(session.tags(home))), 'names and versions').toBe(1)
    expect(await count(() => collect(session.objects(home))), 'objects').toBe(1)
    expect(await count(() => readOne(session, home, a)), 'one').toBe(1)
    expect(await count(() => session.objectsByName(home, Array.from({ length: 100 }, (_, at) => nameOf(`${at}.ics`)))), 'a hundred').toBe(1)
    expect(await count(() => session.nameOf(home, eventUid('a'))), 'name of a UID').toBe(1)
    expect(await count(() => session.calendars()), 'calendars').toBe(1)
    expect(await count(() => session.freeBusy(Array.from({ length: 50 }, (_, at) => addressOf(`p${at}@example.com`)), { from: instant(0), to: instant(1000) })), 'busy times').toBe(1)
    expect(await count(() => session.remove(home, a, known())), 'removed').toBe(1)
    opened.close()
  })

  test('changes of a handful of series cost a call each, of many the pages of the calendar', async () => {
    const opened = open()
    const session = opened.session(anna)
    for (let at = 0; at < 8; at += 1) await session.put(home, nameOf(`${at}.ics`), daily(String(at)), always)
    let { token } = await session.state(home)
    for (const at of [1, 2, 3]) await session.put(home, nameOf(`${at}.ics`), daily(String(at), { master: { summary: 'New' } }), always)
    expect(await counted(opened, async () => { expect((await session.changes(home, token)).changed).toHaveLength(3) })).toBe(4)
    token = (await session.state(home)).token
    for (let at = 0; at < 8; at += 1) await session.put(home, nameOf(`${at}.ics`), daily(String(at), { master: { summary: 'Newer' } }), always)
    expect(await counted(opened, async () => { expect((await session.changes(home, token)).changed).toHaveLength(8) })).toBe(2)
    opened.close()
  })

  test('a listing asks for the largest pages, and for the next one before it hands out the last', async () => {
    const opened = open({ pageSize: 2 })
    const session = opened.session(anna)
    for (let at = 0; at < 5; at += 1) await session.put(home, nameOf(`${at}.ics`), single(String(at)), always)
    opened.forget()
    const listing = session.objects(home)[Symbol.asyncIterator]()
    await listing.next()
    expect(opened.calls).toHaveLength(2)
    expect(opened.calls.every((call) => call.includes('maxResults=2500'))).toBe(true)
    expect(await listing.return?.(undefined)).toMatchObject({ done: true })
    opened.close()
  })

  test('a range is read as such, and series in it as a whole', async () => {
    const opened = open()
    const session = opened.session(anna)
    await session.put(home, nameOf('old.ics'), single('old', { start: zoned('2020-01-01T12:00:00'), end: zoned('2020-01-01T13:00:00') }), always)
    await session.put(home, a, daily('a', { overrides: { '2026-03-12T11:00:00Z': { start: zoned('2026-09-01T12:00:00'), end: zoned('2026-09-01T13:00:00') } } }), always)
    opened.forget()
    const range = { from: instant(Date.parse('2026-03-10T00:00:00Z')), to: instant(Date.parse('2026-03-11T00:00:00Z')) }
    const [only, ...others] = await collect(session.objects(home, range))
    expect(others).toEqual([])
    expect(only && 'series' in only && only.series.kind === 'recurring' && only.series.overrides.size).toBe(1)
    expect(opened.calls).toHaveLength(2)
    const moved = { from: instant(Date.parse('2026-09-01T00:00:00Z')), to: instant(Date.parse('2026-09-02T00:00:00Z')) }
    expect((await collect(session.objects(home, moved))).map((one) => one.name)).toEqual(['a.ics'])
    opened.close()
  })
})

describe('failures', () => {
  test.each([[503, 'backendError', 'unavailable'], [429, 'rateLimitExceeded', 'rate-limited'], [403, 'quotaExceeded', 'rate-limited'], [500, '', 'unavailable']])(
    'a passing fault (%i %s) is never told as gone', async (status, reason, fault) => {
      const opened = open()
      const session = opened.session(anna)
      await session.put(home, a, single('a'), always)
      opened.fault = () => refusal(status, reason)
      const reads = [() => session.objectsByName(home, [a]), () => session.changes(home, undefined), () => collect(session.objects(home)), () => session.state(home), () => session.calendars(), () => session.remove(home, a, always)]
      for (const read of reads) await expect(read()).rejects.toMatchObject({ fault })
      opened.close()
    })

  test('a listing that breaks off throws, and does not end', async () => {
    const opened = open({ pageSize: 1 })
    const session = opened.session(anna)
    for (const name of ['a', 'b', 'c']) await session.put(home, nameOf(`${name}.ics`), single(name), always)
    opened.fault = ({ url }) => (url.includes('pageToken') ? refusal(503, 'backendError') : undefined)
    const seen: string[] = []
    const reading = (async () => { for await (const batch of session.tags(home)) seen.push(...batch.map(({ name }) => name)) })()
    await expect(reading).rejects.toMatchObject({ fault: 'unavailable' })
    expect(seen).toHaveLength(1)
    opened.close()
  })

  test('a token that is too old starts the reader again (RFC 6578 §3.2)', async () => {
    const opened = open()
    const session = opened.session(anna)
    const { token } = await session.state(home)
    opened.fault = ({ url }) => (url.includes('updatedMin') ? refusal(410, 'updatedMinTooLongAgo') : undefined)
    expect(await session.changes(home, token), 'nothing has changed').toMatchObject({ changed: [], removed: [], next: token })
    await session.put(home, a, single('a'), always)
    await expect(session.changes(home, token)).rejects.toMatchObject({ fault: 'invalid-token' })
    opened.close()
  })

  test('more bare tombstones than can be looked at start the reader again', async () => {
    const opened = open({ switches: { deletedInLists: 'bare' } })
    const session = opened.session(anna)
    for (let at = 0; at < 11; at += 1) await session.put(home, nameOf(`${at}.ics`), single(String(at)), always)
    const { token } = await session.state(home)
    for (let at = 0; at < 11; at += 1) await session.remove(home, nameOf(`${at}.ics`), always)
    await expect(session.changes(home, token)).rejects.toMatchObject({ fault: 'invalid-token' })
    opened.close()
  })

  test('a UID that the service keeps for a deleted event: another event with it, or a refusal by name', async () => {
    const opened = open({ switches: { importOfDeleted: 'duplicate', undelete: 'forbidden' } })
    const session = opened.session(anna)
    await session.put(home, a, single('a'), always)
    await session.remove(home, a, always)
    await expect(session.put(home, a, single('a'), always)).rejects.toMatchObject({ fault: 'rejected', precondition: 'no-uid-conflict' })
    const [row] = (await opened.api(anna, 'GET', `${events}?showDeleted=true`)).items
    opened.fault = ({ method, url }) => (method === 'POST' && url.includes('/events?')
      ? { status: 200, headers: {}, body: JSON.stringify({ ...row, id: 'fresh', status: 'confirmed', summary: 'Lunch' }) } : undefined)
    expect((await session.put(home, a, single('a'), always)).series.uid).toBe('a')
    opened.close()
  })

  test('a deleted event that comes back has nothing of what it was', async () => {
    for (const importOfDeleted of ['revives', 'duplicate'] as const) {
      const opened = open({ switches: { importOfDeleted } })
      const session = opened.session(anna)
      await session.put(home, a, daily('a', { master: { location: 'Park', color: 'plum', attendees: [guest('ben@example.com')] }, cancelled: ['2026-03-11T11:00:00Z'] }), always)
      await session.remove(home, a, always)
      const stored = await session.put(home, a, single('a'), always)
      expect(content({ ...stored.series } as never)).toMatchObject({ kind: 'single', event: { attendees: [], summary: 'Lunch' } })
      expect(stored.series).not.toHaveProperty('event.location')
      expect(stored.series).not.toHaveProperty('event.color')
      opened.close()
    }
  })

  test.each([
    ['a UID that is too long', single('x'.repeat(640)), 'valid-calendar-object-resource'],
    ['instances of several days without their series', { kind: 'detached', uid: eventUid('d'), overrides: daily('d', { overrides: { '2026-03-12T11:00:00Z': {}, '2026-03-13T11:00:00Z': {} } }).overrides } as const, 'valid-calendar-object-resource'],
  ])('%s is refused by name, and nothing is written', async (_title, series, precondition) => {
    const opened = open()
    await expect(opened.session(anna).put(home, nameOf('x.ics'), series, always)).rejects.toMatchObject({ fault: 'rejected', precondition })
    expect(opened.writes()).toEqual([])
    opened.close()
  })

  test('one event of an unknown shape hides nothing, and is not overwritten', async () => {
    const opened = open()
    const session = opened.session(anna)
    await session.put(home, a, single('a'), always)
    await session.put(home, nameOf('b.ics'), single('b'), always)
    const spoil = async (request: Parameters<NonNullable<Opened['fault']>>[0]) => {
      const path = decodeURIComponent(request.url.slice(request.url.indexOf('/calendars')))
      const answer = await opened.api(anna, 'GET', path)
      const items = answer.items.map((item) => (item['iCalUID'] === 'a' ? { ...item, start: { moment: 5 } } : item))
      return { status: 200, headers: {}, body: JSON.stringify({ ...answer, items }) }
    }
    const query = `${events}?maxResults=2500`
    const spoiled = await spoil({ method: 'GET', url: query.slice(query.indexOf('/calendars')), headers: {} })
    opened.fault = ({ method }) => (method === 'GET' ? spoiled : undefined)
    expect((await collect(session.objects(home))).map((one) => ('kind' in one ? `${one.name} ${one.reason}` : one.name)).sort()).toEqual(['a.ics a time has neither date nor dateTime', 'b.ics'])
    expect((await session.objectsByName(home, [a])).get(a)).toMatchObject({ kind: 'unavailable' })
    await expect(session.put(home, a, single('a', { summary: 'B' }), always)).rejects.toMatchObject({ fault: 'forbidden' })
    expect(opened.writes()).toHaveLength(2)
    opened.close()
  })
})
