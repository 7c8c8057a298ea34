/** Removes a calendar: one's own with all that is in it, a shared one from one's home. */

import { BackendError } from '../calendar/backend.ts'
import type { StoredSeries } from '../calendar/backend.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { eventsOf } from '../calendar/event.ts'
import { instant, sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, Instant, ObjectName } from '../calendar/identifiers.ts'
import { instances } from '../icalendar/recurrence.ts'
import type { Account, Context } from './context.ts'
import { existing } from './existing.ts'
import { needPrivileges } from './privileges.ts'
import type { Resource } from './resource.ts'
import { notifyOfRemoval } from './scheduling.ts'
import { noticeUnavailable } from './unavailable.ts'
import { withoutConflict } from './write-errors.ts'

/** @throws DavError 403 DAV:need-privileges for the account's own calendar, and where the backend refuses */
export async function removeCalendar(context: Context, target: Extract<Resource, { kind: 'calendar' }>): Promise<void> {
  const { href, calendar } = await existing(context, target)
  const told = await calendar()
  if (told.isPrimary) throw needPrivileges(href, 'unbind', 'The calendar of the account itself cannot be removed.')
  try {
    if (isOfAccount(context.account, told)) await withoutConflict(() => cancelMeetings(context, told))
    await context.account.session.removeCalendar(target.id)
    context.account.aliases?.forget(target.id)
  } catch (error) {
    if (error instanceof BackendError && error.fault === 'forbidden') throw needPrivileges(href, 'unbind', error.message, error)
    throw error
  }
}

/** Where a removal is one for everybody. */
function isOfAccount({ address }: Account, { access, owner }: Calendar): boolean {
  return access === 'own' && (owner === undefined || sameAddress(owner, address))
}

/**
 * RFC 6638 §3.2.3: what the calendar holds is removed with it, which the guests of meetings to come are told. The backend would leave them
 * waiting. One call each; after a fault that passes the same request goes on. What the backend refuses to remove goes with the calendar, untold.
 */
async function cancelMeetings(context: Context, calendar: Calendar): Promise<void> {
  const notify = notifyOfRemoval(context)
  if (notify === 'nobody') return
  const { session } = context.account
  const now = instant(Date.now())
  const meetings: StoredSeries[] = []
  for await (const batch of session.objects(calendar.id, { from: now })) {
    for (const each of batch) {
      if ('kind' in each) noticeUnavailable(context, each)
      else if (isMeetingOf(each, calendar.id) && isToCome(each, now, calendar)) meetings.push(each)
    }
  }
  for (const known of meetings) await session.remove(calendar.id, known.name, { condition: { kind: 'always' }, notify, known }).catch((error: unknown) => passOver(context, known.name, error))
}

function isMeetingOf({ role, series }: StoredSeries, id: CalendarId): boolean {
  return role === 'organizer' && eventsOf(series).some(({ attendees }) => attendees.some(({ address }) => !sameAddress(address, id)))
}

/** A backend may tell more than what it is asked for. */
function isToCome({ series }: StoredSeries, now: Instant, { timeZone }: Calendar): boolean {
  const found = instances(series, { from: now, to: endOfTime }, { floatingZone: timeZone, limit: 1 })
  return found.instances.length > 0 || !found.isComplete
}

const endOfTime = instant(Date.UTC(9999, 11, 31))

/** What somebody else has removed is read again. */
function passOver(context: Context, name: ObjectName, error: unknown): void {
  if (!(error instanceof BackendError)) throw error
  if (error.fault === 'gone') throw new BackendError('conflict', 'a meeting of the calendar was removed meanwhile', { cause: error })
  if (error.fault !== 'forbidden' && error.fault !== 'rejected') throw error
  context.notice({ event: 'meeting-not-cancelled', name, reason: error.message })
}
