/**
 * Changed instances that a series loses with its times or its rule, and gets back at other ones: what the service has of them and no
 * program shows goes along. The service makes the new ones after the series, not after the old ones.
 */

import { formerIds } from '../../../icalendar/recurrence.ts'
import { patched, sameJson } from './bodies.ts'
import { differenceOf } from './difference.ts'
import { collectPages } from '../reading/pages.ts'
import { sourceOf } from '../reading/from-wire.ts'
import { isGuestCopy } from '../reading/event-from-wire.ts'
import type { StoredSeries } from '../../../calendar/backend.ts'
import type { Event, EventSeries } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { Context } from './difference.ts'
import type { Listing } from '../reading/pages.ts'
import type { Rendered, Setting } from './to-wire.ts'
import type { WireEvent } from '../wire.ts'

/** By the original start that an instance is to have: as it was, with all that the service has of it. */
export type Carried = ReadonlyMap<RecurrenceId, Rendered>

/** One call, if there is anything to carry. @throws BackendError */
export async function carriedOf(listing: Listing, stored: StoredSeries, wanted: EventSeries): Promise<Carried> {
  const { series } = stored
  if (series.kind !== 'recurring' || wanted.kind !== 'recurring') return new Map()
  const former = formerIds(wanted, series)
  const { instances } = sourceOf(stored)
  const shown = new Map([...wanted.overrides.keys()].flatMap((id) => {
    const [event, row] = [series.overrides, instances].map((each) => each.get(former.get(id) ?? id)) as [Event | undefined, WireEvent | undefined]
    return event === undefined || row === undefined ? [] : [[id, { event, row }] as const]
  }))
  if (shown.size === 0) return shown
  const { rows } = await collectPages(listing, { iCalUID: series.uid })
  const whole = new Map(rows.flatMap((row) => (row.kind === 'read' ? [[row.event.id, row.event] as const] : [])))
  return new Map([...shown].flatMap(([id, { event, row: { id: rowId } }]) => {
    const row = whole.get(rowId)
    return row === undefined ? [] : [[id, { event, row }] as const]
  }))
}

/** What only the organizer can say of an event, but for the user's own answer, which is in the change. */
const organizersMembers = ['attendees', 'anyoneCanAddSelf', 'guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests'] as const
/** What can be written of an instance beside its times (Calendar API v3, "Events"). Others are not sent: the service might refuse all for one. */
const ownMembers = [
  'summary', 'description', 'location', 'colorId', 'transparency', 'visibility', 'extendedProperties', 'conferenceData', 'attachments', 'source', 'reminders',
] as const

/**
 * The change with what the instance had before besides, and without what another one had in its place.
 * @param change makes of the base what is wanted
 * @param base   what the instance is without the change
 */
export function withCarried(change: WireBody, base: WireEvent, { event, was }: { readonly event: Event; readonly was: Rendered }, context: Context, place: Omit<Setting, 'frame'>): WireBody {
  const meant = patched(was.row, differenceOf(event, was, context, place)?.body ?? {}) as WireEvent
  const made = patched(base, change)
  const writable: readonly string[] = isGuestCopy(base, context.frame.calendar) ? ownMembers : [...ownMembers, ...organizersMembers]
  const isWhole = (member: string): boolean => member !== 'attendees' || meant.attendeesOmitted !== true
  const members = writable.filter((member) => isWhole(member) && !sameJson(meant[member], made[member]))
  const carried = Object.fromEntries(members.map((member) => [member, meant[member] ?? null]))
  if (!members.includes('extendedProperties')) return { ...change, ...carried }
  const [now = {}, before = {}] = [meant.extendedProperties, base.extendedProperties]
  return { ...change, ...carried, extendedProperties: { private: inPlaceOf(before.private, now.private), shared: inPlaceOf(before.shared, now.shared) } }
}

/** Properties are merged, so those that are not there any more have to be taken out. */
function inPlaceOf(before: Readonly<Record<string, string>> = {}, now: Readonly<Record<string, string>> = {}): WireBody {
  return { ...Object.fromEntries(Object.keys(before).map((name) => [name, null])), ...now }
}
