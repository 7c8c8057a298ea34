/** Each recorded kind of request gives a body of the recorded shape (reference/recorded/INDEX.md). */

import { existsSync, readFileSync } from 'node:fs'

import { afterEach, describe, expect, it } from 'vitest'

import { hourAt, pseudoRandom, startOfTests, type Answer, type Json } from './client.ts'
import { createEmulator } from '../../../src/backends/emulator/index.ts'
import { shapeDifferences } from './shape.ts'

const folder = '../shared/reference/recorded'
const isThere = existsSync(folder)
if (!isThere) console.warn(`skipped: ${folder} is not there, so recorded bodies cannot be compared`)

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

/** How each recorded answer is brought about; `pick` takes the recorded body out of its file. */
const rows: readonly { file: string; pick?: (file: Json) => Json; act: (call: Caller, file: Json) => Promise<Answer>; order?: 'any'; status?: number; without?: string[] }[] = [
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
  { file: 'calendars/get-primary.json', act: (call) => call('GET', '/calendars/primary') },
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
  { file: 'events/insert-2015.json', without: ['creator.displayName'], act: async (call, file) => call('POST', `/calendars/${await newCalendar(call)}/events`, file.request.body) },
  { file: 'events/import-upsert.json', act: async (call, file) => {
    await call('POST', `${events}/import`, { ...file.request.body, summary: 'Before' })
    return call('POST', `${events}/import?conferenceDataVersion=0`, file.request.body)
  } },
  { file: 'events/import-private-copy.json', order: 'any', without: ['creator.displayName', 'attendees.0.id'], act: (call) => call('POST', `${events}/import`, {
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
  { file: 'sync/recurring-created.json', act: async (call) => {
    const { body } = await call('GET', events)
    await insert(call, weekly)
    return call('GET', `${events}?syncToken=${body.nextSyncToken}`)
  } },
]

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
  it.each(rows)('$file', async ({ file, pick = (each: Json) => each.response.body, act, order, status = 200, without = [] }) => {
    const recorded = read(file)
    const answer = await act(caller(), recorded)
    expect(answer.status).toBe(status)
    // What the index tells of the time and the account: display names and profile ids of 2015 to 2018, event types since 2021.
    const expected = without.reduce(drop, pick(recorded))
    const old = ['events/insert-2015.json', 'events/import-private-copy.json'].includes(file)
    const differences = shapeDifferences(expected, answer.body, order).filter((text) => !(old && text === '.eventType: not recorded'))
    expect(differences).toEqual([])
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
