import { describe, expect, test } from 'vitest'
import { hasAll } from '../../../../src/backends/google/writing/bodies.ts'
import { handsOver, hasTold, quietened, tellingOf } from '../../../../src/backends/google/writing/telling.ts'
import type { WireEvent } from '../../../../src/backends/google/wire.ts'
import { calendarId } from '../../../../src/calendar/identifiers.ts'

const anna = calendarId('anna@example.com')
const own = { email: 'anna@example.com', self: true, organizer: true, responseStatus: 'accepted' as const }
const [ben, cleo] = [{ email: 'ben@example.com' }, { email: 'Cleo@example.org' }]
const agents = (value: string | null) => ({ extendedProperties: { private: { calgateAgents: value } } })
const row = (attendees: WireEvent['attendees'], more: object = {}): WireEvent => ({ id: 'x', organizer: { email: 'anna@example.com', self: true }, attendees, ...more }) as WireEvent
const noted = { extendedProperties: { private: { calgateSent: expect.any(String) as string } } }

describe('tellingOf (RFC 6638 §7.1)', () => {
  test.each([
    ['all are told', { summary: 'B' }, row([own, ben, cleo]), { told: { summary: 'B', ...noted } }],
    ['one is not', { summary: 'B' }, row([own, ben, cleo], agents('client:cleo@example.org')),
      { before: { attendees: [own, ben] }, told: { summary: 'B', ...noted }, after: { attendees: [own, ben, cleo] } }],
    ['one comes who is not', { attendees: [own, ben, cleo], ...agents('none:cleo@example.org') }, row([own]),
      { told: { attendees: [own, ben], extendedProperties: { private: { calgateAgents: 'none:cleo@example.org', calgateSent: expect.any(String) as string } } }, after: { attendees: [own, ben, cleo] } }],
    ['one goes who was not', { attendees: [own, ben], ...agents(null) }, row([own, ben, cleo], agents('none:cleo@example.org')),
      { before: { attendees: [own, ben] }, told: { attendees: [own, ben], extendedProperties: { private: { calgateAgents: null, calgateSent: expect.any(String) as string } } } }],
    ['one is from now on', { ...agents(null) }, row([own, ben, cleo], agents('none:cleo@example.org')),
      { before: { attendees: [own, ben] }, told: { attendees: [own, ben, cleo], extendedProperties: { private: { calgateAgents: null, calgateSent: expect.any(String) as string } } } }],
    ['one is no more', { ...agents('client:cleo@example.org') }, row([own, ben, cleo]),
      { told: { attendees: [own, ben], extendedProperties: { private: { calgateAgents: 'client:cleo@example.org', calgateSent: expect.any(String) as string } } }, after: { attendees: [own, ben, cleo] } }],
    ['the calendar\'s own row is never meant', { summary: 'B' }, row([own, ben], agents('client:anna@example.com')), { told: { summary: 'B', ...noted } }],
    ['a guest answers', { attendees: [{ ...own, organizer: false, responseStatus: 'declined' }, ben] }, row([own, ben], { organizer: { email: 'ben@example.com' } }),
      { told: { attendees: [{ ...own, organizer: false, responseStatus: 'declined' }, ben], extendedProperties: { private: { calgateSent: 'declined' } } } }],
  ])('%s', (_, body, stored, expected) => {
    expect(tellingOf(body, stored, anna)).toEqual(expected)
  })

  test('the note names who was told, in whatever order and spelling', () => {
    const noteOf = (...guests: { email: string }[]) => (tellingOf({}, row([own, ...guests]), anna).told['extendedProperties'] as { private: { calgateSent: string } }).private.calgateSent
    expect(noteOf(cleo, ben)).toBe(noteOf(ben, { email: 'cleo@EXAMPLE.org' }))
    expect(noteOf(ben)).not.toBe(noteOf(cleo))
  })
})

test('whom a change hands over are told where nobody else would be', () => {
  const [toServer, fromServer] = [agents(null), agents('client:ben@example.com')]
  expect(handsOver(toServer, row([own, ben], agents('none:ben@example.com')), anna)).toBe(true)
  expect(handsOver(toServer, row([own, ben, cleo], agents('none:ben@example.com')), anna)).toBe(false)
  expect(handsOver(fromServer, row([own, ben]), anna)).toBe(true)
  expect(handsOver(fromServer, row([own, ben, cleo]), anna)).toBe(false)
  expect(handsOver(fromServer, row([own, ben], agents('none:ben@example.com')), anna)).toBe(false)
})

test('before a removal those go whom it is not to tell', () => {
  expect(quietened(row([own, ben]), anna)).toBeUndefined()
  expect(quietened(row([own, ben, cleo], agents('none:ben@example.com')), anna)).toEqual({ attendees: [own, cleo] })
  expect(quietened(row([own, ben], { organizer: { email: 'ben@example.com' } }), anna)).toBeUndefined()
})

test('whether there is anybody to tell', () => {
  expect([row(undefined), row([own]), row([own, ben], agents('client:ben@example.com')), row([own, ben])].map((each) => hasTold(each, anna))).toEqual([false, false, false, true])
})

describe('whether a step of unclear outcome was carried out', () => {
  const told = { summary: 'B', start: { dateTime: '2026-03-10T12:00:00+01:00', timeZone: 'Europe/Berlin' }, attendees: [{ email: 'a@b.example', self: true }], recurrence: ['RRULE:FREQ=DAILY'] }
  test.each<readonly [object, boolean]>([
    [{ summary: 'B' }, true], [{ summary: 'C' }, false], [{ location: null }, true], [{ summary: null }, false], [{ location: 'x' }, false],
    [{ start: { date: null, dateTime: '2026-03-10T11:00:00Z' } }, true], [{ start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' } }, true],
    [{ start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/London' } }, false], [{ start: { dateTime: '2026-03-10T13:00:00+01:00' } }, false],
    [{ attendees: [{ email: 'a@b.example' }] }, true], [{ attendees: [] }, false], [{ recurrence: ['RRULE:FREQ=WEEKLY'] }, false],
  ])('%j: %s', (said, isThere) => {
    expect(hasAll(told, said)).toBe(isThere)
  })
})
