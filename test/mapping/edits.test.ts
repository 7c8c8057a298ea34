/** Writing is a diff, seen from outside: what a client does to one thing leaves all others as they are, whatever the service has of them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rows, rowTimes, touched } from '../backends/google/rows.ts'
import { calendarPath, me, object, open } from './open.ts'
import type { Opened, Row } from './open.ts'

const events = `/calendars/${me}/events`
const flags = '?conferenceDataVersion=1&supportsAttachments=true&sendUpdates=none'

/** Name of the only object of the calendar. */
async function onlyName(opened: Opened): Promise<string> {
  const body = '<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
  const { text } = await opened.ask('PROPFIND', calendarPath, body, { Depth: '1', 'Content-Type': 'application/xml' })
  const [, name] = /<D:href>[^<]*\/events\/([^<]+)<\/D:href>/.exec(text) ?? []
  if (name === undefined) throw new Error(text)
  return decodeURIComponent(name)
}

/** Unfolds, lets a client do something to the lines of the first VEVENT, and leaves the rest as it is. */
function edited(text: string, edit: (line: string) => readonly string[], added: readonly string[] = []): string {
  const lines = text.replaceAll('\r\n ', '').split('\r\n')
  const [begin, end] = [lines.indexOf('BEGIN:VEVENT'), lines.indexOf('END:VEVENT')]
  const inside = lines.slice(begin + 1, end)
  return [...lines.slice(0, begin + 1), ...inside.flatMap(edit), ...added, ...lines.slice(end)].join('\r\n')
}

const without = (name: RegExp) => (line: string): readonly string[] => (name.test(line) ? [] : [line])

interface Edit {
  readonly of: string
  readonly drops?: RegExp
  readonly adds: readonly string[]
  /** Members that may change. */
  readonly members: readonly string[]
  /** How the rest is changed on purpose. */
  readonly rest?: (row: Row) => Row
}

/** RFC 6638 §3.2.8. */
const askedAnew = (row: Row): Row => (Array.isArray(row['attendees'])
  ? { ...row, attendees: (row['attendees'] as readonly { readonly self?: boolean }[]).map((each) => (each.self === true ? each : { ...each, responseStatus: 'needsAction' })) }
  : row)

const edits: readonly Edit[] = [
  { of: 'SUMMARY', drops: /^SUMMARY/, adds: ['SUMMARY:Quite another title'], members: ['summary'] },
  { of: 'no SUMMARY', drops: /^SUMMARY/, adds: [], members: ['summary'] },
  { of: 'DESCRIPTION', drops: /^DESCRIPTION/, adds: ['DESCRIPTION:Quite another text'], members: ['description'] },
  { of: 'LOCATION', drops: /^LOCATION/, adds: ['LOCATION:Quite another place'], members: ['location'] },
  { of: 'DTSTART and DTEND', drops: /^DT(START|END)/, adds: ['DTSTART:20270110T090000Z', 'DTEND:20270110T100000Z'], members: ['start', 'end'], rest: askedAnew },
  { of: 'COLOR', drops: /^COLOR/, adds: ['COLOR:aquamarine'], members: ['colorId'] },
  { of: 'CLASS', drops: /^CLASS/, adds: ['CLASS:CONFIDENTIAL'], members: ['visibility'] },
  { of: 'URL', drops: /^URL/, adds: ['URL:https://example.com/quite/another'], members: ['source'] },
  { of: 'X-MOZ-LASTACK', adds: ['X-MOZ-LASTACK:20260310T080500Z'], members: ['extendedProperties.private.calgateAcknowledged'] },
  { of: 'one CONFERENCE fewer', drops: /^CONFERENCE.*tel:/, adds: [], members: ['conferenceData.entryPoints'] },
]

async function insert(opened: Opened, body: object): Promise<string> {
  return (await opened.api('POST', events + flags, body)).id
}

describe('a client that changes one property keeps all else that the service has', () => {
  test.each(edits)('$of', async ({ drops = /^$/, adds, members, rest }) => {
    await fc.assert(fc.asyncProperty(rows, rowTimes, async (event, time) => {
      const opened = open()
      const id = await insert(opened, { ...event, ...time })
      const before = await opened.api('GET', `${events}/${id}`)
      const name = await onlyName(opened)
      const read = await opened.get(name)
      const body = edited(read.text, without(drops), adds)
      expect(await opened.put(name, body, { 'If-Match': read.etag! })).toMatchObject({ status: 204 })
      expect(touched(rest?.(before) ?? before, await opened.api('GET', `${events}/${id}`), members)).toEqual([])
      const after = await opened.get(name)
      opened.forget()
      // Who was told that answers are asked anew, and writes the old ones, means them.
      expect((await opened.put(name, rest === undefined ? body : after.text, { 'If-Match': after.etag! })).status).toBe(204)
      expect([opened.writes, (await opened.get(name)).etag], 'the same again').toEqual([[], after.etag])
      await opened.close()
    }), { numRuns: 10 })
  })

  test.each(['inherited', 'not-inherited'] as const)('in the master, with an exception beside it (fields of masters are %s)', async (masterEdits) => {
    await fc.assert(fc.asyncProperty(rows, rows, fc.constantFrom(...edits.filter(({ of }) => !/DTSTART|CONF/.test(of))), async (event, exception, { drops = /^$/, adds, members }) => {
      const opened = open({ switches: { masterEdits } })
      const time = { start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00', timeZone: 'Europe/Berlin' } }
      const id = await insert(opened, { ...event, ...time, recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] })
      const { attendees: _attendees, ...parts } = exception
      await opened.api('PATCH', `${events}/${id}_20260312T110000Z${flags}`, { ...parts, start: { dateTime: '2026-03-12T15:00:00+01:00' }, end: { dateTime: '2026-03-12T16:00:00+01:00' } })
      const [master, instance] = [await opened.api('GET', `${events}/${id}`), await opened.api('GET', `${events}/${id}_20260312T110000Z`)]
      const name = await onlyName(opened)
      const read = await opened.get(name)
      expect((await opened.put(name, edited(read.text, without(drops), adds))).status).toBe(204)
      expect(touched(master, await opened.api('GET', `${events}/${id}`), members)).toEqual([])
      const after = await opened.api('GET', `${events}/${id}_20260312T110000Z`)
      expect(touched(instance, after, ['extendedProperties.private.calgateAcknowledged', 'source.title'])).toEqual([])
      await opened.close()
    }), { numRuns: 15 })
  })
})

test('texts with characters that no iCalendar can have stay as they are (RFC 5545 §3.1)', async () => {
  const opened = open()
  const odd = 'a\r\nb\u0007\ud800 c'
  const id = await insert(opened, {
    summary: odd, location: odd, description: `<b>${odd}</b>`, source: { title: 'T', url: 'https://example.com/\u0007' }, attachments: [{ fileUrl: 'https://example.com/a', title: odd }],
    attendees: [{ email: 'ben@example.com', displayName: odd, comment: odd }], conferenceData: { entryPoints: [{ entryPointType: 'video', uri: 'https://example.com/v', label: odd }], conferenceSolution: { key: { type: 'addOn' } } },
    start: { date: '2026-03-10' }, end: { date: '2026-03-11' },
  })
  const before = await opened.api('GET', `${events}/${id}`)
  const read = await opened.get(await onlyName(opened))
  opened.forget()
  expect((await opened.put(await onlyName(opened), read.text)).status).toBe(204)
  expect(opened.writes).toEqual([])
  expect((await opened.put(await onlyName(opened), edited(read.text, without(/^TRANSP/), ['TRANSP:TRANSPARENT']))).status).toBe(204)
  expect(touched(before, await opened.api('GET', `${events}/${id}`), ['transparency'])).toEqual([])
  await opened.close()
})

describe('the order of properties means nothing', () => {
  const reversed = (text: string): string => text.replaceAll('\r\n ', '').replace(/(BEGIN:VEVENT\r\n)((?:(?!BEGIN|END)[^\r]*\r\n)+)/, (_, begin: string, lines: string) =>
    begin + lines.trimEnd().split('\r\n').toReversed().join('\r\n') + '\r\n')

  test('whatever an event has', async () => {
    await fc.assert(fc.asyncProperty(rows, rowTimes, async (event, time) => {
      const opened = open()
      await insert(opened, { ...event, ...time })
      const name = await onlyName(opened)
      const { text, etag } = await opened.get(name)
      opened.forget()
      expect((await opened.put(name, reversed(text), { 'If-Match': etag! })).status).toBe(204)
      expect([opened.writes, (await opened.get(name)).etag]).toEqual([[], etag])
      await opened.close()
    }), { numRuns: 15 })
  })

  test('to a guest either', async () => {
    const opened = open()
    const start = { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }
    const conferenceData = { conferenceSolution: { key: { type: 'addOn' }, name: 'M' }, entryPoints: [{ entryPointType: 'video', uri: 'https://m.example.com/1' }, { entryPointType: 'phone', uri: 'tel:+1' }] }
    const attachments = ['a', 'b'].map((file) => ({ fileUrl: `https://example.com/${file}`, title: file }))
    await opened.api('POST', `/calendars/ben@example.com/events${flags}`, { summary: 'S', start, end: start, attendees: [{ email: me }], conferenceData, attachments }, 'ben@example.com')
    const name = await onlyName(opened)
    const { text } = await opened.get(name)
    opened.forget()
    expect((await opened.put(name, reversed(text))).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})

describe('what a client does not know it does not erase', () => {
  const rich = {
    summary: 'Rich', description: '<p>Hello <b>you</b></p>', colorId: '3', reminders: { useDefault: true },
    start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00', timeZone: 'Europe/Berlin' },
    attachments: [{ fileUrl: 'https://example.com/a', title: 'A' }],
    conferenceData: { conferenceId: 'x', conferenceSolution: { key: { type: 'addOn' }, name: 'M' }, entryPoints: [{ entryPointType: 'video', uri: 'https://m.example.com/1' }] },
  }

  async function after(drops: RegExp): Promise<{ readonly opened: Opened; readonly before: Row; readonly now: Row }> {
    const opened = open()
    await opened.api('PATCH', `/users/me/calendarList/${me}`, { defaultReminders: [{ method: 'popup', minutes: 10 }] })
    const id = await insert(opened, rich)
    const before = await opened.api('GET', `${events}/${id}`)
    const name = await onlyName(opened)
    const { text } = await opened.get(name)
    expect(text).toContain('X-CALGATE-SHOWN:COLOR,CONFERENCE,ATTACH')
    const answer = await opened.put(name, edited(text, without(drops), ['LOCATION:Elsewhere']))
    expect(answer.status).toBe(204)
    return { opened, before, now: await opened.api('GET', `${events}/${id}`) }
  }

  test.each([
    ['drops all that is not of RFC 5545', /^(X-|COLOR|CONFERENCE)/],
    ['drops links, colours and HTML', /^(X-|COLOR|CONFERENCE|ATTACH)/],
    ['drops lines of ours', /^X-CALGATE/],
    ['drops HTML', /^X-ALT-DESC/],
  ])('a client that %s', async (_what, drops) => {
    const { opened, before, now } = await after(drops)
    expect(touched(before, now, ['location'])).toEqual([])
    await opened.close()
  })

  test.each([
    ['COLOR', /^COLOR/, ['colorId']],
    ['CONFERENCE', /^CONFERENCE/, ['conferenceData', 'hangoutLink']],
    ['ATTACH', /^ATTACH/, ['attachments']],
  ])('but a client that knows it and takes out %s erases it', async (_what, drops, members) => {
    const { opened, before, now } = await after(drops)
    expect(touched(before, now, ['location', ...members])).toEqual([])
    expect(now[members[0]!]).toBeUndefined()
    await opened.close()
  })
})

test('an instance without a text below a series that is told in HTML alone has none', async () => {
  const opened = open()
  const body = object(
    ['UID:html@example.com', 'DTSTART:20260310T090000Z', 'RRULE:FREQ=DAILY;COUNT=3', 'X-ALT-DESC;FMTTYPE=text/html:<p>Of the series</p>'],
    ['UID:html@example.com', 'RECURRENCE-ID:20260311T090000Z', 'DTSTART:20260311T090000Z', 'SUMMARY:Without'],
  )
  expect(await opened.put('html.ics', body)).toMatchObject({ status: 201 })
  expect((await opened.get('html.ics')).text.match(/Of the series/g)).toHaveLength(2)
  await opened.close()
})

test.each(['touch-series', 'touch-instance'] as const)('a series with a guest of one instance is removed under its version, where a written instance does %s', async (instanceWrites) => {
  const opened = open({ switches: { instanceWrites } })
  const [organizer, uid] = [`ORGANIZER:mailto:${me}`, 'UID:lone@example.com']
  await opened.put('lone.ics', object(
    [uid, 'DTSTART:20260310T090000Z', 'RRULE:FREQ=DAILY;COUNT=3', organizer],
    [uid, 'RECURRENCE-ID:20260311T090000Z', 'DTSTART:20260311T120000Z', organizer, 'ATTENDEE:mailto:ben@example.com'],
  ))
  const { etag } = await opened.get('lone.ics')
  opened.forget()
  expect(await opened.ask('DELETE', `${calendarPath}lone.ics`, '', { 'If-Match': etag! })).toMatchObject({ status: 204 })
  expect((await opened.get('lone.ics')).status).toBe(404)
  expect(opened.writes[0]).toMatch(/^PATCH .*sendUpdates=all/)
  await opened.close()
})

describe('alarms', () => {
  async function start(reminders: object): Promise<{ readonly opened: Opened; readonly id: string; readonly name: string }> {
    const opened = open()
    await opened.api('PATCH', `/users/me/calendarList/${me}`, { defaultReminders: [{ method: 'popup', minutes: 10 }, { method: 'email', minutes: 60 }] })
    const id = await insert(opened, { summary: 'A', start: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2026-03-10T13:00:00Z', timeZone: 'UTC' }, reminders })
    return { opened, id, name: await onlyName(opened) }
  }
  const remindersOf = async (opened: Opened, id: string): Promise<unknown> => (await opened.api('GET', `${events}/${id}`))['reminders']

  test('the calendar\'s default reminders are shown and follow the calendar after any edit of something else', async () => {
    const { opened, id, name } = await start({ useDefault: true })
    const { text } = await opened.get(name)
    expect(text).toContain('TRIGGER:-PT10M')
    for (const drops of [/^$/, /^X-CALGATE/]) {
      expect((await opened.put(name, edited(text, without(drops), [`LOCATION:${drops.source}`]))).status).toBe(204)
      expect(await remindersOf(opened, id)).toEqual({ useDefault: true })
    }
    await opened.api('PATCH', `/users/me/calendarList/${me}`, { defaultReminders: [{ method: 'popup', minutes: 25 }] })
    expect((await opened.get(name)).text).toContain('TRIGGER:-PT25M')
    await opened.close()
  })

  test('a changed, a further and no alarm are the event\'s own from then on', async () => {
    for (const [edit, wanted] of [
      [(text: string) => text.replace('TRIGGER:-PT10M', 'TRIGGER:-PT5M'), [{ method: 'popup', minutes: 5 }, { method: 'email', minutes: 60 }]],
      [(text: string) => text.replaceAll(/BEGIN:VALARM[^]*?END:VALARM\r\n/g, ''), undefined],
    ] as const) {
      const { opened, id, name } = await start({ useDefault: true })
      expect((await opened.put(name, edit((await opened.get(name)).text))).status).toBe(204)
      expect(await remindersOf(opened, id)).toEqual({ useDefault: false, ...(wanted && { overrides: wanted }) })
      await opened.close()
    }
  })

  test('none stays none', async () => {
    const { opened, id, name } = await start({ useDefault: false })
    const { text } = await opened.get(name)
    expect(text).not.toContain('VALARM')
    await opened.put(name, edited(text, without(/^SUMMARY/)))
    expect(await remindersOf(opened, id)).toEqual({ useDefault: false })
    await opened.close()
  })

  test('a dismissed alarm stays dismissed, whichever program writes next', async () => {
    const { opened, name } = await start({ useDefault: true })
    const { text } = await opened.get(name)
    await opened.put(name, edited(text, without(/^$/), ['X-MOZ-LASTACK:20260310T115500Z', 'X-MOZ-SNOOZE-TIME:20260310T122000Z']))
    for (const [drops, adds] of [[/^(X-|ACK)/, ['LOCATION:A']], [/^(X-|ACK)/, ['LOCATION:B', 'X-MOZ-LASTACK:20260309T000000Z']]] as const) {
      await opened.put(name, edited((await opened.get(name)).text, without(drops), adds))
      expect((await opened.get(name)).text).toContain('X-MOZ-LASTACK:20260310T115500Z\r\nX-MOZ-SNOOZE-TIME:20260310T122000Z\r\n')
    }
    await opened.put(name, edited((await opened.get(name)).text, without(/^X-MOZ/), ['X-MOZ-LASTACK:20260310T122100Z']))
    const { text: last } = await opened.get(name)
    expect(last).toContain('X-MOZ-LASTACK:20260310T122100Z')
    expect(last).not.toContain('SNOOZE')
    await opened.close()
  })
})

describe('a cancelled event', () => {
  const cancelled = object(['UID:c@example.com', 'DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z', 'SUMMARY:Off', 'STATUS:CANCELLED'])

  test('stays in the calendar, takes no time, and can be brought back', async () => {
    const opened = open()
    expect((await opened.put('c.ics', cancelled)).status).toBe(201)
    const busy = await opened.ask('REPORT', calendarPath, '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="20260310T000000Z" end="20260311T000000Z"/></C:free-busy-query>', { 'Content-Type': 'application/xml' })
    expect(busy.text).toContain('VFREEBUSY')
    expect(busy.text).not.toMatch(/\nFREEBUSY/)
    opened.forget()
    const { text } = await opened.get('c.ics')
    expect(text).toContain('STATUS:CANCELLED')
    expect((await opened.put('c.ics', text)).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.put('c.ics', text.replace('STATUS:CANCELLED', 'STATUS:CONFIRMED'))
    expect((await opened.rows())[0]).not.toHaveProperty('transparency')
    expect((await opened.get('c.ics')).text).toContain('STATUS:CONFIRMED')
    await opened.close()
  })

  test('that another program makes busy is no cancelled one any more', async () => {
    const opened = open()
    await opened.put('c.ics', cancelled)
    const [row] = await opened.rows()
    await opened.api('PATCH', `${events}/${row!.id}`, { transparency: 'opaque' })
    expect((await opened.get('c.ics')).text).toContain('STATUS:CONFIRMED')
    await opened.close()
  })

  test('of somebody else may be marked so in the own copy, and nobody is told', async () => {
    const opened = open()
    const { id } = await opened.api('POST', `/calendars/ben@example.com/events`, { summary: 'Theirs', start: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2026-03-10T13:00:00Z', timeZone: 'UTC' }, attendees: [{ email: me }] }, 'ben@example.com')
    const name = await onlyName(opened)
    const { text } = await opened.get(name)
    expect((await opened.put(name, text.replace('STATUS:CONFIRMED', 'STATUS:CANCELLED'))).status).toBe(204)
    expect((await opened.get(name)).text).toContain('STATUS:CANCELLED')
    expect(opened.mails()).toEqual([])
    expect(await opened.api('GET', `/calendars/ben@example.com/events/${id}`, undefined, 'ben@example.com')).toMatchObject({ status: 'confirmed' })
    await opened.close()
  })
})

describe('events that are not ordinary ones', () => {
  const day = { start: { date: '2026-03-10' }, end: { date: '2026-03-11' } }
  const noon = { start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00', timeZone: 'Europe/Berlin' } }
  const types: Readonly<Record<string, object>> = {
    birthday: { eventType: 'birthday', birthdayProperties: { type: 'birthday' }, visibility: 'private', transparency: 'transparent', recurrence: ['RRULE:FREQ=YEARLY'], ...day },
    focusTime: { eventType: 'focusTime', focusTimeProperties: { chatStatus: 'doNotDisturb' }, ...noon },
    outOfOffice: { eventType: 'outOfOffice', outOfOfficeProperties: { autoDeclineMode: 'declineNone' }, ...noon },
    workingLocation: { eventType: 'workingLocation', workingLocationProperties: { type: 'homeOffice', homeOffice: {} }, visibility: 'public', transparency: 'transparent', ...day },
  }
  const alarm = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT30M', 'END:VALARM']

  test.each([
    ['birthday', /^SUMMARY/, ['SUMMARY:Ben\'s day'], true], ['birthday', /^$/, ['COLOR:crimson'], true], ['birthday', /^$/, alarm, true],
    ['birthday', /^$/, ['LOCATION:Here'], false], ['birthday', /^TRANSP/, ['TRANSP:OPAQUE'], false], ['birthday', /^$/, ['ATTENDEE:mailto:ben@example.com'], false],
    ['focusTime', /^SUMMARY/, ['SUMMARY:Deep'], true], ['focusTime', /^TRANSP/, ['TRANSP:TRANSPARENT'], false],
    ['outOfOffice', /^DT/, ['DTSTART:20260311T090000Z', 'DTEND:20260311T170000Z'], true], ['outOfOffice', /^$/, ['ORGANIZER:mailto:anna@example.com', 'ATTENDEE:mailto:ben@example.com'], false],
    ['workingLocation', /^CLASS/, ['CLASS:PRIVATE'], false],
  ] as const)('%s: without %s, with %j is %s', async (type, drops, adds, isAllowed) => {
    const opened = open()
    const id = await insert(opened, { summary: 'Typed', ...types[type] })
    const before = await opened.api('GET', `${events}/${id}`)
    const name = await onlyName(opened)
    const read = await opened.get(name)
    expect(read.text).toContain(`X-CALGATE-EVENT-TYPE:${type}`)
    const answer = await opened.put(name, edited(read.text, without(drops), adds))
    if (isAllowed) expect(answer).toMatchObject({ status: 204 })
    else {
      expect(answer).toMatchObject({ status: 403, condition: 'valid-calendar-object-resource', text: expect.stringContaining(type) as string })
      expect(await opened.api('GET', `${events}/${id}`)).toEqual(before)
    }
    await opened.close()
  })

  test('a dismissed alarm of a birthday, which cannot be noted, is no reason to refuse it', async () => {
    const opened = open()
    await insert(opened, { summary: 'Ben', ...types['birthday'] })
    const name = await onlyName(opened)
    opened.forget()
    expect((await opened.put(name, edited((await opened.get(name)).text, without(/^$/), ['X-MOZ-LASTACK:20260310T080500Z']))).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })
})

describe('an organizer', () => {
  test('on a secondary calendar is that calendar, and writing it back changes nothing', async () => {
    const opened = open()
    const { id } = await opened.api('POST', '/calendars', { summary: 'Team' })
    const path = `/calendar/dav/${me}/${id}/`
    const body = object(['UID:t@example.com', 'DTSTART:20260310T090000Z', 'ORGANIZER;CN=Anna:mailto:anna@example.com', 'ATTENDEE:mailto:ben@example.com'])
    expect((await opened.ask('PUT', `${path}t.ics`, body, { 'Content-Type': 'text/calendar' })).status).toBe(201)
    const { text } = await opened.ask('GET', `${path}t.ics`)
    expect(text.replaceAll('\r\n ', '')).toMatch(new RegExp(`ORGANIZER[^:]*:mailto:${id}`))
    expect(text.replaceAll('\r\n ', '')).toContain('mailto:ben@example.com')
    opened.forget()
    for (const again of [text, body]) expect((await opened.ask('PUT', `${path}t.ics`, again, { 'Content-Type': 'text/calendar' })).status).toBe(204)
    expect(opened.writes).toEqual([])
    await opened.close()
  })

  test('of a mail alarm\'s calendar is to whom the mail goes', async () => {
    const opened = open()
    await opened.put('a.ics', object(['UID:a@example.com', 'DTSTART:20260310T090000Z', 'BEGIN:VALARM', 'ACTION:EMAIL', 'DESCRIPTION:a', 'SUMMARY:a', 'ATTENDEE:mailto:anna@example.com', 'TRIGGER:-PT1H', 'END:VALARM']))
    expect((await opened.get('a.ics')).text).toContain('ATTENDEE:mailto:anna@example.com')
    await opened.close()
  })

  test('has the name that the guest list gives', async () => {
    const opened = open()
    await opened.put('o.ics', object(['UID:o@example.com', 'DTSTART:20260310T090000Z', 'ORGANIZER;CN=Anna:mailto:anna@example.com', 'ATTENDEE;CN=Anna:mailto:anna@example.com', 'ATTENDEE:mailto:ben@example.com']))
    expect((await opened.get('o.ics')).text).toContain('ORGANIZER;CN=Anna:mailto:anna@example.com')
    await opened.close()
  })
})

test('alarms that cannot be kept are told in the log', async () => {
  const opened = open()
  await opened.put('a.ics', object(['UID:a@example.com', 'DTSTART:20260310T090000Z', ...['-PT5M', 'PT5M', '-P50D'].flatMap((trigger) => ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:a', `TRIGGER:${trigger}`, 'END:VALARM'])]))
  expect(opened.notices).toContainEqual({ event: 'alarms-dropped', href: `${calendarPath}a.ics`, count: 2 })
  await opened.close()
})
