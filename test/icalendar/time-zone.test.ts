import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { instant, localDateTime, plainDate, timeZoneId, type TimeZoneId } from '../../src/calendar/identifiers.ts'
import { findTimeZone, instantOf, localAt, offsetSecondsAt, Temporal, zonedOrUtc } from '../../src/icalendar/time-zone.ts'

const berlin = timeZoneId('Europe/Berlin')
const iso = (at: number) => new Date(at).toISOString().slice(0, 19)
const zoned = (local: string, zone: string) => ({ kind: 'zoned', local: localDateTime(local), zone: timeZoneId(zone) }) as const

describe('findTimeZone', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'], ['EUROPE/BERLIN', 'Europe/Berlin'], ['america/port-au-prince', 'America/Port-au-Prince'],
    ['america/argentina/comodrivadavia', 'America/Argentina/ComodRivadavia'], ['antarctica/dumontdurville', 'Antarctica/DumontDUrville'],
    ['us/pacific', 'US/Pacific'], ['gb-eire', 'GB-Eire'], ['etc/gmt+5', 'Etc/GMT+5'], ['EST5EDT', 'EST5EDT'], ['utc', 'UTC'], ['japan', 'Japan'],
    // An alias stays the name that it is.
    ['Europe/Kiev', 'Europe/Kiev'], ['Europe/Kyiv', 'Europe/Kyiv'], ['Asia/Calcutta', 'Asia/Calcutta'], ['Asia/Kolkata', 'Asia/Kolkata'],
  ])('%s is %s', (name, expected) => {
    expect(findTimeZone(name)).toBe(expected)
  })

  test.each(['', '+01:00', '-0500', 'GMT+1', 'PST', 'W. Europe Standard Time', 'Europe/Atlantis', 'Europe/Berlin[u-ca=iso8601]', '2020-01-01T00:00[Europe/Berlin]',
    'Etc/Unknown', ' Europe/Berlin', 'A/'.repeat(100), '__proto__', 'constructor', 'Europe/Berlin\u0000', 'Europe/Köln'])('%j is no zone', (name) => {
    expect(findTimeZone(name)).toBeUndefined()
  })

  test('every zone of the runtime is found in any case', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) expect(findTimeZone(name.toLowerCase())).toBe(name)
  })
})

describe('instantOf (RFC 5545 §3.3.5)', () => {
  test.each([
    ['an ordinary time', '2026-07-01T12:00:00', 'Europe/Berlin', '2026-07-01T10:00:00'],
    ['the example of a fold: the first of the two', '2007-11-04T01:30:00', 'America/New_York', '2007-11-04T05:30:00'],
    ['the example of a gap: the offset before it', '2007-03-11T02:30:00', 'America/New_York', '2007-03-11T07:30:00'],
    ['the last second before a gap', '2026-03-29T01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59'],
    ['the first second behind a gap', '2026-03-29T03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00'],
    ['the first second of a fold', '2026-10-25T02:00:00', 'Europe/Berlin', '2026-10-25T00:00:00'],
    ['the first second behind a fold', '2026-10-25T03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00'],
    ['half an hour of summer', '2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00'],
    ['a day that a zone left out', '2011-12-30T12:00:00', 'Pacific/Apia', '2011-12-30T22:00:00'],
    ['a winter that is behind standard time', '2026-01-15T12:00:00', 'Europe/Dublin', '2026-01-15T12:00:00'],
    ['two hours of summer', '2026-07-01T12:00:00', 'Antarctica/Troll', '2026-07-01T10:00:00'],
    ['local mean time', '1850-01-01T00:00:00', 'Europe/Berlin', '1849-12-31T23:06:32'],
    ['the end of the calendar', '9999-12-31T23:59:59', 'Europe/Berlin', '9999-12-31T22:59:59'],
    ['its beginning', '0001-01-01T12:00:00', 'UTC', '0001-01-01T12:00:00'],
  ])('%s', (_, local, zone, expected) => {
    expect(iso(instantOf(zoned(local, zone), timeZoneId('Asia/Tokyo')))).toBe(expected)
  })

  test('dates and floating times are read in the zone of the calendar (RFC 4791 §9.9)', () => {
    expect(iso(instantOf({ kind: 'date', date: plainDate('2026-07-01') }, berlin))).toBe('2026-06-30T22:00:00')
    expect(iso(instantOf({ kind: 'floating', local: localDateTime('2026-07-01T08:00:00') }, berlin))).toBe('2026-07-01T06:00:00')
    expect(iso(instantOf({ kind: 'utc', at: instant(0) }, berlin))).toBe('1970-01-01T00:00:00')
  })
})

const moments = fc.integer({ min: Date.UTC(1890, 0) / 1000, max: Date.UTC(2120, 0) / 1000 }).map((second) => second * 1000)
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone')).map((name) => name as TimeZoneId)

describe('against Temporal', () => {
  test('offsets and wall clocks are the same at any time in any zone', () => {
    fc.assert(fc.property(moments, zones, (at, zone) => {
      const theirs = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
      expect(offsetSecondsAt(instant(at), zone)).toBe(theirs.offsetNanoseconds / 1e9)
      expect(localAt(instant(at), zone)).toBe(theirs.toPlainDateTime().toString({ smallestUnit: 'second' }))
    }), { numRuns: 1500 })
  })

  test('wall clocks around the changes of a zone mean the same moments', () => {
    fc.assert(fc.property(zones, fc.integer({ min: 1950, max: 2037 }), fc.integer({ min: -150, max: 150 }), (zone, year, minutes) => {
      const change = Temporal.ZonedDateTime.from({ year, month: 2, day: 1, timeZone: zone }).getTimeZoneTransition('next')
      if (change === null) return
      const local = change.toPlainDateTime().add({ minutes })
      expect(instantOf(zoned(local.toString({ smallestUnit: 'second' }), zone), berlin)).toBe(local.toZonedDateTime(zone).epochMilliseconds)
    }), { numRuns: 1500 })
  })

  test('behind the zone data the years repeat themselves', () => {
    const [near, far] = [Date.UTC(2150, 6, 1), Date.UTC(6150, 6, 1)]
    expect(offsetSecondsAt(instant(far), berlin)).toBe(offsetSecondsAt(instant(near), berlin))
  })
})

describe('zonedOrUtc', () => {
  test('the second half of a fold is told in UTC, since its local time names the first (RFC 5545 §3.3.5)', () => {
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)].map(instant)
    expect(zonedOrUtc(first!, berlin)).toEqual(zoned('2026-10-25T02:30:00', 'Europe/Berlin'))
    expect(zonedOrUtc(second!, berlin)).toEqual({ kind: 'utc', at: second })
  })

  test('whatever comes out means the moment that went in', () => {
    fc.assert(fc.property(moments, zones, (at, zone) => {
      expect(instantOf(zonedOrUtc(instant(at), zone), berlin)).toBe(at)
    }))
  })
})

test('the zone of the host changes nothing', () => {
  const script = `
    import { localAt, instantOf, timeZoneComponent, resolveTimeZone } from './src/icalendar/time-zone.ts'
    import { expand, parseRule } from './src/icalendar/recurrence.ts'
    const start = { kind: 'zoned', local: '2026-03-27T02:30:00', zone: 'Europe/Berlin' }
    const rules = [parseRule('FREQ=DAILY;COUNT=5', start), parseRule('FREQ=HOURLY;INTERVAL=7;COUNT=5', start)]
    console.log(JSON.stringify([localAt(1e12, 'Asia/Tokyo'), instantOf(start, 'UTC'), instantOf({ kind: 'date', date: '2026-10-25' }, 'Europe/London'),
      timeZoneComponent('America/New_York', 2026), resolveTimeZone('Unheard of', undefined), expand(start, { rules, dates: [] }, {}, { floatingZone: 'UTC', limit: 20 })]))`
  const under = (host: string) => execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ: host }, encoding: 'utf8' })
  const expected = under('UTC')
  expect(expected).toContain('2001-09-09T10:46:40')
  for (const host of ['America/St_Johns', 'Pacific/Apia', 'Europe/London']) expect(under(host)).toBe(expected)
})
