import { describe, expect, test } from 'vitest'
import type { EventSeries } from '../../src/calendar/event.ts'
import { clark, caldav } from '../../src/dav/names.ts'
import { parseXml } from '../../src/dav/xml.ts'
import { DavError } from '../../src/caldav/errors.ts'
import { calendarDataFormatter, calendarDataRows } from '../../src/caldav/select.ts'
import { eastern, parseSeries, seriesOf, storedOf } from './appendix-b.ts'

const requested = (inside: string, attributes = '') =>
  parseXml(new TextEncoder().encode(`<C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"${attributes}>${inside}</C:calendar-data>`))

/** The lines of an object as a request tells it, without those that are the same in all objects. */
function lines(series: EventSeries, inside: string, attributes = ''): readonly string[] {
  const text = calendarDataFormatter(requested(inside, attributes))(storedOf(series), eastern)
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
  return text.split('\r\n').filter((line) => line !== '' && !/^(PRODID|VERSION|CALSCALE|DTSTAMP|SEQUENCE|TRANSP|STATUS|UID|(BEGIN|END):VCALENDAR)/.test(line))
}

const comp = (name: string, inside = '') => `<C:comp name="${name}">${inside}</C:comp>`
const prop = (name: string, more = '') => `<C:prop name="${name}"${more}/>`
const expand = (start: string, end: string) => `<C:expand start="${start}" end="${end}"/>`
const limit = (start: string, end: string) => `<C:limit-recurrence-set start="${start}" end="${end}"/>`

describe('calendar-data: components and properties (RFC 4791 §9.6.1 to §9.6.4)', () => {
  const formatted = (series: EventSeries, inside: string) => calendarDataFormatter(requested(inside))(storedOf(series), eastern).split('\r\n')

  test('only those that are named, in the order of the object (§7.8.1)', () => {
    const selection = comp('VCALENDAR', prop('VERSION') + comp('VEVENT', ['SUMMARY', 'UID', 'DTSTART', 'RRULE', 'RECURRENCE-ID'].map((name) => prop(name)).join('')))
    expect(formatted(seriesOf('abcd2'), selection)).toEqual([
      'BEGIN:VCALENDAR', 'VERSION:2.0',
      'BEGIN:VEVENT', 'UID:00959BC664CA650E933C892C@example.com', 'DTSTART;TZID=US/Eastern:20060102T120000', 'RRULE:FREQ=DAILY;COUNT=5', 'SUMMARY:Event #2', 'END:VEVENT',
      'BEGIN:VEVENT', 'UID:00959BC664CA650E933C892C@example.com', 'DTSTART;TZID=US/Eastern:20060104T140000', 'RECURRENCE-ID;TZID=US/Eastern:20060104T120000', 'SUMMARY:Event #2 bis', 'END:VEVENT',
      'BEGIN:VEVENT', 'UID:00959BC664CA650E933C892C@example.com', 'DTSTART;TZID=US/Eastern:20060106T140000', 'RECURRENCE-ID;TZID=US/Eastern:20060106T120000', 'SUMMARY:Event #2 bis bis', 'END:VEVENT',
      'END:VCALENDAR', '',
    ])
  })

  test('Evolution asks for the UIDs alone', () => {
    expect(formatted(seriesOf('allDay'), comp('VCALENDAR', prop('VERSION') + comp('VEVENT', prop('UID')))))
      .toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:all-day@example.com', 'END:VEVENT', 'END:VCALENDAR', ''])
  })

  test('an empty comp is the whole component, allprop and allcomp are all of one kind', () => {
    expect(formatted(seriesOf('endless'), comp('VCALENDAR', comp('VTIMEZONE'))).slice(1, 3)).toEqual(['BEGIN:VTIMEZONE', 'TZID:US/Eastern'])
    expect(formatted(seriesOf('moment'), comp('VCALENDAR', comp('VEVENT', `${prop('UID')}<C:allcomp/>`))))
      .toEqual(expect.arrayContaining(['BEGIN:VALARM', 'TRIGGER;VALUE=DATE-TIME:20060101T060000Z']))
    expect(formatted(seriesOf('moment'), comp('VCALENDAR', '<C:allprop/>')))
      .toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0', expect.stringMatching(/^PRODID:/), 'CALSCALE:GREGORIAN', 'END:VCALENDAR', ''])
  })

  test('novalue tells that the property is there, and nothing of it', () => {
    expect(formatted(seriesOf('abcd3'), comp('VCALENDAR', comp('VEVENT', prop('ATTENDEE', ' novalue="yes"') + prop('SUMMARY', ' novalue="no"')))))
      .toEqual(['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'SUMMARY:Event #3', 'ATTENDEE:', 'ATTENDEE:', 'END:VEVENT', 'END:VCALENDAR', ''])
  })

  test('names are compared without case', () => {
    expect(formatted(seriesOf('allDay'), comp('vcalendar', comp('vevent', prop('summary')))))
      .toEqual(['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'SUMMARY:Whole day', 'END:VEVENT', 'END:VCALENDAR', ''])
  })

  test('what is selected can be expanded', () => {
    const selection = expand('20060104T000000Z', '20060105T000000Z') + comp('VCALENDAR', comp('VEVENT', prop('DTSTART')))
    expect(formatted(seriesOf('abcd2'), selection)).toEqual(['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'DTSTART:20060104T190000Z', 'END:VEVENT', 'END:VCALENDAR', ''])
  })
})

describe('calendar-data: expand (RFC 4791 §9.6.5)', () => {
  test('instances in UTC with RECURRENCE-ID, without rule and time zone (§7.8.3)', () => {
    expect(lines(seriesOf('abcd2'), expand('20060103T000000Z', '20060105T000000Z'))).toEqual([
      'BEGIN:VEVENT', 'DTSTART:20060103T170000Z', 'DTEND:20060103T180000Z', 'RECURRENCE-ID:20060103T170000Z', 'SUMMARY:Event #2', 'END:VEVENT',
      'BEGIN:VEVENT', 'DTSTART:20060104T190000Z', 'DTEND:20060104T200000Z', 'RECURRENCE-ID:20060104T170000Z', 'SUMMARY:Event #2 bis', 'END:VEVENT',
    ])
  })

  test('the same wall clock time on both sides of a change of the offset', () => {
    const weekly = parseSeries(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260327T090000
DTEND;TZID=Europe/Berlin:20260327T100000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Europe/Berlin:20260410T090000
END:VEVENT
END:VCALENDAR
`)
    expect(lines(weekly, expand('20260320T000000Z', '20260418T000000Z')).filter((line) => /^(DTSTART|RECURRENCE-ID)/.test(line))).toEqual([
      'DTSTART:20260327T080000Z', 'RECURRENCE-ID:20260327T080000Z',
      'DTSTART:20260403T070000Z', 'RECURRENCE-ID:20260403T070000Z',
      'DTSTART:20260417T070000Z', 'RECURRENCE-ID:20260417T070000Z',
    ])
  })

  test('whole days stay dates', () => {
    const daily = parseSeries('BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY\nSUMMARY:s\nEND:VEVENT\nEND:VCALENDAR\n')
    expect(lines(daily, expand('20260303T120000Z', '20260304T120000Z'))).toEqual([
      'BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260303', 'DTEND;VALUE=DATE:20260304', 'RECURRENCE-ID;VALUE=DATE:20260303', 'SUMMARY:s', 'END:VEVENT',
      'BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20260304', 'DTEND;VALUE=DATE:20260305', 'RECURRENCE-ID;VALUE=DATE:20260304', 'SUMMARY:s', 'END:VEVENT',
    ])
  })

  test('floating times stay floating', () => {
    expect(lines(seriesOf('floating'), expand('20060112T000000Z', '20060113T000000Z')))
      .toEqual(['BEGIN:VEVENT', 'DTSTART:20060112T090000', 'DTEND:20060112T100000', 'SUMMARY:Breakfast wherever', 'END:VEVENT'])
  })

  test('a single event turns to UTC and gets no RECURRENCE-ID', () => {
    expect(lines(seriesOf('abcd1'), expand('20060101T000000Z', '20060104T000000Z')))
      .toEqual(['BEGIN:VEVENT', 'DTSTART:20060102T150000Z', 'DTEND:20060102T160000Z', 'SUMMARY:Event #1', 'DESCRIPTION:Go Steelers!', 'END:VEVENT'])
  })

  test('no instance in the range: no event is told', () => {
    expect(lines(seriesOf('abcd1'), expand('20070101T000000Z', '20080101T000000Z'))).toEqual([])
    expect(lines(seriesOf('abcd2'), expand('20070101T000000Z', '20080101T000000Z'))).toEqual([])
  })

  test('far in the future', () => {
    expect(lines(seriesOf('endless'), expand('20900101T000000Z', '20900108T000000Z')).filter((line) => line.startsWith('DTSTART'))).toEqual(['DTSTART:20900103T130000Z'])
  })

  test('too many instances are refused, not cut', () => {
    const often = parseSeries('BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nDTSTART:20260101T000000Z\nRRULE:FREQ=MINUTELY\nEND:VEVENT\nEND:VCALENDAR\n')
    expect(refusalOf(() => lines(often, expand('20260101T000000Z', '20270101T000000Z')))).toEqual([507, '{DAV:}number-of-matches-within-limits'])
  })
})

describe('calendar-data: limit-recurrence-set (RFC 4791 §9.6.6)', () => {
  const ids = (inside: string) => lines(seriesOf('abcd2'), inside).filter((line) => /^(RRULE:FREQ=DAILY|RECURRENCE-ID)/.test(line))
  const [rule, third, fifth] = ['RRULE:FREQ=DAILY;COUNT=5', 'RECURRENCE-ID;TZID=US/Eastern:20060104T120000', 'RECURRENCE-ID;TZID=US/Eastern:20060106T120000']

  test.each<readonly [title: string, start: string, end: string, expected: readonly string[]]>([
    ['the master is always told', '20070101T000000Z', '20080101T000000Z', [rule!]],
    ['a change that is in the range now (§7.8.2)', '20060103T000000Z', '20060105T000000Z', [rule!, third!]],
    ['only where it is now', '20060104T190000Z', '20060104T200000Z', [rule!, third!]],
    ['only where it was', '20060106T170000Z', '20060106T180000Z', [rule!, fifth!]],
    ['between the two', '20060104T180000Z', '20060104T190000Z', [rule!]],
  ])('%s', (_, start, end, expected) => expect(ids(limit(start, end))).toEqual(expected))

  test('a single event is told whole, its time zone too', () => {
    expect(lines(seriesOf('abcd1'), limit('20070101T000000Z', '20080101T000000Z'))).toEqual(lines(seriesOf('abcd1'), ''))
  })
})

describe('calendar-data: the rest', () => {
  test('limit-freebusy-set changes nothing: events hold no FREEBUSY (RFC 4791 §9.6.7)', () => {
    expect(lines(seriesOf('abcd3'), '<C:limit-freebusy-set start="20060101T000000Z" end="20060102T000000Z"/>')).toEqual(lines(seriesOf('abcd3'), ''))
  })

  test.each(['content-type="application/calendar+json"', 'content-type="text/calendar" version="3.0"'])('another form is refused: %s (RFC 4791 §7.8)', (attributes) => {
    expect(refusalOf(() => calendarDataFormatter(requested('', ` ${attributes}`)))).toEqual([403, clark(caldav('supported-calendar-data'))])
  })

  test('a media type may have parameters (RFC 9110 §8.3.1)', () => {
    expect(lines(seriesOf('abcd3'), '', ' content-type="text/calendar; charset=utf-8"')).toEqual(lines(seriesOf('abcd3'), ''))
  })

  test('whether a request asks for calendar-data', () => {
    const asked = { name: caldav('calendar-data'), element: requested('') }
    const kinds = ([
      { kind: 'properties', properties: [asked] }, { kind: 'all', include: [asked] },
      { kind: 'properties', properties: [] }, { kind: 'all', include: [] }, { kind: 'names' },
    ] as const).map((selection) => calendarDataRows(selection).length)
    expect(kinds).toEqual([1, 1, 0, 0, 0])
  })
})

function refusalOf(run: () => unknown): readonly [number, string | undefined] {
  try {
    run()
  } catch (error) {
    if (error instanceof DavError) return [error.status, error.condition && clark(error.condition)]
    throw error
  }
  throw new Error('nothing was refused')
}
