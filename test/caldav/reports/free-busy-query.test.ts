import { describe, expect, test } from 'vitest'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { objectKeys, seriesOf } from '../appendix-b.ts'
import { ask, DAV, refusal } from './ask.ts'
import { memorySession } from './memory-session.ts'

const home = '/calendar/dav/anna@example.com/'
const hidden = calendarId('hidden@example.com')

function filled() {
  const session = memorySession()
  for (const key of objectKeys) session.add(`${key}.ics`, seriesOf(key))
  session.addCalendar({ id: hidden, displayName: 'Hidden', access: 'free-busy' })
  return session
}

const query = (start: string, end: string) => `<C:free-busy-query><C:time-range start="${start}" end="${end}"/></C:free-busy-query>`
const linesOf = (text: string) => text.split('\r\n').filter((line) => /^(BEGIN|DTSTART|DTEND|FREEBUSY|END)/.test(line))

describe('free-busy-query (RFC 4791 §7.10)', () => {
  test('a VFREEBUSY with the busy times of the range, and 200 (§7.10.1)', async () => {
    const answer = await ask(filled(), `${home}events/`, query('20060104T140000Z', '20060105T220000Z'), { depth: '1' })
    expect([answer.status, answer.headers['Content-Type']]).toEqual([200, 'text/calendar; charset=utf-8'])
    expect(linesOf(answer.text)).toEqual(['BEGIN:VCALENDAR', 'BEGIN:VFREEBUSY', 'DTSTART:20060104T140000Z', 'DTEND:20060105T220000Z',
      'FREEBUSY;FBTYPE=BUSY-TENTATIVE:20060104T150000Z/20060104T160000Z', 'FREEBUSY;FBTYPE=BUSY:20060104T190000Z/20060104T200000Z',
      'FREEBUSY;FBTYPE=BUSY:20060105T170000Z/20060105T180000Z', 'END:VFREEBUSY', 'END:VCALENDAR'])
  })

  test('under a UID of its own (RFC 5545 §3.6.4)', async () => {
    const uidOf = async (...range: readonly [string, string]): Promise<string | undefined> => /UID:(.+)\r\n/.exec((await ask(filled(), `${home}events/`, query(...range))).text)?.[1]
    const uid = await uidOf('20060104T140000Z', '20060105T220000Z')
    expect(uid).toBeTruthy()
    expect(await uidOf('20060104T140000Z', '20060105T220000Z')).toBe(uid)
    expect(await uidOf('20060104T140000Z', '20060106T220000Z')).not.toBe(uid)
  })

  test('cut to the range', async () => {
    const answer = await ask(filled(), `${home}events/`, query('20060102T153000Z', '20060102T171500Z'))
    expect(linesOf(answer.text).filter((line) => line.startsWith('FREEBUSY')))
      .toEqual(['FREEBUSY;FBTYPE=BUSY:20060102T153000Z/20060102T160000Z', 'FREEBUSY;FBTYPE=BUSY:20060102T170000Z/20060102T171500Z'])
  })

  test('nothing busy', async () => {
    expect(linesOf((await ask(filled(), `${home}events/`, query('20050101T000000Z', '20050102T000000Z'))).text)).toHaveLength(6)
  })

  test.each(['user', ''])('of the owner, from the backend: %j (Evolution asks the principal)', async (last) => {
    const session = filled()
    const answer = await ask(session, `${home}${last}`, query('20060101T000000Z', '20060103T000000Z'))
    expect(linesOf(answer.text)).toContain('FREEBUSY;FBTYPE=BUSY:20060102T150000Z/20060102T160000Z')
    expect(session.calls).toEqual(['calendars', 'freeBusy'])
  })

  test('a calendar that shows only busy times is not read', async () => {
    const session = filled()
    expect(await refusal(ask(session, `${home}${hidden}/`, query('20060101T000000Z', '20060103T000000Z')))).toEqual([403, DAV('need-privileges')])
    expect(session.calls).toEqual(['calendar', 'freeBusy'])
  })

  test('too many instances, and a range without an end, are refused', async () => {
    const session = filled()
    expect(await refusal(ask(session, `${home}events/`, query('20060101T000000Z', '90000101T000000Z')))).toEqual([403, DAV('number-of-matches-within-limits')])
    expect(await refusal(ask(session, `${home}events/`, '<C:free-busy-query><C:time-range start="20060101T000000Z"/></C:free-busy-query>')))
      .toEqual([403, DAV('number-of-matches-within-limits')])
  })
})
