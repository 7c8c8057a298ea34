import { describe, expect, test } from 'vitest'
import { anHour, calendar, parsed, recurringWith, refusal, vevent } from './bodies.ts'

const daily = 'RRULE:FREQ=DAILY'
const zoned = [...anHour, daily]
const allDay = ['DTSTART;VALUE=DATE:20260310', daily]
const floating = ['DTSTART:20260310T090000', daily]
const inUtc = ['DTSTART:20260310T080000Z', daily]

describe('EXDATE in any form and zone (RFC 5545 §3.8.5.1)', () => {
  test.each([
    ['zoned, in the zone of the series', zoned, 'EXDATE;TZID=Europe/Berlin:20260311T090000', ['2026-03-11T08:00:00Z']],
    ['zoned, in another one', zoned, 'EXDATE;TZID=America/New_York:20260311T040000', ['2026-03-11T08:00:00Z']],
    ['zoned, in UTC', zoned, 'EXDATE:20260311T080000Z', ['2026-03-11T08:00:00Z']],
    ['zoned, a date', zoned, 'EXDATE;VALUE=DATE:20260311', ['2026-03-11T08:00:00Z']],
    ['zoned, a date in summer', zoned, 'EXDATE;VALUE=DATE:20260711', ['2026-07-11T07:00:00Z']],
    ['zoned, floating', zoned, 'EXDATE:20260311T090000', ['2026-03-11T08:00:00Z']],
    ['zoned, in the first half of a fold', ['DTSTART;TZID=Europe/Berlin:20261001T023000', daily], 'EXDATE;TZID=Europe/Berlin:20261025T023000', ['2026-10-25T00:30:00Z']],
    ['all-day, a date', allDay, 'EXDATE;VALUE=DATE:20260311', ['2026-03-11']],
    ['all-day, a date without saying so', allDay, 'EXDATE:20260311', ['2026-03-11']],
    ['all-day, midnight in UTC', allDay, 'EXDATE:20260311T000000Z', ['2026-03-11']],
    ['all-day, midnight here in UTC', allDay, 'EXDATE:20260310T230000Z', ['2026-03-11']],
    ['all-day, zoned', allDay, 'EXDATE;TZID=America/New_York:20260311T000000', ['2026-03-11']],
    ['all-day, floating', allDay, 'EXDATE:20260311T000000', ['2026-03-11']],
    ['floating', floating, 'EXDATE:20260311T090000', ['2026-03-11T09:00:00']],
    ['floating, a date', floating, 'EXDATE;VALUE=DATE:20260311', ['2026-03-11T09:00:00']],
    ['floating, in UTC', floating, 'EXDATE:20260311T080000Z', ['2026-03-11T09:00:00']],
    ['floating, zoned', floating, 'EXDATE;TZID=America/New_York:20260311T090000', ['2026-03-11T09:00:00']],
    ['UTC, zoned', inUtc, 'EXDATE;TZID=Europe/Berlin:20260311T090000', ['2026-03-11T08:00:00Z']],
    ['UTC, floating, read in the calendar\'s zone', inUtc, 'EXDATE:20260311T090000', ['2026-03-11T08:00:00Z']],
    ['UTC, a date', inUtc, 'EXDATE;VALUE=DATE:20260311', ['2026-03-11T08:00:00Z']],
    ['a list', zoned, 'EXDATE:20260312T080000Z,20260311T080000Z,,20260312T080000Z', ['2026-03-11T08:00:00Z', '2026-03-12T08:00:00Z']],
    ['nothing', zoned, 'EXDATE:', []],
  ])('%s', (_what, lines, exdate, ids) => {
    expect([...recurringWith(...vevent(...lines, exdate)).cancelled]).toEqual(ids)
  })

  test('several lines add up', () => {
    const { cancelled } = recurringWith(...vevent(...zoned, 'EXDATE:20260312T080000Z', 'EXDATE;TZID=Europe/Berlin:20260311T090000'))
    expect([...cancelled]).toEqual(['2026-03-11T08:00:00Z', '2026-03-12T08:00:00Z'])
  })

  test('without a rule or date says nothing', () => {
    expect(parsed(...vevent(...anHour, 'EXDATE:20260312T080000Z')).kind).toBe('single')
  })
})

describe('RDATE (RFC 5545 §3.8.5.2)', () => {
  test('adds dates, sorted, each once, without the start itself', () => {
    const { recurrence } = recurringWith(...vevent(...anHour, 'RDATE;TZID=Europe/Berlin:20260312T090000,20260310T090000', 'RDATE:20260311T080000Z,20260312T080000Z'))
    expect(recurrence).toEqual({ rules: [], dates: ['2026-03-11T08:00:00Z', '2026-03-12T08:00:00Z'] })
  })

  test('of the start alone leaves a single event', () => {
    expect(parsed(...vevent(...anHour, 'RDATE:20260310T080000Z')).kind).toBe('single')
    expect(parsed(...vevent(...anHour, 'RDATE;VALUE=PERIOD:20260310T080000Z/PT2H'))).toMatchObject({ kind: 'single', event: { end: { at: Date.parse('2026-03-10T10:00:00Z') } } })
  })

  test('a period as long as the master is a date', () => {
    const { recurrence, overrides } = recurringWith(...vevent(...anHour, 'RDATE;VALUE=PERIOD:20260311T080000Z/20260311T090000Z,20260312T080000Z/PT1H'))
    expect(recurrence.dates).toEqual(['2026-03-11T08:00:00Z', '2026-03-12T08:00:00Z'])
    expect(overrides.size).toBe(0)
  })

  test('a period of another length is an instance with an end of its own', () => {
    const { recurrence, overrides, master } = recurringWith(...vevent(...anHour, 'SUMMARY:Talk', 'RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260311T090000/PT3H'))
    expect(recurrence.dates).toEqual(['2026-03-11T08:00:00Z'])
    expect(overrides.get(recurrence.dates[0]!)).toEqual({
      ...master, start: { kind: 'zoned', local: '2026-03-11T09:00:00', zone: 'Europe/Berlin' }, end: { kind: 'zoned', local: '2026-03-11T12:00:00', zone: 'Europe/Berlin' },
    })
  })

  test('an override wins over the period that it changes, an EXDATE takes it out', () => {
    const period = 'RDATE;VALUE=PERIOD:20260311T080000Z/PT3H,20260312T080000Z/PT3H'
    const { overrides, cancelled } = recurringWith(
      ...vevent(...anHour, period, 'EXDATE:20260312T080000Z'),
      ...vevent('RECURRENCE-ID:20260311T080000Z', 'DTSTART:20260311T080000Z', 'DTEND:20260311T083000Z', 'SUMMARY:Changed'))
    expect([...overrides.values()].map((each) => each.summary)).toEqual(['Changed'])
    expect([...cancelled]).toEqual(['2026-03-12T08:00:00Z'])
  })

  test.each(['RDATE:20131210Z', 'RDATE;VALUE=PERIOD:20260311T080000Z/20260311T070000Z', 'RDATE;VALUE=PERIOD:20260311T080000Z/PT', 'RDATE;VALUE=PERIOD:20260311/P1D'])('%s is refused', (line) => {
    expect(refusal(calendar(...vevent(...anHour, line)))).toMatchObject({ precondition: 'valid-calendar-data', line: 9 })
  })

  test('a period in an all-day series is refused', () => {
    expect(refusal(calendar(...vevent(...allDay, 'RDATE;VALUE=PERIOD:20260311T080000Z/PT1H')))).toMatchObject({ precondition: 'valid-calendar-data' })
  })
})

describe('RRULE (RFC 5545 §3.8.5.3)', () => {
  test.each([
    'FREQ=DAILY;INTERVAL=0', 'FREQ=OFTEN', 'INTERVAL=2', 'FREQ=DAILY;BYMONTH=13', 'D2 #0', 'FREQ=DAILY;COUNT=2;UNTIL=20260401T000000Z',
  ])('%s is refused', (rule) => {
    expect(refusal(calendar(...vevent(...anHour, `RRULE:${rule}`)))).toMatchObject({ precondition: 'valid-calendar-data', line: 9 })
  })

  test.each([
    ['a date for an all-day series', allDay[0]!, '20260320', { kind: 'date', date: '2026-03-20' }],
    ['UTC for an all-day series', allDay[0]!, '20260320T000000Z', { kind: 'date', date: '2026-03-20' }],
    ['local time for a zoned one', anHour[0]!, '20260320T090000', { kind: 'utc', at: Date.parse('2026-03-20T08:00:00Z') }],
  ])('UNTIL takes the kind of its series: %s', (_what, start, until, expected) => {
    const { recurrence } = recurringWith(...vevent(start, `RRULE:FREQ=DAILY;UNTIL=${until}`))
    expect(recurrence.rules[0]!.end).toEqual({ kind: 'until', until: expected })
  })

  test('several rules are kept in order', () => {
    const { recurrence } = recurringWith(...vevent(...anHour, 'RRULE:FREQ=WEEKLY;COUNT=3', 'RRULE:FREQ=DAILY;COUNT=2'))
    expect(recurrence.rules.map((rule) => rule.frequency)).toEqual(['WEEKLY', 'DAILY'])
  })

  test('EXRULE is refused: leaving it out would show instances that are not', () => {
    expect(refusal(calendar(...vevent(...zoned, 'EXRULE:FREQ=WEEKLY')))).toMatchObject({ precondition: 'valid-calendar-data', line: 10 })
  })
})

describe('overrides (RFC 5545 §3.8.4.4)', () => {
  const moved = ['DTSTART;TZID=Europe/Berlin:20260315T140000', 'DTEND;TZID=Europe/Berlin:20260315T150000', 'SUMMARY:Moved']

  test.each([
    ['zoned, in the zone of the series', zoned, 'RECURRENCE-ID;TZID=Europe/Berlin:20260311T090000', '2026-03-11T08:00:00Z'],
    ['zoned, in UTC', zoned, 'RECURRENCE-ID:20260311T080000Z', '2026-03-11T08:00:00Z'],
    ['zoned, in another zone', zoned, 'RECURRENCE-ID;TZID=Asia/Kolkata:20260311T133000', '2026-03-11T08:00:00Z'],
    ['zoned, a date', zoned, 'RECURRENCE-ID;VALUE=DATE:20260311', '2026-03-11T08:00:00Z'],
    ['all-day, a date', allDay, 'RECURRENCE-ID;VALUE=DATE:20260311', '2026-03-11'],
    ['all-day, UTC midnight', allDay, 'RECURRENCE-ID:20260311T000000Z', '2026-03-11'],
    ['floating', floating, 'RECURRENCE-ID:20260311T090000', '2026-03-11T09:00:00'],
  ])('are named by the original start: %s', (_what, lines, recurrenceId, id) => {
    const { overrides } = recurringWith(...vevent(...moved, recurrenceId), ...vevent(...lines))
    expect([...overrides.keys()]).toEqual([id])
    expect([...overrides.values()][0]).toMatchObject({ summary: 'Moved', start: { kind: 'zoned', local: '2026-03-15T14:00:00' } })
  })

  test('that are cancelled join the EXDATEs', () => {
    const { overrides, cancelled } = recurringWith(...vevent(...zoned, 'EXDATE:20260312T080000Z'), ...vevent('RECURRENCE-ID:20260311T080000Z', 'STATUS:CANCELLED'))
    expect([overrides.size, [...cancelled]]).toEqual([0, ['2026-03-11T08:00:00Z', '2026-03-12T08:00:00Z']])
  })

  test('win over an EXDATE of the same instance: nothing that a client told is lost', () => {
    const { overrides, cancelled } = recurringWith(...vevent(...zoned, 'EXDATE:20260311T080000Z'), ...vevent(...moved, 'RECURRENCE-ID:20260311T080000Z'))
    expect([overrides.size, cancelled.size]).toEqual([1, 0])
  })

  test('that match no instance are kept', () => {
    expect(recurringWith(...vevent(...zoned), ...vevent(...moved, 'RECURRENCE-ID:20260311T081234Z')).overrides.size).toBe(1)
  })

  test.each(['THISANDFUTURE', 'THISANDPRIOR'])('of a RANGE=%s are refused by name', (range) => {
    const error = refusal(calendar(...vevent(...zoned), ...vevent(...moved, `RECURRENCE-ID;RANGE=${range}:20260311T080000Z`)))
    expect(error.precondition).toBe('valid-calendar-object-resource')
    expect(error.message).toContain(range)
  })

  test.each([
    ['a cancelled instance', [...vevent(...zoned), ...vevent(...moved, 'STATUS:CANCELLED', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260311T080000Z')]],
    ['a lone cancelled instance', vevent(...moved, 'STATUS:CANCELLED', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20260311T080000Z')],
    ['an EXDATE, which knows no RANGE', vevent(...zoned, 'EXDATE;RANGE=THISANDFUTURE:20260311T080000Z')],
    ['an RDATE', vevent(...zoned, 'RDATE;RANGE=THISANDFUTURE:20260319T080000Z')],
  ])('of a RANGE are refused by name for %s too', (_what, lines) => {
    expect(refusal(calendar(...lines))).toMatchObject({
      precondition: 'valid-calendar-object-resource', message: expect.stringMatching(/RANGE=THISANDFUTURE: end the series with UNTIL/) as string,
    })
  })

  test('without a master are a detached series, with the zone that they name (invited to some instances only)', () => {
    expect(parsed(...vevent(...moved, 'RECURRENCE-ID;TZID=Europe/Berlin:20260312T090000'), ...vevent(...moved, 'RECURRENCE-ID:20260311T080000Z')))
      .toMatchObject({ kind: 'detached', zone: 'Europe/Berlin', overrides: new Map([['2026-03-11T08:00:00Z', { summary: 'Moved' }], ['2026-03-12T08:00:00Z', { summary: 'Moved' }]]) })
  })

  test('without a master are that too where Thunderbird has put one in front of them; alone it is an event', () => {
    const faked = vevent('DTSTART;TZID=Europe/Berlin:20260311T090000', 'RDATE;TZID=Europe/Berlin:20260311T090000', 'RDATE;TZID=Europe/Berlin:20260312T090000', 'X-MOZ-FAKED-MASTER:1', 'X-MOZ-GENERATION:1')
    const instances = [...vevent(...moved, 'RECURRENCE-ID;TZID=Europe/Berlin:20260311T090000'), ...vevent(...moved, 'RECURRENCE-ID;TZID=Europe/Berlin:20260312T090000')]
    expect(parsed(...faked, ...instances)).toEqual(parsed(...instances))
    expect(parsed(...faked)).toMatchObject({ kind: 'recurring' })
  })

  test('without a master that are cancelled are not there; if all are, the object is a cancelled one', () => {
    const gone = vevent('RECURRENCE-ID:20260311T080000Z', 'STATUS:CANCELLED')
    expect(parsed(...gone, ...vevent(...moved, 'RECURRENCE-ID:20260312T080000Z'))).toMatchObject({ kind: 'detached', overrides: { size: 1 } })
    const all = vevent(...moved, 'RECURRENCE-ID:20260312T080000Z', 'STATUS:CANCELLED')
    expect(parsed(...all)).toMatchObject({ kind: 'detached', overrides: new Map([['2026-03-12T08:00:00Z', { status: 'cancelled' }]]) })
  })

  test('of a cancelled series are kept as they are, to be brought back with it', () => {
    const [begin, ...rest] = vevent(...moved, 'RRULE:FREQ=DAILY;COUNT=5', 'STATUS:CANCELLED')
    const override = vevent('DTSTART:20260311T100000Z', 'SUMMARY:Later', 'RECURRENCE-ID:20260311T080000Z', 'STATUS:CANCELLED')
    const series = parsed(begin!, ...rest, ...override)
    expect(series).toMatchObject({ kind: 'recurring', master: { status: 'cancelled' }, cancelled: new Set() })
    expect(series.kind === 'recurring' && [...series.overrides.values()].map(({ summary, status }) => [summary, status])).toEqual([['Later', 'cancelled']])
  })
})

describe('limits', () => {
  test('of dates and rules are told by name', () => {
    const dates = Array.from({ length: 10_001 }, (_, i) => `20260101T${String(Math.trunc(i / 3600) + 10)}${String(Math.trunc(i / 60) % 60).padStart(2, '0')}${String(i % 60).padStart(2, '0')}Z`)
    expect(refusal(calendar(...vevent(...zoned, `EXDATE:${dates.join()}`)))).toMatchObject({ precondition: 'max-instances' })
    expect(refusal(calendar(...vevent(...anHour, ...Array.from({ length: 17 }, () => daily))))).toMatchObject({ precondition: 'valid-calendar-data' })
  })
})
