import fc from 'fast-check'
import { RRuleTemporal } from 'rrule-temporal'
import { describe, expect, test } from 'vitest'

import type { EventTime } from '../../src/calendar/event.ts'
import { instant, localDateTime, timeZoneId } from '../../src/calendar/identifiers.ts'
import { dayRuleClocks, type Budget } from '../../src/icalendar/day-rules.ts'
import { expand, formatRule, parseRule } from '../../src/icalendar/recurrence.ts'
import { localAt } from '../../src/icalendar/time-zone.ts'

const dayMs = 86_400_000
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const upTo = (most: number, least = 1) => Array.from({ length: most - least + 1 }, (_, i) => i + least)
const signed = (most: number) => [...upTo(most), ...upTo(most).map((each) => -each)]
const some = <T>(values: readonly T[], most: number) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most }), { nil: [], freq: 2 })

interface GeneratedRule { frequency: string; interval: number; count: number | undefined; parts: [string, readonly unknown[]][]; weekStart: string }

/** Rules that RFC 5545 §3.3.10 allows, of days and more. */
const generated: fc.Arbitrary<GeneratedRule> = fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY').chain((frequency) => fc.record({
  frequency: fc.constant(frequency), interval: fc.integer({ min: 1, max: 4 }), count: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  parts: fc.tuple(
    fc.tuple(fc.constant('BYMONTH'), some(upTo(12), 4)),
    fc.tuple(fc.constant('BYWEEKNO'), frequency === 'YEARLY' ? some(signed(53), 3) : fc.constant([])),
    fc.tuple(fc.constant('BYYEARDAY'), frequency === 'YEARLY' ? some(signed(366), 5) : fc.constant([])),
    fc.tuple(fc.constant('BYMONTHDAY'), frequency === 'WEEKLY' ? fc.constant([]) : some(signed(31), 5)),
    fc.tuple(fc.constant('BYDAY'), some(frequency === 'MONTHLY' ? [...weekdays, '1MO', '2TU', '-1FR', '5SU', '-5SA'] : weekdays, 4)),
    fc.tuple(fc.constant('BYHOUR'), some(upTo(23, 0), 2)),
    fc.tuple(fc.constant('BYSETPOS'), some(signed(5), 2)),
  ),
  weekStart: fc.constantFrom(...weekdays),
}))

function textOf({ frequency, interval, count, parts, weekStart }: GeneratedRule): string {
  const named = parts.filter(([, list]) => list.length > 0)
  const kept = named.some(([name]) => name !== 'BYSETPOS') ? named : []
  return [`FREQ=${frequency}`, `INTERVAL=${interval}`, ...(count === undefined ? [] : [`COUNT=${count}`]), ...kept.map(([name, list]) => `${name}=${list.join()}`), `WKST=${weekStart}`].join(';')
}

const startDays = fc.integer({ min: 7000, max: 25_000 })

describe('against a walk through all days', () => {
  /**
   * RFC 5545 §3.3.10 the slow way, on Date: every day from DTSTART on is asked by itself, periods are told by numbers of their own.
   * BYSETPOS and BYHOUR are left to the other oracle.
   */
  function slowly(text: string, start: number, end: number): string[] {
    const part = new Map(text.split(';').map((each) => each.split('=') as [string, string]))
    const list = (name: string) => part.get(name)?.split(',') ?? []
    const numbers = (name: string) => list(name).map(Number)
    const first = new Date(start)
    const weekStart = (weekdays.indexOf(part.get('WKST')!) + 1) % 7
    const weekOf = (date: Date) => Math.floor((date.getTime() / dayMs - ((date.getUTCDay() - weekStart + 7) % 7)) / 7 + 1000)
    const period = (date: Date) => ({
      DAILY: Math.floor(date.getTime() / dayMs), WEEKLY: weekOf(date), MONTHLY: date.getUTCFullYear() * 12 + date.getUTCMonth(), YEARLY: date.getUTCFullYear(),
    })[part.get('FREQ')!]!
    const matches = (name: string, place: number, size: number) => numbers(name).length === 0 || numbers(name).some((each) => each === place || each === place - size - 1)
    const monthSize = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    const yearDay = (date: Date) => Math.round((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1
    const yearSize = (date: Date) => yearDay(new Date(Date.UTC(date.getUTCFullYear(), 11, 31)))
    const isDay = (date: Date) => list('BYDAY').length === 0 || list('BYDAY').some((each) => {
      const [, ordinal, name] = /^(-?\d*)(..)$/.exec(each)!
      if (weekdays[(date.getUTCDay() + 6) % 7] !== name) return false
      const fromEnd = -Math.ceil((monthSize(date) - date.getUTCDate() + 1) / 7)
      return ordinal === '' || Number(ordinal) === Math.ceil(date.getUTCDate() / 7) || Number(ordinal) === fromEnd
    })
    const names = (...parts: string[]) => parts.some((each) => part.has(each))
    const isImplied = (date: Date) => ({
      DAILY: true,
      WEEKLY: names('BYDAY') || date.getUTCDay() === first.getUTCDay(),
      MONTHLY: names('BYDAY', 'BYMONTHDAY') || date.getUTCDate() === first.getUTCDate(),
      YEARLY: names('BYDAY', 'BYMONTHDAY', 'BYYEARDAY') || (date.getUTCDate() === first.getUTCDate() && (names('BYMONTH') || date.getUTCMonth() === first.getUTCMonth())),
    })[part.get('FREQ')!]!
    const days = [start]
    for (let at = start + dayMs; at < end; at += dayMs) {
      const date = new Date(at)
      if ((period(date) - period(first)) % Number(part.get('INTERVAL')) !== 0 || !isImplied(date) || !isDay(date)) continue
      if (!matches('BYMONTH', date.getUTCMonth() + 1, 99) || !matches('BYMONTHDAY', date.getUTCDate(), monthSize(date)) || !matches('BYYEARDAY', yearDay(date), yearSize(date))) continue
      days.push(at)
    }
    return days.slice(0, Number(part.get('COUNT') ?? Infinity)).map((at) => new Date(at).toISOString().replace('.000', ''))
  }

  test('the same days come out for any rule of days, weeks, months and years', () => {
    fc.assert(fc.property(generated, startDays, (rule, startDay) => {
      const text = textOf({ ...rule, parts: rule.parts.filter(([name]) => !['BYSETPOS', 'BYHOUR', 'BYWEEKNO'].includes(name)) })
      const [start, end] = [startDay * dayMs + 9 * 3_600_000, (startDay + 4000) * dayMs]
      const time: EventTime = { kind: 'utc', at: instant(start) }
      const found = expand(time, { rules: [parseRule(text, time)], dates: [] }, { to: instant(end) }, { floatingZone: timeZoneId('UTC'), limit: 5000 })
      expect(found).toEqual({ starts: slowly(text, start, end), isComplete: true })
    }), { numRuns: 300 })
  })
})

describe('against rrule-temporal', () => {
  /**
   * Where rrule-temporal 2.2.8 errs: BYWEEKNO and BYYEARDAY beside other day parts, and BYDAY with a number beside BYMONTHDAY, are united there,
   * where RFC 5545 §3.3.10 has the later part limit the earlier; counts of weekdays that a year does not have spill into the next year.
   * Positions beside a time in a gap differ too: there the time is taken out before positions are counted, here after.
   */
  const isRight = (text: string) => !/BYWEEKNO.*(BYYEARDAY|BYMONTHDAY)|BYYEARDAY.*(BYMONTHDAY|BYDAY)/.test(text)

  test.each(['UTC', 'America/New_York', 'Australia/Lord_Howe'])('the same starts come out in %s', (zone) => {
    fc.assert(fc.property(generated, startDays, fc.integer({ min: 4, max: 22 }), (rule, startDay, hour) => {
      const text = textOf({ ...rule, parts: rule.parts.map(([name, list]) => [name, name === 'BYHOUR' ? list.filter((each) => Number(each) > 3) : list]) })
      fc.pre(isRight(text))
      const local = new Date(startDay * dayMs + hour * 3_600_000).toISOString().slice(0, 19)
      const time: EventTime = { kind: 'zoned', local: localDateTime(local), zone: timeZoneId(zone) }
      const [from, to] = [new Date((startDay + 300) * dayMs), new Date((startDay + 2000) * dayMs)]
      const theirs = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${local.replace(/[-:]/g, '')}\nRRULE:${text}`, includeDtstart: true, cache: false })
      const found = expand(time, { rules: [parseRule(text, time)], dates: [] }, { from: instant(+from), to: instant(+to) }, { floatingZone: timeZoneId('UTC'), limit: 5000 })
      expect(found.starts).toEqual(theirs.between(from, new Date(+to - 1), true).map((each) => each.toInstant().toString()))
    }), { numRuns: 200 })
  })
})

test('a rule comes back from its text', () => {
  fc.assert(fc.property(generated, (rule) => {
    const start: EventTime = { kind: 'floating', local: localDateTime('2026-03-10T09:00:00') }
    const parsed = parseRule(textOf(rule), start)
    expect(parseRule(formatRule(parsed), start)).toEqual(parsed)
  }))
})

test('a part of the time line holds what the whole has there', () => {
  fc.assert(fc.property(generated, startDays, fc.nat(3000), fc.nat(400), (rule, startDay, begin, length) => {
    const time: EventTime = { kind: 'zoned', local: localDateTime(new Date(startDay * dayMs + 5_400_000).toISOString().slice(0, 19)), zone: timeZoneId('Europe/Berlin') }
    const recurrence = { rules: [parseRule(textOf(rule), time)], dates: [] }
    const options = { floatingZone: timeZoneId('UTC'), limit: 10_000 }
    const [from, to] = [instant((startDay + begin) * dayMs), instant((startDay + begin + length) * dayMs)]
    const whole = expand(time, recurrence, { to }, options).starts.filter((id) => Date.parse(id) >= from)
    expect(expand(time, recurrence, { from, to }, options).starts).toEqual(whole)
  }), { numRuns: 300 })
})

describe('bounded work', () => {
  const zoned: EventTime = { kind: 'zoned', local: localDateTime('1970-01-01T09:00:00'), zone: timeZoneId('Europe/Berlin') }
  const work = (text: string, from: number, to: number): number => {
    const budget: Budget = { left: 1e6 }
    const clocks = [...dayRuleClocks(parseRule(text, zoned), 9 * 3_600_000, { from, to }, budget)]
    expect(clocks.length).toBeGreaterThan(0)
    return 1e6 - budget.left
  }

  test.each(['FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO,TH', 'FREQ=MONTHLY;BYDAY=-1FR', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'FREQ=YEARLY', 'FREQ=DAILY;INTERVAL=3', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'])(
    'a series from 1970 asked about 2090 costs no more than about 1971: %s', (text) => {
      const year = (number: number) => [Date.UTC(number, 0, 1), Date.UTC(number + 1, 0, 1)] as const
      expect(work(text, ...year(2090))).toBeLessThan(work(text, ...year(1971)) + 900)
      expect(work(text, ...year(2090))).toBeLessThan(2500)
    })

  const hours = upTo(23, 0), sixty = upTo(59, 0)
  const everySecond = `BYHOUR=${hours};BYMINUTE=${sixty};BYSECOND=${sixty}`
  /** Long, endless or empty: each answers, and either says all of it or says that it does not. */
  test.each([
    ['COUNT of a billion', 'FREQ=DAILY;COUNT=999999999', true], ['30 February', 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', true], ['30 February, counted', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3', true],
    ['every second', 'FREQ=SECONDLY', false], ['every second for long', 'FREQ=SECONDLY;COUNT=999999999', false], ['every second of 30 February', 'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', true],
    ['every minute of 30 February', 'FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30', true], ['every second of 30 February, counted', 'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9', undefined],
    ['every second by lists', `FREQ=DAILY;${everySecond}`, false], ['every second by lists, counted', `FREQ=YEARLY;BYYEARDAY=${upTo(366)};${everySecond};COUNT=999999999`, false],
    ['the last second of every year', `FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31;${everySecond};BYSETPOS=-1`, true], ['every minute by lists', `FREQ=HOURLY;BYMINUTE=${sixty};BYSECOND=${sixty}`, false],
    ['a huge interval', 'FREQ=YEARLY;INTERVAL=9223372036854775807', true], ['a huge interval of seconds', 'FREQ=SECONDLY;INTERVAL=9223372036854775807', true],
    ['week 53 in February', 'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=2', true], ['every second by position', `FREQ=MINUTELY;BYSECOND=${sixty};BYSETPOS=-1`, false],
  ])('%s', (_, text, isComplete) => {
    const range = { from: instant(Date.UTC(2026, 0)), to: instant(Date.UTC(2026, 6)) }
    const found = expand(zoned, { rules: [parseRule(text, zoned)], dates: [] }, range, { floatingZone: timeZoneId('UTC'), limit: 500 })
    expect(found.starts.length).toBeLessThanOrEqual(500)
    if (isComplete !== undefined) expect(found.isComplete).toBe(isComplete)
    if (!found.isComplete) return
    for (const id of found.starts) expect(localAt(instant(Date.parse(id)), zoned.kind === 'zoned' ? zoned.zone : timeZoneId('UTC'))).toMatch(/^2026-0[1-6]/)
  })

  test('and over all time', () => {
    for (const text of ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=DAILY', 'FREQ=YEARLY;BYDAY=53MO;BYMONTHDAY=1', `FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2;${everySecond}`]) {
      const found = expand(zoned, { rules: [parseRule(text, zoned)], dates: [] }, {}, { floatingZone: timeZoneId('UTC'), limit: 100 })
      expect(found.starts.length).toBeGreaterThan(0)
      expect(found.starts.length).toBeLessThanOrEqual(100)
    }
  })
})
