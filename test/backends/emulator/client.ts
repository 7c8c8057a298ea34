/** A small caller of the emulator for tests: plain calls as an account, JSON in and out. Deterministic time and randomness. */

import { createEmulator, type Emulator, type EmulatorOptions } from '../../../src/backends/emulator/index.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read bodies freely
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

export interface TestEmulator extends Emulator {
  call(account: string, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  control(method: string, name: string, body?: unknown): Promise<Answer>
  /** Moves the machine's clock. */
  pass(milliseconds: number): void
}

export const anna = 'anna@example.com'
export const ben = 'ben@example.com'
export const startOfTests = Date.parse('2026-03-12T07:26:40Z')

/** Bytes that look random and are the same in each run. */
export function pseudoRandom(): (size: number) => Uint8Array {
  let state = 1
  return (size) => Uint8Array.from({ length: size }, () => (state = (state * 48_271) % 2_147_483_647) & 255)
}

export function testEmulator(options: EmulatorOptions = {}): TestEmulator {
  let now = startOfTests
  const emulator = createEmulator({ control: true, now: () => now, randomBytes: pseudoRandom(), ...options })
  emulator.ensureAccount(anna)
  emulator.ensureAccount(ben)
  const send = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const content = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)
    const response = await emulator.fetch(new Request(`http://emulator${path}`, { method, headers, body: content }))
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) as Json }
  }
  return {
    ...emulator,
    call: (account, method, path, body, headers = {}) => send(method, `/calendar/v3${path}`, body, { authorization: `Bearer test:${account}`, ...headers }),
    control: (method, name, body) => send(method, `/_control/${name}`, body, {}),
    pass: (milliseconds) => {
      now += milliseconds
    },
  }
}

export const events = '/calendars/primary/events'

/** A timed event of an hour in UTC. */
export const hourAt = (start: string, more: object = {}): object => {
  const end = new Date(Date.parse(start) + 3_600_000).toISOString().replace('.000', '')
  return { start: { dateTime: start, timeZone: 'UTC' }, end: { dateTime: end, timeZone: 'UTC' }, ...more }
}

export const ids = (body: Json): string[] => body.items.map((item: Json) => item.id)
export const reasonOf = (answer: Answer): string => `${answer.status} ${answer.body?.error?.errors?.[0]?.reason}`
