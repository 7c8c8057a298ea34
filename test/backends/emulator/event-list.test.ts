import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { anna, ben, events, hourAt, ids, reasonOf, testEmulator, type Json, type TestEmulator } from './client.ts'

let emulator: TestEmulator
beforeEach(() => {
  emulator = testEmulator({ timeZone: 'Europe/Berlin' })
})
afterEach(() => emulator.close())

const get = async (query: string): Promise<Json> => (await emulator.call(anna, 'GET', `${events}?${query}`)).body
const add = async (body: object): Promise<Json> => (await emulator.call(anna, 'POST', events, body)).body
const weekly = (more: object = {}): object => hourAt('2026-03-02T09:00:00Z', { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'], ...more })

describe('events.list: what each list shows (reference §6.3)', () => {
  let single: string
  let gone: string
  let series: string
  let deadSeries: string
  let token: string
  const moved = (): string => `${series}_20260309T090000Z`
  const cancelled = (): string => `${series}_20260316T090000Z`

  beforeEach(async () => {
    token = (await get('')).nextSyncToken
    single = (await add(hourAt('2026-03-10T10:00:00Z'))).id
    gone = (await add(hourAt('2026-03-10T12:00:00Z'))).id
    series = (await add(weekly())).id
    deadSeries = (await add(weekly())).id
    await emulator.call(anna, 'PATCH', `${events}/${moved()}`, { summary: 'moved', start: { dateTime: '2026-03-09T15:00:00Z' }, end: { dateTime: '2026-03-09T16:00:00Z' } })
    await emulator.call(anna, 'DELETE', `${events}/${cancelled()}`)
    await emulator.call(anna, 'DELETE', `${events}/${gone}`)
    await emulator.call(anna, 'DELETE', `${events}/${deadSeries}`)
  })

  const sorted = (list: string[]): string[] => list.toSorted()
  const plainInstances = (): string[] => [`${series}_20260302T090000Z`, `${series}_20260323T090000Z`]

  it('default: masters, exceptions, cancelled instances, nothing deleted', async () => {
    const body = await get('')
    expect(sorted(ids(body))).toEqual(sorted([single, series, moved(), cancelled()]))
    const bare = body.items.find((item: Json) => item.id === cancelled())
    expect(Object.keys(bare)).toEqual(['kind', 'etag', 'id', 'status', 'recurringEventId', 'originalStartTime'])
  })

  it('showDeleted: deleted ones too', async () => {
    expect(sorted(ids(await get('showDeleted=true')))).toEqual(sorted([single, gone, series, deadSeries, moved(), cancelled()]))
  })

  it('singleEvents: instances, no masters, nothing cancelled', async () => {
    expect(sorted(ids(await get('singleEvents=true')))).toEqual(sorted([single, ...plainInstances(), moved()]))
  })

  it('singleEvents with showDeleted: deleted singles and cancelled instances', async () => {
    expect(sorted(ids(await get('singleEvents=true&showDeleted=true')))).toEqual(sorted([single, gone, ...plainInstances(), moved(), cancelled()]))
  })

  it('sync token: everything that changed, deleted ones as tombstones of four members', async () => {
    const body = await get(`syncToken=${token}`)
    expect(sorted(ids(body))).toEqual(sorted([single, gone, series, deadSeries, moved(), cancelled()]))
    const tombstone = body.items.find((item: Json) => item.id === gone)
    expect(Object.keys(tombstone)).toEqual(['kind', 'etag', 'id', 'status'])
  })

  it('updatedMin: inclusive to the millisecond, deleted rows included', async () => {
    const rows = (await get('showDeleted=true')).items.filter((item: Json) => item.updated !== undefined)
    const newest = rows.map((item: Json) => item.updated).toSorted().at(-1)
    expect(ids(await get(`updatedMin=${newest}`))).toEqual([deadSeries])
    expect(ids(await get(`updatedMin=${new Date(Date.parse(newest) + 1).toISOString()}`))).toEqual([])
  })

  it('instances: by original start, cancelled ones only on demand', async () => {
    const path = `${events}/${series}/instances`
    const plain = (await emulator.call(anna, 'GET', path)).body
    expect(ids(plain)).toEqual([plainInstances()[0], moved(), plainInstances()[1]])
    const all = (await emulator.call(anna, 'GET', `${path}?showDeleted=true`)).body
    expect(ids(all)).toEqual([plainInstances()[0], moved(), cancelled(), plainInstances()[1]])
    const one = (await emulator.call(anna, 'GET', `${path}?originalStart=${encodeURIComponent('2026-03-09T10:00:00+01:00')}`)).body
    expect(ids(one)).toEqual([moved()])
  })

  it('instances of an instance: that one, or none if cancelled (reference §7)', async () => {
    expect(ids((await emulator.call(anna, 'GET', `${events}/${moved()}/instances`)).body)).toEqual([moved()])
    expect(ids((await emulator.call(anna, 'GET', `${events}/${cancelled()}/instances`)).body)).toEqual([])
  })

  it('instances of a deleted series: 410 deleted', async () => {
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}/${deadSeries}/instances`))).toBe('410 deleted')
  })
})

describe('events.list: parameters (reference §5)', () => {
  it.each([
    ['orderBy=startTime', '400 badRequest'],
    ['orderBy=else', '400 invalid'],
    ['maxResults=0', '400 invalid'],
    ['maxResults=x', '400 invalid'],
    ['timeMin=2026-03-02T00:00:00Z&timeMax=2026-03-02T00:00:00Z', '400 timeRangeEmpty'],
    ['timeMin=2026-03-02T00:00:00', '400 badRequest'],
    ['eventTypes=party', '400 invalid'],
    ['pageToken=x', '400 invalid'],
    ['privateExtendedProperty=x', '400 invalid'],
    ['timeZone=Nowhere/Town', '400 invalid'],
    ['fields=items(', '400 invalidParameter'],
  ])('%s: %s', async (query, reason) => {
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}?${query}`))).toBe(reason)
  })

  it('unknown parameters are ignored', async () => {
    expect((await emulator.call(anna, 'GET', `${events}?nobodyKnows=1&alwaysIncludeEmail=true`)).status).toBe(200)
  })

  it.each(['iCalUID=a', 'orderBy=updated', 'privateExtendedProperty=a=b', 'q=a', 'sharedExtendedProperty=a=b', 'timeMin=2026-01-01T00:00:00Z', 'timeMax=2026-01-01T00:00:00Z', 'updatedMin=2026-03-12T00:00:00Z', 'showDeleted=false'])(
    'a sync token does not go with %s (reference §5.1)', async (other) => {
      const token = (await get('')).nextSyncToken
      const answer = await emulator.call(anna, 'GET', `${events}?syncToken=${token}&${other}`)
      expect(answer.status).toBe(400)
      expect(answer.body.error.message).toBe('Sync token cannot be used with other request restrictions.')
    })

  it('timeMin bounds the end, timeMax the start, both exclusive', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    expect(ids(await get('timeMin=2026-03-10T11:00:00Z'))).toEqual([])
    expect(ids(await get('timeMin=2026-03-10T10:59:59Z'))).toEqual([id])
    expect(ids(await get('timeMax=2026-03-10T10:00:00Z'))).toEqual([])
    expect(ids(await get('timeMax=2026-03-10T10:00:01Z'))).toEqual([id])
  })

  it('all-day events are placed in the zone of the calendar', async () => {
    const { id } = await add({ start: { date: '2026-03-10' }, end: { date: '2026-03-11' } })
    expect(ids(await get('timeMin=2026-03-10T22:59:00Z'))).toEqual([id])
    expect(ids(await get('timeMin=2026-03-10T23:00:00Z'))).toEqual([])
  })

  it('a master is listed exactly when an instance lies in the range', async () => {
    const { id } = await add(weekly())
    expect(ids(await get('timeMin=2026-03-16T09:30:00Z&timeMax=2026-03-16T09:40:00Z'))).toEqual([id])
    expect(ids(await get('timeMin=2026-03-17T09:30:00Z&timeMax=2026-03-18T09:40:00Z'))).toEqual([])
  })

  it('iCalUID finds the whole series, exactly', async () => {
    const { id, iCalUID } = await add(weekly())
    await add(weekly())
    await emulator.call(anna, 'DELETE', `${events}/${id}_20260309T090000Z`)
    expect(ids(await get(`iCalUID=${encodeURIComponent(iCalUID)}`))).toEqual([id, `${id}_20260309T090000Z`])
    expect(ids(await get(`iCalUID=${encodeURIComponent(iCalUID.toUpperCase())}`))).toEqual([])
  })

  it('extended properties are found by name and value, in their scope', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z', { extendedProperties: { private: { calgateName: 'a.ics' } } }))
    expect(ids(await get('privateExtendedProperty=calgateName%3Da.ics'))).toEqual([id])
    expect(ids(await get('sharedExtendedProperty=calgateName%3Da.ics'))).toEqual([])
  })

  it('q looks in summary, description, location and people', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z', { summary: 'Tennis', location: 'Court 5', attendees: [{ email: 'x@example.org', displayName: 'Beth' }] }))
    await add(hourAt('2026-03-10T10:00:00Z', { summary: 'Golf' }))
    for (const text of ['tennis', 'court', 'beth', 'x@example.org', 'tennis beth']) expect(ids(await get(`q=${text}`))).toEqual([id])
  })

  it('timeZone renders the answer, and leaves the zone of the event', async () => {
    await add(hourAt('2026-07-10T10:00:00Z'))
    expect((await get('timeZone=Asia/Kathmandu')).items[0].start).toEqual({ dateTime: '2026-07-10T15:45:00+05:45', timeZone: 'UTC' })
    expect((await get('')).items[0].start).toEqual({ dateTime: '2026-07-10T12:00:00+02:00', timeZone: 'UTC' })
  })

  it('maxAttendees leaves the own row only and says so', async () => {
    const { id } = await add(hourAt('2026-03-10T10:00:00Z', { attendees: [{ email: anna }, { email: 'x@example.org' }] }))
    const body = (await emulator.call(anna, 'GET', `${events}/${id}?maxAttendees=1`)).body
    expect(body.attendeesOmitted).toBe(true)
    expect(body.attendees).toEqual([{ email: anna, organizer: true, self: true, responseStatus: 'needsAction' }])
  })

  it('fields selects members, a list loses its token unless it is named', async () => {
    await add(hourAt('2026-03-10T10:00:00Z', { summary: 'x' }))
    const body = await get('fields=kind,items(summary,start/timeZone)')
    expect(body).toEqual({ kind: 'calendar#events', items: [{ summary: 'x', start: { timeZone: 'UTC' } }] })
  })

  it('an endless series is cut at the cap, per listing', async () => {
    await add(hourAt('2020-01-01T09:00:00Z', { recurrence: ['RRULE:FREQ=DAILY'] }))
    expect((await get('singleEvents=true&maxResults=2500')).items).toHaveLength(730)
    expect((await get('singleEvents=true&maxResults=2500&timeMin=2026-01-01T00:00:00Z&timeMax=2026-01-08T00:00:00Z')).items).toHaveLength(7)
  })
})

describe('pages', () => {
  const readAll = async (query: string): Promise<string[]> => {
    const all: string[] = []
    let token: string | undefined
    do {
      const page = await get(`${query}${token === undefined ? '' : `&pageToken=${encodeURIComponent(token)}`}`)
      expect(page.nextPageToken === undefined || page.nextSyncToken === undefined).toBe(true)
      all.push(...ids(page))
      token = page.nextPageToken
    } while (token !== undefined)
    return all
  }

  beforeEach(async () => {
    for (const hour of ['08', '09', '10']) await add(hourAt(`2026-03-02T${hour}:00:00Z`))
    await add(weekly())
    await add(weekly({ summary: 'second' }))
    const { items } = await get('')
    await emulator.call(anna, 'DELETE', `${events}/${items[1].id}`)
    await emulator.call(anna, 'PATCH', `${events}/${items[3].id}_20260309T090000Z`, { summary: 'own' })
  })

  it.each(['', 'singleEvents=true', 'singleEvents=true&orderBy=startTime', 'showDeleted=true', 'orderBy=updated', 'q=own'])(
    'any page size gives the same rows: %s', async (query) => {
      const whole = await readAll(`${query}&maxResults=2500`)
      expect(new Set(whole).size).toBe(whole.length)
      for (const size of [1, 2, 3, 5]) expect(await readAll(`${query}&maxResults=${size}`)).toEqual(whole)
    })

  it('the size is applied before the filters: pages are short or empty', async () => {
    const page = await get('q=own&maxResults=1')
    expect(page.items).toEqual([])
    expect(page.nextPageToken).toBeTypeOf('string')
  })

  it('instances have pages too', async () => {
    const { items } = await get('q=second')
    const path = `${events}/${items[0].id}/instances`
    const first = (await emulator.call(anna, 'GET', `${path}?maxResults=3`)).body
    const second = (await emulator.call(anna, 'GET', `${path}?maxResults=3&pageToken=${first.nextPageToken}`)).body
    expect([first.items.length, second.items.length]).toEqual([3, 1])
    expect(first.nextSyncToken).toBeUndefined()
    expect(second.nextSyncToken).toBeTypeOf('string')
  })
})

describe('sync tokens (reference §5.1)', () => {
  it('nothing changed: an empty list and a token; an older one works again', async () => {
    const first = (await get('')).nextSyncToken
    const { id } = await add(hourAt('2026-03-10T10:00:00Z'))
    const second = await get(`syncToken=${first}`)
    expect(ids(second)).toEqual([id])
    const third = await get(`syncToken=${second.nextSyncToken}`)
    expect(ids(third)).toEqual([])
    expect(third.nextSyncToken).toBeTypeOf('string')
    expect(ids(await get(`syncToken=${first}`))).toEqual([id])
  })

  it.each(['orderBy=updated', 'q=x', 'iCalUID=x', 'privateExtendedProperty=a=b', 'updatedMin=2026-03-12T00:00:00Z', 'singleEvents=true&orderBy=startTime'])(
    'none after a filtered read: %s', async (query) => {
      expect((await get(query)).nextSyncToken).toBeUndefined()
    })

  it('a window of the first read stays with the token', async () => {
    const { nextSyncToken } = await get('timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-01T00:00:00Z')
    const inside = await add(hourAt('2026-03-10T10:00:00Z'))
    await add(hourAt('2026-05-10T10:00:00Z'))
    expect(ids(await get(`syncToken=${nextSyncToken}`))).toEqual([inside.id])
  })

  it('of another calendar: 410 fullSyncRequired', async () => {
    const token = (await emulator.call(ben, 'GET', events)).body.nextSyncToken
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}?syncToken=${token}`))).toBe('410 fullSyncRequired')
  })

  it('ended by control, with every older updatedMin; what is read afterwards is good again', async () => {
    await add(hourAt('2026-03-10T10:00:00Z'))
    const before = await get('')
    await emulator.control('POST', 'expire-sync-tokens')
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}?syncToken=${before.nextSyncToken}`))).toBe('410 fullSyncRequired')
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}?updatedMin=${before.updated}`))).toBe('410 updatedMinTooLongAgo')
    const after = await get('')
    expect((await emulator.call(anna, 'GET', `${events}?syncToken=${after.nextSyncToken}`)).status).toBe(200)
    expect((await emulator.call(anna, 'GET', `${events}?updatedMin=${after.updated}`)).status).toBe(200)
  })

  it('updatedMin a month back: 410 updatedMinTooLongAgo', async () => {
    const { updated } = await get('')
    emulator.pass(31 * 86_400_000)
    expect(reasonOf(await emulator.call(anna, 'GET', `${events}?updatedMin=${updated}`))).toBe('410 updatedMinTooLongAgo')
  })
})

describe('reduced views (reference §6.4)', () => {
  const asBen = async (role: string): Promise<Json> => {
    await emulator.control('POST', 'calendars', { owner: anna, id: 'team@group.calendar.google.com', summary: 'Team' })
    await emulator.control('POST', 'calendars', { owner: ben, id: 'team@group.calendar.google.com', accessRole: role })
    const team = '/calendars/team@group.calendar.google.com/events'
    await emulator.call(anna, 'POST', team, hourAt('2026-03-10T10:00:00Z', { summary: 'open' }))
    await emulator.call(anna, 'POST', team, hourAt('2026-03-10T12:00:00Z', { summary: 'secret', visibility: 'private' }))
    return (await emulator.call(ben, 'GET', team)).body
  }
  it.each([
    ['freeBusyReader', [undefined, undefined]],
    ['reader', ['open', undefined]],
    ['writerWithoutPrivateAccess', ['open', undefined]],
    ['writer', ['open', 'secret']],
  ])('%s', async (role, summaries) => {
    const body = await asBen(role)
    expect(body.accessRole).toBe(role)
    expect(body.items.map((item: Json) => item.summary)).toEqual(summaries)
    expect(body.items.every((item: Json) => item.start.dateTime && item.end.dateTime)).toBe(true)
  })
  it('readers may not write: 403 requiredAccessLevel', async () => {
    await asBen('reader')
    const answer = await emulator.call(ben, 'POST', '/calendars/team@group.calendar.google.com/events', hourAt('2026-03-10T10:00:00Z'))
    expect(reasonOf(answer)).toBe('403 requiredAccessLevel')
    expect(answer.body.error.message).toBe('You need to have writer access to this calendar.')
  })
  it('others see nothing: 404', async () => {
    expect(reasonOf(await emulator.call(ben, 'GET', `/calendars/${anna}/events`))).toBe('404 notFound')
  })
})
