import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createEmulator } from '../../../src/backends/emulator/index.ts'
import { resolveSwitches, switchTable } from '../../../src/backends/emulator/switches.ts'
import { anna, ben, events, hourAt, ids, reasonOf, startOfTests, testEmulator, type Answer, type Json, type TestEmulator } from './client.ts'

let emulator: TestEmulator
beforeEach(() => {
  emulator = testEmulator()
})
afterEach(() => emulator.close())

const grant = async (form: Record<string, string>): Promise<{ status: number; body: Json }> => {
  const response = await emulator.fetch(new Request('http://emulator/token', { method: 'POST', body: new URLSearchParams(form) }))
  return { status: response.status, body: await response.json() as Json }
}
const withToken = async (token: string | undefined): Promise<Answer> => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await emulator.fetch(new Request(`http://emulator/calendar/v3${events}`, { headers }))
  return { status: response.status, headers: response.headers, body: await response.json() as Json }
}

describe('tokens (reference §14)', () => {
  const refresh = { grant_type: 'refresh_token', client_id: 'c', client_secret: 's' }

  it('a refresh token names its account, which comes into being by it', async () => {
    const { status, body } = await grant({ ...refresh, refresh_token: 'emulator:New@Example.com' })
    expect(status).toBe(200)
    expect(body).toEqual({ access_token: expect.stringMatching(/^ya29\./), expires_in: 3599, scope: 'https://www.googleapis.com/auth/calendar', token_type: 'Bearer' })
    expect((await withToken(body.access_token)).body.summary).toBe('new@example.com')
  })
  it.each([
    [{ ...refresh, refresh_token: 'REFRESH' }, 400, { error: 'invalid_grant', error_description: 'Bad Request' }],
    [{ ...refresh, refresh_token: 'emulator:nobody' }, 400, { error: 'invalid_grant', error_description: 'Bad Request' }],
    [refresh, 400, { error: 'invalid_request', error_description: 'Missing required parameter: refresh_token' }],
    [{ refresh_token: 'emulator:a@b.c' }, 400, { error: 'invalid_request', error_description: 'Required parameter is missing: grant_type' }],
    [{ grant_type: 'password' }, 400, { error: 'unsupported_grant_type', error_description: 'Invalid grant_type: password' }],
  ])('refused: %j', async (form, status, body) => {
    expect(await grant(form as Record<string, string>)).toEqual({ status, body })
  })
  it('a service account speaks for its subject', async () => {
    const assertion = (claims: object): string => ['{}', JSON.stringify(claims), 'x'].map((text) => Buffer.from(text).toString('base64url')).join('.')
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }
    const exp = startOfTests / 1000 + 3600
    expect((await grant({ ...form, assertion: assertion({ sub: anna, exp }) })).status).toBe(200)
    expect((await grant({ ...form, assertion: assertion({ sub: anna, exp: exp - 7200 }) })).body.error).toBe('invalid_grant')
    expect((await grant({ ...form, assertion: 'x' })).body.error).toBe('invalid_grant')
  })
  it('no token, a wrong one, an expired one, one of another key', async () => {
    const { access_token: token } = (await grant({ ...refresh, refresh_token: `emulator:${anna}` })).body
    expect((await withToken(undefined)).body.error).toEqual({
      errors: [{ domain: 'global', reason: 'required', message: 'Login Required.', locationType: 'header', location: 'Authorization' }],
      code: 401, message: 'Login Required.', status: 'UNAUTHENTICATED',
    })
    for (const wrong of ['x', `${token}x`, token.replace(/\.[^.]+\./, `.${Buffer.from('{"a":"ben@example.com"}').toString('base64url')}.`), 'test:nobody@example.com']) {
      expect(reasonOf(await withToken(wrong))).toBe('401 authError')
    }
    expect((await withToken(token)).status).toBe(200)
    emulator.pass(3600_000)
    expect(reasonOf(await withToken(token))).toBe('401 authError')
  })
  it('control ends all access tokens at once', async () => {
    const { access_token: token } = (await grant({ ...refresh, refresh_token: `emulator:${anna}` })).body
    await emulator.control('POST', 'expire-access-tokens')
    expect(reasonOf(await withToken(token))).toBe('401 authError')
    const { access_token: next } = (await grant({ ...refresh, refresh_token: `emulator:${anna}` })).body
    expect((await withToken(next)).status).toBe(200)
  })
})

describe('control', () => {
  it('is not there unless asked for, nor are test tokens', async () => {
    emulator.close()
    emulator = testEmulator({ control: false })
    expect((await emulator.control('GET', 'calls')).status).toBe(404)
    expect(reasonOf(await emulator.call(anna, 'GET', events))).toBe('401 authError')
  })
  it('counts API calls by route', async () => {
    await emulator.call(anna, 'GET', events)
    await emulator.call(anna, 'GET', `/calendars/${anna}/events`)
    await emulator.call(anna, 'GET', `${events}/nothing`)
    expect((await emulator.control('GET', 'calls')).body).toEqual([
      { method: 'GET', path: '/calendar/v3/calendars/:calendarId/events', count: 2 },
      { method: 'GET', path: '/calendar/v3/calendars/:calendarId/events/:eventId', count: 1 },
    ])
    await emulator.control('POST', 'calls/reset')
    expect((await emulator.control('GET', 'calls')).body).toEqual([])
  })
  it('tells and forgets mails', async () => {
    const { body } = await emulator.call(anna, 'POST', `${events}?sendUpdates=all`, hourAt('2026-03-10T10:00:00Z', { attendees: [{ email: 'x@y.z' }] }))
    expect((await emulator.control('GET', 'mails')).body).toEqual([{ recipient: 'x@y.z', event: body.id, calendar: anna, kind: 'invitation' }])
    await emulator.control('POST', 'mails/reset')
    expect((await emulator.control('GET', 'mails')).body).toEqual([])
  })

  const list = (): Promise<Answer> => emulator.call(anna, 'GET', events)
  it.each([
    '/calendar/v3/calendars/:calendarId/events', '/calendar/v3/calendars/{calendarId}/events', '/calendar/v3/calendars/*/events', '*/events', 'calendars/[^/]+/events$', '/events', undefined,
  ])('a fault at %s hits as often as told', async (pathPattern) => {
    await emulator.control('POST', 'faults', { method: 'GET', pathPattern, times: 2, status: 503 })
    expect([reasonOf(await list()), reasonOf(await list()), (await list()).status]).toEqual(['503 backendError', '503 backendError', 200])
  })
  it('a fault elsewhere does not', async () => {
    await emulator.control('POST', 'faults', { method: 'POST', pathPattern: '/events', status: 503 })
    await emulator.control('POST', 'faults', { method: 'GET', pathPattern: '/calendar/v3/colors', status: 503 })
    expect((await list()).status).toBe(200)
  })
  it.each([[401, undefined, 'authError'], [403, undefined, 'rateLimitExceeded'], [403, 'quotaExceeded', 'quotaExceeded'], [429, undefined, 'rateLimitExceeded'], [500, undefined, 'backendError'], [418, 'tea', 'tea']])(
    'status %s with reason %s', async (status, reason, expected) => {
      await emulator.control('POST', 'faults', { status, reason })
      expect(reasonOf(await list())).toBe(`${status} ${expected}`)
    })
  it.each([[{ status: 'abc' }, 'status'], [{ status: 99 }, 'status'], [{ times: -1 }, 'times'], [{ pathPatern: '/' }, 'pathPatern'], [{ dropConnection: 'no' }, 'dropConnection']])(
    'a fault that cannot be: %j', async (fault, name) => {
      const refused = await emulator.control('POST', 'faults', { faults: [{ status: 500 }, fault] })
      expect([refused.status, refused.body.error.message]).toEqual([400, `Invalid fault: ${name}.`])
      expect((await list()).status).toBe(200)
    })
  it('null is as good as absent in a fault', async () => {
    await emulator.control('POST', 'faults', { method: 'GET', pathPattern: null, times: 1, status: 503, reason: null, delayMs: null, truncateBody: null, dropConnection: null })
    expect(reasonOf(await list())).toBe('503 backendError')
  })
  it('a body cut in half, after the call was done', async () => {
    await emulator.control('POST', 'faults', { method: 'POST', truncateBody: true })
    const request = new Request(`http://emulator/calendar/v3${events}`, {
      method: 'POST', headers: { authorization: `Bearer test:${anna}` }, body: JSON.stringify(hourAt('2026-03-10T10:00:00Z')),
    })
    const text = await (await emulator.fetch(request)).text()
    expect(() => JSON.parse(text)).toThrow()
    expect((await list()).body.items).toHaveLength(1)
  })
  it('a dropped connection is no answer, and no call', async () => {
    await emulator.control('POST', 'faults', { dropConnection: true })
    const call = { method: 'POST', url: `http://emulator/calendar/v3${events}`, headers: { authorization: `Bearer test:${anna}` }, body: JSON.stringify(hourAt('2026-03-10T10:00:00Z')) } as const
    await expect(emulator.transport(call)).rejects.toThrow('dropped')
    expect((await list()).body.items).toEqual([])
  })
  it.each([
    ['PATCH', '/users/me/calendarList/primary', { defaultReminders: 'x' }],
    ['POST', '/freeBusy', { timeMin: '2026-01-01T00:00:00Z', timeMax: '2026-02-01T00:00:00Z', items: [1] }],
    ['POST', `${events}/import`, hourAt('2026-03-10T10:00:00Z', { iCalUID: 'u', organizer: { email: 5 }, end: 'x' })],
  ])('%s %s with a member of the wrong kind: 400', async (method, path, body) => {
    expect((await emulator.call(anna, method, path, body)).status).toBe(400)
  })
  it.each([{ faults: 'x' }, { faults: [1] }])('faults that are none: %j', async (body) => {
    expect((await emulator.control('POST', 'faults', body)).status).toBe(400)
  })
  it('a clock beyond the end of time: 400', async () => {
    expect((await emulator.control('POST', 'clock', { seconds: 1e30 })).status).toBe(400)
  })
  it('makes calendars with ids as given, in the list of their owner', async () => {
    const id = 'en.usa#holiday@group.v.calendar.google.com'
    await emulator.control('POST', 'calendars', { owner: anna, id, summary: 'Holidays', color: '#123456', accessRole: 'reader' })
    const { body } = await emulator.call(anna, 'GET', `/users/me/calendarList/${encodeURIComponent(id)}`)
    expect(body).toMatchObject({ id, summary: 'Holidays', backgroundColor: '#123456', accessRole: 'reader' })
    expect((await emulator.call(anna, 'GET', `/calendars/${encodeURIComponent(id)}/events`)).body.accessRole).toBe('reader')
  })
  it('moves the clock', async () => {
    await emulator.control('POST', 'clock', { shiftMs: 86_400_000 })
    const { body } = await emulator.call(anna, 'POST', events, hourAt('2026-03-10T10:00:00Z'))
    expect(body.created).toBe('2026-03-13T07:26:40.000Z')
  })
})

describe('calendars and their list (reference §3.1, §3.2)', () => {
  const list = '/users/me/calendarList'
  const add = async (body: object = { summary: 'Other' }): Promise<Json> => (await emulator.call(anna, 'POST', '/calendars', body)).body

  it('a new account has one calendar: its own, with a reminder of half an hour', async () => {
    const { body } = await emulator.call(anna, 'GET', list)
    expect(body.items).toMatchObject([{ id: anna, primary: true, accessRole: 'owner', timeZone: 'Europe/Berlin', defaultReminders: [{ method: 'popup', minutes: 30 }] }])
  })
  it('renaming does not show in the sync of the list, changing the entry does, deleting too', async () => {
    const { id } = await add()
    const token = (await emulator.call(anna, 'GET', list)).body.nextSyncToken
    const since = async (): Promise<Json[]> => (await emulator.call(anna, 'GET', `${list}?syncToken=${token}`)).body.items
    await emulator.call(anna, 'PATCH', `/calendars/${id}`, { summary: 'Renamed' })
    expect(await since()).toEqual([])
    await emulator.call(anna, 'PATCH', `${list}/${id}`, { summaryOverride: 'Mine', hidden: true })
    expect(await since()).toMatchObject([{ id, summary: 'Renamed', summaryOverride: 'Mine', hidden: true }])
    await emulator.call(anna, 'DELETE', `/calendars/${id}`)
    expect(await since()).toEqual([{ kind: 'calendar#calendarListEntry', etag: expect.any(String), id, defaultReminders: [], deleted: true }])
  })
  it('hidden and deleted ones are listed on demand', async () => {
    const { id } = await add()
    await emulator.call(anna, 'PATCH', `${list}/${id}`, { hidden: true })
    expect(ids((await emulator.call(anna, 'GET', list)).body)).toEqual([anna])
    expect(ids((await emulator.call(anna, 'GET', `${list}?showHidden=true`)).body)).toEqual([anna, id])
  })
  it.each(['minAccessRole=owner', 'showDeleted=false', 'showHidden=false', 'showOwnOrganizationOnly=true'])('a sync token does not go with %s', async (other) => {
    const token = (await emulator.call(anna, 'GET', list)).body.nextSyncToken
    expect((await emulator.call(anna, 'GET', `${list}?syncToken=${token}&${other}`)).status).toBe(400)
  })
  it('list tokens: foreign 410, broken 400, ended 410', async () => {
    const bens = (await emulator.call(ben, 'GET', list)).body.nextSyncToken
    const own = (await emulator.call(anna, 'GET', list)).body.nextSyncToken
    expect(reasonOf(await emulator.call(anna, 'GET', `${list}?syncToken=${bens}`))).toBe('410 fullSyncRequired')
    expect(reasonOf(await emulator.call(anna, 'GET', `${list}?syncToken=!`))).toBe('400 invalid')
    await emulator.control('POST', 'expire-sync-tokens')
    expect(reasonOf(await emulator.call(anna, 'GET', `${list}?syncToken=${own}`))).toBe('410 fullSyncRequired')
    const next = (await emulator.call(anna, 'GET', list)).body.nextSyncToken
    expect((await emulator.call(anna, 'GET', `${list}?syncToken=${next}`)).status).toBe(200)
  })
  it('pages', async () => {
    await add()
    const first = (await emulator.call(anna, 'GET', `${list}?maxResults=1`)).body
    const second = (await emulator.call(anna, 'GET', `${list}?maxResults=1&pageToken=${first.nextPageToken}`)).body
    expect([ids(first).length, ids(second).length, second.nextPageToken]).toEqual([1, 1, undefined])
  })
  it('colours: by id, or by RGB when announced', async () => {
    const { id } = await add()
    expect((await emulator.call(anna, 'PATCH', `${list}/${id}`, { colorId: '1' })).body).toMatchObject({ backgroundColor: '#ac725e', foregroundColor: '#000000' })
    expect((await emulator.call(anna, 'PATCH', `${list}/${id}`, { backgroundColor: '#f83a23', foregroundColor: '#ffffff' })).body.backgroundColor).toBe('#ac725e')
    expect((await emulator.call(anna, 'PATCH', `${list}/${id}?colorRgbFormat=true`, { backgroundColor: '#f83a23', foregroundColor: '#ffffff' })).body)
      .toMatchObject({ colorId: '3', backgroundColor: '#f83a23', foregroundColor: '#ffffff' })
  })
  it('what cannot leave the list, and what cannot be deleted', async () => {
    const { id } = await add()
    expect(reasonOf(await emulator.call(anna, 'DELETE', `${list}/${anna}`))).toBe('403 cannotChangeOwnPrimarySubscription')
    expect((await emulator.call(anna, 'DELETE', `${list}/${id}`)).body.error.message).toBe('The data owner of a calendar cannot remove such a calendar from their calendar list.')
    expect((await emulator.call(anna, 'DELETE', `/calendars/${anna}`)).status).toBe(403)
    expect((await emulator.call(anna, 'POST', `/calendars/${id}/clear`)).status).toBe(400)
  })
  it('a shared calendar is put into the own list, and taken out', async () => {
    const { id } = await add()
    expect(reasonOf(await emulator.call(ben, 'POST', list, { id }))).toBe('404 notFound')
    await emulator.call(anna, 'POST', `/calendars/${id}/acl`, { role: 'writer', scope: { type: 'user', value: ben } })
    expect((await emulator.call(ben, 'POST', list, { id })).body).toMatchObject({ id, accessRole: 'writer', dataOwner: anna })
    expect((await emulator.call(ben, 'DELETE', `${list}/${id}`)).status).toBe(204)
    expect(ids((await emulator.call(ben, 'GET', list)).body)).toEqual([ben])
    await emulator.call(anna, 'DELETE', `/calendars/${id}/acl/user:${ben}`)
    expect((await emulator.call(ben, 'GET', `/calendars/${id}/events`)).status).toBe(404)
  })
  it('a calendar needs a title, and If-Match holds', async () => {
    expect(reasonOf(await emulator.call(anna, 'POST', '/calendars', {}))).toBe('400 required')
    const { id, etag } = await add()
    expect((await emulator.call(anna, 'PATCH', `/calendars/${id}`, { summary: 'a' }, { 'if-match': etag })).status).toBe(200)
    expect((await emulator.call(anna, 'PATCH', `/calendars/${id}`, { summary: 'b' }, { 'if-match': etag })).status).toBe(412)
  })
})

describe('batch (reference §1)', () => {
  const batch = async (parts: string[]): Promise<Response> => emulator.fetch(new Request('http://emulator/batch/calendar/v3', {
    method: 'POST', headers: { authorization: `Bearer test:${anna}`, 'content-type': 'multipart/mixed; boundary=b' },
    body: `${parts.map((part, index) => `--b\r\nContent-Type: application/http\r\nContent-ID: <item${index}>\r\n\r\n${part}\r\n`).join('')}--b--\r\n`,
  }))

  it('answers each call with the id of its question, and counts each', async () => {
    const body = JSON.stringify(hourAt('2026-03-10T10:00:00Z', { summary: 'in a batch' }))
    const response = await batch([`POST /calendar/v3${events} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${body}`, `GET /calendar/v3${events}?fields=items(summary)&prettyPrint=false HTTP/1.1\r\n\r\n`, `GET /calendar/v3${events}/nothing\r\n\r\n`])
    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=batch_/)
    expect(text.match(/Content-ID: <response-item\d>/g)).toEqual(['Content-ID: <response-item0>', 'Content-ID: <response-item1>', 'Content-ID: <response-item2>'])
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404'])
    expect(text).toContain('{"items":[{"summary":"in a batch"}]}')
    expect(emulator.calls().map(({ count }) => count)).toEqual([1, 1, 1])
  })
  it('fifty at most', async () => {
    expect((await batch(Array.from({ length: 50 }, () => 'GET /calendar/v3/colors'))).status).toBe(200)
    expect((await batch(Array.from({ length: 51 }, () => 'GET /calendar/v3/colors'))).status).toBe(400)
    expect((await batch([])).status).toBe(400)
  })
})

describe('the store', () => {
  it('everything is there after a restart, tokens too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
    const options = { file: join(folder, 'data', 'emulator.sqlite'), control: true }
    const read = async (path: string, headers: Record<string, string>): Promise<Json> => {
      const again = createEmulator(options)
      try {
        return await (await again.fetch(new Request(`http://emulator/calendar/v3${path}`, { headers }))).json()
      } finally {
        again.close()
      }
    }
    const first = createEmulator(options)
    try {
      const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: `emulator:${anna}` })
      const { access_token } = await (await first.fetch(new Request('http://emulator/token', { method: 'POST', body: form }))).json() as Json
      const headers = { authorization: `Bearer ${access_token}` }
      await first.fetch(new Request(`http://emulator/calendar/v3${events}`, { method: 'POST', headers, body: JSON.stringify(hourAt('2026-03-10T10:00:00Z', { summary: 'kept' })) }))
      first.close()
      expect((await read(events, headers)).items).toMatchObject([{ summary: 'kept' }])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  it('a failed write leaves nothing behind', async () => {
    const before = (await emulator.call(anna, 'GET', events)).body
    await emulator.call(anna, 'POST', events, hourAt('2026-03-10T10:00:00Z', { attendees: [{ email: ben }, {}] }))
    expect((await emulator.call(anna, 'GET', events)).body).toEqual(before)
  })
})

describe('switches', () => {
  it('every default is one of the values, and every switch is explained', () => {
    for (const [name, row] of Object.entries(switchTable)) {
      expect(row.values, name).toContain(row.default)
      expect(row.about.length, name).toBeGreaterThan(20)
      expect(resolveSwitches()[name as keyof typeof switchTable]).toBe(row.default)
    }
  })
  it.each([['exrule', 'EXRULE:FREQ=WEEKLY;COUNT=2'], ['subDailyRules', 'RRULE:FREQ=HOURLY;COUNT=2']] as const)('%s refused: 400', async (name, line) => {
    const body = hourAt('2026-03-10T10:00:00Z', { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4', line] })
    expect((await emulator.call(anna, 'POST', events, body)).status).toBe(200)
    emulator.close()
    emulator = testEmulator({ switches: { [name]: 'refused' } })
    expect(reasonOf(await emulator.call(anna, 'POST', events, body))).toBe('400 invalid')
  })
  it('insertWithUid: the id is computed, or random', async () => {
    const body = hourAt('2026-03-10T10:00:00Z', { iCalUID: 'u1@example.org' })
    expect((await emulator.call(anna, 'POST', events, body)).body).toMatchObject({ iCalUID: 'u1@example.org', id: expect.stringMatching(/^_/) })
    expect(reasonOf(await emulator.call(anna, 'POST', events, body))).toBe('409 duplicate')
    emulator.close()
    emulator = testEmulator({ switches: { insertWithUid: 'random-id' } })
    expect((await emulator.call(anna, 'POST', events, body)).body).toMatchObject({ iCalUID: 'u1@example.org', id: expect.stringMatching(/^[0-9a-v]{26}$/) })
  })
  it.each([['touch-series', true], ['touch-instance', false]] as const)('instanceWrites %s', async (instanceWrites, isTouched) => {
    emulator.close()
    emulator = testEmulator({ switches: { instanceWrites } })
    const { body } = await emulator.call(anna, 'POST', events, hourAt('2026-03-10T10:00:00Z', { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] }))
    await emulator.call(anna, 'PATCH', `${events}/${body.id}_20260317T100000Z`, { summary: 'x' })
    expect((await emulator.call(anna, 'GET', `${events}/${body.id}`)).body.etag !== body.etag).toBe(isTouched)
  })
  it.each(['full', 'bare'] as const)('deletedInLists %s', async (deletedInLists) => {
    emulator.close()
    emulator = testEmulator({ switches: { deletedInLists } })
    const { body } = await emulator.call(anna, 'POST', events, hourAt('2026-03-10T10:00:00Z', { summary: 's' }))
    await emulator.call(anna, 'DELETE', `${events}/${body.id}`)
    const [row] = (await emulator.call(anna, 'GET', `${events}?showDeleted=true`)).body.items
    expect(row.summary).toBe(deletedInLists === 'full' ? 's' : undefined)
  })
})
