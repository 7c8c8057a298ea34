/** What happened in a calendar since a token, read by `updatedMin`, or everything from the start. */

import { BackendError } from '../../../calendar/backend.ts'
import { eventUid, objectName } from '../../../calendar/identifiers.ts'
import { mapBounded } from '../calls/bounded.ts'
import { completed } from './completed.ts'
import type { Held } from './completed.ts'
import { readGroup, tagOf } from './from-wire.ts'
import { keptNameOf, likelyNameOf } from './kept-name.ts'
import { marks } from '../marks.ts'
import { objectNameOf } from '../names.ts'
import { attemptEvent, collectPages, fetchHead, masks, stateOf } from './pages.ts'
import { gather, readByNames, readByUids } from './reading.ts'
import { updatedOf } from './revision.ts'
import { isTombstone } from './rows.ts'
import { readBody } from '../calls/client.ts'
import { markOf, parseSyncToken } from './sync-token.ts'
import { wireRowSchema, wireEventSchema } from '../wire.ts'
import type { Changes, ObjectTag } from '../../../calendar/backend.ts'
import type { BackendSyncToken, Instant, ObjectName } from '../../../calendar/identifiers.ts'
import type { Listing, ListingHead, Page } from './pages.ts'
import type { FramedGroup } from './reading.ts'
import type { Row, RowGroup } from './rows.ts'
import type { SyncState } from './sync-token.ts'
import type { WireEvent, WireRow } from '../wire.ts'

/** What happened to a name, at its place in the order of (updated, name). */
interface Step {
  readonly name: ObjectName
  readonly updated: Instant
  /** Undefined: removed. */
  readonly tag: ObjectTag | undefined
}

/** More bare tombstones than this are not looked at one by one: the reader starts again instead. */
const fewTombstones = 10

/** @throws BackendError 'invalid-token' */
export async function readChanges(listing: Listing, token: BackendSyncToken | undefined, held?: Held): Promise<Changes> {
  if (token === undefined) return changesOf(await readEverything(listing))
  const from = parseSyncToken(token)
  if (from === undefined) throw invalidToken('the token is not one of ours')
  const found = await readSince(listing, from.updated, held).catch((error: unknown) => standstill(listing, from.updated, error))
  assertContinues(from, found.head)
  return changesOf(found)
}

function invalidToken(reason: string): BackendError {
  return new BackendError('invalid-token', reason)
}

/** A token of another calendar or user, of other default reminders, or of a history that this calendar never had. */
function assertContinues({ updated, mark }: SyncState, head: ListingHead): void {
  if (mark !== markOf(head.frame.calendar, head.frame.defaultReminders)) throw invalidToken('the token is of another calendar or version')
  if (updated > head.updated) throw invalidToken('the token is ahead of the calendar')
}

interface Found {
  readonly head: ListingHead
  readonly steps: readonly Step[]
}

/**
 * The service tells the changes of some weeks only. A calendar in which nothing has changed for longer would be read anew for ever,
 * though there is nothing to tell.
 */
async function standstill(listing: Listing, since: Instant, error: unknown): Promise<Found> {
  if (!(error instanceof BackendError) || error.fault !== 'invalid-token') throw error
  const head = await fetchHead(listing)
  if (head.updated > since) throw error
  return { head, steps: [] }
}

async function readEverything(listing: Listing): Promise<Found> {
  const head = await collectPages(listing, { fields: masks.tags })
  const tags = gather(head.rows).flatMap((group) => tagOf(group, head.frame) ?? [])
  return { head, steps: tags.map((tag) => ({ name: tag.name, updated: tag.updated, tag })) }
}

async function readSince(listing: Listing, since: Instant, held: Held | undefined): Promise<Found> {
  const updatedMin = new Date(since).toISOString()
  const page = await collectPages(listing, { updatedMin, showDeleted: true, fields: masks.objects })
  const rows = page.rows.filter((row) => updatedOf([wireOf(row)]) > since)
  const gone = new Set(rows.map(wireOf).filter(isTombstone).map(({ id }) => id))
  const changed = await stepsOfGroups(listing, gather(rows), page, (group) => held && completed(group, held, gone))
  const present = new Set(changed.flatMap(({ name, tag }) => (tag === undefined ? [] : [name])))
  const removed = [...(await stepsOfTombstones(listing, rows.map(wireOf).filter(isTombstone), held)), ...(await stepsOfFormerNames(listing, rows.map(wireOf)))]
  return { head: page, steps: [...changed, ...removed.filter(({ name }) => !present.has(name))] }
}

/** Names that changed events had once, as far as no other object has them now. Told with every later change too, which harms nobody. */
async function stepsOfFormerNames(listing: Listing, rows: readonly (WireEvent | WireRow)[]): Promise<readonly Step[]> {
  const former = rows.flatMap((row) => formerNamesOf(row).map((name) => ({ name, updated: updatedOf([row]), tag: undefined })))
  const taken = former.length === 0 ? new Map() : await readByNames(listing, former.map(({ name }) => name))
  return former.filter(({ name }) => !taken.has(name))
}

function formerNamesOf(row: WireEvent | WireRow): readonly ObjectName[] {
  const event = wireEventSchema.safeParse(row)
  const text = event.success ? event.data.extendedProperties?.private?.[marks.former] : undefined
  return text === undefined ? [] : text.split('/').flatMap((name) => objectName(name) ?? [])
}

function wireOf(row: Row): WireEvent | WireRow {
  return row.kind === 'read' ? row.event : row.row
}

/**
 * Single events are whole; of series only the changed rows have come. A series of which nothing is left is removed.
 * @param complete makes a series whole with what is known, undefined where it has to be read: by one call, or with all others by one listing
 */
async function stepsOfGroups(listing: Listing, groups: readonly RowGroup[], page: Page, complete: (group: RowGroup) => RowGroup | undefined): Promise<readonly Step[]> {
  const isSeries = ({ events, fault }: RowGroup): boolean =>
    fault !== undefined || events.some((row) => row.recurrence !== undefined || row.recurringEventId !== undefined)
  const known = new Map(groups.filter(isSeries).map((group) => [group, complete(group)]))
  const whole = await readByUids(listing, groups.filter((group) => isSeries(group) && known.get(group) === undefined).map(({ uid }) => uid))
  return (await mapBounded(groups, 4, async (group): Promise<readonly Step[]> => {
    const told = isSeries(group) ? known.get(group) : group
    const full = told !== undefined ? { group: told, frame: page.frame } : whole.get(group.uid) ?? (await readByMaster(listing, group))
    const tag = full && (readable(full.group, full.frame) ?? tagOf(full.group, full.frame))
    const name = tag?.name ?? likelyNameOf(group)
    return name === undefined ? [] : [{ name, updated: tag?.updated ?? updatedOf(group.events), tag }]
  })).flat()
}

/** Cancelled instances that tell no UID, of a master that is not among the changes and whose UID does not follow from its id. */
async function readByMaster(listing: Listing, { events }: RowGroup): Promise<FramedGroup | undefined> {
  const master = events.every((row) => row.iCalUID === undefined) ? events[0]?.recurringEventId : undefined
  if (master === undefined) return undefined
  const outcome = await attemptEvent(listing, master)
  const uid = outcome.isDone ? readBody(wireRowSchema, outcome.body).iCalUID : undefined
  return uid === undefined ? undefined : (await readByUids(listing, [eventUid(uid)])).get(eventUid(uid))
}

/** The series itself where it can be told: whoever keeps objects need not ask for it again. */
function readable(group: RowGroup, frame: Page['frame']): ObjectTag | undefined {
  const series = readGroup(group, frame)
  return series === undefined || 'kind' in series ? undefined : series
}

/** A tombstone that carries no more than its id does not tell a name of the client's own: the deleted event is read, which still can be. */
async function stepsOfTombstones(listing: Listing, tombstones: readonly WireRow[], held: Held | undefined): Promise<readonly Step[]> {
  const bare = tombstones.filter(({ iCalUID }) => iCalUID === undefined)
  if (bare.length > fewTombstones) throw invalidToken('more was deleted than can be told by name')
  const read = await mapBounded(bare, 4, (row) => readDeleted(listing, row))
  if (read.some((row) => mayHaveHadAName(row, held))) throw invalidToken('the name of what is gone cannot be told')
  const named = tombstones.filter((row) => !bare.includes(row))
  return [...named, ...read].flatMap((row) => namesOfTombstone(row).map((name) => ({ name, updated: updatedOf([row]), tag: undefined })))
}

/**
 * An event that was moved to another calendar leaves no more than its id, even when it is asked for. One that came from a client, which
 * an id made of a UID tells, may have had a name of the client's own: rather than leave that with a reader for ever, the reader starts
 * again. Others, such as invitations that were withdrawn, are named by their UID, unless the reader holds nothing of that name: then it
 * may hold the event under another one.
 */
function mayHaveHadAName(row: WireRow, held: Held | undefined): boolean {
  if (row.status !== 'cancelled' || row.iCalUID !== undefined) return false
  return row.id.startsWith('_') || (held !== undefined && namesOfTombstone(row).every((name) => held(name) === undefined))
}

/** @returns the tombstone's own version of the event; the tombstone where nothing more is known */
async function readDeleted(listing: Listing, row: WireRow): Promise<WireRow> {
  const outcome = await attemptEvent(listing, row.id)
  if (!outcome.isDone) return row
  const event = readBody(wireRowSchema, outcome.body)
  // The event lives again: its row in the listing, or in the next one, says so.
  return event.status === 'cancelled' ? { ...event, etag: row.etag, updated: row.updated } : row
}

function namesOfTombstone(row: WireRow): readonly ObjectName[] {
  const event = wireEventSchema.safeParse(row)
  const kept = event.success ? keptNameOf([event.data]) : undefined
  const [group] = gather([{ kind: 'read', event: { id: row.id, iCalUID: row.iCalUID } }])
  const name = kept ?? (group && objectNameOf(group.uid))
  return name === undefined ? [] : [name]
}

function changesOf({ head, steps }: Found): Changes {
  const { updated, token } = stateOf(head)
  return {
    changed: [...steps].sort(inOrder).flatMap(({ tag }) => tag ?? []),
    removed: [...new Set(steps.flatMap(({ name, tag }) => (tag === undefined ? [name] : [])))].sort(),
    next: token,
    updated,
  }
}

function inOrder(a: Step, b: Step): number {
  return a.updated - b.updated || (a.name < b.name ? -1 : 1)
}
