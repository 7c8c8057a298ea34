/** What whole-request tests stand on: the Google adapter behind its cache, over the emulator, in one process. */

import { cachedBackend } from '../../src/backends/cached.ts'
import { createEmulator } from '../../src/backends/emulator/index.ts'
import { createGoogleBackend } from '../../src/backends/google/index.ts'
import type { CalendarSession } from '../../src/calendar/backend.ts'
import { emailAddress } from '../../src/calendar/identifiers.ts'

/** A calendar as somebody else shares it. */
export interface NewCalendar {
  readonly id: string
  readonly summary: string
  readonly accessRole: 'freeBusyReader' | 'reader' | 'writer' | 'owner'
  readonly backgroundColor?: string
}

export interface TestBackend {
  /** Another one over the same service, which holds nothing yet. */
  replica(options: BackendOptions): TestBackend
  session(address: string): CalendarSession
  addCalendar(account: string, calendar: NewCalendar): Promise<void>
  /** Many small events in the account's own calendar. */
  fill(account: string, count: number): Promise<void>
  breakNext(path: string, status: number, times?: number): void
  /** The mails since the last time that this was asked: kind and recipient, in order. */
  mails(): Promise<readonly string[]>
  /** What the service itself says, to one of its users. */
  rest(address: string, method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
  /** Calls to the API since the start, those for tokens left out. */
  calls(): number
  close(): Promise<void>
}

const origin = 'http://calendar.test'

export interface BackendOptions {
  /** Left out: enough for every test. */
  readonly cacheBytes?: number
  /** Told of each call to the API as it begins. */
  readonly onCall?: (url: string) => void
}

export async function openBackend(options: BackendOptions = {}): Promise<TestBackend> {
  const emulator = createEmulator({ control: true })
  const backend = backendOver(emulator, options)
  return {
    ...backend,
    close: async () => {
      await backend.close()
      emulator.close()
    },
  }
}

function backendOver(emulator: ReturnType<typeof createEmulator>, { cacheBytes = 50_000_000, onCall }: BackendOptions): TestBackend {
  let calls = 0
  const faults: { readonly path: string; readonly status: number; times: number }[] = []
  const backend = cachedBackend(createGoogleBackend({
    apiUrl: `${origin}/calendar/v3`, tokenUrl: `${origin}/token`, pause: async () => {},
    transport: (request) => {
      if (request.url.startsWith(`${origin}/calendar/v3`)) {
        calls += 1
        onCall?.(request.url)
      }
      const fault = faults.find((each) => each.times > 0 && decodeURIComponent(request.url).includes(each.path))
      if (fault === undefined) return emulator.transport(request)
      fault.times -= 1
      return Promise.resolve({ status: fault.status, headers: {}, body: '' })
    },
  }), { maxBytes: cacheBytes, freshnessMs: 0 })
  return {
    replica: (options) => backendOver(emulator, options),
    session: (address) => {
      emulator.ensureAccount(address)
      return backend.session({ address: emailAddress(address)! })
    },
    addCalendar: async (owner, { id, summary, accessRole, backgroundColor }) => {
      emulator.ensureAccount(owner)
      const body = JSON.stringify({ owner, id, summary, accessRole, color: backgroundColor })
      const response = await emulator.fetch(new Request(`${origin}/_control/calendars`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
      if (!response.ok) throw new Error(`The emulator does not make ${id}: ${response.status} ${await response.text()}`)
    },
    fill: async (account, count) => {
      emulator.ensureAccount(account)
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const grant = await emulator.transport({ method: 'POST', url: `${origin}/token`, headers: form, body: `grant_type=refresh_token&refresh_token=emulator:${account}` })
      const headers = { 'content-type': 'application/json', 'authorization': `Bearer ${(JSON.parse(grant.body) as { access_token: string }).access_token}` }
      const start = { dateTime: '2026-09-15T08:00:00Z' }
      for (let index = 0; index < count; index += 1) {
        const body = JSON.stringify({ iCalUID: `many-${index}`, summary: 'One of many', start, end: start })
        const { status } = await emulator.transport({ method: 'POST', url: `${origin}/calendar/v3/calendars/primary/events/import`, headers, body })
        if (status !== 200) throw new Error(`The emulator does not take event ${index}: ${status}`)
      }
    },
    breakNext: (path, status, times = 1) => void faults.push({ path, status, times }),
    mails: async () => {
      const answer = await emulator.fetch(new Request(`${origin}/_control/mails`))
      const mails = await answer.json() as readonly { readonly kind: string; readonly recipient: string }[]
      await emulator.fetch(new Request(`${origin}/_control/mails/reset`, { method: 'POST' }))
      return mails.map(({ kind, recipient }) => `${kind} ${recipient}`)
    },
    rest: async (address, method, path, body) => {
      const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: `emulator:${address}`, client_id: 'test', client_secret: 'test' })
      const token = await (await emulator.fetch(new Request(`${origin}/token`, { method: 'POST', body: form }))).json() as { access_token: string }
      const answer = await emulator.fetch(new Request(`${origin}/calendar/v3${path}`, {
        method, headers: { 'authorization': `Bearer ${token.access_token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }))
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    calls: () => calls,
    close: () => backend.close(),
  }
}
