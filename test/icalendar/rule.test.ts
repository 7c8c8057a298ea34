import { describe, expect, test } from 'vitest'

import type { EventTime, RecurrenceRule } from '../../src/calendar/event.ts'
import { instant, localDateTime, plainDate, timeZoneId } from '../../src/calendar/identifiers.ts'
import { formatRule, parseRule, sameRecurrence } from '../../src/icalendar/recurrence.ts'

const allDay: EventTime = { kind: 'date', date: plainDate('2026-03-10') }
const utc: EventTime = { kind: 'utc', at: instant(Date.UTC(2026, 2, 10, 9)) }
const zoned: EventTime = { kind: 'zoned', local: localDateTime('2026-03-10T09:00:00'), zone: timeZoneId('America/New_York') }
const floating: EventTime = { kind: 'floating', local: localDateTime('2026-03-10T09:00:00') }

describe('parseRule (RFC 5545 §3.3.10)', () => {
  test.each([
    ['FREQ=DAILY', 'FREQ=DAILY'],
    ['freq=weekly;byday=mo,we', 'FREQ=WEEKLY;BYDAY=MO,WE'],
    ['FREQ=WEEKLY;INTERVAL=1;WKST=MO', 'FREQ=WEEKLY'],
    ['BYDAY=WE,MO,WE;WKST=SU;INTERVAL=2;FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU'],
    ['FREQ=MONTHLY;BYDAY=+2TU,-1FR,1MO', 'FREQ=MONTHLY;BYDAY=-1FR,1MO,2TU'],
    ['FREQ=YEARLY;BYMONTH=12,1;BYMONTHDAY=-1,+15', 'FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=-1,15'],
    ['FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO', 'FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=MO'],
    ['FREQ=YEARLY;BYYEARDAY=-366,1,366', 'FREQ=YEARLY;BYYEARDAY=-366,1,366'],
    ['FREQ=DAILY;BYHOUR=9,8;BYMINUTE=0,30;BYSECOND=60', 'FREQ=DAILY;BYHOUR=8,9;BYMINUTE=0,30;BYSECOND=60'],
    ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1'],
    ['FREQ=DAILY;COUNT=010', 'FREQ=DAILY;COUNT=10'],
    ['FREQ=DAILY;', 'FREQ=DAILY'],
    [' FREQ = DAILY ; COUNT = 3 ', 'FREQ=DAILY;COUNT=3'],
    ['FREQ=WEEKLY;BYDAY=MO,', 'FREQ=WEEKLY;BYDAY=MO'],
    ['FREQ=DAILY;X-EVERY=FULL-MOON', 'FREQ=DAILY'],
    ['RSCALE=GREGORIAN;SKIP=OMIT;FREQ=MONTHLY', 'FREQ=MONTHLY'],
    ['FREQ=YEARLY;INTERVAL=9223372036854775807', 'FREQ=YEARLY;INTERVAL=2147483647'],
    ['FREQ=DAILY;COUNT=999999999', 'FREQ=DAILY;COUNT=999999999'],
  ])('%s is %s', (text, expected) => {
    expect(formatRule(parseRule(text, zoned))).toBe(expected)
  })

  test.each([
    ['', 'no FREQ'], ['COUNT=3', 'no FREQ'], ['FREQ=FORTNIGHTLY', 'FREQ is "FORTNIGHTLY"'], ['D2 #0', 'no part of a rule'], ['FREQ=DAILY;FREQ=WEEKLY', 'stands twice'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL'], ['FREQ=DAILY;INTERVAL=-1', 'INTERVAL'], ['FREQ=DAILY;INTERVAL=1.5', 'INTERVAL'], ['FREQ=DAILY;INTERVAL=', 'INTERVAL'],
    ['FREQ=DAILY;COUNT=0', 'COUNT'], ['FREQ=DAILY;COUNT=many', 'COUNT'], ['FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z', 'COUNT and UNTIL'],
    ['FREQ=DAILY;UNTIL=tomorrow', 'UNTIL'], ['FREQ=DAILY;UNTIL=20260230', 'UNTIL'], ['FREQ=DAILY;UNTIL=20260101T250000Z', 'UNTIL'], ['FREQ=DAILY;UNTIL=00000101', 'UNTIL'],
    ['FREQ=DAILY;BYMONTH=13', 'BYMONTH'], ['FREQ=DAILY;BYMONTH=0', 'BYMONTH'], ['FREQ=DAILY;BYMONTH=-1', 'BYMONTH'], ['FREQ=DAILY;BYHOUR=24', 'BYHOUR'],
    ['FREQ=DAILY;BYMINUTE=60', 'BYMINUTE'], ['FREQ=DAILY;BYSECOND=61', 'BYSECOND'], ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY'], ['FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY'],
    ['FREQ=YEARLY;BYYEARDAY=367', 'BYYEARDAY'], ['FREQ=YEARLY;BYWEEKNO=54', 'BYWEEKNO'], ['FREQ=MONTHLY;BYDAY=XX', 'BYDAY'], ['FREQ=MONTHLY;BYDAY=0MO', 'BYDAY'],
    ['FREQ=YEARLY;BYDAY=54MO', 'BYDAY'], ['FREQ=WEEKLY;BYDAY=1MO', 'BYDAY'], ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', 'BYDAY'], ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY'],
    ['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO'], ['FREQ=DAILY;BYYEARDAY=1', 'BYYEARDAY'], ['FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS'], ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0', 'BYSETPOS'],
    ['FREQ=DAILY;WKST=XX', 'WKST'], ['FREQ=DAILY;BYEASTER=1', 'BYEASTER'], ['FREQ=DAILY;SKIP=FORWARD', 'SKIP'], ['RSCALE=HEBREW;FREQ=YEARLY', 'RSCALE'],
    [`FREQ=DAILY;BYHOUR=${'1,'.repeat(5000)}1`, 'longer than'],
  ])('%j is refused for its part', (text, sentence) => {
    expect(() => parseRule(text, zoned)).toThrow(RangeError)
    expect(() => parseRule(text, zoned)).toThrow(sentence)
  })

  test('the times of day are ignored in all-day series, and nothing happens more often than daily', () => {
    expect(formatRule(parseRule('FREQ=DAILY;BYHOUR=9;BYMINUTE=0', allDay))).toBe('FREQ=DAILY')
    expect(() => parseRule('FREQ=HOURLY', allDay)).toThrow('FREQ=HOURLY')
  })

  test('the text of a client is cut and quoted in the sentence', () => {
    expect(() => parseRule(`FREQ=${'X'.repeat(500)}\r\nATTENDEE:x`, zoned)).toThrow(/^FREQ is "X{40}…"/)
  })
})

describe('UNTIL takes the kind of the series (RFC 5545 §3.3.10)', () => {
  const berlin = timeZoneId('Europe/Berlin')
  test.each([
    ['a date in an all-day series', '20260401', allDay, '20260401'],
    ['midnight in UTC in an all-day series', '20260401T000000Z', allDay, '20260401'],
    ['the last second of a day in UTC in an all-day series', '20260401T235959Z', allDay, '20260401'],
    ['the calendar\'s midnight in UTC in an all-day series', '20260331T220000Z', allDay, '20260401'],
    ['a local time in an all-day series', '20260401T080000', allDay, '20260401'],
    ['UTC in a zoned series', '20260401T130000Z', zoned, '20260401T130000Z'],
    ['a date in a zoned series: to the end of that day', '20260401', zoned, '20260402T035959Z'],
    ['a local time in a zoned series: of its zone', '20260401T090000', zoned, '20260401T130000Z'],
    ['a leap second', '20261231T235960Z', zoned, '20261231T235959Z'],
    ['a date in a UTC series', '20260401', utc, '20260401T235959Z'],
    ['a local time in a UTC series', '20260401T090000', utc, '20260401T090000Z'],
    ['a local time in a floating series', '20260401T090000', floating, '20260401T090000'],
    ['a date in a floating series', '20260401', floating, '20260401T235959'],
    ['UTC in a floating series: in the zone of the calendar', '20260401T070000Z', floating, '20260401T090000'],
  ] as const)('%s', (_, until, start, expected) => {
    expect(formatRule(parseRule(`FREQ=DAILY;UNTIL=${until}`, start, berlin))).toBe(`FREQ=DAILY;UNTIL=${expected}`)
  })
})

describe('sameRecurrence', () => {
  const rule = (text: string): RecurrenceRule => parseRule(text, zoned)
  const of = (...texts: string[]) => ({ rules: texts.map(rule), dates: [] })
  test.each([
    ['FREQ=WEEKLY;BYDAY=MO,WE', 'BYDAY=WE,MO;INTERVAL=1;FREQ=WEEKLY;WKST=SU'],
    ['FREQ=DAILY;WKST=SU', 'FREQ=DAILY'],
    ['FREQ=DAILY;UNTIL=20260401', 'FREQ=DAILY;UNTIL=20260402T035959Z'],
    ['FREQ=DAILY;COUNT=4', 'FREQ=DAILY;UNTIL=20260313T130000Z'], ['FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3', 'FREQ=WEEKLY;BYDAY=TH,TU;UNTIL=20260318T000000Z'],
  ])('%s means %s', (a, b) => {
    expect(sameRecurrence(of(a), of(b), zoned)).toBe(true)
  })

  test.each([
    ['FREQ=DAILY;COUNT=4', 'FREQ=DAILY;UNTIL=20260314T130000Z'], ['FREQ=DAILY;COUNT=4', 'FREQ=WEEKLY;COUNT=4'], ['FREQ=DAILY;COUNT=3000', 'FREQ=DAILY;COUNT=3001'],
    ['FREQ=DAILY', 'FREQ=DAILY;INTERVAL=2'], ['FREQ=DAILY', 'FREQ=DAILY;COUNT=3'], ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU'],
    ['FREQ=YEARLY;BYWEEKNO=1', 'FREQ=YEARLY;BYWEEKNO=1;WKST=SU'], ['FREQ=MONTHLY;BYDAY=1MO', 'FREQ=MONTHLY;BYDAY=-1MO'],
  ])('%s does not mean %s', (a, b) => {
    expect(sameRecurrence(of(a), of(b), zoned)).toBe(false)
  })

  test('the order of several rules and dates does not count', () => {
    expect(sameRecurrence(of('FREQ=DAILY', 'FREQ=WEEKLY'), of('FREQ=WEEKLY', 'FREQ=DAILY'), zoned)).toBe(true)
    expect(sameRecurrence(of('FREQ=DAILY', 'FREQ=WEEKLY'), of('FREQ=WEEKLY'), zoned)).toBe(false)
    expect(sameRecurrence(of('FREQ=DAILY;COUNT=4', 'FREQ=YEARLY'), of('FREQ=DAILY;UNTIL=20260313T130000Z', 'FREQ=YEARLY'), zoned)).toBe(false)
  })
})
