/**
 * Finds instances that have no row of their own yet by their original start. Their ids are the service's and opaque: they are asked
 * for, one by one or, where several are needed, by one listing of the stretch in which all of them lie.
 */

import { instant } from '../../../calendar/identifiers.ts'
import { mapBounded } from '../calls/bounded.ts'
import { readBody } from '../calls/client.ts'
import { readEvent } from './event-from-wire.ts'
import { originalStartOf, storedZoneOfRow } from './from-wire.ts'
import { formatMoment, instantOfRecurrenceId, writeRecurrenceId } from '../members/times.ts'
import { wireEventSchema, wireEventsSchema } from '../wire.ts'
import type { EventTime } from '../../../calendar/event.ts'
import type { RecurrenceId, TimeZoneId } from '../../../calendar/identifiers.ts'
import type { Query } from '../calls/client.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Listing } from './pages.ts'
import type { WireEvent } from '../wire.ts'

const fields = 'nextPageToken,items(id,etag,status,recurringEventId,originalStartTime,start,organizer,attendees,extendedProperties/private)'

/**
 * @param main the master as the service has it now
 * @returns what was found; an original start that the series does not have is missing
 */
export async function findInstances(listing: Listing, main: WireEvent, frame: CalendarFrame, ids: readonly RecurrenceId[]): Promise<ReadonlyMap<RecurrenceId, WireEvent>> {
  const { start } = readEvent(main, frame)
  const zone = storedZoneOfRow(main, start, frame)
  const ask = async (some: readonly RecurrenceId[], query: Query): Promise<readonly (readonly [RecurrenceId, WireEvent])[]> => {
    const rows = await listInstances(listing, main.id, { ...query, showDeleted: true, fields })
    const wanted = new Set(some)
    return rows.map((row) => [originalOf(row, start, zone), row] as const).filter(([id]) => wanted.has(id))
  }
  const found = new Map(await ask(ids, queryFor(ids, start, zone)))
  // The service tells only so many instances of a series: those far off are found in a stretch of their own.
  const missing = ids.filter((id) => !found.has(id)).slice(0, maxAskedSingly)
  const others = await mapBounded(missing, 4, (id) => ask([id], stretchOf([id], start, zone)))
  return new Map([...found, ...others.flat()])
}

const maxAskedSingly = 50

function queryFor(ids: readonly RecurrenceId[], start: EventTime, zone: TimeZoneId): Query {
  const [first] = ids
  return first !== undefined && ids.length === 1 ? { originalStart: writeRecurrenceId(first, start, zone) } : stretchOf(ids, start, zone)
}

function stretchOf(ids: readonly RecurrenceId[], start: EventTime, zone: TimeZoneId): Query {
  const moments = ids.map((id) => instantOfRecurrenceId(id, start, zone))
  return { timeMin: formatMoment(instant(Math.min(...moments))), timeMax: formatMoment(instant(Math.max(...moments) + 1000)), maxResults: 2500 }
}

async function listInstances({ client, calendar }: Listing, master: string, query: Query): Promise<readonly WireEvent[]> {
  const rows: WireEvent[] = []
  let pageToken: string | undefined
  do {
    const answer = readBody(wireEventsSchema, await client.call({
      method: 'GET', path: ['calendars', calendar, 'events', master, 'instances'], query: { ...query, pageToken },
    }))
    rows.push(...(answer.items ?? []).map((item) => readBody(wireEventSchema, item)))
    pageToken = answer.nextPageToken
  } while (pageToken !== undefined)
  return rows
}

/** @throws RangeError where the service does not say which instance it is */
function originalOf(row: WireEvent, start: EventTime, zone: TimeZoneId): RecurrenceId {
  return originalStartOf({ ...row, originalStartTime: row.originalStartTime ?? row.start }, start, zone)
}
