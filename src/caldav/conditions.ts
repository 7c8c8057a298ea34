/** If-Match, If-None-Match and the dates beside them (RFC 9110 §13.1), and If-Schedule-Tag-Match (RFC 6638 §8.3), as conditions of reads and of writes. */

import type { StoredSeries, WriteCondition } from '../calendar/backend.ts'
import type { CalendarId, Instant } from '../calendar/identifiers.ts'
import { matchesStrongly, matchesWeakly, parseEntityTags, parseHttpDate, parseIfScheduleTagMatch } from '../dav/headers.ts'
import type { EntityTagCondition } from '../dav/headers.ts'
import { DavError } from './errors.ts'
import { scheduleTagOf } from './schedule-tag.ts'
import { etagOf } from './tags.ts'

interface Conditions {
  readonly ifMatch: EntityTagCondition | undefined
  readonly ifNoneMatch: EntityTagCondition | undefined
  /** If-Unmodified-Since in milliseconds; only without If-Match (RFC 9110 §13.1.4). */
  readonly ifUnmodifiedSince: number | undefined
}

function parseConditions(headers: Headers): Conditions {
  const ifMatch = parseEntityTags(headers.get('if-match'))
  return {
    // NOTE DAViCal's client quotes the asterisk: no version is called so, and what is there would be written over.
    ifMatch, ifNoneMatch: parseEntityTags(headers.get('if-none-match')?.replace(/^\s*"\*"\s*$/, '*') ?? null),
    ifUnmodifiedSince: ifMatch === undefined ? parseHttpDate(headers.get('if-unmodified-since')) : undefined,
  }
}

/**
 * The condition for one of a GET's two outcomes.
 * @param etag with its quotes, and `W/` ahead of them where it is weak: then no tag of an If-Match matches (RFC 9110 §8.8.3.2)
 * @returns true where the client has this version already: 304
 * @throws  DavError 412
 */
export function isNotModified(headers: Headers, etag: string, updated: Instant): boolean {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince } = parseConditions(headers)
  const opaque = etag.replace(/^W\//, '')
  const isMatch = ifMatch === undefined || ifMatch.kind === 'any' || (opaque === etag && matchesStrongly(ifMatch, etag))
  if (!isMatch || isNewer(updated, ifUnmodifiedSince)) throw preconditionFailed()
  return ifNoneMatch === undefined ? isUnmodified(headers, updated) : matchesWeakly(ifNoneMatch, opaque)
}

/** Whether a write may go ahead only where nothing is, so that what is there need not be read first. */
export function wantsAbsent(headers: Headers): boolean {
  const { ifMatch, ifNoneMatch } = parseConditions(headers)
  return ifNoneMatch?.kind === 'any' && ifMatch === undefined
}

/** Whether the only condition of a write is an If-Match that names this version. */
export function wantsExactly(headers: Headers, { revision }: StoredSeries): boolean {
  const { ifMatch, ifNoneMatch } = parseConditions(headers)
  const isAlone = ifNoneMatch === undefined && !['if', 'if-schedule-tag-match'].some((name) => headers.has(name))
  return isAlone && ifMatch !== undefined && ifMatch.kind !== 'any' && matchesStrongly(ifMatch, etagOf(revision))
}

/**
 * Holds the headers of a write against what is stored, and hands on to the backend what must still hold when it writes:
 * the check and the write are one there.
 * @param current as just read; undefined where there is nothing
 * @param calendar in which that is
 * @throws DavError 412
 */
export function writeCondition(headers: Headers, current: StoredSeries | undefined, calendar: CalendarId): WriteCondition {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSince } = parseConditions(headers)
  const etag = current && etagOf(current.revision)
  const scheduleTag = parseIfScheduleTagMatch(headers.get('if-schedule-tag-match'))
  const isUnconditional = ifMatch === undefined && ifNoneMatch === undefined && ifUnmodifiedSince === undefined
  if (ifMatch !== undefined && !matchesStrongly(ifMatch, etag)) throw preconditionFailed()
  if (ifNoneMatch !== undefined && matchesWeakly(ifNoneMatch, etag)) throw preconditionFailed()
  if (current !== undefined && isNewer(current.updated, ifUnmodifiedSince)) throw preconditionFailed()
  if (scheduleTag !== undefined && scheduleTag !== (current && scheduleTagOf(current, calendar))) throw preconditionFailed()
  if (ifNoneMatch?.kind === 'any') return { kind: 'absent' }
  // RFC 6638 §3.2.10: an answer that comes in meanwhile does no harm, so that the version is not held fast.
  if (ifMatch?.kind === 'any' || (isUnconditional && scheduleTag !== undefined)) return { kind: 'present' }
  if (isUnconditional) return { kind: 'always' }
  return current === undefined ? { kind: 'absent' } : { kind: 'unchanged', revision: current.revision }
}

/** RFC 9110 §13.1.3: only where no entity tag is asked about. */
function isUnmodified(headers: Headers, updated: Instant): boolean {
  const since = parseHttpDate(headers.get('if-modified-since'))
  return since !== undefined && !isNewer(updated, since)
}

/** HTTP dates have whole seconds. */
function isNewer(updated: Instant, since: number | undefined): boolean {
  return since !== undefined && Math.floor(updated / 1000) * 1000 > since
}

/** No RFC names an element for this one: the status says it all. */
export function preconditionFailed(cause?: unknown): DavError {
  return new DavError(412, 'The event was changed or removed in the meantime, or exists already: load it again, then repeat the change.', { cause })
}
