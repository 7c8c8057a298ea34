/** The calls that a change costs, as data. */

import { describe, expect, test } from 'vitest'
import { readGroup } from '../../../../src/backends/google/reading/from-wire.ts'
import { planUpdate } from '../../../../src/backends/google/writing/plan.ts'
import { gather } from '../../../../src/backends/google/reading/reading.ts'
import { readRow } from '../../../../src/backends/google/reading/rows.ts'
import { calendarId, recurrenceId, timeZoneId } from '../../../../src/calendar/identifiers.ts'
import { addressOf, guest, onDay, rule, zoned } from '../../contract.ts'
import type { Notify, StoredSeries } from '../../../../src/calendar/backend.ts'
import type { Event, EventSeries } from '../../../../src/calendar/event.ts'

const frame = {
  calendar: calendarId('anna@example.com'), address: addressOf('anna@example.com'), zone: timeZoneId('Europe/Berlin'),
  defaultReminders: [{ method: 'popup', minutes: 10 }],
}
const row = {
  id: 'abc', etag: '"2"', iCalUID: 'abc@google.com', status: 'confirmed', summary: 'Lunch', organizer: { email: 'anna@example.com', self: true },
  start: { dateTime: '2026-03-10T12:00:00+01:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00+01:00', timeZone: 'Europe/Berlin' },
  reminders: { useDefault: true }, sequence: 2,
}
const series = { ...row, recurrence: ['RRULE:FREQ=DAILY;COUNT=10', 'EXDATE:20260311T110000Z'] }
const exception = {
  ...row, id: 'abc_e', recurringEventId: 'abc', originalStartTime: { dateTime: '2026-03-13T12:00:00+01:00', timeZone: 'Europe/Berlin' }, location: 'Park',
  start: { dateTime: '2026-03-13T12:00:00+01:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-13T13:00:00+01:00', timeZone: 'Europe/Berlin' },
}
const cancelled = { id: 'abc_c', etag: '"2"', status: 'cancelled', recurringEventId: 'abc', originalStartTime: { dateTime: '2026-03-14T12:00:00+01:00' } }

function stored(...rows: readonly object[]): StoredSeries {
  const [group] = gather(rows.flatMap((one) => readRow(one) ?? []))
  const read = group && readGroup(group, frame)
  if (read === undefined || 'kind' in read) throw new Error(read?.reason)
  return read
}

function plan(from: StoredSeries, to: EventSeries, notify: Notify = 'nobody'): readonly object[] {
  return planUpdate(from, to, notify)
}

function eventOf({ series: from }: StoredSeries): Event {
  if (from.kind === 'detached') throw new TypeError('no event')
  return from.kind === 'single' ? from.event : from.master
}

/** The same series with another single event or master. */
function edit(from: StoredSeries, change: Partial<Event>): EventSeries {
  const { series: before } = from
  if (before.kind === 'detached') throw new TypeError('no event')
  return before.kind === 'single' ? { ...before, event: { ...before.event, ...change } } : { ...before, master: { ...before.master, ...change } }
}

type Recurring = Extract<EventSeries, { kind: 'recurring' }>

function recurring(from: StoredSeries): Recurring {
  if (from.series.kind !== 'recurring') throw new TypeError('no series')
  return from.series
}

const patch = (on: string, body: object, more: object = {}): object => ({ kind: 'patch', on, body, isTold: false, unsettles: false, ...more })

describe('a single event', () => {
  const single = stored(row)
  test.each<[string, Partial<Event>, object]>([
    ['SUMMARY', { summary: 'Dinner' }, { summary: 'Dinner' }],
    ['no SUMMARY', { summary: '' }, { summary: null }],
    ['DTEND', { end: zoned('2026-03-10T14:00:00') }, {
      start: { date: null, dateTime: '2026-03-10T11:00:00Z', timeZone: 'Europe/Berlin' }, end: { date: null, dateTime: '2026-03-10T13:00:00Z', timeZone: 'Europe/Berlin' },
    }],
    ['to an all-day event', { start: onDay('2026-03-10'), end: onDay('2026-03-11') }, {
      start: { date: '2026-03-10', dateTime: null, timeZone: null }, end: { date: '2026-03-11', dateTime: null, timeZone: null },
    }],
    ['DESCRIPTION that looks like HTML', { description: 'a <b> c' }, { description: 'a &lt;b&gt; c' }],
    ['DESCRIPTION with its X-ALT-DESC', { description: 'bold', htmlDescription: '<b>bold</b>' }, { description: '<b>bold</b>' }],
    ['DESCRIPTION with an X-ALT-DESC of another text', { description: 'new', htmlDescription: '<b>old</b>' }, { description: 'new' }],
    ['own alarms in place of the defaults', { alarms: { kind: 'own', list: [] } }, {
      reminders: { useDefault: false, overrides: [] }, extendedProperties: { private: { calgateAlarms: expect.any(String) } },
    }],
    ['alarms beside something else', { alarms: { kind: 'own', list: [] }, location: 'Park' }, { reminders: { useDefault: false, overrides: [] }, location: 'Park' }],
    ['a higher SEQUENCE', { sequence: 3 }, { sequence: 3 }],
    ['ATTENDEE', { attendees: [guest('Ben@Example.com', { displayName: 'Ben' })] }, { attendees: [{ email: 'ben@example.com', displayName: 'Ben', responseStatus: 'needsAction' }] }],
  ])('%s', (_title, change, body) => {
    expect(plan(single, edit(single, change))).toEqual([patch('main', body)])
  })

  test.each<[string, Partial<Event>]>([
    ['a lower SEQUENCE', { sequence: 0 }],
    ['the default alarms, as a client that does not know them sends them back', { alarms: { kind: 'own', list: eventOf(single).alarms.list } }],
    ['a sound in place of a display', { alarms: { kind: 'own', list: eventOf(single).alarms.list.map((alarm) => ({ ...alarm, action: 'audio' as const })) } }],
    ['a URL of another scheme', { url: 'urn:x' }],
    ['a colour that is none', { color: 'reddish' }],
    ['an attachment that is not on the web', { attachments: [{ uri: 'cid:1' }] }],
    ['stamps', { created: undefined as never, updated: undefined as never }],
  ])('%s is no difference', (_title, change) => {
    expect(plan(single, edit(single, change))).toEqual([])
  })

  test('it can become a series, and back', () => {
    const { event, ...rest } = single.series as Extract<EventSeries, { kind: 'single' }>
    const wanted: EventSeries = { ...rest, kind: 'recurring', master: event, recurrence: { rules: [rule()], dates: [] }, overrides: new Map(), cancelled: new Set([recurrenceId('2026-03-12T11:00:00Z')]) }
    expect(plan(single, wanted)).toEqual([patch('main', { recurrence: ['RRULE:FREQ=DAILY', 'EXDATE:20260312T110000Z'] })])
    expect(plan(stored(series), { kind: 'single', uid: wanted.uid, event })).toEqual([patch('main', { recurrence: null })])
  })
})

describe('a series', () => {
  const before = stored(series, exception, cancelled)
  const wanted = recurring(before)

  test('nothing differs', () => {
    expect(plan(before, wanted)).toEqual([])
  })

  test('the same rule in other words is no difference (RFC 5545 §3.3.10)', () => {
    const [first] = wanted.recurrence.rules
    expect(plan(before, { ...wanted, recurrence: { ...wanted.recurrence, rules: first ? [{ ...first, weekStart: 'SU' }] : [] } })).toEqual([])
  })

  test('one override touches one instance', () => {
    const id = recurrenceId('2026-03-13T11:00:00Z')
    const event = wanted.overrides.get(id)
    expect(event && plan(before, { ...wanted, overrides: new Map([[id, { ...event, location: 'Café' }]]) })).toEqual([patch('2026-03-13T11:00:00Z', { location: 'Café' })])
  })

  test('an override that is left out becomes a plain instance again', () => {
    expect(plan(before, { ...wanted, overrides: new Map() })).toEqual([patch('2026-03-13T11:00:00Z', { location: null })])
  })

  test('an override that says nothing of its own is none', () => {
    const id = recurrenceId('2026-03-15T11:00:00Z')
    const plain = { ...wanted.master, start: zoned('2026-03-15T12:00:00'), end: zoned('2026-03-15T13:00:00'), sequence: 9 }
    expect(plan(before, { ...wanted, overrides: new Map([...wanted.overrides, [id, plain]]) })).toEqual([])
  })

  test('a new EXDATE cancels the instance; one of no instance says nothing', () => {
    const more = ['2026-03-16T11:00:00Z', '2026-03-16T11:30:00Z', '2027-03-16T11:00:00Z'].map(recurrenceId)
    expect(plan(before, { ...wanted, cancelled: new Set([...wanted.cancelled, ...more]) })).toEqual([{ kind: 'cancel', on: '2026-03-16T11:00:00Z', isTold: false, unsettles: false }])
  })

  test('an override may be cancelled', () => {
    const id = recurrenceId('2026-03-13T11:00:00Z')
    expect(plan(before, { ...wanted, overrides: new Map(), cancelled: new Set([...wanted.cancelled, id]) })).toEqual([{ kind: 'cancel', on: id, isTold: false, unsettles: false }])
  })

  test('an EXDATE that is left out leaves the line; a cancelled instance is brought back whole', () => {
    const calls = plan(before, { ...wanted, cancelled: new Set() })
    expect(calls).toEqual([
      patch('main', { recurrence: ['RRULE:FREQ=DAILY;COUNT=10'] }, { unsettles: true }),
      patch('2026-03-14T11:00:00Z', expect.objectContaining({ status: 'confirmed', summary: 'Lunch', start: { dateTime: '2026-03-14T11:00:00Z', timeZone: 'Europe/Berlin' } })),
    ])
  })

  test('another rule takes all exclusions with it, and the overrides are written after it', () => {
    const calls = plan(before, { ...wanted, recurrence: { rules: [rule({ end: { kind: 'count', count: 5 } })], dates: [] } })
    expect(calls).toEqual([
      patch('main', { recurrence: ['RRULE:FREQ=DAILY;COUNT=5', 'EXDATE:20260311T110000Z,20260314T110000Z'] }, { unsettles: true }),
      patch('2026-03-13T11:00:00Z', { location: 'Park' }),
    ])
  })

  test('an override of no instance adds that date', () => {
    const id = recurrenceId('2026-06-01T10:00:00Z')
    const event = { ...wanted.master, start: zoned('2026-06-01T12:00:00'), end: zoned('2026-06-01T13:00:00'), summary: 'Extra' }
    const [first, ...rest] = plan(before, { ...wanted, overrides: new Map([...wanted.overrides, [id, event]]) })
    expect(first).toMatchObject({ on: 'main', body: { recurrence: ['RRULE:FREQ=DAILY;COUNT=10', 'RDATE:20260601T100000Z', 'EXDATE:20260311T110000Z,20260314T110000Z'] } })
    expect(rest).toContainEqual(patch(id, { summary: 'Extra' }))
  })
})

describe('guests are told of what concerns them', () => {
  const meeting = stored({ ...row, attendees: [{ email: 'anna@example.com', self: true }, { email: 'ben@example.com' }] })
  const others = eventOf(meeting).attendees
  test.each<[string, Partial<Event>, boolean]>([
    ['a place', { location: 'Park' }, true],
    ['a time', { end: zoned('2026-03-10T14:00:00') }, true],
    ['guests', { attendees: [...others, guest('carl@example.com')] }, true],
    ['the last guest is taken off', { attendees: [] }, true],
    ['a colour', { color: 'plum' }, false],
    ['alarms', { alarms: { kind: 'own', list: [] } }, false],
    ['transparency', { transparency: 'transparent' }, false],
    ['a colour and a place', { color: 'plum', location: 'Park' }, true],
    ['a place, and that the server no longer tells them (RFC 6638 §7.1)', { location: 'Park', attendees: others.map((one) => ({ ...one, scheduleAgent: 'client' as const })) }, true],
  ])('%s: %s', (_title, change, isTold) => {
    expect(plan(meeting, edit(meeting, change), 'everybody')).toMatchObject([{ isTold }])
    expect(plan(meeting, edit(meeting, change), 'nobody')).toMatchObject([{ isTold: false }])
  })

  test('a place, where the client tells them itself (RFC 6638 §7.1)', () => {
    const own = stored({ ...row, attendees: [{ email: 'anna@example.com', self: true }, { email: 'ben@example.com' }], extendedProperties: { private: { calgateAgents: 'client:ben@example.com' } } })
    expect(plan(own, edit(own, { location: 'Park' }), 'everybody')).toMatchObject([{ isTold: false }])
  })

  test('without guests nobody is told', () => {
    const alone = stored(row)
    expect(plan(alone, edit(alone, { location: 'Park' }), 'everybody')).toMatchObject([{ isTold: false }])
  })
})

describe('what may not be changed is refused by name, before anything is written', () => {
  const typed = (eventType: string): StoredSeries => stored({ ...row, eventType })
  test.each<[string, Partial<Event>, boolean]>([
    ['birthday', { color: 'plum' }, true], ['birthday', { location: 'Park' }, false], ['fromGmail', { transparency: 'transparent' }, true], ['fromGmail', { summary: 'Mine' }, false],
    ['focusTime', { summary: 'Mine' }, true], ['outOfOffice', { transparency: 'transparent' }, false], ['workingLocation', { visibility: 'private' }, false],
    ['somethingNew', { color: 'plum' }, true], ['somethingNew', { summary: 'Mine' }, false],
  ])('type %s: %o', (type, change, isAllowed) => {
    const from = typed(type)
    if (isAllowed) expect(plan(from, edit(from, change))).toHaveLength(1)
    else expect(() => plan(from, edit(from, change))).toThrow(expect.objectContaining({ fault: 'forbidden', precondition: 'valid-calendar-object-resource' }))
  })

  const copy = { ...series, organizer: { email: 'ben@example.com' }, attendees: [{ email: 'anna@example.com', self: true }, { email: 'ben@example.com', organizer: true }] }

  test('a guest may take an instance off the own calendar, not bring one back (RFC 6638 §3.2.2.1)', () => {
    const from = stored(copy, cancelled)
    const wanted = recurring(from)
    const id = recurrenceId('2026-03-16T11:00:00Z')
    expect(plan(from, { ...wanted, cancelled: new Set([...wanted.cancelled, id]) }, 'everybody')).toEqual([{ kind: 'cancel', on: id, isTold: true, unsettles: false }])
    expect(() => plan(from, { ...wanted, cancelled: new Set([recurrenceId('2026-03-11T11:00:00Z')]) }))
      .toThrow(expect.objectContaining({ precondition: 'allowed-attendee-scheduling-object-change' }))
  })

  test('a merely imported event may be edited, but for its guest list', () => {
    const from = stored({ ...row, organizer: { email: 'ben@example.com' }, privateCopy: true, attendees: [{ email: 'anna@example.com', self: true, responseStatus: 'needsAction' }], extendedProperties: { private: { calgateSelf: '1' } } })
    expect(plan(from, edit(from, { summary: 'Mine' }))).toEqual([patch('main', { summary: 'Mine' })])
    expect(() => plan(from, edit(from, { attendees: [guest('carl@example.com')] }))).toThrow(expect.objectContaining({ precondition: 'allowed-attendee-scheduling-object-change' }))
  })

  test('a guest list that was cut is answered with the own row alone', () => {
    const from = stored({ ...row, organizer: { email: 'ben@example.com' }, attendeesOmitted: true, attendees: [{ email: 'anna@example.com', self: true, responseStatus: 'needsAction' }] })
    const attendees = eventOf(from).attendees.map((one) => ({ ...one, participation: 'accepted' as const }))
    expect(plan(from, edit(from, { attendees }))).toMatchObject([{ body: { attendees: [{ email: 'anna@example.com', responseStatus: 'accepted' }], attendeesOmitted: true } }])
  })

  test('a series and single instances of somebody\'s series cannot take each other\'s place', () => {
    const whole = stored(series)
    const instances = stored({ ...exception, organizer: { email: 'ben@example.com' } })
    expect(() => plan(whole, instances.series)).toThrow(expect.objectContaining({ fault: 'rejected' }))
    expect(() => plan(instances, whole.series)).toThrow(expect.objectContaining({ fault: 'rejected' }))
  })
})

test('what a guest list has beside the model stays with it', () => {
  const attendees = [{ email: 'Ben@Example.com', id: '5', responseStatus: 'accepted', future: 'x' }, { id: '7', displayName: 'No address' }]
  const from = stored({ ...row, attendees })
  const wanted = edit(from, { attendees: [...eventOf(from).attendees, guest('carl@example.com')] })
  expect(plan(from, wanted)).toEqual([patch('main', { attendees: [
    { email: 'Ben@Example.com', id: '5', responseStatus: 'accepted', future: 'x' }, { email: 'carl@example.com', responseStatus: 'needsAction' }, { id: '7', displayName: 'No address' },
  ] })])
})
