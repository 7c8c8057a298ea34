/** Calls on the instances of a series, at most one each. */

import { withOwnRow } from './attendees-to-wire.ts'
import { mergeBodies, withoutLowerSequence } from './bodies.ts'
import { withCarried } from './carried.ts'
import { differenceOf, tellsOthers } from './difference.ts'
import { marks } from '../marks.ts'
import { assertAllowed, isRestricted, notAttendees } from './permissions.ts'
import { plainInstance } from '../members/plain-instance.ts'
import { readSequence } from '../reading/event-from-wire.ts'
import { isReshaped } from './recurrence-change.ts'
import { generatedBy } from './settled.ts'
import { newBody } from './to-wire.ts'
import { withoutRepeating } from './told-of-series.ts'
import type { Event } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { Context, Difference } from './difference.ts'
import type { ChangedName } from './permissions.ts'
import type { PlannedCall } from './plan.ts'
import type { Recurring, Whole } from './settled.ts'
import type { WireEvent } from '../wire.ts'

/** What an instance is planned upon. */
interface InstanceContext extends Context {
  /** The master as it will be: what an instance without a row of its own is like. */
  readonly base: WireEvent
}

/** Calls on instances, as they are once the master agrees. */
export function planInstances(stored: Whole, wanted: Recurring, context: InstanceContext): readonly PlannedCall[] {
  const before = stored.kind === 'recurring' && !isReshaped(stored, wanted) ? stored : undefined
  const leftOver = leftOverOf(before, wanted, context)
  const ids = new Set([...wanted.overrides.keys(), ...(before ? [...before.overrides.keys(), ...before.cancelled, ...wanted.cancelled] : [])])
  const calls = [...ids].sort().flatMap((id) => planInstance(id, before, wanted, { ...context, leftOver }) ?? [])
  const { base: series, told, source, frame: { calendar } } = context
  return told === undefined ? calls : calls.map((call) => withoutRepeating(call, source.instances.get(call.on as RecurrenceId), { series, told, calendar }))
}

/** Overrides that are not wanted and that the service has not dropped with the rule that made their instances. */
function leftOverOf(before: Recurring | undefined, wanted: Recurring, { frame }: Context): ReadonlySet<RecurrenceId> {
  const dropped = [...before?.overrides.keys() ?? []].filter((id) => !wanted.overrides.has(id))
  const isGenerated = generatedBy(wanted, dropped, frame)
  return new Set(dropped.filter((id) => !isGenerated(id)))
}

/** Instances that a single event still has from the time when it was a series. Somebody else's are the organizer's to drop. */
export function planLeftOver(context: Context): readonly PlannedCall[] {
  if (isRestricted(context)) return []
  const rows = [...context.source.instances].filter(([, { status }]) => status !== 'cancelled')
  return rows.map(([id, row]) => planCancellation(id, undefined, row, context))
}

function planInstance(id: RecurrenceId, before: Recurring | undefined, wanted: Recurring, context: InstanceContext & { readonly leftOver: ReadonlySet<RecurrenceId> }): PlannedCall | undefined {
  const row = before && context.source.instances.get(id)
  // What an attendee's client says of its messages stands at the series.
  const cancelled = wanted.overrides.get(id) ?? (context.stored.role === 'attendee' ? wanted.master : undefined)
  if (wanted.cancelled.has(id)) return before?.cancelled.has(id) ? undefined : planCancellation(id, cancelled, row, context)
  if (context.leftOver.has(id)) return planCancellation(id, before?.overrides.get(id), row, context)
  const event = wanted.overrides.get(id) ?? plainInstance(wanted.master, id)
  if (row?.status === 'cancelled') return planRevival(id, event, row, { ...context, series: wanted.master })
  // A row that looks like any other instance is not shown; its SEQUENCE is its own.
  const plain = { ...plainInstance(wanted.master, id), ...(row === undefined ? {} : { sequence: readSequence(row) }) }
  const shown = before?.overrides.get(id) ?? plain
  const base = row ?? context.base
  const change = differenceOf(event, { event: shown, row: base }, context, { isRecurring: false, series: wanted.master })
  const isException = row !== undefined && before?.overrides.has(id) === true
  if (change === undefined || (!isException && change.names.every((name) => seriesFields.has(name)))) return undefined
  assertAllowed(change.names, event, { event: shown, row: base }, context)
  const was = context.carried?.get(id)
  const body = was === undefined || was.row.id === row?.id ? change.body : withCarried(change.body, base, { event, was }, context, { isRecurring: false, series: wanted.master })
  return { kind: 'patch', on: id, body, isTold: tellsOthers(change, base, event, context), unsettles: false }
}

/** What alone is no reason to make an instance an exception. */
const seriesFields: ReadonlySet<ChangedName> = new Set(['sequence', 'acknowledged'])

/** RFC 6638 §3.2.2.1: an attendee's EXDATE takes the instance off the attendee's calendar, which is a decline. */
export function planCancellation(id: RecurrenceId, event: Event | undefined, row: WireEvent | undefined, context: Context): PlannedCall {
  const change: Difference = { names: ['times'], body: {} }
  return { kind: 'cancel', on: id, isTold: tellsOthers(change, row ?? context.source.main, event, context), unsettles: false }
}

/** A cancelled row keeps nothing that could be relied on: all is written, and what the instance does not have is taken out. */
function planRevival(id: RecurrenceId, event: Event, row: WireEvent, context: Context & { readonly series: Event }): PlannedCall {
  if (isRestricted(context)) throw notAttendees('An attendee cannot bring back an instance.')
  const setting = { frame: context.frame, isRecurring: false, series: context.series }
  const whole = withoutLowerSequence(newBody(event, setting), row)
  const body = mergeBodies([nothing, whole, hiddenRow(whole, event, context), { status: event.status === 'cancelled' ? 'confirmed' : event.status }])
  const change: Difference = { names: ['times'], body }
  return { kind: 'patch', on: id, body, isTold: tellsOthers(change, row, event, context), unsettles: false }
}

/** In a copy of which the user is no guest the cancellation of the instance counts as an answer of the user, which nobody sees. */
function hiddenRow(body: WireBody, event: Event, { frame, source }: Context): WireBody {
  const isHidden = source.main?.extendedProperties?.private?.[marks.self] === '1'
  return isHidden ? { attendees: withOwnRow(body, event, frame).attendees } : {}
}

const nothing: WireBody = {
  summary: null, description: null, location: null, visibility: 'default', colorId: null, source: null, attendees: null, attachments: null,
}
