/** What a client's guest list changes of the stored one: own answers are the user's, all others are not. */

import type { Attendee, Event, EventSeries } from '../calendar/event.ts'
import { sameAddress } from '../calendar/identifiers.ts'
import type { RecurrenceId } from '../calendar/identifiers.ts'
import type { AskedWrite } from './scheduling.ts'
import { hasSameTimes } from './sequence.ts'

/**
 * An attendee's write. Names of others are not looked at: clients take them from their address books. What others answered meanwhile
 * is kept, if the client need not know of it. All further differences stay in, for the backend to refuse (RFC 6638 §3.2.2.1).
 */
export function withOwnAnswer({ wanted, calendar, isExact }: AskedWrite, stored: EventSeries): EventSeries {
  return mapEvents(wanted, stored, (event, before) => ({
    ...event,
    attendees: mapKnown(event, before, (sent, known) =>
      (sameAddress(sent.address, calendar) ? ownRow(sent, known, event.comment) : { ...otherRow(sent, known, isExact), ...nameOf(known) })),
  }))
}

/** COMMENT goes with the answer (RFC 5546 §3.2.3); without a new answer a client that has lost the old comment does not mean to remove it. */
function ownRow(sent: Attendee, known: Attendee, comment: string | undefined): Attendee {
  const { displayName: _name, comment: given, ...answer } = sent
  const isSame = sent.participation === known.participation
  const said = comment ?? given ?? (isSame ? known.comment : undefined)
  return {
    ...answer, ...nameOf(known), ...(said === undefined ? {} : { comment: said }),
    additionalGuests: sent.additionalGuests || (isSame ? known.additionalGuests : 0),
  }
}

const nameOf = ({ displayName }: Attendee): Pick<Attendee, 'displayName'> => (displayName === undefined ? {} : { displayName })

function otherRow(sent: Attendee, known: Attendee, isExact: boolean): Attendee {
  const { displayName: _name, comment: _comment, ...row } = sent
  const { comment } = known
  return {
    ...row, ...nameOf(sent), ...(comment === undefined ? {} : { comment }), additionalGuests: known.additionalGuests,
    participation: isExact ? sent.participation : known.participation,
  }
}

/**
 * An organizer's write. Guests answer for themselves: a client that does not know what they answered meanwhile must not undo it
 * (RFC 6638 §3.2.10). To ask them anew after a change of time is the organizer's right (RFC 5546 §3.2.2.1).
 */
export function withAnswersOf({ wanted, calendar, isExact }: AskedWrite, stored: EventSeries): EventSeries {
  return mapEvents(wanted, stored, (event, before) => {
    const isMoved = !hasSameTimes(event, before)
    const row = (sent: Attendee, known: Attendee): Attendee => {
      if (sameAddress(sent.address, calendar)) return ownRow(sent, known, undefined)
      return otherRow(sent, known, isExact || (isMoved && sent.participation === 'needs-action'))
    }
    return { ...event, attendees: mapKnown(event, before, row) }
  })
}

/** Attendees that are stored already; new ones stay as they were sent. */
function mapKnown(event: Event, before: Event, map: (sent: Attendee, known: Attendee) => Attendee): readonly Attendee[] {
  return event.attendees.map((sent) => {
    const known = before.attendees.find(({ address }) => sameAddress(address, sent.address))
    return known === undefined ? sent : map(sent, known)
  })
}

/** Each event beside the stored one of the same instance: its own, else the one that its series says. New kinds of series stay as sent. */
function mapEvents(wanted: EventSeries, stored: EventSeries, map: (event: Event, before: Event) => Event): EventSeries {
  const mapOverrides = (overrides: ReadonlyMap<RecurrenceId, Event>) => new Map([...overrides].map(([id, event]) => {
    const before = storedEvent(stored, id)
    return [id, before === undefined ? event : map(event, before)] as const
  }))
  const main = storedEvent(stored, undefined)
  switch (wanted.kind) {
    case 'single': return main === undefined ? wanted : { ...wanted, event: map(wanted.event, main) }
    case 'detached': return { ...wanted, overrides: mapOverrides(wanted.overrides) }
    case 'recurring': return { ...wanted, master: main === undefined ? wanted.master : map(wanted.master, main), overrides: mapOverrides(wanted.overrides) }
  }
}

function storedEvent(stored: EventSeries, id: RecurrenceId | undefined): Event | undefined {
  const override = id === undefined || stored.kind === 'single' ? undefined : stored.overrides.get(id)
  if (override !== undefined || stored.kind === 'detached') return override
  return stored.kind === 'single' ? stored.event : stored.master
}
