/** Writing rows: versions, what follows a change through its series, deletion. Everything here runs inside one transaction. */

import { calendarZone } from './access.ts'
import type { Environment } from './call.ts'
import { findCalendar } from './calendar-rows.ts'
import type { CalendarRow, EventDocument, EventRow } from './documents.ts'
import { removeEvent, seriesRows, touchSeries, writeEvent } from './event-rows.ts'
import { instanceRow, present } from './event-view.ts'
import { boundsOf, generates } from './series.ts'
import { nextChange } from './versions.ts'

/** A row before it has its version. */
export type Draft = Pick<EventRow, 'calendar' | 'id' | 'uid' | 'series' | 'original' | 'kind' | 'status' | 'document'>

/**
 * Stores a row and moves the version of its series; a row that says what is stored already moves nothing.
 * @param before the stored row; undefined also for an instance that had none
 * @returns the row as stored
 */
export function storeRow(environment: Environment, draft: Draft, before: EventRow | undefined): EventRow {
  if (before && isSameRow(before, draft)) return before
  const { store, switches } = environment
  const sameButReminders = before && isSameRow(withoutReminders(before), withoutReminders(draft))
  if (before && sameButReminders && switches.reminderEdits !== 'updated') return storeReminders(environment, draft, before)
  const updated = nextChange(environment, draft.calendar)
  const row: EventRow = { ...draft, ...boundsOf(draft.document), created: before?.created ?? createdOf(environment, draft) ?? updated, updated, etag: updated * 2 }
  writeEvent(store, row)
  if (draft.kind === 'event' || switches.instanceWrites === 'touch-series') touchSeries(store, row.calendar, row.series, updated, row.etag)
  return row
}

/** Instances were created with their series. */
function createdOf({ store }: Environment, { calendar, series }: Draft): number | undefined {
  return store.get('select created from events where calendar = ? and id = ?', calendar, series)?.['created'] as number | undefined
}

/** `updated` does not follow reminders; whether the etag does is not known (reference §4.3). */
function storeReminders({ store, switches }: Environment, draft: Draft, before: EventRow): EventRow {
  const etag = switches.reminderEdits === 'etag' ? before.etag + (before.etag % 2 === 0 ? 1 : 2) : before.etag
  const row = { ...before, document: draft.document, etag }
  writeEvent(store, row)
  if (etag !== before.etag) touchSeries(store, row.calendar, row.series, row.updated, etag)
  return row
}

type Comparable = Pick<Draft, 'status' | 'kind' | 'document' | 'uid'>

function withoutReminders({ status, kind, document, uid }: Comparable): Comparable {
  const { reminders: _, ...rest } = document
  return { status, kind, document: rest, uid }
}

const isSameRow = (a: Comparable, b: Comparable): boolean =>
  a.status === b.status && a.kind === b.kind && a.uid === b.uid && sameValue(a.document, b.document)

/** Equal whatever the order of members. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const names = Object.keys(a)
  return Array.isArray(a) === Array.isArray(b) && names.length === Object.keys(b).length
    && names.every((name) => sameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]))
}

/**
 * What a change of the master does to its exceptions: fields that they had in common follow, and those whose instance the
 * series has no more turn into bare tombstones (reference §6.2, §7). Nothing if the master did not change.
 * @param isDropped whether those turn into that
 */
export function followMaster(environment: Environment, before: EventRow, master: EventRow, isDropped = true): void {
  if (before.updated === master.updated && before.etag === master.etag) return
  const { store, switches } = environment
  const zone = calendarZone(environment, findCalendar(store, master.calendar) as CalendarRow)
  for (const row of seriesRows(store, master.calendar, master.series)) {
    if (row.kind === 'event') continue
    const isThere = row.original !== null && generates(master.document, row.original, zone)
    if (row.kind === 'vanished' && isThere) removeEvent(store, row.calendar, row.id)
    else if (row.kind === 'exception' && !isThere && isDropped) writeEvent(store, { ...row, kind: 'vanished', status: 'cancelled' })
    else if (row.kind === 'exception' && isThere && switches.masterEdits === 'inherited') inherit(environment, before, master, row)
  }
}

/** Never inherited: what an instance has of its own by nature. */
const ownFields = new Set(['start', 'end', 'recurrence', 'sequence', 'originalTimeZone', 'creator'])

function inherit(environment: Environment, before: EventRow, master: EventRow, row: EventRow): void {
  const old = before.document as unknown as Record<string, unknown>
  const now = master.document as unknown as Record<string, unknown>
  const own = row.document as unknown as Record<string, unknown>
  const names = new Set([...Object.keys(old), ...Object.keys(now)].filter((name) => !ownFields.has(name)))
  const taken = [...names].filter((name) => !sameValue(old[name], now[name]) && sameValue(own[name], old[name]))
  const document = present({ ...own, ...Object.fromEntries(taken.map((name) => [name, now[name]])) }) as unknown as EventDocument
  const isMoved = !sameValue(before.document.end, master.document.end) && row.original !== null
  writeEvent(environment.store, { ...row, ...boundsOf(document), document: isMoved ? movedEnd(environment, before, master, row, document) : document })
}

/** An exception that stood where its instance stood keeps the length of the series. */
function movedEnd(environment: Environment, before: EventRow, master: EventRow, row: EventRow, document: EventDocument): EventDocument {
  const was = instanceRow(before, row.original ?? '', environment).document
  const stayed = sameValue(was.start, row.document.start) && sameValue(was.end, row.document.end)
  return stayed ? { ...document, end: instanceRow(master, row.original ?? '', environment).document.end } : document
}

/**
 * Deletes: an instance turns into a cancelled row, a master or single event into a tombstone that keeps what it said.
 * @param row an instance may have no row yet
 */
export function cancelRow(environment: Environment, row: EventRow, stored: EventRow | undefined): EventRow {
  if (row.kind === 'event') {
    for (const each of seriesRows(environment.store, row.calendar, row.series)) {
      if (each.kind !== 'event') removeEvent(environment.store, each.calendar, each.id)
    }
  }
  const sequence = row.document.sequence + (row.kind === 'event' ? 1 : 0)
  return storeRow(environment, { ...row, status: 'cancelled', document: { ...row.document, sequence } }, stored)
}
