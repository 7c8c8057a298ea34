/** Rows of a listing, sorted into the series that they belong to. One row that cannot be read spoils its own series only. */

import { uidOfEventId } from '../names.ts'
import { checkOf } from './shape.ts'
import { wireEventSchema, wireRowSchema } from '../wire.ts'
import { eventUid } from '../../../calendar/identifiers.ts'
import type { EventUid } from '../../../calendar/identifiers.ts'
import type { WireEvent, WireRow } from '../wire.ts'

/** A row as it came: read, or of a shape that we do not know. */
export type Row =
  | { readonly kind: 'read'; readonly event: WireEvent }
  | { readonly kind: 'unreadable'; readonly row: WireRow; readonly reason: string }

/** All rows of one UID. */
export interface RowGroup {
  readonly uid: EventUid
  readonly events: readonly WireEvent[]
  /** Why the series cannot be told, if a row of it could not be read. */
  readonly fault: string | undefined
}

const isEvent = checkOf(wireEventSchema)

/** @returns undefined for a row that does not even have an id */
export function readRow(value: unknown): Row | undefined {
  // The schema would copy each row of a long list, and tell what is wrong with it, which is asked of few.
  if (isEvent(value)) return { kind: 'read', event: value as WireEvent }
  const event = wireEventSchema.safeParse(value)
  if (event.success) return { kind: 'read', event: event.data }
  const row = wireRowSchema.safeParse(value)
  const [issue] = event.error.issues
  return row.success ? { kind: 'unreadable', row: row.data, reason: `${issue?.path.join('.')}: ${issue?.message}` } : undefined
}

/** An exception or cancelled instance, as against a single event or a master. */
export function isInstance(row: WireRow): boolean {
  return row.recurringEventId !== undefined
}

/** The event is gone: a tombstone, or an instance that its series does not reach any more. */
export function isTombstone(row: WireRow): boolean {
  return row.status === 'cancelled' && !isInstance(row)
}

/** Told by the row, else by the id of the event it belongs to. */
export function uidOfRow(row: WireRow): EventUid {
  return row.iCalUID === undefined ? uidOfEventId(row.recurringEventId ?? row.id) : eventUid(row.iCalUID)
}

/**
 * Gathers rows by series. Cancelled instances need not tell a UID: they go with the master whose id they name, wherever that comes
 * in the listing.
 */
export class RowGroups {
  readonly #rows = new Map<EventUid, Row[]>()
  readonly #uids = new Map<string, EventUid>()
  readonly #waiting: Row[] = []

  add(row: Row): void {
    const wire = wireOf(row)
    if (isTombstone(wire)) return
    if (!isInstance(wire)) this.#uids.set(wire.id, uidOfRow(wire))
    if (isInstance(wire) && wire.iCalUID === undefined) this.#waiting.push(row)
    else this.#put(uidOfRow(wire), row)
  }

  #put(uid: EventUid, row: Row): void {
    const rows = this.#rows.get(uid)
    if (rows) rows.push(row)
    else this.#rows.set(uid, [row])
  }

  /** Every series once; tombstones are in none. */
  groups(): readonly RowGroup[] {
    for (const row of this.#waiting.splice(0)) this.#put(this.#uids.get(wireOf(row).recurringEventId ?? '') ?? uidOfRow(wireOf(row)), row)
    return [...this.#rows].map(([uid, rows]) => groupOf(uid, rows))
  }
}

function wireOf(row: Row): WireRow {
  return row.kind === 'read' ? row.event : row.row
}

/** @param rows at least one */
export function groupOf(uid: EventUid, rows: readonly Row[]): RowGroup {
  const fault = rows.find((row) => row.kind === 'unreadable')
  const events = rows.map((row) => (row.kind === 'read' ? row.event : bareEvent(row.row)))
  return { uid, events, fault: fault?.kind === 'unreadable' ? fault.reason : undefined }
}

/** What of an unreadable row is needed to name it and to tell its version. */
function bareEvent({ id, etag, updated, iCalUID, recurringEventId }: WireRow): WireEvent {
  return { id, etag, updated, iCalUID, recurringEventId }
}
