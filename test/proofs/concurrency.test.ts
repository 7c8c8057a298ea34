/** Many at once: no update is lost, equal reads are one call, and what was written is seen. */

import { describe, expect, test } from 'vitest'
import { eventText, get, list, multiget, poll, put, query, sync } from './requests.ts'
import type { Ask } from './requests.ts'
import { CALENDAR } from './operations.ts'
import { expectStatus, ME, openReplica, openService } from './service.ts'
import type { Answer, Replica, Service } from './service.ts'
import { HOME, TEAM } from './world.ts'

const one = `${CALENDAR}one.ics`
const WRITERS = 16

async function open(replicas: number, freshnessMs = 0): Promise<{ readonly service: Service; readonly gateways: readonly Replica[] }> {
  const service = openService()
  const gateways = Array.from({ length: replicas }, () => openReplica(service, { freshnessMs }))
  expectStatus(await gateways[0]!.ask(...put(one, eventText('one', { summary: 'none' }))), 201)
  return { service, gateways }
}

const summaryIn = ({ text }: Answer): string => /\r\nSUMMARY:(.*)\r\n/.exec(text)![1]!
const atOnce = (service: Service, count: number, run: (index: number) => Promise<Answer>): Promise<readonly Answer[]> => {
  // Each call ends in another turn of the event loop, so that requests are under way together as they are over a network.
  service.between = async (request, proceed) => {
    await new Promise(setImmediate)
    const answer = await proceed(request)
    await new Promise(setImmediate)
    return answer
  }
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)))
}

describe.each([1, 3])('writers with If-Match at %i gateways', (replicas) => {
  test('of sixteen that know the same version one succeeds, the others get 412 (RFC 9110 §13.1.1)', async () => {
    const { service, gateways } = await open(replicas)
    const { etag } = (await gateways[0]!.ask(...get(one))).headers
    const answers = await atOnce(service, WRITERS, (index) => gateways[index % replicas]!.ask(...put(one, eventText('one', { summary: `by ${index}` }), { 'If-Match': etag! })))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: WRITERS - 1 }, () => 412)])
    for (const gateway of gateways) expect(summaryIn(await gateway.ask(...get(one)))).toBe(`by ${answers.findIndex(({ status }) => status === 204)}`)
    service.close()
  })

  test('sixteen that each add a line to what they read, and read again after a 412, lose none', async () => {
    const { service, gateways } = await open(replicas)
    const append = async (index: number): Promise<Answer> => {
      for (;;) {
        const read = await gateways[index % replicas]!.ask(...get(one))
        const body = eventText('one', { summary: `${summaryIn(read)} ${index}`.replace('none ', '') })
        const written = await gateways[index % replicas]!.ask(...put(one, body, { 'If-Match': read.headers['etag']! }))
        if (written.status !== 412) return written
      }
    }
    const answers = await atOnce(service, WRITERS, append)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204))
    const history = summaryIn(await gateways[0]!.ask(...get(one))).split(' ').map(Number)
    expect(history.sort((a, b) => a - b)).toEqual(Array.from({ length: WRITERS }, (_, index) => index))
    service.close()
  })

  test('sixteen that create the same object: one makes it, the others get 412', async () => {
    const { service, gateways } = await open(replicas)
    const answers = await atOnce(service, WRITERS, (index) => gateways[index % replicas]!.ask(...put(`${CALENDAR}new.ics`, eventText('new', { summary: `by ${index}` }), { 'If-None-Match': '*' })))
    const made = answers.filter(({ status }) => status === 201).length
    expect(made).toBe(1)
    for (const { status } of answers) expect([201, 412]).toContain(status)
    service.close()
  })
})

describe('a hundred equal reads at once', () => {
  const team = `${HOME}${TEAM}/`
  test.each<readonly [string, Ask, number]>([
    ['polls', poll(CALENDAR), 1],
    ['GETs', get(one), 1],
    ['first synchronisations', sync(CALENDAR), 1],
    ['listings', list(CALENDAR), 2],
    ['multigets', multiget(CALENDAR, [one]), 1],
    ['queries', query(CALENDAR, '20260901T000000Z', '20261001T000000Z'), 2],
    ['polls of a calendar that is not the own one', poll(team), 2],
  ])('%s make no more calls than one', async (_title, ask, most) => {
    const { service, gateways: [warm] } = await open(1)
    await service.rest(ME, 'POST', '/_control/calendars', { owner: ME, id: TEAM, summary: 'Team' })
    for (const [title, gateway] of [['warm', warm!], ['cold', openReplica(service)]] as const) {
      const alone = openReplica(service)
      const before = service.calls.length
      await alone.ask(...ask)
      const callsOfOne = service.calls.length - before
      service.calls.length = 0
      const answers = await atOnce(service, 100, () => gateway.ask(...ask))
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, title).toBe(1)
      expect(answers[0]!.status, title).toBeLessThan(300)
      expect(service.calls.length, `${title}: ${service.calls.join('\n')}`).toBeLessThanOrEqual(callsOfOne)
      expect(callsOfOne).toBeLessThanOrEqual(most)
      service.between = undefined
    }
    service.close()
  })
})

describe('a write is seen', () => {
  const WINDOW_MS = 2000
  test.each([0, WINDOW_MS])('at once by the gateway that took it, with a window of %i ms', async (freshnessMs) => {
    const { service, gateways: [gateway] } = await open(1, freshnessMs)
    for (const summary of ['a', 'b', 'c']) {
      expectStatus(await gateway!.ask(...get(one)), 200)
      expectStatus(await gateway!.ask(...put(one, eventText('one', { summary }))), 204)
      expect(summaryIn(await gateway!.ask(...get(one)))).toBe(summary)
      expect((await gateway!.ask(...query(CALENDAR, '20260901T000000Z', '20261001T000000Z'))).text).toContain(`SUMMARY:${summary}`)
    }
    service.close()
  })

  test.each([0, WINDOW_MS])('by any other gateway, at the latest after the window of %i ms', async (freshnessMs) => {
    const { service, gateways: [taker, other] } = await open(2, freshnessMs)
    for (const summary of ['a', 'b', 'c']) {
      await other!.ask(...get(one))
      await other!.ask(...list(CALENDAR))
      expectStatus(await taker!.ask(...put(one, eventText('one', { summary }))), 204)
      service.now += freshnessMs
      expect(summaryIn(await other!.ask(...get(one)))).toBe(summary)
    }
    service.close()
  })

  test('within the window another gateway may tell the older state, but never a mixture: the token it tells leads on to the change', async () => {
    const { service, gateways: [taker, other] } = await open(2, WINDOW_MS)
    const first = await other!.ask(...sync(CALENDAR))
    await taker!.ask(...put(one, eventText('one', { summary: 'later' })))
    const within = await other!.ask(...sync(CALENDAR))
    expect(within.text).toBe(first.text)
    const token = /<D:sync-token>(.*?)<\/D:sync-token>/.exec(within.text)![1]!
    service.now += WINDOW_MS
    expect((await other!.ask(...sync(CALENDAR, token))).text).toContain('one.ics')
    service.close()
  })
})
