import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CALENDAR, eventText, HOME, openGateway, propfindOf, putEvent } from '../caldav/gateway.ts'
import type { Answer, Gateway } from '../caldav/gateway.ts'
import { responseAt, responsesIn, treeOf } from '../xml-tree.ts'

const D = (local: string) => `{DAV:}${local}`
const OTHER_DOOR = `${HOME}${HOME.split('/')[3]}/`

let gateway: Gateway
beforeEach(async () => { gateway = await openGateway() })
afterEach(() => gateway.close())

/** Names with their tags, `undefined` for removed ones. */
type Told = readonly (readonly [name: string, etag: string | undefined])[]

interface Page {
  readonly told: Told
  readonly token: string
  readonly more: boolean
}

function report(from: Gateway, at: string, token: string, limit = 0): Promise<Answer> {
  const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>
    ${limit > 0 ? `<D:limit><D:nresults>${limit}</D:nresults></D:limit>` : ''}<D:prop><D:getetag/></D:prop></D:sync-collection>`
  return from.ask('REPORT', at, { headers: { Depth: '0' }, body })
}

function tokenIn(text: string): string {
  const [, ...content] = treeOf(text)
  return content.map((each) => (Array.isArray(each) && each[0] === D('sync-token') ? String(each[1]) : '')).join('')
}

const toldIn = (text: string, at: string): Told => responsesIn(text).filter(({ status }) => status !== 507)
  .map(({ href, status, found }) => [href.slice(at.length), status === 404 ? undefined : String(found[D('getetag')])])

async function page(token: string, { at = CALENDAR, limit = 0 } = {}): Promise<Page> {
  const answer = await report(gateway, at, token, limit)
  if (answer.status !== 207) throw new Error(`${answer.status} ${answer.condition} ${answer.text}`)
  const isMore = responsesIn(answer.text).some(({ href, status, errors }) => status === 507 && href === at && errors[507] === D('number-of-matches-within-limits'))
  return { token: tokenIn(answer.text), told: toldIn(answer.text, at), more: isMore }
}

/** Every page from a token to the end, as a client follows them. */
async function allPages(token: string, limit: number): Promise<Page> {
  const first = await page(token, { limit })
  if (!first.more) return first
  const rest = await allPages(first.token, limit)
  return { ...rest, told: [...first.told, ...rest.told] }
}

const put = (name: string, summary: string) => gateway.ask('PUT', `${CALENDAR}${name}`, { headers: { 'Content-Type': 'text/calendar' }, body: eventText(name, { summary }) })
const remove = (name: string) => gateway.ask('DELETE', `${CALENDAR}${name}`)

async function listing(): Promise<ReadonlyMap<string, string>> {
  const { text } = await gateway.ask('PROPFIND', CALENDAR, { headers: { Depth: '1' }, body: propfindOf(D('getetag')) })
  const members = responsesIn(text).filter(({ href }) => href !== CALENDAR)
  return new Map(members.map(({ href, found }) => [href.slice(CALENDAR.length), String(found[D('getetag')])]))
}

/** What a client holds after it has heard this. */
function after(held: ReadonlyMap<string, string>, told: Told): ReadonlyMap<string, string> {
  const next = new Map(held)
  for (const [name, etag] of told) {
    if (etag === undefined) next.delete(name)
    else next.set(name, etag)
  }
  return next
}

const other = { id: 'other@group.calendar.google.com', summary: 'Other', accessRole: 'owner' } as const
const OTHER = `${HOME}${other.id}/`

interface Client {
  readonly token: string
  readonly members: ReadonlyMap<string, string>
}

/** A client that has followed the tokens; one that is told that its token is no good begins anew. */
async function synced(from: Gateway, at: string, { token, members }: Client): Promise<Client> {
  const { text, status, condition } = await report(from, at, token)
  if (status === 403 && condition === D('valid-sync-token')) return synced(from, at, { token: '', members: new Map() })
  return { token: tokenIn(text), members: after(members, toldIn(text, at)) }
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort()

describe('sync-collection (RFC 6578)', () => {
  test('the first synchronisation is the listing, the next ones what changed (§3.4, §3.5)', async () => {
    await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
    await putEvent(gateway, `${CALENDAR}b.ics`, eventText('b'))
    const first = await page('')
    expect(sorted(after(new Map(), first.told))).toEqual(sorted(await listing()))
    await remove('a.ics')
    await putEvent(gateway, `${CALENDAR}c.ics`, eventText('c'))
    const second = await page(first.token)
    expect([...second.told].sort()).toEqual([['a.ics', undefined], ['c.ics', (await listing()).get('c.ics')]])
    expect(await page(second.token)).toEqual({ told: [], token: second.token, more: false })
  })

  test('the token of the report is the property of the calendar (§4)', async () => {
    await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
    const { token } = await page('')
    const { text } = await gateway.ask('PROPFIND', CALENDAR, { headers: { Depth: '0' }, body: propfindOf(D('sync-token')) })
    expect(responseAt(text, CALENDAR).found[D('sync-token')]).toEqual([token])
  })

  test('a token of one door goes on at the other', async () => {
    await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
    const { token } = await page('')
    await putEvent(gateway, `${CALENDAR}b.ics`, eventText('b'))
    expect((await page(token, { at: OTHER_DOOR })).told.map(([name]) => name)).toEqual(['b.ics'])
  })

  test('whatever happens and however it is paged, a client that follows the tokens holds the listing', async () => {
    const operations = fc.array(fc.record({ name: fc.constantFrom('a.ics', 'b.ics', 'c.ics', 'd.ics'), kind: fc.constantFrom('put', 'remove', 'sync') }), { minLength: 3, maxLength: 10 })
    await fc.assert(fc.asyncProperty(operations, fc.integer({ min: 1, max: 4 }), async (list, limit) => {
      let counter = 0
      let { told, token } = await allPages('', limit)
      let held = after(new Map(), told)
      for (const { name, kind } of [...list, { name: '', kind: 'sync' }]) {
        if (kind === 'put') await put(name, `version ${counter += 1}`)
        else if (kind === 'remove') await remove(name)
        else {
          ({ told, token } = await allPages(token, limit))
          held = after(held, told)
          expect(sorted(held)).toEqual(sorted(await listing()))
        }
      }
    }), { numRuns: 15 })
  })

  test.each(['data:,nonsense', 'https://example.com/sync/1', 'x'])('the token %j is DAV:valid-sync-token (§3.2)', async (token) => {
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:prop><D:getetag/></D:prop></D:sync-collection>`
    expect(await gateway.ask('REPORT', CALENDAR, { body })).toMatchObject({ status: 403, condition: D('valid-sync-token') })
  })

  test('events that leave their calendar, and come back under whatever name, are never left behind under an old one', async () => {
    const calendars = [CALENDAR, OTHER]
    const step = fc.record({
      what: fc.constantFrom('put', 'move', 'move', 'move', 'delete', 'sync'), uid: fc.constantFrom('one', 'two'), to: fc.nat(1), name: fc.constantFrom('x.ics', 'y.ics', 'two.ics'),
    })
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const own = await openGateway()
      await own.addCalendar(other)
      const held = await Promise.all(calendars.map((at) => synced(own, at, { token: '', members: new Map() })))
      const places = new Map<string, string>()
      const former = new Map<string, string>()
      for (const { what, uid, to, name } of steps) {
        const place = places.get(uid)
        const at = calendars[to]!
        // What was moved away leaves no name behind: it comes back by being moved, or under the name that it had.
        const target = `${at}${what === 'put' ? former.get(uid + at) ?? name : name}`
        if (what === 'sync') held[to] = await synced(own, calendars[to]!, held[to]!)
        else if (what === 'put' && place === undefined) {
          const { status } = await own.ask('PUT', target, { headers: { 'Content-Type': 'text/calendar', 'If-None-Match': '*' }, body: eventText(uid) })
          if (status === 201) { places.set(uid, target); former.set(uid + at, target.slice(at.length)) }
        } else if (what === 'move' && place !== undefined) {
          const { status } = await own.ask('MOVE', place, { headers: { Host: 'h', Destination: `https://h${target}`, Overwrite: 'F' } })
          if (status === 201) { places.set(uid, target); former.set(uid + at, target.slice(at.length)) }
        } else if (what === 'delete' && place !== undefined) {
          expect((await own.ask('DELETE', place)).status).toBe(204)
          places.delete(uid)
        }
      }
      for (const [index, at] of calendars.entries()) {
        const { members } = await synced(own, at, held[index]!)
        expect([...members.keys()].sort()).toEqual([...places.values()].filter((place) => place.startsWith(at)).map((place) => place.slice(at.length)).sort())
      }
      await own.close()
    }), { numRuns: 60 })
  })

  test('a fault of the backend is neither an invalid token nor an empty answer', async () => {
    await putEvent(gateway, `${CALENDAR}a.ics`, eventText('a'))
    const { token } = await page('')
    gateway.breakNext('/events', 503, 50)
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:prop><D:getetag/></D:prop></D:sync-collection>`
    expect((await gateway.ask('REPORT', CALENDAR, { body })).status).toBe(503)
  })
})

describe('sync-collection on the home (macOS)', () => {
  test('tells the calendars whose events changed', async () => {
    await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'writer' })
    const names = async (token: string) => {
      const next = await page(token, { at: HOME })
      return { token: next.token, names: next.told.map(([name]) => name) }
    }
    const first = await names('')
    expect(first.names).toEqual(['events/', 'team@group.calendar.google.com/', 'inbox/', 'outbox/'])
    await putEvent(gateway, `${HOME}team@group.calendar.google.com/a.ics`, eventText('a'))
    const second = await names(first.token)
    expect(second.names).toEqual(['team@group.calendar.google.com/'])
    expect(await names(second.token)).toEqual({ token: second.token, names: [] })
    const { text } = await gateway.ask('PROPFIND', HOME, { headers: { Depth: '0' }, body: propfindOf(D('sync-token')) })
    expect(responseAt(text, HOME).found[D('sync-token')]).toEqual([second.token])
  })
})
