import { describe, expect, test } from 'vitest'
import { parseItip } from '../../src/icalendar/itip.ts'
import type { ItipMessage } from '../../src/icalendar/itip.ts'
import { anHour, bytes, calendar, calendarZone, vevent } from './bodies.ts'

const read = (...lines: readonly string[]): ItipMessage => parseItip(bytes(calendar(...lines)), { calendarZone })
const organizer = 'ORGANIZER;CN=Ada:mailto:ada@example.com'
const guest = 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com'
const freeBusy = ['BEGIN:VFREEBUSY', 'UID:1', 'DTSTART:20260310T000000Z', 'DTEND:20260311T000000Z', organizer, 'ATTENDEE:mailto:bob@example.com', 'ATTENDEE:mailto:cleo@example.com', 'END:VFREEBUSY']

describe('a scheduling message (RFC 5546)', () => {
  test('asks for free-busy times', () => {
    expect(read('METHOD:REQUEST', ...freeBusy)).toMatchObject({
      kind: 'free-busy', method: 'REQUEST', uid: '1', organizer: { address: 'ada@example.com' },
      attendees: [{ address: 'bob@example.com' }, { address: 'cleo@example.com' }],
      range: { from: Date.parse('2026-03-10T00:00:00Z'), to: Date.parse('2026-03-11T00:00:00Z') },
    })
  })

  test('invites to a series and tells it', () => {
    const message = read('METHOD:request', ...vevent(...anHour, 'RRULE:FREQ=DAILY', organizer, guest),
      ...vevent(...anHour, 'RECURRENCE-ID:20260311T080000Z', organizer, guest, 'ATTENDEE:mailto:cleo@example.com'))
    expect(message).toMatchObject({
      kind: 'event', method: 'REQUEST', series: { kind: 'recurring' }, attendees: [{ address: 'bob@example.com' }, { address: 'cleo@example.com' }],
      parts: [{ instance: undefined, attendees: [{ address: 'bob@example.com' }] }, { instance: '2026-03-11T08:00:00Z', attendees: [{}, {}] }],
    })
  })

  test('answers for one instance, without telling the event', () => {
    expect(read('METHOD:REPLY', 'BEGIN:VEVENT', 'UID:1', 'RECURRENCE-ID;TZID=Europe/Berlin:20260311T090000', organizer, guest, 'END:VEVENT')).toEqual({
      kind: 'event', method: 'REPLY', uid: '1', organizer: { address: 'ada@example.com', displayName: 'Ada' }, series: undefined,
      attendees: [expect.objectContaining({ participation: 'accepted' })],
      parts: [{ instance: '2026-03-11T08:00:00Z', attendees: [expect.objectContaining({ address: 'bob@example.com', participation: 'accepted' })] }],
    })
  })

  test('cancels an event, which could not be stored', () => {
    expect(read('METHOD:CANCEL', ...vevent(...anHour, 'STATUS:CANCELLED', organizer, guest))).toMatchObject({ method: 'CANCEL', series: undefined, parts: [{ instance: undefined }] })
  })

  test.each([
    ['no METHOD', calendar(...freeBusy), 'valid-calendar-data'],
    ['a METHOD of its own', calendar('METHOD:SHOUT', ...freeBusy), 'valid-calendar-data'],
    ['two kinds of component', calendar('METHOD:REQUEST', ...freeBusy, ...vevent(...anHour)), 'valid-calendar-data'],
    ['two free-busy requests', calendar('METHOD:REQUEST', ...freeBusy, ...freeBusy), 'valid-calendar-data'],
    ['two UIDs', calendar('METHOD:REQUEST', ...vevent(...anHour), 'BEGIN:VEVENT', 'UID:2', ...anHour, 'END:VEVENT'), 'valid-calendar-data'],
    ['no component', calendar('METHOD:REQUEST'), 'valid-calendar-data'],
    ['a to-do', calendar('METHOD:REQUEST', 'BEGIN:VTODO', 'UID:1', 'END:VTODO'), 'supported-calendar-component'],
    ['no UID', calendar('METHOD:REQUEST', 'BEGIN:VEVENT', ...anHour, 'END:VEVENT'), 'valid-calendar-object-resource'],
    ['a range that ends before it starts', calendar('METHOD:REQUEST', ...freeBusy).replace('DTEND:20260311', 'DTEND:20260309'), 'valid-calendar-data'],
  ])('with %s is refused', (_what, body, precondition) => {
    expect(() => parseItip(bytes(body), { calendarZone })).toThrow(expect.objectContaining({ precondition }))
  })
})
