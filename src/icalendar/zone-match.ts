/** How far the zone data and the VTIMEZONE of a client are apart, by their real transitions. */

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { dayMs, dayNumber } from './clock.ts'
import { Temporal } from './temporal.ts'
import { definedSteps, type OffsetStep, type ZoneDefinition } from './zone-definition.ts'
import { momentOfClock, offsetAt, transitionsBetween } from './zone-offsets.ts'

/** First and last year, both inclusive. */
export type Years = readonly [first: number, last: number]

/** The offsets that a definition gives over some years. */
export interface DefinedOffsets {
  readonly steps: readonly OffsetStep[]
  readonly from: number
  readonly to: number
}

/** Enough to tell zones apart, and bounds the work for series without an end. */
const maxYears = 12
/** Morocco changed its offset four times in some years. */
const maxSteps = maxYears * 4 + 1

/** Whether the offsets are those of all the years, and told by the definition for all of them. */
export function coversAll({ from, to }: DefinedOffsets, [first, last]: Years): boolean {
  return from === dayNumber(first, 1, 1) * dayMs && to === dayNumber(last + 1, 1, 1) * dayMs
}

/** The moment when a clock that goes by the offsets shows this. @returns undefined outside of the years that they are of */
export function definedMoment({ steps, from, to }: DefinedOffsets, clock: number): number | undefined {
  return clock < from || clock >= to ? undefined : momentOfClock(clock, (at) => offsetIn(steps, at))
}

/** Whether the definition tells anything about one of the years. */
export function covers(definition: ZoneDefinition, [first, last]: Years): boolean {
  return first <= definition.lastYear && last >= definition.firstYear
}

/**
 * Over the years that the definition covers; if that is none, over the nearest one.
 * @returns undefined where the offset changes more often than that of any zone
 */
export function definedOffsets(definition: ZoneDefinition, [first, last]: Years): DefinedOffsets | undefined {
  const within = (year: number) => Math.min(Math.max(year, definition.firstYear, 1801), definition.lastYear, 2400)
  const begin = within(first)
  const end = Math.min(Math.max(within(last), begin), begin + maxYears - 1)
  const [from, to] = [dayNumber(begin, 1, 1) * dayMs, dayNumber(end + 1, 1, 1) * dayMs]
  const steps = definedSteps(definition, from, to)
  return steps.length > maxSteps ? undefined : { steps, from, to }
}

/** How much of the time the zone's offset is not the defined one: 0 for never, 1 for always. */
export function difference({ steps, from, to }: DefinedOffsets, zone: TimeZoneId): number {
  const changes = transitionsBetween(from, to, zone).map((each) => ({ at: each.at as number, offset: each.after }))
  const ours: OffsetStep[] = [{ at: from, offset: offsetAt(from, zone) }, ...changes]
  const borders = [...new Set([...steps, ...ours].map((each) => each.at))].sort((a, b) => a - b)
  let apart = 0
  for (const [i, at] of borders.entries()) {
    if (offsetIn(steps, at) !== offsetIn(ours, at)) apart += (borders[i + 1] ?? to) - at
  }
  return apart / (to - from)
}

/** A quick look that spares most zones the whole comparison: the offset in the middle of each of the first steps. */
export function mayBeSame({ steps, to }: DefinedOffsets, zone: TimeZoneId): boolean {
  return steps.slice(0, 4).every(({ at, offset }, i) => {
    const middle = Math.floor((at + (steps[i + 1]?.at ?? to)) / 2)
    return Temporal.Instant.fromEpochMilliseconds(middle).toZonedDateTimeISO(zone).offsetNanoseconds === offset * 1e6
  })
}

/** A definition without any change, of an offset that the zone has too: half of the truth, as many programs write it. */
export function isPartOf({ steps, from, to }: DefinedOffsets, zone: TimeZoneId): boolean {
  const ours = [offsetAt(from, zone), ...transitionsBetween(from, to, zone).map((each) => each.after)]
  return steps.length === 1 && ours.includes(steps[0]!.offset)
}

function offsetIn(steps: readonly OffsetStep[], at: number): number {
  return steps.findLast((step) => step.at <= at)?.offset ?? steps[0]!.offset
}
