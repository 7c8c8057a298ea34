/** What is held of one object: its tag, its body, or both. */

import type { Body, ObjectTag } from '../../calendar/backend.ts'
import type { ObjectName } from '../../calendar/identifiers.ts'
import { measureOf } from './measure.ts'
import type { Measure } from './measure.ts'
import { tagBytes } from './size.ts'

/** What is held under a name. */
export interface Entry {
  /** Undefined where a series is held, which is its own tag, in a calendar that is held in parts, and for what a listing could not show. */
  readonly tag: ObjectTag | undefined
  readonly body: Body | undefined
  /** When the call began that told the body; -Infinity for none. */
  readonly readAt: number
  /** Of the body; undefined without one. */
  readonly measure: Measure | undefined
}

/** A tag, and the body where it came along. */
export interface Told {
  readonly name: ObjectName
  readonly tag: ObjectTag | undefined
  readonly body: Body | undefined
  /** Of the body, where somebody has taken it already. */
  readonly measure?: Measure
}

/** Of what is held under a name; 0 for nothing. */
export function bytesOfEntry(entry: Entry | undefined): number {
  return entry === undefined ? 0 : tagBytes + (entry.measure?.bytes ?? 0)
}

/** What was held already stays the same object. */
export function entryOf(before: Entry | undefined, { tag, body, measure }: Told, at: number): Entry {
  if (before?.body !== undefined && tag !== undefined && isSeriesOf(before.body, tag)) return { ...before, readAt: body === undefined ? before.readAt : at }
  return {
    tag: tag === undefined || isSeriesOf(body, tag) ? undefined : tagOf(tag), body, readAt: body === undefined ? -Infinity : at,
    measure: measure ?? (body && measureOf(body)),
  }
}

/** What is held once a body was read. @param tag where there is no series, which is its own tag */
export function holding(before: Entry | undefined, tag: ObjectTag | undefined, body: Body | undefined, readAt: number): Entry {
  return { tag: body !== undefined && 'series' in body ? undefined : tag, body, readAt, measure: body === before?.body ? before?.measure : body && measureOf(body) }
}

/** The tag alone. */
export function withoutBody(entry: Entry): Entry {
  const tag = tagIn(entry)
  return { tag: tag && tagOf(tag), body: undefined, readAt: -Infinity, measure: undefined }
}

/** The tag, or the series, which is its own. */
export function tagIn({ tag, body }: Entry): ObjectTag | undefined {
  return body !== undefined && 'series' in body ? body : tag
}

/** Without what a series has beside it. */
export function tagOf({ name, revision, updated }: ObjectTag): ObjectTag {
  return { name, revision, updated }
}

/** Whether the very series is held already. */
export function isUnchanged(before: Body | undefined, body: Body): boolean {
  return 'series' in body && isSeriesOf(before, body)
}

/** Whether the body is the series of the tag. */
export function isSeriesOf(body: Body | undefined, tag: ObjectTag): boolean {
  return body !== undefined && 'series' in body && body.revision === tag.revision
}

/** Whether both are series, and of different events. */
export function isAnother(before: Body | undefined, body: Body | undefined): boolean {
  return before !== undefined && 'series' in before && body !== undefined && 'series' in body && body.series.uid !== before.series.uid
}
