import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { busySpans, mergedBusySpans } from '../../src/caldav/free-busy.ts'
import type { BusySpan, BusyType } from '../../src/caldav/free-busy.ts'
import { instant } from '../../src/calendar/identifiers.ts'
import { eastern, parseSeries, seriesOf } from './appendix-b.ts'

const at = (text: string) => instant(Date.parse(text))
const range = (from: string, to: string) => ({ from: at(from), to: at(to) })
const span = (type: BusyType, from: number, to: number): BusySpan => ({ type, from: instant(from), to: instant(to) })

const event = (more: string) => parseSeries(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART:20260301T100000Z
DTEND:20260301T110000Z
${more}
END:VEVENT
END:VCALENDAR
`)
const day = range('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z')

describe('busy times of events (RFC 4791 §7.10)', () => {
  test.each<readonly [title: string, more: string, expected: readonly BusyType[]]>([
    ['confirmed', 'STATUS:CONFIRMED', ['BUSY']],
    ['nothing said', 'SUMMARY:s', ['BUSY']],
    ['tentative', 'STATUS:TENTATIVE', ['BUSY-TENTATIVE']],
    ['transparent', 'TRANSP:TRANSPARENT', []],
    ['declined by the owner', 'ORGANIZER:mailto:bo@example.com\nATTENDEE;PARTSTAT=DECLINED:mailto:ANNA@example.com', []],
    ['declined by somebody else', 'ORGANIZER:mailto:anna@example.com\nATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.com', ['BUSY']],
    ['tentatively accepted', 'ORGANIZER:mailto:bo@example.com\nATTENDEE;PARTSTAT=TENTATIVE:mailto:anna@example.com', ['BUSY-TENTATIVE']],
    ['not yet answered', 'ORGANIZER:mailto:bo@example.com\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:anna@example.com', ['BUSY']],
  ])('%s', (_, more, expected) => expect(busySpans(event(more), day, eastern, 'anna@example.com').map(({ type }) => type)).toEqual(expected))

  test('instances count where they are now', () => {
    const spans = busySpans(seriesOf('abcd2'), range('2006-01-04T00:00:00Z', '2006-01-06T00:00:00Z'), eastern, 'x@example.com')
    expect(spans).toEqual([
      span('BUSY', at('2006-01-04T19:00:00Z'), at('2006-01-04T20:00:00Z')), span('BUSY', at('2006-01-05T17:00:00Z'), at('2006-01-05T18:00:00Z')),
    ])
  })

  test('an excluded instance and an event without length take no time', () => {
    expect(busySpans(seriesOf('endless'), range('2006-01-10T00:00:00Z', '2006-01-11T00:00:00Z'), eastern, 'x@example.com')).toEqual([])
    expect(busySpans(seriesOf('moment'), range('2006-01-20T00:00:00Z', '2006-01-21T00:00:00Z'), eastern, 'x@example.com')).toEqual([])
  })
})

describe('merged busy times', () => {
  const whole = { from: instant(0), to: instant(100) }
  test.each<readonly [title: string, spans: readonly BusySpan[], expected: readonly BusySpan[]]>([
    ['sorted', [span('BUSY', 50, 60), span('BUSY', 10, 20)], [span('BUSY', 10, 20), span('BUSY', 50, 60)]],
    ['overlapping and touching ones are one', [span('BUSY', 10, 20), span('BUSY', 15, 30), span('BUSY', 30, 40)], [span('BUSY', 10, 40)]],
    ['cut to the range', [span('BUSY', -10, 20), span('BUSY', 90, 120)], [span('BUSY', 0, 20), span('BUSY', 90, 100)]],
    ['busy wins over tentative', [span('BUSY-TENTATIVE', 10, 50), span('BUSY', 20, 30)], [span('BUSY-TENTATIVE', 10, 20), span('BUSY', 20, 30), span('BUSY-TENTATIVE', 30, 50)]],
    ['nothing is left of what is covered', [span('BUSY-TENTATIVE', 20, 30), span('BUSY', 10, 30)], [span('BUSY', 10, 30)]],
  ])('%s', (_, spans, expected) => expect(mergedBusySpans(spans, whole)).toEqual(expected))

  test('each moment has the type that the spans give it, once', () => {
    const spans = fc.array(fc.record({ type: fc.constantFrom<BusyType>('BUSY', 'BUSY-TENTATIVE'), from: fc.integer({ min: -5, max: 30 }), length: fc.integer({ min: 1, max: 9 }) }))
    fc.assert(fc.property(spans, (given) => {
      const list = given.map(({ type, from, length }) => span(type, from, from + length)).filter((each) => each.to > 0 && each.from < 25)
      const merged = mergedBusySpans(list, { from: instant(0), to: instant(25) })
      for (let moment = 0; moment < 25; moment += 1) {
        const covering = (all: readonly BusySpan[]) => all.filter((each) => each.from <= moment && moment < each.to).map((each) => each.type)
        const types = covering(list)
        const wanted = types.includes('BUSY') ? ['BUSY'] : types.slice(0, 1)
        expect(covering(merged)).toEqual(wanted)
      }
    }))
  })
})
