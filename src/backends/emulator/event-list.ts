/** events.list: which rows, in which order, cut into pages (google-calendar-v3 reference §5, §6.3). */

import { accessTo, calendarZone, type Access } from './access.ts'
import { collection, type Call, type Environment, type Reply } from './call.ts'
import { findEntry, newestChange } from './calendar-rows.ts'
import { formatMillis } from './clock.ts'
import type { EventRow } from './documents.ts'
import { readEventQuery, type EventQuery } from './event-query.ts'
import { findEvent, searchEvents, seriesRows, type EventSearch } from './event-rows.ts'
import { eventResource, instanceRow, viewOf } from './event-view.ts'
import { listEtag } from './ids.ts'
import { isEndless, lengthOfEvent, startsOf } from './series.ts'
import { momentOf, timeOfRecurrenceId, zoneOf } from './times.ts'
import { eventsSyncToken, pageToken, type Position, type Window } from './tokens.ts'

/** Even a series with an end shows no more than that. */
const longestSeries = 20_000

export interface Page {
  readonly rows: readonly EventRow[]
  /** Undefined on the last page. */
  readonly next: Position | undefined
}

export function listEvents(call: Call): Reply {
  const access = accessTo(call, 'freeBusyReader')
  const query = readEventQuery(call, access)
  const listing: Listing = { environment: call.environment, access, query, zone: calendarZone(call.environment, access.calendar) }
  const { rows, next } = query.orderBy === 'startTime' ? pageByStart(listing) : pageByChange(listing)
  const isFiltered = query.orderBy || query.uid || query.text || query.properties.length > 0 || query.kind === 'changes'
  const bare = query.kind === 'sync' || call.environment.switches.deletedInLists === 'bare'
  return collection(listBody(call, access, { rows: rows.filter((row) => isShown(row, listing)), next }, isFiltered ? undefined : query, bare))
}

/**
 * The body around a page.
 * @param window what the sync token is to carry; undefined: no token, as after a filtered read
 */
export function listBody(call: Call, access: Access, page: Page, window: Window | undefined, bare: boolean): object {
  const { calendar, role } = access
  const { store } = call.environment
  const view = { ...viewOf(call, access), deleted: bare ? 'bare' as const : 'full' as const }
  const { description } = calendar.document
  const shown = description ?? (calendar.id === call.account ? '' : undefined)
  return {
    kind: 'calendar#events',
    etag: listEtag(newestChange(store, call.account)),
    summary: calendar.document.summary,
    ...(shown === undefined ? {} : { description: shown }),
    updated: formatMillis(calendar.updated),
    timeZone: calendarZone(call.environment, calendar),
    accessRole: role,
    defaultReminders: findEntry(store, call.account, calendar.id)?.document.defaultReminders ?? [],
    ...(page.next ? { nextPageToken: pageToken(page.next) } : window ? { nextSyncToken: eventsSyncToken(calendar, window) } : {}),
    items: page.rows.map((row) => eventResource(row, view)),
  }
}

interface Listing {
  readonly environment: Environment
  readonly access: Access
  readonly query: EventQuery
  readonly zone: string
}

/** What the store can tell apart by itself; time bounds only where no deleted row can be missed. */
function searchOf({ access, query }: Listing, after: EventSearch['after']): EventSearch {
  const { uid, timeMin, timeMax, properties, kind } = query
  const inTime = kind === 'list'
  return {
    calendar: access.calendar.id, after, properties,
    ...(uid === undefined ? {} : { uid }),
    ...(inTime && timeMin !== undefined ? { from: timeMin } : {}),
    ...(inTime && timeMax !== undefined ? { to: timeMax } : {}),
  }
}

/** Rows by last change. The size of the page is applied before the filters: pages may be short or empty. */
function pageByChange(listing: Listing): Page {
  const { environment, query, access } = listing
  const { position, maxResults } = query
  const rows: EventRow[] = []
  const started = position?.original === undefined ? undefined : findEvent(environment.store, access.calendar.id, position.id)
  if (position && started?.updated === position.order) {
    rows.push(...expanded(started, listing).filter(({ original }) => (original ?? '') > (position.original ?? '')))
  }
  let after: EventSearch['after'] = position ? { updated: position.order, id: position.id } : { updated: query.changedAfter, id: undefined }
  while (rows.length <= maxResults) {
    const found = searchEvents(environment.store, searchOf(listing, after), maxResults + 1)
    for (const row of found) {
      if (rows.length > maxResults) break
      rows.push(...expanded(row, listing))
    }
    const last = found.at(-1)
    if (found.length <= maxResults || last === undefined) break
    after = { updated: last.updated, id: last.id }
  }
  return cut(rows, maxResults)
}

function cut(rows: readonly EventRow[], maxResults: number): Page {
  const page = rows.slice(0, maxResults)
  const last = page.at(-1)
  if (rows.length <= maxResults || last === undefined) return { rows: page, next: undefined }
  return { rows: page, next: positionAfter(last, rows[maxResults]) }
}

/** Instances without rows of their own are counted from the row of their series. */
function positionAfter(last: EventRow, following: EventRow | undefined): Position {
  const isWithin = virtual.has(last)
  const id = isWithin ? last.series : last.id
  const staysWithin = isWithin && following !== undefined && virtual.has(following) && following.series === last.series
  return { order: last.updated, id, ...(staysWithin ? { original: last.original ?? '' } : {}) }
}

/** Rows that were made from a series, not read. */
const virtual = new WeakSet<EventRow>()

/** With singleEvents a series stands for its instances; those with rows of their own are listed as these. */
function expanded(row: EventRow, listing: Listing): readonly EventRow[] {
  if (!listing.query.singleEvents || row.document.recurrence === undefined || row.status === 'cancelled') return [row]
  return instancesOf(row, listing, listing.query)
}

/** The instances of a series without rows of their own that overlap a window, by start. */
export function instancesOf(master: EventRow, { environment, zone }: Pick<Listing, 'environment' | 'zone'>, { timeMin, timeMax }: Window): EventRow[] {
  const { document } = master
  const changed = seriesRows(environment.store, master.calendar, master.series).filter(({ kind }) => kind === 'exception')
  const own = new Set(changed.map(({ original }) => original))
  const limit = (isEndless(document) ? environment.instanceCap : longestSeries) + own.size
  const span = {
    ...(timeMin === undefined ? {} : { from: timeMin - lengthOfEvent(document) - 86_400_000 }),
    ...(timeMax === undefined ? {} : { to: timeMax }),
  }
  return startsOf(document, span, zone, limit).filter((original) => !own.has(original)).map((original) => {
    const row = instanceRow(master, original, environment)
    virtual.add(row)
    return row
  })
}

/** Complete, sorted by start, cut afterwards. */
function pageByStart(listing: Listing): Page {
  const { environment, query } = listing
  const { position, maxResults } = query
  const found = searchEvents(environment.store, searchOf(listing, { updated: query.changedAfter, id: undefined }), -1)
  const rows = found.flatMap((row) => expanded(row, listing)).filter((row) => isShown(row, listing))
    .map((row) => ({ row, order: momentOf(row.document.start, zoneOf(listing.zone)) }))
    .filter(({ row, order }) => !position || order > position.order || (order === position.order && row.id > position.id))
    .sort((a, b) => a.order - b.order || (a.row.id < b.row.id ? -1 : 1))
  const last = rows[maxResults - 1]
  const next = last && rows.length > maxResults ? { order: last.order, id: last.row.id } : undefined
  return { rows: rows.slice(0, maxResults).map(({ row }) => row), next }
}

function isShown(row: EventRow, listing: Listing): boolean {
  const { query } = listing
  if (row.status === 'cancelled' && !showsCancelled(row, query)) return false
  if (query.eventTypes.length > 0 && !query.eventTypes.includes(row.document.eventType)) return false
  if (query.text !== undefined && !mentions(row, query.text)) return false
  // Who follows changes must hear of deletions wherever the event was.
  const isTold = row.status === 'cancelled' && query.kind !== 'list'
  return isTold || isInWindow(row, listing)
}

/** The table of reference §6.3. */
function showsCancelled({ kind, document }: EventRow, { kind: asked, showDeleted, singleEvents }: EventQuery): boolean {
  if (asked !== 'list') return true
  if (kind === 'exception') return showDeleted || !singleEvents
  return showDeleted && !(singleEvents && document.recurrence !== undefined)
}

function mentions({ document }: EventRow, text: string): boolean {
  const { summary, description, location, attendees = [], organizer, typeProperties } = document
  const people = [organizer, ...attendees].flatMap(({ email, displayName }) => [email, displayName])
  const all = [summary, description, location, ...people, typeProperties && JSON.stringify(typeProperties)].join(' ').toLowerCase()
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word))
}

/** Both bounds exclusive; a master counts if any of its instances does, a cancelled instance by its original time. */
function isInWindow(row: EventRow, listing: Listing): boolean {
  const { query: { timeMin, timeMax }, zone } = listing
  if (timeMin === undefined && timeMax === undefined) return true
  const { document } = row
  if (document.recurrence !== undefined && row.status !== 'cancelled') return hasInstanceIn(row, listing)
  const isCancelledInstance = row.status === 'cancelled' && row.original !== null
  const start = isCancelledInstance ? timeOfRecurrenceId(row.original, 'UTC') : document.start
  const from = momentOf(start, zoneOf(zone))
  const to = isCancelledInstance ? from + lengthOfEvent(document) : momentOf(document.end, zoneOf(zone))
  return (timeMin === undefined || to > timeMin) && (timeMax === undefined || from < timeMax)
}

function hasInstanceIn({ document }: EventRow, { query: { timeMin, timeMax }, zone }: Listing): boolean {
  const from = timeMin === undefined ? {} : { from: timeMin - lengthOfEvent(document) + 1 }
  const to = timeMax === undefined ? {} : { to: timeMax - 1 }
  return startsOf(document, { ...from, ...to }, zone, 1).length > 0
}
