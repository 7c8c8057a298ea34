/** Rows of the service to the model. What a series cannot be told of is told as Unavailable; nothing is approximated. */

import { eventUid, objectName, recurrenceId } from '../../../calendar/identifiers.ts'
import { instantOf } from '../../../icalendar/time-zone.ts'
import { isFloating, isGuestCopy, isOwnRow, readEvent } from './event-from-wire.ts'
import { HeldSeries } from './held-series.ts'
import { marks } from '../marks.ts'
import { objectNameOf } from '../names.ts'
import { isPlain } from '../members/plain-instance.ts'
import { readRecurrence } from '../members/recurrence-lines.ts'
import { revisionOf, updatedOf } from './revision.ts'
import { isInstance } from './rows.ts'
import { readMoment, readTime, recurrenceIdAt, storedZoneOf } from '../members/times.ts'
import type { Body, ObjectTag, SeriesSource, StoredSeries } from '../../../calendar/backend.ts'
import type { Event, EventSeries, EventTime } from '../../../calendar/event.ts'
import type { ObjectName, RecurrenceId, TimeZoneId } from '../../../calendar/identifiers.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Content } from './held-series.ts'
import type { RowGroup } from './rows.ts'
import type { WireEvent } from '../wire.ts'

/** What a write needs of a series that was read: {@link SeriesSource} in our terms. */
export interface Source {
  readonly frame: CalendarFrame
  /** The single event or the master; undefined where the user is invited to some instances only. */
  readonly main: WireEvent | undefined
  /** Exceptions and cancelled instances by original start. */
  readonly instances: ReadonlyMap<RecurrenceId, WireEvent>
  /** Original starts of EXDATE lines. */
  readonly excluded: ReadonlySet<RecurrenceId>
}

/** What this adapter put beside the series when it was read. */
export function sourceOf(stored: StoredSeries): Source {
  return stored.source as unknown as Source
}

/** The object that a group of rows makes up, for listings. @returns undefined where nothing is left that takes place */
export function tagOf(group: RowGroup, frame: CalendarFrame): ObjectTag | undefined {
  const rows = partsOf(group)
  const name = nameOfRows(rows, group)
  if (name === undefined || !rows.some((row) => row.status !== 'cancelled')) return undefined
  return { name, revision: revisionOf(rows, frame.defaultReminders), updated: updatedOf(rows) }
}

/**
 * The rows that count: the single event or the master with its instances; without one, all instances. Where several events have one
 * UID, which the service does not rule out, the first by id stands for it.
 */
function partsOf({ events }: RowGroup): readonly WireEvent[] {
  if (events.length === 1) return events
  const [main] = events.filter((row) => !isInstance(row)).sort((a, b) => (a.id < b.id ? -1 : 1))
  if (main === undefined) return events
  return [main, ...events.filter((row) => row.recurringEventId === main.id)]
}

/** The master's word counts: exceptions may still have the name that it had when they were made. */
function nameOfRows(rows: readonly WireEvent[], { uid }: RowGroup): ObjectName | undefined {
  const [named] = rows.some((row) => !isInstance(row)) ? rows.filter((row) => !isInstance(row)) : rows.filter(({ status }) => status !== 'cancelled')
  return objectName(named?.extendedProperties?.private?.[marks.name] ?? '') ?? objectNameOf(uid)
}

/** @returns undefined where nothing is left that takes place */
export function readGroup(group: RowGroup, frame: CalendarFrame): Body | undefined {
  const tag = tagOf(group, frame)
  if (tag === undefined) return undefined
  if (group.fault !== undefined) return { kind: 'unavailable', name: tag.name, reason: group.fault }
  try {
    return new HeldSeries(tag, group, frame, readSeries)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { kind: 'unavailable', name: tag.name, reason: error.message }
  }
}

function readSeries(group: RowGroup, frame: CalendarFrame): Content {
  const rows = partsOf(group)
  const [main] = rows.filter((row) => !isInstance(row))
  const uid = eventUid(group.uid)
  if (main === undefined) return readDetached(uid, rows, frame)
  const master = readEvent(main, frame, (main.recurrence ?? []).length > 0)
  const zone = storedZoneOfRow(main, master.start, frame)
  const { recurrence, excluded } = readRecurrence(main.recurrence ?? [], master.start, zone)
  const instances = byOriginalStart(rows.filter(isInstance), master.start, zone)
  const source = { frame, main, instances, excluded }
  const series = recurrence === undefined ? readSingle(uid, master, main)
    : { kind: 'recurring' as const, uid, master, recurrence, ...readInstances(master, main, source) }
  return contentOf(series, source, main)
}

function readSingle(uid: EventSeries['uid'], event: Event, main: WireEvent): EventSeries {
  const instance = main.extendedProperties?.private?.[marks.instance]
  if (instance === undefined) return { kind: 'single', uid, event }
  return { kind: 'detached', uid, overrides: new Map([[recurrenceId(instance), event]]), ...zoneOf(event.start) }
}

function readInstances(master: Event, main: WireEvent, { instances, excluded, frame }: Source): { overrides: ReadonlyMap<RecurrenceId, Event>; cancelled: ReadonlySet<RecurrenceId> } {
  const overrides = new Map<RecurrenceId, Event>()
  const cancelled = new Set(excluded)
  for (const [id, row] of instances) {
    if (row.status === 'cancelled') cancelled.add(id)
    else {
      cancelled.delete(id)
      const event = readEvent(main.privateCopy === true ? withGuestsOf(main, row, frame) : row, frame)
      if (!isPlain(event, master, id)) overrides.set(id, event)
    }
  }
  return { overrides, cancelled }
}

/**
 * An instance of a private copy. Its row has the guests of the day on which it was made, and the service lets nobody change them: what
 * counts are those of the series, and the user's own answer if the user is one of them.
 */
function withGuestsOf(main: WireEvent, row: WireEvent, { calendar }: CalendarFrame): WireEvent {
  const { [marks.self]: _self, ...others } = row.extendedProperties?.private ?? {}
  const self = main.extendedProperties?.private?.[marks.self]
  const own = self === undefined ? row.attendees?.find((attendee) => isOwnRow(attendee, calendar)) : undefined
  return {
    ...row,
    attendees: (main.attendees ?? []).map((attendee) => (isOwnRow(attendee, calendar) ? own ?? attendee : attendee)),
    extendedProperties: { ...row.extendedProperties, private: { ...others, ...(self === undefined ? {} : { [marks.self]: self }) } },
  }
}

/** Instances whose master is not in this calendar; cancelled ones among them are nothing that a client could show. */
function readDetached(uid: EventSeries['uid'], rows: readonly WireEvent[], frame: CalendarFrame): Content {
  const shown = rows.filter((row) => row.status !== 'cancelled')
  const [first] = shown.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  if (first === undefined) throw new RangeError('no instance takes place')
  const start = readTime(first.originalStartTime, { zone: frame.zone, isFloating: isFloating(first), isRecurring: false })
  const zone = storedZoneOfRow(first, start, frame)
  const instances = byOriginalStart(shown, start, zone)
  const overrides = new Map([...instances].map(([id, row]) => [id, readEvent(row, frame)]))
  return contentOf({ kind: 'detached', uid, overrides, ...zoneOf(start) }, { frame, main: undefined, instances, excluded: new Set() }, first)
}

function zoneOf(start: EventTime): { zone?: TimeZoneId } {
  return start.kind === 'zoned' ? { zone: start.zone } : {}
}

function contentOf(series: EventSeries, source: Source, row: WireEvent): Content {
  return { series, source: source as unknown as SeriesSource, role: isGuestCopy(row, source.frame.calendar) ? 'attendee' : 'organizer' }
}

/** In which zone the service keeps the row; floating and all-day ones are where their moments are to be read. */
export function storedZoneOfRow(row: WireEvent, start: EventTime, frame: CalendarFrame): TimeZoneId {
  if (start.kind !== 'floating') return storedZoneOf(start, frame.zone)
  const told = readTime({ ...row.start }, { zone: frame.zone, isFloating: false, isRecurring: false })
  return storedZoneOf(told, frame.zone)
}

/** In order of time, whatever the order of the listing. */
function byOriginalStart(rows: readonly WireEvent[], start: EventTime, zone: TimeZoneId): ReadonlyMap<RecurrenceId, WireEvent> {
  const named = rows.map((row) => [originalStartOf(row, start, zone), row] as const)
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Which instance of a series a row is. @param zone in which the service keeps the series @throws RangeError */
export function originalStartOf(row: WireEvent, start: EventTime, zone: TimeZoneId): RecurrenceId {
  const original = row.originalStartTime
  if (original?.date !== undefined) {
    const time = readTime(original, { zone, isFloating: false, isRecurring: false })
    return recurrenceIdAt(instantOf(time, zone), start, zone)
  }
  if (original?.dateTime === undefined) throw new RangeError('an instance does not tell its original start')
  return recurrenceIdAt(readMoment(original.dateTime), start, zone)
}
