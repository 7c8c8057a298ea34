/** The backends by the name that the setting `--backend` takes: how their sessions are made, and where they are reached if nothing else is said. */

import { createGoogleBackend } from './google/index.ts'
import type { GoogleOptions } from './google/index.ts'
import type { Backend } from '../calendar/backend.ts'

export type BackendName = 'emulator' | 'google'

export interface BackendRow {
  readonly create: (options: GoogleOptions) => Backend
  readonly apiUrl: string
  readonly tokenUrl: string
}

/** The emulator speaks the same API and so shares the adapter; its addresses are never resolved. */
export const backends = {
  emulator: { create: createGoogleBackend, apiUrl: 'http://127.0.0.1/calendar/v3', tokenUrl: 'http://127.0.0.1/token' },
  google: { create: createGoogleBackend, apiUrl: 'https://www.googleapis.com/calendar/v3', tokenUrl: 'https://oauth2.googleapis.com/token' },
} satisfies Record<BackendName, BackendRow>
