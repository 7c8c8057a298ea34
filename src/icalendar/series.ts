/** VEVENTs of one UID to one series of the model (RFC 4791 §4.1). */

import type { Event, EventSeries } from '../calendar/event.ts'
import { eventUid } from '../calendar/identifiers.ts'
import type { EventUid, RecurrenceId, TimeZoneId } from '../calendar/identifiers.ts'
import { CalendarDataError, unfit } from './calendar-data-error.ts'
import { parameter } from './component.ts'
import type { Component } from './component.ts'
import { defaultLimits } from './limits.ts'
import { propertyIndex } from './property-index.ts'
import type { PropertyIndex } from './property-index.ts'
import { parsePeriod } from './event-period.ts'
import type { Period } from './event-period.ts'
import { recurrenceIdOf } from './recurrence-id.ts'
import { parseRecurrenceId, parseRecurrenceLines } from './recurrence-lines.ts'
import type { RecurrenceLines } from './recurrence-lines.ts'
import { unescapeText } from './text.ts'
import type { TimeScope } from './time-scope.ts'
import { parseEvent } from './vevent.ts'

/**
 * @param events the VEVENTs, at least one
 * @throws CalendarDataError where they are not one object, or hold what the model cannot
 */
export function parseSeries(events: readonly Component[], scope: TimeScope): EventSeries {
  const indexes = withoutFakedMaster(events.map(propertyIndex))
  const uid = commonUid(indexes)
  if (indexes.length > defaultLimits.instances) {
    throw new CalendarDataError('max-instances', `A series may have ${defaultLimits.instances} changed instances, this one has ${indexes.length}.`)
  }
  const [master, second] = indexes.filter((each) => each.one('RECURRENCE-ID') === undefined)
  if (second !== undefined) {
    throw notOneObject('Two VEVENTs without RECURRENCE-ID share the UID (RFC 4791 §4.1).', second)
  }
  const overrides = indexes.filter((each) => each !== master)
  return master === undefined ? detachedSeries(uid, overrides, scope) : wholeSeries(uid, master, overrides, scope)
}

/**
 * Thunderbird puts a master in front of instances that came without one, and says so: RDATEs only, which nobody has written.
 * Kept, it would make a series of somebody's meeting of which the user is invited to some instances.
 */
function withoutFakedMaster(indexes: readonly PropertyIndex[]): readonly PropertyIndex[] {
  const real = indexes.filter((each) => each.one('RECURRENCE-ID') !== undefined || each.one('X-MOZ-FAKED-MASTER')?.value.trim() !== '1')
  return real.length > 0 ? real : indexes
}

function notOneObject(sentence: string, { component }: PropertyIndex): CalendarDataError {
  return new CalendarDataError('valid-calendar-object-resource', sentence, component.line)
}

function commonUid(indexes: readonly PropertyIndex[]): EventUid {
  const uids = indexes.map(uidOf)
  const other = uids.findIndex((uid) => uid !== uids[0])
  if (other >= 0) throw notOneObject('The VEVENTs have two UIDs: each belongs into an object of its own (RFC 4791 §4.1).', indexes[other]!)
  return uids[0]!
}

/** Line breaks and the like in a UID would reach file names and header lines, so they are refused. */
export function uidOf(properties: PropertyIndex): EventUid {
  const found = properties.one('UID')
  const uid = unescapeText(found?.value ?? '').trim()
  if (found === undefined || uid === '') throw notOneObject('The VEVENT has no UID (RFC 5545 §3.6.1).', properties)
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(uid)) throw unfit(found, 'holds control characters (RFC 5545 §3.8.4.7).')
  if (uid.length > 1024) throw unfit(found, 'is longer than 1024 characters.')
  return eventUid(uid)
}

function wholeSeries(uid: EventUid, master: PropertyIndex, overrideIndexes: readonly PropertyIndex[], scope: TimeScope): EventSeries {
  const recurs = ['RRULE', 'RDATE'].some((name) => master.all(name).length > 0)
  const times = parsePeriod(master, scope, recurs ? 'wall-clock' : 'moment')
  const event = parseEvent(master, times, scope)
  const set = parseRecurrenceLines(master, times, scope)
  if (set.recurrence === undefined) {
    const [first] = overrideIndexes
    if (first !== undefined) throw notOneObject('There is a RECURRENCE-ID, but the event does not recur (RFC 5545 §3.8.4.4).', first)
    return { kind: 'single', uid, event: { ...event, ...set.periods.get(recurrenceIdOf(event.start)) } }
  }
  const { kept, cancelled } = parseOverrides(overrideIndexes, times, scope, event.status === 'cancelled' ? 'kept' : 'left out')
  const overrides = inOrder(new Map([...periodOverrides(event, set), ...kept]))
  for (const id of cancelled) overrides.delete(id)
  const without = new Set([...set.cancelled, ...cancelled].filter((id) => !overrides.has(id)).sort())
  return { kind: 'recurring', uid, master: event, recurrence: set.recurrence, overrides, cancelled: without }
}

function isCancelled(properties: PropertyIndex): boolean {
  return properties.one('STATUS')?.value.trim().toUpperCase() === 'CANCELLED'
}

/** An RDATE that is longer or shorter than the master is an instance with an end of its own. */
function periodOverrides(master: Event, { periods, cancelled }: RecurrenceLines): Iterable<[RecurrenceId, Event]> {
  return [...periods].filter(([id]) => !cancelled.has(id)).map(([id, period]) => [id, { ...master, ...period }])
}

interface Overrides {
  readonly kept: ReadonlyMap<RecurrenceId, Event>
  /** Those with STATUS:CANCELLED, which are instances that the series leaves out. */
  readonly cancelled: ReadonlySet<RecurrenceId>
}

/**
 * @param master undefined where the master is not in the body
 * @param ofCancelled what becomes of cancelled instances: 'kept' where all is cancelled, so that it can be brought back as it was
 */
function parseOverrides(indexes: readonly PropertyIndex[], master: Period | undefined, scope: TimeScope, ofCancelled: 'kept' | 'left out'): Overrides {
  const kept = new Map<RecurrenceId, Event>()
  const cancelled = new Set<RecurrenceId>()
  for (const properties of indexes) {
    const id = parseRecurrenceId(properties.one('RECURRENCE-ID')!, master?.start, scope)
    if (kept.has(id) || cancelled.has(id)) throw notOneObject('Two VEVENTs change the same instance (RFC 4791 §4.1).', properties)
    if (ofCancelled === 'left out' && isCancelled(properties)) cancelled.add(id)
    else kept.set(id, parseEvent(properties, parsePeriod(properties, scope, 'moment'), scope))
  }
  return { kept, cancelled }
}

/** Of instances without their series a cancelled one is simply not there. */
function detachedSeries(uid: EventUid, indexes: readonly PropertyIndex[], scope: TimeScope): EventSeries {
  const { kept } = parseOverrides(indexes, undefined, scope, indexes.every(isCancelled) ? 'kept' : 'left out')
  const zone = zoneOfInstances(indexes, scope)
  return { kind: 'detached', uid, overrides: inOrder(kept), ...(zone === undefined ? {} : { zone }) }
}

/** The zone that the first zoned RECURRENCE-ID names. */
function zoneOfInstances(indexes: readonly PropertyIndex[], scope: TimeScope): TimeZoneId | undefined {
  for (const properties of indexes) {
    const line = properties.one('RECURRENCE-ID')!
    const time = parameter(line, 'TZID') === undefined ? undefined : scope.read(line, line.value, 'moment')
    if (time?.kind === 'zoned') return time.zone
  }
  return undefined
}

function inOrder(overrides: ReadonlyMap<RecurrenceId, Event>): Map<RecurrenceId, Event> {
  return new Map([...overrides].sort(([a], [b]) => (a < b ? -1 : 1)))
}
