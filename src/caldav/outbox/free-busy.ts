/** Busy times of calendar users, asked for at the outbox (RFC 6638 §5, RFC 5546 §3.3). */

import type { BusyPeriods, TimeRange, Unknown } from '../../calendar/calendar.ts'
import { eventsOf } from '../../calendar/event.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { calendarId, eventUid, sameAddress } from '../../calendar/identifiers.ts'
import type { CalendarId, EmailAddress, TimeZoneId } from '../../calendar/identifiers.ts'
import type { RecipientResponse } from '../../dav/schedule-response.ts'
import type { ItipMessage } from '../../icalendar/itip.ts'
import type { Context } from '../context.ts'
import { busySpans, formatFreeBusy, mergedBusySpans, withoutSpans } from '../free-busy.ts'
import type { BusySpan } from '../free-busy.ts'
import { storedOrNone } from '../load.ts'
import { furtherAddresses, ownCalendars } from '../own-calendars.ts'
import { takingTurns } from '../turns.ts'
import { noticeUnavailable } from '../unavailable.ts'
import type { PostedMessage, Recipient } from './message.ts'
import { requestStatus } from './request-status.ts'

type Request = Extract<ItipMessage, { kind: 'free-busy' }>

/**
 * One answer for each attendee, from one query for all of them. The backend tells no more than busy or free; of the user's own calendars
 * the events are read where they are busy at all, so that tentative times are told as such.
 */
export async function freeBusyResponses(context: Context, posted: PostedMessage<Request>): Promise<readonly RecipientResponse[]> {
  const { message, recipients, maskedUids } = posted
  const { session, address: own } = context.account
  const addresses = recipients.flatMap(({ address }) => address ?? [])
  const isOwnAsked = addresses.some((address) => sameAddress(address, own))
  const calendars = isOwnAsked || maskedUids.length > 0 ? await ownCalendars(context) : []
  const asked = [...addresses, ...(isOwnAsked ? furtherAddresses(calendars, own) : [])]
  const found = asked.length === 0 ? new Map<EmailAddress, Told>() : await session.freeBusy(asked, message.range)
  const known = await knowledge(context, posted, calendars, found)
  return recipients.map((recipient) => responseFor(message, recipient, recipient.address && found.get(recipient.address), known))
}

type Told = BusyPeriods | Unknown

/** What is known beyond the backend's answer. */
interface Known {
  readonly own: EmailAddress
  /** Of the user's own calendars, without the masked events. */
  readonly ownSpans: readonly BusySpan[]
  readonly masked: readonly EventSeries[]
  readonly zone: TimeZoneId | undefined
}

/** @param calendars the user's own; their events are read where `found` has busy times of theirs */
async function knowledge(context: Context, { message: { range }, maskedUids }: PostedMessage<Request>, calendars: readonly CalendarId[], found: ReadonlyMap<EmailAddress, Told>): Promise<Known> {
  const { account } = context
  const own = account.address
  const isBusy = (id: string): boolean => [...found].some(([address, told]) => sameAddress(address, id) && !('kind' in told) && told.length > 0)
  const masked = await maskedEvents(context, calendars, maskedUids)
  const spans = await Promise.all(calendars.filter(isBusy).map((id) => spansOfEvents(context, id, range, maskedUids)))
  const zone = masked.length === 0 ? undefined : (await account.session.calendar(calendarId(own))).timeZone
  return { own, ownSpans: spans.flat(), masked, zone }
}

async function maskedEvents(context: Context, calendars: readonly CalendarId[], uids: readonly string[]): Promise<readonly EventSeries[]> {
  const found = await Promise.all(uids.flatMap((uid) => calendars.map(async (id) => {
    const name = await context.account.session.nameOf(id, eventUid(uid))
    return name === undefined ? undefined : storedOrNone(context, id, name)
  })))
  return found.flatMap((stored) => (stored === undefined ? [] : [stored.series]))
}

async function spansOfEvents(context: Context, id: CalendarId, range: Required<TimeRange>, maskedUids: readonly string[]): Promise<readonly BusySpan[]> {
  const { session } = context.account
  const { timeZone } = await session.calendar(id)
  const spans: BusySpan[] = []
  const turn = takingTurns()
  for await (const batch of session.objects(id, range)) {
    for (const each of batch) {
      await turn()
      if ('kind' in each) noticeUnavailable(context, each)
      else if (!maskedUids.includes(each.series.uid)) spans.push(...busySpans(each.series, range, timeZone, id))
    }
  }
  return spans
}

function responseFor({ range, uid, organizer }: Request, { uri, address }: Recipient, told: Told | undefined, known: Known): RecipientResponse {
  if (address === undefined || told === undefined) return { recipient: uri, requestStatus: requestStatus.invalidUser }
  if ('kind' in told) return { recipient: uri, requestStatus: told.kind === 'no-access' ? requestStatus.noAuthority : requestStatus.invalidUser }
  const spans = mergedBusySpans(spansOf(address, told, known, range), range)
  const reply = { organizer: organizer!.address, attendee: address }
  return { recipient: uri, requestStatus: requestStatus.success, calendarData: formatFreeBusy({ uid, range, busy: spans, reply }) }
}

/**
 * NOTE: of somebody else nothing but the times is known: the time of a masked event counts as free for its guests, whatever else they
 * may have then. Calendar.app asks for it while it shows that very event.
 */
function spansOf(address: EmailAddress, told: BusyPeriods, { own, ownSpans, masked, zone }: Known, range: Required<TimeRange>): readonly BusySpan[] {
  if (sameAddress(address, own)) return ownSpans
  const busy = told.map((each): BusySpan => ({ ...each, type: 'BUSY' }))
  const isGuest = (series: EventSeries): boolean => eventsOf(series).some(({ attendees }) => attendees.some((each) => sameAddress(each.address, address)))
  const taken = zone === undefined ? [] : masked.filter(isGuest).flatMap((series) => busySpans(series, range, zone, address))
  return busy.flatMap((span) => withoutSpans(span, mergedBusySpans(taken, range)).map((each) => ({ ...each, type: span.type })))
}
