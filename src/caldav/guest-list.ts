/** What a client's guest list changes of the stored one: own answers are the user's, all others are not. */

import type { Attendee, Event, EventSeries } from '../calendar/event.ts'
import { sameAddress } from '../calendar/identifiers.ts'
import { mapEvents } from './paired-events.ts'
import type { AskedWrite } from './scheduling.ts'
import { hasSameTimes } from './sequence.ts'

/**
 * An attendee's write. Names of others are not looked at: clients take them from their address books. What others answered meanwhile
 * is kept, if the client need not know of it. All further differences stay in, for the backend to refuse (RFC 6638 §3.2.2.1).
 */
export function withOwnAnswer({ wanted, calendar, isExact }: AskedWrite, stored: EventSeries): EventSeries {
  const row = (event: Event) => (sent: Attendee, known: Attendee): Attendee => (sameAddress(sent.address, calendar)
    ? ownRow(sent, known, event.comment)
    : otherRow({ ...unsaid(sent, known), displayName: known.displayName, scheduleAgent: known.scheduleAgent }, known, isExact))
  return mapEvents(wanted, stored, (event, before) => ({
    ...event, ...sameAsBefore(event, before, wanted.kind === 'recurring' && event === wanted.master), attendees: mapKnown(event, before, row(event)),
  }))
}

/**
 * What a program writes otherwise, or leaves out, without meaning a change: no answer is to be lost for that. A CLASS, blank lines at the
 * end, and the zone in which one moment is told.
 */
function sameAsBefore(event: Event, before: Event, isMaster: boolean): Partial<Event> {
  const { start, end, description, htmlDescription, visibility } = before
  const isSameText = description !== undefined && event.description?.trim() === description.trim()
  return {
    ...(!isMaster && hasSameTimes(event, before) && { start, end }),
    ...(isSameText && { description, ...(htmlDescription !== undefined && { htmlDescription }) }),
    ...(event.visibility === 'default' && { visibility }),
  }
}

/** Parameters of others that some programs do not know. */
function unsaid(sent: Attendee, known: Attendee): Attendee {
  return { ...sent, isOptional: sent.isOptional || known.isOptional, isResource: sent.isResource || known.isResource }
}

/**
 * COMMENT goes with a new answer (RFC 5546 §3.2.3): without one it is what the organizer wrote with the invitation, and a client that has
 * lost the old comment does not mean to remove it.
 */
function ownRow(sent: Attendee, known: Attendee, comment: string | undefined): Attendee {
  const { displayName: _name, comment: given, ...answer } = sent
  const isSame = sent.participation === known.participation
  const said = isSame ? given ?? known.comment : comment ?? given
  return {
    ...answer, ...nameOf(known), scheduleAgent: known.scheduleAgent, ...(said === undefined ? {} : { comment: said }),
    additionalGuests: sent.additionalGuests || (isSame ? known.additionalGuests : 0),
  }
}

type Unnamed = Omit<Attendee, 'displayName'> & { readonly displayName: string | undefined }

const nameOf = ({ displayName }: Pick<Attendee, 'displayName'> | Unnamed): Pick<Attendee, 'displayName'> => (displayName === undefined ? {} : { displayName })

function otherRow(sent: Attendee | Unnamed, known: Attendee, isExact: boolean): Attendee {
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

/** The series with some of its attendees left out. */
export function withoutAttendees(series: EventSeries, isOut: (attendee: Attendee) => boolean): EventSeries {
  return withEach(series, (event) => ({ ...event, attendees: event.attendees.filter((each) => !isOut(each)) }))
}

/**
 * An organizer's client that says at ORGANIZER that it sends the messages, or nobody does (RFC 6638 §7.1), says so of all guests: at them it
 * is kept, and counts for the writes to come.
 */
export function withAgentOfOrganizer(series: EventSeries): EventSeries {
  return withEach(series, (event) => {
    const agent = event.organizer?.scheduleAgent
    return agent === undefined ? event : { ...event, attendees: event.attendees.map((each) => (each.scheduleAgent === 'server' ? { ...each, scheduleAgent: agent } : each)) }
  })
}

function withEach(series: EventSeries, change: (event: Event) => Event): EventSeries {
  if (series.kind === 'single') return { ...series, event: change(series.event) }
  const overrides = new Map([...series.overrides].map(([id, event]) => [id, change(event)]))
  return series.kind === 'detached' ? { ...series, overrides } : { ...series, master: change(series.master), overrides }
}
