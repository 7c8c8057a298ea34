import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Switches } from '../../../src/backends/emulator/switches.ts'
import { anna, ben, events, hourAt, ids, reasonOf, testEmulator, type Answer, type Json, type TestEmulator } from './client.ts'

const outside = 'carl@elsewhere.org'
let emulator: TestEmulator
beforeEach(() => {
  emulator = testEmulator()
})
afterEach(() => emulator.close())

const withSwitches = (switches: Partial<Switches>): void => {
  emulator.close()
  emulator = testEmulator({ switches })
}
const by = (account: string, method: string, path: string, body?: unknown): Promise<Answer> => emulator.call(account, method, `${events}${path}`, body)
const get = async (account: string, id: string): Promise<Json> => (await by(account, 'GET', `/${id}`)).body
const weekly = (more: object = {}): object => hourAt('2026-03-02T09:00:00Z', { summary: 'series', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'], ...more })
const invite = async (body: object = hourAt('2026-03-10T10:00:00Z', { summary: 's' }), query = ''): Promise<Json> =>
  (await by(anna, 'POST', query, { ...body, attendees: [{ email: ben }, { email: outside }] })).body
const answerOf = (event: Json, email: string): string => event.attendees.find((row: Json) => row.email === email).responseStatus
const answering = (account: string, responseStatus: string): object => ({ attendees: [{ email: account, responseStatus }] })
const mails = (): string[] => emulator.mails().map(({ recipient, kind }) => `${kind} ${recipient}`)
const second = '_20260309T090000Z'

describe('guests\' copies (reference §10.1)', () => {
  it('same id and UID; self is the row of the calendar that the copy lives in', async () => {
    const { id, iCalUID } = await invite()
    const copy = await get(ben, id)
    expect(copy).toMatchObject({ id, iCalUID, summary: 's', creator: { email: anna }, organizer: { email: anna } })
    expect(copy.organizer).not.toHaveProperty('self')
    expect(copy.attendees.map((row: Json) => row.self)).toEqual([true, undefined])
  })

  it('changes of the organizer reach the copy, its own parts stay', async () => {
    const { id } = await invite()
    await by(ben, 'PATCH', `/${id}`, { colorId: '5', reminders: { useDefault: false }, extendedProperties: { private: { mine: '1' } } })
    await by(anna, 'PATCH', `/${id}`, { summary: 'new', colorId: '7' })
    expect(await get(ben, id)).toMatchObject({ summary: 'new', colorId: '5', reminders: { useDefault: false }, extendedProperties: { private: { mine: '1' } } })
    expect(await get(anna, id)).toMatchObject({ colorId: '7', reminders: { useDefault: true } })
  })

  it('an answer reaches the organizer and the others; another\'s answer is ignored', async () => {
    const { id } = await invite()
    const attendees = [{ email: ben, responseStatus: 'accepted', comment: 'yes' }, { email: outside, responseStatus: 'declined' }]
    await by(ben, 'PATCH', `/${id}`, { attendees })
    for (const account of [anna, ben]) {
      const event = await get(account, id)
      expect(answerOf(event, ben)).toBe('accepted')
      expect(answerOf(event, outside)).toBe('needsAction')
    }
  })

  it.each([{ summary: 'x' }, { location: 'x' }, { guestsCanModify: true }, { start: { dateTime: '2026-03-10T10:30:00Z' } }, { extendedProperties: { shared: { a: '1' } } }])(
    'a guest may not change %j', async (change) => {
      const { id } = await invite()
      expect(reasonOf(await by(ben, 'PATCH', `/${id}`, change))).toBe('403 forbiddenForNonOrganizer')
      expect((await get(anna, id)).summary).toBe('s')
    })

  it('a PUT of a guest that leaves shared parts out counts as a change of them', async () => {
    const { id } = await invite(hourAt('2026-03-10T10:00:00Z', { summary: 's', guestsCanInviteOthers: false }))
    const body = await get(ben, id)
    expect((await by(ben, 'PUT', `/${id}`, body)).status).toBe(200)
    const { guestsCanInviteOthers: _, ...without } = body
    expect(reasonOf(await by(ben, 'PUT', `/${id}`, without))).toBe('403 forbiddenForNonOrganizer')
  })

  it('an invitation leaves an event of the same UID alone that the invited has already', async () => {
    const own = { ...hourAt('2026-03-10T10:00:00Z', { summary: 'mine' }), iCalUID: 'the-same@elsewhere.org' }
    const { body: { id } } = await by(ben, 'POST', '/import', { ...own, attendees: [{ email: ben }], organizer: { email: ben } })
    const { body: theirs } = await by(anna, 'POST', '/import', { ...own, summary: 'theirs', attendees: [{ email: anna }, { email: ben }], organizer: { email: anna } })
    expect(theirs.id).toBe(id)
    await by(anna, 'PATCH', `/${id}`, { summary: 'spoofed' })
    expect(await get(ben, id)).toMatchObject({ summary: 'mine', organizer: { self: true } })
    await by(anna, 'DELETE', `/${id}?sendUpdates=all`)
    expect(await get(ben, id)).toMatchObject({ summary: 'mine', status: 'confirmed' })
  })

  it('a private copy that was deleted does not keep the invitation away', async () => {
    const body = { ...hourAt('2026-03-10T10:00:00Z', { summary: 's' }), iCalUID: 'mailed@example.org', attendees: [{ email: ben }], organizer: { email: anna } }
    const { body: { id } } = await by(ben, 'POST', '/import', body)
    await by(ben, 'DELETE', `/${id}`)
    await by(anna, 'POST', '/import', body)
    expect(await get(ben, id)).toMatchObject({ status: 'confirmed', organizer: { email: anna } })
    await by(ben, 'PATCH', `/${id}`, answering(ben, 'accepted'))
    expect(answerOf(await get(anna, id), ben)).toBe('accepted')
  })

  it.each([
    ['is deleted', (id: string) => by(anna, 'DELETE', `/${id}?sendUpdates=all`)],
    ['ends earlier', (id: string) => by(anna, 'PATCH', `/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=1'] })],
  ])('who is invited to one instance alone loses it when the series %s', async (_, change) => {
    const { body: { id } } = await by(anna, 'POST', '', weekly())
    await by(anna, 'PATCH', `/${id}${second}`, { attendees: [{ email: ben }] })
    expect(await get(ben, `${id}${second}`)).toMatchObject({ status: 'confirmed' })
    await change(id)
    expect(await get(ben, `${id}${second}`)).toMatchObject({ status: 'cancelled' })
  })

  it('guests who may modify do so in the main copy', async () => {
    const { id } = await invite(hourAt('2026-03-10T10:00:00Z', { summary: 's', guestsCanModify: true }))
    await by(ben, 'PATCH', `/${id}`, { summary: 'by ben' })
    for (const account of [anna, ben]) expect((await get(account, id)).summary).toBe('by ben')
  })

  it('guests bring guests unless they may not', async () => {
    const { id, attendees } = await invite()
    await by(ben, 'PATCH', `/${id}`, { attendees: [...attendees, { email: 'dora@elsewhere.org' }] })
    expect((await get(anna, id)).attendees).toHaveLength(3)
    const closed = await invite(hourAt('2026-03-10T10:00:00Z', { guestsCanInviteOthers: false }))
    await by(ben, 'PATCH', `/${closed.id}`, { attendees: [...attendees, { email: 'dora@elsewhere.org' }] })
    expect((await get(anna, closed.id)).attendees).toHaveLength(2)
  })

  it('who may not see the others sees the own row', async () => {
    const { id } = await invite(hourAt('2026-03-10T10:00:00Z', { guestsCanSeeOtherGuests: false }))
    expect((await get(ben, id)).attendees.map((row: Json) => row.email)).toEqual([ben])
    await by(ben, 'PATCH', `/${id}`, answering(ben, 'tentative'))
    const { attendees } = await get(anna, id)
    expect(attendees.map((row: Json) => [row.email, row.responseStatus])).toEqual([[ben, 'tentative'], [outside, 'needsAction']])
  })

  it('who is taken off the list loses the copy, and gets it back when invited again', async () => {
    const { id } = await invite()
    await by(anna, 'PATCH', `/${id}`, { attendees: [{ email: outside }] })
    expect((await get(ben, id)).status).toBe('cancelled')
    await by(anna, 'PATCH', `/${id}`, { attendees: [{ email: ben }] })
    expect((await get(ben, id)).status).toBe('confirmed')
  })

  it('a guest\'s delete declines, and stays deleted when the organizer writes', async () => {
    const { id } = await invite()
    expect((await by(ben, 'DELETE', `/${id}`)).status).toBe(204)
    expect(answerOf(await get(anna, id), ben)).toBe('declined')
    await by(anna, 'PATCH', `/${id}`, { summary: 'again' })
    expect((await get(ben, id)).status).toBe('cancelled')
  })

  it.each([
    ['leaves-copies', 'none', 'confirmed'], ['leaves-copies', 'all', 'cancelled'], ['cancels-copies', 'none', 'cancelled'],
  ] as const)('organizer deletes, switch %s, sendUpdates=%s: copy %s (reference §10.2)', async (deleteWithoutUpdates, send, status) => {
    withSwitches({ deleteWithoutUpdates })
    const { id } = await invite()
    await by(anna, 'DELETE', `/${id}?sendUpdates=${send}`)
    expect((await get(ben, id)).status).toBe(status)
  })
})

describe('series with guests', () => {
  it('one answered instance becomes an exception on both sides', async () => {
    const { id } = await invite(weekly())
    await by(ben, 'PATCH', `/${id}${second}`, answering(ben, 'accepted'))
    for (const account of [anna, ben]) {
      expect(answerOf(await get(account, id + second), ben)).toBe('accepted')
      expect(answerOf(await get(account, id), ben)).toBe('needsAction')
    }
  })

  it('a guest of one instance only has that one, without a master', async () => {
    const { id } = (await by(anna, 'POST', '', weekly())).body
    await by(anna, 'PATCH', `/${id}${second}`, { attendees: [{ email: ben }] })
    const { items } = (await by(ben, 'GET', '')).body
    expect(items).toMatchObject([{ id: id + second, recurringEventId: id, status: 'confirmed' }])
    expect((await by(ben, 'GET', `/${id}`)).status).toBe(404)
  })

  it('a cancelled instance, and one without the guest, are cancelled in the copy', async () => {
    const { id } = await invite(weekly())
    await by(anna, 'DELETE', `/${id}${second}?sendUpdates=all`)
    await by(anna, 'PATCH', `/${id}_20260316T090000Z`, { attendees: [{ email: outside }] })
    expect(ids((await by(ben, 'GET', `/${id}/instances`)).body)).toEqual([`${id}_20260302T090000Z`, `${id}_20260323T090000Z`])
  })

  it('a reminder on one instance of the copy stays there through changes of the series', async () => {
    const { id } = await invite(weekly())
    await by(ben, 'PATCH', `/${id}${second}`, { reminders: { useDefault: false } })
    await by(anna, 'PATCH', `/${id}`, { summary: 'new' })
    expect(await get(ben, id + second)).toMatchObject({ summary: 'new', reminders: { useDefault: false } })
    expect(ids((await by(anna, 'GET', '')).body)).toEqual([id])
  })
})

describe('mails are counted by sendUpdates (reference §10.2)', () => {
  it.each([
    ['', []], ['?sendUpdates=none', []], ['?sendUpdates=all', [`invitation ${ben}`, `invitation ${outside}`]],
    ['?sendUpdates=externalOnly', [`invitation ${outside}`]], ['?sendNotifications=true', [`invitation ${ben}`, `invitation ${outside}`]],
  ])('insert %s', async (query, expected) => {
    await invite(undefined, query)
    expect(mails()).toEqual(expected)
  })

  it.each<[string, (id: string) => Promise<unknown>, string[]]>([
    ['text', (id) => by(anna, 'PATCH', `/${id}?sendUpdates=all`, { summary: 'n' }), [`update ${ben}`, `update ${outside}`]],
    ['nothing', (id) => by(anna, 'PATCH', `/${id}?sendUpdates=all`, { summary: 's' }), []],
    ['own reminders', (id) => by(anna, 'PATCH', `/${id}?sendUpdates=all`, { reminders: { useDefault: false } }), []],
    ['own colour', (id) => by(anna, 'PATCH', `/${id}?sendUpdates=all`, { colorId: '3' }), []],
    ['a guest less, one more', (id) => by(anna, 'PATCH', `/${id}?sendUpdates=all`, { attendees: [{ email: ben }, { email: 'dora@elsewhere.org' }] }), [`update ${ben}`, 'invitation dora@elsewhere.org', `cancellation ${outside}`]],
    ['deletion', (id) => by(anna, 'DELETE', `/${id}?sendUpdates=all`), [`cancellation ${ben}`, `cancellation ${outside}`]],
    ['silent deletion', (id) => by(anna, 'DELETE', `/${id}`), []],
    ['an answer', (id) => by(ben, 'PATCH', `/${id}?sendUpdates=all`, answering(ben, 'accepted')), [`response ${anna}`]],
    ['the same answer', (id) => by(ben, 'PATCH', `/${id}?sendUpdates=all`, answering(ben, 'needsAction')), []],
    ['a silent answer', (id) => by(ben, 'PATCH', `/${id}`, answering(ben, 'accepted')), []],
    ['a guest\'s deletion', (id) => by(ben, 'DELETE', `/${id}?sendUpdates=all`), [`response ${anna}`]],
    ['a guest\'s colour', (id) => by(ben, 'PATCH', `/${id}?sendUpdates=all`, { colorId: '3' }), []],
    ['a read', (id) => by(ben, 'GET', `/${id}?sendUpdates=all`), []],
  ])('%s', async (_name, act, expected) => {
    const { id } = await invite()
    await act(id)
    expect(mails()).toEqual(expected)
  })

  it('rooms get none', async () => {
    await by(anna, 'POST', '?sendUpdates=all', hourAt('2026-03-10T10:00:00Z', { attendees: [{ email: 'room@example.com', resource: true }, { email: anna }] }))
    expect(mails()).toEqual([])
  })
})

describe('import (reference §4.6)', () => {
  const uid = '009c2cc9-0781-482d-8ccd-8fc9bfeb3138'
  const importing = (account: string, more: object = {}): Promise<Answer> => by(account, 'POST', '/import?sendUpdates=all', hourAt('2026-03-10T10:00:00Z', { iCalUID: uid, ...more }))
  const foreign = { organizer: { email: outside }, attendees: [{ email: anna, responseStatus: 'accepted' }] }

  it('the id is computed from the UID; of our own UIDs it is their own part', async () => {
    expect((await importing(anna)).body.id).toBe('_60o3iopicdhjib9g6ss32b9k70p68b9ocdhm8b9ocphjioj6clh36c9j70')
    expect((await importing(anna, { iCalUID: 'p16bg8v5je563l7hq5nh5pc3k0@google.com' })).body.id).toBe('p16bg8v5je563l7hq5nh5pc3k0')
  })
  it('without organizer the calendar is it; with another one it is a private copy; nobody is mailed', async () => {
    expect((await importing(anna)).body).not.toHaveProperty('privateCopy')
    const copy = (await importing(anna, { iCalUID: 'other', ...foreign })).body
    expect(copy).toMatchObject({ privateCopy: true, organizer: { email: outside } })
    expect(mails()).toEqual([])
  })
  it('again: the same event anew, fields left out are cleared, answers can be written', async () => {
    const first = (await importing(anna, { ...foreign, location: 'l' })).body
    const again = (await importing(anna, { ...foreign, attendees: [{ email: anna, responseStatus: 'declined' }] })).body
    expect(again).toMatchObject({ id: first.id, created: first.created })
    expect(again).not.toHaveProperty('location')
    expect(answerOf(again, anna)).toBe('declined')
  })
  it('the same again moves nothing', async () => {
    const first = (await importing(anna, foreign)).body
    expect((await importing(anna, foreign)).body).toEqual(first)
  })
  it.each([['revives', 200], ['duplicate', 409]] as const)('of a deleted UID, switch %s', async (importOfDeleted, status) => {
    withSwitches({ importOfDeleted })
    const { id } = (await importing(anna)).body
    await by(anna, 'DELETE', `/${id}`)
    expect((await importing(anna)).status).toBe(status)
    expect((await get(anna, id)).status).toBe(status === 200 ? 'confirmed' : 'cancelled')
  })
  it.each([['upsert', 200], ['duplicate', 409]] as const)('again with the same sequence, switch %s', async (reimport, status) => {
    withSwitches({ reimport })
    await importing(anna, { sequence: 1 })
    expect((await importing(anna, { sequence: 1, summary: 'x' })).status).toBe(status)
    expect((await importing(anna, { sequence: 2, summary: 'y' })).status).toBe(200)
  })
  it.each([['ignored', 200], ['honoured', 412]] as const)('If-Match, switch %s', async (importIfMatch, status) => {
    withSwitches({ importIfMatch })
    await importing(anna)
    const answer = await emulator.call(anna, 'POST', `${events}/import`, hourAt('2026-03-10T10:00:00Z', { iCalUID: uid }), { 'if-match': '"1"' })
    expect(answer.status).toBe(status)
  })
  it.each([['written', 2], ['ignored', 1]] as const)('an instance, switch %s', async (importExceptions, rows) => {
    withSwitches({ importExceptions })
    await importing(anna, weekly())
    const originalStartTime = { dateTime: '2026-03-09T09:00:00Z' }
    await importing(anna, { ...hourAt('2026-03-09T12:00:00Z'), originalStartTime })
    expect((await by(anna, 'GET', `?iCalUID=${uid}`)).body.items).toHaveLength(rows)
  })
  it('an instance without its series', async () => {
    const { body } = await importing(anna, { ...foreign, originalStartTime: { dateTime: '2026-03-10T10:00:00Z', timeZone: 'Europe/Berlin' } })
    expect(body).toMatchObject({ id: `_60o3iopicdhjib9g6ss32b9k70p68b9ocdhm8b9ocphjioj6clh36c9j70_20260310T100000Z`, originalStartTime: { timeZone: 'Europe/Berlin' } })
    expect((await get(anna, body.id)).id).toBe(body.id)
  })
  it('what is refused', async () => {
    expect(reasonOf(await importing(anna, { id: 'abcdef' }))).toBe('400 invalid')
    expect(reasonOf(await importing(anna, { iCalUID: undefined }))).toBe('400 required')
    expect(reasonOf(await importing(anna, { iCalUID: 'u'.repeat(700) }))).toBe('400 invalid')
    await importing(anna)
    expect(reasonOf(await importing(anna, foreign))).toBe('403 cannotChangeOrganizer')
  })
  it('of an invitation that is there: own parts only, no private copy', async () => {
    const { id, iCalUID } = await invite()
    const body = { ...(await get(ben, id)), id: undefined, attendees: [{ email: ben, responseStatus: 'accepted' }, { email: outside }] }
    const imported = await by(ben, 'POST', '/import', body)
    expect(imported.body).toMatchObject({ id, iCalUID })
    expect(imported.body).not.toHaveProperty('privateCopy')
    expect(answerOf(await get(anna, id), ben)).toBe('accepted')
  })
})

describe('freeBusy (reference §9)', () => {
  const query = async (account: string, ...calendars: string[]): Promise<Json> => (await emulator.call(account, 'POST', '/freeBusy', {
    timeMin: '2026-03-10T00:00:00Z', timeMax: '2026-03-11T00:00:00Z', items: calendars.map((id) => ({ id })),
  })).body.calendars
  const at = (hour: string, more: object = {}): object => hourAt(`2026-03-10T${hour}:00Z`, more)

  it('opaque, live and not declined ones, merged, start inclusive', async () => {
    await by(anna, 'POST', '', at('09:00'))
    await by(anna, 'POST', '', at('09:30'))
    await by(anna, 'POST', '', at('12:00', { transparency: 'transparent' }))
    const gone = (await by(anna, 'POST', '', at('13:00'))).body
    await by(anna, 'DELETE', `/${gone.id}`)
    const declined = (await by(ben, 'POST', '', at('15:00', { attendees: [{ email: anna }] }))).body
    await by(ben, 'POST', '', at('17:00', { attendees: [{ email: anna }] }))
    await by(anna, 'PATCH', `/${declined.id}`, answering(anna, 'declined'))
    expect(await query(anna, 'primary')).toEqual({ primary: { busy: [
      { start: '2026-03-10T09:00:00Z', end: '2026-03-10T10:30:00Z' }, { start: '2026-03-10T17:00:00Z', end: '2026-03-10T18:00:00Z' },
    ] } })
  })
  it.each([['shared', { busy: [] }], ['private', { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }]] as const)('colleagues, switch %s', async (domainFreeBusy, expected) => {
    withSwitches({ domainFreeBusy })
    expect(await query(anna, ben, outside)).toEqual({ [ben]: expected, [outside]: { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] } })
  })
  it('instances of a series count where they are now', async () => {
    const { id } = (await by(anna, 'POST', '', hourAt('2026-03-03T09:00:00Z', { recurrence: ['RRULE:FREQ=WEEKLY'] }))).body
    await by(anna, 'PATCH', `/${id}_20260310T090000Z`, { start: { dateTime: '2026-03-10T20:00:00Z' }, end: { dateTime: '2026-03-10T21:00:00Z' } })
    expect((await query(anna, 'primary')).primary.busy).toEqual([{ start: '2026-03-10T20:00:00Z', end: '2026-03-10T21:00:00Z' }])
  })
  it('bounds are required', async () => {
    expect(reasonOf(await emulator.call(anna, 'POST', '/freeBusy', { items: [] }))).toBe('400 required')
  })
})
