import { describe, expect, test } from 'vitest'
import { inMinutes, mayOverlap, measureOf } from '../../../src/backends/cached/measure.ts'
import type { SeriesSource } from '../../../src/calendar/backend.ts'
import { newEvent } from '../../new-event.ts'
import type { Event, EventSeries, EventTime, Recurrence, RecurrenceRule } from '../../../src/calendar/event.ts'
import { eventUid, instant, localDateTime, objectName, plainDate, recurrenceId, revision, timeZoneId } from '../../../src/calendar/identifiers.ts'

const uid = eventUid('u')
const utc = (text: string): EventTime => ({ kind: 'utc', at: instant(Date.parse(text)) })
const zoned = (local: string, zone: string): EventTime => ({ kind: 'zoned', local: localDateTime(local), zone: timeZoneId(zone) })
const day = (date: string): EventTime => ({ kind: 'date', date: plainDate(date) })
const between = (start: EventTime, end: EventTime): Event => newEvent({ start, end })
const noon = between(utc('2026-06-10T12:00:00Z'), utc('2026-06-10T13:00:00Z'))
const rule = (end: RecurrenceRule['end']): RecurrenceRule =>
  ({ frequency: 'DAILY', interval: 1, end, bySecond: [], byMinute: [], byHour: [], byDay: [], byMonthDay: [], byYearDay: [], byWeekNumber: [], byMonth: [], bySetPosition: [], weekStart: 'MO' })
const recurring = (recurrence: Partial<Recurrence>, overrides: Readonly<Record<string, Event>> = {}): EventSeries =>
  ({ kind: 'recurring', uid, master: noon, recurrence: { rules: [], dates: [], ...recurrence }, overrides: new Map(Object.entries(overrides).map(([id, event]) => [recurrenceId(id), event])), cancelled: new Set() })
const single = (event: Event): EventSeries => ({ kind: 'single', uid, event })

const overlaps = (series: EventSeries, from: string | undefined, to: string | undefined): boolean =>
  mayOverlap(measureOf({ name: objectName('u.ics')!, revision: revision('1'), updated: instant(0), series, role: 'organizer', source: {} as SeriesSource }),
    inMinutes({ ...(from !== undefined && { from: Date.parse(from) }), ...(to !== undefined && { to: Date.parse(to) }) }))

describe('mayOverlap never denies an instance', () => {
  test.each<[string, EventSeries, string | undefined, string | undefined]>([
    ['no range', single(noon), undefined, undefined],
    ['the event itself', single(noon), '2026-06-10T12:30:00Z', '2026-06-10T12:31:00Z'],
    ['easternmost zone', single(between(zoned('2026-06-10T12:00:00', 'Pacific/Kiritimati'), zoned('2026-06-10T13:00:00', 'Pacific/Kiritimati'))), '2026-06-09T22:00:00Z', '2026-06-09T22:30:00Z'],
    ['westernmost zone', single(between(zoned('2026-06-10T12:00:00', 'Etc/GMT+12'), zoned('2026-06-10T13:00:00', 'Etc/GMT+12'))), '2026-06-11T00:10:00Z', '2026-06-11T00:20:00Z'],
    ['a day in some zone', single(between(day('2026-06-10'), day('2026-06-11'))), '2026-06-11T11:00:00Z', undefined],
    ['no end', recurring({ rules: [rule({ kind: 'never' })] }), '2126-01-01T00:00:00Z', undefined],
    ['a count', recurring({ rules: [rule({ kind: 'count', count: 9000 })] }), '2046-01-01T00:00:00Z', undefined],
    ['the last day', recurring({ rules: [rule({ kind: 'until', until: utc('2026-08-01T12:00:00Z') })] }), '2026-08-01T12:30:00Z', undefined],
    ['a last day told as a date', recurring({ rules: [rule({ kind: 'until', until: day('2026-08-01') })] }), '2026-08-02T00:30:00Z', undefined],
    ['a further date', recurring({ dates: [recurrenceId('2027-01-01T12:00:00Z')] }), '2027-01-01T12:30:00Z', undefined],
    ['a further floating date', recurring({ dates: [recurrenceId('2027-01-01T12:00:00')] }), '2027-01-01T23:30:00Z', undefined],
    ['a further day', recurring({ dates: [recurrenceId('2027-01-01')] }), '2027-01-01T12:30:00Z', undefined],
    ['a date ahead of the master', recurring({ dates: [recurrenceId('2020-01-01T12:00:00Z')] }), undefined, '2020-01-01T12:30:00Z'],
    ['an instance moved far behind', recurring({ rules: [rule({ kind: 'until', until: utc('2026-06-12T12:00:00Z') })] }, { '2026-06-11T12:00:00Z': between(utc('2028-01-01T00:00:00Z'), utc('2028-01-01T01:00:00Z')) }), '2028-01-01T00:30:00Z', undefined],
    ['an instance moved far ahead', recurring({ rules: [rule({ kind: 'never' })] }, { '2026-06-11T12:00:00Z': between(utc('2020-01-01T00:00:00Z'), utc('2020-01-01T01:00:00Z')) }), undefined, '2020-01-01T00:30:00Z'],
    ['invited to one instance', { kind: 'detached', uid, overrides: new Map([[recurrenceId('2026-06-11T12:00:00Z'), noon]]) }, '2026-06-10T12:30:00Z', '2026-06-10T12:31:00Z'],
  ])('%s', (_, series, from, to) => {
    expect(overlaps(series, from, to)).toBe(true)
  })
})

describe('mayOverlap denies what is days away', () => {
  test.each<[string, EventSeries, string | undefined, string | undefined]>([
    ['later', single(noon), '2026-06-12T00:00:00Z', undefined],
    ['earlier', single(noon), undefined, '2026-06-09T00:00:00Z'],
    ['behind the last day', recurring({ rules: [rule({ kind: 'until', until: utc('2026-08-01T12:00:00Z') })] }), '2026-08-04T00:00:00Z', undefined],
    ['ahead of an endless series', recurring({ rules: [rule({ kind: 'never' })] }), undefined, '2026-06-09T00:00:00Z'],
    ['behind the last of the dates', recurring({ dates: [recurrenceId('2027-01-01T12:00:00Z')] }), '2027-01-04T00:00:00Z', undefined],
  ])('%s', (_, series, from, to) => {
    expect(overlaps(series, from, to)).toBe(false)
  })
})
