/**
 * The embedded backend: a calendar service that answers the Google Calendar API v3 and its token endpoint over one SQLite file.
 * It reproduces what is known of the real one; what is not known is a switch (switches.ts).
 */

import { randomBytes } from 'node:crypto'

import type { Transport } from '../transport.ts'
import { ensureAccount } from './accounts.ts'
import { createApp } from './app.ts'
import type { Environment } from './call.ts'
import { createCallLog, type CallCount } from './call-log.ts'
import { createClock } from './clock.ts'
import { createFaultList } from './faults.ts'
import type { RandomBytes } from './ids.ts'
import { inProcessTransport } from './in-process.ts'
import { listMails, type Mail } from './mails.ts'
import { openStore } from './store.ts'
import { resolveSwitches, type Switches } from './switches.ts'

export interface EmulatorOptions {
  /** Path of the SQLite file, or `:memory:` (default). */
  readonly file?: string
  /** IANA zone of new accounts; default Europe/Berlin. */
  readonly timeZone?: string
  /** Serve `/_control` and take bearer tokens `test:<address>`; default false. */
  readonly control?: boolean
  /** Milliseconds since 1970; default the machine's clock. */
  readonly now?: () => number
  readonly randomBytes?: RandomBytes
  readonly switches?: Partial<Switches>
  /** Instances that an endless series shows in one listing; default 730. */
  readonly instanceCap?: number
}

export interface Emulator {
  /** The whole service, for a server or for tests. The second argument is what the Node server hands on. */
  fetch(request: Request, bindings?: object): Promise<Response>
  /** The same without HTTP; the origin of the URL means nothing. */
  readonly transport: Transport
  /** Makes the account with its primary calendar, if it is not there. */
  ensureAccount(address: string): void
  /** API calls since the start or the last reset. */
  calls(): readonly CallCount[]
  resetCalls(): void
  /** Mails that the service would have sent. */
  mails(): readonly Mail[]
  close(): void
}

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const store = openStore(options.file ?? ':memory:')
  const environment: Environment = {
    store,
    clock: createClock(store, options.now ?? Date.now),
    switches: resolveSwitches(options.switches),
    random: options.randomBytes ?? randomBytes,
    timeZone: options.timeZone ?? 'Europe/Berlin',
    control: options.control ?? false,
    instanceCap: options.instanceCap ?? 730,
    calls: createCallLog(),
    faults: createFaultList(),
  }
  const app = createApp(environment)
  return {
    fetch: async (request, bindings) => app.fetch(request, bindings),
    transport: inProcessTransport(environment),
    ensureAccount: (address) => {
      ensureAccount(environment, address)
    },
    calls: () => environment.calls.counts(),
    resetCalls: () => environment.calls.reset(),
    mails: () => listMails(store),
    close: () => store.close(),
  }
}
