/** events.list, page by page. The next page is asked for while the present one is still coming, so that waiting and work overlap. */

import { setImmediate } from 'node:timers/promises'
import { findTimeZone } from '../../../icalendar/time-zone.ts'
import { BackendError, batchSize, inBatches } from '../../../calendar/backend.ts'
import { timeZoneId } from '../../../calendar/identifiers.ts'
import { accessOf } from '../members/access.ts'
import { readBody } from '../calls/client.ts'
import { readRow } from './rows.ts'
import { formatSyncToken, markOf } from './sync-token.ts'
import { readStamp } from '../members/times.ts'
import { wireEventsSchema } from '../wire.ts'
import type { CalendarState } from '../../../calendar/backend.ts'
import type { CalendarId, EmailAddress, Instant } from '../../../calendar/identifiers.ts'
import type { Client, Outcome, Query } from '../calls/client.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Row } from './rows.ts'
import type { WireEvents } from '../wire.ts'

/** The largest page; a small one costs ten times the round trips. */
const pageSize = 2_500

const head = 'updated,timeZone,accessRole,defaultReminders'
/** What revisions and names are made of. */
const tagMembers = 'id,etag,status,updated,iCalUID,recurrence,recurringEventId,originalStartTime,reminders,extendedProperties/private'

/** Partial answers (Calendar API v3, "Performance tips"). `nextPageToken` must be named, or a listing ends after its first page. */
export const masks = {
  state: head,
  tags: `nextPageToken,${head},items(${tagMembers})`,
  objects: `nextPageToken,${head},items(${tagMembers},created,summary,description,location,colorId,organizer,start,end,`
    + 'endTimeUnspecified,transparency,visibility,sequence,attendees,attendeesOmitted,privateCopy,locked,hangoutLink,conferenceData,'
    + 'source,attachments,eventType)',
} as const

/** A calendar as one answer tells it. */
export interface ListingHead {
  readonly frame: CalendarFrame
  /** The calendar's last change when the answer was made. */
  readonly updated: Instant
}

/** One page of a listing, or all of them in one. */
export interface Page extends ListingHead {
  readonly rows: readonly Row[]
}

/** One calendar as one user reads and writes it. */
export interface Listing {
  readonly client: Client
  readonly calendar: CalendarId
  readonly address: EmailAddress
  /** Told of every frame that an answer brings. */
  readonly remember: (frame: CalendarFrame) => void
  /** The frame that some earlier answer brought. */
  readonly remembered: () => CalendarFrame | undefined
}

/** @param query beside paging @throws BackendError */
export async function* listPages(listing: Listing, query: Query): AsyncGenerator<Page> {
  let asked: AskedPage | undefined = askPage(listing, query, undefined)
  while (asked !== undefined) {
    const ahead: Promise<AskedPage | undefined> = asked.nextToken.then((token) => (token === undefined ? undefined : askPage(listing, query, token)))
    yield await readPage(listing, await asked.answer)
    asked = await followed(asked, ahead, (token) => askPage(listing, query, token))
  }
}

/** A page that is on its way. */
interface AskedPage {
  readonly token: string | undefined
  readonly answer: Promise<WireEvents>
  /** Of the page behind this one, as the answer began or as it is; undefined if this is the last one, or did not come. */
  readonly nextToken: Promise<string | undefined>
  /** Nothing broke off before. */
  beganOnce(): boolean
}

function askPage(listing: Listing, query: Query, token: string | undefined): AskedPage {
  const begun = Promise.withResolvers<string | undefined>()
  let beginnings = 0
  const answer = fetchPage(listing, { ...query, pageToken: token }, (text) => {
    beginnings += 1
    const told = nextTokenIn(text)
    if (told !== undefined) begun.resolve(told)
  })
  // Whoever stops reading early does not wait for it.
  answer.then(({ nextPageToken }) => begun.resolve(nextPageToken), () => begun.resolve(undefined))
  return { token, answer, nextToken: begun.promise, beganOnce: () => beginnings <= 1 }
}

/** The service tells it ahead of the rows. */
function nextTokenIn(beginning: string): string | undefined {
  const [head = ''] = beginning.split('"items"', 1)
  return /"nextPageToken":\s*"([^"\\]+)"/.exec(head)?.[1]
}

/**
 * An answer that broke off and was asked for again is another listing's, even where it has the same token: what changed in between is
 * in neither its rows nor those of a page that was asked for before.
 */
async function followed({ answer, beganOnce }: AskedPage, ahead: Promise<AskedPage | undefined>, ask: (token: string) => AskedPage): Promise<AskedPage | undefined> {
  const { nextPageToken } = await answer
  const page = await ahead
  if (page?.token === nextPageToken && beganOnce()) return page
  return nextPageToken === undefined ? undefined : ask(nextPageToken)
}

async function fetchPage({ client, calendar }: Listing, query: Query, onBeginning: (text: string) => void): Promise<WireEvents> {
  const body = await client.call({
    method: 'GET', path: ['calendars', calendar, 'events'], query: { maxResults: pageSize, ...query }, onBeginning,
  })
  return readBody(wireEventsSchema, body)
}

async function readPage(listing: Listing, answer: WireEvents): Promise<Page> {
  const rows: Row[] = []
  for (const items of inBatches(answer.items ?? [])) {
    for (const item of items) {
      const row = readRow(item)
      if (row !== undefined) rows.push(row)
    }
    if (items.length === batchSize) await letOthersIn()
  }
  return { ...readHead(listing, answer), rows }
}

/**
 * Everybody else has a turn, behind a whole batch. Else the call for the next page would not get out before this one has been worked
 * through, and other clients would wait as long.
 */
export const letOthersIn = (): Promise<void> => setImmediate()

function readHead({ calendar, address, remember }: Listing, { updated, timeZone, accessRole, defaultReminders }: WireEvents): ListingHead {
  const at = readStamp(updated)
  if (at === undefined) throw new BackendError('unavailable', 'the backend does not tell when the calendar changed', { retryAfterSeconds: 30 })
  const zone = findTimeZone(timeZone ?? 'UTC') ?? timeZoneId('UTC')
  const frame = { calendar, address, zone, defaultReminders: defaultReminders ?? [], access: accessOf(accessRole) }
  remember(frame)
  return { updated: at, frame }
}

/** One event by its id, be it deleted or not. */
export function attemptEvent({ client, calendar }: Listing, id: string): Promise<Outcome> {
  return client.attempt({ method: 'GET', path: ['calendars', calendar, 'events', id] })
}

/** One small call. */
export async function fetchHead(listing: Listing): Promise<ListingHead> {
  const { client, calendar } = listing
  const query = { maxResults: 1, fields: masks.state }
  return readHead(listing, readBody(wireEventsSchema, await client.call({ method: 'GET', path: ['calendars', calendar, 'events'], query })))
}

/** What a reader stands at who has read all that there was when this answer was made. */
export function stateOf({ updated, frame }: ListingHead): CalendarState {
  return { updated, token: formatSyncToken({ updated, mark: markOf(frame.calendar, frame.defaultReminders) }) }
}

/** A whole listing at once: its head is that of the first page, so that what happens meanwhile is seen again rather than missed. */
export async function collectPages(listing: Listing, query: Query): Promise<Page> {
  const rows: Row[] = []
  let first: Page | undefined
  for await (const page of listPages(listing, query)) {
    first ??= page
    rows.push(...page.rows)
  }
  if (first === undefined) throw new TypeError('a listing has at least one page')
  return { ...first, rows }
}
