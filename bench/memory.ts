/** What a calendar costs that is held: the heap before and after. A process of its own, with `--expose-gc`: `node --expose-gc bench/memory.ts <events>`. */

import { cachedBackend } from '../src/backends/cached.ts'
import { createEmulator } from '../src/backends/emulator/index.ts'
import { backends } from '../src/backends/index.ts'
import { escapedCalendarData } from '../src/caldav/render.ts'
import { calendarId, emailAddress } from '../src/calendar/identifiers.ts'
import { account, restEvent } from './sample.ts'

const size = Number(process.argv[2])
const collect = (globalThis as { gc?: () => void }).gc ?? (() => { throw new Error('run with --expose-gc') })

function heldBytes(): number {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const emulator = createEmulator({ control: true })
const id = 'held@example.org'
const post = (path: string, body: object) => emulator.transport({
  method: 'POST', url: `http://127.0.0.1${path}`, headers: { 'authorization': `Bearer test:${account.address}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
})
await post('/_control/calendars', { owner: account.address, id, summary: 'held' })
for (let number = 0; number < size; number += 1) await post(`/calendar/v3/calendars/${encodeURIComponent(id)}/events/import`, restEvent(number, id))

const { create, apiUrl, tokenUrl } = backends.emulator
const cached = cachedBackend(create({ transport: emulator.transport, apiUrl, tokenUrl }), { maxBytes: 2 ** 30, freshnessMs: 3_600_000 })
const session = cached.session({ address: emailAddress(account.address)! })
await session.calendar(calendarId(id))
const before = heldBytes()
for await (const each of session.objects(calendarId(id))) if ('series' in each) void each
const withModel = heldBytes()
for await (const each of session.objects(calendarId(id))) if ('series' in each) escapedCalendarData(each)
const withText = heldBytes()
process.stdout.write(JSON.stringify({ model: (withModel - before) / size, text: (withText - before) / size, estimated: cached.stats().bytes / size }))
