/** SCHEDULE-FORCE-SEND (RFC 6638 §7.2): a client wants a message sent though nothing in it is new. Never stored. */

import type { StoredSeries } from '../calendar/backend.ts'
import type { Attendee, Event, EventSeries } from '../calendar/event.ts'
import { sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, RecurrenceId } from '../calendar/identifiers.ts'
import type { Context } from './context.ts'
import { storedOrNone } from './load.ts'

/** The event or series (undefined), or one instance of it. */
type Part = RecurrenceId | undefined

/**
 * The parts of an event of which the client asks to tell again. Backends tell all guests or none, and nobody is told who is not asked for:
 * so an organizer's request counts where it stands at each guest whom the server tells.
 */
export function forcedParts(wanted: EventSeries, role: StoredSeries['role']): readonly Part[] {
  const isForced = role === 'attendee' ? ({ organizer }: Event) => organizer?.isForced === true : isForcedForAll
  return partsOf(wanted).flatMap(([part, event]) => (isForced(event) ? [part] : []))
}

function isForcedForAll({ organizer, attendees }: Event): boolean {
  const told = attendees.filter(({ address, scheduleAgent }) => scheduleAgent === 'server' && !sameAddress(address, organizer?.address ?? ''))
  return told.length > 0 && told.every((each) => each.isForced === true)
}

function partsOf(series: EventSeries): readonly (readonly [Part, Event])[] {
  if (series.kind === 'single') return [[undefined, series.event]]
  return [...(series.kind === 'recurring' ? [[undefined, series.master] as const] : []), ...series.overrides]
}

/** Tells of what is stored, without a change. @returns it as it is then: that it was told makes another version of it */
export async function tellAgain(context: Context, calendar: CalendarId, stored: StoredSeries, parts: readonly Part[]): Promise<StoredSeries> {
  for (const part of parts) await (stored.role === 'organizer' ? announce : answerAgain)(context, calendar, stored, part)
  return (await storedOrNone(context, calendar, stored.name)) ?? stored
}

async function announce({ account: { session } }: Context, calendar: CalendarId, { series }: StoredSeries, part: Part): Promise<void> {
  await session.announce(calendar, series.uid, 'event', part)
}

/** The answer is taken back for a moment, so that the backend has one to tell. */
async function answerAgain({ account: { session } }: Context, calendar: CalendarId, { series, name }: StoredSeries, part: Part): Promise<void> {
  const participation = ownAnswer(series, part, calendar)?.participation ?? 'needs-action'
  if (participation === 'needs-action') return
  await session.answer(calendar, name, part, 'needs-action', 'nobody')
  await session.answer(calendar, name, part, participation, 'everybody')
}

/** What somebody answered to the event, or to an instance. */
export function ownAnswer(series: EventSeries, part: Part, own: string): Attendee | undefined {
  const event = series.kind === 'single' ? series.event : (part && series.overrides.get(part)) ?? (series.kind === 'recurring' ? series.master : undefined)
  return event?.attendees.find(({ address }) => sameAddress(address, own))
}
