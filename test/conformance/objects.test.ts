import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CALENDAR, calendarText, eventText, HOME, openGateway } from '../caldav/gateway.ts'
import type { Answer, Asked, Gateway } from '../caldav/gateway.ts'

const C = '{urn:ietf:params:xml:ns:caldav}'
const OTHER = `${HOME}team@group.calendar.google.com/`
const READ_ONLY = `${HOME}news@group.calendar.google.com/`
const A = `${CALENDAR}a.ics`

let gateway: Gateway
beforeEach(async () => {
  gateway = await openGateway()
  await gateway.addCalendar({ id: 'team@group.calendar.google.com', summary: 'Team', accessRole: 'writer' })
  await gateway.addCalendar({ id: 'news@group.calendar.google.com', summary: 'News', accessRole: 'reader' })
})
afterEach(() => gateway.close())

const put = (path: string, body: string, headers: Asked['headers'] = {}) => gateway.ask('PUT', path, { headers: { 'Content-Type': 'text/calendar; charset=utf-8', ...headers }, body })
const get = (path: string, headers: Asked['headers'] = {}) => gateway.ask('GET', path, { headers })
const ask = (method: string, path: string, headers: Asked['headers'] = {}) => gateway.ask(method, path, { headers })
const tagOf = (answer: Answer) => answer.headers.get('ETag')!

describe('PUT (RFC 9110 §9.3.4, RFC 4791 §5.3.2)', () => {
  test('makes an event at the name of the client, which GET then has', async () => {
    const name = `${CALENDAR}B%C3%BCro%20%231.ics`
    expect(await put(name, eventText('some-uid', { summary: 'Büro' }))).toMatchObject({ status: 201, text: '' })
    const read = await get(name)
    expect(read.status).toBe(200)
    expect(read.headers.get('Content-Type')).toMatch(/^text\/calendar/)
    expect(read.text).toMatch(/\r\nUID:some-uid\r\n[^]*\r\nSUMMARY:Büro\r\n/)
  })

  test.each(['00010101T000000Z', '18500601T120000Z', '99991231T225959Z'])('times between min-date-time and max-date-time come back as they were: %s (RFC 4791 §5.2.6)', async (start) => {
    expect(await put(A, eventText('a', { start }))).toMatchObject({ status: 201 })
    expect((await get(A)).text).toContain(`DTSTART:${start}\r\n`)
  })

  test('changes one that is there: 204', async () => {
    await put(A, eventText('a'))
    expect(await put(A, eventText('a', { summary: 'changed' }))).toMatchObject({ status: 204 })
    expect((await get(A)).text).toContain('SUMMARY:changed')
  })

  test('tells an ETag only where the stored text equals the sent one by octets (RFC 4791 §5.3.4)', async () => {
    expect(tagOf(await put(A, eventText('a')))).toBeNull()
    const stored = await get(A)
    const again = await put(A, stored.text)
    expect(again.status).toBe(204)
    expect([null, tagOf(await get(A))]).toContain(tagOf(again))
    expect(again.headers.get('Location')).toBeNull()
  })

  test('with return=representation the stored text and its ETag come at once (RFC 8144 §3)', async () => {
    const made = await put(A, eventText('a'), { Prefer: 'return=representation' })
    const read = await get(A)
    expect(made).toMatchObject({ status: 201, text: read.text })
    expect(tagOf(made)).toBe(tagOf(read))
    expect(made.headers.get('Preference-Applied')).toBe('return=representation')
    expect(await put(A, eventText('a', { summary: 'b' }), { Prefer: 'return=representation' })).toMatchObject({ status: 200 })
  })

  test('with return=representation a failed condition brings what stands in the way (RFC 8144 §3.2)', async () => {
    await put(A, eventText('a'))
    const read = await get(A)
    const refused = await put(A, eventText('a', { summary: 'b' }), { 'Prefer': 'return=representation', 'If-Match': '"old"' })
    expect(refused).toMatchObject({ status: 412, text: read.text })
    expect(tagOf(refused)).toBe(tagOf(read))
    expect((await put(A, eventText('a'), { 'If-Match': '"old"' })).text).not.toContain('BEGIN:VCALENDAR')
    expect(await put(`${CALENDAR}b.ics`, eventText('b'), { 'Prefer': 'return=representation', 'If-Match': '*' })).toMatchObject({ status: 412, text: expect.not.stringContaining('BEGIN') })
  })

  test('409 where the collection around it is missing (RFC 4918 §9.7.1), 405 on a collection', async () => {
    for (const path of [`${CALENDAR}none/a.ics`, `${HOME}none/a.ics`]) expect(await put(path, eventText('a'))).toMatchObject({ status: 409 })
    for (const path of [CALENDAR, HOME]) expect(await put(path, eventText('a'))).toMatchObject({ status: 405 })
  })

  test.each<readonly [string, Asked['headers'], string | undefined, number]>([
    ['If-None-Match: * where nothing is', { 'If-None-Match': '*' }, undefined, 201],
    ['If-None-Match: * where something is', { 'If-None-Match': '*' }, 'a', 412],
    ['If-None-Match: "*" where something is (DAViCal\'s client)', { 'If-None-Match': '"*"' }, 'a', 412],
    ['If-Match: * where nothing is', { 'If-Match': '*' }, undefined, 412],
    ['If-Match: * where something is', { 'If-Match': '*' }, 'a', 204],
    ['If-Match with another tag', { 'If-Match': '"other"' }, 'a', 412],
    ['If-Match where nothing is', { 'If-Match': '"other"' }, undefined, 412],
    ['If-Unmodified-Since before the change', { 'If-Unmodified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT' }, 'a', 412],
    ['If-Unmodified-Since far ahead', { 'If-Unmodified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 'a', 204],
  ])('%s (RFC 9110 §13.1)', async (_, headers, there, status) => {
    if (there !== undefined) await put(A, eventText(there))
    expect(await put(A, eventText('a', { summary: 'new' }), headers)).toMatchObject({ status })
    const read = await get(A)
    expect(read.text.includes('SUMMARY:new')).toBe(status < 300)
  })

  test('If-Match with the tag of GET lets one change through, and the next one not', async () => {
    await put(A, eventText('a'))
    const tag = tagOf(await get(A))
    expect(await put(A, eventText('a', { summary: 'one' }), { 'If-Match': tag })).toMatchObject({ status: 204 })
    expect(await put(A, eventText('a', { summary: 'two' }), { 'If-Match': tag })).toMatchObject({ status: 412 })
    expect(tagOf(await get(A))).not.toBe(tag)
    expect((await get(A)).text).toContain('SUMMARY:one')
  })

  test.each<readonly [string, string, number, string]>([
    ['no iCalendar', 'hello', 403, 'valid-calendar-data'],
    ['a METHOD', calendarText(['METHOD:PUBLISH', 'BEGIN:VEVENT', 'UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART:20260101T000000Z', 'END:VEVENT']), 403, 'valid-calendar-object-resource'],
    ['two UIDs', calendarText(['a', 'b'].flatMap((uid) => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', 'DTSTART:20260101T000000Z', 'END:VEVENT'])), 403, 'valid-calendar-object-resource'],
    ['a task', calendarText(['BEGIN:VTODO', 'UID:a', 'DTSTAMP:20260101T000000Z', 'END:VTODO']), 403, 'supported-calendar-component'],
    ['too large a body', eventText('a', { lines: [`DESCRIPTION:${'x'.repeat(200_000)}`] }), 403, 'max-resource-size'],
  ])('%s is refused with the condition of RFC 4791 §5.3.2.1', async (_, body, status, condition) => {
    expect(await put(A, body)).toMatchObject({ status, condition: C + condition })
    expect(await get(A)).toMatchObject({ status: 404 })
  })

  test.each(['application/json', 'text/plain; charset=utf-8', 'text/calendar; charset=iso-8859-1'])('the type %s is 415 with CALDAV:supported-calendar-data', async (type) => {
    expect(await put(A, eventText('a'), { 'Content-Type': type })).toMatchObject({ status: 415, condition: `${C}supported-calendar-data` })
  })

  test('a UID that the calendar holds under another name is refused with its href: CALDAV:no-uid-conflict', async () => {
    await put(A, eventText('a'))
    const refusal = { status: 403, condition: `${C}no-uid-conflict`, content: [['{DAV:}href', A]] }
    expect(await put(`${CALENDAR}b.ics`, eventText('a'))).toMatchObject(refusal)
    expect(await put(`${CALENDAR}b.ics`, eventText('a'), { 'If-None-Match': '*' })).toMatchObject(refusal)
    expect(await get(`${CALENDAR}b.ics`)).toMatchObject({ status: 404 })
  })

  test.each<readonly [string, Record<string, string>]>([['unconditionally', {}], ['only as a new one', { 'If-None-Match': '*' }]])('also at the name that is made of it, %s', async (_, headers) => {
    await put(A, eventText('b'))
    expect(await put(`${CALENDAR}b.ics`, eventText('b', { summary: 'Another' }), headers)).toMatchObject({ status: 403, condition: `${C}no-uid-conflict`, content: [['{DAV:}href', A]] })
    expect((await get(A)).text).not.toContain('Another')
  })

  test('no event is overwritten by one of another UID', async () => {
    await put(A, eventText('a'))
    expect(await put(A, eventText('b'))).toMatchObject({ status: 403, condition: `${C}no-uid-conflict`, content: [['{DAV:}href', A]] })
    expect((await get(A)).text).toContain('UID:a')
  })

  test('a read-only calendar is refused before the body is read (RFC 3744 §7.1.1)', async () => {
    expect(await put(`${READ_ONLY}a.ics`, 'no iCalendar')).toMatchObject({
      status: 403, condition: '{DAV:}need-privileges', content: [['{DAV:}resource', ['{DAV:}href', READ_ONLY], ['{DAV:}privilege', ['{DAV:}write-content']]]],
    })
  })

  test('no such calendar is 409, a collection 405 (RFC 4918 §9.7)', async () => {
    expect(await put(`${HOME}none@example.org/a.ics`, eventText('a'))).toMatchObject({ status: 409 })
    for (const path of [HOME, CALENDAR, '/calendar/dav/']) expect(await put(path, eventText('a'))).toMatchObject({ status: 405 })
  })

  test('a name with control characters is 400', async () => {
    expect(await put(`${CALENDAR}a%07.ics`, eventText('a'))).toMatchObject({ status: 400 })
  })
})

describe('GET and HEAD (RFC 9110 §9.3)', () => {
  test('HEAD equals GET without the body', async () => {
    await put(A, eventText('a'))
    const [read, looked] = await Promise.all([get(A), ask('HEAD', A)])
    expect(looked).toMatchObject({ status: 200, text: '' })
    expect(looked.headers.get('Content-Length')).toBe(String(Buffer.byteLength(read.text)))
    for (const name of ['ETag', 'Content-Type', 'Last-Modified']) expect(looked.headers.get(name)).toBe(read.headers.get(name))
  })

  test('If-None-Match with the tag is 304, If-Match with another 412', async () => {
    await put(A, eventText('a'))
    const tag = tagOf(await get(A))
    expect(tag).toMatch(/^"[\w-]+"$/)
    expect(await get(A, { 'If-None-Match': tag })).toMatchObject({ status: 304, text: '' })
    expect(await get(A, { 'If-None-Match': '"other"' })).toMatchObject({ status: 200 })
    expect(await get(A, { 'If-Match': '"other"' })).toMatchObject({ status: 412 })
  })

  test('If-Modified-Since counts where no tag is asked about (RFC 9110 §13.1.3)', async () => {
    await put(A, eventText('a'))
    const read = await get(A)
    const changed = read.headers.get('Last-Modified')!
    for (const path of [A, CALENDAR]) {
      expect(await get(path, { 'If-Modified-Since': changed })).toMatchObject({ status: 304, text: '' })
      expect(await ask('HEAD', path, { 'If-Modified-Since': changed })).toMatchObject({ status: 304 })
      expect(await get(path, { 'If-Modified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toMatchObject({ status: 200 })
      expect(await get(path, { 'If-Modified-Since': changed, 'If-None-Match': '"other"' })).toMatchObject({ status: 200 })
      expect(await get(path, { 'If-Modified-Since': 'today' })).toMatchObject({ status: 200 })
    }
    expect(await get(A, { 'If-None-Match': tagOf(read), 'If-Modified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toMatchObject({ status: 304 })
    expect(await put(A, eventText('a', { summary: 'b' }), { 'If-Unmodified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).toMatchObject({ status: 412 })
    expect(await put(A, eventText('a', { summary: 'b' }), { 'If-Unmodified-Since': 'Mon, 01 Jan 2001 00:00:00 GMT', 'If-Match': tagOf(read) })).toMatchObject({ status: 204 })
  })

  test.each([() => A, () => CALENDAR])('a Range is answered with the whole, which is said (RFC 9110 §14.3)', async (path) => {
    await put(A, eventText('a'))
    const answer = await get(path(), { Range: 'bytes=0-9' })
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/^BEGIN:VCALENDAR[^]*END:VCALENDAR\r\n$/) })
    expect(answer.headers.get('Accept-Ranges')).toBe('none')
  })

  test('a calendar is one file of all its events, with each time zone once', async () => {
    const zoned = (uid: string, zone: string) => eventText(uid).replace('DTSTART:20260915T080000Z', `DTSTART;TZID=${zone}:20260915T080000`)
    await put(A, zoned('a', 'Europe/Berlin'))
    await put(`${CALENDAR}b.ics`, zoned('b', 'Europe/Berlin'))
    await put(`${CALENDAR}c.ics`, zoned('c', 'America/New_York'))
    const file = await get(CALENDAR)
    expect(file.headers.get('Content-Type')).toBe('text/calendar; charset=utf-8')
    expect(file.text.match(/^(?:BEGIN|END):(?:VCALENDAR|VTIMEZONE|VEVENT)/gm)?.sort()).toEqual([
      'BEGIN:VCALENDAR', ...Array(3).fill('BEGIN:VEVENT'), ...Array(2).fill('BEGIN:VTIMEZONE'), 'END:VCALENDAR', ...Array(3).fill('END:VEVENT'), ...Array(2).fill('END:VTIMEZONE')])
    expect(file.text.match(/^UID:.*$/gm)?.sort()).toEqual(['UID:a', 'UID:b', 'UID:c'])
    expect(await get(CALENDAR, { 'If-None-Match': tagOf(file) })).toMatchObject({ status: 304 })
    expect(tagOf(await ask('HEAD', CALENDAR))).toBe(tagOf(file))
    await put(A, zoned('a', 'Europe/Paris'))
    expect(await get(CALENDAR, { 'If-None-Match': tagOf(file) })).toMatchObject({ status: 200 })
  })

  test.each(['/', '/calendar/dav/', HOME, `${HOME}user`])('%s tells people what is here', async (path) => {
    const answer = await get(path)
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/plain/)
  })

  test('what is not there is 404', async () => {
    for (const path of [A, `${HOME}none@example.org/`, `${HOME}none@example.org/a.ics`]) expect(await get(path)).toMatchObject({ status: 404 })
  })
})

describe('DELETE (RFC 4918 §9.6)', () => {
  test('removes an event: 204, then 404', async () => {
    await put(A, eventText('a'))
    expect(await ask('DELETE', A)).toMatchObject({ status: 204, text: '' })
    expect(await ask('DELETE', A)).toMatchObject({ status: 404 })
    expect(await get(A)).toMatchObject({ status: 404 })
  })

  test('an event of the same UID can be made again after it', async () => {
    await put(A, eventText('a'))
    await ask('DELETE', A)
    expect(await put(A, eventText('a', { summary: 'again' }), { 'If-None-Match': '*' })).toMatchObject({ status: 201 })
    expect((await get(A)).text).toContain('SUMMARY:again')
  })

  test('If-Match with an older tag is 412, and nothing is removed', async () => {
    await put(A, eventText('a'))
    const tag = tagOf(await get(A))
    await put(A, eventText('a', { summary: 'newer' }))
    expect(await ask('DELETE', A, { 'If-Match': tag })).toMatchObject({ status: 412 })
    expect(await ask('DELETE', A, { 'If-Match': tagOf(await get(A)) })).toMatchObject({ status: 204 })
  })

  test('the calendar of the account, and events of a read-only one, are kept', async () => {
    expect(await ask('DELETE', CALENDAR)).toMatchObject({ status: 403, condition: '{DAV:}need-privileges' })
    expect(await ask('DELETE', `${READ_ONLY}a.ics`)).toMatchObject({ status: 403, condition: '{DAV:}need-privileges' })
  })

  test('a calendar goes with all that is in it', async () => {
    const { text } = await ask('MKCALENDAR', `${HOME}mine/`).then(() => ask('PROPFIND', HOME, { Depth: '1' }))
    const own = /<D:href>([^<]*\/c_[^<]*)<\/D:href>/.exec(text)?.[1] ?? `${HOME}mine/`
    expect(await ask('DELETE', own)).toMatchObject({ status: 204 })
    expect(await ask('PROPFIND', own, { Depth: '0' })).toMatchObject({ status: 404 })
  })

  // At its address it can be read for as long as its owner shares it: whether it is in the list would cost each poll a call of its own.
  test('a shared one leaves the home', async () => {
    for (const path of [OTHER, READ_ONLY]) expect(await ask('DELETE', path)).toMatchObject({ status: 204 })
    expect((await ask('PROPFIND', HOME, { Depth: '1' })).text).not.toMatch(new RegExp(`${OTHER}|${READ_ONLY}`))
    const own = `/calendar/dav/${OTHER.split('/').at(-2)}/events/`
    for (const method of ['GET', 'HEAD']) expect([(await ask(method, OTHER)).status, (await ask(method, own)).status], method).toEqual([404, 200])
    expect((await get(own)).text).toMatch(/^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/)
  })
})

describe('MOVE and COPY (RFC 4918 §9.8, §9.9)', () => {
  const to = (path: string, headers = {}) => ({ Host: 'cal.example.org', Destination: `https://cal.example.org${path}`, ...headers })

  test('MOVE takes an event to another calendar', async () => {
    await put(A, eventText('a'))
    expect(await ask('MOVE', A, to(`${OTHER}b.ics`, { Overwrite: 'T' }))).toMatchObject({ status: 201 })
    expect(await get(A)).toMatchObject({ status: 404 })
    expect((await get(`${OTHER}b.ics`)).text).toContain('UID:a')
  })

  test.each([
    [{ Host: 'cal.example.org' }, 'https://cal.example.org:443'], [{ Host: 'cal.example.org:443' }, 'https://cal.example.org'],
    [{ 'Host': 'inside:8080', 'X-Forwarded-Host': 'cal.example.org, proxy2' }, 'https://cal.example.org'],
  ])('MOVE asked at %j to %s stays within the server (RFC 9110 §4.2.3)', async (asked, origin) => {
    await put(A, eventText('a'))
    expect(await ask('MOVE', A, { ...asked, Destination: `${origin}${CALENDAR}b.ics` })).toMatchObject({ status: 201 })
  })

  test('MOVE gives another name within a calendar', async () => {
    await put(A, eventText('a'))
    expect(await ask('MOVE', A, to(`${CALENDAR}b.ics`))).toMatchObject({ status: 201 })
    expect(await get(A)).toMatchObject({ status: 404 })
    expect((await get(`${CALENDAR}b.ics`)).text).toContain('UID:a')
  })

  test('MOVE onto an older copy of the event replaces it: 204', async () => {
    await put(A, eventText('a', { summary: 'newer' }))
    await put(`${OTHER}a.ics`, eventText('a', { summary: 'older' }))
    expect(await ask('MOVE', A, to(`${OTHER}a.ics`))).toMatchObject({ status: 204 })
    expect((await get(`${OTHER}a.ics`)).text).toContain('SUMMARY:newer')
    expect(await get(A)).toMatchObject({ status: 404 })
  })

  test('COPY leaves the event where it is', async () => {
    await put(A, eventText('a'))
    expect(await ask('COPY', A, to(`${OTHER}b.ics`))).toMatchObject({ status: 201 })
    expect((await get(A)).text).toContain('UID:a')
    expect((await get(`${OTHER}b.ics`)).text).toContain('UID:a')
  })

  test('COPY within a calendar would repeat the UID: CALDAV:no-uid-conflict', async () => {
    await put(A, eventText('a'))
    expect(await ask('COPY', A, to(`${CALENDAR}b.ics`))).toMatchObject({ status: 403, condition: `${C}no-uid-conflict`, content: [['{DAV:}href', A]] })
  })

  test.each(['MOVE', 'COPY'])('%s with Overwrite: F onto something is 412; onto another UID it is a conflict', async (method) => {
    await put(A, eventText('a'))
    await put(`${OTHER}b.ics`, eventText('b'))
    expect(await ask(method, A, to(`${OTHER}b.ics`, { Overwrite: 'F' }))).toMatchObject({ status: 412 })
    expect(await ask(method, A, to(`${OTHER}b.ics`))).toMatchObject({ status: 403, condition: `${C}no-uid-conflict` })
    expect((await get(`${OTHER}b.ics`)).text).toContain('UID:b')
    expect((await get(A)).text).toContain('UID:a')
  })

  test.each<readonly [string, string, number]>([
    ['another server', 'https://elsewhere.example.org/calendar/dav/x/events/a.ics', 502],
    ['a calendar', OTHER, 403],
    ['itself', A, 403],
    ['a place outside', '/x/a.ics', 403],
    ['a place below a calendar', `${CALENDAR}none/a.ics`, 409],
    ['no such calendar', `${HOME}none@example.org/a.ics`, 409],
    ['a read-only calendar', `${READ_ONLY}a.ics`, 403],
  ])('the destination is %s', async (_, destination, status) => {
    await put(A, eventText('a'))
    expect(await ask('MOVE', A, { Host: 'cal.example.org', Destination: destination })).toMatchObject({ status })
    expect(await get(A)).toMatchObject({ status: 200 })
  })

  test('without a source it is 404, without Destination 400', async () => {
    expect(await ask('MOVE', A, to(`${OTHER}a.ics`))).toMatchObject({ status: 404 })
    expect(await ask('COPY', A)).toMatchObject({ status: 400 })
  })
})
