import { describe, expect, test } from 'vitest'

import { newEvent } from '../new-event.ts'
import type { Event, EventSeries, EventTime } from '../../src/calendar/event.ts'
import { eventUid, instant, localDateTime, plainDate, recurrenceId, timeZoneId, type RecurrenceId } from '../../src/calendar/identifiers.ts'
import { extent, instances, parseRule } from '../../src/icalendar/recurrence.ts'

const floatingZone = timeZoneId('Europe/Berlin')
const uid = eventUid('instances@example.com')

const day = (date: string): EventTime => ({ kind: 'date', date: plainDate(date) })
const at = (moment: string): EventTime => ({ kind: 'utc', at: instant(Date.parse(`${moment}Z`)) })
const berlin = (local: string): EventTime => ({ kind: 'zoned', local: localDateTime(`${local}:00`), zone: floatingZone })
const floating = (local: string): EventTime => ({ kind: 'floating', local: localDateTime(`${local}:00`) })
const event = (start: EventTime, end: EventTime, summary?: string): Event => newEvent({ start, end, ...(summary === undefined ? {} : { summary }) })

function series(master: Event, rule: string | undefined, more: { overrides?: Record<string, Event>; cancelled?: string[]; dates?: string[] } = {}): EventSeries {
  return {
    kind: 'recurring', uid, master,
    recurrence: { rules: rule === undefined ? [] : [parseRule(rule, master.start, floatingZone)], dates: (more.dates ?? []).map(recurrenceId) },
    overrides: new Map(Object.entries(more.overrides ?? {}) as [RecurrenceId, Event][]), cancelled: new Set((more.cancelled ?? []).map(recurrenceId)),
  }
}

const range = (from: string, to: string) => ({ from: instant(Date.parse(`${from}Z`)), to: instant(Date.parse(`${to}Z`)) })
const iso = (moment: number) => new Date(moment).toISOString().slice(0, 16)

function found(of: EventSeries, from: string, to: string, limit = 100): string[] {
  return instances(of, range(from, to), { floatingZone, limit }).instances.map((each) => `${iso(each.from)}/${iso(each.to)}`)
}

describe('which instances overlap a range (RFC 4791 §9.9)', () => {
  const hour = event(at('2026-03-10T09:00:00'), at('2026-03-10T10:00:00'))
  test.each([
    ['ends where the event begins', '2026-03-10T08:00:00', '2026-03-10T09:00:00', false],
    ['ends a second into the event', '2026-03-10T08:00:00', '2026-03-10T09:00:01', true],
    ['lies within the event', '2026-03-10T09:15:00', '2026-03-10T09:30:00', true],
    ['holds the event', '2026-03-10T00:00:00', '2026-03-11T00:00:00', true],
    ['begins a second before the end', '2026-03-10T09:59:59', '2026-03-10T12:00:00', true],
    ['begins where the event ends', '2026-03-10T10:00:00', '2026-03-10T12:00:00', false],
  ])('a range that %s', (_, from, to, isFound) => {
    expect(found({ kind: 'single', uid, event: hour }, from, to)).toHaveLength(isFound ? 1 : 0)
    expect(found(series(hour, 'FREQ=DAILY;COUNT=1'), from, to)).toHaveLength(isFound ? 1 : 0)
  })

  const moment = event(at('2026-03-10T09:00:00'), at('2026-03-10T09:00:00'))
  test.each([
    ['begins there', '2026-03-10T09:00:00', '2026-03-10T10:00:00', true],
    ['ends there', '2026-03-10T08:00:00', '2026-03-10T09:00:00', false],
    ['holds it', '2026-03-10T08:00:00', '2026-03-10T10:00:00', true],
    ['lies behind it', '2026-03-10T09:00:01', '2026-03-10T10:00:00', false],
  ])('an event without length and a range that %s', (_, from, to, isFound) => {
    expect(found({ kind: 'single', uid, event: moment }, from, to)).toHaveLength(isFound ? 1 : 0)
  })

  test('days and floating times are those of the calendar\'s zone', () => {
    expect(found({ kind: 'single', uid, event: event(day('2026-07-01'), day('2026-07-02')) }, '2026-07-01T21:00:00', '2026-07-01T21:59:00')).toEqual(['2026-06-30T22:00/2026-07-01T22:00'])
    expect(found({ kind: 'single', uid, event: event(day('2026-07-01'), day('2026-07-02')) }, '2026-07-01T22:00:00', '2026-07-01T23:00:00')).toEqual([])
    expect(found(series(event(floating('2026-07-01T08:00'), floating('2026-07-01T09:00')), 'FREQ=DAILY'), '2026-07-03T06:30:00', '2026-07-03T07:00:00')).toEqual(['2026-07-03T06:00/2026-07-03T07:00'])
  })

  test('a long instance is found by a range behind its start', () => {
    const fortnight = series(event(day('2026-01-01'), day('2026-01-15')), 'FREQ=MONTHLY')
    expect(found(fortnight, '2026-03-10T00:00:00', '2026-03-11T00:00:00')).toEqual(['2026-02-28T23:00/2026-03-14T23:00'])
  })
})

describe('the end of an instance', () => {
  test.each([
    ['the length stays where the clocks change within it', event(berlin('2026-03-27T01:00'), berlin('2026-03-27T03:30')), '2026-03-29T00:00:00', '2026-03-29T00:00/2026-03-29T02:30'],
    ['whole days are days of the wall clock', event(berlin('2026-03-20T12:00'), berlin('2026-03-22T12:00')), '2026-03-28T11:00:00', '2026-03-28T11:00/2026-03-30T10:00'],
    ['whole days and hours', event(berlin('2026-03-20T12:00'), berlin('2026-03-22T14:00')), '2026-03-28T11:00:00', '2026-03-28T11:00/2026-03-30T12:00'],
    ['an end in UTC', event(berlin('2026-03-20T12:00'), at('2026-03-20T12:00:00')), '2026-03-29T10:00:00', '2026-03-29T10:00/2026-03-29T11:00'],
  ])('%s', (_, master, from, expected) => {
    const daily = series(master, 'FREQ=DAILY;INTERVAL=1')
    expect(found(daily, from, new Date(Date.parse(`${from}Z`) + 1000).toISOString().slice(0, 19))).toContain(expected)
  })

  test('start and end are of the kind and zone of the master', () => {
    const tokyo: EventTime = { kind: 'zoned', local: localDateTime('2026-03-20T21:00:00'), zone: timeZoneId('Asia/Tokyo') }
    const flight = series(event(berlin('2026-03-20T12:00'), tokyo), 'FREQ=DAILY')
    const [first] = instances(flight, range('2026-04-01T10:00:00', '2026-04-01T10:00:01'), { floatingZone, limit: 9 }).instances
    expect(first?.event.start).toEqual(berlin('2026-04-01T12:00'))
    expect(first?.event.end).toEqual({ ...tokyo, local: '2026-04-01T20:00:00' })
    const days = series(event(day('2026-03-20'), day('2026-03-22')), 'FREQ=WEEKLY')
    expect(instances(days, range('2026-04-04T00:00:00', '2026-04-05T00:00:00'), { floatingZone, limit: 9 }).instances[0]?.event).toMatchObject({ start: day('2026-04-03'), end: day('2026-04-05') })
  })
})

describe('overrides and cancelled instances (RFC 5545 §3.8.4.4, §3.8.5.1)', () => {
  const daily = event(berlin('2026-03-02T09:00'), berlin('2026-03-02T10:00'), 'daily')
  const moved = event(berlin('2026-03-20T15:00'), berlin('2026-03-20T16:00'), 'moved')
  const week = series(daily, 'FREQ=DAILY;COUNT=5', { overrides: { '2026-03-03T08:00:00Z': moved, '2026-03-30T07:00:00Z': { ...moved, summary: 'off the rule' } }, cancelled: ['2026-03-04T08:00:00Z'] })

  test('an override stands where it has been moved to, and nowhere else', () => {
    expect(found(week, '2026-03-01T00:00:00', '2026-03-10T00:00:00')).toEqual(['2026-03-02T08:00/2026-03-02T09:00', '2026-03-05T08:00/2026-03-05T09:00', '2026-03-06T08:00/2026-03-06T09:00'])
    const later = instances(week, range('2026-03-20T00:00:00', '2026-03-21T00:00:00'), { floatingZone, limit: 9 }).instances
    expect(later.map((each) => [each.recurrenceId, each.event.summary])).toEqual([['2026-03-03T08:00:00Z', 'moved'], ['2026-03-30T07:00:00Z', 'off the rule']])
  })

  test('instances come in order of their present times', () => {
    const all = instances(week, range('2026-03-01T00:00:00', '2026-04-10T00:00:00'), { floatingZone, limit: 9 }).instances.map((each) => each.from)
    expect(all).toHaveLength(5)
    expect(all).toEqual(all.toSorted((a, b) => a - b))
  })

  test('cancelled days of all-day series, and dates beside a rule', () => {
    const days = series(event(day('2026-03-02'), day('2026-03-03')), 'FREQ=DAILY;COUNT=3', { cancelled: ['2026-03-03'], dates: ['2026-03-09'] })
    const all = instances(days, range('2026-03-01T00:00:00', '2026-04-10T00:00:00'), { floatingZone, limit: 9 }).instances
    expect(all.map((each) => each.recurrenceId)).toEqual(['2026-03-02', '2026-03-04', '2026-03-09'])
  })

  test('a detached series has its overrides only', () => {
    const detached: EventSeries = { kind: 'detached', uid, overrides: new Map([[recurrenceId('2026-03-03T08:00:00Z'), moved]]) }
    expect(found(detached, '2026-03-01T00:00:00', '2026-03-10T00:00:00')).toEqual([])
    expect(found(detached, '2026-03-20T00:00:00', '2026-03-21T00:00:00')).toEqual(['2026-03-20T14:00/2026-03-20T15:00'])
  })

  test('the limit counts what takes place, and tells when it cuts', () => {
    const cut = instances(series(daily, 'FREQ=DAILY', { cancelled: ['2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z'] }), range('2026-03-01T00:00:00', '2026-04-10T00:00:00'), { floatingZone, limit: 2 })
    expect(cut.instances.map((each) => each.recurrenceId)).toEqual(['2026-03-04T08:00:00Z', '2026-03-05T08:00:00Z'])
    expect(cut.isComplete).toBe(false)
  })
})

describe('extent', () => {
  const daily = event(berlin('2026-03-02T09:00'), berlin('2026-03-02T10:00'))
  const late = event(berlin('2027-03-20T15:00'), berlin('2027-03-20T16:00'))
  const early = event(berlin('2025-03-20T15:00'), berlin('2025-03-20T16:00'))

  test('of a single event it is exact', () => {
    expect(extent({ kind: 'single', uid, event: daily }, floatingZone)).toEqual(range('2026-03-02T08:00:00', '2026-03-02T09:00:00'))
  })

  test('a series without an end has none', () => {
    expect(extent(series(daily, 'FREQ=DAILY'), floatingZone).to).toBeUndefined()
    expect(extent(series(daily, 'FREQ=DAILY;COUNT=999999999'), floatingZone).to).toBeUndefined()
  })

  test.each([
    ['COUNT', series(daily, 'FREQ=WEEKLY;COUNT=10')],
    ['COUNT by position', series(daily, 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=30')],
    ['UNTIL', series(daily, 'FREQ=DAILY;UNTIL=20260401T070000Z')],
    ['UNTIL before DTSTART', series(daily, 'FREQ=DAILY;UNTIL=20200101T000000Z')],
    ['an override far behind', series(daily, 'FREQ=DAILY;COUNT=3', { overrides: { '2026-03-03T08:00:00Z': late } })],
    ['an override far before', series(daily, 'FREQ=DAILY;COUNT=3', { overrides: { '2026-03-03T08:00:00Z': early } })],
    ['dates', series(daily, undefined, { dates: ['2028-01-01T08:00:00Z', '2024-01-01T08:00:00Z'] })],
    ['long days', series(event(day('2026-03-20'), day('2026-04-20')), 'FREQ=WEEKLY;COUNT=4')],
    ['a rule without instances', series(daily, 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3')],
  ])('holds every instance of a series with %s', (_, of) => {
    const { from, to } = extent(of, floatingZone)
    const all = instances(of, range('1990-01-01T00:00:00', '2090-01-01T00:00:00'), { floatingZone, limit: 1000 }).instances
    expect(all.length).toBeGreaterThan(0)
    expect(from).toBeLessThanOrEqual(Math.min(...all.map((each) => each.from)))
    expect(to).toBeGreaterThanOrEqual(Math.max(...all.map((each) => each.to)))
    expect(to! - Math.max(...all.map((each) => each.to))).toBeLessThanOrEqual(40 * 86_400_000)
  })
})
