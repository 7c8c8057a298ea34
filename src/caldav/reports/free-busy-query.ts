/** CALDAV:free-busy-query (RFC 4791 §7.10): when the owner of a calendar is busy. */

import { hash } from 'node:crypto'
import type { TimeRange } from '../../calendar/calendar.ts'
import { emailAddress, eventUid, sameAddress } from '../../calendar/identifiers.ts'
import type { CalendarId, EmailAddress, EventUid } from '../../calendar/identifiers.ts'
import { caldav, dav } from '../../dav/names.ts'
import type { TimeRangeElement } from '../../dav/requests.ts'
import { clientGone } from '../client-gone.ts'
import type { Context, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { calendarOfReading, existing, notFoundIfGone } from '../existing.ts'
import { closedRangeOf } from '../filters/time-range.ts'
import { busySpans, formatFreeBusy, maxBusySpans, mergedBusySpans, tooManyBusySpans } from '../free-busy.ts'
import type { BusySpan } from '../free-busy.ts'
import { furtherAddresses, ownCalendars } from '../own-calendars.ts'
import { needPrivileges, readFreeBusy } from '../privileges.ts'
import { formatHref } from '../resource.ts'
import { takingTurns } from '../turns.ts'
import { noticeUnavailable } from '../unavailable.ts'
import { report } from './row.ts'

/** NOTE: Evolution asks the principal where the outbox does not help it; the backend tells then of all that the owner does. */
export const freeBusyQuery = report({
  kind: 'free-busy-query',
  name: caldav('free-busy-query'),
  source: 'RFC 4791 §7.10',
  on: ['principal', 'home', 'calendar', 'outbox'],
  run: async (context, target, request) => {
    const range = closedRange(request.range)
    const loaded = target.kind === 'calendar' ? calendarOfReading(context, target) : await existing(context, target)
    const spans = loaded.kind === 'calendar' && (await loaded.calendar().catch(notFoundIfGone)).access !== 'free-busy'
      ? await ofEvents(context, loaded, range)
      : await ofBackend(context, (target as { id: CalendarId }).id, range)
    return { status: 200, headers: { 'Content-Type': 'text/calendar; charset=utf-8' }, body: formatFreeBusy({ uid: uidOf(loaded.href, range), range, busy: mergedBusySpans(spans, range) }) }
  },
})

/** RFC 5545 §3.6.4 wants one. The same question is answered under the same one. */
function uidOf(href: string, { from, to }: Required<TimeRange>): EventUid {
  return eventUid(hash('sha256', `${href} ${from} ${to}`, 'base64url'))
}

function closedRange({ start, end }: TimeRangeElement): Required<TimeRange> {
  if (start !== undefined && end !== undefined) return closedRangeOf({ start, end })
  throw new DavError(403, 'Busy times can be told of a time range with a start and an end only: send both.', { condition: dav('number-of-matches-within-limits') })
}

async function ofEvents(context: Context, { resource, calendar }: Loaded<'calendar'>, range: Required<TimeRange>): Promise<readonly BusySpan[]> {
  const spans: BusySpan[] = []
  const { timeZone } = await calendar()
  const turn = takingTurns()
  for await (const batch of context.account.session.objects(resource.id, range)) {
    for (const each of batch) {
      await turn()
      if (context.request.signal.aborted) throw clientGone()
      if ('kind' in each) noticeUnavailable(context, each)
      else spans.push(...busySpans(each.series, range, timeZone, resource.id))
      if (spans.length > maxBusySpans) throw tooManyBusySpans()
    }
  }
  return spans
}

async function further(context: Context, address: EmailAddress): Promise<readonly EmailAddress[]> {
  return sameAddress(address, context.account.address) ? furtherAddresses(await ownCalendars(context), address) : []
}

/** @throws DavError 404 for what is nobody's address, 403 where the owner does not share the busy times */
async function ofBackend(context: Context, id: CalendarId, range: Required<TimeRange>): Promise<readonly BusySpan[]> {
  const address = emailAddress(id)
  const told = address && (await context.account.session.freeBusy([address, ...(await further(context, address))], range))
  const found = address && told?.get(address)
  if (told === undefined || found === undefined) throw new DavError(404, 'There is nobody of that address.')
  if (!('kind' in found)) return [...told.values()].flatMap((periods) => ('kind' in periods ? [] : periods.map((each) => ({ ...each, type: 'BUSY' as const }))))
  if (found.kind === 'unknown-address') throw new DavError(404, 'There is nobody of that address.')
  throw needPrivileges(formatHref({ kind: 'home', id }), readFreeBusy, 'The owner does not share these busy times: ask for the right to see them.')
}
