/**
 * Turns a wanted series into the calls that make the stored one equal to it. Pure: the calls are data, `writing.ts` carries them out.
 *
 * What differs is judged against what the client was shown, so that nothing is touched that CalDAV cannot show. The single event or
 * the master comes first, then the instances by original start, at most one call each. Because the service may reset or drop
 * instances when their master changes, the series is read and planned again after a call that `unsettles` it; a broken run is mended
 * by the same write, since each plan starts from what is stored.
 */

import { BackendError } from '../../../calendar/backend.ts'
import { withOwnRow } from './attendees-to-wire.ts'
import { mergeBodies, patched, privately } from './bodies.ts'
import { differenceOf, joined, tellsOthers } from './difference.ts'
import { begunMark, isBegun, withCommonGuests } from './foreign-series.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { marks } from '../marks.ts'
import { assertAllowed, assertNoCancelledMeeting, assertSameOrganizer, notAttendees } from './permissions.ts'
import { planCancellation, planInstances, planLeftOver } from './plan-instances.ts'
import { recurrenceChange } from './recurrence-change.ts'
import { isRenewed } from './renewal.ts'
import { mainEventOf, settled } from './settled.ts'
import { addressesOn } from './told-of-series.ts'
import type { Notify, StoredSeries } from '../../../calendar/backend.ts'
import type { Event, EventSeries } from '../../../calendar/event.ts'
import { recurrenceId } from '../../../calendar/identifiers.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { Carried } from './carried.ts'
import type { Context, Difference } from './difference.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Source } from '../reading/from-wire.ts'
import type { Whole } from './settled.ts'
import type { ToldOfSeries } from './told-of-series.ts'
import type { WireEvent } from '../wire.ts'

/** A call as data. Before the next one a call that `unsettles` wants the series read and planned again. */
export type PlannedCall =
  /** @param on the single event or master, or one instance by its original start */
  | { readonly kind: 'patch'; readonly on: 'main' | RecurrenceId; readonly body: WireBody; readonly unsettles: boolean } & Told
  /** A newer version of a private copy, by another import. Nobody is told. */
  | { readonly kind: 'renew'; readonly on: 'main'; readonly body: WireBody; readonly isTold: false; readonly unsettles: true }
  /** The instance does not take place any more. */
  | { readonly kind: 'cancel'; readonly on: RecurrenceId; readonly unsettles: false } & Told

/** Whether a call mails the guests. */
interface Told {
  readonly isTold: boolean
  /** Those within the service have been told of the series by the same write. */
  readonly isToldOutsideOnly?: true
}

/** Of one write that plans twice. */
export interface Earlier {
  /** Who has been told of the series. */
  readonly told?: ToldOfSeries | undefined
  /** The changed instances as they were. */
  readonly carried?: Carried | undefined
}

type Detached = Extract<EventSeries, { kind: 'detached' }>

/**
 * @param before what the same write has found and done before
 * @returns in order; empty exactly if nothing differs in what the service can hold
 * @throws  BackendError 'forbidden' when the user may not make the change, 'rejected' when the service has no way to hold it; nothing
 *          has been written then
 */
export function planUpdate(stored: StoredSeries, wanted: EventSeries, notify: Notify, { told, carried }: Earlier = {}): readonly PlannedCall[] {
  const source = sourceOf(stored)
  const context = { stored, source, notify, frame: source.frame, told, carried }
  const before = source.main === undefined ? stored.series : withLoneAsSingle(stored.series)
  if (before.kind === 'detached') {
    if (wanted.kind !== 'detached') throw rejected('A series cannot take the place of single instances of somebody\'s series.')
    return planDetached(before, wanted, context)
  }
  if (stored.series.kind !== 'detached' && wanted.kind === 'detached') throw rejected('A single instance cannot take the place of its series.')
  const after = withLoneAsSingle(wanted, stored.series)
  if (after.kind === 'detached') throw rejected('Only one instance can be stored without its series, and no other in its place.')
  const lone = wanted.kind === 'detached' ? undefined : source.main?.extendedProperties?.private?.[marks.instance]
  return planAsSaid(settled(before, context.frame, after), settled(after, context.frame), lone === undefined ? context : { ...context, lone: recurrenceId(lone) })
}

/** A lone instance that a client stored here without its series is an event of its own. @param like the one that is meant */
function withLoneAsSingle(series: EventSeries, like: EventSeries = series): EventSeries {
  if (series.kind !== 'detached' || like.kind !== 'detached') return series
  const [[id, event] = []] = series.overrides
  const isLike = id !== undefined && series.overrides.size === 1 && like.overrides.has(id)
  return isLike && event !== undefined ? { kind: 'single', uid: series.uid, event } : series
}

/** Where a lone instance was stored until now, and more is wanted: which one. */
type InPlace = Context & { readonly lone?: RecurrenceId }

/** By whose word the wanted series is: the user's, or the organizer's in a message. */
function planAsSaid(stored: Whole, wanted: Whole, context: InPlace): readonly PlannedCall[] {
  const { source: { main }, frame, lone } = context
  const isNewer = isRenewed(main, stored, wanted, lone)
  const isMessage = isNewer || isBegun(main, wanted)
  const common = isMessage && wanted.kind === 'recurring' ? withCommonGuests(wanted, frame) : wanted
  // A message that is stored already comes again for its instances, which an import leaves out: what differs in the series itself is the user's.
  return planWhole(stored, common, { ...context, says: isNewer ? 'newer-message' : 'user' }, { ...context, says: isMessage ? 'stored-message' : 'user' })
}

function rejected(sentence: string): BackendError {
  return new BackendError('rejected', sentence, { precondition: 'valid-calendar-object-resource' })
}

/** @param ofInstances in which the instances are judged */
function planWhole(stored: Whole, wanted: Whole, context: InPlace, ofInstances: Context): readonly PlannedCall[] {
  const { source } = context
  const main = mainOf(source)
  const change = joined([
    differenceOf(mainEventOf(wanted), { event: mainEventOf(stored), row: main }, context, { isRecurring: wanted.kind === 'recurring' }),
    recurrenceChange(stored, wanted, context),
    context.lone === undefined ? undefined : { names: [], body: privately({ [marks.instance]: null }) },
  ])
  if (change !== undefined) assertAllowed(change.names, mainEventOf(wanted), { event: mainEventOf(stored), row: main }, context)
  if (change?.names.includes('cancelled') === true) assertNoCancelledMeeting(mainEventOf(wanted), context.frame)
  assertSameOrganizer(mainEventOf(wanted), mainEventOf(stored), context)
  const changed = change === undefined ? main : (patched(main, change.body) as WireEvent)
  const isSeriesTold = change !== undefined && tellsOthers(change, main, mainEventOf(wanted), context)
  const told = isSeriesTold ? addressesOn(main, changed) : context.told
  const instances = wanted.kind === 'recurring' ? planInstances(stored, wanted, { ...ofInstances, base: changed, told }) : planLeftOver(ofInstances)
  if (change === undefined) return instances
  if (context.says === 'newer-message') return [planRenewal(change, wanted, main, context.frame), ...instances]
  const unsettles = source.instances.size > 0
  return [{ kind: 'patch', on: 'main', body: change.body, isTold: isSeriesTold, unsettles }, ...instances]
}

/** By a SEQUENCE above the row's own, be it told or not: one that is not newer might be refused. */
function planRenewal({ body }: Difference, wanted: Whole, main: WireEvent, frame: CalendarFrame): PlannedCall {
  const event = mainEventOf(wanted)
  const { attendees, mark } = withOwnRow(body, event, frame)
  const guests = body['attendees'] === undefined ? {} : mergeBodies([{ attendees }, privately({ [marks.self]: mark })])
  // The instances are written after it, which a repeated write must be able to finish.
  const told = privately({ [marks.sequence]: String(event.sequence), [marks.begun]: begunMark(wanted) })
  const sequence = Math.max(event.sequence, (main.sequence ?? 0) + 1)
  return { kind: 'renew', on: 'main', body: mergeBodies([body, guests, told, { sequence }]), isTold: false, unsettles: true }
}

function mainOf({ main }: Source): WireEvent {
  if (main === undefined) throw new TypeError('a series that is not detached has a row of its own')
  return main
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

function planEvent(on: RecurrenceId, event: Event, shown: Event, row: WireEvent, context: Context): readonly PlannedCall[] {
  const change = differenceOf(event, { event: shown, row }, context)
  if (change === undefined) return []
  assertAllowed(change.names, event, { event: shown, row }, context)
  return [{ kind: 'patch', on, body: change.body, isTold: tellsOthers(change, row, event, context), unsettles: false }]
}
