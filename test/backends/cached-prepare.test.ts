import { expect, test } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import type { ObjectName } from '../../src/calendar/identifiers.ts'
import { always, anna, home, names, series } from './cached-set-up.ts'
import { collect } from './collect.ts'
import { MemoryBackend } from './memory.ts'

function setUp(maxBytes: number) {
  const inner = new MemoryBackend([home], { tellsUpdated: false, tellsSeries: false, tellsState: true, isTerse: false })
  const prepared: ObjectName[] = []
  const backend = cachedBackend(inner, { maxBytes, freshnessMs: 0, prepare: ({ name }) => { prepared.push(name) } })
  return { session: backend.session(anna), outside: inner.session(anna), prepared }
}

test('each series of a listing is prepared once, before anybody asks for it', async () => {
  const { session, outside, prepared } = setUp(10_000_000)
  for (const name of names) await outside.put(home, name, series(name, 'first'), always)
  await collect(session.objects(home))
  expect(prepared.toSorted()).toEqual(names)
  await collect(session.tags(home))
  await collect(session.objects(home))
  expect(prepared).toHaveLength(names.length)
})

test('what there is no room for is not prepared', async () => {
  const { session, outside, prepared } = setUp(8_000)
  for (const name of names) await outside.put(home, name, series(name, 'first'), always)
  expect(await collect(session.objects(home))).toHaveLength(names.length)
  expect(prepared.length).toBeLessThan(names.length)
})
