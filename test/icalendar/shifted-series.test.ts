import { expect, test } from 'vitest'
import { eventUid, instant, recurrenceId, timeZoneId } from '../../src/calendar/identifiers.ts'
import { formerIds, parseRule } from '../../src/icalendar/recurrence.ts'
import { newEvent } from '../new-event.ts'
import type { EventSeries, EventTime } from '../../src/calendar/event.ts'

const at = (moment: string): EventTime => ({ kind: 'utc', at: instant(Date.parse(moment)) })

/** Daily, from a day of March on. */
function daily(start: string, ...overridden: readonly string[]): EventSeries {
  const master = newEvent({ start: at(`2026-03-${start}Z`), end: at(`2026-03-${start}Z`) })
  const overrides = new Map(overridden.map((id) => [recurrenceId(`2026-03-${id}Z`), master]))
  const rules = [parseRule('FREQ=DAILY;COUNT=10', master.start, timeZoneId('UTC'))]
  return { kind: 'recurring', uid: eventUid('a'), master, recurrence: { rules, dates: [] }, overrides, cancelled: new Set() }
}

test.each<readonly [string, EventSeries, EventSeries, string, string]>([
  ['moved by an hour', daily('10T09:00:00', '12T09:00:00'), daily('10T11:00:00', '12T11:00:00'), '12T11:00:00', '12T09:00:00'],
  ['moved by a day onto the next override', daily('10T09:00:00', '12T09:00:00', '13T09:00:00'), daily('11T09:00:00', '13T09:00:00', '14T09:00:00'), '13T09:00:00', '12T09:00:00'],
])('an instance of a series that was %s is the one at its place', (_, before, after, id, former) => {
  expect(formerIds(after, before).get(recurrenceId(`2026-03-${id}Z`))).toBe(`2026-03-${former}Z`)
})

test.each<readonly [string, EventSeries, EventSeries]>([
  ['begins later and leaves its overrides where they are', daily('10T09:00:00', '12T09:00:00', '13T09:00:00'), daily('11T09:00:00', '12T09:00:00', '13T09:00:00')],
  ['begins as before', daily('10T09:00:00', '12T09:00:00'), daily('10T09:00:00', '13T09:00:00')],
  ['has no overrides any more', daily('10T09:00:00', '12T09:00:00'), daily('10T11:00:00')],
])('a series that %s has the instances that it had', (_, before, after) => {
  expect(formerIds(after, before).size).toBe(0)
})
