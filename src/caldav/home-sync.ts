/**
 * The state of a calendar home for sync-collection (RFC 6578): which of its calendars changed since a token, in their events or in
 * what is said of themselves. The token holds the name and a short hash of the state of each, so that any replica can compare and
 * tell which are gone.
 */

import { hash } from 'node:crypto'
import { BackendError } from '../calendar/backend.ts'
import { backendSyncToken } from '../calendar/identifiers.ts'
import type { Context, Loaded, LoadedResource } from './context.ts'
import { calendarsAtOnce, members } from './load.ts'
import { mapInOrder } from './reply.ts'
import { formatSyncToken, parseSyncToken } from './tags.ts'

/** Hashes of states by the ends of hrefs. */
export type HomeState = ReadonlyMap<string, string>

/** A member of the home, and what tells whether it has changed. */
export interface HomeMember {
  readonly loaded: LoadedResource
  /** Its href without that of the home. */
  readonly key: string
  readonly state: string
}

/** 48 bits: enough for the few calendars of one home. */
const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 8)

/** One cheap call for each calendar that the cache does not know (the same that its ctag costs). @throws BackendError */
export async function homeMembers(context: Context, home: Loaded<'home'>): Promise<readonly HomeMember[]> {
  const found: HomeMember[] = []
  for await (const member of mapInOrder(await members(context, home), calendarsAtOnce, (loaded) => memberOf(home, loaded))) found.push(member)
  return found
}

async function memberOf(home: Loaded<'home'>, loaded: LoadedResource): Promise<HomeMember> {
  return { loaded, key: loaded.href.slice(home.href.length), state: digest(await stateOf(loaded)) }
}

async function stateOf(loaded: LoadedResource): Promise<string> {
  if (loaded.kind !== 'calendar') return ''
  return JSON.stringify([await loaded.calendar(), await eventsOf(loaded)])
}

/** A calendar whose events cannot be read for good, e.g. since it shares only busy times, has none to change. */
async function eventsOf(calendar: Loaded<'calendar'>): Promise<string> {
  try {
    return (await calendar.state()).token
  } catch (error) {
    if (error instanceof BackendError && (error.fault === 'gone' || error.fault === 'forbidden')) return ''
    throw error
  }
}

const PREFIX = 'home:'

/** The DAV:sync-token of a home in the given state. */
export function formatHomeToken(home: Loaded<'home'>, state: HomeState): string {
  const pairs = [...state].map(([key, value]) => `${key} ${value}`).sort()
  return formatSyncToken(idOf(home), backendSyncToken(PREFIX + pairs.join(' ')))
}

/** @returns undefined for whatever {@link formatHomeToken} did not make for this home */
export function parseHomeToken(home: Loaded<'home'>, text: string): HomeState | undefined {
  const token = parseSyncToken(idOf(home), text)
  // Hrefs and hashes have no blanks.
  if (token === undefined || !/^home:(?:[^\s/]+\/ [\w-]{8}(?: (?=.)|$))*$/.test(token)) return undefined
  const pairs = token.slice(PREFIX.length).matchAll(/(\S+) (\S+)/g)
  return new Map([...pairs].map(([, key, state]) => [key!, state!]))
}

function idOf({ resource }: Loaded<'home'>) {
  return (resource as Extract<typeof resource, { kind: 'home' }>).id
}

/** What a token has to hold of them. */
function homeStateOf(list: readonly HomeMember[]): HomeState {
  return new Map(list.map(({ key, state }) => [key, state]))
}

/** The DAV:sync-token property of a home (RFC 6578 §4). @throws BackendError */
export async function homeSyncToken(context: Context, home: Loaded<'home'>): Promise<string> {
  return formatHomeToken(home, homeStateOf(await homeMembers(context, home)))
}
