/**
 * A name that a client chose is also that of the event whose UID it tells. Where another program moves that event into the calendar, both
 * have one address: no call of the service could refuse it.
 */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import { eventIdOf } from '../../src/backends/google/names.ts'
import { calendarId, emailAddress, eventUid } from '../../src/calendar/identifiers.ts'
import type { Batches, CalendarSession, ObjectTag, StoredSeries } from '../../src/calendar/backend.ts'
import type { CalendarId } from '../../src/calendar/identifiers.ts'
import { collect } from './collect.ts'
import { nameOf, single } from './contract.ts'
import { open } from './google/open.ts'
import type { Opened } from './google/open.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const name = nameOf('a.ics')
const always = { condition: { kind: 'always' }, notify: 'nobody' } as const

let opened: Opened
let warm: CalendarSession
let work: CalendarId
let chosen: StoredSeries

/** A gateway that has forgotten everything. */
const cold = (): CalendarSession => gateway()

function gateway(): CalendarSession {
  const inner = { session: () => opened.session(anna), close: async () => {} }
  return cachedBackend(inner, { maxBytes: 50_000_000, freshnessMs: 0, now: () => 0 }).session({ address: emailAddress(anna)! })
}

async function revisions(listing: Batches<Pick<ObjectTag, 'name'>>): Promise<readonly string[]> {
  return (await collect(listing)).map((item) => `${item.name} ${(item as ObjectTag).revision}`).sort()
}

beforeEach(async () => {
  opened = open()
  warm = gateway()
  work = (await warm.createCalendar({ displayName: 'Work' })).id
  chosen = await warm.put(work, name, single('other'), always)
  await warm.put(home, name, single('a'), always)
  await revisions(warm.objects(work))
  await opened.api(anna, 'POST', `/calendars/${home}/events/${eventIdOf(eventUid('a'))}/move?destination=${encodeURIComponent(work)}`)
})
afterEach(() => { opened.close() })

test('every gateway tells of both, whatever it held before', async () => {
  const expected = await revisions(cold().tags(work))
  expect(expected).toHaveLength(2)
  expect(await revisions(warm.tags(work))).toEqual(expected)
  for (const session of [warm, cold()]) expect(await revisions(session.objects(work))).toEqual(expected)
  for (const session of [warm, cold()]) expect((await session.changes(work, undefined)).changed.map(({ revision }) => `${name} ${revision}`).sort()).toEqual(expected)
})

test('the one whose UID the name tells has it; the other one comes back when that is gone', async () => {
  for (const session of [warm, cold()]) expect((await session.objectsByName(work, [name])).get(name)).toMatchObject({ series: { uid: 'a' } })
  await warm.remove(work, name, always)
  for (const session of [warm, cold()]) expect((await session.objectsByName(work, [name])).get(name)).toMatchObject({ series: { uid: 'other' }, revision: chosen.revision })
})

test('a write finds its event by the UID, and a removal that meant the other one is refused', async () => {
  const unchanged = { condition: { kind: 'unchanged', revision: chosen.revision }, notify: 'nobody' } as const
  await expect(warm.remove(work, name, unchanged)).rejects.toMatchObject({ fault: 'precondition' })
  expect(await warm.put(work, name, single('other', { summary: 'Dinner' }), unchanged)).toMatchObject({ name, series: { uid: 'other', event: { summary: 'Dinner' } } })
  expect((await cold().objectsByName(work, [name])).get(name)).toMatchObject({ series: { uid: 'a', event: { summary: 'Lunch' } } })
})
