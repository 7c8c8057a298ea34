/** Reading objects: whole listings, ranges, names and UIDs. */

import { batchSize, inBatches } from '../../../calendar/backend.ts'
import { instant } from '../../../calendar/identifiers.ts'
import { mapBounded } from '../calls/bounded.ts'
import { readGroup, tagOf } from './from-wire.ts'
import { marks } from '../marks.ts'
import { uidOfObjectName } from '../names.ts'
import { collectPages, letOthersIn, listPages, masks, stateOf } from './pages.ts'
import { groupOf, isTombstone, RowGroups, uidOfRow } from './rows.ts'
import { formatMoment } from '../members/times.ts'
import type { Batches, Body, CalendarState, ObjectTag } from '../../../calendar/backend.ts'
import type { TimeRange } from '../../../calendar/calendar.ts'
import type { EventUid, ObjectName } from '../../../calendar/identifiers.ts'
import type { Query } from '../calls/client.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Listing, ListingHead } from './pages.ts'
import type { Row, RowGroup } from './rows.ts'

/** All rows of one UID, and the calendar as the answer with them told it. */
export interface FramedGroup {
  readonly group: RowGroup
  readonly frame: CalendarFrame
}

/** Up to so many objects are asked for one by one; beyond that the pages of the whole calendar are fewer calls. */
const fewObjects = 4
const parallelCalls = 4
/** Days and floating times are placed by zones that a range of moments does not know: a day on each side is enough for all. */
const dayMs = 86_400_000

/** Every object for a listing of names and versions. @returns at its end the state of the calendar at which the reading began */
export async function* readTags(listing: Listing): AsyncGenerator<readonly ObjectTag[], CalendarState | undefined> {
  let begin: ListingHead | undefined
  const groups = streamGroups(listing, { fields: masks.tags }, (head) => { begin ??= head })
  yield* mapBatches(groups, ({ group, frame }) => tagOf(group, frame))
  return begin && stateOf(begin)
}

/** @returns at its end the state of the calendar at which the reading began */
export async function* readObjects(listing: Listing, range: TimeRange | undefined): AsyncGenerator<readonly Body[], CalendarState | undefined> {
  const isBounded = range?.from !== undefined || range?.to !== undefined
  let begin: ListingHead | undefined
  const note = (head: ListingHead): void => { begin ??= head }
  const groups = isBounded ? streamRange(listing, range, note) : streamGroups(listing, { fields: masks.objects }, note)
  yield* mapBatches(groups, ({ group, frame }) => readGroup(group, frame))
  return begin && stateOf(begin)
}

/** What is undefined is left out. */
async function* mapBatches<T, U>(batches: Batches<T>, map: (item: T) => U | undefined): AsyncGenerator<readonly U[], void, undefined> {
  for await (const batch of batches) {
    yield batch.map(map).filter((item) => item !== undefined)
    if (batch.length === batchSize) await letOthersIn()
  }
}

/**
 * Single events as they come, series at the end: only then it is sure that none of their rows is missing. A UID that has been handed
 * out does not come again.
 */
async function* streamGroups(listing: Listing, query: Query, note: (head: ListingHead) => void = () => {}): AsyncGenerator<readonly FramedGroup[], void, undefined> {
  const held = new RowGroups()
  const seen = new Set<EventUid>()
  let frame: CalendarFrame | undefined
  for await (const page of listPages(listing, query)) {
    frame ??= page.frame
    note(page)
    const single: FramedGroup[] = []
    for (const row of page.rows) {
      const uid = isSingle(row) ? uidOfRow(row.event) : undefined
      if (uid === undefined) held.add(row)
      else if (!seen.has(uid)) {
        seen.add(uid)
        single.push({ group: groupOf(uid, [row]), frame })
      }
    }
    yield* inBatches(single)
  }
  const series = held.groups().filter(({ uid }) => !seen.has(uid))
  if (frame !== undefined) yield* inBatches(series.map((group) => ({ group, frame: frame! })))
}

function isSingle(row: Row): row is Extract<Row, { kind: 'read' }> {
  return row.kind === 'read' && row.event.recurrence === undefined && row.event.recurringEventId === undefined && !isTombstone(row.event)
}

/** The exceptions of a series may lie outside of the range that the series itself lies in: such ones are read again as a whole. */
async function* streamRange(listing: Listing, { from, to }: TimeRange, note: (head: ListingHead) => void): AsyncGenerator<readonly FramedGroup[], void, undefined> {
  const query = {
    fields: masks.objects,
    timeMin: from === undefined ? undefined : formatBound(from - dayMs),
    timeMax: to === undefined ? undefined : formatBound(to + dayMs),
  }
  const incomplete: EventUid[] = []
  for await (const batch of streamGroups(listing, query, note)) {
    yield batch.filter(({ group }) => isWhole(group))
    incomplete.push(...batch.filter(({ group }) => !isWhole(group)).map(({ group }) => group.uid))
  }
  yield* inBatches([...(await readByUids(listing, incomplete)).values()])
}

const earliest = Date.parse('0001-01-02T00:00:00Z')
const latest = Date.parse('9999-12-30T00:00:00Z')

function formatBound(at: number): string {
  return formatMoment(instant(Math.min(Math.max(at, earliest), latest)))
}

function isWhole({ events, fault }: RowGroup): boolean {
  return fault === undefined && events.every((row) => row.recurrence === undefined && row.recurringEventId === undefined)
}

/** Whole series by UID; those that do not exist are missing from the answer. */
export async function readByUids(listing: Listing, uids: readonly EventUid[]): Promise<ReadonlyMap<EventUid, FramedGroup>> {
  if (uids.length === 0) return new Map()
  if (uids.length > fewObjects) return readAll(listing, new Set(uids))
  const found = await mapBounded(uids, parallelCalls, (uid) => readGroupByUid(listing, uid))
  return new Map(found.flatMap((framed) => (framed === undefined ? [] : [[framed.group.uid, framed]])))
}

async function readAll(listing: Listing, uids: ReadonlySet<EventUid>): Promise<ReadonlyMap<EventUid, FramedGroup>> {
  const found = new Map<EventUid, FramedGroup>()
  for await (const batch of streamGroups(listing, { fields: masks.objects })) {
    for (const framed of batch) if (uids.has(framed.group.uid)) found.set(framed.group.uid, framed)
  }
  return found
}

/** The object that has this UID, whatever its name. */
export async function readByUid(listing: Listing, uid: EventUid): Promise<Body | undefined> {
  const found = await readGroupByUid(listing, uid)
  return found && readGroup(found.group, found.frame)
}

/** One call: master and exceptions share their UID. */
async function readGroupByUid(listing: Listing, uid: EventUid): Promise<FramedGroup | undefined> {
  const { rows, frame } = await collectPages(listing, { iCalUID: uid, fields: masks.objects })
  const group = gather(rows).find((each) => each.uid === uid)
  return group && { group, frame }
}

/** Rows by the series that they belong to; tombstones are in none. */
export function gather(rows: readonly Row[]): readonly RowGroup[] {
  const groups = new RowGroups()
  for (const row of rows) groups.add(row)
  return groups.groups()
}

/** @returns what exists of these names. Few are asked for one by one, many by the pages of the whole calendar. */
export async function readByNames(listing: Listing, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
  const wanted = new Set(names)
  const found = new Map<ObjectName, Body>()
  if (wanted.size > fewObjects) {
    for await (const batch of readObjects(listing, undefined)) {
      for (const series of batch) if (wanted.has(series.name)) found.set(series.name, series)
    }
    return found
  }
  for (const series of await mapBounded([...wanted], parallelCalls, (name) => readByName(listing, name))) {
    if (series !== undefined) found.set(series.name, series)
  }
  return found
}

/** By the UID that the name tells; else by the property in which a client's own name is kept. */
export async function readByName(listing: Listing, name: ObjectName): Promise<Body | undefined> {
  const uid = uidOfObjectName(name)
  const series = uid && (await readByUid(listing, uid))
  return series?.name === name ? series : readByKeptName(listing, name)
}

/** @returns undefined where no client has chosen this name */
export async function readByKeptName(listing: Listing, name: ObjectName): Promise<Body | undefined> {
  const { rows, frame } = await collectPages(listing, { privateExtendedProperty: `${marks.name}=${name}`, fields: masks.objects })
  const group = gather(rows).find((each) => tagOf(each, frame)?.name === name)
  if (group === undefined) return undefined
  // Not all rows of a series carry the property.
  const series = isWhole(group) ? readGroup(group, frame) : await readByUid(listing, group.uid)
  return series?.name === name ? series : undefined
}

