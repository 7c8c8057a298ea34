/** events.instances: the instances of one series by original start, changed and cancelled ones in their places. */

import { accessTo, calendarZone } from './access.ts'
import { collection, flag, parameter, type Call, type Reply } from './call.ts'
import type { EventRow } from './documents.ts'
import { ApiError } from './errors.ts'
import { instancesOf, listBody, type Page } from './event-list.ts'
import { maxResultsOf, positionOf, windowOf } from './event-query.ts'
import { seriesRows } from './event-rows.ts'
import { findTarget } from './events.ts'
import { momentOf, readBound, timeOfRecurrenceId, zoneOf } from './times.ts'
import type { Window } from './tokens.ts'

export function listInstances(call: Call): Reply {
  const access = accessTo(call, 'freeBusyReader')
  const { row } = findTarget(call.environment, access.calendar, parameter(call, 'eventId'))
  if (row.kind === 'event' && row.status === 'cancelled') throw new ApiError('deleted')
  const window = windowOf(call.query)
  const zone = calendarZone(call.environment, access.calendar)
  const rows = allInstances(call, row, zone, window).filter((each) => isWanted(call, each, zone, window))
  return collection(listBody(call, access, pageOf(call, rows), window, false))
}

/** Asked of an instance: that instance. */
function allInstances({ environment }: Call, row: EventRow, zone: string, window: Window): EventRow[] {
  if (row.kind !== 'event') return [row]
  if (row.document.recurrence === undefined) return []
  const changed = seriesRows(environment.store, row.calendar, row.series).filter(({ kind }) => kind === 'exception')
  return [...instancesOf(row, { environment, zone }, window), ...changed]
    .sort((a, b) => (a.original ?? '') < (b.original ?? '') ? -1 : 1)
}

/** `timeMin` is inclusive here, other than in lists (reference §5). */
function isWanted(call: Call, row: EventRow, zone: string, { timeMin, timeMax }: Window): boolean {
  if (row.status === 'cancelled' && !flag(call, 'showDeleted')) return false
  const originalStart = call.query.get('originalStart')
  if (originalStart && !isOriginal(row, originalStart, zone)) return false
  const from = momentOf(row.document.start, zoneOf(zone))
  const to = momentOf(row.document.end, zoneOf(zone))
  return (timeMin === undefined || to >= timeMin) && (timeMax === undefined || from < timeMax)
}

/** Matched as a moment; a day by its date. */
function isOriginal({ original }: EventRow, asked: string, zone: string): boolean {
  if (original === null) return false
  if (original.length === 10 || asked.length === 10) return asked.slice(0, 10) === original.slice(0, 10)
  return momentOf(timeOfRecurrenceId(original, 'UTC'), zoneOf(zone)) === readBound(asked, 'originalStart')
}

function pageOf(call: Call, rows: readonly EventRow[]): Page {
  const maxResults = maxResultsOf(call)
  const after = positionOf(call)?.id ?? ''
  const rest = rows.filter(({ original }) => (original ?? '') > after || after === '')
  const last = rest[maxResults - 1]
  const next = last && rest.length > maxResults ? { order: 0, id: last.original ?? '' } : undefined
  return { rows: rest.slice(0, maxResults), next }
}
