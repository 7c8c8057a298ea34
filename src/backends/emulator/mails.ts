/** The outbox: nothing is sent, every mail that would be is noted, so that tests can count them. */

import type { Call, Environment } from './call.ts'
import type { EventRow, StoredAttendee } from './documents.ts'
import { isSame } from './event-view.ts'
import { sameValue } from './event-write.ts'
import type { Store } from './store.ts'

export type MailKind = 'invitation' | 'update' | 'cancellation' | 'response'

export interface Mail {
  readonly recipient: string
  /** Id of the event, of an instance if only that is meant. */
  readonly event: string
  /** Id of the calendar that sends. */
  readonly calendar: string
  readonly kind: MailKind
}

export type SendUpdates = 'all' | 'externalOnly' | 'none'

/** Default none; `sendNotifications=true` is the old way to say all (reference §10.2). */
export function sendUpdatesOf(call: Call): SendUpdates {
  const asked = call.query.get('sendUpdates')
  if (asked === 'all' || asked === 'externalOnly' || asked === 'none') return asked
  return call.query.get('sendNotifications') === 'true' ? 'all' : 'none'
}

/**
 * Notes the mails of an organizer's write: who is new is invited, who is gone is told of the cancellation, the others of a change
 * that they can see. @param before undefined for a new event
 */
export function notifyGuests(environment: Environment, before: EventRow | undefined, after: EventRow, send: SendUpdates): void {
  const was = before && before.status !== 'cancelled' ? guestsOf(before) : []
  const is = after.status === 'cancelled' ? [] : guestsOf(after)
  const isChanged = before === undefined || isVisibleChange(before, after)
  for (const { email } of is) {
    const isKnown = was.some((guest) => isSame(guest.email, email))
    if (!isKnown || isChanged) note(environment, after, email, isKnown ? 'update' : 'invitation', send)
  }
  for (const { email } of was) {
    if (!is.some((guest) => isSame(guest.email, email))) note(environment, after, email, 'cancellation', send)
  }
}

/** A guest's answer, told to the organizer. */
export function notifyOrganizer(environment: Environment, row: EventRow, send: SendUpdates): void {
  note(environment, row, row.document.organizer.email, 'response', send)
}

/** Rooms and the organizer get no mail. */
function guestsOf({ document }: EventRow): readonly StoredAttendee[] {
  return (document.attendees ?? []).filter(({ email, resource }) => !resource && !isSame(email, document.organizer.email))
}

/** Reminders, colour and private properties are nobody else's; answers are told to the organizer alone. */
function isVisibleChange(before: EventRow, after: EventRow): boolean {
  return before.status !== after.status || !sameValue(shown(before), shown(after))
}

function shown({ document }: EventRow): object {
  const { reminders: _, colorId: _color, privateProperties: _own, sequence: _sequence, attendees, ...rest } = document
  return { ...rest, guests: attendees?.map(({ email, optional }) => ({ email, optional: optional ?? false })) ?? [] }
}

/** 'externalOnly' means outside the organizer's mail domain, as observed, not "without this service", as documented. */
function note({ store, clock }: Environment, row: EventRow, recipient: string, kind: MailKind, send: SendUpdates): void {
  const sender = row.calendar.endsWith('@group.calendar.google.com') ? row.document.creator.email : row.calendar
  const isExternal = domainOf(recipient) !== domainOf(sender)
  if (send === 'none' || (send === 'externalOnly' && !isExternal)) return
  store.run('insert into mails (recipient, calendar, event, kind, at) values (?, ?, ?, ?, ?)', recipient, row.calendar, row.id, kind, clock.now())
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

/** All mails since the last reset, oldest first. */
export function listMails(store: Store): Mail[] {
  return store.all('select recipient, event, calendar, kind from mails order by number') as unknown as Mail[]
}

export function resetMails(store: Store): void {
  store.run('delete from mails')
}
