/** Each recorded kind of request gives a body of the recorded shape (reference/recorded/INDEX.md). */

import { existsSync, readFileSync } from 'node:fs'

import { afterEach, describe, expect, it } from 'vitest'

import { hourAt, pseudoRandom, startOfTests, type Answer, type Json } from './client.ts'
import { createEmulator } from '../../../src/backends/emulator/index.ts'
import { shapeDifferences } from './shape.ts'

const folder = '../shared/reference/recorded'
const isThere = existsSync(folder)
if (!isThere) console.warn('skipped: the recorded bodies of the service, which these tests compare with, are not at hand')

const user = 'user@example.com'

interface Caller {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  readonly emulator: ReturnType<typeof createEmulator>
}

let close: (() => void) | undefined
afterEach(() => close?.())

function caller(): Caller {
  const emulator = createEmulator({ control: true, now: () => startOfTests, randomBytes: pseudoRandom(), timeZone: 'America/Sao_Paulo' })
  close = () => emulator.close()
  emulator.ensureAccount(user)
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await emulator.fetch(new Request(`http://emulator/calendar/v3${path}`, {
      method, headers: { authorization: `Bearer test:${user}`, ...headers }, body: body === undefined ? null : JSON.stringify(body),
    }))
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) as Json }
  }
  return Object.assign(call, { emulator })
}

const read = (file: string): Json => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
const events = '/calendars/primary/events'
const weekly = {
  summary: 'Test Recurring Meeting', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'],
  start: { dateTime: '2026-03-15T10:00:00-03:00', timeZone: 'America/Sao_Paulo' }, end: { dateTime: '2026-03-15T11:00:00-03:00', timeZone: 'America/Sao_Paulo' },
}

const newCalendar = async (call: Caller, body: object = { summary: 'Test Calendar' }): Promise<string> => (await call('POST', '/calendars', body)).body.id
const insert = async (call: Caller, body: object, path = events): Promise<Json> => (await call('POST', path, body)).body

interface Recording {
  readonly file: string
  /** Takes the recorded body out of its file. */
  readonly pick?: (file: Json) => Json
  /** How the answer is brought about. */
  readonly act: (call: Caller, file: Json) => Promise<Answer>
  readonly order?: 'any'
  readonly status?: number
  /** Recorded members that depend on the account or the time: display names, profile ids. */
  readonly without?: readonly string[]
  /** Members that the service has added since the recording. */
  readonly newer?: readonly string[]
}

const rows: readonly Recording[] = [
  { file: 'calendarList/insert-holidays.json', act: (call, file) => call('POST', '/users/me/calendarList', file.request.body) },
  { file: 'calendarList/update.json', act: async (call, file) => {
    const id = await newCalendar(call, { summary: 'x', description: 'y', location: 'New York', timeZone: 'America/New_York' })
    return call('PUT', `/users/me/calendarList/${id}`, file.request.body)
  } },
  { file: 'calendarList/get-primary.json', act: async (call) => {
    await call('PATCH', '/users/me/calendarList/primary', { summaryOverride: 'Mine', defaultReminders: [] })
    return call('GET', '/users/me/calendarList/primary')
  } },
  { file: 'calendarList/list-with-deleted.json', pick: (file) => ({ ...file.response.body, items: [file.response.body.items[2], file.response.body.items[0]] }), act: async (call) => {
    const kept = await newCalendar(call)
    const gone = await newCalendar(call)
    await call('DELETE', `/calendars/${gone}`)
    const all = await call('GET', '/users/me/calendarList?maxResults=250&showDeleted=true&showHidden=true')
    const items = [kept, gone].map((id) => all.body.items.find((item: Json) => item.id === id))
    return { ...all, body: { ...all.body, items } }
  } },
  { file: 'calendarList/list-classic.json', pick: (file) => ({ ...file.response.body, items: [file.response.body.items[0], file.response.body.items[3]] }), act: async (call) => {
    const ids = ['p#weather@group.v.calendar.google.com', 'addressbook#contacts@group.v.calendar.google.com']
    for (const id of ids) await control(call, 'calendars', { owner: user, id, summary: 's', description: 'd', timeZone: 'America/Chicago', accessRole: 'reader' })
    await call('PATCH', `/users/me/calendarList/${encodeURIComponent(ids[1] ?? '')}`, { summaryOverride: 'Contacts' })
    const all = await call('GET', '/users/me/calendarList')
    return { ...all, body: { ...all.body, items: ids.map((id) => all.body.items.find((item: Json) => item.id === id)) } }
  } },
  { file: 'calendarList/list-roles.json', pick: (file) => file.response.items.items[2], order: 'any', without: ['etag'], newer: ['etag'], act: (call) => call('GET', '/users/me/calendarList/primary') },
  { file: 'calendarList/list-roles.json', pick: (file) => file.response.items.items[4], order: 'any', without: ['etag'], newer: ['etag', 'description'], act: (call) =>
    call('POST', '/users/me/calendarList', { selected: true, id: 'en.usa#holiday@group.v.calendar.google.com' }) },
  { file: 'oauth/400-invalid_grant.json', status: 400, act: (call, file) => token(call, file.request.form) },
  { file: 'oauth/400-code-redeemed.json', order: 'any', status: 400, act: (call) => token(call, { grant_type: 'authorization_code', code: 'CODE' }) },
  { file: 'oauth/token-exchange-2015.json', order: 'any', newer: ['scope'], without: ['access_token', 'refresh_token'], act: async (call) => {
    const { body: { access_token: access, refresh_token: refresh, ...rest }, ...answer } = await token(call, { grant_type: 'authorization_code', code: `emulator:${user}` })
    expect([typeof access, typeof refresh]).toEqual(['string', 'string'])
    return { ...answer, body: rest }
  } },
  { file: 'calendars/get-primary.json', act: (call) => call('GET', '/calendars/primary') },
  { file: 'calendars/insert-2015.json', order: 'any', without: ['etag'], newer: ['etag', 'timeZone', 'dataOwner', 'conferenceProperties'], act: (call, file) => call('POST', '/calendars', file.request.body) },
  { file: 'calendars/insert.json', act: (call, file) => call('POST', '/calendars', file.request.body) },
  { file: 'calendars/clear-and-list.json', pick: (file) => file.exchanges[0].response.body, act: async (call) => {
    await insert(call, hourAt('2026-03-13T10:00:00Z', { summary: 'Test Event 1' }))
    await insert(call, hourAt('2026-03-14T12:00:00Z', { summary: 'Test Event 2' }))
    return call('GET', `${events}?maxResults=2500`)
  } },
  { file: 'calendars/clear-and-list.json', pick: (file) => file.exchanges[1].response.body, status: 204, act: async (call) => {
    const { id } = await insert(call, hourAt('2026-03-13T10:00:00Z'))
    return call('DELETE', `${events}/${id}`)
  } },
  { file: 'calendars/clear-and-list.json', pick: (file) => file.exchanges[3].response.body, status: 204, act: (call) => call('POST', '/calendars/primary/clear') },
  { file: 'events/insert-timed.json', act: async (call, file) => call('POST', `/calendars/${await newCalendar(call)}/events`, file.request.body) },
  { file: 'events/insert-all-day.json', act: (call, file) => call('POST', events, file.request.body) },
  { file: 'events/insert-recurring.json', act: (call, file) => call('POST', events, file.request.body) },
  { file: 'events/insert-2015.json', without: ['creator.displayName'], newer: ['eventType'], act: async (call, file) => call('POST', `/calendars/${await newCalendar(call)}/events`, file.request.body) },
  { file: 'events/import-upsert.json', act: async (call, file) => {
    await call('POST', `${events}/import`, { ...file.request.body, summary: 'Before' })
    return call('POST', `${events}/import?conferenceDataVersion=0`, file.request.body)
  } },
  { file: 'events/import-private-copy.json', order: 'any', without: ['creator.displayName', 'attendees.0.id'], newer: ['eventType'], act: (call) => call('POST', `${events}/import`, {
    iCalUID: '009c2cc9-0781-482d-8ccd-8fc9bfeb3138', summary: 'KDE PIM Sprint', description: 'd', location: 'l', guestsCanInviteOthers: false,
    recurrence: ['RRULE:FREQ=YEARLY;BYMONTHDAY=20;BYMONTH=4'], start: { date: '2018-04-20' }, end: { date: '2018-04-23' },
    organizer: { email: 'MockAccount', displayName: 'MockAccount' }, attendees: [{ email: user, displayName: 'KDE Hacker 1' }],
    reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 430 }, { method: 'popup', minutes: 10 }] },
  }) },
  { file: 'events/patch-noop.json', act: async (call, file) => {
    const { id } = await insert(call, { ...hourAt('2024-12-15T15:00:00Z', { summary: 's', description: 'd', location: file.request.body.location }) })
    return call('PATCH', `${events}/${id}`, file.request.body)
  } },
  { file: 'events/patch-attendees.json', pick: (file) => file.exchanges[1].response.body, act: async (call, file) => {
    const { id } = await insert(call, hourAt('2026-03-14T13:00:00Z', { summary: 's' }))
    return call('PATCH', `${events}/${id}`, file.exchanges[1].request.body)
  } },
  { file: 'events/put-on-cancelled.json', pick: (file) => file.exchanges[1].response.body, act: async (call) => {
    const { id } = await insert(call, hourAt('2026-03-15T10:00:00Z', { summary: 's', description: 'd', attendees: [{ email: 'test.attendee@example.com', responseStatus: 'accepted' }] }))
    await call('DELETE', `${events}/${id}`)
    const { body } = await call('GET', `${events}/${id}`)
    return call('PUT', `${events}/${id}`, body)
  } },
  { file: 'events/instances.json', act: async (call) => {
    const { id } = await insert(call, weekly)
    return call('GET', `${events}/${id}/instances`)
  } },
  { file: 'events/list-empty-page.json', act: async (call) => {
    for (const day of ['10', '11', '12', '13', '14', '15']) {
      const { id } = await insert(call, hourAt(`2026-03-${day}T10:00:00Z`))
      if (day !== '15') await call('DELETE', `${events}/${id}`)
    }
    // The live one moves behind the deleted ones.
    const { body } = await call('GET', events)
    await call('PATCH', `${events}/${body.items[0].id}`, { summary: 'last' })
    return call('GET', `${events}?maxResults=5`)
  } },
  { file: 'events/list-no-sync-token.json', act: (call) => call('GET', `${events}?maxResults=250&orderBy=startTime&singleEvents=true&timeMin=2026-02-19T00:00:00Z`) },
  { file: 'events/list-single-events-page.json', act: async (call) => {
    await insert(call, hourAt('2026-03-12T10:00:00Z', { summary: 'a' }))
    await insert(call, hourAt('2026-03-13T10:00:00Z', { summary: 'b' }))
    return call('GET', `${events}?maxResults=1&orderBy=startTime&singleEvents=true&timeMin=2026-03-12T07:30:00.000Z`)
  } },
  { file: 'events/list-full-2015.json', without: ['etag', 'items.0.creator.displayName', 'items.1.creator.displayName', 'items.2.creator.displayName'], newer: ['eventType', 'etag', 'conferenceProperties'], act: async (call) => {
    const path = `/calendars/${await newCalendar(call, { summary: 'Temp Test Calendar' })}/events`
    const closed = { guestsCanInviteOthers: false, guestsCanSeeOtherGuests: false }
    await insert(call, hourAt('2014-12-20T22:15:27Z', { summary: 'Test Event 1', ...closed }), path)
    await insert(call, hourAt('2014-12-20T22:03:20Z', { summary: 'Test Event 2', ...closed }), path)
    await insert(call, { summary: 'Test Event 3', start: { date: '2014-12-20' }, end: { date: '2014-12-21' }, reminders: { useDefault: true }, ...closed }, path)
    return call('GET', path)
  } },
  { file: 'events/list-page1.json', order: 'any', without: ['items.0.attendees.0.id', 'items.0.attendees.1.id', 'items.0.creator.displayName', 'items.0.organizer.email'], newer: ['email'], act: (call) => page(call, 1) },
  { file: 'events/list-page2.json', order: 'any', without: ['items.0.attendees', 'items.0.privateCopy', 'items.0.guestsCanInviteOthers', 'items.0.organizer', 'items.0.creator'], newer: ['nextSyncToken', 'organizer', 'creator'], act: (call) => page(call, 2) },
  { file: 'events/delete-if-match.json', status: 204, act: async (call) => {
    const path = `/calendars/${await newCalendar(call)}/events`
    const { id, etag } = await insert(call, hourAt('2014-12-20T22:15:27Z'), path)
    return call('DELETE', `${path}/${id}`, undefined, { 'if-match': etag })
  } },
  { file: 'events/all-day.json', pick: (file) => file.items[0], without: ['private'], act: (call) => call('POST', events, {
    summary: 'Feb 22', start: { date: '2022-02-22' }, end: { date: '2022-02-23' }, transparency: 'transparent', reminders: { useDefault: false },
  }) },
  { file: 'events/timed-single.json', pick: (file) => file.items[0], without: ['creator.displayName', 'organizer.displayName'], act: (call) =>
    call('POST', events, hourAt('2012-10-26T19:00:00Z', { summary: 's', description: 'd', location: 'l', extendedProperties: { private: { origin: 'client-app', priority: 'work' } } })) },
  { file: 'events/cancelled-items.json', pick: (file) => file.items[1], act: async (call) => {
    const { id } = await insert(call, weekly)
    await call('DELETE', `${events}/${id}_20260329T130000Z`)
    await call('PATCH', `${events}/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260323T025959Z'] })
    const answer = await call('GET', `${events}?showDeleted=true`)
    return { ...answer, body: answer.body.items.find(({ status }: Json) => status === 'cancelled') }
  } },
  { file: 'events/move-second-call.json', act: async (call) => {
    const [from, to] = [await newCalendar(call), await newCalendar(call)]
    const { id } = await insert(call, hourAt('2026-03-16T10:00:00Z', { summary: 's', description: 'd' }), `/calendars/${from}/events`)
    await call('POST', `/calendars/${from}/events/${id}/move?destination=${to}`)
    return call('POST', `/calendars/${from}/events/${id}/move?destination=${to}`)
  } },
  { file: 'events/recurring-and-instances.json', pick: (file) => file.items[0], act: async (call) => call('POST', events, weekly) },
  { file: 'freebusy/query.json', act: (call, file) => call('POST', '/freeBusy', file.request.body) },
  { file: 'freebusy/query-busy.json', order: 'any', pick: (file) => ({ ...file.response.body, calendars: { primary: file.response.body.calendars.MockAccount } }), act: async (call) => {
    await insert(call, hourAt('2018-04-01T10:30:00Z'))
    return call('POST', '/freeBusy', { timeMin: '2018-04-01T08:00:00Z', timeMax: '2018-04-02T14:00:00Z', timeZone: 'Europe/Prague', items: [{ id: 'primary' }] })
  } },
  { file: 'misc/colors.json', act: (call) => call('GET', '/colors') },
  { file: 'misc/settings-list.json', act: (call) => call('GET', '/users/me/settings') },
  { file: 'misc/watch-events.json', act: (call, file) => call('POST', `${events}/watch`, file.request.body) },
  { file: 'acl/insert-default.json', act: (call, file) => call('POST', '/calendars/primary/acl', file.request.body) },
  { file: 'acl/list.json', pick: (file) => ({ ...file.response.body, items: file.response.body.items.slice(0, 2) }), act: async (call) => {
    await call('POST', '/calendars/primary/acl', { role: 'reader', scope: { type: 'user', value: 'person1@example.com' } })
    await call('POST', '/calendars/primary/acl', { role: 'writer', scope: { type: 'domain', value: 'vendor.dev' } })
    return call('GET', '/calendars/user@example.com/acl?maxResults=2')
  } },
  { file: 'sync/instance-deleted-1.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    await call('DELETE', `${events}/${id}_20260322T130000Z`)
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/instance-edited-time.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    await call('PATCH', `${events}/${id}_20260322T130000Z`, {
      description: 'changed time', start: { dateTime: '2026-03-22T20:00:00-03:00' }, end: { dateTime: '2026-03-22T21:00:00-03:00' },
    })
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/series-deleted-1.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    await call('DELETE', `${events}/${id}`)
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/tail-deleted-2.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    await call('DELETE', `${events}/${id}_20260329T130000Z`)
    await call('PATCH', `${events}/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260323T025959Z'] })
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/tail-deleted-1.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    await call('DELETE', `${events}/${id}_20260322T130000Z`)
    await call('PATCH', `${events}/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260323T025959Z'] })
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/instances-edited-title-x3.json', act: async (call) => {
    const { id, token } = await seriesAndToken(call)
    for (const instance of ['20260322T130000Z', '20260329T130000Z', '20260405T130000Z']) await edit(instance, { summary: 'just this one' })(call, id)
    return call('GET', `${events}?syncToken=${token}`)
  } },
  { file: 'sync/split-same-time.json', without: ['items.1.id'], newer: ['id'], act: (call) => split(call, { tail: { description: 'd', ...tailOf('a') } }) },
  { file: 'sync/split-time-changed.json', act: (call) => split(call, { tail: { description: 'd', sequence: 1 } }) },
  { file: 'sync/split-again.json', pick: (file) => ({ ...file.response.body, items: file.response.body.items.slice(1) }), without: ['items.0.id'], newer: ['id'], act: async (call) => {
    const answer = await split(call, { tail: { description: 'd', sequence: 1, ...tailOf('b') } })
    return { ...answer, body: { ...answer.body, items: answer.body.items.slice(1) } }
  } },
  { file: 'sync/split-with-exception.json', without: ['items.2.id'], newer: ['id'], act: (call) => split(call, {
    before: edit('20260315T130000Z', { summary: 'just this one', description: 'd' }), tail: { description: 'd', ...tailOf('c') },
  }) },
  { file: 'sync/split-with-earlier-exceptions.json', without: ['items.3.id'], newer: ['id'], act: (call) => split(call, {
    before: async (_, id) => {
      await edit('20260315T130000Z', later)(call, id)
      await edit('20260322T130000Z', later)(call, id)
    },
    tail: tailOf('d'),
  }) },
  { file: 'sync/series-edited-all-1.json', without: ['items.2.id'], newer: ['id'], act: (call) => split(call, {
    before: edit('20260315T130000Z', { summary: 'just this one' }), tail: tailOf('e'),
    after: async (_, master, tail) => {
      const all = { summary: 'all', description: 'd' }
      for (const id of [master, `${master}_20260315T130000Z`, tail]) await call('PATCH', `${events}/${id}`, all)
    },
  }) },
  // Only the service's own programs give a tail an id that ends in `_R`, and its instances that of the root.
  { file: 'events/cancelled-instance-of-split.json', without: ['id', 'recurringEventId'], newer: ['id', 'recurringEventId', 'timeZone'], act: async (call) => {
    const answer = await split(call, { tail: tailOf('f'), after: async (_, _master, tail) => void await call('DELETE', `${events}/${tail}_20260405T130000Z`) })
    return { ...answer, body: answer.body.items.find((item: Json) => item.recurringEventId !== undefined) }
  } },
  { file: 'sync/recurring-created.json', act: async (call) => {
    const { body } = await call('GET', events)
    await insert(call, weekly)
    return call('GET', `${events}?syncToken=${body.nextSyncToken}`)
  } },
]

interface Split {
  /** What the tail is inserted with, beside its times. */
  readonly tail: object
  readonly before?: (call: Caller, id: string) => Promise<void>
  readonly after?: (call: Caller, master: string, tail: string) => Promise<void>
}

/** "This and following", as clients of the API do it: the series is cut, and its tail inserted as another one. */
async function split(call: Caller, { tail, before, after }: Split): Promise<Answer> {
  const { id, token } = await seriesAndToken(call)
  await before?.(call, id)
  await call('PATCH', `${events}/${id}`, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260329T025959Z'] })
  const times = { start: { dateTime: '2026-03-29T10:00:00-03:00', timeZone: 'America/Sao_Paulo' }, end: { dateTime: '2026-03-29T11:00:00-03:00', timeZone: 'America/Sao_Paulo' } }
  const { id: tailId } = await insert(call, { summary: 'Tail', recurrence: ['RRULE:FREQ=WEEKLY'], ...times, ...tail })
  await after?.(call, id, tailId)
  return call('GET', `${events}?syncToken=${token}`)
}

/** The first or second page of a list of two events in a calendar with default reminders. */
async function page(call: Caller, number: 1 | 2): Promise<Answer> {
  const id = await newCalendar(call, { summary: 'MockAccount', timeZone: 'Europe/Prague' })
  const path = `/calendars/${id}/events`
  await call('PATCH', `/users/me/calendarList/${id}`, { defaultReminders: [{ method: 'email', minutes: 10 }, { method: 'popup', minutes: 10 }] })
  const guests = [{ email: 'attendee1@kde.test' }, { email: 'attendee2@kde.test' }]
  const more = { summary: 's', description: 'd', location: 'l' }
  await insert(call, hourAt('2018-04-01T08:30:00Z', { ...more, attendees: guests, reminders: { useDefault: false } }), path)
  await call('POST', `${path}/import`, {
    ...more, iCalUID: '009c2cc9-0781-482d-8ccd-8fc9bfeb3138', recurrence: ['RRULE:FREQ=YEARLY;BYMONTHDAY=20;BYMONTH=4'],
    start: { date: '2018-04-20' }, end: { date: '2018-04-23' }, reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 430 }] },
  })
  const first = await call('GET', `${path}?maxResults=1`)
  return number === 1 ? first : call('GET', `${path}?maxResults=1&pageToken=${first.body.nextPageToken}`)
}

async function control({ emulator }: Caller, name: string, body: object): Promise<void> {
  await emulator.fetch(new Request(`http://emulator/_control/${name}`, { method: 'POST', body: JSON.stringify(body) }))
}

async function token({ emulator }: Caller, form: Record<string, string>): Promise<Answer> {
  const { status, headers, ...response } = await emulator.fetch(new Request('http://emulator/token', { method: 'POST', body: new URLSearchParams(form) }))
    .then(async (answer) => ({ status: answer.status, headers: answer.headers, body: await answer.json() as Json }))
  return { status, headers, ...response }
}

/** The UID that the service's own programs give to a tail. They give it such an id too, which callers of the API cannot. */
const tailOf = (uid: string): object => ({ iCalUID: `${uid}_R20260329T130000@google.com` })

const edit = (instance: string, body: object) => async (call: Caller, id: string): Promise<void> => {
  await call('PATCH', `${events}/${id}_${instance}`, body)
}
const later = { start: { dateTime: '2026-03-22T16:00:00-03:00' }, end: { dateTime: '2026-03-22T17:00:00-03:00' } }

async function seriesAndToken(call: Caller): Promise<{ id: string; token: string }> {
  const { id } = await insert(call, weekly)
  const { body } = await call('GET', events)
  return { id, token: body.nextSyncToken }
}

function drop(body: Json, path: string): Json {
  const [first = '', ...rest] = path.split('.')
  if (Array.isArray(body)) return body.map((each, index) => String(index) === first ? drop(each, rest.join('.')) : each)
  if (rest.length === 0) return Object.fromEntries(Object.entries(body).filter(([name]) => name !== first))
  return { ...body, [first]: drop(body[first], rest.join('.')) }
}

describe.skipIf(!isThere)('recorded bodies', () => {
  it.each(rows)('$file', async ({ file, pick = (each: Json) => each.response.body, act, order, status = 200, without = [], newer = [] }) => {
    const recorded = read(file)
    const answer = await act(caller(), recorded)
    expect(answer.status).toBe(status)
    const expected = without.reduce(drop, pick(recorded))
    const differences = shapeDifferences(expected, answer.body, order)
    expect(differences.filter((text) => !newer.some((name) => text.endsWith(`.${name}: not recorded`)))).toEqual([])
  })

  it('single resources carry their etag as a header, collections do not', async () => {
    const call = caller()
    const inserted = await call('POST', events, hourAt('2026-03-13T10:00:00Z'))
    expect(inserted.headers.get('etag')).toBe(inserted.body.etag)
    expect((await call('GET', events)).headers.get('etag')).toBeNull()
  })

  it('palette and colours are the recorded ones', async () => {
    expect((await caller()('GET', '/colors')).body).toEqual(read('misc/colors.json').response.body)
  })

  it('holiday calendars are named as recorded', async () => {
    const file = read('calendarList/insert-holidays.json')
    const { body } = await caller()('POST', '/users/me/calendarList', file.request.body)
    expect({ ...body, etag: '', colorId: '', backgroundColor: '' }).toEqual({ ...file.response.body, etag: '', colorId: '', backgroundColor: '' })
  })
})

describe.skipIf(!isThere)('recorded refusals, exactly', () => {
  const errors: Json[] = isThere ? read('errors/bodies.json') : []
  const bodyOf = (name: string): Json => errors.find((each) => each.name === name).response.body
  const provoke: Record<string, (call: Caller) => Promise<Answer>> = {
    '410-fullSyncRequired': async (call) => {
      const { body } = await call('GET', events)
      await call.emulator.fetch(new Request('http://emulator/_control/expire-sync-tokens', { method: 'POST' }))
      return call('GET', `${events}?syncToken=${body.nextSyncToken}`)
    },
    '400-invalid-sync-token': (call) => call('GET', `${events}?syncToken=x`),
    '404-notFound': (call) => call('GET', `${events}/aaaaaaa`),
    '409-duplicate': async (call) => {
      await insert(call, hourAt('2026-03-13T10:00:00Z', { id: 'abcde' }))
      return call('POST', events, hourAt('2026-03-13T10:00:00Z', { id: 'abcde' }))
    },
    '410-deleted': async (call) => {
      const { id } = await insert(call, hourAt('2026-03-13T10:00:00Z'))
      await call('DELETE', `${events}/${id}`)
      return call('DELETE', `${events}/${id}`)
    },
    '400-participantIsNeitherOrganizerNorAttendee': (call) =>
      call('POST', `${events}/import`, hourAt('2026-03-13T10:00:00Z', { iCalUID: 'u', organizer: { email: 'other@example.com' } })),
    '400-missing-attendee-email': (call) => call('POST', events, hourAt('2026-03-13T10:00:00Z', { attendees: [{ displayName: 'x' }] })),
    '400-invalid-resource-id': (call) => call('POST', events, hourAt('2026-03-13T10:00:00Z', { id: 'UPPER' })),
    '410-updatedMinTooLongAgo': (call) => call('GET', `${events}?updatedMin=2020-01-01T00:00:00Z`),
    ...Object.fromEntries(['rateLimitExceeded', 'userRateLimitExceeded', 'dailyLimitExceeded', 'quotaExceeded'].map((reason) => [`403-${reason}`, async (call: Caller) => {
      await call.emulator.fetch(new Request('http://emulator/_control/faults', { method: 'POST', body: JSON.stringify({ status: 403, reason }) }))
      return call('GET', events)
    }])),
  }

  it.each(errors.map(({ name }) => name as string))('%s', async (name) => {
    const answer = await provoke[name]?.(caller())
    expect(answer?.body).toEqual(bodyOf(name))
    expect(answer?.status).toBe(bodyOf(name).error.code)
  })
})
