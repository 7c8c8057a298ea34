/** Every operation of a client that costs the backend calls, with what it does when nothing goes wrong. */

import { eventText, freeBusy, get, list, listHome, move, multiget, poll, put, query, remove, rename, sync, syncedIn, calendarText } from './requests.ts'
import type { Ask } from './requests.ts'
import { BEN, ME } from './service.ts'
import type { Answer, Json, Service } from './service.ts'
import { HOME, TEAM } from './world.ts'

export interface Operation {
  readonly name: string
  /** What is there before, by PUT: path, or name in the own calendar, and body. */
  readonly stored?: readonly (readonly [name: string, body: string])[]
  /** What others have done before. */
  prepare?(service: Service): Promise<void>
  /** @param held ETags by href and the sync-token, as of before */
  ask(held: Held): Ask
  /** When nothing goes wrong. */
  readonly status: number
  /** For a client that was told 412 since its first attempt had been carried out: the write that completes it. */
  mend?(etag: string): Ask
}

export interface Held {
  readonly etags: ReadonlyMap<string, string>
  readonly token: string
}

export const CALENDAR = `${HOME}events/`
const at = (name: string): string => `${CALENDAR}${name}`
const [from, to] = ['20260901T000000Z', '20261001T000000Z'] as const
const people = (guest: string): readonly string[] => [`ORGANIZER:mailto:${ME}`, `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ME}`, `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${guest}`]
const meeting = (summary: string): string => eventText('meeting', { summary, lines: people(BEN) })
/** Another guest, who is told by the client. */
const mixed = (summary: string): string => eventText('mixed', { summary, lines: [...people(BEN), 'ATTENDEE;SCHEDULE-AGENT=CLIENT;PARTSTAT=NEEDS-ACTION:mailto:cleo@example.com'] })
const series = (uid: string): string => eventText(uid, { lines: ['RRULE:FREQ=DAILY;COUNT=5'] })
const part = (uid: string, ...lines: readonly string[]): readonly string[] => ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'DURATION:PT1H', ...lines, 'END:VEVENT']
const master = (uid: string, ...lines: readonly string[]): readonly string[] => part(uid, 'DTSTART:20260915T080000Z', 'RRULE:FREQ=DAILY;COUNT=5', `SUMMARY:${uid}`, ...lines)
const later = (uid: string, day: string, ...lines: readonly string[]): readonly string[] => part(uid, `RECURRENCE-ID:202609${day}T080000Z`, `DTSTART:202609${day}T110000Z`, 'SUMMARY:Later', ...lines)
const withOverride = (uid: string): string => calendarText([...master(uid), ...later(uid, '16')])
const withTwo = (uid: string, ...lines: readonly string[]): string => calendarText([...master(uid, ...lines), ...later(uid, '16', ...lines), ...later(uid, '17', ...lines)])
const byOthers = ['ORGANIZER:mailto:cleo@example.com', `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ME}`]

/** Who is invited to the second day alone. */
const withLoneGuest = (uid: string): string => calendarText([
  'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'DTSTART:20260915T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5', `SUMMARY:${uid}`, `ORGANIZER:mailto:${ME}`, 'END:VEVENT',
  'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'RECURRENCE-ID:20260916T080000Z', 'DTSTART:20260916T110000Z', 'DURATION:PT1H', 'SUMMARY:Later', ...people(BEN), 'END:VEVENT',
])

const one = [['one.ics', eventText('one')]] as const
const few = [...one, ['two.ics', eventText('two')], ['series.ics', withOverride('series')]] as const
const ended = eventText('lone', { lines: ['RRULE:FREQ=DAILY;COUNT=1', `ORGANIZER:mailto:${ME}`] })
/** By Ben, to a series of which one instance lies elsewhere. */
async function invite(service: Service): Promise<void> {
  const time = (dateTime: string): Json => ({ dateTime, timeZone: 'UTC' })
  const { id }: Json = await service.rest(BEN, 'POST', `/calendars/${BEN}/events`, {
    iCalUID: 'invited', start: time('2026-09-15T08:00:00Z'), end: time('2026-09-15T09:00:00Z'), recurrence: ['RRULE:FREQ=DAILY;COUNT=5'], attendees: [{ email: ME }],
  })
  await service.rest(BEN, 'PATCH', `/calendars/${BEN}/events/${id}_20260916T080000Z`, { start: time('2026-09-16T11:00:00Z'), end: time('2026-09-16T12:00:00Z') })
}

const absent = { 'If-None-Match': '*' }
const match = ({ etags }: Held, name: string) => ({ 'If-Match': etags.get(at(name))! })

export const reads: readonly Operation[] = [
  { name: 'PROPFIND of the home with ctags', ask: () => listHome(HOME), status: 207 },
  { name: 'poll', stored: one, ask: () => poll(CALENDAR), status: 207 },
  { name: 'poll of another calendar', ask: () => poll(`${HOME}${TEAM}/`), status: 207 },
  { name: 'PROPFIND of a calendar', stored: few, ask: () => list(CALENDAR), status: 207 },
  { name: 'first sync', stored: few, ask: () => sync(CALENDAR), status: 207 },
  { name: 'sync with a change', stored: few, ask: ({ token }) => sync(CALENDAR, token), status: 207 },
  { name: 'multiget', stored: few, ask: () => multiget(CALENDAR, [at('one.ics'), at('two.ics'), at('series.ics')]), status: 207 },
  { name: 'query of a month', stored: few, ask: () => query(CALENDAR, from, to), status: 207 },
  { name: 'GET', stored: one, ask: () => get(at('one.ics')), status: 200 },
  { name: 'free-busy query', stored: few, ask: () => freeBusy(CALENDAR, from, to), status: 200 },
  { name: 'free-busy of others', ask: () => busyOfOthers(), status: 200 },
]

function busyOfOthers(): Ask {
  const body = calendarText(['METHOD:REQUEST', 'BEGIN:VFREEBUSY', 'UID:fb', 'DTSTAMP:20260901T080000Z', `DTSTART:${from}`, `DTEND:${to}`, `ORGANIZER:mailto:${ME}`, `ATTENDEE:mailto:${BEN}`, 'END:VFREEBUSY'])
  return ['POST', `${HOME}outbox/`, { headers: { 'Content-Type': 'text/calendar; charset=utf-8', Originator: `mailto:${ME}`, Recipient: `mailto:${BEN}` }, body }]
}

export const writes: readonly Operation[] = [
  { name: 'PUT new', ask: () => put(at('new.ics'), eventText('new'), absent), status: 201, mend: (etag) => put(at('new.ics'), eventText('new'), { 'If-Match': etag }) },
  { name: 'PUT new under a name of its own', ask: () => put(at('x.ics'), eventText('new'), absent), status: 201, mend: (etag) => put(at('x.ics'), eventText('new'), { 'If-Match': etag }) },
  { name: 'PUT new with guests', ask: () => put(at('meeting.ics'), meeting('New'), absent), status: 201, mend: (etag) => put(at('meeting.ics'), meeting('New'), { 'If-Match': etag }) },
  { name: 'PUT new with an override', ask: () => put(at('s.ics'), withOverride('s'), absent), status: 201, mend: (etag) => put(at('s.ics'), withOverride('s'), { 'If-Match': etag }) },
  { name: 'PUT changed', stored: one, ask: (held) => put(at('one.ics'), eventText('one', { summary: 'Changed' }), match(held, 'one.ics')), status: 204, mend: (etag) => put(at('one.ics'), eventText('one', { summary: 'Changed' }), { 'If-Match': etag }) },
  { name: 'PUT over whatever is there', stored: one, ask: () => put(at('one.ics'), eventText('one', { summary: 'Changed' })), status: 204 },
  { name: 'PUT changed with guests', stored: [['meeting.ics', meeting('Old')]], ask: (held) => put(at('meeting.ics'), meeting('Changed'), match(held, 'meeting.ics')), status: 204, mend: (etag) => put(at('meeting.ics'), meeting('Changed'), { 'If-Match': etag }) },
  { name: 'PUT of an override', stored: [['s.ics', series('s')]], ask: (held) => put(at('s.ics'), withOverride('s'), match(held, 's.ics')), status: 204, mend: (etag) => put(at('s.ics'), withOverride('s'), { 'If-Match': etag }) },
  { name: 'PUT of a series with overrides over a single event', stored: [['s.ics', eventText('s')]], ask: (held) => put(at('s.ics'), withTwo('s'), match(held, 's.ics')), status: 204, mend: (etag) => put(at('s.ics'), withTwo('s'), { 'If-Match': etag }) },
  { name: 'PUT of a mailed series over a copy of one instance', stored: [['copy.ics', calendarText(later('copy', '16', ...byOthers))]], ask: (held) => put(at('copy.ics'), withTwo('copy', ...byOthers), match(held, 'copy.ics')), status: 204, mend: (etag) => put(at('copy.ics'), withTwo('copy', ...byOthers), { 'If-Match': etag }) },
  { name: 'DELETE', stored: one, ask: (held) => remove(at('one.ics'), match(held, 'one.ics')), status: 204 },
  { name: 'DELETE of whatever is there', stored: one, ask: () => remove(at('one.ics')), status: 204 },
  { name: 'PUT changed with a guest not to be told', stored: [['mixed.ics', mixed('Old')]], ask: (held) => put(at('mixed.ics'), mixed('Changed'), match(held, 'mixed.ics')), status: 204, mend: (etag) => put(at('mixed.ics'), mixed('Changed'), { 'If-Match': etag }) },
  { name: 'DELETE with a guest not to be told', stored: [['mixed.ics', mixed('Old')]], ask: (held) => remove(at('mixed.ics'), match(held, 'mixed.ics')), status: 204, mend: (etag) => remove(at('mixed.ics'), { 'If-Match': etag }) },
  { name: 'PUT that ends a series before a guest\'s instance', stored: [['lone.ics', withLoneGuest('lone')]], ask: (held) => put(at('lone.ics'), ended, match(held, 'lone.ics')), status: 204, mend: (etag) => put(at('lone.ics'), ended, { 'If-Match': etag }) },
  { name: 'DELETE of a series with a guest of one instance', stored: [['lone.ics', withLoneGuest('lone')]], ask: (held) => remove(at('lone.ics'), match(held, 'lone.ics')), status: 204, mend: (etag) => remove(at('lone.ics'), { 'If-Match': etag }) },
  { name: 'DELETE of an invitation to a series with a moved instance', prepare: invite, ask: (held) => remove(at('invited.ics'), match(held, 'invited.ics')), status: 204, mend: (etag) => remove(at('invited.ics'), { 'If-Match': etag }) },
  { name: 'DELETE with guests', stored: [['meeting.ics', meeting('Old')]], ask: (held) => remove(at('meeting.ics'), match(held, 'meeting.ics')), status: 204 },
]

export const transfers: readonly Operation[] = [
  { name: 'MOVE to another calendar', stored: one, ask: () => move(at('one.ics'), `${HOME}${TEAM}/one.ics`), status: 201 },
  { name: 'MOVE to another name', stored: one, ask: () => move(at('one.ics'), at('renamed.ics')), status: 201 },
  { name: 'COPY', stored: one, ask: () => ['COPY', at('one.ics'), { headers: { Destination: `${HOME}${TEAM}/one.ics` } }], status: 201 },
  { name: 'PROPPATCH', ask: () => rename(`${HOME}${TEAM}/`, 'New name'), status: 207 },
  { name: 'MKCALENDAR', ask: () => ['MKCALENDAR', `${HOME}made/`, {}], status: 201 },
  { name: 'DELETE of a calendar with a meeting', stored: [[`${HOME}${TEAM}/meeting.ics`, meeting('To come').replaceAll(':2026', ':2096')]], ask: () => remove(`${HOME}${TEAM}/`), status: 204 },
  { name: 'DELETE of a calendar', ask: () => remove(`${HOME}${TEAM}/`), status: 204 },
]

/** Everything that users would see at the service, versions and times of changes left out; mails too. */
export async function stateOf(service: Service): Promise<unknown> {
  const { items: entries }: Json = await service.rest(ME, 'GET', '/users/me/calendarList')
  const calendars = [...entries].sort((a: Json, b: Json) => (a['summary'] < b['summary'] ? -1 : 1))
  const events = []
  for (const { id, summary, summaryOverride } of calendars) {
    const { items }: Json = await service.rest(ME, 'GET', `/calendars/${id}/events?maxResults=2500`)
    events.push({ calendar: summaryOverride ?? summary, events: items.map(lasting).sort((a: Json, b: Json) => (a['id'] < b['id'] ? -1 : 1)) })
  }
  return { events, mails: service.emulator.mails().map(({ recipient, kind }) => `${recipient} ${kind}`).sort() }
}

function lasting({ etag: _etag, updated: _updated, created: _created, sequence: _sequence, ...rest }: Json): Json {
  return rest as Json
}

/** What a client knows before its request. */
export async function heldBy(ask: (...request: Ask) => Promise<Answer>): Promise<Held> {
  const { told, token } = syncedIn(await ask(...sync(CALENDAR)))
  return { token, etags: new Map(told.flatMap(([href, etag]) => (etag === undefined ? [] : [[href, etag]]))) }
}
