import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/backends/cached/entries.ts'
import { measureOf } from '../../../src/backends/cached/measure.ts'
import { CalendarObjects } from '../../../src/backends/cached/objects.ts'
import { periodsOf } from '../../../src/backends/cached/periods.ts'
import type { SeriesSource, StoredSeries, Unavailable } from '../../../src/calendar/backend.ts'
import { eventUid, instant, objectName, revision } from '../../../src/calendar/identifiers.ts'
import { newEvent } from '../../new-event.ts'

const at = (text: string) => instant(Date.parse(text))
const name = (text: string) => objectName(`${text}.ics`)!

/** An event of one hour at noon. */
function onDay(uid: string, day: string, version = '1'): StoredSeries {
  const event = newEvent({ start: { kind: 'utc', at: at(`${day}T12:00:00Z`) }, end: { kind: 'utc', at: at(`${day}T13:00:00Z`) } })
  return { name: name(uid), revision: revision(version), updated: at('2026-01-01T00:00:00Z'), series: { kind: 'single', uid: eventUid(uid), event }, role: 'organizer', source: {} as SeriesSource }
}

const june = { from: at('2026-06-01T00:00:00Z'), to: at('2026-07-01T00:00:00Z') }
const entry = (body: Entry['body']): Entry => ({ tag: undefined, body, readAt: 0, measure: body && measureOf(body) })

describe('periodsOf', () => {
  const broken: Unavailable = { kind: 'unavailable', name: name('broken'), reason: 'it cannot be shown' }
  const inMay = onDay('may', '2026-05-10')
  const inJune = onDay('june', '2026-06-10')
  const find = periodsOf(new Map([['may', inMay], ['broken', broken], ['none', undefined], ['june', inJune]].map(([key, body]) => [name(key as string), entry(body as Entry['body'])])))

  test('leaves out what is outside of the range for sure, in the order of the entries', () => {
    expect(find(june)).toEqual({ held: [broken, inJune], missing: [name('none')] })
  })

  test.each([
    ['without a range', {}, ['may', 'broken', 'june']],
    ['without a start', { to: at('2026-05-20T00:00:00Z') }, ['may', 'broken']],
    ['without an end', { from: at('2026-05-20T00:00:00Z') }, ['broken', 'june']],
  ])('%s', (_, range, found) => {
    expect(find(range).held.map((body) => body.name)).toEqual(found.map(name))
  })
})

test('what changes is found where it is now', () => {
  const objects = new CalendarObjects({ maxCalendarBytes: 100_000, freshnessMs: 0, now: () => 0 } as ConstructorParameters<typeof CalendarObjects>[0])
  const [a, b] = [onDay('a', '2026-06-10'), onDay('b', '2026-05-10')]
  objects.replaceAll([a, b].map((body) => ({ name: body.name, tag: body, body })), undefined, 0)
  expect(objects.bodies(june).held).toEqual([a])
  const moved = onDay('b', '2026-06-20', '2')
  objects.apply([{ name: moved.name, tag: moved, body: moved }], [a.name], 0)
  expect(objects.bodies(june).held).toEqual([moved])
})
