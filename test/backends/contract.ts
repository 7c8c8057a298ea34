/** One suite for every backend: the promises of `calendar/backend.ts`, method by method. */

import { describe, expect, test } from 'vitest'
import { newEvent } from '../new-event.ts'
import {
  backendSyncToken, calendarId, emailAddress, eventUid, instant, localDateTime, objectName, plainDate, recurrenceId, revision, timeZoneId,
} from '../../src/calendar/identifiers.ts'
import type { BackendFault, CalendarSession, StoredSeries, Unavailable, WriteOptions } from '../../src/calendar/backend.ts'
import type { Attendee, Event, EventSeries, RecurrenceRule } from '../../src/calendar/event.ts'
import type { CalendarId, ObjectName, RecurrenceId } from '../../src/calendar/identifiers.ts'
import { collect } from './collect.ts'

export interface BackendUnderTest {
  /** A session of this account, whose primary calendar is named by its address; made if it is not there. */
  session(address: string): CalendarSession
  /** Calls that change something at the backend since the last `forget`. */
  writes(): readonly string[]
  forget(): void
  /** One line for each mail that went out to somebody. */
  mails(): readonly string[]
  close(): void
}

const anna = 'anna@example.com'
const ben = 'ben@example.com'
const berlin = timeZoneId('Europe/Berlin')
const always: WriteOptions = { condition: { kind: 'always' }, notify: 'nobody' }
const telling: WriteOptions = { condition: { kind: 'always' }, notify: 'everybody' }

export function nameOf(text: string): ObjectName {
  const name = objectName(text)
  if (name === undefined) throw new TypeError(`${text} is no name`)
  return name
}

export function addressOf(text: string): NonNullable<ReturnType<typeof emailAddress>> {
  const address = emailAddress(text)
  if (address === undefined) throw new TypeError(`${text} is no address`)
  return address
}

export const zoned = (local: string, zone = berlin): Event['start'] => ({ kind: 'zoned', local: localDateTime(local), zone })
export const onDay = (date: string): Event['start'] => ({ kind: 'date', date: plainDate(date) })
export const floating = (local: string): Event['start'] => ({ kind: 'floating', local: localDateTime(local) })
export const inUtc = (text: string): Event['start'] => ({ kind: 'utc', at: instant(Date.parse(text)) })

export function lunch(more: Partial<Event> = {}): Event {
  return newEvent({ start: zoned('2026-03-10T12:00:00'), end: zoned('2026-03-10T13:00:00'), summary: 'Lunch', ...more })
}

export const single = (uid: string, more: Partial<Event> = {}): EventSeries => ({ kind: 'single', uid: eventUid(uid), event: lunch(more) })

const noParts = { bySecond: [], byMinute: [], byHour: [], byDay: [], byMonthDay: [], byYearDay: [], byWeekNumber: [], byMonth: [], bySetPosition: [] }
export const rule = (more: Partial<RecurrenceRule> = {}): RecurrenceRule =>
  ({ frequency: 'DAILY', interval: 1, end: { kind: 'never' }, weekStart: 'MO', ...noParts, ...more })

export interface Parts {
  readonly master?: Partial<Event>
  readonly rule?: Partial<RecurrenceRule>
  readonly overrides?: Readonly<Record<string, Partial<Event>>>
  readonly cancelled?: readonly string[]
}

/** A lunch on ten days from 10 March 2026, 12:00 in Berlin (11:00 in UTC until the 29th). */
export function daily(uid: string, { master, rule: ruleParts, overrides = {}, cancelled = [] }: Parts = {}): Extract<EventSeries, { kind: 'recurring' }> {
  const event = lunch(master)
  return {
    kind: 'recurring', uid: eventUid(uid), master: event,
    recurrence: { rules: [rule({ end: { kind: 'count', count: 10 }, ...ruleParts })], dates: [] },
    overrides: new Map(Object.entries(overrides).map(([id, more]) => [recurrenceId(id), { ...event, ...times(id), ...more }])),
    cancelled: new Set(cancelled.map(recurrenceId)),
  }
}

function times(id: string): Pick<Event, 'start' | 'end'> {
  const day = id.slice(0, 10)
  return { start: zoned(`${day}T12:00:00`), end: zoned(`${day}T13:00:00`) }
}

export const guest = (address: string, more: Partial<Attendee> = {}): Attendee => ({
  address: addressOf(address), participation: 'needs-action', isOptional: false, isResource: false, additionalGuests: 0, scheduleAgent: 'server', ...more,
})

/** What a client would read, without what the backend alone decides. */
export function content(series: EventSeries): unknown {
  const strip = ({ created: _created, updated: _updated, ...event }: Event): unknown => ({ ...event, attendees: sorted(event) })
  const overridesOf = (overrides: ReadonlyMap<RecurrenceId, Event>): unknown => [...overrides].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, event]) => [id, strip(event)])
  switch (series.kind) {
    case 'single': return { ...series, event: strip(series.event) }
    case 'detached': return { ...series, overrides: overridesOf(series.overrides) }
    case 'recurring': return { ...series, master: strip(series.master), overrides: overridesOf(series.overrides), cancelled: [...series.cancelled].sort() }
  }
}

function sorted({ attendees }: Event): readonly Attendee[] {
  return [...attendees].sort((a, b) => (a.address < b.address ? -1 : 1))
}

export async function readOne(session: CalendarSession, calendar: CalendarId, name: ObjectName): Promise<StoredSeries> {
  const found = (await session.objectsByName(calendar, [name])).get(name)
  if (found === undefined || 'kind' in found) throw new Error(`${name} cannot be read: ${(found as Unavailable | undefined)?.reason}`)
  return found
}

const refused = (fault: BackendFault, more: object = {}): object => ({ name: 'BackendError', fault, ...more })

/** @param open a backend with nothing in it */
export function describeBackend(title: string, open: () => BackendUnderTest): void {
  const home = calendarId(anna)

  async function withBackend(run: (session: CalendarSession, backend: BackendUnderTest) => Promise<void>): Promise<void> {
    const backend = open()
    try {
      await run(backend.session(anna), backend)
    } finally {
      backend.close()
    }
  }

  describe(`${title}: calendars`, () => {
    test('the primary one comes first and has the address for its id', () => withBackend(async (session) => {
      const { id: work } = await session.createCalendar({ displayName: 'Work', color: '#336699', timeZone: berlin, description: 'All of it' })
      const all = await session.calendars()
      expect(all.map(({ id }) => id)).toEqual([home, work])
      expect(all[0]).toMatchObject({ isPrimary: true, access: 'own' })
      expect(all[1]).toMatchObject({ displayName: 'Work', color: '#336699', timeZone: berlin, description: 'All of it', isPrimary: false, access: 'own' })
      expect(await session.calendar(work)).toEqual(all[1])
    }))

    test('a change keeps what it does not name, and null removes', () => withBackend(async (session) => {
      const { id } = await session.createCalendar({ displayName: 'Work', description: 'All of it' })
      const renamed = await session.updateCalendar(id, { displayName: 'Play', color: '#ff0000' })
      expect(renamed).toMatchObject({ displayName: 'Play', color: '#ff0000', description: 'All of it' })
      expect((await session.updateCalendar(id, { description: null })).description).toBeUndefined()
    }))

    test('a removed calendar is gone; the primary one stays', () => withBackend(async (session) => {
      const { id } = await session.createCalendar({ displayName: 'Work' })
      await session.removeCalendar(id)
      await expect(session.calendar(id)).rejects.toMatchObject(refused('gone'))
      await expect(session.removeCalendar(home)).rejects.toMatchObject(refused('forbidden'))
    }))

    test('a calendar that nobody has is gone', () => withBackend(async (session) => {
      await expect(session.calendar(calendarId('nobody@example.com'))).rejects.toMatchObject(refused('gone'))
    }))
  })

  const shapes: Readonly<Record<string, EventSeries>> = {
    'a zoned event': single('zoned'),
    'an all-day event': single('days', { start: onDay('2026-03-10'), end: onDay('2026-03-12') }),
    'a UTC event': single('utc', { start: inUtc('2026-03-10T12:00:00Z'), end: inUtc('2026-03-10T13:00:00Z') }),
    'a floating event': single('floating', { start: floating('2026-03-10T12:00:00'), end: floating('2026-03-10T13:00:00') }),
    'an event in two zones': single('two-zones', { end: zoned('2026-03-10T16:00:00', timeZoneId('America/Sao_Paulo')) }),
    'all fields': single('fields', {
      description: 'At noon,\nwith <b>cake</b> & tea', location: 'Café', status: 'tentative', transparency: 'transparent', visibility: 'private',
      color: 'crimson', url: 'https://example.com/lunch', sequence: 3,
      alarms: { kind: 'own', list: [{ action: 'display', trigger: { kind: 'relative', to: 'start', seconds: -900 } }] },
      conferences: [{ uri: 'https://meet.example.com/x', features: ['AUDIO', 'VIDEO'], label: 'Room' }],
      attachments: [{ uri: 'https://example.com/a.pdf', title: 'Menu', mediaType: 'application/pdf' }],
    }),
    'guests': single('guests', {
      organizer: { address: addressOf(anna) },
      attendees: [
        guest(ben, { displayName: 'Ben', participation: 'tentative', isOptional: true, comment: 'Perhaps', additionalGuests: 2 }),
        guest('room@example.com', { isResource: true }),
      ],
    }),
    'somebody else\'s event': single('foreign', { organizer: { address: addressOf(ben), displayName: 'Ben' }, attendees: [guest('carl@example.com')] }),
    'a series': daily('series'),
    'a series with overrides and cancelled days': daily('overrides', {
      overrides: { '2026-03-12T11:00:00Z': { summary: 'Late lunch', start: zoned('2026-03-12T14:00:00'), end: zoned('2026-03-12T15:00:00') }, '2026-03-14T11:00:00Z': { location: 'Park' } },
      cancelled: ['2026-03-11T11:00:00Z', '2026-03-15T11:00:00Z'],
    }),
    'an all-day series': {
      ...daily('yearly', { master: { start: onDay('2026-03-10'), end: onDay('2026-03-11') }, rule: { frequency: 'YEARLY', end: { kind: 'never' } }, cancelled: ['2028-03-10'] }),
    },
    'a floating series': daily('floating-series', {
      master: { start: floating('2026-03-10T12:00:00'), end: floating('2026-03-10T13:00:00') },
      rule: { end: { kind: 'until', until: floating('2026-03-20T12:00:00') } }, cancelled: ['2026-03-12T12:00:00'],
    }),
    'one instance of an unknown series': {
      kind: 'detached', uid: eventUid('lone'), overrides: new Map([[recurrenceId('2026-03-10T11:00:00Z'), lunch()]]), zone: berlin,
    },
  }

  describe(`${title}: put and read`, () => {
    test.each(Object.entries(shapes))('%s comes back as it was, by every way of reading', (_title, series) => withBackend(async (session) => {
      const name = nameOf(`${series.uid}.ics`)
      const stored = await session.put(home, name, series, always)
      const expected = content(withSequence(told(series), stored.series))
      expect(content(stored.series)).toEqual(expected)
      expect(stored.name).toBe(name)
      const again = await readOne(session, home, name)
      expect(content(again.series)).toEqual(expected)
      const listed = await collect(session.objects(home))
      expect(listed.map((one) => ('kind' in one ? one.reason : content(one.series)))).toEqual([expected])
      const ranged = await collect(session.objects(home, { from: instant(Date.parse('2026-03-10T00:00:00Z')), to: instant(Date.parse('2026-03-13T00:00:00Z')) }))
      expect(ranged.map((one) => ('kind' in one ? one.reason : content(one.series)))).toEqual([expected])
      const [tag] = await collect(session.tags(home))
      const revisions = [stored, again, ...listed, ...ranged, tag].map((one) => (one !== undefined && 'revision' in one ? one.revision : undefined))
      expect([...new Set(revisions)], 'one revision, whichever way it is read').toEqual([expect.stringMatching(/^[\w-]+$/)])
    }))

    test.each(Object.entries(shapes))('%s put again makes no write call and keeps its revision', (_title, series) => withBackend(async (session, backend) => {
      const name = nameOf(`${series.uid}.ics`)
      const stored = await session.put(home, name, series, always)
      backend.forget()
      expect((await session.put(home, name, series, telling)).revision).toBe(stored.revision)
      expect((await session.put(home, name, stored.series, { ...telling, known: stored })).revision).toBe(stored.revision)
      expect(backend.writes()).toEqual([])
    }))

    test('every kind of object can turn into every other that may have its UID', () => withBackend(async (session) => {
      const name = nameOf('turn.ics')
      const kinds = ['one instance of an unknown series', 'a zoned event', 'a series with overrides and cancelled days', 'an all-day event', 'a series', 'an all-day series', 'a floating event', 'all fields']
      for (const kind of [...kinds, ...kinds.slice(1).toReversed()]) {
        const series = { ...shapes[kind], uid: eventUid('turn') } as EventSeries
        const stored = await session.put(home, name, series, always)
        expect(content(stored.series), kind).toEqual(content(withSequence(told(series), stored.series)))
      }
    }))
  })

  describe(`${title}: names`, () => {
    const names = ['plain.ics', 'no-suffix', 'weird name; with=all, "sorts".ics', 'ümläut.ics', '%41.ics']
    test.each(names)('the name %s stays with the object whatever its UID is', (text) => withBackend(async (session) => {
      const name = nameOf(text)
      const stored = await session.put(home, name, single('some-uid'), always)
      expect(stored.name).toBe(name)
      expect((await readOne(session, home, name)).revision).toBe(stored.revision)
      expect((await collect(session.tags(home))).map((tag) => tag.name)).toEqual([name])
      expect(await session.nameOf(home, eventUid('some-uid'))).toBe(name)
      expect((await session.objectsByName(home, [nameOf('some-uid.ics')])).size).toBe(0)
    }))

    const uids = ['3F2504E0-4F89-11D3-9A0C-0305E82C3301', 'http://example.com/a/b', 'a b\tc', '{x}@example.com', 'Größe', '_60o3', 'abcde@google.com', 'A'.repeat(500)]
    test.each(uids)('the UID %s is kept', (uid) => withBackend(async (session) => {
      const stored = await session.put(home, nameOf('own.ics'), single(uid), always)
      expect(stored.series.uid).toBe(uid)
      expect((await readOne(session, home, nameOf('own.ics'))).series.uid).toBe(uid)
    }))

    test('many names at once: those that exist, and no others', () => withBackend(async (session) => {
      const names = Array.from({ length: 12 }, (_, at) => nameOf(`n${at}.ics`))
      for (const [at, name] of names.entries()) if (at % 2 === 0) await session.put(home, name, single(at % 4 === 0 ? `n${at}` : `uid${at}`), always)
      const found = await session.objectsByName(home, names)
      expect([...found.keys()].sort()).toEqual(names.filter((_, at) => at % 2 === 0).sort())
    }))

    test('a UID that another object has is refused with that object\'s name (RFC 4791 §5.3.2.1)', () => withBackend(async (session, backend) => {
      await session.put(home, nameOf('first.ics'), single('shared'), always)
      backend.forget()
      await expect(session.put(home, nameOf('second.ics'), single('shared'), always)).rejects.toMatchObject(refused('uid-in-use', { objectName: 'first.ics' }))
      await expect(session.put(home, nameOf('shared.ics'), single('shared'), always)).rejects.toMatchObject(refused('uid-in-use'))
      await expect(session.put(home, nameOf('first.ics'), single('other'), always)).rejects.toMatchObject(refused('rejected', { precondition: 'no-uid-conflict' }))
      expect(backend.writes()).toEqual([])
    }))
  })

  describe(`${title}: conditions`, () => {
    const name = nameOf('a.ics')

    test('absent: only where there is nothing', () => withBackend(async (session) => {
      await session.put(home, name, single('a'), { ...always, condition: { kind: 'absent' } })
      await expect(session.put(home, name, single('a', { summary: 'B' }), { ...always, condition: { kind: 'absent' } })).rejects.toMatchObject(refused('precondition'))
      expect((await readOne(session, home, name)).series).toMatchObject({ event: { summary: 'Lunch' } })
    }))

    test('present: only where there is something', () => withBackend(async (session) => {
      await expect(session.put(home, name, single('a'), { ...always, condition: { kind: 'present' } })).rejects.toMatchObject(refused('precondition'))
      expect((await collect(session.tags(home)))).toEqual([])
    }))

    test('unchanged: only on that revision, whether or not the caller knows more', () => withBackend(async (session) => {
      const first = await session.put(home, name, single('a'), always)
      const second = await session.put(home, name, single('a', { summary: 'B' }), { ...always, condition: { kind: 'unchanged', revision: first.revision } })
      expect(second.revision).not.toBe(first.revision)
      const stale: WriteOptions = { ...always, condition: { kind: 'unchanged', revision: first.revision } }
      await expect(session.put(home, name, single('a', { summary: 'C' }), stale)).rejects.toMatchObject(refused('precondition'))
      await expect(session.put(home, name, single('a', { summary: 'C' }), { ...stale, known: first })).rejects.toMatchObject(refused('precondition'))
      await expect(session.put(home, name, single('a', { summary: 'C' }), { ...stale, known: second })).rejects.toMatchObject(refused('precondition'))
      await expect(session.remove(home, name, stale)).rejects.toMatchObject(refused('precondition'))
      await expect(session.remove(home, name, { ...stale, known: first })).rejects.toMatchObject(refused('precondition'))
      expect((await readOne(session, home, name)).series).toMatchObject({ event: { summary: 'B' } })
    }))

    test('what a caller knows wrongly is a conflict, and nothing is written', () => withBackend(async (session, backend) => {
      const first = await session.put(home, name, single('a'), always)
      const second = await session.put(home, name, single('a', { summary: 'B' }), always)
      backend.forget()
      await expect(session.put(home, name, single('a', { summary: 'C' }), { ...always, known: first })).rejects.toMatchObject(refused('conflict'))
      await expect(session.remove(home, name, { ...always, known: first })).rejects.toMatchObject(refused('conflict'))
      expect((await readOne(session, home, name)).revision).toBe(second.revision)
    }))

    test('remove: what is not there is gone; what was removed can be made again', () => withBackend(async (session) => {
      await expect(session.remove(home, name, always)).rejects.toMatchObject(refused('gone'))
      for (const series of [single('a'), daily('a', { cancelled: ['2026-03-11T11:00:00Z'] }), single('a', { location: 'Park' })]) {
        const stored = await session.put(home, name, series, { ...always, condition: { kind: 'absent' } })
        expect(content(stored.series)).toEqual(content(withSequence(series, stored.series)))
        await session.remove(home, name, { ...always, condition: { kind: 'unchanged', revision: stored.revision } })
        expect(await collect(session.tags(home))).toEqual([])
        expect((await session.objectsByName(home, [name])).size).toBe(0)
      }
    }))
  })

  describe(`${title}: changes`, () => {
    test('a new reader gets everything, and then nothing', () => withBackend(async (session) => {
      await session.put(home, nameOf('a.ics'), single('a'), always)
      await session.put(home, nameOf('b.ics'), daily('b', { cancelled: ['2026-03-11T11:00:00Z'] }), always)
      const all = await session.changes(home, undefined)
      expect(all).toMatchObject({ removed: [], changed: [{ name: 'a.ics' }, { name: 'b.ics' }] })
      const state = await session.state(home)
      expect(all).toMatchObject({ next: state.token, updated: state.updated })
      const reading = session.objects(home)[Symbol.asyncIterator]()
      let last = await reading.next()
      while (last.done !== true) last = await reading.next()
      expect(last.value, 'the state at which a whole reading began').toEqual(state)
      expect(await session.changes(home, all.next)).toMatchObject({ changed: [], removed: [], next: all.next })
    }))

    test('the token of a state tells what came after it: new, changed, removed', () => withBackend(async (session) => {
      for (const name of ['a', 'b', 'c']) await session.put(home, nameOf(`${name}.ics`), daily(name), always)
      await session.put(home, nameOf('own.ics'), single('uid-of-own'), always)
      const { token } = await session.state(home)
      await session.put(home, nameOf('a.ics'), daily('a', { overrides: { '2026-03-12T11:00:00Z': { summary: 'Late' } } }), always)
      await session.remove(home, nameOf('b.ics'), always)
      await session.remove(home, nameOf('own.ics'), always)
      await session.put(home, nameOf('d.ics'), single('d'), always)
      const { changed, removed, next } = await session.changes(home, token)
      expect(changed.map(({ name }) => name)).toEqual(['a.ics', 'd.ics'])
      expect(removed).toEqual(['b.ics', 'own.ics'])
      const tags = new Map((await collect(session.tags(home))).map((tag) => [tag.name, tag.revision]))
      for (const { name, revision: told_ } of changed) expect(told_).toBe(tags.get(name))
      expect(next).toBe((await session.state(home)).token)
    }))

    test('what was removed, made again and removed again is told to who saw it first', () => withBackend(async (session) => {
      await session.put(home, nameOf('a.ics'), single('a'), always)
      const { token } = await session.state(home)
      await session.remove(home, nameOf('a.ics'), always)
      await session.put(home, nameOf('a.ics'), single('a'), always)
      await session.remove(home, nameOf('a.ics'), always)
      expect(await session.changes(home, token)).toMatchObject({ changed: [], removed: ['a.ics'] })
    }))

    test('a token that is not ours, of another calendar or ahead of time is not continued (RFC 6578 §3.2)', () => withBackend(async (session) => {
      const { id: work } = await session.createCalendar({ displayName: 'Work' })
      await session.put(work, nameOf('a.ics'), single('a'), always)
      const { token } = await session.state(work)
      const digits = /\d+/.exec(token)?.[0] ?? ''
      const foreign = ['', 'x', '1', `${token}x`, token.replace(digits, `${digits}0`)].map((text) => backendSyncToken(text))
      for (const one of foreign) await expect(session.changes(work, one), one).rejects.toMatchObject(refused('invalid-token'))
      await expect(session.changes(home, token)).rejects.toMatchObject(refused('invalid-token'))
    }))

    test('state moves with every change', () => withBackend(async (session) => {
      const states = [await session.state(home)]
      const name = nameOf('a.ics')
      const alarm = { action: 'display', trigger: { kind: 'relative', to: 'start', seconds: -600 } } as const
      await session.put(home, name, single('a'), always)
      states.push(await session.state(home))
      await session.put(home, name, single('a', { alarms: { kind: 'own', list: [alarm] } }), always)
      states.push(await session.state(home))
      await session.remove(home, name, always)
      states.push(await session.state(home))
      expect(new Set(states.map(({ token }) => token)).size).toBe(4)
    }))
  })

  describe(`${title}: people`, () => {
    const meeting = (more: Partial<Event> = {}): EventSeries =>
      single('meeting', { organizer: { address: addressOf(anna) }, attendees: [guest(anna, { participation: 'accepted' }), guest(ben)], ...more })
    const name = nameOf('meeting.ics')

    test('guests are told when the client says so, and only then', () => withBackend(async (session, backend) => {
      await session.put(home, name, meeting(), always)
      expect(backend.mails()).toEqual([])
      await session.put(home, name, meeting({ location: 'Park' }), telling)
      expect(backend.mails()).toHaveLength(1)
      await session.put(home, name, meeting({ location: 'Park', color: 'plum' }), telling)
      await session.put(home, name, meeting({ location: 'Park', color: 'plum' }), telling)
      expect(backend.mails()).toHaveLength(1)
      await session.remove(home, name, telling)
      expect(backend.mails()).toHaveLength(2)
    }))

    test('guests are told of what was written silently, each time that it is asked for, and of a removal as far as the backend can', () => withBackend(async (session, backend) => {
      const { uid } = meeting()
      const guests = backend.session(ben)
      await session.put(home, name, meeting(), always)
      for (const times of [1, 2]) {
        await session.announce(home, uid, 'event')
        expect(backend.mails()).toHaveLength(times)
      }
      expect((await readOne(session, home, name)).series).toMatchObject({ uid, event: { summary: (meeting() as Extract<EventSeries, { kind: 'single' }>).event.summary } })
      await expect(guests.announce(calendarId(ben), uid, 'event')).rejects.toMatchObject(refused('forbidden'))
      await expect(session.announce(home, uid, 'removal')).rejects.toMatchObject(refused('gone'))
      await session.remove(home, name, always)
      await expect(session.announce(home, uid, 'event')).rejects.toMatchObject(refused('gone'))
      const isTold = await session.announce(home, uid, 'removal').then(() => true, (error: { readonly fault: BackendFault }) => error.fault !== 'forbidden')
      expect(backend.mails()).toHaveLength(isTold ? 3 : 2)
      expect(await session.objectsByName(home, [name])).toEqual(new Map())
    }))

    test('an answer may bring a comment', () => withBackend(async (session, backend) => {
      const guests = backend.session(ben)
      await session.put(home, name, meeting(), always)
      await guests.answer(calendarId(ben), name, undefined, 'declined', 'nobody', 'on leave')
      const { series } = await readOne(session, home, name)
      expect(series).toMatchObject({ event: { attendees: expect.arrayContaining([expect.objectContaining({ address: ben, participation: 'declined', comment: 'on leave' })]) } })
      expect(backend.mails()).toEqual([])
    }))

    test('an invitation reaches the guest with its UID, and the answer comes back', () => withBackend(async (session, backend) => {
      const guests = backend.session(ben)
      await session.put(home, name, meeting(), telling)
      expect(backend.mails()).toHaveLength(1)
      const copy = await readOne(guests, calendarId(ben), name)
      expect(copy).toMatchObject({ role: 'attendee', series: { uid: 'meeting', event: { organizer: { address: anna } } } })
      const answered = await guests.answer(calendarId(ben), name, undefined, 'accepted', 'everybody')
      expect(participations(answered)).toEqual({ [anna]: 'accepted', [ben]: 'accepted' })
      expect(participations(await readOne(session, home, name))).toEqual({ [anna]: 'accepted', [ben]: 'accepted' })
    }))

    test('one instance of a series is answered alone', () => withBackend(async (session, backend) => {
      const guests = backend.session(ben)
      const series = daily('series', { master: { organizer: { address: addressOf(anna) }, attendees: [guest(anna), guest(ben)] } })
      await session.put(home, nameOf('series.ics'), series, telling)
      const answered = await guests.answer(calendarId(ben), nameOf('series.ics'), recurrenceId('2026-03-12T11:00:00Z'), 'declined', 'everybody')
      if (answered.series.kind !== 'recurring') throw new Error('not a series')
      expect(answered.series.master.attendees.find(({ address }) => address === ben)?.participation).toBe('needs-action')
      expect([...answered.series.overrides.keys()]).toEqual(['2026-03-12T11:00:00Z'])
      expect(answered.series.overrides.get(recurrenceId('2026-03-12T11:00:00Z'))?.attendees.find(({ address }) => address === ben)?.participation).toBe('declined')
    }))

    test('a guest may change answer, alarms, colour and transparency, and nothing else (RFC 6638 §3.2.2.1)', () => withBackend(async (session, backend) => {
      const guests = backend.session(ben)
      const theirs = calendarId(ben)
      await session.put(home, name, meeting(), telling)
      const copy = await readOne(guests, theirs, name)
      if (copy.series.kind !== 'single') throw new Error('not a single event')
      const { event } = copy.series
      const own = (change: Partial<Event>): EventSeries => ({ kind: 'single', uid: copy.series.uid, event: { ...event, ...change } })
      backend.forget()
      const foreign: readonly Partial<Event>[] = [
        { summary: 'Mine' }, { location: 'Here' }, { start: zoned('2026-03-10T11:00:00') }, { attendees: [guest(ben)] },
        { attendees: event.attendees.map((one) => ({ ...one, participation: 'declined' as const })) }, { organizer: { address: addressOf(ben) } }, { description: 'Text' },
      ]
      for (const change of foreign) {
        await expect(guests.put(theirs, name, own(change), always), JSON.stringify(change))
          .rejects.toMatchObject(refused('forbidden', { precondition: 'allowed-attendee-scheduling-object-change' }))
      }
      expect(backend.writes()).toEqual([])
      const mine: Partial<Event> = {
        color: 'plum', transparency: 'transparent', alarms: { kind: 'own', list: [{ action: 'email', trigger: { kind: 'relative', to: 'start', seconds: -3600 } }] },
        attendees: event.attendees.map((one) => (one.address === ben ? { ...one, participation: 'tentative' as const } : one)),
      }
      expect((await guests.put(theirs, name, own(mine), telling)).series).toMatchObject({ event: mine })
      expect((await readOne(session, home, name)).series).toMatchObject({ event: { transparency: 'opaque' } })
    }))

    test('an event cannot be given to another organizer (RFC 6638 §3.2.1.1)', () => withBackend(async (session) => {
      await session.put(home, name, meeting(), always)
      await expect(session.put(home, name, meeting({ organizer: { address: addressOf(ben) } }), always))
        .rejects.toMatchObject(refused('forbidden', { precondition: 'allowed-organizer-scheduling-object-change' }))
    }))

    function participations({ series }: StoredSeries): Record<string, string> {
      return Object.fromEntries((series.kind === 'single' ? series.event.attendees : []).map(({ address, participation }) => [address, participation]))
    }
  })

  describe(`${title}: free and busy`, () => {
    test('one answer for each address, merged and in order', () => withBackend(async (session) => {
      await session.put(home, nameOf('a.ics'), single('a'), always)
      await session.put(home, nameOf('b.ics'), single('b', { start: zoned('2026-03-10T12:30:00'), end: zoned('2026-03-10T14:00:00') }), always)
      await session.put(home, nameOf('c.ics'), single('c', { start: zoned('2026-03-10T16:00:00'), end: zoned('2026-03-10T17:00:00'), transparency: 'transparent' }), always)
      const range = { from: instant(Date.parse('2026-03-10T00:00:00Z')), to: instant(Date.parse('2026-03-11T00:00:00Z')) }
      const others = Array.from({ length: 60 }, (_, at) => addressOf(`nobody${at}@elsewhere.example`))
      const answers = await session.freeBusy([addressOf(anna), ...others], range)
      expect(answers.size).toBe(61)
      expect(answers.get(addressOf(anna))).toEqual([{ from: Date.parse('2026-03-10T11:00:00Z'), to: Date.parse('2026-03-10T13:00:00Z') }])
      for (const other of others) expect(answers.get(other)).toEqual({ kind: 'unknown-address' })
    }))
  })

  describe(`${title}: move`, () => {
    test('the object is in the other calendar, under its new name, and nowhere else', () => withBackend(async (session) => {
      const { id: work } = await session.createCalendar({ displayName: 'Work' })
      const stored = await session.put(home, nameOf('a.ics'), daily('a', { overrides: { '2026-03-12T11:00:00Z': { summary: 'Late' } } }), always)
      const moved = await session.move(home, nameOf('a.ics'), work, nameOf('b.ics'), { ...always, condition: { kind: 'unchanged', revision: stored.revision } })
      expect(moved.name).toBe('b.ics')
      expect(moved.series).toMatchObject({ uid: 'a', kind: 'recurring' })
      expect((await readOne(session, work, nameOf('b.ics'))).revision).toBe(moved.revision)
      expect(await collect(session.tags(home))).toEqual([])
    }))

    test('another name in the same calendar: the former one is gone, for readers of changes too', () => withBackend(async (session) => {
      await session.put(home, nameOf('a.ics'), daily('a'), always)
      const { token } = await session.state(home)
      const moved = await session.move(home, nameOf('a.ics'), home, nameOf('b.ics'), always)
      expect(moved).toMatchObject({ name: 'b.ics', series: { uid: 'a', kind: 'recurring' } })
      expect((await collect(session.tags(home))).map((tag) => tag.name)).toEqual(['b.ics'])
      expect(await session.changes(home, token)).toMatchObject({ changed: [{ name: 'b.ics', revision: moved.revision }], removed: ['a.ics'] })
      await session.move(home, nameOf('b.ics'), home, nameOf('c.ics'), always)
      expect(await session.changes(home, token)).toMatchObject({ changed: [{ name: 'c.ics' }], removed: ['a.ics', 'b.ics'] })
      await session.move(home, nameOf('c.ics'), home, nameOf('a.ics'), always)
      expect(await session.changes(home, token)).toMatchObject({ changed: [{ name: 'a.ics' }], removed: ['b.ics', 'c.ics'] })
    }))

    test('a name that was given up is free: a later change of the moved object does not remove who has it now', () => withBackend(async (session) => {
      await session.put(home, nameOf('a.ics'), single('a'), always)
      await session.move(home, nameOf('a.ics'), home, nameOf('b.ics'), always)
      await session.put(home, nameOf('a.ics'), single('other'), always)
      const { token } = await session.state(home)
      await session.put(home, nameOf('b.ics'), single('a', { summary: 'Changed' }), always)
      expect(await session.changes(home, token)).toMatchObject({ changed: [{ name: 'b.ics' }], removed: [] })
    }))

    test.each([
      ['a meeting', single('a', { attendees: [guest(ben)], organizer: { address: addressOf(anna) } })],
      ['a series with an override', daily('a', { overrides: { '2026-03-12T11:00:00Z': { summary: 'Late' } } })],
    ])('%s keeps its content under another name, there and back, and nobody is told', (_title, series) => withBackend(async (session, backend) => {
      const [own, named] = [nameOf('own.ics'), nameOf('a.ics')]
      const stored = await session.put(home, own, series, always)
      const moved = await session.move(home, own, home, named, { ...telling, known: stored })
      const back = await session.move(home, named, home, own, telling)
      expect([moved.name, back.name]).toEqual([named, own])
      expect([content(moved.series), content(back.series)]).toEqual([content(stored.series), content(stored.series)])
      expect([...(await session.objectsByName(home, [own, named])).keys()]).toEqual([own])
      expect(backend.mails()).toEqual([])
    }))

    test('a series that gave its name up is not found by it, whatever its exceptions still say', () => withBackend(async (session) => {
      const [own, named] = [nameOf('own.ics'), nameOf('a.ics')]
      await session.put(home, own, daily('a', { overrides: { '2026-03-12T11:00:00Z': { summary: 'Late' } } }), always)
      await session.move(home, own, home, named, always)
      expect([...(await session.objectsByName(home, [own, named])).keys()]).toEqual([named])
      expect((await collect(session.tags(home))).map(({ name }) => name)).toEqual([named])
      expect(await session.nameOf(home, eventUid('a'))).toBe(named)
    }))

    test('the target must be free', () => withBackend(async (session) => {
      const { id: work } = await session.createCalendar({ displayName: 'Work' })
      await session.put(home, nameOf('a.ics'), single('a'), always)
      await session.put(work, nameOf('b.ics'), single('b'), always)
      await expect(session.move(home, nameOf('a.ics'), work, nameOf('b.ics'), always)).rejects.toMatchObject(refused('precondition'))
      await expect(session.move(home, nameOf('x.ics'), work, nameOf('c.ics'), always)).rejects.toMatchObject(refused('gone'))
    }))
  })

  test(`${title}: a revision is of its content: equal ones are read twice`, () => withBackend(async (session) => {
    const stored = await session.put(home, nameOf('a.ics'), single('a'), always)
    const twice = [await readOne(session, home, nameOf('a.ics')), await readOne(session, home, nameOf('a.ics'))]
    expect(twice.map((one) => one.revision)).toEqual([stored.revision, stored.revision])
    expect(stored.revision).not.toBe(revision(''))
  }))
}

/** What a backend tells of an object beyond what was put: HTML beside a text that looks like HTML. */
function told(series: EventSeries): EventSeries {
  if (series.kind !== 'single' || series.event.description === undefined) return series
  const html = 'At noon,<br>with &lt;b&gt;cake&lt;/b&gt; &amp; tea'
  return { ...series, event: { ...series.event, htmlDescription: html } }
}

/** SEQUENCE is the backend's to count up. */
function withSequence(series: EventSeries, stored: EventSeries): EventSeries {
  if (series.kind === 'single' && stored.kind === 'single') return { ...series, event: { ...series.event, sequence: stored.event.sequence } }
  if (series.kind !== 'recurring' || stored.kind !== 'recurring') return series
  const overrides = new Map([...series.overrides].map(([id, event]) => [id, { ...event, sequence: stored.overrides.get(id)?.sequence ?? event.sequence }]))
  return { ...series, master: { ...series.master, sequence: stored.master.sequence }, overrides }
}
