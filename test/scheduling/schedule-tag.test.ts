import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventText, propfindOf } from '../caldav/gateway.ts'
import { responseAt } from '../xml-tree.ts'
import { ANNA, answered, BOB, CARA, homeOf, meeting, OBJECT, objectOf, openWorld } from './world.ts'
import type { World } from './world.ts'

const SCHEDULE_TAG = '{urn:ietf:params:xml:ns:caldav}schedule-tag'
const GETETAG = '{DAV:}getetag'
const type = { 'Content-Type': 'text/calendar' }

let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.put(ANNA, meeting({ guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }), { expect: 201 })
})
afterEach(() => world.gateway.close())

async function tagsOf(as: string): Promise<{ readonly scheduleTag: string; readonly etag: string }> {
  const { headers } = await world.ask(as, 'GET', objectOf(as), { expect: 200 })
  return { scheduleTag: headers.get('Schedule-Tag')!, etag: headers.get('ETag')! }
}
const change = (as: string, edit: (text: string) => string, headers: Readonly<Record<string, string>> = {}) => async () =>
  world.ask(as, 'PUT', objectOf(as), { headers: { ...type, ...headers }, body: edit((await world.text(as))!.replace(/\r\n[ \t]/g, '')) })
const move = (text: string) => text.replace(/DTSTART:.*/, 'DTSTART:20260915T070000Z')

describe('Schedule-Tag (RFC 6638 §3.2.10)', () => {
  test.each<readonly [string, () => Promise<unknown>, { readonly anna: boolean; readonly bob: boolean }]>([
    ['a guest answers: not for the organizer', () => change(BOB, (text) => answered(text, BOB, 'ACCEPTED', 'yes'))(), { anna: false, bob: true }],
    ['another guest answers', async () => change(ANNA, (text) => answered(text, CARA, 'TENTATIVE'), { 'If-Match': (await tagsOf(ANNA)).etag })(), { anna: false, bob: false }],
    ['the organizer moves the meeting', () => change(ANNA, move)(), { anna: true, bob: true }],
    ['the organizer adds a note', () => change(ANNA, (text) => text.replace('SUMMARY:', 'DESCRIPTION:note\r\nSUMMARY:'))(), { anna: true, bob: true }],
    ['the organizer removes a guest', () => change(ANNA, (text) => text.replace(/ATTENDEE.*cara.*\r\n/, ''))(), { anna: true, bob: true }],
    ['a guest sets an alarm: for that guest alone', () => change(BOB, (text) => text.replace('END:VEVENT', 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT20M\r\nEND:VALARM\r\nEND:VEVENT'))(), { anna: false, bob: true }],
  ])('%s', async (_, act, moves) => {
    const before = { anna: await tagsOf(ANNA), bob: await tagsOf(BOB) }
    await act()
    const after = { anna: await tagsOf(ANNA), bob: await tagsOf(BOB) }
    expect({ anna: after.anna.scheduleTag !== before.anna.scheduleTag, bob: after.bob.scheduleTag !== before.bob.scheduleTag }).toEqual(moves)
  })

  test('a guest answers one instance of a series, or takes it off: not for the organizer', async () => {
    const weekly = meeting({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] })
    await world.put(ANNA, weekly)
    const { scheduleTag } = await tagsOf(ANNA)
    const [head, master] = (await world.text(BOB))!.replace(/\r\n[ \t]/g, '').split(/(?=BEGIN:VEVENT)|END:VCALENDAR/) as [string, string]
    const instance = answered(master.replace(/RRULE.*\r\n/, 'RECURRENCE-ID:20260922T080000Z\r\n').replaceAll('20260915T', '20260922T'), BOB, 'TENTATIVE')
    await world.put(BOB, `${head}${master}${instance}END:VCALENDAR\r\n`)
    expect(await world.seen(ANNA)).toContainEqual(expect.stringContaining('bob:TENTATIVE'))
    expect((await tagsOf(ANNA)).scheduleTag).toBe(scheduleTag)
    await world.put(BOB, `${head}${master.replace('RRULE', 'EXDATE:20260929T080000Z\r\nRRULE')}${instance}END:VCALENDAR\r\n`)
    expect(await world.seen(ANNA)).toContainEqual(expect.stringContaining('bob:DECLINED'))
    expect((await tagsOf(ANNA)).scheduleTag).toBe(scheduleTag)
    await change(ANNA, (text) => text.replace(/(RECURRENCE-ID[^]*SUMMARY:Plan)/, '$1 B'))()
    expect((await tagsOf(ANNA)).scheduleTag).not.toBe(scheduleTag)
  })

  test('the ETag always moves', async () => {
    const before = await tagsOf(ANNA)
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))()
    expect((await tagsOf(ANNA)).etag).not.toBe(before.etag)
  })

  test('is one in GET, HEAD, PUT and the property, and quoted', async () => {
    const { scheduleTag } = await tagsOf(ANNA)
    expect(scheduleTag).toMatch(/^"[\w-]+"$/)
    expect((await world.ask(ANNA, 'HEAD', objectOf(ANNA))).headers.get('Schedule-Tag')).toBe(scheduleTag)
    const multiget = `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:prop><C:schedule-tag/></D:prop><D:href>${objectOf(ANNA)}</D:href></C:calendar-multiget>`
    const read = [
      await world.ask(ANNA, 'PROPFIND', objectOf(ANNA), { headers: { Depth: '0' }, body: propfindOf(SCHEDULE_TAG), expect: 207 }),
      await world.ask(ANNA, 'PROPFIND', '/calendar/dav/anna@example.org/events/', { headers: { Depth: '1' }, body: propfindOf(SCHEDULE_TAG, GETETAG), expect: 207 }),
      await world.ask(ANNA, 'REPORT', '/calendar/dav/anna@example.org/events/', { body: multiget, expect: 207 }),
    ]
    for (const { text } of read) expect(responseAt(text, objectOf(ANNA)).found[SCHEDULE_TAG]).toEqual([scheduleTag])
    const put = await change(ANNA, move)()
    expect(put.headers.get('Schedule-Tag')).toBe((await tagsOf(ANNA)).scheduleTag)
  })

  test('what is no meeting has none', async () => {
    const path = objectOf(ANNA, 'plain.ics')
    const put = await world.put(ANNA, eventText('plain'), { path, expect: 201 })
    expect(put.headers.get('Schedule-Tag')).toBeNull()
    expect((await world.ask(ANNA, 'GET', path)).headers.get('Schedule-Tag')).toBeNull()
    const { text } = await world.ask(ANNA, 'PROPFIND', path, { headers: { Depth: '0' }, body: propfindOf(SCHEDULE_TAG), expect: 207 })
    expect(responseAt(text, path).statuses).toEqual({ [SCHEDULE_TAG]: 404 })
    expect(await world.ask(ANNA, 'PUT', path, { headers: { ...type, 'If-Schedule-Tag-Match': '"x"' }, body: eventText('plain') })).toMatchObject({ status: 412 })
  })
})

describe('If-Schedule-Tag-Match (RFC 6638 §8.3)', () => {
  test('an answer in between does not stop a write, and is not undone by it', async () => {
    const { scheduleTag } = await tagsOf(ANNA)
    const stale = (await world.text(ANNA))!.replace(/\r\n[ \t]/g, '')
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))()
    await world.mails()
    await world.ask(ANNA, 'PUT', objectOf(ANNA), { headers: { ...type, 'If-Schedule-Tag-Match': scheduleTag }, body: stale.replace('SUMMARY:Plan', 'SUMMARY:Plan B'), expect: 204 })
    expect(await world.seen(BOB)).toEqual(['20260915T080000Z Plan B #0 anna:ACCEPTED bob:ACCEPTED cara:NEEDS-ACTION'])
    expect(await world.mails()).toEqual([`update ${BOB}`, `update ${CARA}`])
  })

  test('an attendee answers from an older copy in which another one has not answered yet', async () => {
    await change(ANNA, (text) => text)()
    const { scheduleTag } = await tagsOf(BOB)
    const stale = (await world.text(BOB))!
    await change(ANNA, (text) => answered(text, CARA, 'TENTATIVE'), { 'If-Match': (await tagsOf(ANNA)).etag })()
    expect((await tagsOf(BOB)).scheduleTag).toBe(scheduleTag)
    await world.mails()
    await world.ask(BOB, 'PUT', objectOf(BOB), { headers: { ...type, 'If-Schedule-Tag-Match': scheduleTag }, body: answered(stale, BOB, 'DECLINED'), expect: 204 })
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:DECLINED cara:TENTATIVE'])
    expect(await world.mails()).toEqual([`response ${ANNA}`])
  })

  test.each(['PUT', 'DELETE'])('%s with an older one is 412 and does nothing', async (method) => {
    const { scheduleTag } = await tagsOf(BOB)
    const stale = (await world.text(BOB))!
    await change(ANNA, move)()
    await world.mails()
    const answer = await world.ask(BOB, method, objectOf(BOB), { headers: { ...type, 'If-Schedule-Tag-Match': scheduleTag }, ...(method === 'PUT' && { body: answered(stale, BOB, 'ACCEPTED') }) })
    expect(answer.status).toBe(412)
    expect(await world.mails()).toEqual([])
    expect((await tagsOf(BOB)).scheduleTag).not.toBe(scheduleTag)
  })

  test.each(['COPY', 'MOVE'])('%s with an older one is 412 and does nothing', async (method) => {
    const made = await world.ask(ANNA, 'MKCALENDAR', `${homeOf(ANNA)}second/`, { expect: 201 })
    await world.mails()
    const answer = await world.ask(ANNA, method, objectOf(ANNA), { headers: { 'If-Schedule-Tag-Match': '"older"', Destination: `${made.headers.get('Location')!}${OBJECT}` } })
    expect(answer.status).toBe(412)
    expect(await world.mails()).toEqual([])
    expect(await world.text(ANNA)).toBeDefined()
  })

  test('MOVE with the present one is done: the tag stays under another name, and nobody is told', async () => {
    const { scheduleTag } = await tagsOf(ANNA)
    const other = objectOf(ANNA, 'other.ics')
    await world.mails()
    await world.ask(ANNA, 'MOVE', objectOf(ANNA), { headers: { 'If-Schedule-Tag-Match': scheduleTag, Destination: other }, expect: 201 })
    expect((await world.ask(ANNA, 'HEAD', other)).headers.get('Schedule-Tag')).toBe(scheduleTag)
    expect(await world.mails()).toEqual([])
  })

  test('DELETE with the present one is done, though a guest has answered meanwhile', async () => {
    const { scheduleTag } = await tagsOf(ANNA)
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))()
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { headers: { 'If-Schedule-Tag-Match': scheduleTag }, expect: 204 })
    expect(await world.text(BOB)).toBeUndefined()
  })

  test('on nothing it is 412', async () => {
    expect(await world.ask(ANNA, 'PUT', objectOf(ANNA, 'new.ics'), { headers: { ...type, 'If-Schedule-Tag-Match': '"x"' }, body: eventText('new') })).toMatchObject({ status: 412 })
  })

  test('an organizer without any condition does not undo answers either, but may ask anew after a move (RFC 5546 §3.2.2.1)', async () => {
    await change(BOB, (text) => answered(text, BOB, 'ACCEPTED'))()
    await world.put(ANNA, meeting({ summary: 'Plan B', guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }))
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan B #0 anna:ACCEPTED bob:ACCEPTED cara:NEEDS-ACTION'])
    await world.put(ANNA, meeting({ start: '20260915T100000Z', guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }))
    expect(await world.seen(ANNA)).toEqual(['20260915T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION cara:NEEDS-ACTION'])
  })
})
