import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timeZoneId } from '../../src/calendar/identifiers.ts'
import { componentOf, formatCalendarObject, formatComponent } from '../../src/icalendar/format.ts'
import { readComponent } from '../../src/icalendar/lexer.ts'
import { parseCalendarObject } from '../../src/icalendar/parse.ts'
import { series } from './arbitraries.ts'

const options = { calendarZone: timeZoneId('America/Denver') }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('every value of the model', () => {
  test('comes back from its text as it was', () => {
    fc.assert(fc.property(series, (value) => {
      expect(parseCalendarObject(bytes(formatCalendarObject(value)), options).series).toEqual(value)
    }), { numRuns: 300 })
  })

  test('has lines of at most 75 octets that end in CRLF, and no other line breaks or control characters (RFC 5545 §3.1)', () => {
    fc.assert(fc.property(series, (value) => {
      const text = formatCalendarObject(value)
      expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
      for (const line of text.slice(0, -2).split('\r\n')) {
        expect(bytes(line).length).toBeLessThanOrEqual(75)
        // oxlint-disable-next-line no-control-regex
        expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/)
      }
    }), { numRuns: 150 })
  })

  test('gives a tree that comes back from its text as it was, line numbers apart', () => {
    fc.assert(fc.property(series, (value) => {
      const tree = componentOf(value)
      expect(withoutLines(readComponent(bytes(formatComponent(tree))))).toEqual(withoutLines(tree))
    }), { numRuns: 150 })
  })

  test('gives the same octets again after it was read, so that ETags rest', () => {
    fc.assert(fc.property(series, (value) => {
      const text = formatCalendarObject(value)
      expect(formatCalendarObject(parseCalendarObject(bytes(text), options).series)).toBe(text)
    }), { numRuns: 150 })
  })
})

function withoutLines(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'line' ? undefined : value)))
}
