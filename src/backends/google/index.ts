/**
 * The backend for services that speak Google Calendar v3.
 *
 * `calls/` talks to the service, `reading/` makes series of its rows, `members/` knows both ways of one member of an event each, and
 * `writing/` plans and makes changes. What all of them need stands here: the shapes (wire.ts), names (names.ts) and our own marks (marks.ts).
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { accessTokens } from './calls/auth.ts'
import { createClient } from './calls/client.ts'
import { createSession } from './session.ts'
import { UnclearCreations } from './writing/unclear-creations.ts'
import type { Backend } from '../../calendar/backend.ts'
import type { CalendarFrame } from './frame.ts'
import type { FrameMemory } from './session.ts'
import type { Transport } from '../transport.ts'

/** Where the service is, and what is handed in for tests. */
export interface GoogleOptions {
  readonly transport: Transport
  /** Ends in `/calendar/v3`. */
  readonly apiUrl: string
  readonly tokenUrl: string
  /** The OAuth client that the users' refresh tokens were given to. */
  readonly client?: { readonly id: string; readonly secret: string }
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Waits before a call is repeated. */
  readonly pause?: (milliseconds: number) => Promise<void>
  /** 0 to 1. */
  readonly random?: () => number
}

/** A backend whose sessions share access tokens and what was last learnt of calendars, and nothing else. */
export function createGoogleBackend(options: GoogleOptions): Backend {
  const { transport, tokenUrl, client, now = Date.now, pause = async (ms) => { await sleep(ms) }, random = Math.random } = options
  const apiUrl = options.apiUrl.replace(/\/+$/, '')
  const tokens = accessTokens({ transport, tokenUrl, now, ...(client === undefined ? {} : { client }) })
  const memory = { frames: frameMemory(), unclear: new UnclearCreations(now) }
  return {
    session: (identity) => createSession(identity.address, createClient({ transport, apiUrl, tokens, identity, pause, random }), memory),
    close: async () => {},
  }
}

const maxFrames = 10_000

function frameMemory(): FrameMemory {
  const frames = new Map<string, CalendarFrame>()
  const keyOf = (address: string, calendar: string): string => `${address}\n${calendar}`
  return {
    get: (address, calendar) => frames.get(keyOf(address, calendar)),
    set(frame) {
      if (frames.size >= maxFrames) frames.clear()
      frames.set(keyOf(frame.address, frame.calendar), frame)
    },
  }
}
