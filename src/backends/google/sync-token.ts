/**
 * Where a reader of a calendar stands. A token is `<updated>-<mark>`: the calendar's last change in milliseconds, and a short hash of
 * all else that changes what a reader sees. One that a limit cut short goes on: `<updated>-<mark>+<since>+<position>+<name>`.
 */

import { hash } from 'node:crypto'
import { backendSyncToken, instant, objectName } from '../../calendar/identifiers.ts'
import type { BackendSyncToken, CalendarId, Instant, ObjectName } from '../../calendar/identifiers.ts'
import type { WireReminder } from './wire.ts'

/** Goes up whenever the same rows would be rendered otherwise, so that no client keeps what an older version told it. */
export const mappingVersion = 1

export interface SyncState {
  /** The calendar's state when the reading began: the answer to it ends there. */
  readonly updated: Instant
  readonly mark: string
  /** Present in a reading that is not at its end. */
  readonly rest?: {
    /** Where the reading began; undefined: with everything. */
    readonly since: Instant | undefined
    /** The last object told, in the order of (updated, name). */
    readonly position: Instant
    readonly name: ObjectName
  }
}

/** Hashes what tokens of one calendar and user have in common: a token with another mark cannot be continued. */
export function markOf(calendar: CalendarId, defaultReminders: readonly WireReminder[]): string {
  const reminders = defaultReminders.map(({ method, minutes }) => `${method}:${minutes}`).sort().join()
  return hash('sha256', `${mappingVersion}\n${calendar.toLowerCase()}\n${reminders}`, 'base64url').slice(0, 8).replaceAll('-', '.')
}

/** Printable ASCII. */
export function formatSyncToken({ updated, mark, rest }: SyncState): BackendSyncToken {
  const head = `${updated}-${mark}`
  if (rest === undefined) return backendSyncToken(head)
  const name = Buffer.from(rest.name).toString('base64url')
  return backendSyncToken(`${head}+${rest.since ?? ''}+${rest.position}+${name}`)
}

/** @returns undefined for any text that {@link formatSyncToken} does not write */
export function parseSyncToken(token: string): SyncState | undefined {
  const match = /^(\d{1,15})-([\w.]{8})(?:\+(\d{0,15})\+(\d{1,15})\+([\w-]{1,5000}))?$/.exec(token)
  if (!match) return undefined
  const [, updated, mark, since, position, encoded] = match
  const head = { updated: instant(Number(updated)), mark: mark ?? '' }
  if (encoded === undefined) return head
  const name = objectName(Buffer.from(encoded, 'base64url').toString())
  if (name === undefined) return undefined
  return { ...head, rest: { since: since === '' ? undefined : instant(Number(since)), position: instant(Number(position)), name } }
}
