/** What differs between an event as it was shown and as it is wanted, and whether the guests hear of it. */

import { sameAddress } from '../../../calendar/identifiers.ts'
import { mergeBodies, privately } from './bodies.ts'
import { marks } from '../marks.ts'
import { differsOnlyInOwnAnswer, holdsNotes, isRestricted } from './permissions.ts'
import { handsOver, hasTold } from './telling.ts'
import { alarmsMark, fields } from './to-wire.ts'
import type { Notify } from '../../../calendar/backend.ts'
import type { Event } from '../../../calendar/event.ts'
import type { WireBody } from './bodies.ts'
import type { Carried } from './carried.ts'
import type { CalendarFrame } from '../frame.ts'
import type { ChangedName, Stored } from './permissions.ts'
import type { Rendered, Setting } from './to-wire.ts'
import type { ToldOfSeries } from './told-of-series.ts'
import type { WireEvent } from '../wire.ts'

/** What is planned upon: what is stored, and who is to hear of its change. */
export interface Context extends Stored {
  readonly frame: CalendarFrame
  readonly notify: Notify
  /** By the same write before, of the series. */
  readonly told: ToldOfSeries | undefined
  /** Changed instances as they were before the same write changed the series. */
  readonly carried?: Carried | undefined
}

/** One event's differences. */
export interface Difference {
  readonly names: readonly ChangedName[]
  readonly body: WireBody
}

/**
 * SEQUENCE is the organizer's: a guest's copy has the one that came with the invitation. A dismissed alarm, or who sends the messages, is
 * never the reason to refuse an event of a type that does not hold it.
 */
export function differenceOf(wanted: Event, stored: Rendered, context: Context, place: Omit<Setting, 'frame'> = { isRecurring: false }): Difference | undefined {
  const setting = { ...place, frame: context.frame }
  const isMeant = (name: ChangedName): boolean => {
    if (name === 'sequence') return !isRestricted(context)
    // The guests of an instance are those of its copy's series.
    if (name === 'attendees' && context.says === 'stored-message') return differsOnlyInOwnAnswer(wanted, stored, context)
    return (name !== 'acknowledged' && name !== 'agents') || holdsNotes(stored.row)
  }
  const changes = fields.filter(({ name }) => isMeant(name)).flatMap((field) => {
    const body = field.change(wanted, stored, setting)
    return body === undefined ? [] : [{ names: [field.name], body }]
  })
  const change = joined(changes)
  if (change?.names.join() !== 'alarms' || !holdsNotes(stored.row)) return change
  // `updated` does not move for reminders alone (events.list), so that no other reader would see the change.
  return { ...change, body: mergeBodies([change.body, privately({ [marks.alarms]: alarmsMark(change.body) })]) }
}

/** All of them as one. @returns undefined where nothing differs */
export function joined(differences: readonly (Difference | undefined)[]): Difference | undefined {
  const all = differences.filter((difference) => difference !== undefined)
  return all.length === 0 ? undefined : { names: all.flatMap(({ names }) => names), body: mergeBodies(all.map(({ body }) => body)) }
}

/**
 * Mail goes out only for what concerns guests, or where it is another one who tells them, only where there are some, and only if the client
 * leaves it to the server (RFC 6638 §7.1).
 */
export function tellsOthers({ names, body }: Difference, row: WireEvent | undefined, wanted: Event | undefined, context: Context): boolean {
  const { notify, frame, stored } = context
  if (notify === 'nobody') return false
  const isConcern = names.some((name) => name === 'recurrence' || fields.some((field) => field.name === name && field.isTold))
  // The organizer hears of it, who need not be among the attendees.
  if (stored.role === 'attendee') return isConcern && wanted?.organizer?.scheduleAgent === undefined && isRestricted(context)
  if (!isConcern) return row !== undefined && handsOver(body, row, frame.calendar)
  const guests = (wanted?.attendees ?? []).filter(({ address }) => !sameAddress(address, frame.calendar))
  // Who leaves the list is told too.
  return guests.some(({ scheduleAgent }) => scheduleAgent === 'server') || (row !== undefined && hasTold(row, frame.calendar))
}
