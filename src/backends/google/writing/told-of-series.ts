/**
 * People are told once of a write that changes a series and instances of it. The mail of the series goes to all; what the same write then
 * changes of its instances reaches the calendars of people within the service by itself, so that a mail goes only to those outside of it,
 * who have no other way to learn of it. Guests whom an instance alone invites or leaves out are told in any case.
 */

import { patched } from './bodies.ts'
import { isGuestCopy } from '../reading/event-from-wire.ts'
import type { PlannedCall } from './plan.ts'
import type { CalendarId } from '../../../calendar/identifiers.ts'
import type { WireEvent } from '../wire.ts'

/** Addresses, in lower case, of those whom one write has told of the series: the guests before it and after it. */
export type ToldOfSeries = ReadonlySet<string>

/** All who are on any of these lists. */
export function addressesOn(...rows: readonly (WireEvent | undefined)[]): ToldOfSeries {
  return new Set(rows.flatMap((row) => (row?.attendees ?? []).map(({ email = '' }) => email.toLowerCase())))
}

/** The series whose guests have been told. */
export interface SeriesTold {
  /** The master as it will be. */
  readonly series: WireEvent
  readonly told: ToldOfSeries
  readonly calendar: CalendarId
}

/**
 * @param call on an instance
 * @param row  the instance as it is, if it has a row of its own
 */
export function withoutRepeating(call: PlannedCall, row: WireEvent | undefined, { series, told, calendar }: SeriesTold): PlannedCall {
  if (!call.isTold) return call
  const before = row ?? series
  const after = call.kind === 'patch' ? (patched(before, call.body) as WireEvent) : before
  const isSame = isGuestCopy(series, calendar)
    ? call.kind === 'patch' && ownAnswer(after) === ownAnswer(series)
    : addressesOn(before).isSubsetOf(told) && addressesOn(after).symmetricDifference(addressesOn(series)).size === 0
  return isSame ? { ...call, isToldOutsideOnly: true } : call
}

function ownAnswer({ attendees = [] }: WireEvent): string | undefined {
  return attendees.find(({ self }) => self === true)?.responseStatus
}
