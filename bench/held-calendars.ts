/**
 * What a process comes to whose cache may hold so much, after one account after the other has read a calendar. Each account reads the
 * same pages, which are made once, and what it reads is its own: parsed, mapped, its text made, and held. Run as a process of its own:
 * `node --expose-gc bench/held-calendars.ts <MiB> <events of a calendar> <counts of calendars, ascending, with commas>`.
 */

import { cachedBackend } from '../src/backends/cached.ts'
import { createEmulator } from '../src/backends/emulator/index.ts'
import { backends } from '../src/backends/index.ts'
import { escapedCalendarData } from '../src/caldav/render.ts'
import { calendarId, emailAddress } from '../src/calendar/identifiers.ts'
import { shapeHeap } from '../src/heap.ts'
import { keepListings } from './kept-listings.ts'
import { restEvent } from './sample.ts'

/** After so many calendars were read; all in MiB. */
export interface Held {
  readonly calendars: number
  /** What is left of it when all that can be let go of is gone. */
  readonly heap: number
  /** As it is before that. */
  readonly rss: number
  /** As the cache counts it. */
  readonly counted: number
}

shapeHeap()
const [cacheMb = 0, size = 0] = process.argv.slice(2, 4).map(Number)
const counts = process.argv[4]?.split(',').map(Number) ?? []
const collect = (globalThis as { gc?: () => void }).gc ?? (() => { throw new Error('run with --expose-gc') })
const mib = (bytes: number): number => bytes / 2 ** 20

const owner = 'held@example.org'
const emulator = createEmulator({ control: true })
emulator.ensureAccount(owner)
for (let number = 0; number < size; number += 1) {
  await emulator.transport({
    method: 'POST', url: `http://127.0.0.1/calendar/v3/calendars/${owner}/events/import`,
    headers: { 'authorization': `Bearer test:${owner}`, 'content-type': 'application/json' }, body: JSON.stringify(restEvent(number, owner)),
  })
}
const { create, apiUrl, tokenUrl } = backends.emulator
const backend = cachedBackend(create({ transport: keepListings(emulator.transport), apiUrl, tokenUrl }), { maxBytes: cacheMb * 2 ** 20, freshnessMs: 3_600_000, prepare: escapedCalendarData })

/** The owner first: later ones are told from memory what the owner was told. */
async function read(account: number): Promise<void> {
  const address = account === 0 ? owner : `user${account}@example.org`
  emulator.ensureAccount(address)
  let found = 0
  for await (const batch of backend.session({ address: emailAddress(address)! }).objects(calendarId(owner))) found += batch.filter((each) => 'series' in each).length
  if (found !== size) throw new Error(`${found} objects in place of ${size}`)
}

function held(calendars: number): Held {
  const { rss } = process.memoryUsage()
  collect()
  collect()
  return { calendars, heap: mib(process.memoryUsage().heapUsed), rss: mib(rss), counted: mib(backend.stats().bytes) }
}

const told: Held[] = []
for (let calendars = 0; calendars <= Math.max(...counts); calendars += 1) {
  if (calendars > 0) await read(calendars - 1)
  if (counts.includes(calendars)) told.push(held(calendars))
}
process.stdout.write(JSON.stringify(told))
