/** What a calendar costs that is held: the heap before and after. A process of its own, with `--expose-gc`: `node --expose-gc bench/memory.ts <events>`. */

import { cachedBackend } from '../src/backends/cached.ts'
import type { Told } from '../src/backends/cached/entries.ts'
import { CalendarObjects } from '../src/backends/cached/objects.ts'
import { Meter } from '../src/backends/cached/settings.ts'
import { createEmulator } from '../src/backends/emulator/index.ts'
import { backends } from '../src/backends/index.ts'
import { escapedCalendarData } from '../src/caldav/render.ts'
import type { StoredSeries } from '../src/calendar/backend.ts'
import { calendarId, emailAddress } from '../src/calendar/identifiers.ts'
import type { CalendarId } from '../src/calendar/identifiers.ts'
import { middle } from './measure.ts'
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
const post = (path: string, body: object) => emulator.transport({
  method: 'POST', url: `http://127.0.0.1${path}`, headers: { 'authorization': `Bearer test:${account.address}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
})
async function makeCalendar(id: string, count: number): Promise<CalendarId> {
  await post('/_control/calendars', { owner: account.address, id, summary: 'held' })
  for (let number = 0; number < count; number += 1) await post(`/calendar/v3/calendars/${encodeURIComponent(id)}/events/import`, restEvent(number, id))
  return calendarId(id)
}
const [other, id] = [await makeCalendar('other@example.org', 3000), await makeCalendar('held@example.org', size)]

const { create, apiUrl, tokenUrl } = backends.emulator

/** What is at hand of whichever series were read last is the same afterwards. */
async function readOther(): Promise<void> {
  const session = create({ transport: emulator.transport, apiUrl, tokenUrl }).session({ address: emailAddress(account.address)! })
  for await (const batch of session.objects(other)) void batch
}

/** @returns bytes for each event */
async function heldFor(maxBytes: number, prepare: (stored: StoredSeries) => void): Promise<{ readonly measured: number; readonly estimated: number }> {
  const cached = cachedBackend(create({ transport: emulator.transport, apiUrl, tokenUrl }), { maxBytes, freshnessMs: 3_600_000, prepare })
  const session = cached.session({ address: emailAddress(account.address)! })
  await session.calendar(id)
  await readOther()
  const before = heldBytes()
  for await (const batch of session.objects(id)) void batch
  await readOther()
  return { measured: (heldBytes() - before) / size, estimated: cached.stats().bytes / size }
}

/** The same for a calendar of which nothing is held but the tags. */
async function heldByTag(): Promise<number> {
  const session = create({ transport: emulator.transport, apiUrl, tokenUrl }).session({ address: emailAddress(account.address)! })
  const objects = new CalendarObjects({ freshnessMs: 0, now: Date.now, maxCalendarBytes: 0, meter: new Meter(), prepare: undefined, learnt: { listingsTellState: true } })
  await readOther()
  const before = heldBytes()
  const told: Told[] = []
  for await (const batch of session.tags(id)) told.push(...batch.map((tag) => ({ name: tag.name, tag, body: undefined })))
  objects.replaceAll(told.splice(0), undefined, 0)
  await readOther()
  const measured = heldBytes() - before
  if (objects.bytes < size) throw new Error('the tags are held no more')
  return measured / size
}

const room = 2 ** 31
// Once for the code, which is there from then on.
await heldFor(room, escapedCalendarData)
const { measured: series } = await heldFor(room, () => {})
const { measured: text, estimated } = await heldFor(room, escapedCalendarData)
const readings: number[] = []
for (let reading = 0; reading < 7; reading += 1) readings.push(await heldByTag())
const tags = middle(readings)
process.stdout.write(JSON.stringify({ tags, series, text, estimated }))
