import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANNA, answered, BOB, calendar, CARA, meeting, objectOf, openWorld, vevent } from './world.ts'
import type { Meeting, World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.gateway.close())

/** After a step: what both clients read, what the service holds of both, and the mails. */
async function expectAll(expected: { readonly anna: readonly string[]; readonly bob: readonly string[]; readonly stored: readonly string[]; readonly mails: readonly string[] }): Promise<void> {
  const mails = await world.mails()
  const [anna, bob, stored] = await Promise.all([world.seen(ANNA), world.seen(BOB), world.stored(ANNA)])
  expect({ anna, bob, stored, mails }).toEqual(expected)
  expect(await world.mails()).toEqual([]) // reading tells nobody
}

const invite = (given = {}) => world.put(ANNA, meeting(given), { headers: { 'If-None-Match': '*' }, expect: 201 })

describe('a meeting (RFC 6638 §3.2)', () => {
  test('invite, move, answer, remove', async () => {
    await invite()
    const invited = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION']
    await expectAll({ anna: invited, bob: invited, stored: ['confirmed Plan anna:accepted bob:needsAction'], mails: [`invitation ${BOB}`] })

    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    const accepted = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:ACCEPTED']
    await expectAll({ anna: accepted, bob: accepted, stored: ['confirmed Plan anna:accepted bob:accepted'], mails: [`response ${ANNA}`] })

    await world.put(ANNA, (await world.text(ANNA))!.replace(/DTSTART:.*/, 'DTSTART:20260915T100000Z').replace(/DTEND:.*/, 'DTEND:20260915T110000Z'))
    const moved = ['20260915T100000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION']
    await expectAll({ anna: moved, bob: moved, stored: ['confirmed Plan anna:accepted bob:needsAction'], mails: [`update ${BOB}`] })

    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'TENTATIVE', 'maybe later'))
    const tentative = ['20260915T100000Z Plan #1 anna:ACCEPTED bob:TENTATIVE(maybe later)']
    await expectAll({ anna: tentative, bob: tentative, stored: ['confirmed Plan anna:accepted bob:tentative(maybe later)'], mails: [`response ${ANNA}`] })

    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    await expectAll({ anna: [], bob: [], stored: [], mails: [`cancellation ${BOB}`] })
  })

  test('add and remove a guest', async () => {
    await invite()
    await world.mails()
    await world.put(ANNA, meeting({ guests: { [BOB]: 'NEEDS-ACTION', [CARA]: 'NEEDS-ACTION' } }))
    const three = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION cara:NEEDS-ACTION']
    await expectAll({ anna: three, bob: three, stored: ['confirmed Plan anna:accepted bob:needsAction cara:needsAction'], mails: [`update ${BOB}`, `invitation ${CARA}`] })

    await world.put(ANNA, meeting({ guests: { [CARA]: 'NEEDS-ACTION' } }))
    expect(await world.mails()).toEqual([`update ${CARA}`, `cancellation ${BOB}`])
    expect(await world.seen(BOB)).toEqual([])
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'])
  })

  test('decline by DELETE: the organizer is told once, and the copy stays away (RFC 6638 §3.2.2.3)', async () => {
    await invite()
    await world.mails()
    await world.ask(BOB, 'DELETE', objectOf(BOB), { expect: 204 })
    await expectAll({
      anna: ['20260915T080000Z Plan #0 anna:ACCEPTED bob:DECLINED'], bob: [], stored: ['confirmed Plan anna:accepted bob:declined'], mails: [`response ${ANNA}`],
    })
    await world.put(ANNA, (await world.text(ANNA))!.replace('SUMMARY:Plan', 'SUMMARY:Plan B'))
    await expectAll({
      anna: ['20260915T080000Z Plan B #0 anna:ACCEPTED bob:DECLINED'], bob: [], stored: ['confirmed Plan B anna:accepted bob:declined'], mails: [`update ${BOB}`],
    })
  })

  test('an organizer who is not among the attendees is told of answers and of a decline too', async () => {
    const alone = calendar(...vevent().filter((line) => !line.includes('PARTSTAT=ACCEPTED')))
    await world.put(ANNA, alone, { expect: 201 })
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    await world.ask(BOB, 'DELETE', objectOf(BOB), { expect: 204 })
    expect(await world.mails()).toEqual([`response ${ANNA}`])
  })
})

describe('a series (RFC 6638 §3.2, RFC 5546 §3.2)', () => {
  const weekly = { lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] }
  const second = '20260922T080000Z'

  test('one instance is moved, answered and cancelled alone', async () => {
    await invite(weekly)
    const [series] = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION']
    await expectAll({ anna: [series!], bob: [series!], stored: ['confirmed Plan anna:accepted bob:needsAction'], mails: [`invitation ${BOB}`] })

    const late = vevent({ start: '20260922T120000Z', summary: 'Plan late', sequence: 1, lines: [`RECURRENCE-ID:${second}`] })
    await world.put(ANNA, calendar(...vevent(weekly), ...late))
    const moved = [series!, `[${second}] 20260922T120000Z Plan late #1 anna:ACCEPTED bob:NEEDS-ACTION`]
    await expectAll({
      anna: moved, bob: moved, mails: [`update ${BOB}`],
      stored: ['2026-09-22 confirmed Plan late anna:accepted bob:needsAction', 'confirmed Plan anna:accepted bob:needsAction'],
    })

    const read = (await world.text(BOB))!
    const at = read.lastIndexOf('BEGIN:VEVENT')
    await world.put(BOB, read.slice(0, at).replace(/\r\n[ \t]/g, '') + answered(read.slice(at), BOB, 'DECLINED', 'on leave'))
    const declined = [series!, `[${second}] 20260922T120000Z Plan late #1 anna:ACCEPTED bob:DECLINED(on leave)`]
    await expectAll({
      anna: declined, bob: declined, mails: [`response ${ANNA}`],
      stored: ['2026-09-22 confirmed Plan late anna:accepted bob:declined(on leave)', 'confirmed Plan anna:accepted bob:needsAction'],
    })

    await world.put(ANNA, calendar(...vevent({ lines: [...weekly.lines, `EXDATE:${second}`] })))
    const cut = [`${series!} -${second}`]
    await expectAll({ anna: cut, bob: cut, stored: ['2026-09-22 cancelled', 'confirmed Plan anna:accepted bob:needsAction'], mails: [`cancellation ${BOB}`] })
  })

  test('an attendee answers one instance that nobody has changed, then all', async () => {
    await invite(weekly)
    await world.mails()
    const read = (await world.text(BOB))!.replace(/\r\n[ \t]/g, '')
    const master = read.slice(read.indexOf('BEGIN:VEVENT'), read.indexOf('END:VCALENDAR'))
    const instance = master.replace(/RRULE:.*\r\n/, '').replace(/DTSTART:.*/, `DTSTART:${second}`).replace(/DTEND:.*/, 'DTEND:20260922T090000Z').replace('BEGIN:VEVENT', `BEGIN:VEVENT\r\nRECURRENCE-ID:${second}`)
    await world.put(BOB, read.replace('END:VCALENDAR', `${answered(instance, BOB, 'TENTATIVE')}END:VCALENDAR`))
    const one = ['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION', `[${second}] ${second} Plan #0 anna:ACCEPTED bob:TENTATIVE`]
    await expectAll({
      anna: one, bob: one, mails: [`response ${ANNA}`],
      stored: ['2026-09-22 confirmed Plan anna:accepted bob:tentative', 'confirmed Plan anna:accepted bob:needsAction'],
    })

    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:ACCEPTED'])
    expect(new Set(await world.mails())).toEqual(new Set([`response ${ANNA}`]))
  })

  test('an attendee takes one instance off the own calendar: a decline of that one (RFC 6638 §3.2.2.1)', async () => {
    await invite(weekly)
    await world.mails()
    await world.put(BOB, (await world.text(BOB))!.replace(/RRULE:.*\r\n/, `$&EXDATE:${second}\r\n`))
    expect(await world.mails()).toEqual([`response ${ANNA}`])
    expect(await world.seen(ANNA)).toEqual(['20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION', `[${second}] ${second} Plan #0 anna:ACCEPTED bob:DECLINED`])
    expect(await world.seen(BOB)).toEqual([`20260915T080000Z Plan #0 anna:ACCEPTED bob:NEEDS-ACTION -${second}`])
  })

  const loneGuest = (guestsOfSeries: Readonly<Record<string, string>>) => calendar(
    ...vevent({ ...weekly, guests: guestsOfSeries }), ...vevent({ start: second, guests: { ...guestsOfSeries, [BOB]: 'NEEDS-ACTION' }, lines: [`RECURRENCE-ID:${second}`] }),
  )
  const put = (given: Meeting) => () => world.put(ANNA, meeting(given))

  test.each([
    ['is deleted', {}, () => world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 }), [`cancellation ${BOB}`]],
    ['is deleted that has another guest', { [CARA]: 'NEEDS-ACTION' }, () => world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 }), [`cancellation ${BOB}`, `cancellation ${CARA}`, `cancellation ${CARA}`]],
    ['ends earlier', {}, put({ lines: ['RRULE:FREQ=WEEKLY;COUNT=1'], guests: {} }), [`cancellation ${BOB}`]],
    ['moves to another day', {}, put({ ...weekly, start: '20260916T080000Z', guests: {} }), [`cancellation ${BOB}`]],
    ['becomes a single event', {}, put({ guests: {} }), [`cancellation ${BOB}`]],
  ] as const)('who is invited to one instance alone is told when the series %s (RFC 6638 §3.2.1.2)', async (_, guests, act, mails) => {
    await world.put(ANNA, loneGuest(guests), { expect: 201 })
    expect(await world.seen(BOB)).toHaveLength(1)
    await world.mails()
    await act()
    expect(await world.seen(BOB)).toEqual([])
    expect(await world.mails()).toEqual(mails)
  })

  test.each([
    ['excludes it and changes the rule', put({ lines: ['RRULE:FREQ=WEEKLY;COUNT=5', `EXDATE:${second}`], guests: {} }), [`cancellation ${BOB}`], 0],
    ['ends behind it', () => world.put(ANNA, loneGuest({}).replace('COUNT=4', 'COUNT=2')), [], 1],
  ] as const)('who is invited to one instance alone, when the series %s', async (_, act, mails, left) => {
    await world.put(ANNA, loneGuest({}), { expect: 201 })
    await world.mails()
    await act()
    expect(await world.seen(BOB)).toHaveLength(left)
    expect(await world.mails()).toEqual(mails)
  })

  test('whom the server tells of one instance alone is told of its end by the server, whoever tells of the series', async () => {
    const untold = vevent(weekly).map((line) => line.replace(/^ATTENDEE(.*:mailto:bob)/, 'ATTENDEE;SCHEDULE-AGENT=CLIENT$1'))
    await world.put(ANNA, calendar(...untold, ...vevent({ start: '20260922T120000Z', lines: [`RECURRENCE-ID:${second}`] })), { expect: 201 })
    await world.mails()
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
  })

  test.each([[{}, [`response ${ANNA}`]], [{ 'Schedule-Reply': 'F' }, []]] as const)('a decline of the whole by DELETE with %j is one of the instances too that were answered otherwise', async (headers, mails) => {
    await world.put(ANNA, calendar(...vevent(weekly), ...vevent({ start: '20260922T120000Z', lines: [`RECURRENCE-ID:${second}`] })), { expect: 201 })
    const [master, instance] = (await world.text(BOB))!.split(/(?<=END:VEVENT\r\n)(?=BEGIN)/) as [string, string]
    await world.put(BOB, answered(master, BOB, 'TENTATIVE') + answered(instance, BOB, 'ACCEPTED'))
    await world.mails()
    await world.ask(BOB, 'DELETE', objectOf(BOB), { headers, expect: 204 })
    await expectAll({
      anna: ['20260915T080000Z Plan #0 anna:ACCEPTED bob:DECLINED', `[${second}] 20260922T120000Z Plan #1 anna:ACCEPTED bob:DECLINED`], bob: [],
      stored: ['2026-09-22 confirmed Plan anna:accepted bob:declined', 'confirmed Plan anna:accepted bob:declined'], mails,
    })
  })

  test('who has declined the whole by DELETE is asked of a moved instance alone, and it goes with the series', async () => {
    const third = '20260929T080000Z'
    await world.put(ANNA, calendar(...vevent(weekly), ...vevent({ start: '20260922T120000Z', lines: [`RECURRENCE-ID:${second}`] })), { expect: 201 })
    await world.ask(BOB, 'DELETE', objectOf(BOB), { expect: 204 })
    await world.put(ANNA, (await world.text(ANNA))!.replace('SUMMARY:Plan', 'SUMMARY:Plan B'))
    expect(await world.seen(BOB)).toEqual([])
    await world.put(ANNA, (await world.text(ANNA))!.replace('END:VCALENDAR', `${vevent({ start: '20260929T120000Z', lines: [`RECURRENCE-ID:${third}`] }).join('\r\n')}\r\nEND:VCALENDAR`))
    expect(await world.seen(BOB)).toEqual([`[${third}] 20260929T120000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION`])
    await world.ask(ANNA, 'DELETE', objectOf(ANNA), { expect: 204 })
    expect(await world.seen(BOB)).toEqual([])
  })

  test('another rule raises SEQUENCE and is told once', async () => {
    await invite(weekly)
    await world.mails()
    await world.put(ANNA, (await world.text(ANNA))!.replace('COUNT=4', 'COUNT=6'))
    expect(await world.mails()).toEqual([`update ${BOB}`])
    expect(await world.seen(BOB)).toEqual(['20260915T080000Z Plan #1 anna:ACCEPTED bob:NEEDS-ACTION'])
  })
})

describe('a meeting in another calendar of the organizer', () => {
  test('the calendar is the organizer: its user is neither invited nor told, and has the meeting once', async () => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    const path = `${made.headers.get('Location')!}E1B2C3D4.ics`
    await world.put(ANNA, meeting(), { path, expect: 201 })
    expect(await world.mails()).toEqual([`invitation ${BOB}`])
    expect(await world.seen(ANNA)).toEqual([])
    await world.put(ANNA, meeting({ summary: 'Plan B' }), { path })
    expect(await world.mails()).toEqual([`update ${BOB}`])
    await world.put(ANNA, (await world.text(ANNA, path))!, { path })
    expect(await world.mails()).toEqual([])
    await world.put(BOB, answered((await world.text(BOB))!, BOB, 'ACCEPTED'))
    expect((await world.text(ANNA, path))!.replace(/\r\n /g, '')).toMatch(/PARTSTAT=ACCEPTED[^:]*:mailto:bob@/)
    await world.mails()
    await world.ask(ANNA, 'DELETE', path, { expect: 204 })
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
  })

  test.each([
    ['its guests are told of what is still to come', {}, [`cancellation ${BOB}`], 0],
    ['nobody is where the client wants it so', { 'Schedule-Reply': 'F' }, [], 1],
  ] as const)('removed with its calendar: %s (RFC 6638 §3.2.3)', async (_, headers, mails, left) => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    const path = (name: string) => `${made.headers.get('Location')!}${name}.ics`
    await world.put(ANNA, meeting({ start: '20960915T080000Z' }), { path: path('E1B2C3D4'), expect: 201 })
    await world.put(ANNA, meeting({ start: '20160915T080000Z', lines: ['RRULE:FREQ=DAILY;COUNT=3'] }).replace('UID:E1B2C3D4', 'UID:past'), { path: path('past'), expect: 201 })
    await world.ask(ANNA, 'PROPFIND', made.headers.get('Location')!, { headers: { Depth: '1' }, expect: 207 }) // all is held
    await world.mails()
    await world.ask(ANNA, 'DELETE', made.headers.get('Location')!, { headers, expect: 204 })
    expect(await world.mails()).toEqual(mails)
    expect(await world.seen(BOB)).toHaveLength(left)
  })

  test('is not called off by somebody else who may change the calendar: only whose it is can remove it for all', async () => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    const path = `${made.headers.get('Location')!}E1B2C3D4.ics`
    await world.put(ANNA, meeting({ start: '20960915T080000Z', guests: { [CARA]: 'NEEDS-ACTION' } }), { path, expect: 201 })
    const id = decodeURIComponent(path.split('/').at(-2)!)
    await world.gateway.rest(ANNA, 'POST', `/calendars/${id}/acl`, { role: 'owner', scope: { type: 'user', value: BOB } })
    await world.gateway.rest(BOB, 'POST', '/users/me/calendarList', { id })
    await world.mails()
    await world.ask(BOB, 'DELETE', `/calendar/dav/${BOB}/${id}/`, { expect: 403 })
    expect(await world.mails()).toEqual([])
    expect(await world.text(ANNA, path)).toContain('mailto:cara@elsewhere.example')
  })

  test('moved there, its guests follow', async () => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    const path = `${made.headers.get('Location')!}E1B2C3D4.ics`
    await world.put(ANNA, meeting(), { expect: 201 })
    await world.ask(ANNA, 'MOVE', objectOf(ANNA), { headers: { Destination: path }, expect: 201 })
    await world.put(ANNA, (await world.text(ANNA, path))!.replace('SUMMARY:Plan', 'SUMMARY:Plan B'), { path })
    expect(await world.seen(BOB)).toEqual([expect.stringContaining('Plan B')])
    await world.ask(ANNA, 'DELETE', path, { expect: 204 })
    expect(await world.seen(BOB)).toEqual([])
  })

  test('an event that the service does not remove goes with its calendar, and stands in the log', async () => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    await world.put(ANNA, meeting({ start: '20960915T080000Z' }), { path: `${made.headers.get('Location')!}E1B2C3D4.ics`, expect: 201 })
    world.gateway.breakNext('/events/', 403, 1)
    await world.ask(ANNA, 'DELETE', made.headers.get('Location')!, { expect: 204 })
    expect(world.gateway.notices.map(({ event }) => event)).toContain('meeting-not-cancelled')
    await world.ask(ANNA, 'PROPFIND', made.headers.get('Location')!, { headers: { Depth: '0' }, expect: 404 })
  })

  test('moved there and back its user is no guest of it, nobody is told, and it is there once', async () => {
    const made = await world.ask(ANNA, 'MKCALENDAR', '/calendar/dav/anna@example.org/second/', { expect: 201 })
    const path = `${made.headers.get('Location')!}E1B2C3D4.ics`
    const weekly = vevent({ lines: ['RRULE:FREQ=WEEKLY;COUNT=4'] })
    await world.put(ANNA, calendar(...weekly, ...vevent({ start: '20260922T100000Z', lines: ['RECURRENCE-ID:20260922T080000Z'] })), { expect: 201 })
    const [before] = [await world.seen(ANNA), await world.mails()]
    await world.ask(ANNA, 'MOVE', objectOf(ANNA), { headers: { Destination: path }, expect: 201 })
    expect(await world.text(ANNA)).toBeUndefined()
    expect(await world.text(ANNA, path)).not.toMatch(/mailto:an/)
    await world.ask(ANNA, 'MOVE', path, { headers: { Destination: objectOf(ANNA) }, expect: 201 })
    expect(await world.seen(ANNA)).toEqual(before)
    expect(await world.seen(BOB)).toEqual(before)
    expect(await world.mails()).toEqual([])
    await world.ask(ANNA, 'MOVE', objectOf(ANNA), { headers: { Destination: path }, expect: 201 })
    await world.ask(ANNA, 'DELETE', path, { expect: 204 })
    expect(await world.mails()).toEqual([`cancellation ${BOB}`])
  })
})

describe('a delegate (a calendar that its owner lets another one write)', () => {
  const inHome = `/calendar/dav/${BOB}/${ANNA}/E1B2C3D4.ics`
  beforeEach(async () => {
    await world.gateway.rest(ANNA, 'POST', `/calendars/${ANNA}/acl`, { role: 'writer', scope: { type: 'user', value: BOB } })
    await world.gateway.rest(BOB, 'POST', '/users/me/calendarList', { id: ANNA })
  })

  test('invites in the name of the owner', async () => {
    await world.put(BOB, meeting({ guests: { [CARA]: 'NEEDS-ACTION' } }), { path: inHome, expect: 201 })
    await expectAll({
      anna: ['20260915T080000Z Plan #0 anna:ACCEPTED cara:NEEDS-ACTION'], bob: [], stored: ['confirmed Plan anna:accepted cara:needsAction'], mails: [`invitation ${CARA}`],
    })
  })

  test('answers for the owner, not for himself', async () => {
    const carasMeeting = { summary: 'Plan', start: { dateTime: '2026-09-15T08:00:00Z' }, end: { dateTime: '2026-09-15T09:00:00Z' }, iCalUID: 'E1B2C3D4', attendees: [{ email: ANNA }, { email: BOB }] }
    await world.gateway.rest(CARA, 'POST', `/calendars/${CARA}/events?sendUpdates=none`, carasMeeting)
    await world.put(BOB, answered((await world.text(BOB, inHome))!, ANNA, 'ACCEPTED'), { path: inHome })
    expect(await world.mails()).toEqual([`response ${CARA}`])
    expect(await world.seen(ANNA)).toEqual(['20260915T100000 Plan #0 anna:ACCEPTED bob:NEEDS-ACTION'])
    const etag = (await world.ask(BOB, 'GET', inHome)).headers.get('ETag')!
    const own = answered((await world.text(BOB, inHome))!, BOB, 'ACCEPTED')
    expect(await world.put(BOB, own, { path: inHome, headers: { 'If-Match': etag }, expect: 403 })).toMatchObject({ condition: '{urn:ietf:params:xml:ns:caldav}allowed-attendee-scheduling-object-change' })
  })
})
