/** Bodies for tests: lines to octets, and one VEVENT in its frame. */

import { timeZoneId } from '../../src/calendar/identifiers.ts'
import type { Event, EventSeries } from '../../src/calendar/event.ts'
import { CalendarDataError, parseCalendarObject } from '../../src/icalendar/parse.ts'

export const calendarZone = timeZoneId('Europe/Berlin')

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** A VCALENDAR with these lines in it. */
export function calendar(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

/** A VEVENT with a UID and these lines. */
export function vevent(...lines: readonly string[]): readonly string[] {
  return ['BEGIN:VEVENT', 'UID:test-1@example.com', 'DTSTAMP:20260101T000000Z', ...lines, 'END:VEVENT']
}

export const anHour: readonly string[] = ['DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=Europe/Berlin:20260310T100000']

export function parsed(...lines: readonly string[]): EventSeries {
  return parseCalendarObject(bytes(calendar(...lines)), { calendarZone }).series
}

/** The event of a single one with these lines; the usual hour unless they tell a start. */
export function eventWith(...lines: readonly string[]): Event {
  const series = parsed(...vevent(...(lines.some((line) => line.startsWith('DTSTART')) ? [] : anHour), ...lines))
  if (series.kind !== 'single') throw new Error(`a ${series.kind} series`)
  return series.event
}

/** The recurring series of these VEVENT lines. */
export function recurringWith(...lines: readonly string[]): EventSeries & { kind: 'recurring' } {
  const series = parsed(...lines)
  if (series.kind !== 'recurring') throw new Error(`a ${series.kind} series`)
  return series
}

/** What the body is refused with. */
export function refusal(body: string | Uint8Array): CalendarDataError {
  try {
    parseCalendarObject(typeof body === 'string' ? bytes(body) : body, { calendarZone })
  } catch (error) {
    if (error instanceof CalendarDataError) return error
    throw error
  }
  throw new Error('The body was accepted.')
}
