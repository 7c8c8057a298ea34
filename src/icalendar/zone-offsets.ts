/**
 * Offsets of zones, fast: the transitions of a zone are asked of the zone data once for each span of some years and kept.
 * A look-up then costs tens of nanoseconds; one through Intl or Temporal costs microseconds, more than the rest of an event's mapping.
 */

import type { Instant, TimeZoneId } from '../calendar/identifiers.ts'
import { dayMs, dayNumber } from './clock.ts'
import { Temporal } from './temporal.ts'

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

/** Bounded: by the zones there are, and 80 spans each. */
const spans = new Map<TimeZoneId, Map<number, Span>>()

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
  const before = offsetAt(clock - dayMs, zone)
  if (offsetAt(clock - before, zone) === before) return clock - before
  const after = offsetAt(clock + dayMs, zone)
  return clock - (offsetAt(clock - after, zone) === after ? after : before)
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
  let ofZone = spans.get(zone)
  if (ofZone === undefined) spans.set(zone, ofZone = new Map())
  let span = ofZone.get(index)
  if (span === undefined) ofZone.set(index, span = readSpan(zone, index))
  return span
}

function readSpan(zone: TimeZoneId, index: number): Span {
  const starts = [index * spanMs]
  let here = Temporal.Instant.fromEpochMilliseconds(index * spanMs).toZonedDateTimeISO(zone)
  const offsets = [here.offsetNanoseconds / 1e6]
  for (;;) {
    const next = here.getTimeZoneTransition('next')
    if (next === null || next.epochMilliseconds >= (index + 1) * spanMs) return { starts, offsets }
    starts.push(next.epochMilliseconds)
    offsets.push(next.offsetNanoseconds / 1e6)
    here = next
  }
}
