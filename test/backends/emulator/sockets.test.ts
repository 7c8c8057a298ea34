/** The emulator behind a real socket: faults that only a connection can show. */

import { afterAll, beforeAll, expect, it } from 'vitest'

import { listenClear } from '../../../src/server/listen.ts'
import { anna, events, hourAt, testEmulator, type Json } from './client.ts'

const emulator = testEmulator()
let listener: Awaited<ReturnType<typeof listenClear>>
beforeAll(async () => {
  listener = await listenClear({ fetch: emulator.fetch, hosts: ['127.0.0.1'], port: 0 })
})
afterAll(async () => {
  await listener.close(0)
  emulator.close()
})

const call = (method: string, body?: object): Promise<Response> => fetch(`http://127.0.0.1:${listener.port}/calendar/v3${events}`, {
  method, headers: { authorization: `Bearer test:${anna}` }, body: body === undefined ? null : JSON.stringify(body),
})
const summaries = async (): Promise<string[]> => (await (await call('GET')).json() as Json).items.map(({ summary }: Json) => summary)

it('a dropped connection: no answer, and nothing was done', async () => {
  await emulator.control('POST', 'faults', { dropConnection: true })
  await expect(call('POST', hourAt('2026-03-10T10:00:00Z', { summary: 'dropped' }))).rejects.toThrow('fetch failed')
  expect(await summaries()).toEqual([])
})

it('a body cut short: a whole answer of HTTP, with JSON that breaks off, to a call that was done', async () => {
  await emulator.control('POST', 'faults', { method: 'POST', truncateBody: 20 })
  const answer = await call('POST', hourAt('2026-03-10T10:00:00Z', { summary: 'cut' }))
  expect([answer.status, (await answer.text()).length]).toEqual([200, 20])
  expect(await summaries()).toEqual(['cut'])
})
