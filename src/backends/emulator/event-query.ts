/** The parameters of events.list, read and checked (google-calendar-v3 reference §5). */

import type { Access } from './access.ts'
import { flag, type Call } from './call.ts'
import { ApiError, invalid } from './errors.ts'
import type { EventSearch } from './event-rows.ts'
import { readBound } from './times.ts'
import { readEventsSyncToken, readPageToken, type Position, type Window } from './tokens.ts'

export interface EventQuery extends Window {
  readonly maxResults: number
  readonly position: Position | undefined
  readonly singleEvents: boolean
  readonly orderBy: 'startTime' | 'updated' | undefined
  readonly showDeleted: boolean
  /** µs, exclusive: only what changed later. */
  readonly changedAfter: number
  /** A sync answer, or a listing of changes, or neither. */
  readonly kind: 'sync' | 'changes' | 'list'
  readonly uid: string | undefined
  readonly text: string | undefined
  readonly properties: EventSearch['properties']
  readonly eventTypes: readonly string[]
}

const withoutSyncToken = ['iCalUID', 'orderBy', 'privateExtendedProperty', 'q', 'sharedExtendedProperty', 'timeMin', 'timeMax', 'updatedMin']
const knownTypes = ['birthday', 'default', 'focusTime', 'fromGmail', 'outOfOffice', 'workingLocation']
const updatedMinDays = 30

export function readEventQuery(call: Call, { calendar }: Access): EventQuery {
  const { query } = call
  const token = query.get('syncToken')
  const common = {
    maxResults: maxResultsOf(call), position: positionOf(call), singleEvents: flag(call, 'singleEvents') ?? false, eventTypes: eventTypesOf(query),
  }
  if (token !== null) {
    const isRestricted = withoutSyncToken.some((name) => query.has(name)) || flag(call, 'showDeleted') === false
    if (isRestricted) throw new ApiError('badRequest', 'Sync token cannot be used with other request restrictions.')
    const { since, timeMin, timeMax } = readEventsSyncToken(token, calendar)
    return { ...common, timeMin, timeMax, orderBy: undefined, showDeleted: true, changedAfter: since, kind: 'sync', uid: undefined, text: undefined, properties: [] }
  }
  const updatedMin = updatedMinOf(call, calendar.horizon)
  return {
    ...common, ...windowOf(query), orderBy: orderOf(query, common.singleEvents),
    showDeleted: updatedMin !== undefined || (flag(call, 'showDeleted') ?? false),
    changedAfter: updatedMin === undefined ? -1 : updatedMin * 1000 - 1,
    kind: updatedMin === undefined ? 'list' : 'changes',
    uid: query.get('iCalUID') || undefined, text: query.get('q') || undefined, properties: propertiesOf(query),
  }
}

/** Default 250; more than 2500 counts as 2500. */
export function maxResultsOf({ query }: Call): number {
  const given = query.get('maxResults')
  const count = Number(given ?? 250)
  if (!Number.isInteger(count) || count < 1) throw invalid('Invalid Value')
  return Math.min(count, 2500)
}

export function positionOf({ query }: Call): Position | undefined {
  const token = query.get('pageToken')
  return token ? readPageToken(token) : undefined
}

/** Lower bound of the end, upper bound of the start, both exclusive. */
export function windowOf(query: URLSearchParams): Window {
  const bound = (name: string): number | undefined => {
    const text = query.get(name)
    return text ? readBound(text, name) : undefined
  }
  const timeMin = bound('timeMin')
  const timeMax = bound('timeMax')
  if (timeMin !== undefined && timeMax !== undefined && timeMax <= timeMin) throw new ApiError('timeRangeEmpty')
  return { timeMin, timeMax }
}

function orderOf(query: URLSearchParams, singleEvents: boolean): EventQuery['orderBy'] {
  const order = query.get('orderBy') || undefined
  if (order === undefined || order === 'updated') return order
  if (order !== 'startTime') throw invalid('Invalid Value')
  if (!singleEvents) throw new ApiError('badRequest', 'The requested ordering is not available for the particular query.')
  return order
}

/** ms, inclusive. @throws ApiError 410 for bounds that lie a month back, or before what the calendar remembers */
function updatedMinOf({ query, environment }: Call, horizon: number): number | undefined {
  const text = query.get('updatedMin')
  if (!text) return undefined
  const at = readBound(text, 'updatedMin', 'milliseconds')
  const isTooOld = at < Math.floor(horizon / 1000) || at < environment.clock.now() - updatedMinDays * 86_400_000
  if (isTooOld) throw new ApiError('updatedMinTooLongAgo')
  return at
}

function propertiesOf(query: URLSearchParams): EventSearch['properties'] {
  return (['private', 'shared'] as const).flatMap((scope) => query.getAll(`${scope}ExtendedProperty`).map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw invalid('Invalid Value')
    return { scope, name: text.slice(0, at), value: text.slice(at + 1) }
  }))
}

function eventTypesOf(query: URLSearchParams): readonly string[] {
  const types = query.getAll('eventTypes')
  if (types.some((type) => !knownTypes.includes(type))) throw invalid('Invalid Value')
  return types
}
