/** Writing is a diff: what CalDAV cannot show stays, what did not change is not sent, and a broken write is mended by the next one. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarId } from '../../../src/calendar/identifiers.ts'
import { addressOf, content, daily, guest, lunch, nameOf, onDay, readOne, zoned } from '../contract.ts'
import { open, refusal } from './open.ts'
import { rows, rowTimes, touched } from './rows.ts'
import type { StoredSeries, WriteOptions } from '../../../src/calendar/backend.ts'
import type { Event, EventSeries } from '../../../src/calendar/event.ts'
import type { Opened } from './open.ts'
import { collect } from '../collect.ts'

const anna = 'anna@example.com'
const home = calendarId(anna)
const events = `/calendars/${anna}/events`
const always: WriteOptions = { condition: { kind: 'always' }, notify: 'nobody' }

/** One change of each property that a client can make, with the members that it may touch. */
const changes: readonly (readonly [string, Partial<Event>, readonly string[]])[] = [
  ['SUMMARY', { summary: 'Quite another title' }, ['summary']],
  ['DESCRIPTION', { description: 'Quite another text' }, ['description']],
  ['LOCATION', { location: 'Quite another place' }, ['location']],
  ['DTSTART and DTEND', { start: zoned('2027-01-10T09:00:00'), end: zoned('2027-01-10T10:00:00') }, ['start', 'end']],
  ['DTSTART to a date', { start: onDay('2027-01-10'), end: onDay('2027-01-11') }, ['start', 'end']],
  ['VALARM', { alarms: { kind: 'own', list: [{ action: 'display', trigger: { kind: 'relative', to: 'start', seconds: -7200 } }] } }, ['reminders', 'extendedProperties.private.calgateAlarms']],
  ['COLOR', { color: 'aquamarine' }, ['colorId']],
  ['CLASS', { visibility: 'confidential' }, ['visibility']],
  ['URL', { url: 'https://example.com/quite/another' }, ['source.url', 'source']],
  ['ATTENDEE', { attendees: [guest('dora@example.com')] }, ['attendees']],
  ['no SUMMARY', {}, ['summary']],
]

async function onlyObject(opened: Opened): Promise<StoredSeries> {
  const [series] = await collect(opened.session(anna).objects(home))
  if (series === undefined || 'kind' in series) throw new Error(series?.reason ?? 'there is nothing')
  return series
}

function edited(series: EventSeries, label: string, change: Partial<Event>): EventSeries {
  const apply = (event: Event): Event => {
    const { summary: _summary, ...rest } = event
    return label === 'no SUMMARY' ? rest : { ...event, ...change }
  }
  if (series.kind === 'single') return { ...series, event: apply(series.event) }
  return series.kind === 'recurring' ? { ...series, master: apply(series.master) } : series
}

async function insert(opened: Opened, body: object): Promise<string> {
  const { id } = await opened.api(anna, 'POST', `${events}?conferenceDataVersion=1&supportsAttachments=true&sendUpdates=none`, body)
  return id
}

describe('a change of one property keeps all else that the service has', () => {
  test.each(changes)('%s', async (label, change, allowed) => {
    await fc.assert(fc.asyncProperty(rows, rowTimes, fc.boolean(), async (event, time, isRecurring) => {
      const opened = open()
      const id = await insert(opened, { ...event, ...time, ...(isRecurring ? { recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] } : {}) })
      const before = await opened.api(anna, 'GET', `${events}/${id}`)
      const stored = await onlyObject(opened)
      const wanted = edited(stored.series, label, change)
      const after = await opened.session(anna).put(home, stored.name, wanted, { condition: { kind: 'unchanged', revision: stored.revision }, notify: 'nobody', known: stored })
      expect(touched(before, await opened.api(anna, 'GET', `${events}/${id}`), allowed)).toEqual([])
      opened.forget()
      await opened.session(anna).put(home, stored.name, wanted, always)
      expect(opened.writes(), 'the same again').toEqual([])
      expect((await readOne(opened.session(anna), home, stored.name)).revision).toBe(after.revision)
      opened.close()
    }), { numRuns: 12 })
  })

  test.each(['inherited', 'not-inherited'] as const)('a change of the master leaves the exceptions as the client has them (%s)', async (masterEdits) => {
    await fc.assert(fc.asyncProperty(rows, rows, fc.constantFrom(...changes.filter(([label]) => !/DTSTART|ATTENDEE/.test(label))), async (event, exception, [label, change]) => {
      const opened = open({ switches: { masterEdits } })
      const id = await insert(opened, {
        ...event, start: { dateTime: '2026-03-10T12:00:00', timeZone: 'Europe/Berlin' }, end: { dateTime: '2026-03-10T13:00:00', timeZone: 'Europe/Berlin' },
        recurrence: ['RRULE:FREQ=DAILY;COUNT=5'],
      })
      const { attendees: _attendees, ...parts } = exception
      await opened.api(anna, 'PATCH', `${events}/${id}_20260312T110000Z?conferenceDataVersion=1&supportsAttachments=true`, parts)
      const before = await opened.api(anna, 'GET', `${events}/${id}_20260312T110000Z`)
      const stored = await onlyObject(opened)
      // An exception that equals its master is not told apart from it, and follows it.
      fc.pre(stored.series.kind === 'recurring' && stored.series.overrides.size === 1)
      await opened.session(anna).put(home, stored.name, edited(stored.series, label, change), always)
      const after = await opened.api(anna, 'GET', `${events}/${id}_20260312T110000Z`)
      expect(touched(before, after, ['extendedProperties.private.calgateAlarms', 'source.title'])).toEqual([])
      opened.close()
    }), { numRuns: 12 })
  })
})

describe('nothing is written where nothing differs', () => {
  test('any event of the service, put back as it was read', async () => {
    await fc.assert(fc.asyncProperty(rows, rowTimes, fc.boolean(), async (event, time, isKnown) => {
      const opened = open()
      await insert(opened, { ...event, ...time, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=5', 'EXDATE;VALUE=DATE:20260317'] })
      const stored = await onlyObject(opened)
      opened.forget()
      const again = await opened.session(anna).put(home, stored.name, stored.series, { ...always, notify: 'everybody', ...(isKnown ? { known: stored } : {}) })
      expect(opened.writes()).toEqual([])
      expect(again.revision).toBe(stored.revision)
      opened.close()
    }), { numRuns: 25 })
  })

  test('changing one override touches one instance', async () => {
    const opened = open()
    const session = opened.session(anna)
    const overrides = Object.fromEntries(['12', '13', '14'].map((day) => [`2026-03-${day}T11:00:00Z`, { location: `Place ${day}` }]))
    await session.put(home, nameOf('s.ics'), daily('s', { overrides }), always)
    opened.forget()
    await session.put(home, nameOf('s.ics'), daily('s', { overrides: { ...overrides, '2026-03-13T11:00:00Z': { location: 'Elsewhere' } } }), always)
    expect(opened.writes()).toHaveLength(1)
    expect(opened.writes()[0]).toMatch(/PATCH .*_20260313T110000Z\?/)
    opened.close()
  })

  test('many new overrides and cancelled days cost one look-up', async () => {
    const opened = open()
    const session = opened.session(anna)
    await session.put(home, nameOf('s.ics'), daily('s'), always)
    const stored = await readOne(session, home, nameOf('s.ics'))
    opened.forget()
    const wanted = daily('s', { overrides: { '2026-03-12T11:00:00Z': { location: 'A' }, '2026-03-13T11:00:00Z': { location: 'B' } }, cancelled: ['2026-03-14T11:00:00Z', '2026-03-15T11:00:00Z'] })
    await session.put(home, nameOf('s.ics'), wanted, { ...always, known: stored })
    expect(opened.writes()).toHaveLength(4)
    expect(opened.calls.length - opened.writes().length, 'one listing of instances, one reading of the result').toBe(2)
    opened.close()
  })
})

/** Series of one UID that differ in what costs calls. */
const variants: fc.Arbitrary<EventSeries> = fc.record({
  summary: fc.constantFrom('A', 'B'),
  location: fc.constantFrom('X', 'Y'),
  hour: fc.constantFrom('12', '15'),
  count: fc.constantFrom(6, 10),
  overridden: fc.uniqueArray(fc.constantFrom('11', '12', '13', '14'), { maxLength: 3 }),
  cancelled: fc.uniqueArray(fc.constantFrom('12', '13', '15'), { maxLength: 2 }),
  isSingle: fc.boolean(),
  guests: fc.constantFrom([], [guest('ben@example.com')]),
}).map(({ summary, location, hour, count, overridden, cancelled, isSingle, guests }): EventSeries => {
  const master = { summary, location, start: zoned(`2026-03-10T${hour}:00:00`), end: zoned(`2026-03-10T${hour}:30:00`), attendees: guests, ...(guests.length > 0 ? { organizer: { address: addressOf(anna) } } : {}) }
  if (isSingle) return { kind: 'single', uid: daily('v').uid, event: lunch(master) }
  const idOn = (day: string): string => new Date(Date.parse(`2026-03-${day}T${hour}:00:00Z`) - 3_600_000).toISOString().replace('.000', '')
  const moved = (day: string): Partial<Event> => ({ summary: `Day ${day}`, start: zoned(`2026-03-${day}T20:00:00`), end: zoned(`2026-03-${day}T21:00:00`) })
  return daily('v', {
    master, rule: { end: { kind: 'count', count } },
    overrides: Object.fromEntries(overridden.filter((day) => !(cancelled as string[]).includes(day)).map((day) => [idOn(day), moved(day)])),
    cancelled: cancelled.map(idOn),
  })
})

/** Text that is equal for equal content, whatever the order of members. */
function withoutSequence(series: EventSeries): string {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
  return JSON.stringify(content(series), (name, value: unknown) => {
    if (name === 'sequence') return undefined
    return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
  }, 1)
}

describe('a write that broke off is mended by the same write', () => {
  const name = nameOf('v.ics')

  async function start(from: EventSeries | undefined, switches: object): Promise<Opened> {
    const opened = open({ switches })
    if (from !== undefined) await opened.session(anna).put(home, name, from, always)
    opened.forget()
    return opened
  }

  async function mended(opened: Opened, wanted: EventSeries, at: number, how: 'refused' | 'lost'): Promise<string> {
    let writes = 0
    opened.fault = ({ method }) => {
      if (method === 'GET') return writes >= at && how === 'refused' ? refusal(503, 'backendError') : undefined
      writes += 1
      if (how === 'refused') return writes >= at ? refusal(503, 'backendError') : undefined
      return writes === at ? 'lost' : undefined
    }
    await opened.session(anna).put(home, name, wanted, always).catch(() => undefined)
    opened.fault = undefined
    await opened.session(anna).put(home, name, wanted, always)
    return withoutSequence((await readOne(opened.session(anna), home, name)).series)
  }

  test.each([{}, { instanceWrites: 'touch-instance', masterEdits: 'not-inherited' }])('after any call, refused or lost (%o)', async (switches) => {
    await fc.assert(fc.asyncProperty(fc.option(variants, { nil: undefined }), variants, fc.constantFrom('refused' as const, 'lost' as const), async (from, to, how) => {
      const whole = await start(from, switches)
      await whole.session(anna).put(home, name, to, always)
      const expected = withoutSequence((await readOne(whole.session(anna), home, name)).series)
      const count = whole.writes().length
      whole.close()
      expect(expected).toBe(withoutSequence(to))
      for (let at = 1; at <= count; at += 1) {
        const opened = await start(from, switches)
        expect(await mended(opened, to, at, how), `call ${at} of ${count} ${how}`).toBe(expected)
        opened.close()
      }
    }), { numRuns: 12 })
  })

  test('an answer that got lost is not a failure: the call is made again and found done', async () => {
    const opened = await start(daily('v'), {})
    opened.fault = ({ method }, count) => (method === 'PATCH' && count === 2 ? 'lost' : undefined)
    const stored = await readOne(opened.session(anna), home, name)
    const wanted = daily('v', { master: { summary: 'B' } })
    opened.forget()
    opened.fault = ({ method }) => {
      const isFirst = method === 'PATCH' && opened.writes().length === 1
      return isFirst ? 'lost' : undefined
    }
    const put = await opened.session(anna).put(home, name, wanted, { condition: { kind: 'unchanged', revision: stored.revision }, notify: 'nobody', known: stored })
    expect(put.series).toMatchObject({ master: { summary: 'B' } })
    opened.close()
  })
})

test('a foreign change between reading and writing is a conflict, never lost', async () => {
  const opened = open()
  const session = opened.session(anna)
  const stored = await session.put(home, nameOf('s.ics'), daily('s'), always)
  const [id] = (await opened.api(anna, 'GET', events)).items.map((item) => item.id)
  await opened.api(anna, 'PATCH', `${events}/${id}`, { location: 'Changed by another' })
  const options: WriteOptions = { condition: { kind: 'unchanged', revision: stored.revision }, notify: 'nobody', known: stored }
  await expect(session.put(home, nameOf('s.ics'), daily('s', { master: { summary: 'Mine' } }), options)).rejects.toMatchObject({ fault: 'precondition' })
  expect((await readOne(session, home, nameOf('s.ics'))).series).toMatchObject({ master: { summary: 'Lunch', location: 'Changed by another' } })
  opened.close()
})
