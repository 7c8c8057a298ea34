import { describe, expect, test } from 'vitest'
import { newEvent } from '../new-event.ts'
import type { Event, EventSeries, EventTime } from '../../src/calendar/event.ts'
import { emailAddress, eventUid, instant, localDateTime, plainDate, recurrenceId, timeZoneId } from '../../src/calendar/identifiers.ts'
import { component, property } from '../../src/icalendar/component.ts'
import { componentOf, formatCalendarObject, formatComponent } from '../../src/icalendar/format.ts'
import { bytes } from './bodies.ts'

const berlin = timeZoneId('Europe/Berlin')
const zoned = (local: string, zone = berlin): EventTime => ({ kind: 'zoned', local: localDateTime(local), zone })
const utc = (text: string): EventTime => ({ kind: 'utc', at: instant(Date.parse(text)) })
const date = (text: string): EventTime => ({ kind: 'date', date: plainDate(text) })
const anHour = { start: zoned('2026-03-10T09:00:00'), end: zoned('2026-03-10T10:00:00') }
const rule = {
  frequency: 'DAILY' as const, interval: 1, end: { kind: 'never' as const }, bySecond: [], byMinute: [], byHour: [], byDay: [], byMonthDay: [], byYearDay: [],
  byWeekNumber: [], byMonth: [], bySetPosition: [], weekStart: 'MO' as const,
}

const single = (given: Partial<Event> & Pick<Event, 'start' | 'end'>): EventSeries => ({ kind: 'single', uid: eventUid('1@example.com'), event: newEvent(given) })

/** Unfolded lines, without those of VTIMEZONEs. */
function linesOf(series: EventSeries): readonly string[] {
  const text = formatCalendarObject(series).replaceAll('\r\n ', '')
  return text.replace(/BEGIN:VTIMEZONE[^]*END:VTIMEZONE\r\n/, '').split('\r\n')
}

function recurring(start: EventTime, end: EventTime, ids: readonly string[]): EventSeries {
  const [changed, ...cancelled] = ids.map(recurrenceId)
  return {
    kind: 'recurring', uid: eventUid('1@example.com'), master: newEvent({ start, end }), recurrence: { rules: [rule], dates: [] },
    overrides: new Map([[changed!, newEvent({ start, end, summary: 'Changed' })]]), cancelled: new Set(cancelled),
  }
}

describe('the text of an object', () => {
  test('is framed, complete and in one order', () => {
    expect(linesOf(single(anHour))).toEqual([
      'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//calgate//calgate//EN', 'CALSCALE:GREGORIAN', 'BEGIN:VEVENT', 'UID:1@example.com', 'DTSTAMP:19700101T000000Z',
      'DTSTART;TZID=Europe/Berlin:20260310T090000', 'DTEND;TZID=Europe/Berlin:20260310T100000', 'STATUS:CONFIRMED', 'TRANSP:OPAQUE', 'SEQUENCE:0', 'END:VEVENT', 'END:VCALENDAR', '',
    ])
  })

  test.each([
    ['updated', { created: instant(0), updated: instant(86_400_000) }, 'DTSTAMP:19700102T000000Z'],
    ['else created', { created: instant(3_600_000) }, 'DTSTAMP:19700101T010000Z'],
    ['else always the same', {}, 'DTSTAMP:19700101T000000Z'],
  ])('is stamped with what the model knows, never with the time of reading: %s (RFC 5545 §3.8.7.2)', (_what, given, line) => {
    expect(linesOf(single({ ...anHour, ...given }))).toContain(line)
  })

  test('holds the VTIMEZONE of each zone once, sorted, and none that it does not name', () => {
    const newYork = timeZoneId('America/New_York')
    const zonesOf = (series: EventSeries): readonly (string | undefined)[] => componentOf(series).components.filter((each) => each.name === 'VTIMEZONE').map((each) => each.properties.find((line) => line.name === 'TZID')?.value)
    expect(zonesOf(single({ start: zoned('2026-03-10T09:00:00'), end: zoned('2026-03-10T09:00:00', newYork) }))).toEqual(['America/New_York', 'Europe/Berlin'])
    expect(zonesOf(single({ start: utc('2026-03-10T09:00:00Z'), end: utc('2026-03-10T09:00:00Z') }))).toEqual([])
    expect(zonesOf({ kind: 'detached', uid: eventUid('1'), zone: newYork, overrides: new Map([[recurrenceId('2026-03-10T09:00:00Z'), newEvent(anHour)]]) })).toEqual(['America/New_York', 'Europe/Berlin'])
  })

  test('names instances by time, kind and zone of the master (RFC 5545 §3.8.4.4)', () => {
    expect(linesOf(recurring(anHour.start, anHour.end, ['2026-07-11T07:00:00Z', '2026-03-12T08:00:00Z', '2026-03-11T08:00:00Z']))).toEqual(expect.arrayContaining([
      'RRULE:FREQ=DAILY', 'EXDATE;TZID=Europe/Berlin:20260311T090000', 'EXDATE;TZID=Europe/Berlin:20260312T090000', 'RECURRENCE-ID;TZID=Europe/Berlin:20260711T090000',
    ]))
    expect(linesOf(recurring(date('2026-03-10'), date('2026-03-11'), ['2026-03-12', '2026-03-11']))).toEqual(expect.arrayContaining(['EXDATE;VALUE=DATE:20260311', 'RECURRENCE-ID;VALUE=DATE:20260312']))
    const floating: EventTime = { kind: 'floating', local: localDateTime('2026-03-10T09:00:00') }
    expect(linesOf(recurring(floating, floating, ['2026-03-12T09:00:00', '2026-03-11T09:00:00']))).toEqual(expect.arrayContaining(['EXDATE:20260311T090000', 'RECURRENCE-ID:20260312T090000']))
  })

  test('names an instance in the second half of a fold in UTC, since no local time means it', () => {
    expect(linesOf(recurring(zoned('2026-10-01T02:30:00'), zoned('2026-10-01T02:45:00'), ['2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z'])))
      .toEqual(expect.arrayContaining(['RECURRENCE-ID:20261025T013000Z', 'EXDATE;TZID=Europe/Berlin:20261025T023000']))
  })

  test('lists overrides by original start, whatever the order of the map', () => {
    const overrides = new Map(['2026-03-12T08:00:00Z', '2026-03-11T08:00:00Z'].map((id) => [recurrenceId(id), newEvent(anHour)]))
    const ids = linesOf({ kind: 'detached', uid: eventUid('1'), overrides }).filter((line) => line.startsWith('RECURRENCE-ID'))
    expect(ids).toEqual(['RECURRENCE-ID:20260311T080000Z', 'RECURRENCE-ID:20260312T080000Z'])
  })

  test('leaves out CLASS where the calendar\'s default counts, and an end that goes without saying', () => {
    const lines = linesOf(single({ start: utc('2026-03-10T09:00:00Z'), end: utc('2026-03-10T09:00:00Z') }))
    expect(lines.filter((line) => /^(CLASS|DTEND)/.test(line))).toEqual([])
    expect(linesOf(single({ ...anHour, visibility: 'public' }))).toContain('CLASS:PUBLIC')
    expect(linesOf(single({ start: date('2026-03-10'), end: date('2026-03-11') }))).toContain('DTEND;VALUE=DATE:20260311')
  })

  test('sends e-mail alarms to the one it is told, else to the organizer', () => {
    const series = single({ ...anHour, organizer: { address: emailAddress('org@example.com')! }, alarms: { kind: 'own', list: [{ action: 'email', trigger: { kind: 'relative', to: 'start', seconds: 0 } }] } })
    expect(formatCalendarObject(series, emailAddress('me@example.com'))).toContain('ATTENDEE:mailto:me@example.com\r\n')
    expect(formatCalendarObject(series)).toContain('ATTENDEE:mailto:org@example.com\r\n')
  })

  test('cannot be broken out of by what a backend holds', () => {
    const evil = 'x\r\nATTENDEE:mailto:evil@example.com\rEND:VEVENT\n\u0000\u001b\ud800'
    const text = formatCalendarObject(single({
      ...anHour, summary: evil, description: evil, htmlDescription: evil, location: evil, url: evil, eventType: evil,
      organizer: { address: emailAddress('a@example.com')!, displayName: evil }, conferences: [{ uri: evil, features: [evil], label: evil }],
      attachments: [{ uri: evil, title: evil, mediaType: evil }],
      attendees: [{ address: emailAddress('b@example.com')!, displayName: evil, comment: evil, participation: 'accepted', isOptional: false, isResource: false, additionalGuests: 0, scheduleAgent: 'server' }],
    }))
    const names = text.replaceAll('\r\n ', '').split('\r\n').map((line) => line.split(/[:;]/, 1)[0])
    expect(names.filter((name) => name === 'ATTENDEE' || name === 'END')).toEqual(['END', 'END', 'END', 'ATTENDEE', 'END', 'END'])
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800]/)
  })
})

describe('folding (RFC 5545 §3.1)', () => {
  const folded = (value: string): readonly string[] => formatComponent(component('X', [property('A', value)])).split('\r\n').slice(1, -2)

  test.each([[73, 1], [74, 2], [147, 2], [148, 3], [221, 3]])('a value of %d characters takes %d lines', (length, lines) => {
    expect(folded('x'.repeat(length))).toHaveLength(lines)
  })

  test.each(['é', '東', '👍', 'e\u0301', 'aé東👍'])('never cuts a character: %s', (character) => {
    for (let shift = 0; shift < 5; shift += 1) {
      const value = 'x'.repeat(shift) + character.repeat(60)
      const lines = folded(value)
      expect(lines.join('').replaceAll('\r\n', '').replaceAll(' ', '')).toBe(`A:${value}`)
      for (const line of lines) {
        expect(bytes(line).length).toBeLessThanOrEqual(75)
        expect(line.isWellFormed()).toBe(true)
      }
    }
  })
})
