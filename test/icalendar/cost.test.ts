/** No body within the size limit may take more than a second of CPU, whatever is in it. */

import { describe, expect, test } from 'vitest'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { defaultLimits } from '../../src/icalendar/limits.ts'
import { CalendarDataError, parseCalendarObject } from '../../src/icalendar/parse.ts'
import { anHour, bytes, calendar, calendarZone, vevent } from './bodies.ts'

const room = defaultLimits.bytes - 2000

/** As many lines as fit, in one text. */
function fill(line: (i: number) => string): string {
  const lines: string[] = []
  for (let length = 0, i = 0; length < room - 300; i += 1) {
    lines.push(line(i))
    length += lines.at(-1)!.length + 2
  }
  return lines.join('\r\n')
}

const hour = (i: number): string => new Date(Date.UTC(1990, 0, 1) + i * 3_600_000).toISOString().replace(/[-:]|\.000Z/g, '')
const one = (...lines: readonly string[]): string => calendar(...vevent(...anHour, ...lines))
const daily = vevent(...anHour, 'RRULE:FREQ=DAILY')
const hours = (count: number, suffix = ''): string => Array.from({ length: count }, (_, i) => hour(i) + suffix).join()

const zoneNames = Intl.supportedValuesOf('timeZone').filter((_, i) => i % 9 === 0).slice(0, defaultLimits.zones)
const observance = (i: number): readonly string[] => [
  'BEGIN:STANDARD', `DTSTART:19${i % 90 + 10}${String(i % 12 + 1).padStart(2, '0')}01T000000`, `RRULE:FREQ=YEARLY;BYMONTH=${i % 12 + 1};BYDAY=${i % 4 + 1}SU`,
  `TZOFFSETFROM:+0${i % 9}00`, `TZOFFSETTO:+0${(i + 1) % 9}00`, 'END:STANDARD',
]
const definition = (name: string, observances: number): readonly string[] =>
  ['BEGIN:VTIMEZONE', `TZID:${name}`, ...Array.from({ length: observances }, (_, i) => observance(i)).flat(), 'END:VTIMEZONE']
const inZone = (name: string, i: number): readonly string[] => vevent(`RECURRENCE-ID;TZID=${name}:${hour(i * 9999)}`, `DTSTART;TZID=${name}:${hour(i * 9999)}`)

const bodies: readonly (readonly [what: string, body: string])[] = [
  ['EXDATE lines', calendar(...vevent(...anHour, 'RRULE:FREQ=DAILY', fill((i) => `EXDATE;TZID=America/New_York:${hour(i)}`)))],
  ['a list of EXDATEs', one('RRULE:FREQ=DAILY', `EXDATE;TZID=America/New_York:${hours(9990)}`)],
  ['a list of periods', one('RRULE:FREQ=DAILY', `RDATE;VALUE=PERIOD;TZID=America/New_York:${hours(9990, '/PT7M')}`)],
  ['commas', one('RRULE:FREQ=DAILY', `EXDATE:${','.repeat(room)}`)],
  ['overrides', calendar(...daily, fill((i) => vevent(`RECURRENCE-ID:${hour(i)}Z`, `DTSTART:${hour(i)}Z`).join('\r\n')))],
  ['zones with long definitions', calendar(...zoneNames.flatMap((name) => definition(name, 600)), ...daily, ...zoneNames.flatMap(inZone))],
  ['a zone with a very long definition', calendar(...definition('Nowhere', 6000), ...daily, ...inZone('Nowhere', 1))],
  ['zones that nobody uses', calendar(fill((i) => definition(`x${i}`, 1).join('\r\n')), ...daily)],
  ['guests', one(fill((i) => `ATTENDEE:mailto:a${i}@example.com`))],
  ['alarms', one(fill((i) => `BEGIN:VALARM\r\nTRIGGER:-PT${i}M\r\nEND:VALARM`))],
  ['names', one(fill((i) => `X-${i}:1`))],
  ['one name', one(fill(() => 'SUMMARY:1'))],
  ['parameters', one(fill(() => `X-A${';B=1'.repeat(60)}:1`))],
  ['parameter lists', one(fill(() => `ATTENDEE;MEMBER=${'"a",'.repeat(900)}"b":mailto:a@example.com`))],
  ['quotes', one(`X-A;B=${'"'.repeat(room)}:1`)],
  ['escapes', one(`SUMMARY:${'\\n'.repeat(room / 2)}`)],
  ['backslashes', one(`SUMMARY:${'\\'.repeat(room)}`)],
  ['blanks', one(`SUMMARY:${' '.repeat(room)}x`, `URL:${' '.repeat(100)}x`)],
  ['blanks in a URI', one(`URL:${' '.repeat(room)}x`)],
  ['blanks in a time', calendar(...vevent(`DTSTART:${' '.repeat(room)}x`))],
  ['digits', calendar(...vevent('DTSTART:20260310T090000Z', `DURATION:P${'9'.repeat(room)}D`))],
  ['carets', one(`ATTENDEE;CN="${'^n'.repeat(room / 2)}":mailto:a@example.com`)],
  ['at signs', one(`ATTENDEE:mailto:${'a@'.repeat(room / 2)}`)],
  ['percent escapes', one(`ATTENDEE:mailto:${'%41'.repeat(room / 3)}@example.com`)],
  ['carriage returns', one(`SUMMARY:${'\r'.repeat(room)}`)],
  ['carriage returns between others', one(`SUMMARY:${'\rx'.repeat(room / 2)}`)],
  ['folds', one(`SUMMARY:x${'\n '.repeat(room / 2)}`)],
  ['blank lines', one('\n'.repeat(room))],
  ['nesting', one('BEGIN:X\r\n'.repeat(100_000))],
  ['rules', one(fill((i) => `RRULE:FREQ=DAILY;COUNT=${i + 1}`))],
  ['a rule', one(`RRULE:FREQ=DAILY;BYDAY=${'MO,'.repeat(room / 3)}MO`)],
  ['a far future of hours', one('RRULE:FREQ=SECONDLY;COUNT=2147483647', `EXDATE;VALUE=DATE:${Array.from({ length: 9000 }, (_, i) => hour(i * 24).slice(0, 8)).join()}`)],
]

describe('less than a second of CPU for', () => {
  test.each(bodies)('%s', (_what, body) => {
    const octets = bytes(body).subarray(0, defaultLimits.bytes)
    const before = process.cpuUsage()
    try {
      formatCalendarObject(parseCalendarObject(octets, { calendarZone }).series)
    } catch (error) {
      if (!(error instanceof CalendarDataError)) throw error
    }
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1000)
  })

  test('folds inside characters', () => {
    const octets = Uint8Array.from({ length: room }, (_, i) => [0xc3, 0x0a, 0x20, 0xa9][i % 4]!)
    const body = Buffer.concat([bytes('BEGIN:VCALENDAR\r\nX-A:'), octets.subarray(0, room - room % 4), bytes('\r\nEND:VCALENDAR\r\n')])
    const before = process.cpuUsage()
    expect(() => parseCalendarObject(body, { calendarZone })).toThrow(expect.objectContaining({ precondition: 'valid-calendar-object-resource' }))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})
