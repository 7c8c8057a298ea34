import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter } from '../../src/caldav/filter.ts'
import { expanded } from '../../src/caldav/select.ts'
import { eventsOf } from '../../src/calendar/event.ts'
import { instant } from '../../src/calendar/identifiers.ts'
import type { CompFilter, PropFilter } from '../../src/dav/requests.ts'
import { series as anySeries, zones } from '../icalendar/arbitraries.ts'
import { eastern, parseSeries } from './appendix-b.ts'

const HOUR_MS = 3_600_000
const stamp = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')

const rules = fc.constantFrom('', 'RRULE:FREQ=DAILY', 'RRULE:FREQ=DAILY;COUNT=4', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TH', 'RRULE:FREQ=MONTHLY;BYDAY=-1FR', 'RRULE:FREQ=YEARLY;UNTIL=20080101T000000Z')
const starts = fc.constantFrom('DTSTART;TZID=America/New_York:20060102T100000', 'DTSTART:20060102T233000Z', 'DTSTART:20060102T100000', 'DTSTART;VALUE=DATE:20060102')
const changes = fc.constantFrom(
  '', 'EXDATE;TZID=America/New_York:20060103T100000',
  // An instance that was moved two weeks on.
  'moved',
)
const ranges = fc.record({ fromHours: fc.integer({ min: -24 * 10, max: 24 * 900 }), lengthHours: fc.integer({ min: 1, max: 24 * 40 }) })

function seriesText(start: string, rule: string, change: string): string {
  const isZoned = start.includes('America')
  const isRecurring = rule !== ''
  const exdate = change.startsWith('EXDATE') && isZoned && isRecurring ? `\n${change}` : ''
  const until = start.includes('DATE:') ? rule.replace('T000000Z', '') : /:\d+T\d+$/.test(start) && !isZoned ? rule.replace('Z', '') : rule
  const override = change === 'moved' && isZoned && rule.includes('DAILY')
    ? '\nBEGIN:VEVENT\nUID:u\nDTSTAMP:20060101T000000Z\nRECURRENCE-ID;TZID=America/New_York:20060104T100000\nDTSTART;TZID=America/New_York:20060118T150000\nDURATION:PT2H\nEND:VEVENT' : ''
  return `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:u\nDTSTAMP:20060101T000000Z\n${start}${until === '' ? '' : `\n${until}`}${exdate}\nEND:VEVENT${override}\nEND:VCALENDAR\n`
}

/** The filter of a range on VEVENT, with or without more that is asked of it. */
const rangeFilter = (start: string, end: string, props: readonly PropFilter[] = []): CompFilter => ({
  name: 'VCALENDAR', isNotDefined: false, props: [],
  comps: [{ name: 'VEVENT', isNotDefined: false, timeRange: { start, end }, props, comps: [] }],
})

test('a time-range finds a series exactly if expand finds an instance in it (RFC 4791 §9.6.5, §9.9)', () => {
  fc.assert(fc.property(starts, rules, changes, ranges, (start, rule, change, { fromHours, lengthHours }) => {
    const series = parseSeries(seriesText(start, rule, change))
    const from = Date.UTC(2006, 0, 2) + fromHours * HOUR_MS
    const range = { from: instant(from), to: instant(from + lengthHours * HOUR_MS) }
    const filter = compileFilter(rangeFilter(stamp(range.from), stamp(range.to)), eastern, eastern)
    const found = expanded(series, range, eastern)
    expect(filter.matches({ series })).toBe(eventsOf(found).length > 0)
  }), { numRuns: 300 })
})

test('a range alone finds what it finds together with a condition that always holds, also when the same object is asked about again', () => {
  const always: PropFilter = { name: 'UID', isNotDefined: false, params: [] }
  const from = fc.integer({ min: Date.UTC(2019, 0) / HOUR_MS, max: Date.UTC(2036, 0) / HOUR_MS })
  fc.assert(fc.property(anySeries, fc.array(fc.tuple(from, fc.integer({ min: 1, max: 24 * 400 }), zones), { minLength: 1, maxLength: 4 }), (series, asked) => {
    const object = { series }
    for (const [hours, length, zone] of asked) {
      const range = [stamp(hours * HOUR_MS), stamp((hours + length) * HOUR_MS)] as const
      const matches = (filter: CompFilter): boolean => compileFilter(filter, zone, zone).matches(object)
      expect(matches(rangeFilter(...range))).toBe(matches(rangeFilter(...range, [always])))
    }
  }), { numRuns: 300 })
})

test('what never holds does not hold for a range either', () => {
  const filter = { ...rangeFilter('20060101T000000Z', '20070101T000000Z'), isNotDefined: true }
  expect(compileFilter(filter, eastern, eastern).matches({ series: parseSeries(seriesText('DTSTART:20060102T233000Z', '', '')) })).toBe(false)
})
