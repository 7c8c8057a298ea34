/** One event that nobody can show never hides the others: rows of shapes that are not known yet, and what each way of reading says of them. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { calendarPath, me, object, open } from './open.ts'
import type { Opened } from './open.ts'

const events = `/calendars/${me}/events`
const time = { start: { dateTime: '2026-03-10T12:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2026-03-10T13:00:00Z', timeZone: 'UTC' } }

let opened: Opened
beforeEach(async () => {
  opened = open()
  await opened.api('POST', events, { id: 'strange', summary: 'Strange', ...time })
  await opened.put('good.ics', object(['UID:good@example.com', 'DTSTART:20260310T090000Z', 'SUMMARY:Good']))
})
afterEach(() => opened.close())

type Members = Record<string, unknown>

/** Makes the row that is called strange look so, wherever the service hands it out. */
function estrange(change: (row: Members) => Members): void {
  const map = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(map)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each)]))
    return members['id'] === 'strange' && 'etag' in members ? change(members) : members
  }
  opened.rewrite = (body) => JSON.stringify(map(JSON.parse(body)))
}

const strange: readonly (readonly [string, (row: Members) => Members])[] = [
  ['times of a new kind', (row) => ({ ...row, start: { moment: 1 }, end: { moment: 2 } })],
  ['no times', ({ start: _start, end: _end, ...row }) => row],
  ['a new answer of a guest', (row) => ({ ...row, attendees: [{ email: 'ben@example.com', responseStatus: 'maybeLater' }] })],
  ['a new status', (row) => ({ ...row, status: 'postponed' })],
  ['a text where an object stood', (row) => ({ ...row, extendedProperties: 'none' })],
  ['a recurrence line of a new name', (row) => ({ ...row, recurrence: ['RRULE:FREQ=DAILY', 'SKIPRULE:FREQ=WEEKLY'] })],
  ['a rule that nobody can read', (row) => ({ ...row, recurrence: ['RRULE:FREQ=LUNAR'] })],
  ['a year of five digits', (row) => ({ ...row, start: { dateTime: '+12026-03-10T12:00:00Z' }, end: { dateTime: '+12026-03-10T13:00:00Z' } })],
]

const multiget = (...names: readonly string[]): string =>
  `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>${names.map((name) => `<D:href>${calendarPath}${name}</D:href>`).join('')}</C:calendar-multiget>`
const query = '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
const xml = { 'Content-Type': 'application/xml', Depth: '1' }

describe.each(strange)('a row with %s', (_what, change) => {
  beforeEach(() => { estrange(change) })

  test('is left out of a query with a reason for the log, and the others are there', async () => {
    const { status, text } = await opened.ask('REPORT', calendarPath, query, xml)
    expect(status).toBe(207)
    expect(text).toContain('SUMMARY:Good')
    expect(text).not.toContain('Strange')
    expect(opened.notices).toContainEqual(expect.objectContaining({ event: 'object-unavailable', name: 'strange@google.com.ics', reason: expect.stringMatching(/.{8}/) as string }))
  })

  test('is told by its own response in a multiget: unavailable, never missing', async () => {
    const { status, text } = await opened.ask('REPORT', calendarPath, multiget('good.ics', 'strange@google.com.ics'), xml)
    expect(status).toBe(207)
    expect(text).toContain('SUMMARY:Good')
    expect(text).toMatch(/strange@google\.com\.ics<\/D:href><D:status>HTTP\/1\.1 50[03] /)
    expect(text).not.toMatch(/ 404 /)
  })

  test('is neither gone nor an error of ours by GET, and cannot be overwritten or deleted', async () => {
    const name = 'strange@google.com.ics'
    expect((await opened.get(name)).status).toBeGreaterThanOrEqual(500)
    opened.forget()
    const put = await opened.put(name, object(['UID:strange@google.com', 'DTSTART:20260310T090000Z']))
    const remove = await opened.ask('DELETE', calendarPath + name)
    expect([put.status, remove.status].every((status) => status === 403 || status === 503), `${put.status} ${remove.status}`).toBe(true)
    expect(opened.writes).toEqual([])
  })
})

test('a member that nobody knows is no reason to leave an event out, and stays', async () => {
  estrange((row) => ({ ...row, moodProperties: { mood: 'sunny' }, conferenceData: { entryPoints: [{ entryPointType: 'hologram', uri: 'https://h.example.com/1' }] } }))
  const { text } = await opened.get('strange@google.com.ics')
  expect(text).toContain('SUMMARY:Strange')
  expect(text).toContain('CONFERENCE;VALUE=URI:https://h.example.com/1')
})
