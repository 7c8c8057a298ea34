import { afterEach, describe, expect, test, vi } from 'vitest'
import { CALENDAR, eventText, openGateway, propfindOf, putEvent } from './gateway.ts'
import { takingTurns } from '../../src/caldav/turns.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('long work', () => {
  test('goes on at once until a piece is full, then everybody else has a turn', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const turn = takingTurns()
    const others = vi.fn()
    vi.advanceTimersByTime(9)
    expect(turn()).toBeUndefined()
    vi.advanceTimersByTime(1)
    setImmediate(others)
    await turn()
    expect(others).toHaveBeenCalled()
    expect(turn()).toBeUndefined()
  })

  const filter = (inside: string) => `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${inside}</C:comp-filter></C:comp-filter></C:filter>`
  const report = (name: string, inside: string) => `<C:${name} xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${inside}</C:${name}>`
  const none = '<C:prop-filter name="SUMMARY"><C:text-match>none</C:text-match></C:prop-filter>'
  const range = '<C:time-range start="20260901T000000Z" end="20261001T000000Z"/>'

  test.each([
    ['GET', 'GET', {}],
    ['PROPFIND', 'PROPFIND', { headers: { Depth: '1' }, body: propfindOf('{DAV:}getetag') }],
    ['a query that finds nothing', 'REPORT', { body: report('calendar-query', `<D:prop><D:getetag/></D:prop>${filter(none)}`) }],
    ['free-busy-query', 'REPORT', { body: report('free-busy-query', range) }],
  ])('%s of what is held lets others in, and ends when the client leaves', async (_, method, asked) => {
    const gateway = await openGateway()
    for (const uid of ['a', 'b', 'c']) await putEvent(gateway, `${CALENDAR}${uid}.ics`, eventText(uid))
    await gateway.ask(method, CALENDAR, asked)
    const leaving = new AbortController()
    let looks = 0
    // Each look at the clock finds a piece full; the second one is made when events are worked through, or just before.
    vi.spyOn(performance, 'now').mockImplementation(() => {
      looks += 1
      if (looks === 2) setImmediate(() => leaving.abort())
      return looks * 20
    })
    expect((await gateway.ask(method, CALENDAR, { ...asked, signal: leaving.signal })).status).toBe(408)
    await gateway.close()
  })
})
