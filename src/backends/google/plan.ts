/**
 * Turns a wanted series into the calls that make the stored one equal to it. Pure: the calls are data, `writing.ts` carries them out.
 *
 * What differs is judged against what the client was shown, so that nothing is touched that CalDAV cannot show. The single event or
 * the master comes first, then the instances by original start, at most one call each. Because the service may reset or drop
 * instances when their master changes, the series is read and planned again after a call that `unsettles` it; a broken run is mended
 * by the same write, since each plan starts from what is stored.
 */

import { sameRecurrence } from '../../icalendar/recurrence.ts'
import { BackendError } from '../../calendar/backend.ts'
import { sameAddress, timeZoneId } from '../../calendar/identifiers.ts'
import { mergeBodies, patched, privately, sameJson } from './bodies.ts'
import { begunMark, isBegun, withCommonGuests } from './foreign-series.ts'
import { sourceOf } from './from-wire.ts'
import { marks } from './marks.ts'
import { assertAllowed, assertNoCancelledMeeting, assertSameOrganizer, differsOnlyInOwnAnswer, holdsNotes, isRestricted, notAttendees } from './permissions.ts'
import { plainInstance } from './plain-instance.ts'
import { isExclusion, writeDates, writeRecurrence } from './recurrence-lines.ts'
import { isRenewed } from './renewal.ts'
import { settled } from './settled.ts'
import { hasTold } from './telling.ts'
import { storedZoneOf, writeTime } from './times.ts'
import { alarmsMark, fields, newBody } from './to-wire.ts'
import type { Notify, StoredSeries } from '../../calendar/backend.ts'
import type { Event, EventSeries } from '../../calendar/event.ts'
import type { RecurrenceId } from '../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from './frame.ts'
import type { Source } from './from-wire.ts'
import type { ChangedName, Stored } from './permissions.ts'
import type { Recurring, Whole } from './settled.ts'
import type { Rendered, Setting } from './to-wire.ts'
import type { WireEvent } from './wire.ts'

export type PlannedCall =
  /** @param on the single event or master, or one instance by its original start */
  | { readonly kind: 'patch'; readonly on: 'main' | RecurrenceId; readonly body: WireBody; readonly isTold: boolean; readonly unsettles: boolean }
  /** A newer version of a private copy, by another import. Nobody is told. */
  | { readonly kind: 'renew'; readonly on: 'main'; readonly body: WireBody; readonly isTold: false; readonly unsettles: true }
  /** The instance does not take place any more. */
  | { readonly kind: 'cancel'; readonly on: RecurrenceId; readonly isTold: boolean; readonly unsettles: false }

type Detached = Extract<EventSeries, { kind: 'detached' }>

/** One event's differences. */
interface Difference {
  readonly names: readonly ChangedName[]
  readonly body: WireBody
}

/**
 * @returns in order; empty exactly if nothing differs in what the service can hold
 * @throws  BackendError 'forbidden' when the user may not make the change, 'rejected' when the service has no way to hold it; nothing
 *          has been written then
 */
export function planUpdate(stored: StoredSeries, wanted: EventSeries, notify: Notify): readonly PlannedCall[] {
  const source = sourceOf(stored)
  const context = { stored, source, notify, frame: source.frame }
  const lone = source.main?.extendedProperties?.private?.[marks.instance]
  if (stored.series.kind === 'detached') {
    if (wanted.kind !== 'detached') throw rejected('A series cannot take the place of single instances of somebody\'s series.')
    return lone === undefined ? planDetached(stored.series, wanted, context) : planLone(stored.series, wanted, context)
  }
  if (wanted.kind === 'detached') throw rejected('Single instances cannot take the place of their series.')
  const whole = settled(wanted, context.frame)
  const before = settled(stored.series, context.frame)
  const isNewer = isRenewed(source.main, before, whole)
  const isBegunHere = isNewer || isBegun(source.main, whole)
  const common = isBegunHere && whole.kind === 'recurring' ? withCommonGuests(whole, context.frame) : whole
  return planWhole(before, common, isNewer ? { ...context, isBegun: true, isNewer } : context, { ...context, isBegun: isBegunHere })
}

interface Context extends Stored {
  readonly frame: CalendarFrame
  readonly notify: Notify
}

interface InstanceContext extends Context {
  /** The master as it will be: what an instance without a row of its own is like. */
  readonly base: WireEvent
}

function rejected(sentence: string): BackendError {
  return new BackendError('rejected', sentence, { precondition: 'valid-calendar-object-resource' })
}

/** A single event or a series with its master. @param ofInstances the context for those */
function planWhole(stored: Whole, wanted: Whole, context: Context, ofInstances: Context): readonly PlannedCall[] {
  const { source } = context
  const main = mainOf(source)
  const change = joined([
    differenceOf(eventOf(wanted), { event: eventOf(stored), row: main }, context, { isRecurring: wanted.kind === 'recurring' }),
    recurrenceChange(stored, wanted, context),
  ])
  if (change !== undefined) assertAllowed(change.names, eventOf(wanted), { event: eventOf(stored), row: main }, context)
  if (change?.names.includes('cancelled') === true) assertNoCancelledMeeting(eventOf(wanted), context.frame)
  assertSameOrganizer(eventOf(wanted), eventOf(stored), context)
  const changed = change === undefined ? main : (patched(main, change.body) as WireEvent)
  const instances = wanted.kind === 'recurring' ? planInstances(stored, wanted, { ...ofInstances, base: changed }) : []
  if (change === undefined) return instances
  if (context.isNewer === true) return [renewal(change, wanted), ...instances]
  const unsettles = source.instances.size > 0
  return [{ kind: 'patch', on: 'main', body: change.body, isTold: isTold(change, main, eventOf(wanted), context), unsettles }, ...instances]
}

/** The instances are written after it, which a repeated write must be able to finish. */
function renewal({ body }: Difference, wanted: Whole): PlannedCall {
  const begun = wanted.kind === 'recurring' ? privately({ [marks.begun]: begunMark(wanted) }) : {}
  return { kind: 'renew', on: 'main', body: mergeBodies([body, begun]), isTold: false, unsettles: true }
}

function mainOf({ main }: Source): WireEvent {
  if (main === undefined) throw new TypeError('a series that is not detached has a row of its own')
  return main
}

function eventOf(series: Whole): Event {
  return series.kind === 'single' ? series.event : series.master
}

/** What has to be said of rules and dates. A series of another shape gets all its exclusions as EXDATE at once. */
function recurrenceChange(stored: Whole, wanted: Whole, { frame, source }: Context): Difference | undefined {
  if (wanted.kind === 'single') return stored.kind === 'single' ? undefined : { names: ['recurrence'], body: { recurrence: null } }
  const { start } = wanted.master
  const zone = storedZoneOf(start, frame.zone)
  if (isReshaped(stored, wanted)) {
    return { names: ['recurrence'], body: { recurrence: writeRecurrence(wanted.recurrence, wanted.cancelled, start, zone) } }
  }
  const kept = [...source.excluded].filter((id) => wanted.cancelled.has(id) || !storedCancelled(stored).has(id))
  if (kept.length === source.excluded.size) return undefined
  const lines = (source.main?.recurrence ?? []).filter((line) => !isExclusion(line))
  return { names: ['recurrence'], body: { recurrence: [...lines, ...writeDates('EXDATE', kept.sort(), start, zone)] } }
}

function isReshaped(stored: Whole, wanted: Recurring): boolean {
  return stored.kind === 'single' || !sameStart(stored.master, wanted.master) || !sameRecurrence(stored.recurrence, wanted.recurrence)
}

/** To the service, which has one name for UTC. */
function sameStart(...events: readonly Event[]): boolean {
  const [one, other] = events.map(({ start }) => ({ written: writeTime(start, utc), isFloating: start.kind === 'floating' }))
  return sameJson(one, other)
}

const utc = timeZoneId('UTC')

function storedCancelled(stored: Whole): ReadonlySet<RecurrenceId> {
  return stored.kind === 'single' ? new Set() : stored.cancelled
}

/** Calls on instances, as they are once the master agrees. */
function planInstances(stored: Whole, wanted: Recurring, context: InstanceContext): readonly PlannedCall[] {
  const before = stored.kind === 'recurring' && !isReshaped(stored, wanted) ? stored : undefined
  const ids = new Set([...wanted.overrides.keys(), ...(before ? [...before.overrides.keys(), ...before.cancelled, ...wanted.cancelled] : [])])
  return [...ids].sort().flatMap((id) => planInstance(id, before, wanted, context) ?? [])
}

function planInstance(id: RecurrenceId, before: Recurring | undefined, wanted: Recurring, context: InstanceContext): PlannedCall | undefined {
  const row = before && context.source.instances.get(id)
  if (wanted.cancelled.has(id)) return before?.cancelled.has(id) ? undefined : planCancellation(id, wanted.overrides.get(id), row, context)
  const event = wanted.overrides.get(id) ?? plainInstance(wanted.master, id)
  if (row?.status === 'cancelled') return planRevival(id, event, row, { ...context, series: wanted.master })
  const shown = before?.overrides.get(id) ?? plainInstance(wanted.master, id)
  const base = row ?? context.base
  const change = differenceOf(event, { event: shown, row: base }, context, { isRecurring: false, series: wanted.master })
  if (change === undefined || (row === undefined && change.names.every((name) => seriesFields.has(name)))) return undefined
  assertAllowed(change.names, event, { event: shown, row: base }, context)
  return { kind: 'patch', on: id, body: change.body, isTold: isTold(change, base, event, context), unsettles: false }
}

/** What alone is no reason to make an instance an exception. */
const seriesFields: ReadonlySet<ChangedName> = new Set(['sequence', 'acknowledged'])

/** RFC 6638 §3.2.2.1: an attendee's EXDATE takes the instance off the attendee's calendar, which is a decline. */
function planCancellation(id: RecurrenceId, event: Event | undefined, row: WireEvent | undefined, context: Context): PlannedCall {
  const change: Difference = { names: ['times'], body: {} }
  return { kind: 'cancel', on: id, isTold: isTold(change, row ?? context.source.main, event, context), unsettles: false }
}

/** A cancelled row keeps nothing that could be relied on: all is written, and what the instance does not have is taken out. */
function planRevival(id: RecurrenceId, event: Event, row: WireEvent, context: Context & { readonly series: Event }): PlannedCall {
  if (isRestricted(context)) throw notAttendees('An attendee cannot bring back an instance.')
  const setting = { frame: context.frame, isRecurring: false, series: context.series }
  const body = mergeBodies([nothing, newBody(event, setting), { status: event.status === 'cancelled' ? 'confirmed' : event.status }])
  const change: Difference = { names: ['times'], body }
  return { kind: 'patch', on: id, body, isTold: isTold(change, row, event, context), unsettles: false }
}

const nothing: WireBody = {
  summary: null, description: null, location: null, visibility: 'default', colorId: null, source: null, attendees: null, attachments: null,
}

/** Instances of a series that is not in this calendar: each is a row of its own, none can be added. */
function planDetached(stored: Detached, wanted: Detached, context: Context): readonly PlannedCall[] {
  const added = [...wanted.overrides.keys()].find((id) => !stored.overrides.has(id))
  if (added !== undefined) throw notAttendees('An attendee cannot add an instance.')
  return [...stored.overrides].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([id, shown]): readonly PlannedCall[] => {
    const event = wanted.overrides.get(id)
    const row = context.source.instances.get(id)
    if (row === undefined) return []
    if (event === undefined) return [planCancellation(id, shown, row, context)]
    return planEvent(id, event, shown, row, context)
  })
}

/** A lone instance that a client stored here without its series is an event of its own. */
function planLone(stored: Detached, wanted: Detached, context: Context): readonly PlannedCall[] {
  const [[id, shown] = []] = stored.overrides
  const event = id && wanted.overrides.get(id)
  if (shown === undefined || event === undefined || wanted.overrides.size > 1) throw rejected('Only one instance without its series can be stored.')
  return planEvent('main', event, shown, mainOf(context.source), context)
}

function planEvent(on: 'main' | RecurrenceId, event: Event, shown: Event, row: WireEvent, context: Context): readonly PlannedCall[] {
  const change = differenceOf(event, { event: shown, row }, context)
  if (change === undefined) return []
  assertAllowed(change.names, event, { event: shown, row: row }, context)
  return [{ kind: 'patch', on, body: change.body, isTold: isTold(change, row, event, context), unsettles: false }]
}

/**
 * SEQUENCE is the organizer's: a guest's copy has the one that came with the invitation. A dismissed alarm is never the reason to refuse
 * an event of a type that does not hold it.
 */
function differenceOf(wanted: Event, stored: Rendered, context: Context, place: Omit<Setting, 'frame'> = { isRecurring: false }): Difference | undefined {
  const setting = { ...place, frame: context.frame }
  const isMeant = (name: ChangedName): boolean => {
    if (name === 'sequence') return !isRestricted(context)
    // The guests of an instance are those of its copy's series.
    if (name === 'attendees' && context.isBegun === true && context.isNewer !== true) return differsOnlyInOwnAnswer(wanted, stored, context)
    return name !== 'acknowledged' || holdsNotes(stored.row)
  }
  const changes = fields.filter(({ name }) => isMeant(name)).flatMap((field) => {
    const body = field.change(wanted, stored, setting)
    return body === undefined ? [] : [{ names: [field.name], body }]
  })
  const change = joined(changes)
  if (change?.names.join() !== 'alarms' || !holdsNotes(stored.row)) return change
  // `updated` does not move for reminders alone (events.list), so that no other reader would see the change.
  return { ...change, body: mergeBodies([change.body, privately({ [marks.alarms]: alarmsMark(change.body) })]) }
}

function joined(differences: readonly (Difference | undefined)[]): Difference | undefined {
  const all = differences.filter((difference) => difference !== undefined)
  return all.length === 0 ? undefined : { names: all.flatMap(({ names }) => names), body: mergeBodies(all.map(({ body }) => body)) }
}

/** Mail goes out only for what concerns guests, only where there are some, and only if the client leaves it to the server (RFC 6638 §7.1). */
function isTold({ names }: Difference, row: WireEvent | undefined, wanted: Event | undefined, context: Context): boolean {
  const { notify, frame, stored } = context
  if (notify === 'nobody' || !names.some((name) => name === 'recurrence' || fields.some((field) => field.name === name && field.isTold))) return false
  if (stored.role === 'attendee' && wanted?.organizer?.scheduleAgent !== undefined) return false
  // The organizer hears of it, who need not be among the attendees.
  if (stored.role === 'attendee') return isRestricted(context)
  const guests = (wanted?.attendees ?? []).filter(({ address }) => !sameAddress(address, frame.calendar))
  // Who leaves the list is told too.
  const left = (row?.attendees ?? []).filter(({ email }) => !guests.some(({ address }) => sameAddress(address, email ?? '')))
  return guests.some(({ scheduleAgent }) => scheduleAgent === 'server') || (row !== undefined && hasTold({ ...row, attendees: left }, frame.calendar))
}
