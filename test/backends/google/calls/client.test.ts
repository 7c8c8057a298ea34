/** One call: authorization, repetition, and refusals in the terms of the port. */

import { readFileSync, existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { accessTokens } from '../../../../src/backends/google/calls/auth.ts'
import { createClient } from '../../../../src/backends/google/calls/client.ts'
import { readRefusal, toBackendError } from '../../../../src/backends/google/calls/errors.ts'
import { TransportError } from '../../../../src/backends/transport.ts'
import { addressOf } from '../../contract.ts'
import { refusal } from '../open.ts'
import type { ApiCall } from '../../../../src/backends/google/calls/client.ts'
import type { RestRequest, RestResponse } from '../../../../src/backends/transport.ts'

const identity = { address: addressOf('anna@example.com'), refreshToken: 'refresh' }
const ok = (body: object): RestResponse => ({ status: 200, headers: {}, body: JSON.stringify(body) })

/** A service that answers from a list, its last answer for ever. */
function service(answers: readonly (RestResponse | TransportError)[], tokenAnswers: readonly (RestResponse | TransportError)[] = []) {
  const seen: RestRequest[] = []
  const waits: number[] = []
  let issued = 0
  let time = 0
  const transport = async (request: RestRequest): Promise<RestResponse> => {
    const isToken = request.url.endsWith('/token')
    const before = seen.filter(({ url }) => url.endsWith('/token') === isToken).length
    seen.push(request)
    const list = isToken ? tokenAnswers : answers
    const answer = list[Math.min(before, list.length - 1)] ?? ok({ access_token: `token${(issued += 1)}`, expires_in: 3600 })
    if (answer instanceof TransportError) throw answer
    return answer
  }
  const tokens = accessTokens({ transport, tokenUrl: 'https://service.test/token', now: () => time, client: { id: 'id', secret: 'secret' } })
  const client = createClient({ transport, apiUrl: 'https://service.test', tokens, identity, random: () => 0, pause: async (ms) => { waits.push(ms) } })
  return { client, tokens, seen, waits, calls: () => seen.filter(({ url }) => !url.endsWith('/token')), refreshes: () => seen.filter(({ url }) => url.endsWith('/token')), pass: (ms: number) => { time += ms } }
}

const read: ApiCall = { method: 'GET', path: ['calendars', 'en.usa#holiday@group.v.calendar.google.com', 'events'], query: { q: 'a b', none: undefined } }
const blind: ApiCall = { method: 'POST', path: ['calendars'], body: {} }
const bound: ApiCall = { method: 'PATCH', path: ['x'], body: {}, ifMatch: '"1"' }

describe('access tokens (RFC 6749 §6)', () => {
  test('parallel calls share one refresh, and later ones its token until a minute before its end', async () => {
    const { client, refreshes, calls, pass } = service([ok({})])
    await Promise.all(Array.from({ length: 100 }, () => client.call(read)))
    pass(3_539_000)
    await client.call(read)
    expect(refreshes()).toHaveLength(1)
    pass(2_000)
    await client.call(read)
    expect(refreshes()).toHaveLength(2)
    expect(refreshes()[0]?.body).toBe('grant_type=refresh_token&refresh_token=refresh&client_id=id&client_secret=secret')
    expect(calls().at(-1)?.headers['authorization']).toBe('Bearer token2')
  })

  test('a token that the service turns down is renewed once', async () => {
    const { client, refreshes } = service([refusal(401, 'authError'), ok({ a: 1 })])
    expect(await client.call(read)).toEqual({ a: 1 })
    expect(refreshes()).toHaveLength(2)
    await expect(service([refusal(401, 'authError')]).client.call(read)).rejects.toMatchObject({ fault: 'credentials' })
  })

  test.each([
    ['a revoked grant', { status: 400, headers: {}, body: '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}' }, 'credentials'],
    ['a wrong client', { status: 401, headers: {}, body: '{"error":"invalid_client"}' }, 'unavailable'],
    ['trouble', { status: 500, headers: {}, body: 'Internal error' }, 'unavailable'],
    ['too many', { status: 429, headers: {}, body: '{}' }, 'unavailable'],
    ['an answer of another kind', { status: 200, headers: {}, body: '<html>' }, 'unavailable'],
    ['no answer', new TransportError('timeout', 'nothing'), 'unavailable'],
  ] as const)('%s is told as what it is, and not remembered', async (_title, answer, fault) => {
    const { client, refreshes, calls } = service([ok({})], [answer])
    await expect(client.call(read)).rejects.toMatchObject({ fault })
    await expect(client.call(read)).rejects.toMatchObject({ fault })
    expect(refreshes()).toHaveLength(2)
    expect(calls()).toEqual([])
  })

  test('without a refresh token nothing is asked of Google', () => {
    const tokens = accessTokens({ transport: async () => ok({}), tokenUrl: 'https://oauth2.googleapis.com/token', now: () => 0 })
    expect(() => tokens.get({ address: identity.address })).toThrow(expect.objectContaining({ fault: 'credentials' }))
  })
})

describe('calls', () => {
  test('ids are encoded, absent parameters left out', async () => {
    const { client, calls } = service([ok({})])
    await client.call(read)
    expect(calls()[0]?.url).toBe('https://service.test/calendars/en.usa%23holiday%40group.v.calendar.google.com/events?q=a+b&prettyPrint=false')
  })

  const lost = new TransportError('connection', 'lost')
  test.each([
    ['a read', read, [refusal(503, 'backendError'), refusal(500, 'backendError'), ok({})], 3],
    ['a read that got no answer', read, [lost, ok({})], 2],
    ['a read too soon', read, [refusal(403, 'rateLimitExceeded'), ok({})], 2],
    ['a read too often', read, [refusal(429, 'rateLimitExceeded'), refusal(403, 'userRateLimitExceeded'), ok({})], 3],
    ['a read whose answer was cut short', read, [{ status: 200, headers: {}, body: '{"items":[' }, ok({})], 2],
    ['a write bound to a version', bound, [refusal(503, 'backendError'), ok({})], 2],
    ['a write that may be repeated', { ...blind, isRepeatable: true }, [lost, ok({})], 2],
  ] as const)('%s is repeated after a wait', async (_title, call, answers, count) => {
    const { client, calls, waits } = service(answers)
    expect(await client.call(call)).toEqual({})
    expect(calls()).toHaveLength(count)
    expect(waits).toEqual([250, 1000].slice(0, count - 1))
  })

  test.each([
    ['any other write', blind, refusal(503, 'backendError'), { fault: 'unavailable', retryAfterSeconds: 5 }],
    ['a write that got no answer', blind, lost, { fault: 'unavailable' }],
    ['a write whose answer was cut short', blind, { status: 200, headers: {}, body: '{"id":' }, { fault: 'unavailable' }],
    ['what took too long', read, new TransportError('timeout', 'slow'), { fault: 'unavailable' }],
    ['a used-up quota', read, refusal(403, 'quotaExceeded'), { fault: 'rate-limited', retryAfterSeconds: 600 }],
    ['what shall wait longer', read, { ...refusal(503, 'backendError'), headers: { 'retry-after': '30' } }, { fault: 'unavailable', retryAfterSeconds: 30 }],
    ['a definite no', read, refusal(404, 'notFound'), { fault: 'gone' }],
  ] as const)('%s is not repeated', async (_title, call, answer, error) => {
    const { client, calls, waits } = service([answer])
    await expect(client.call(call)).rejects.toMatchObject(error)
    expect(calls()).toHaveLength(1)
    expect(waits).toEqual([])
  })

  test('an answer that stays no JSON is told in the end', async () => {
    const { client, calls } = service([{ status: 200, headers: {}, body: '<html>' }])
    await expect(client.call(read)).rejects.toMatchObject({ fault: 'unavailable' })
    expect(calls()).toHaveLength(3)
  })

  test('what stays refused is told in the end', async () => {
    const { client, calls } = service([refusal(429, 'rateLimitExceeded')])
    await expect(client.call(read)).rejects.toMatchObject({ fault: 'rate-limited', retryAfterSeconds: 10 })
    expect(calls()).toHaveLength(3)
  })
})

describe('refusals', () => {
  test.each([
    [400, 'invalid', 'rejected'], [400, 'required', 'rejected'], [400, '', 'rejected'], [401, 'required', 'credentials'], [403, 'insufficientPermissions', 'credentials'],
    [403, 'forbidden', 'forbidden'], [403, 'requiredAccessLevel', 'forbidden'], [403, 'somethingNew', 'forbidden'], [403, 'dailyLimitExceeded', 'rate-limited'],
    [404, 'notFound', 'gone'], [404, '', 'gone'], [409, 'duplicate', 'conflict'], [410, 'deleted', 'gone'], [410, 'fullSyncRequired', 'invalid-token'],
    [410, 'updatedMinTooLongAgo', 'invalid-token'], [412, 'conditionNotMet', 'conflict'], [418, 'teapot', 'unavailable'], [429, '', 'rate-limited'],
    [500, '', 'unavailable'], [502, 'notFound', 'unavailable'], [503, 'backendError', 'unavailable'], [302, '', 'unavailable'],
  ])('%i %s is %s', (status, reason, fault) => {
    expect(toBackendError(readRefusal(refusal(status, reason))).fault).toBe(fault)
  })

  const bodies = new URL('../../../../../shared/reference/recorded/errors/bodies.json', import.meta.url)
  const faults: Readonly<Record<string, string>> = {
    '410-fullSyncRequired': 'invalid-token', '400-invalid-sync-token': 'rejected', '403-rateLimitExceeded': 'rate-limited', '403-userRateLimitExceeded': 'rate-limited',
    '403-dailyLimitExceeded': 'rate-limited', '403-quotaExceeded': 'rate-limited', '404-notFound': 'gone', '409-duplicate': 'conflict', '410-deleted': 'gone',
    '400-participantIsNeitherOrganizerNorAttendee': 'rejected', '400-missing-attendee-email': 'rejected', '400-invalid-resource-id': 'rejected', '410-updatedMinTooLongAgo': 'invalid-token',
  }
  test.skipIf(!existsSync(bodies))('the recorded ones (skipped where the recordings are not at hand)', () => {
    const recorded = JSON.parse(readFileSync(bodies, 'utf8')) as { name: string; response: { status: number; body: unknown } }[]
    const told = recorded.map(({ name, response }) => [name, toBackendError(readRefusal({ status: response.status, headers: {}, body: JSON.stringify(response.body) })).fault])
    expect(Object.fromEntries(told)).toEqual(faults)
  })
})
