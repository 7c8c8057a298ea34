/** Whole requests over the Google adapter and the emulator, with the service's rows and calls in sight. */

import { cachedBackend } from '../../src/backends/cached.ts'
import { createEmulator } from '../../src/backends/emulator/index.ts'
import type { EmulatorOptions } from '../../src/backends/emulator/index.ts'
import { createGoogleBackend } from '../../src/backends/google/index.ts'
import type { RestRequest } from '../../src/backends/transport.ts'
import { TransportError } from '../../src/backends/transport.ts'
import { BackendError } from '../../src/calendar/backend.ts'
import { emailAddress } from '../../src/calendar/identifiers.ts'
import { createAliases } from '../../src/caldav/aliases.ts'
import type { Notice } from '../../src/caldav/context.ts'
import { DavError } from '../../src/caldav/errors.ts'
import { handle } from '../../src/caldav/handle.ts'
import { clark } from '../../src/dav/names.ts'
import { textOf } from '../caldav/gateway.ts'

export const me = 'anna@example.com'
export const calendarPath = `/calendar/dav/${me}/events/`

/** A row of the service as it stands there. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly status?: string }

export interface Answer {
  readonly status: number
  readonly text: string
  readonly etag: string | undefined
  /** Local name of the precondition that a refusal names. */
  readonly condition: string | undefined
}

/** 'refused' and 'lost' spoil a call that writes, before and after it is carried out. */
export type Fault = (write: number) => 'refused' | 'lost' | undefined

export interface Opened {
  ask(method: string, path: string, body?: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>
  put(name: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>
  get(name: string): Promise<Answer>
  /** Speaks to the service as another program of the user. */
  api(method: RestRequest['method'], path: string, body?: unknown, as?: string): Promise<Row>
  /** All rows of a calendar, masters before their exceptions. */
  rows(calendar?: string): Promise<readonly Row[]>
  /** `METHOD path` of each call that changed something since the last `forget`. */
  readonly writes: string[]
  mails(): readonly string[]
  forget(): void
  /** Counts writes from 1 since it was set. */
  setFault(fault: Fault | undefined): void
  /** Changes what the service answers with status 200: to hand out rows of a shape that nobody knows yet. */
  rewrite: ((body: string, url: string) => string) | undefined
  readonly notices: Notice[]
  close(): Promise<void>
}

const origin = 'http://calendar.test'
const apiUrl = `${origin}/calendar/v3`

export function open(options: EmulatorOptions = {}): Opened {
  let time = Date.parse('2026-03-02T08:00:00Z')
  const now = (): number => (time += 1000)
  const emulator = createEmulator({ control: true, now, ...options })
  emulator.ensureAccount(me)
  const writes: string[] = []
  const notices: Notice[] = []
  let fault: Fault | undefined
  let counted = 0
  const backend = cachedBackend(createGoogleBackend({
    apiUrl, tokenUrl: `${origin}/token`, now, random: () => 0, pause: async () => {},
    transport: async (request) => {
      const isBatch = request.url === `${origin}/batch/calendar/v3`
      const isWrite = isBatch || (request.method !== 'GET' && request.url.startsWith(apiUrl) && !request.url.includes('/freeBusy'))
      if (isWrite) writes.push(isBatch ? 'POST /batch' : `${request.method} ${decodeURIComponent(request.url.slice(apiUrl.length))}`)
      const spoiled = isWrite ? fault?.(counted += 1) : undefined
      if (spoiled === 'refused') return { status: 503, headers: {}, body: '' }
      const response = await emulator.transport(request)
      if (spoiled === 'lost') throw new TransportError('connection', 'the answer was lost')
      return opened.rewrite === undefined || response.status !== 200 ? response : { ...response, body: opened.rewrite(response.body, request.url) }
    },
  }), { maxBytes: 50_000_000, freshnessMs: 0 })
  const session = backend.session({ address: emailAddress(me)! })
  const account = { address: session.address, session, aliases: createAliases() }
  const environment = { settings: { maxResourceBytes: 1_048_576, scheduling: 'implicit' as const }, notice: (notice: Notice) => void notices.push(notice) }

  const opened: Opened = {
    writes, notices, rewrite: undefined,
    async ask(method, path, body = '', headers = {}) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      const request = { method, path, headers: new Headers(headers), body: () => Promise.resolve(bytes), signal: new AbortController().signal }
      try {
        const reply = await handle(request, account, environment)
        return { status: reply.status, text: await textOf(reply.body), etag: new Headers(reply.headers).get('etag') ?? undefined, condition: undefined }
      } catch (error) {
        return refusalOf(error)
      }
    },
    put: (name, body, headers) => opened.ask('PUT', calendarPath + name, body, { 'Content-Type': 'text/calendar; charset=utf-8', ...headers }),
    get: (name) => opened.ask('GET', calendarPath + name),
    async api(method, path, body, as = me) {
      emulator.ensureAccount(as)
      const response = await emulator.transport({
        method, url: apiUrl + path, headers: { authorization: `Bearer test:${as}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`)
      return (response.body === '' ? {} : JSON.parse(response.body)) as Row
    },
    async rows(calendar = me) {
      const { items } = await opened.api('GET', `/calendars/${encodeURIComponent(calendar)}/events?maxResults=2500`) as unknown as { items: readonly Row[] }
      return items.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    },
    mails: () => emulator.mails().map((mail) => `${mail.recipient} ${mail.kind}`),
    forget: () => { writes.length = 0 },
    setFault: (next) => { fault = next; counted = 0 },
    close: async () => {
      await backend.close()
      emulator.close()
    },
  }
  return opened
}

function refusalOf(error: unknown): Answer {
  if (error instanceof BackendError) return { status: 503, text: `${error.fault}: ${error.message}`, etag: undefined, condition: undefined }
  if (!(error instanceof DavError)) throw error
  return { status: error.status, text: error.message, etag: undefined, condition: error.condition && clark(error.condition).replace(/^\{.*\}/, '') }
}

/** VEVENT lines in an object as a client sends it. */
export function object(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', 'DTSTAMP:20260105T080000Z', ...event, 'END:VEVENT'])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Client//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}
