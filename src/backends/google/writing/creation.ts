/** The body with which an object begins. It keeps the UID, and is the same again when repeated. */

import { BackendError } from '../../../calendar/backend.ts'
import { eventsOf } from '../../../calendar/event.ts'
import { withOwnRow } from './attendees-to-wire.ts'
import { mergeBodies, privately } from './bodies.ts'
import { begunMark, isForeign, withCommonGuests } from './foreign-series.ts'
import { marks } from '../marks.ts'
import { maxUidBytes, objectNameOf } from '../names.ts'
import { assertNoCancelledMeeting } from './permissions.ts'
import { writeRecurrence } from '../members/recurrence-lines.ts'
import { storedZoneOf } from '../members/times.ts'
import { settled } from './settled.ts'
import { tellingOf } from './telling.ts'
import { newBody } from './to-wire.ts'
import type { Notify } from '../../../calendar/backend.ts'
import type { Event, EventSeries } from '../../../calendar/event.ts'
import type { EventUid, ObjectName, RecurrenceId } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { CalendarFrame } from '../frame.ts'
import type { Beginning } from './import-event.ts'

/**
 * The beginning of an object that the calendar organizes itself: its guests are told by the same call, where all are told or none.
 * @returns undefined for somebody else's, which only an import keeps as such
 * @throws BackendError as {@link creationOf}
 */
export function ownCreationOf(name: ObjectName, series: EventSeries, notify: Notify, frame: CalendarFrame): Beginning | undefined {
  const [event] = eventsOf(series)
  if (event === undefined || isForeign(event, frame)) return undefined
  const quietBody = creationOf(name, series, notify, frame)
  if (!isLater(event, notify)) return { body: quietBody, quietBody, isTold: false }
  const { told, after } = tellingOf(creationOf(name, series, 'nobody', frame), { id: '' }, frame.calendar)
  return after === undefined ? { body: told, quietBody, isTold: true } : { body: quietBody, quietBody, isTold: false }
}

/** Whether somebody else organizes it: then an import is what keeps it, and that would write over an event of the same UID. */
export function isForeignSeries(series: EventSeries, frame: Pick<CalendarFrame, 'calendar' | 'address'>): boolean {
  return eventsOf(series).slice(0, 1).some((event) => isForeign(event, frame))
}

/**
 * Overrides are not in it: they are written as changes of instances afterwards. Neither are guests who are to be told, because an
 * import tells nobody; they are added by the change that follows.
 * @throws BackendError 'rejected' for what cannot begin in this way
 */
export function creationOf(name: ObjectName, series: EventSeries, notify: Notify, frame: CalendarFrame): WireBody {
  assertFits(series.uid)
  const { event, recurrence, instance } = beginningOf(series, frame)
  assertNoCancelledMeeting(event, frame)
  const body = newBody(event, { frame, isRecurring: recurrence !== undefined })
  return mergeBodies([
    // The number of a deleted event of this UID would stay otherwise.
    { iCalUID: series.uid, sequence: event.sequence },
    body,
    recurrence === undefined ? {} : { recurrence },
    peopleOf(body, event, notify, frame),
    begunHere(series, frame),
    name === objectNameOf(series.uid) ? {} : privately({ [marks.name]: name }),
    instance === undefined ? {} : privately({ [marks.instance]: instance }),
  ])
}

function assertFits(uid: EventUid): void {
  const isFit = uid !== '' && uid.isWellFormed() && new TextEncoder().encode(uid).length <= maxUidBytes
  if (!isFit) throw new BackendError('rejected', `The UID must have 1 to ${maxUidBytes} bytes.`, { precondition: 'valid-calendar-object-resource' })
}

interface MainPart {
  readonly event: Event
  readonly recurrence: readonly string[] | undefined
  /** Of a lone instance, which is stored as an event of its own. */
  readonly instance: RecurrenceId | undefined
}

function beginningOf(series: EventSeries, frame: CalendarFrame): MainPart {
  if (series.kind === 'single') return { event: series.event, recurrence: undefined, instance: undefined }
  if (series.kind === 'recurring') return recurringBeginning(series, frame)
  const [[instance, event] = [], second] = series.overrides
  if (event === undefined || instance === undefined || second !== undefined) {
    throw new BackendError('rejected', 'Several instances cannot be stored without their series.', { precondition: 'valid-calendar-object-resource' })
  }
  return { event, recurrence: undefined, instance }
}

function recurringBeginning(series: Extract<EventSeries, { kind: 'recurring' }>, frame: CalendarFrame): MainPart {
  const { master, recurrence, cancelled } = settled(series, frame)
  const lines = writeRecurrence(recurrence, cancelled, master.start, storedZoneOf(master.start, frame.zone))
  return { event: master, recurrence: lines, instance: undefined }
}

/** Changed instances are written after the import, which a repeated write must be able to finish. */
function begunHere(series: EventSeries, frame: CalendarFrame): WireBody {
  if (series.kind !== 'recurring' || series.overrides.size === 0 || !isForeign(series.master, frame)) return {}
  return privately({ [marks.begun]: begunMark(withCommonGuests(series, frame)) })
}

/** What stands in the body beside, or in place of, the guests that the event itself brings. */
function peopleOf(body: WireBody, event: Event, notify: Notify, frame: CalendarFrame): WireBody {
  const { organizer } = event
  if (organizer === undefined || !isForeign(event, frame)) return isLater(event, notify) ? { attendees: undefined } : {}
  const { displayName } = organizer
  const told = { organizer: { email: organizer.address, ...(displayName === undefined ? {} : { displayName }) } }
  const { attendees, mark } = withOwnRow(body, event, frame)
  return { ...told, attendees, ...(mark === null ? {} : privately({ [marks.self]: mark })) }
}

/** Whether the guests are added by a change of their own, which tells them. */
function isLater({ attendees }: Event, notify: Notify): boolean {
  return notify === 'everybody' && attendees.some(({ scheduleAgent }) => scheduleAgent === 'server')
}
