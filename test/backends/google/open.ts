/** The google adapter over an emulator in the same process, with every call written down. Time moves a second with each look at the clock. */

import { createEmulator } from '../../../src/backends/emulator/index.ts'
import { createGoogleBackend } from '../../../src/backends/google/index.ts'
import { TransportError } from '../../../src/backends/transport.ts'
import { emailAddress } from '../../../src/calendar/identifiers.ts'
import type { EmulatorOptions } from '../../../src/backends/emulator/index.ts'
import type { RestRequest, RestResponse } from '../../../src/backends/transport.ts'
import type { CalendarSession } from '../../../src/calendar/backend.ts'

export const apiUrl = 'http://calendar.test/calendar/v3'
/** Of several calls in one, told as `POST /batch`. */
export const batchUrl = 'http://calendar.test/batch/calendar/v3'

/** Asked before each API call; an answer takes the place of the emulator's. 'lost': the call is made and its answer lost. */
export type Fault = (request: RestRequest, count: number) => RestResponse | 'lost' | undefined

/** An event, or a list of events, as it came. */
export interface Answer {
  readonly id: string
  readonly items: readonly Answer[]
  readonly [member: string]: unknown
}

export interface Opened {
  session(address: string): CalendarSession
  /** `METHOD path?query` of each API call since the last `forget`, the API's address left out. */
  readonly calls: string[]
  /** Calls that change something. */
  writes(): readonly string[]
  forget(): void
  /** Mails sent: recipient and kind. */
  mails(): readonly string[]
  /** Speaks to the service directly, as another program of the user. */
  api(address: string, method: RestRequest['method'], path: string, body?: unknown): Promise<Answer>
  fault: Fault | undefined
  readonly waits: number[]
  close(): void
}

/** @param pageSize in place of the largest page, so that few events make many pages */
export function open({ pageSize, ...options }: EmulatorOptions & { pageSize?: number } = {}): Opened {
  let time = Date.parse('2026-03-02T08:00:00Z')
  const now = (): number => (time += 1000)
  const emulator = createEmulator({ now, control: true, ...options })
  const calls: string[] = []
  const waits: number[] = []
  const opened: Opened = {
    calls, waits, fault: undefined,
    session: (address) => {
      emulator.ensureAccount(address)
      const known = emailAddress(address)
      if (known === undefined) throw new TypeError(`${address} is no address`)
      return backend.session({ address: known })
    },
    writes: () => calls.filter((call) => !call.startsWith('GET') && !call.startsWith('POST /freeBusy')),
    forget: () => { calls.length = 0 },
    mails: () => emulator.mails().map((mail) => `${mail.recipient} ${mail.kind}`),
    async api(address, method, path, body) {
      emulator.ensureAccount(address)
      const response = await emulator.transport({
        method, url: apiUrl + path, headers: { authorization: `Bearer test:${address}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${response.body}`)
      return response.body === '' ? undefined : JSON.parse(response.body)
    },
    close: () => emulator.close(),
  }
  const backend = createGoogleBackend({
    apiUrl, tokenUrl: 'http://calendar.test/token', now, random: () => 0,
    pause: async (milliseconds) => { waits.push(milliseconds) },
    transport: async (request) => {
      const isBatch = request.url === batchUrl
      if (!isBatch && !request.url.startsWith(apiUrl)) return emulator.transport(request)
      calls.push(isBatch ? 'POST /batch' : `${request.method} ${decodeURIComponent(request.url.slice(apiUrl.length))}`)
      const fault = opened.fault?.(request, calls.length)
      if (fault !== undefined && fault !== 'lost') return fault
      const url = pageSize === undefined ? request.url : request.url.replace('maxResults=2500', `maxResults=${pageSize}`)
      const response = await emulator.transport({ ...request, url })
      if (fault === 'lost') throw new TransportError('connection', 'the answer was lost')
      return response
    },
  })
  return opened
}

export const refusal = (status: number, reason: string): RestResponse =>
  ({ status, headers: {}, body: JSON.stringify({ error: { code: status, message: reason, errors: [{ domain: 'global', reason, message: reason }] } }) })
