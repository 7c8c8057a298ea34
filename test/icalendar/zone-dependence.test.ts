import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { timeZoneId } from '../../src/calendar/identifiers.ts'
import { CalendarDataError, parseCalendarObject } from '../../src/icalendar/parse.ts'
import type { CalendarObject } from '../../src/icalendar/parse.ts'
import { dependsOnCalendarZone } from '../../src/icalendar/zone-dependence.ts'

const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'].map(timeZoneId)
const folder = new URL('../../fixtures/icalendar/', import.meta.url)
const bodies = readdirSync(folder).filter((name) => name.endsWith('.ics')).map((name) => [name, readFileSync(new URL(name, folder))] as const)

function parsed(body: Uint8Array, zone = zones[0]!): CalendarObject | undefined {
  try {
    return parseCalendarObject(body, { calendarZone: zone })
  } catch (error) {
    if (error instanceof CalendarDataError) return undefined
    throw error
  }
}

const text = (lines: readonly string[], more: readonly string[] = []): Uint8Array => Buffer.from(
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//EN', ...more, 'BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n'))

describe('whether a body depends on the zone of its calendar', () => {
  test.each([
    ['UTC', ['DTSTART:20260101T100000Z', 'DTEND:20260101T110000Z'], false],
    ['a known zone', ['DTSTART;TZID=Europe/Berlin:20260101T100000', 'DURATION:PT1H'], false],
    ['a known zone with exceptions in it', ['DTSTART;TZID=Europe/Berlin:20260101T100000', 'RRULE:FREQ=DAILY;UNTIL=20260109T090000Z', 'EXDATE;TZID=Europe/Berlin:20260102T100000'], false],
    ['days', ['DTSTART;VALUE=DATE:20260101', 'DTEND;VALUE=DATE:20260103'], false],
    ['days until a day', ['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;UNTIL=20260109'], false],
    ['a floating time', ['DTSTART:20260101T100000', 'DTEND:20260101T110000'], true],
    ['days until a moment', ['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;UNTIL=20260109T090000Z'], true],
    ['days without a moment', ['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;COUNT=9', 'EXDATE:20260102T000000Z'], true],
    ['an absolute alarm that floats', ['DTSTART:20260101T100000Z', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', 'TRIGGER;VALUE=DATE-TIME:20260101T090000', 'END:VALARM'], true],
  ])('%s (RFC 5545 §3.3.5)', (_title, lines, expected) => {
    expect(dependsOnCalendarZone(parsed(text(lines))!)).toBe(expected)
  })

  test('a zone of the client\'s own rules', () => {
    const rules = ['BEGIN:VTIMEZONE', 'TZID:Mine', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100', 'END:STANDARD', 'END:VTIMEZONE']
    expect(dependsOnCalendarZone(parsed(text(['DTSTART;TZID=Mine:20260101T100000'], rules))!)).toBe(true)
  })

  test('where it does not, every zone gives the same series', () => {
    let independent = 0
    for (const [name, body] of bodies) {
      const object = parsed(body)
      if (object === undefined || dependsOnCalendarZone(object)) continue
      independent += 1
      for (const zone of zones) expect([name, parsed(body, zone)?.series]).toEqual([name, object.series])
    }
    expect(independent).toBeGreaterThan(5)
  })
})
