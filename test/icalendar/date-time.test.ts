import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant } from '../../src/calendar/identifiers.ts'
import { formatInstant, formatSeconds, parseDateTimeValue, parseDuration } from '../../src/icalendar/date-time.ts'

describe('DATE and DATE-TIME (RFC 5545 §3.3.4, §3.3.5)', () => {
  test.each([
    ['20260310', { kind: 'date', date: '2026-03-10' }],
    ['20240229', { kind: 'date', date: '2024-02-29' }],
    ['00010101', { kind: 'date', date: '0001-01-01' }],
    ['20260310T093005', { kind: 'local', local: '2026-03-10T09:30:05' }],
    ['20260310T093005Z', { kind: 'utc', at: Date.UTC(2026, 2, 10, 9, 30, 5) }],
    ['  20260310t093005z ', { kind: 'utc', at: Date.UTC(2026, 2, 10, 9, 30, 5) }],
    ['20161231T235960Z', { kind: 'utc', at: Date.UTC(2016, 11, 31, 23, 59, 59) }],
    ['00010101T000000Z', { kind: 'utc', at: Date.parse('0001-01-01T00:00:00Z') }],
  ])('%s', (text, value) => {
    expect(parseDateTimeValue(text)).toEqual(value)
  })

  test.each([
    '', '2026031', '202603101', '20260230', '20250229', '20261301', '20260100', '00000101', '2026-03-10', '20260310T', '20260310T0930',
    '20260310T240000', '20260310T096000', '20260310T093061', '20260310T093005+01', '20260310X093005', '20131210Z', 'None', '２０２６０３１０',
  ])('%j is none', (text) => {
    expect(parseDateTimeValue(text)).toBeUndefined()
  })

  test('moments come back as they were, in whole seconds', () => {
    const seconds = fc.integer({ min: Date.parse('0001-01-01T00:00:00Z') / 1000, max: Date.parse('9999-12-31T23:59:59Z') / 1000 })
    fc.assert(fc.property(seconds, (second) => {
      expect(parseDateTimeValue(formatInstant(instant(second * 1000)))).toEqual({ kind: 'utc', at: second * 1000 })
    }))
    expect(formatInstant(instant(Date.parse('2026-03-10T09:00:00.999Z')))).toBe('20260310T090000Z')
  })
})

describe('DURATION (RFC 5545 §3.3.6)', () => {
  test.each([
    ['PT15M', 0, 900], ['-PT15M', 0, -900], ['+PT1H', 0, 3600], ['P1D', 1, 0], ['P1DT1H1M1S', 1, 3661], ['P2W', 14, 0], ['-P1W', -7, 0],
    ['PT0S', 0, 0], ['-PT0S', 0, 0], ['pt15m', 0, 900], [' PT15M ', 0, 900], ['-PT00H15M00S', 0, -900], ['P1DT', 1, 0], ['P1W2D', 9, 0], ['-P300S', 0, -300],
  ])('%s', (text, days, seconds) => {
    expect(parseDuration(text)).toEqual({ days, seconds })
  })

  test.each(['', 'P', 'PT', '15M', 'PT15', 'P15M', 'PT-15M', 'PT1M1H', 'PT1.5H', '1', `P${'9'.repeat(1000)}D`])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  test.each([
    [0, 'PT0S'], [-600, '-PT10M'], [3661, 'PT1H1M1S'], [86_400, 'P1D'], [-90_000, '-P1DT1H'], [604_800, 'P7D'], [-1, '-PT1S'],
  ])('%d seconds are written %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text)
  })

  test('seconds come back as they were', () => {
    fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), (seconds) => {
      const duration = parseDuration(formatSeconds(seconds))!
      expect(duration.days * 86_400 + duration.seconds).toBe(seconds)
    }))
  })
})
