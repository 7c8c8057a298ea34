/**
 * Changed instances that an organizer's client leaves out: they are to be as their series says from now on. The answers to them are not the
 * organizer's to drop (RFC 6638 §3.2.10), and are asked for anew where the instance moves (§3.2.8).
 */

import type { EventSeries } from '../calendar/event.ts'
import { timeZoneId } from '../calendar/identifiers.ts'
import { instanceAt } from '../icalendar/recurrence.ts'
import { isSameSeries } from './sequence.ts'

/** Floating times keep their length whatever the zone. */
const anyZone = timeZoneId('UTC')

/** With each of them as an instance like any other, to be held against what is stored of it. Those of another rule are other instances. */
export function withLeftOut(wanted: EventSeries, stored: EventSeries): EventSeries {
  if (wanted.kind !== 'recurring' || stored.kind !== 'recurring' || !isSameSeries(wanted, stored)) return wanted
  const leftOut = [...stored.overrides.keys()].filter((id) => !wanted.overrides.has(id) && !wanted.cancelled.has(id))
  return leftOut.length === 0 ? wanted : { ...wanted, overrides: new Map([...wanted.overrides, ...leftOut.map((id) => [id, instanceAt(wanted.master, id, anyZone)] as const)]) }
}

/** Without those again whose answers are those of the series. @param sent what the client has sent */
export function withoutPlain(series: EventSeries, sent: EventSeries): EventSeries {
  if (series.kind !== 'recurring' || sent.kind !== 'recurring') return series
  const answers = JSON.stringify(series.master.attendees)
  const overrides = [...series.overrides].filter(([id, { attendees }]) => sent.overrides.has(id) || JSON.stringify(attendees) !== answers)
  return { ...series, overrides: new Map(overrides) }
}
