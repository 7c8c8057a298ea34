/** Sync and page tokens: opaque to callers, of the recorded look (google-calendar-v3 reference §5.1). */

import { createHash } from 'node:crypto'

import type { CalendarRow } from './documents.ts'
import { ApiError, invalid } from './errors.ts'
import { decodeToken, encodeToken, type Field } from './protobuf.ts'

/** The time range that the first read was narrowed to; ms. */
export interface Window {
  readonly timeMin: number | undefined
  readonly timeMax: number | undefined
}

const tokenVersion = 5

/** A token for everything up to the calendar's newest change. */
export function eventsSyncToken(calendar: CalendarRow, window: Window): string {
  const mark = markOf(calendar.id)
  const fields = new Map<number, Field>([[1, calendar.updated], [2, calendar.updated], [3, tokenVersion], [4, mark], [5, mark]])
  if (window.timeMin !== undefined) fields.set(6, String(window.timeMin))
  if (window.timeMax !== undefined) fields.set(7, String(window.timeMax))
  return encodeToken(fields)
}

/**
 * @returns `since` in µs, exclusive, and the window that the token carries
 * @throws ApiError 400 invalid for text that is no token; 410 fullSyncRequired for one of another calendar or from before the horizon
 */
export function readEventsSyncToken(token: string, calendar: CalendarRow): { readonly since: number } & Window {
  const fields = decodeToken(token)
  const since = fields?.get(1)
  if (typeof since !== 'number' || fields?.get(3) !== tokenVersion) throw invalid('Invalid Value')
  if (fields.get(4) !== markOf(calendar.id) || since < calendar.horizon) throw new ApiError('fullSyncRequired')
  return { since, timeMin: numberOf(fields.get(6)), timeMax: numberOf(fields.get(7)) }
}

const numberOf = (field: Field | undefined): number | undefined => field === undefined ? undefined : Number(field)

/** Thirty bits that tell one calendar's tokens from another's. */
function markOf(calendarId: string): number {
  return createHash('sha1').update(calendarId).digest().readUInt32BE() >>> 2
}

/** Of a calendar list. @param micros newest change of any entry */
export function listSyncToken(micros: number, account: string): string {
  return encodeToken(new Map<number, Field>([[1, micros], [2, account]]))
}

/** @param horizon µs; tokens from before are refused @throws as {@link readEventsSyncToken} */
export function readListSyncToken(token: string, account: string, horizon: number): number {
  const fields = decodeToken(token)
  const micros = fields?.get(1)
  if (typeof micros !== 'number' || typeof fields?.get(2) !== 'string') throw invalid('Invalid Value')
  if (fields.get(2) !== account || micros < horizon) throw new ApiError('fullSyncRequired')
  return micros
}

/** Where a page ended: behind this row, or within the series of this row, behind this original start. */
export interface Position {
  /** µs of the row's last change, or ms of the start in listings by start. */
  readonly order: number
  readonly id: string
  readonly original?: string
}

export function pageToken({ order, id, original }: Position): string {
  const fields = new Map<number, Field>([[1, String(order)], [2, id]])
  if (original !== undefined) fields.set(3, original)
  return encodeToken(fields)
}

/** @throws ApiError 400 invalid */
export function readPageToken(token: string): Position {
  const fields = decodeToken(token)
  const [order, id, original] = [fields?.get(1), fields?.get(2), fields?.get(3)]
  if (order === undefined || Number.isNaN(Number(order)) || typeof id !== 'string') throw invalid('Invalid page token value.')
  return { order: Number(order), id, ...(typeof original === 'string' ? { original } : {}) }
}
