/** The version of a series: of all its rows, and of what only this user sees of them. */

import { hash } from 'node:crypto'
import { instant, revision } from '../../../calendar/identifiers.ts'
import { mappingVersion } from './sync-token.ts'
import { readStamp } from '../members/times.ts'
import type { Instant, Revision } from '../../../calendar/identifiers.ts'
import type { WireEvent, WireReminder, WireRow } from '../wire.ts'

/**
 * Reminders are in it because the service need not move the etag for them (events.list, `updated`: "changes to reminders are not
 * seen"); the calendar's default ones count for events that follow them.
 * @param rows all rows that make up the series, in any order
 */
export function revisionOf(rows: readonly WireEvent[], defaults: readonly WireReminder[]): Revision {
  const parts = rows.map((row) => `${row.id}=${row.etag ?? ''}=${remindersOf(row, defaults)}`).sort()
  const digest = hash('sha256', `${mappingVersion};${parts.join(';')}`, 'base64url')
  // 132 bits, and a copy of them: one is held for each event, and with the engine's slice of a text all of the text.
  return revision(Buffer.from(digest, 'latin1').toString('latin1', 0, 22))
}

/** Lists differ in how much they tell of cancelled instances. */
function remindersOf({ reminders, status }: WireEvent, defaults: readonly WireReminder[]): string {
  if (reminders === undefined || status === 'cancelled') return ''
  return reminders.useDefault === true ? `d${listOf(defaults)}` : listOf(reminders.overrides ?? [])
}

function listOf(reminders: readonly WireReminder[]): string {
  return reminders.map(({ method, minutes }) => `${method}${minutes}`).sort().join()
}

/** The newest change of any row, in milliseconds. Rows that do not tell have it in their etag: twice the microseconds. */
export function updatedOf(rows: readonly WireRow[]): Instant {
  return instant(Math.max(0, ...rows.map(changedAt)))
}

function changedAt({ updated, etag }: WireRow): number {
  const digits = /^"(\d{13,17})"$/.exec(etag ?? '')?.[1]
  return readStamp(updated) ?? (digits === undefined ? 0 : Math.floor(Number(digits) / 2000))
}
