/**
 * Synchronising in pages (RFC 6578 §3.6). All that changed is read at once, which one call tells or the cache knows, and cut here: a backend
 * would have to read it anew for every page.
 */

import type { Changes, ObjectTag } from '../../calendar/backend.ts'
import { backendSyncToken, instant, objectName } from '../../calendar/identifiers.ts'
import type { BackendSyncToken, Instant, ObjectName } from '../../calendar/identifiers.ts'

/** The last thing that was told. What changed comes first, by (updated, name), then by name what was removed. */
type Position = { readonly updated: Instant; readonly name: ObjectName } | { readonly removed: ObjectName }

/** A reading that is not at its end. */
export interface OpenReading {
  /** Where it began; undefined: with everything. */
  readonly since: BackendSyncToken | undefined
  /** The state when it began: it ends there, so that what happens meanwhile is told by the next one. */
  readonly end: BackendSyncToken
  readonly position: Position
}

/** One page: its changes, the token that goes on, and whether there is more. */
export interface SyncPage {
  readonly changed: readonly ObjectTag[]
  readonly removed: readonly ObjectName[]
  readonly next: BackendSyncToken
  readonly more: boolean
}

/**
 * @param all     what happened since the reading began, as it is known now
 * @param reading the one that goes on; undefined: it begins
 * @param since   where it began, if it begins
 */
export function syncPage(all: Changes, limit: number | undefined, reading: OpenReading | undefined, since: BackendSyncToken | undefined): SyncPage {
  const position = reading?.position
  const end = reading?.end ?? all.next
  const changed = position === undefined ? all.changed : 'removed' in position ? [] : all.changed.filter((tag) => isAfter(tag, position))
  const removed = position === undefined || !('removed' in position) ? all.removed : all.removed.filter((name) => name > position.removed)
  const page = { changed: changed.slice(0, limit), removed: removed.slice(0, limit && Math.max(0, limit - changed.length)) }
  const more = page.changed.length + page.removed.length < changed.length + removed.length
  if (!more) return { ...page, next: end, more }
  return { ...page, next: formatOpenReading({ since: reading === undefined ? since : reading.since, end, position: lastOf(page) }), more }
}

function isAfter({ updated, name }: ObjectTag, position: { readonly updated: Instant; readonly name: ObjectName }): boolean {
  return updated > position.updated || (updated === position.updated && name > position.name)
}

/** @param page not empty */
function lastOf({ changed, removed }: Pick<SyncPage, 'changed' | 'removed'>): Position {
  const gone = removed.at(-1)
  const { updated, name } = changed.at(-1) ?? {}
  return gone === undefined ? { updated: updated!, name: name! } : { removed: gone }
}

const PREFIX = 'page'

/** In the place of a backend's token. The parts are encoded, and stand between blanks. */
function formatOpenReading({ since, end, position }: OpenReading): BackendSyncToken {
  const [updated, name] = 'removed' in position ? ['', position.removed] : [String(position.updated), position.name]
  return backendSyncToken([PREFIX, since ?? '', end, updated, name].map(encodeURIComponent).join(' '))
}

/** @returns undefined for every token that is not one of a reading under way, those of backends among them */
export function parseOpenReading(token: BackendSyncToken): OpenReading | undefined {
  const [, since, end, updated, encoded] = /^page (\S*) (\S+) (\d{0,15}) (\S+)$/.exec(token)?.map(decoded) ?? []
  const name = encoded === undefined ? undefined : objectName(encoded)
  if (since === undefined || end === undefined || name === undefined) return undefined
  const position = updated === '' ? { removed: name } : { updated: instant(Number(updated)), name }
  return { since: since === '' ? undefined : backendSyncToken(since), end: backendSyncToken(end), position }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined // not written here
  }
}
