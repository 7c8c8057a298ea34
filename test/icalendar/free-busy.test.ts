import { expect, test } from 'vitest'
import { emailAddress, eventUid, instant } from '../../src/calendar/identifiers.ts'
import { formatComponent } from '../../src/icalendar/format.ts'
import { freeBusyComponent } from '../../src/icalendar/free-busy.ts'

const at = (text: string): ReturnType<typeof instant> => instant(Date.parse(text))
const answer = {
  uid: eventUid('1'),
  range: { from: at('2026-03-10T00:00:00Z'), to: at('2026-03-11T00:00:00Z') }, at: at('2026-03-09T12:00:00Z'),
  busy: [
    { type: 'BUSY', from: at('2026-03-10T09:00:00Z'), to: at('2026-03-10T10:00:00Z') },
    { type: 'BUSY-TENTATIVE', from: at('2026-03-10T12:00:00Z'), to: at('2026-03-10T13:30:00Z') },
  ],
} as const

test('VFREEBUSY: one period a line, since Thunderbird reads only the first of a list (RFC 4791 §7.10)', () => {
  expect(formatComponent(freeBusyComponent(answer)).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//calgate//calgate//EN', 'CALSCALE:GREGORIAN', 'BEGIN:VFREEBUSY', 'DTSTAMP:20260309T120000Z',
    'DTSTART:20260310T000000Z', 'DTEND:20260311T000000Z', 'UID:1', 'FREEBUSY;FBTYPE=BUSY:20260310T090000Z/20260310T100000Z',
    'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260310T120000Z/20260310T133000Z', 'END:VFREEBUSY', 'END:VCALENDAR', '',
  ])
})

test('VFREEBUSY: an answer to a scheduling request is a METHOD:REPLY about the one who was asked (RFC 5546 §3.3.3)', () => {
  const reply = { organizer: emailAddress('a@example.com')!, attendee: emailAddress('b@example.com')! }
  const lines = formatComponent(freeBusyComponent({ ...answer, busy: [], reply })).split('\r\n')
  expect(lines).toEqual(expect.arrayContaining(['METHOD:REPLY', 'UID:1', 'ORGANIZER:mailto:a@example.com', 'ATTENDEE:mailto:b@example.com']))
  expect(lines.some((line) => line.startsWith('FREEBUSY'))).toBe(false)
})
