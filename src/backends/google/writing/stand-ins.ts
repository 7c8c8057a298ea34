/**
 * Whose row the own one is in a guest list. What a calendar organizes has the calendar itself as the organizer; its user would be invited to
 * the own meeting, and be mailed of it, if it came from another calendar of the user's with a row of the user's, or of that calendar's.
 */

import { sameAddress } from '../../../calendar/identifiers.ts'
import { sourceOf } from '../reading/from-wire.ts'
import type { StoredSeries } from '../../../calendar/backend.ts'
import type { WireBody } from './bodies.ts'
import type { WireAttendee, WireEvent } from '../wire.ts'

/**
 * @param stored in the calendar to which it has come
 * @param before the same in the calendar from which it came
 * @returns what to patch, row by row; nothing unless the user owns both calendars
 */
export function ownRowsAfterMove(stored: StoredSeries, before: StoredSeries): ReadonlyMap<WireEvent, WireBody> {
  const [{ frame, main, instances }, former] = [sourceOf(stored), sourceOf(before).frame]
  if (frame.access !== 'own' || former.access !== 'own') return new Map()
  const isStandIn = ({ email = '' }: WireAttendee): boolean => sameAddress(email, frame.address) || sameAddress(email, former.calendar)
  const patches = [...(main ? [main] : []), ...instances.values()].flatMap((row): readonly (readonly [WireEvent, WireBody])[] => {
    const [own, ...others] = (row.attendees ?? []).filter(isStandIn)
    if (row.status === 'cancelled' || own === undefined || (others.length === 0 && sameAddress(own.email ?? '', frame.calendar))) return []
    const { id: _id, self: _self, organizer: _organizer, ...kept } = own as WireAttendee & Record<string, unknown>
    const attendees = (row.attendees ?? []).flatMap((each) => (each === own ? [{ ...kept, email: frame.calendar }] : isStandIn(each) ? [] : [each]))
    return [[row, { attendees }]]
  })
  return new Map(patches)
}
