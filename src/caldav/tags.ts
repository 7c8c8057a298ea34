/** ETags, ctags and sync-tokens: all derived from what the backend tells, so that every replica makes the same ones. */

import { hash } from 'node:crypto'
import type { CalendarState } from '../calendar/backend.ts'
import { backendSyncToken, instant } from '../calendar/identifiers.ts'
import type { BackendSyncToken, CalendarId, Revision } from '../calendar/identifiers.ts'

/** Of the text that we write for a given revision, and of the ETag of that. To be raised when either is written in another way, so that clients read anew. */
const RENDERING = '2'

/** 132 bits. */
const digest = (text: string): string => hash('sha256', `${RENDERING} ${text}`, 'base64url').slice(0, 22)

/** In sums, not in a template, which the engine takes twice as long for: a listing has thousands. */
const startOfEtag = `"${RENDERING}-`

/** The strong entity tag of a calendar object, with its quotes (RFC 4791 §5.3.4). Equal in all methods and on all replicas. */
export function etagOf(revision: Revision): string {
  return startOfEtag + revision + '"'
}

/**
 * The entity tag of a whole calendar as one file, with its quotes. Weak: it does not tell of a change of the calendar's own name.
 */
export function calendarEtagOf(state: CalendarState): string {
  return `W/"${digest(state.token)}"`
}

/** `CS:getctag`: another one after every change that a reader of the calendar could see. */
export function ctagOf(state: CalendarState): string {
  return digest(state.token)
}

/** The one state of a collection that never holds anything. */
export const emptyState: CalendarState = { updated: instant(0), token: backendSyncToken('empty') }

/**
 * A DAV:sync-token (RFC 6578 §4): an absolute URI, with a slash in it (Evolution drops others). It names its calendar, so that a
 * token of another one is known as foreign.
 */
export function formatSyncToken(calendar: CalendarId, token: BackendSyncToken): string {
  return `data:,${digest(calendar)}/${encodeURIComponent(token)}`
}

/** @returns undefined for whatever {@link formatSyncToken} did not make for this calendar; to be told as DAV:valid-sync-token */
export function parseSyncToken(calendar: CalendarId, text: string): BackendSyncToken | undefined {
  const start = `data:,${digest(calendar)}/`
  const rest = text.startsWith(start) ? text.slice(start.length) : ''
  if (!/^(?:[A-Za-z0-9\-_.!~*'()]|%[0-9A-F]{2})+$/.test(rest)) return undefined
  try {
    return backendSyncToken(decodeURIComponent(rest))
  } catch {
    return undefined // not UTF-8: not made here
  }
}
