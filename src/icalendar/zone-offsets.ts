/**
 * Offsets of zones, fast: the transitions of a zone are asked of the zone data once for each span of some years and kept.
 * A look-up then costs tens of nanoseconds; one through Intl or Temporal costs microseconds, more than the rest of an event's mapping.
 *
 * The zone data is that of Intl. Temporal's polyfill takes it from there too, by way of whole dates, which costs ten times as much.
 */

import type { Instant, TimeZoneId } from '../calendar/identifiers.ts'
import { dayMs, dayNumber } from './clock.ts'

/** A change of offset: from `at` on, `after` counts. Offsets are milliseconds east of UTC. */
export interface Transition {
  readonly at: Instant
  readonly before: number
  readonly after: number
}

/** `offsets[i]` counts from `starts[i]` to the next start. */
interface Span {
  readonly starts: readonly number[]
  readonly offsets: readonly number[]
}

/** About 8.7 years. */
const spanMs = 2 ** 38
/** Before it every zone has its local mean time. */
const earliest = dayNumber(1800, 1, 1) * dayMs
/** After it every zone repeats itself with the calendar, so that the number of spans is bounded. */
const latest = dayNumber(2500, 1, 1) * dayMs
const cycleMs = 146_097 * dayMs

/** Two changes that undo one another are never closer together; the closest, in Brazil, are a week apart. */
const stepMs = 6 * dayMs

/** What has been asked of one zone. */
interface ZoneData {
  /** `GMT+01:00`, `GMT+00:53:28`, `GMT` */
  readonly offsetNameAt: (at: number) => string
  readonly spans: Map<number, Span>
}

/** Bounded: by the zones there are, and 80 spans each. */
const zones = new Map<TimeZoneId, ZoneData>()

/** Milliseconds east of UTC. */
export function offsetAt(at: number, zone: TimeZoneId): number {
  const time = at < earliest ? earliest : at < latest ? at : inDataRange(at)
  const { starts, offsets } = spanOf(zone, Math.floor(time / spanMs))
  let i = starts.length - 1
  while (i > 0 && starts[i]! > time) i--
  return offsets[i]!
}

/**
 * The moment when a wall clock shows this. In a fold the first of the two; in a gap the offset before it counts (RFC 5545 §3.3.5).
 * @param clock see clock.ts
 */
export function instantOfClock(clock: number, zone: TimeZoneId): number {
  return momentOfClock(clock, (at) => offsetAt(at, zone))
}

/** The same by other offsets than those of a zone. @param offsetOf milliseconds east of UTC */
export function momentOfClock(clock: number, offsetOf: (at: number) => number): number {
  const before = offsetOf(clock - dayMs)
  if (offsetOf(clock - before) === before) return clock - before
  const after = offsetOf(clock + dayMs)
  return clock - (offsetOf(clock - after) === after ? after : before)
}

/** In order. `from` exclusive, `to` inclusive; years 1800 to 2499 only. */
export function transitionsBetween(from: number, to: number, zone: TimeZoneId): readonly Transition[] {
  const found: Transition[] = []
  const last = Math.floor(Math.min(to, latest - 1) / spanMs)
  for (let index = Math.floor(Math.max(from, earliest) / spanMs); index <= last; index++) {
    const { starts, offsets } = spanOf(zone, index)
    for (let i = 0; i < starts.length; i++) {
      const at = starts[i]!
      if (at <= from || at > to) continue
      const before = offsetAt(at - 1, zone)
      if (before !== offsets[i]!) found.push({ at: at as Instant, before, after: offsets[i]! })
    }
  }
  return found
}

function inDataRange(at: number): number {
  return at - Math.ceil((at - latest + 1) / cycleMs) * cycleMs
}

function spanOf(zone: TimeZoneId, index: number): Span {
  let data = zones.get(zone)
  if (data === undefined) zones.set(zone, data = { offsetNameAt: offsetNamesOf(zone), spans: new Map() })
  let span = data.spans.get(index)
  if (span === undefined) data.spans.set(index, span = readSpan(data, index))
  return span
}

function readSpan({ offsetNameAt }: ZoneData, index: number): Span {
  const end = (index + 1) * spanMs
  let from = index * spanMs
  let name = offsetNameAt(from)
  const [starts, offsets] = [[from], [parseOffset(name)]]
  while (from < end) {
    const to = Math.min(from + stepMs, end - 1)
    if (offsetNameAt(to) === name) {
      from = to + 1
    } else {
      from = endOfOffset(offsetNameAt, name, from, to)
      name = offsetNameAt(from)
      starts.push(from)
      offsets.push(parseOffset(name))
    }
  }
  return { starts, offsets }
}

/** When the offset that counts at `from` has been left, which it has at `to`. Zones change at whole seconds. */
function endOfOffset(offsetNameAt: ZoneData['offsetNameAt'], name: string, from: number, to: number): number {
  let [before, after] = [Math.floor(from / 1000), Math.floor(to / 1000)]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetNameAt(middle * 1000) === name) before = middle
    else after = middle
  }
  return after * 1000
}

/** The minute is told as something has to be; with a date the engine takes several times as long. */
function offsetNamesOf(zone: TimeZoneId): ZoneData['offsetNameAt'] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, minute: 'numeric', timeZoneName: 'longOffset' })
  return (at) => {
    const text = format.format(at)
    return text.slice(text.indexOf(' ') + 1)
  }
}

function parseOffset(name: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? []
  const size = sign === undefined ? 0 : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -size : size
}
