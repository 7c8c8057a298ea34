/**
 * A newer version of somebody else's event that is stored here as a private copy: no calendar of the organizer feeds it, so that the
 * organizer's next message is what brings it up to date. The service takes no change of a copy's guests but by another import, which
 * replaces all there is and tells nobody.
 */

import { patched, versionsFor } from './bodies.ts'
import { readBody } from '../calls/client.ts'
import { stale, toBackendError } from '../calls/errors.ts'
import { mainEventOf } from './settled.ts'
import { wireEventSchema } from '../wire.ts'
import { attemptEvent } from '../reading/pages.ts'
import type { Event } from '../../../calendar/event.ts'
import type { RecurrenceId } from '../../../calendar/identifiers.ts'
import type { Outcome } from '../calls/client.ts'
import type { WireBody } from './bodies.ts'
import type { Listing } from '../reading/pages.ts'
import type { Whole } from './settled.ts'
import type { WireEvent } from '../wire.ts'

/**
 * Whether the organizer has counted up since (RFC 5546 §2.1.4): in the event or series, or in one of its instances.
 * @param lone the copy is of this instance, to which alone the user was invited: nothing need be counted up for them to be invited to its series
 */
export function isRenewed(main: WireEvent | undefined, stored: Whole, wanted: Whole, lone: RecurrenceId | undefined): boolean {
  if (main?.privateCopy !== true) return false
  const before = mainEventOf(stored).sequence
  if (mainEventOf(wanted).sequence > before) return true
  if (lone !== undefined && (instanceOf(wanted, lone) ?? mainEventOf(wanted)).sequence === before) return true
  const known = stored.kind === 'recurring' ? stored.overrides : undefined
  return wanted.kind === 'recurring' && [...wanted.overrides].some(([id, override]) => override.sequence > (known?.get(id)?.sequence ?? before))
}

const instanceOf = (series: Whole, id: RecurrenceId): Event | undefined => (series.kind === 'recurring' ? series.overrides.get(id) : undefined)

/**
 * Imports the event anew, with all that it has and the change; so nothing is lost that the model does not show.
 * NOTE: whether an import heeds the version is not documented. It is sent along, and held against what is stored right before.
 */
export async function renew(listing: Listing, { id, etag }: WireEvent, change: WireBody): Promise<Outcome> {
  const found = await attemptEvent(listing, id)
  if (!found.isDone) throw toBackendError(found.refusal)
  const row = readBody(wireEventSchema, found.body)
  if (etag !== undefined && row.etag !== etag) throw stale()
  const { id: _id, etag: _etag, kind: _kind, htmlLink: _link, created: _created, updated: _updated, creator: _creator, ...rest } = row
  const body = patched(rest, change)
  return listing.client.attempt({ method: 'POST', path: ['calendars', listing.calendar, 'events', 'import'], body, query: versionsFor({ ...body, ...change }), isRepeatable: true, ...(etag === undefined ? {} : { ifMatch: etag }) })
}
