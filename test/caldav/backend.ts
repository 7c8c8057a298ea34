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
  session(address: string): CalendarSession
  addCalendar(account: string, calendar: NewCalendar): Promise<void>
  breakNext(path: string, status: number, times?: number): void
  /** Calls to the API since the start, those for tokens left out. */
  calls(): number
  close(): Promise<void>
}

const origin = 'http://calendar.test'

export async function openBackend(): Promise<TestBackend> {
  const emulator = createEmulator({ control: true })
  let calls = 0
  const faults: { readonly path: string; readonly status: number; times: number }[] = []
  const backend = cachedBackend(createGoogleBackend({
    apiUrl: `${origin}/calendar/v3`, tokenUrl: `${origin}/token`, pause: async () => {},
    transport: (request) => {
      if (request.url.startsWith(`${origin}/calendar/v3`)) calls += 1
      const fault = faults.find((each) => each.times > 0 && decodeURIComponent(request.url).includes(each.path))
      if (fault === undefined) return emulator.transport(request)
      fault.times -= 1
      return Promise.resolve({ status: fault.status, headers: {}, body: '' })
    },
  }), { maxBytes: 50_000_000, freshnessMs: 0 })
  return {
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
    breakNext: (path, status, times = 1) => void faults.push({ path, status, times }),
    calls: () => calls,
    close: async () => {
      await backend.close()
      emulator.close()
    },
  }
}
