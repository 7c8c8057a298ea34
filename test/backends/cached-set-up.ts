/** What the tests of the cache have in common. */

import { cachedBackend } from '../../src/backends/cached.ts'
import type { CalendarSession, StoredSeries, Unavailable } from '../../src/calendar/backend.ts'
import { newEvent } from '../new-event.ts'
import type { EventSeries } from '../../src/calendar/event.ts'
import { calendarId, emailAddress, eventUid, instant, objectName } from '../../src/calendar/identifiers.ts'
import type { ObjectName } from '../../src/calendar/identifiers.ts'
import { MemoryBackend } from './memory.ts'
import type { MemoryTraits } from './memory.ts'

export const anna = { address: emailAddress('anna@example.org')! }
export const home = calendarId('home')
export const work = calendarId('work')
export const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => objectName(`${letter}.ics`)!)
const plainTraits: MemoryTraits = { tellsUpdated: false, tellsSeries: false, tellsState: true, isTerse: false }
export const always = { condition: { kind: 'always' }, notify: 'nobody' } as const

export function series(name: ObjectName, summary: string): EventSeries {
  return { kind: 'single', uid: eventUid(name), event: newEvent({ start: { kind: 'utc', at: instant(0) }, end: { kind: 'utc', at: instant(3_600_000) }, summary }) }
}

/** A cache over a backend in memory, with its clock in the test's hand, and a second session that goes past the cache. */
export function setUp({ freshnessMs = 2000, maxBytes = 10_000_000, traits = plainTraits }: { freshnessMs?: number; maxBytes?: number; traits?: Partial<MemoryTraits> } = {}) {
  const inner = new MemoryBackend([home, work], { ...plainTraits, ...traits })
  const clock = { now: 0 }
  const backend = cachedBackend(inner, { maxBytes, freshnessMs, now: () => clock.now })
  const callsOf = async (run: () => Promise<unknown>): Promise<string[]> => {
    const before = inner.calls.length
    await run()
    return inner.calls.slice(before)
  }
  return { inner, clock, backend, session: backend.session(anna), outside: inner.session(anna), callsOf }
}

export async function filled(session: CalendarSession, count = names.length): Promise<void> {
  for (const name of names.slice(0, count)) await session.put(home, name, series(name, 'first'), always)
}

export const summaryOf = (body: StoredSeries | Unavailable | undefined): unknown => (body !== undefined && 'series' in body && body.series.kind === 'single' ? body.series.event.summary : body)
export const summaryAt = async (session: CalendarSession, name: ObjectName): Promise<unknown> => summaryOf((await session.objectsByName(home, [name])).get(name))
