/**
 * What the proofs stand on: one emulated service with a clock and identifiers of its own, and any number of gateways over it, each the
 * whole HTTP edge with its own cache. Nothing in here waits: time is what a proof says.
 */

import { expect } from 'vitest'
import { cachedBackend } from '../../src/backends/cached.ts'
import type { CacheStats } from '../../src/backends/cached.ts'
import { createEmulator } from '../../src/backends/emulator/index.ts'
import type { Emulator, EmulatorOptions } from '../../src/backends/emulator/index.ts'
import { createGoogleBackend } from '../../src/backends/google/index.ts'
import type { RestRequest, RestResponse, Transport } from '../../src/backends/transport.ts'
import { emailAddress } from '../../src/calendar/identifiers.ts'
import { createApp } from '../../src/server/app.ts'

export const ME = 'me@example.org'
export const BEN = 'ben@example.org'
const api = 'http://calendar.test/calendar/v3'
const tokenUrl = 'http://calendar.test/token'

/** Stands between a gateway and the service; passes on what it does not spoil. */
export type Between = (request: RestRequest, proceed: Transport) => Promise<RestResponse>

export interface Service {
  readonly emulator: Emulator
  /** Milliseconds since 1970; moved by the proof alone. */
  now: number
  /** From here on identifiers depend on the step alone, not on how many were drawn before. */
  step(number: number): void
  /** A program of the user that speaks to the service directly. @param path below `/calendar/v3`, or `/_control/...` */
  rest(as: string, method: RestRequest['method'], path: string, body?: unknown): Promise<Json>
  /** Calls by gateways since the start, those for access tokens left out. */
  readonly calls: string[]
  /** Milliseconds that gateways would have waited before they repeated a call. */
  readonly pauses: number[]
  between: Between | undefined
  close(): void
}

export type Json = { readonly [member: string]: any }   // eslint-disable-line typescript/no-explicit-any

const START = Date.parse('2026-03-02T08:00:00Z')
export const STEP_MS = 10_000

export function openService(options: EmulatorOptions & { readonly pageSize?: number } = {}): Service {
  const { pageSize, ...rest } = options
  const random = stepwiseRandom()
  const emulator = createEmulator({ now: () => service.now, control: true, randomBytes: random.bytes, ...rest })
  const service: Service = {
    emulator, now: START, calls: [], pauses: [], between: undefined,
    step(number) {
      service.now = START + number * STEP_MS
      random.restart(number)
    },
    async rest(as, method, path, body) {
      const url = path.startsWith('/_control') ? `http://calendar.test${path}` : `${api}${path}`
      const headers = { 'authorization': `Bearer test:${as}`, 'content-type': 'application/json' }
      const response = await emulator.transport({ method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
      if (response.status > 299) throw new Error(`${method} ${path}: ${response.status} ${response.body}`)
      return response.body === '' ? {} : JSON.parse(response.body) as Json
    },
    close: () => emulator.close(),
  }
  pageSizes.set(service, pageSize)
  for (const address of [ME, BEN]) emulator.ensureAccount(address)
  return service
}

const pageSizes = new WeakMap<Service, number | undefined>()

/** Bytes by the number of the step, the size asked for, and how often that size was asked for in this step. */
function stepwiseRandom() {
  let step = 0
  let drawn = new Map<number, number>()
  return {
    restart(number: number): void {
      step = number
      drawn = new Map()
    },
    bytes(size: number): Uint8Array {
      const count = (drawn.get(size) ?? 0) + 1
      drawn.set(size, count)
      let state = (step + 1) * 7919 + size * 104_729 + count * 1_299_709
      return Uint8Array.from({ length: size }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return (state >>> 16) & 255
      })
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body broke off: the client sees a lost connection, not a document. */
  readonly isCut: boolean
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** {@link ME} unless told. */
  readonly as?: string
}

export interface Replica {
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  cache(): CacheStats
  /** Lines of the log that tell of a failure inside the gateway. */
  readonly failures: string[]
}

export interface ReplicaOptions {
  readonly freshnessMs?: number
  readonly maxBytes?: number
}

/** A gateway that has served nobody yet. */
export function openReplica(service: Service, { freshnessMs = 0, maxBytes = 50_000_000 }: ReplicaOptions = {}): Replica {
  const failures: string[] = []
  const now = (): number => service.now
  const google = createGoogleBackend({ transport: transportOf(service), apiUrl: api, tokenUrl, now, random: () => 0, pause: async (ms) => void service.pauses.push(ms) })
  const backend = cachedBackend(google, { maxBytes, freshnessMs, now })
  const app = createApp({
    backend, isProxy: () => false, arrivalOf: () => ({ isEncrypted: true, peer: undefined }),
    authenticate: ({ address }) => Promise.resolve({ address: emailAddress(address)! }),
    settings: { maxResourceBytes: 200_000, scheduling: 'implicit' }, limits: { calendarBytes: 200_000, xmlBytes: 1_000_000 }, answerBytes: maxBytes / 16,
    log: { info: () => {}, warn: () => {}, error: (event, cause) => void failures.push(`${event}: ${String((cause as Error)?.stack ?? cause)}`) },
  })
  return {
    failures,
    cache: () => backend.stats(),
    async ask(method, path, { headers = {}, body, as = ME } = {}) {
      const authorization = `Basic ${Buffer.from(`${as}:x`).toString('base64')}`
      const response = await app.request(path, { method, headers: { authorization, host: 'gateway.test', ...headers }, ...(body === undefined ? {} : { body }) })
      const { 'x-request-id': _id, ...told } = Object.fromEntries(response.headers)
      return { status: response.status, headers: told, ...(await bodyOf(response)) }
    },
  }
}

/** Access tokens are the emulator's for tests, so that no identifier is drawn for them. */
function transportOf(service: Service): Transport {
  const proceed: Transport = (request) => {
    if (request.url !== tokenUrl) return service.emulator.transport(inPages(request, pageSizes.get(service)))
    const grant = new URLSearchParams(request.body).get('refresh_token') ?? ''
    const body = JSON.stringify({ access_token: grant.replace('emulator:', 'test:'), expires_in: 3600, token_type: 'Bearer' })
    return Promise.resolve({ status: 200, headers: {}, body })
  }
  return (request) => {
    if (request.url !== tokenUrl) service.calls.push(`${request.method} ${decodeURIComponent(request.url.slice(api.length))}`)
    return service.between === undefined ? proceed(request) : service.between(request, proceed)
  }
}

function inPages(request: RestRequest, pageSize: number | undefined): RestRequest {
  return pageSize === undefined ? request : { ...request, url: request.url.replace('maxResults=2500', `maxResults=${pageSize}`) }
}

async function bodyOf(response: Response): Promise<Pick<Answer, 'text' | 'isCut'>> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
    return { text: Buffer.concat(chunks).toString(), isCut: false }
  } catch {
    return { text: Buffer.concat(chunks).toString(), isCut: true }
  }
}

export function expectStatus(answer: Answer, ...statuses: readonly number[]): Answer {
  if (!statuses.includes(answer.status)) expect.fail(`${answer.status} instead of ${statuses.join(' or ')}: ${answer.text}`)
  return answer
}
