import { describe, expect, test } from 'vitest'
import type { Attendee } from '../../src/calendar/event.ts'
import { emailAddress } from '../../src/calendar/identifiers.ts'
import { formatContentLine } from '../../src/icalendar/content-line.ts'
import { formatAttendee, formatOrganizer } from '../../src/icalendar/people.ts'
import { calendar, eventWith, refusal, vevent } from './bodies.ts'

const plain: Attendee = {
  address: emailAddress('ada@example.com')!, participation: 'needs-action', isOptional: false, isResource: false, additionalGuests: 0, scheduleAgent: 'server',
}

describe('ATTENDEE (RFC 5545 §3.8.4.1)', () => {
  test.each([
    ['ATTENDEE:mailto:ada@example.com', {}],
    ['ATTENDEE:MAILTO:ada@example.com', {}],
    ['ATTENDEE:mailto: ada@example.com ', {}],
    ['ATTENDEE:ada@example.com', {}],
    ['ATTENDEE:mailto:ada%40example.com', {}],
    ['ATTENDEE:mailto:ada@example.com?subject=x', {}],
    ['ATTENDEE:mailto:<ada@example.com>', {}],
    ['ATTENDEE:mailto:Ada Lovelace <ada@example.com>', {}],
    ['ATTENDEE;EMAIL=ada@example.com:/principals/ada@elsewhere.example/', {}],
    ['ATTENDEE;EMAIL=ada@example.com:urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301', {}],
    ['ATTENDEE;CN="Lovelace, Ada^n^\'x^\'":mailto:ada@example.com', { displayName: 'Lovelace, Ada\n"x"' }],
    ['ATTENDEE;CN=:mailto:ada@example.com', {}],
    ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com', { participation: 'accepted' }],
    ['ATTENDEE;PARTSTAT=declined:mailto:ada@example.com', { participation: 'declined' }],
    ['ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.com', { participation: 'tentative' }],
    ['ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:b@example.com":mailto:ada@example.com', { participation: 'declined' }],
    ['ATTENDEE;PARTSTAT=IN-PROCESS:mailto:ada@example.com', { participation: 'accepted' }],
    ['ATTENDEE;PARTSTAT=X-MAYBE:mailto:ada@example.com', { participation: 'needs-action' }],
    ['ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:ada@example.com', { isOptional: true }],
    ['ATTENDEE;ROLE=CHAIR:mailto:ada@example.com', {}],
    ['ATTENDEE;CUTYPE=RESOURCE:mailto:ada@example.com', { isResource: true }],
    ['ATTENDEE;CUTYPE=ROOM:mailto:ada@example.com', { isResource: true }],
    ['ATTENDEE;CUTYPE=GROUP:mailto:ada@example.com', {}],
    ['ATTENDEE;X-NUM-GUESTS=2:mailto:ada@example.com', { additionalGuests: 2 }],
    ['ATTENDEE;X-NUM-GUESTS=-2:mailto:ada@example.com', {}],
    ['ATTENDEE;X-RESPONSE-COMMENT="late; sorry":mailto:ada@example.com', { comment: 'late; sorry' }],
    ['ATTENDEE;SCHEDULE-AGENT=CLIENT:mailto:ada@example.com', { scheduleAgent: 'client' }],
    ['ATTENDEE;SCHEDULE-AGENT=none:mailto:ada@example.com', { scheduleAgent: 'none' }],
  ])('%s', (line, fields) => {
    expect(eventWith(line).attendees).toEqual([{ ...plain, ...fields }])
  })

  test.each([
    'ATTENDEE;CN=Jane:', 'ATTENDEE:mailto:joe', 'ATTENDEE:urn:uuid:3f2504e0', 'ATTENDEE:invalid:nomail', 'ATTENDEE:/principals/ada', 'ATTENDEE:/principals/ada@example.com/', 'ATTENDEE:mailto:eve@example.com%0d%0aBcc:all@example.com',
    'ATTENDEE:mailto:a b@example.com',
  ])('%s has no e-mail address and is left out', (line) => {
    expect(eventWith(line).attendees).toEqual([])
  })

  test('who is listed twice counts once', () => {
    expect(eventWith('ATTENDEE;CN=A:mailto:ada@example.com', 'ATTENDEE:MAILTO:ADA@example.com').attendees).toEqual([{ ...plain, displayName: 'A' }])
  })

  test('more than 5000 are refused', () => {
    const lines = Array.from({ length: 5001 }, (_, i) => `ATTENDEE:mailto:a${i}@example.com`)
    expect(refusal(calendar(...vevent('DTSTART:20260310', ...lines)))).toMatchObject({ precondition: 'max-attendees-per-instance' })
  })

  test.each([
    [{}, 'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ada@example.com'],
    [{ participation: 'accepted', isOptional: true, isResource: true }, 'ATTENDEE;CUTYPE=RESOURCE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ada@example.com'],
    [{ participation: 'declined', displayName: 'A "x", b^', comment: 'no\nway', additionalGuests: 1, scheduleAgent: 'none' },
      'ATTENDEE;CN="A ^\'x^\', b^^";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;SCHEDULE-AGENT=NONE;X-NUM-GUESTS=1;X-RESPONSE-COMMENT=no^nway:mailto:ada@example.com'],
    [{ participation: 'accepted', address: emailAddress('a%b?c@example.com')! }, 'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:a%25b%3Fc@example.com'],
  ] satisfies [Partial<Attendee>, string][])('%j is written', (fields, line) => {
    expect(formatContentLine(formatAttendee({ ...plain, ...fields })).replaceAll('\r\n ', '')).toBe(`${line}\r\n`)
  })
})

describe('ORGANIZER (RFC 5545 §3.8.4.3)', () => {
  test.each([
    ['ORGANIZER;CN=Ada:mailto:ada@example.com', { address: 'ada@example.com', displayName: 'Ada' }],
    ['ORGANIZER;SENT-BY="mailto:b@example.com":mailto:ada@example.com', { address: 'ada@example.com' }],
    ['ORGANIZER;CN=joe:mailto:joe', undefined],
    ['ORGANIZER:luis.sanchez@example.com', { address: 'luis.sanchez@example.com' }],
  ])('%s', (line, organizer) => {
    expect(eventWith(line).organizer).toEqual(organizer)
  })

  test('is written with its name', () => {
    expect(formatContentLine(formatOrganizer({ address: plain.address, displayName: 'Ada: x' }))).toBe('ORGANIZER;CN="Ada: x":mailto:ada@example.com\r\n')
  })
})
