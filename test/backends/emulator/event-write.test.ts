import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Switches } from '../../../src/backends/emulator/switches.ts'
import { anna, events, hourAt, ids, reasonOf, testEmulator, type Answer, type Json, type TestEmulator } from './client.ts'

let emulator: TestEmulator
beforeEach(() => {
  emulator = testEmulator()
})
afterEach(() => emulator.close())

const withSwitches = (switches: Partial<Switches>): void => {
  emulator.close()
  emulator = testEmulator({ switches })
}
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> => emulator.call(anna, method, `${events}${path}`, body, headers)
const add = async (body: object): Promise<Json> => (await call('POST', '', body)).body
const get = async (id: string): Promise<Json> => (await call('GET', `/${id}`)).body
const weekly = (more: object = {}): object => hourAt('2026-03-02T09:00:00Z', { summary: 'series', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'], ...more })

describe('versions (reference §4.3)', () => {
  it('the etag is twice the µs of the change, updated is the same in ms', async () => {
    const { etag, updated } = await add(hourAt('2026-03-10T10:00:00Z'))
    expect(new Date(Math.floor(Number(etag.slice(1, -1)) / 2000)).toISOString()).toBe(updated)
    expect(Number(etag.slice(1, -1)) % 2).toBe(0)
  })

  it('updated is strictly increasing in ms, however fast writes come', async () => {
    const times: string[] = []
    for (let count = 0; count < 20; count++) times.push((await add(hourAt('2026-03-10T10:00:00Z'))).updated)
    expect(times).toEqual([...new Set(times)].toSorted())
  })

  it('all rows of a series move together', async () => {
    const { id } = await add(weekly())
    await call('PATCH', `/${id}_20260309T090000Z`, { summary: 'one' })
    await call('DELETE', `/${id}_20260316T090000Z`)
    const { items } = (await call('GET', '')).body
    expect(items).toHaveLength(3)
    expect(new Set(items.map((item: Json) => item.etag)).size).toBe(1)
  })

  it('a write that changes nothing keeps etag and updated, and the calendar\'s too', async () => {
    const body = await add(hourAt('2026-03-10T10:00:00Z', { summary: 's', attendees: [{ email: 'x@example.org' }], extendedProperties: { private: { b: '1', a: '2' } } }))
    const before = (await call('GET', '')).body.updated
    expect((await call('PATCH', `/${body.id}`, { summary: 's' })).body).toEqual(body)
    expect((await call('PUT', `/${body.id}`, body)).body).toEqual(body)
    expect((await call('PATCH', `/${body.id}`, { extendedProperties: { private: { a: '2', b: '1' } } })).body).toEqual(body)
    expect((await call('GET', '')).body.updated).toBe(before)
  })

  it.each([['etag', true, true], ['nothing', false, true], ['updated', true, false]] as const)('reminders only, switch %s', async (reminderEdits, movesEtag, keepsUpdated) => {
    withSwitches({ reminderEdits })
    const before = await add(hourAt('2026-03-10T10:00:00Z'))
    const after = (await call('PATCH', `/${before.id}`, { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] } })).body
    expect(after.reminders).toEqual({ useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] })
    expect(after.etag !== before.etag).toBe(movesEtag)
    expect(after.updated === before.updated).toBe(keepsUpdated)
  })
})

describe('If-Match and If-None-Match (reference §1, §4.4)', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('%s: stale 412, current and * pass', async (method) => {
    for (const [version, status] of [['"1"', 412], ['*', undefined], [undefined, undefined]] as const) {
      const body = await add(hourAt('2026-03-10T10:00:00Z'))
      const answer = await call(method, `/${body.id}`, method === 'DELETE' ? undefined : { ...body, summary: 'n' }, { 'if-match': version ?? body.etag })
      expect(answer.status).toBe(status ?? (method === 'DELETE' ? 204 : 200))
      if (status === 412) expect(answer.body.error.errors[0]).toMatchObject({ reason: 'conditionNotMet', location: 'If-Match', locationType: 'header' })
    }
  })
  it('GET with the version held: 304 without a body', async () => {
    const { id, etag } = await add(hourAt('2026-03-10T10:00:00Z'))
    const answer = await call('GET', `/${id}`, undefined, { 'if-none-match': etag })
    expect([answer.status, answer.body]).toEqual([304, undefined])
  })
  it('an instance without a row has the version of its series', async () => {
    const { id, etag } = await add(weekly())
    expect((await call('PATCH', `/${id}_20260309T090000Z`, { summary: 'x' }, { 'if-match': etag })).status).toBe(200)
    expect((await call('PATCH', `/${id}_20260309T090000Z`, { summary: 'y' }, { 'if-match': etag })).status).toBe(412)
  })
})

describe('bodies', () => {
  const start = { dateTime: '2026-03-10T10:00:00Z' }
  const end = { dateTime: '2026-03-10T11:00:00Z' }
  const refused: [string, object | string, string, string][] = [
    ['no start', { end }, '400 required', 'Missing start time.'],
    ['no end', { start }, '400 required', 'Missing end time.'],
    ['neither offset nor zone', { start: { dateTime: '2026-03-10T10:00:00' }, end }, '400 required', 'Missing time zone definition for start time.'],
    ['unknown zone', { start: { ...start, timeZone: 'W. Europe Standard Time' }, end }, '400 invalid', 'Invalid time zone definition for start time.'],
    ['recurring without zone', { start, end, recurrence: ['RRULE:FREQ=DAILY'] }, '400 required', 'Missing time zone definition for start time.'],
    ['end before start', { start: end, end: start }, '400 timeRangeEmpty', 'The specified time range is empty.'],
    ['all-day without length', { start: { date: '2026-03-10' }, end: { date: '2026-03-10' } }, '400 timeRangeEmpty', 'The specified time range is empty.'],
    ['date and time mixed', { start: { date: '2026-03-10' }, end }, '400 invalid', 'Start and end times must either both be date or both be dateTime.'],
    ['no such day', { start: { date: '2026-02-30' }, end: { date: '2026-03-02' } }, '400 invalid', 'Invalid start time.'],
    ['no such month', { start: { date: '2026-13-01' }, end: { date: '2026-13-02' } }, '400 invalid', 'Invalid start time.'],
    ['reminders that are no list', hourAt('2026-03-10T10:00:00Z', { reminders: { useDefault: false, overrides: 5 } }), '400 invalid', 'Invalid Value'],
    ['a reminder that is no object', hourAt('2026-03-10T10:00:00Z', { reminders: { useDefault: false, overrides: [null] } }), '400 invalid', 'Invalid Value'],
    ['DTSTART among the rules', hourAt('2026-03-10T10:00:00Z', { recurrence: ['DTSTART:20260310T100000Z', 'RRULE:FREQ=DAILY'] }), '400 invalid', 'Invalid recurrence rule.'],
    ['COUNT with UNTIL', hourAt('2026-03-10T10:00:00Z', { recurrence: ['RRULE:FREQ=DAILY;COUNT=3;UNTIL=20260401T000000Z'] }), '400 invalid', 'Invalid recurrence rule.'],
    ['six reminders', hourAt('2026-03-10T10:00:00Z', { reminders: { useDefault: false, overrides: Array.from({ length: 6 }, () => ({ method: 'popup', minutes: 1 })) } }), '400 invalid', 'Too many override reminders specified.'],
    ['a reminder after the start', hourAt('2026-03-10T10:00:00Z', { reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: -1 }] } }), '400 invalid', 'Invalid override reminder.'],
    ['a short id', hourAt('2026-03-10T10:00:00Z', { id: 'abcd' }), '400 invalid', 'Invalid resource id value.'],
    ['a colour that is none', hourAt('2026-03-10T10:00:00Z', { colorId: '12' }), '400 invalid', 'Invalid color id.'],
    ['no JSON', '{"summary":', '400 parseError', 'Parse Error'],
    ['an array', [], '400 parseError', 'Parse Error'],
  ]
  it.each(refused)('%s is refused', async (_name, body, reason, message) => {
    const answer = await call('POST', '', body)
    expect(reasonOf(answer)).toBe(reason)
    expect(answer.body.error.message).toBe(message)
  })

  it('read-only members are ignored', async () => {
    const body = await add(hourAt('2026-03-10T10:00:00Z', { kind: 'x', etag: '"1"', creator: { email: 'x@y.z' }, organizer: { email: 'x@y.z' }, htmlLink: 'x', created: 'x', updated: 'x' }))
    expect([body.kind, body.creator.email, body.organizer.email]).toEqual(['calendar#event', anna, anna])
  })

  it('defaults are not shown', async () => {
    const body = await add(hourAt('2026-03-10T10:00:00Z', {
      summary: '', transparency: 'opaque', visibility: 'default', guestsCanInviteOthers: true, guestsCanSeeOtherGuests: true, guestsCanModify: false, attendees: [],
    }))
    for (const name of ['summary', 'transparency', 'visibility', 'guestsCanInviteOthers', 'guestsCanSeeOtherGuests', 'guestsCanModify', 'attendees']) expect(body).not.toHaveProperty(name)
  })

  it('long property names are dropped, long values cut, silently', async () => {
    const body = await add(hourAt('2026-03-10T10:00:00Z', { extendedProperties: { private: { ['n'.repeat(45)]: 'x', kept: 'v'.repeat(1025) }, shared: { s: '1' } } }))
    expect(body.extendedProperties).toEqual({ private: { kept: 'v'.repeat(1024) }, shared: { s: '1' } })
  })

  it('conference data and attachments mean nothing without their parameters, and stay on such writes', async () => {
    const conferenceData = { entryPoints: [{ entryPointType: 'video', uri: 'https://meet.example.com/x' }] }
    const attachments = [{ fileUrl: 'https://example.com/a.pdf', title: 'a' }]
    const without = await add(hourAt('2026-03-10T10:00:00Z', { conferenceData, attachments }))
    expect(without).not.toHaveProperty('conferenceData')
    expect(without).not.toHaveProperty('attachments')
    const { body } = await call('POST', '?conferenceDataVersion=1&supportsAttachments=true', hourAt('2026-03-10T10:00:00Z', { conferenceData, attachments }))
    const put = (await call('PUT', `/${body.id}`, hourAt('2026-03-10T12:00:00Z'))).body
    expect(put).toMatchObject({ conferenceData, attachments })
    const created = (await call('PATCH', `/${without.id}?conferenceDataVersion=1`, { conferenceData: { createRequest: { requestId: 'r1' } } })).body
    expect(created.conferenceData.createRequest.status.statusCode).toBe('success')
    expect(created.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\/[a-z]{3}-[a-z]{4}-[a-z]{3}$/)
  })

  it('rules are written back in the order of the service', async () => {
    const body = await add({ start: { date: '2026-04-20' }, end: { date: '2026-04-21' }, recurrence: ['RRULE:FREQ=YEARLY;BYMONTHDAY=20;BYMONTH=4;COUNT=3'] })
    expect(body.recurrence).toEqual(['RRULE:FREQ=YEARLY;COUNT=3;BYMONTH=4;BYMONTHDAY=20'])
  })

  it.each([
    ['EXDATE;TZID=Europe/Zurich:20260309T100000', '_20260309T090000Z'],
    ['EXDATE:20260309T090000Z', '_20260309T090000Z'],
  ])('%s takes an instance out (reference §7)', async (line, suffix) => {
    const { id } = await add(weekly({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4', line, 'RDATE:20260310T090000Z'] }))
    const all = ids((await call('GET', `/${id}/instances`)).body)
    expect(all).toHaveLength(4)
    expect(all).not.toContain(id + suffix)
    expect(all).toContain(`${id}_20260310T090000Z`)
    expect((await call('GET', `/${id}${suffix}`)).status).toBe(404)
  })
})

describe('PATCH and PUT (reference §1)', () => {
  it('PATCH merges objects, replaces arrays, deletes by null', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z', {
      summary: 's', location: 'l', extendedProperties: { private: { a: '1', b: '2' } }, attendees: [{ email: 'x@example.org' }, { email: 'y@example.org' }],
    }))
    const { body } = await call('PATCH', `/${id}`, { location: null, extendedProperties: { private: { a: null, c: '3' } }, attendees: [{ email: 'y@example.org' }] })
    expect(body).not.toHaveProperty('location')
    expect(body).toMatchObject({ summary: 's', extendedProperties: { private: { b: '2', c: '3' } } })
    expect(body.attendees).toHaveLength(1)
  })
  it('PUT puts what is left out back to its default', async () => {
    const { id } = await add(weekly({ location: 'l', attendees: [{ email: 'x@example.org' }], transparency: 'transparent' }))
    const { body } = await call('PUT', `/${id}`, hourAt('2026-03-02T09:00:00Z', { summary: 'n' }))
    for (const name of ['location', 'attendees', 'transparency', 'recurrence']) expect(body).not.toHaveProperty(name)
  })
  it('all-day and timed are switched by nulling the other', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    const day = (date: string): object => ({ date, dateTime: null, timeZone: null })
    expect((await call('PATCH', `/${id}`, { start: { date: '2026-03-10' }, end: { date: '2026-03-11' } })).status).toBe(400)
    expect((await call('PATCH', `/${id}`, { start: day('2026-03-10'), end: day('2026-03-11') })).body.start).toEqual({ date: '2026-03-10' })
  })
  it('default reminders and overrides contradict each other', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    expect(reasonOf(await call('PATCH', `/${id}`, { reminders: { overrides: [{ method: 'popup', minutes: 5 }] } }))).toBe('400 cannotUseDefaultRemindersAndSpecifyOverride')
  })
})

describe('sequence (reference §4.5)', () => {
  it('text leaves it, a move counts, less than stored is refused, more is taken', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    expect((await call('PATCH', `/${id}`, { summary: 'x' })).body.sequence).toBe(0)
    expect((await call('PATCH', `/${id}`, hourAt('2026-03-11T10:00:00Z'))).body.sequence).toBe(1)
    expect((await call('PATCH', `/${id}`, { sequence: 5 })).body.sequence).toBe(5)
    const answer = await call('PATCH', `/${id}`, { sequence: 4 })
    expect(reasonOf(answer)).toBe('400 invalid')
    expect(answer.body.error.message).toMatch(/^Invalid sequence value\. The specified sequence number is below/)
    await call('DELETE', `/${id}`)
    expect((await get(id)).sequence).toBe(6)
  })
})

describe('deleted and cancelled (reference §6)', () => {
  it('a deleted event can be read in full, not deleted again, its id not used again', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z', { id: 'abcdef', summary: 's' }))
    await call('DELETE', `/${id}`)
    expect(await get(id)).toMatchObject({ status: 'cancelled', summary: 's' })
    expect(reasonOf(await call('DELETE', `/${id}`))).toBe('410 deleted')
    expect(reasonOf(await call('POST', '', hourAt('2026-03-10T10:00:00Z', { id: 'abcdef' })))).toBe('409 duplicate')
  })
  it.each([['allowed', 200], ['forbidden', 403]] as const)('undelete by status, switch %s', async (undelete, status) => {
    withSwitches({ undelete })
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    await call('DELETE', `/${id}`)
    expect((await call('PATCH', `/${id}`, { status: 'confirmed' })).status).toBe(status)
    expect((await get(id)).status).toBe(status === 200 ? 'confirmed' : 'cancelled')
  })
  it('status cancelled in an update deletes', async () => {
    const { id } = await add(weekly())
    await call('PATCH', `/${id}_20260309T090000Z`, { status: 'cancelled' })
    expect(ids((await call('GET', `/${id}/instances`)).body)).toHaveLength(3)
    await call('PATCH', `/${id}_20260309T090000Z`, { status: 'confirmed' })
    expect(ids((await call('GET', `/${id}/instances`)).body)).toHaveLength(4)
  })
  it('ids that name no instance: 404', async () => {
    const { id } = await add(weekly())
    for (const suffix of ['_20260310T090000Z', '_20260302', '_x']) expect((await call('GET', `/${id}${suffix}`)).status).toBe(404)
  })
})

describe('a master and its exceptions (reference §7)', () => {
  const first = '_20260302T090000Z'
  const last = '_20260323T090000Z'

  it('an exception keeps id and original start when it moves', async () => {
    const { id } = await add(weekly())
    const { body } = await call('PATCH', `/${id}${last}`, { start: { dateTime: '2026-04-01T09:00:00Z' }, end: { dateTime: '2026-04-01T10:00:00Z' } })
    expect(body).toMatchObject({ id: id + last, recurringEventId: id, sequence: 1 })
    expect(body.originalStartTime.dateTime).toBe('2026-03-23T10:00:00+01:00')
    expect(body).not.toHaveProperty('recurrence')
  })

  it('exceptions that the rule no longer gives turn into bare tombstones; they come back as plain instances', async () => {
    const { id } = await add(weekly())
    await call('PATCH', `/${id}${last}`, { summary: 'own' })
    await call('PATCH', `/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] })
    expect(Object.keys(await get(id + last))).toEqual(['kind', 'etag', 'id', 'status'])
    expect(ids((await call('GET', '')).body)).toEqual([id])
    expect(reasonOf(await call('DELETE', `/${id}${last}`))).toBe('410 deleted')
    await call('PATCH', `/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] })
    expect((await get(id + last)).summary).toBe('series')
  })

  it.each([['inherited', 'new'], ['not-inherited', 'old']] as const)('fields in common, switch %s', async (masterEdits, location) => {
    withSwitches({ masterEdits })
    const { id } = await add(weekly({ location: 'old' }))
    await call('PATCH', `/${id}${first}`, { summary: 'own' })
    await call('PATCH', `/${id}`, { summary: 'changed', location: 'new' })
    expect(await get(id + first)).toMatchObject({ summary: 'own', location })
  })

  it('wall clock time is kept over a change of offset', async () => {
    const zone = { timeZone: 'Europe/Berlin' }
    const { id } = await add({ start: { dateTime: '2026-03-23T10:00:00', ...zone }, end: { dateTime: '2026-03-23T11:00:00', ...zone }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] })
    expect(ids((await call('GET', `/${id}/instances`)).body)).toEqual([`${id}_20260323T090000Z`, `${id}_20260330T080000Z`])
  })

  it('all-day instances are named by their day', async () => {
    const { id } = await add({ start: { date: '2026-03-02' }, end: { date: '2026-03-04' }, recurrence: ['RRULE:FREQ=DAILY;INTERVAL=7;COUNT=2'] })
    const { items } = (await call('GET', `/${id}/instances`)).body
    expect(items.map((item: Json) => [item.id, item.start.date, item.end.date, item.originalStartTime])).toEqual([
      [`${id}_20260302`, '2026-03-02', '2026-03-04', { date: '2026-03-02' }], [`${id}_20260309`, '2026-03-09', '2026-03-11', { date: '2026-03-09' }],
    ])
  })

  it('opaque instance ids tell nothing and work as well', async () => {
    withSwitches({ instanceIds: 'opaque' })
    const { id } = await add(weekly())
    const [instance = ''] = ids((await call('GET', `/${id}/instances`)).body)
    expect(instance).toMatch(/^[0-9a-v]+$/)
    await call('PATCH', `/${instance}`, { summary: 'own' })
    expect(await get(instance)).toMatchObject({ id: instance, summary: 'own', recurringEventId: id })
  })
})

describe('move (reference §6.5)', () => {
  const secondary = async (): Promise<string> => (await emulator.call(anna, 'POST', '/calendars', { summary: 'Other' })).body.id

  it('the event lives on in the destination, exceptions too; the source keeps a tombstone', async () => {
    const { id } = await add(weekly())
    await call('PATCH', `/${id}_20260309T090000Z`, { summary: 'own' })
    const there = await secondary()
    const moved = await call('POST', `/${id}/move?destination=${there}`)
    expect(moved.body).toMatchObject({ id, status: 'confirmed', organizer: { email: there, displayName: 'Other', self: true } })
    expect((await emulator.call(anna, 'GET', `/calendars/${there}/events/${id}_20260309T090000Z`)).body.summary).toBe('own')
    expect((await call('GET', '?showDeleted=true')).body.items).toEqual([{ kind: 'calendar#event', etag: expect.any(String), id, status: 'cancelled' }])
  })
  it('instances do not move, nor does what is elsewhere', async () => {
    const { id } = await add(weekly())
    const there = await secondary()
    expect(reasonOf(await call('POST', `/${id}_20260309T090000Z/move?destination=${there}`))).toBe('403 cannotChangeOrganizerOfInstance')
    expect(reasonOf(await call('POST', `/${id}/move`))).toBe('400 required')
    expect(reasonOf(await call('POST', `/${id}/move?destination=nobody`))).toBe('404 notFound')
  })
})

describe('special event types (reference §10.3)', () => {
  it('birthdays: only some things change; from Gmail: never made; types: never change', async () => {
    const birthday = { start: { date: '2026-03-10' }, end: { date: '2026-03-11' }, recurrence: ['RRULE:FREQ=YEARLY'], visibility: 'private', transparency: 'transparent', eventType: 'birthday', birthdayProperties: { type: 'birthday' } }
    const { id } = await add(birthday)
    expect(await get(id)).toMatchObject({ eventType: 'birthday', birthdayProperties: { type: 'birthday' } })
    expect((await call('PATCH', `/${id}`, { summary: 'B' })).status).toBe(200)
    expect(reasonOf(await call('PATCH', `/${id}`, { location: 'B' }))).toBe('403 eventTypeRestriction')
    expect(reasonOf(await call('PATCH', `/${id}`, { eventType: 'default' }))).toBe('400 invalid')
    expect(reasonOf(await call('POST', '', hourAt('2026-03-10T10:00:00Z', { eventType: 'fromGmail' })))).toBe('403 eventTypeRestriction')
  })
})
