/** Long listings: when each page is asked for, and that the pages are those of one listing. */

import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { accessTokens } from '../../../../src/backends/google/calls/auth.ts'
import { createClient } from '../../../../src/backends/google/calls/client.ts'
import { listPages } from '../../../../src/backends/google/reading/pages.ts'
import { calendarId } from '../../../../src/calendar/identifiers.ts'
import { addressOf } from '../../contract.ts'
import type { Page } from '../../../../src/backends/google/reading/pages.ts'
import type { RestRequest, RestResponse } from '../../../../src/backends/transport.ts'

const anna = 'anna@example.com'
const head = '"updated":"2026-03-02T08:00:00.000Z","timeZone":"UTC","accessRole":"owner"'

/** Ahead of the rows, as the service tells it. */
const beginning = (next?: string): string => `{${next === undefined ? '' : `"nextPageToken":"${next}",`}${head},"items":[`
const page = (id: string, next?: string): string => `${beginning(next)}{"id":"${id}","iCalUID":"${id}","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}}]}`

interface Call {
  readonly token: string | null
  begin(text: string): void
  answer(body: string): void
}

/** A service whose answers come when the test says so. */
function service() {
  const calls: Call[] = []
  const transport = (request: RestRequest): Promise<RestResponse> => {
    if (request.url.endsWith('/token')) return Promise.resolve({ status: 200, headers: {}, body: '{"access_token":"t"}' })
    return new Promise((resolve) => {
      calls.push({
        token: new URL(request.url).searchParams.get('pageToken'), begin: (text) => request.onBeginning?.(text),
        answer: (body) => { resolve({ status: 200, headers: {}, body }) },
      })
    })
  }
  const tokens = accessTokens({ transport, tokenUrl: 'https://service.test/token', now: () => 0 })
  const client = createClient({ transport, apiUrl: 'https://service.test', tokens, identity: { address: addressOf(anna), refreshToken: 'r' }, pause: async () => {}, random: () => 0 })
  const pages = listPages({ client, calendar: calendarId(anna), address: addressOf(anna), remember: () => {}, remembered: () => undefined }, {})
  const asked = async (): Promise<readonly (string | null)[]> => {
    await turn()
    return calls.map(({ token }) => token)
  }
  return { calls, pages, asked }
}

const idsOf = ({ value }: IteratorResult<Page>): readonly string[] => (value as Page).rows.flatMap((row) => (row.kind === 'read' ? row.event.id : []))

describe('a listing of several pages', () => {
  test('asks for the next page as soon as the answer begins, and for the one behind it when somebody waits for it', async () => {
    const { calls, pages, asked } = service()
    const first = pages.next()
    expect(await asked()).toEqual([null])
    calls[0]!.begin(beginning('two'))
    expect(await asked(), 'the first one is still coming').toEqual([null, 'two'])
    calls[1]!.begin(beginning('three'))
    calls[1]!.answer(page('b', 'three'))
    calls[0]!.answer(page('a', 'two'))
    expect(idsOf(await first)).toEqual(['a'])
    expect(await asked(), 'no more than one page waits').toEqual([null, 'two'])
    expect(idsOf(await pages.next())).toEqual(['b'])
    expect(await asked()).toEqual([null, 'two', 'three'])
    calls[2]!.answer(page('c'))
    expect(idsOf(await pages.next())).toEqual(['c'])
    expect((await pages.next()).done).toBe(true)
  })

  test.each([
    ['where the beginning tells nothing', '{"items":[{"id":"a"'],
    ['where it is cut within the token', '{"nextPageToken":"tw'],
    ['where an event has a member of that name', '{"items":[{"extendedProperties":{"private":{"nextPageToken":"none"'],
  ])('asks for it when the answer is whole %s', async (_title, text) => {
    const { calls, pages, asked } = service()
    const first = pages.next()
    await asked()
    calls[0]!.begin(text)
    expect(await asked()).toEqual([null])
    calls[0]!.answer(page('a', 'two'))
    expect(idsOf(await first)).toEqual(['a'])
    expect(await asked()).toEqual([null, 'two'])
  })

  test.each([['another token', 'other'], ['the same token', 'two']])('goes by the answer where it broke off and has %s the second time', async (_title, token) => {
    const { calls, pages, asked } = service()
    const first = pages.next()
    await asked()
    calls[0]!.begin(beginning('two'))
    calls[0]!.answer(beginning('two'))
    expect(await asked(), 'the page that was promised, and the first one again').toEqual([null, 'two', null])
    calls[1]!.answer(page('before the change'))
    calls[2]!.begin(beginning(token))
    calls[2]!.answer(page('a', token))
    expect(idsOf(await first)).toEqual(['a'])
    const second = pages.next()
    expect(await asked()).toEqual([null, 'two', null, token])
    calls[3]!.answer(page('after the change'))
    expect(idsOf(await second)).toEqual(['after the change'])
    expect((await pages.next()).done).toBe(true)
  })

  test('ends with its last page whatever the beginning promised', async () => {
    const { calls, pages, asked } = service()
    const first = pages.next()
    await asked()
    calls[0]!.begin(beginning('two'))
    await asked()
    calls[0]!.answer(page('a'))
    calls[1]!.answer(page('x'))
    expect(idsOf(await first)).toEqual(['a'])
    expect((await pages.next()).done).toBe(true)
  })

  test('fails with the page that cannot be read, whatever becomes of the one behind it', async () => {
    const { calls, pages, asked } = service()
    const first = pages.next()
    await asked()
    calls[0]!.begin(beginning('two'))
    await asked()
    calls[1]!.answer('{"error":"none"}')
    calls[0]!.answer('{"items":1}')
    await expect(first).rejects.toMatchObject({ fault: 'unavailable' })
  })
})
