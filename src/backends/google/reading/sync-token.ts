/**
 * Where a reader of a calendar stands. A token is `<updated>-<mark>`: the calendar's last change in milliseconds, and a short hash of
 * all else that changes what a reader sees.
 */

import { hash } from 'node:crypto'
import { backendSyncToken, instant } from '../../../calendar/identifiers.ts'
import type { BackendSyncToken, CalendarId, Instant } from '../../../calendar/identifiers.ts'
import type { WireReminder } from '../wire.ts'

/** Goes up whenever the same rows would be rendered otherwise, so that no client keeps what an older version told it. */
export const mappingVersion = 1

/** What a token says. */
export interface SyncState {
  /** The calendar's last change when it was read. */
  readonly updated: Instant
  readonly mark: string
}

/** Hashes what tokens of one calendar and user have in common: a token with another mark cannot be continued. */
export function markOf(calendar: CalendarId, defaultReminders: readonly WireReminder[]): string {
  const reminders = defaultReminders.map(({ method, minutes }) => `${method}:${minutes}`).sort().join()
  return hash('sha256', `${mappingVersion}\n${calendar.toLowerCase()}\n${reminders}`, 'base64url').slice(0, 8).replaceAll('-', '.')
}

/** Printable ASCII. */
export function formatSyncToken({ updated, mark }: SyncState): BackendSyncToken {
  return backendSyncToken(`${updated}-${mark}`)
}

/** @returns undefined for any text that {@link formatSyncToken} does not write */
export function parseSyncToken(token: string): SyncState | undefined {
  const [, updated, mark] = /^(\d{1,15})-([\w.]{8})$/.exec(token) ?? []
  return updated === undefined || mark === undefined ? undefined : { updated: instant(Number(updated)), mark }
}
