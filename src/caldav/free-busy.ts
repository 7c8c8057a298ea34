/** When somebody is busy, as the events of a calendar tell it (RFC 4791 §7.10). */

import type { TimeRange } from '../calendar/calendar.ts'
import type { Event, EventSeries } from '../calendar/event.ts'
import { instant, sameAddress } from '../calendar/identifiers.ts'
import type { TimeZoneId } from '../calendar/identifiers.ts'
import { dav } from '../dav/names.ts'
import { formatComponent } from '../icalendar/format.ts'
import { freeBusyComponent } from '../icalendar/free-busy.ts'
import type { FreeBusyAnswer } from '../icalendar/free-busy.ts'
import { instances } from '../icalendar/recurrence.ts'
import { DavError } from './errors.ts'
import { overlaps } from './filters/time-range.ts'
import type { Span } from './filters/time-range.ts'

/** The FBTYPEs of RFC 5545 §3.2.9 that events lead to, in the order in which they win. */
const busyTypes = ['BUSY', 'BUSY-TENTATIVE'] as const
/** One of {@link busyTypes}. */
export type BusyType = (typeof busyTypes)[number]

/** A stretch of time and how busy it is. */
export interface BusySpan extends Span {
  readonly type: BusyType
}

/** Beyond it a request is refused rather than answered in part. */
export const maxBusySpans = 10_000

/**
 * The busy times of one series that overlap the range, not cut to it, in no order. Transparent and cancelled events take
 * no time, nor do those that the owner has declined; what is tentative, or tentatively accepted, is told so.
 *
 * @param owner  whose time it is: the address of the calendar
 * @throws DavError 403 DAV:number-of-matches-within-limits
 */
export function busySpans(series: EventSeries, range: Required<TimeRange>, floatingZone: TimeZoneId, owner: string): readonly BusySpan[] {
  const found = instances(series, range, { floatingZone, limit: maxBusySpans })
  if (!found.isComplete) throw tooManyBusySpans()
  return found.instances.flatMap((each) => {
    const type = overlaps(each, range) && each.from < each.to ? typeOf(each.event, owner) : undefined
    return type === undefined ? [] : [{ type, from: each.from, to: each.to }]
  })
}

function typeOf(event: Event, owner: string): BusyType | undefined {
  const own = event.attendees.find(({ address }) => sameAddress(address, owner))?.participation
  if (event.transparency === 'transparent' || event.status === 'cancelled' || own === 'declined') return undefined
  return event.status === 'tentative' || own === 'tentative' ? 'BUSY-TENTATIVE' : 'BUSY'
}

/** More than {@link maxBusySpans}. */
export function tooManyBusySpans(): DavError {
  return new DavError(403, `The time range holds more than ${maxBusySpans} busy times: ask for a shorter one.`,
    { condition: dav('number-of-matches-within-limits') })
}

/**
 * The busy times of a calendar, cut to the range, sorted, none overlapping another: what is busy for one event and tentative for
 * another is busy.
 */
export function mergedBusySpans(spans: readonly BusySpan[], range: Required<TimeRange>): readonly BusySpan[] {
  const merged: BusySpan[] = []
  for (const type of busyTypes) {
    const union = unionOf(spans.filter((each) => each.type === type).map((each) => cut(each, range)))
    const taken = merged.slice()
    merged.push(...union.flatMap((each) => withoutSpans(each, taken)).map((each) => ({ ...each, type })))
  }
  return merged.sort((a, b) => a.from - b.from)
}

function cut({ from, to }: Span, range: Required<TimeRange>): Span {
  return { from: instant(Math.max(from, range.from)), to: instant(Math.min(to, range.to)) }
}

function unionOf(spans: readonly Span[]): readonly Span[] {
  const union: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = union.at(-1)
    if (last !== undefined && span.from <= last.to) union[union.length - 1] = { from: last.from, to: instant(Math.max(last.to, span.to)) }
    else union.push(span)
  }
  return union
}

/** What of a span lies in none of the others, which are sorted and apart from each other. */
export function withoutSpans(span: Span, others: readonly Span[]): readonly Span[] {
  const left: Span[] = []
  let from = span.from
  for (const other of others) {
    if (other.to <= from || other.from >= span.to) continue
    if (other.from > from) left.push({ from, to: other.from })
    from = other.to
  }
  return from < span.to ? [...left, { from, to: span.to }] : left
}

/** As of now. @param answer its busy times sorted, apart from each other; with `reply` it is the answer to a request of the outbox */
export function formatFreeBusy(answer: Omit<FreeBusyAnswer, 'at'>): string {
  return formatComponent(freeBusyComponent({ ...answer, at: instant(Date.now()) }))
}
