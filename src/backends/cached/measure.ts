/**
 * What has to be known of a body that is held without looking into it again: how much it takes, and between which moments it may have
 * instances. Both are estimates, cheap and generous.
 */

import type { TimeRange } from '../../calendar/calendar.ts'
import { boundsOf } from './bounds.ts'
import type { Body } from './entries.ts'
import { bytesOf } from './size.ts'

/** What is counted once of a body, and kept beside it. */
export interface Measure {
  readonly bytes: number
  /** Whole minutes since 1970, which take no memory of their own where milliseconds do. */
  readonly from: number
  readonly to: number
}

const minuteMs = 60_000
/** Some four thousand years. */
const farMinutes = 2 ** 31 - 1

const whole = (minutes: number): number => Math.min(Math.max(minutes, -farMinutes), farMinutes)

/** @returns its bytes, and between which moments it may have instances */
export function measureOf(body: Body): Measure {
  const bytes = bytesOf(body)
  if (!('series' in body)) return { bytes, from: -farMinutes, to: farMinutes }
  const { from, to } = boundsOf(body.series)
  return { bytes, from: whole(Math.floor(from / minuteMs)), to: whole(Math.ceil(to / minuteMs)) }
}

/** Whether an instance may overlap the range; true more often than it is so. */
export function mayOverlap(measure: Pick<Measure, 'from' | 'to'>, { from, to }: TimeRange): boolean {
  return measure.to >= Math.floor((from ?? -Infinity) / minuteMs) && measure.from <= Math.ceil((to ?? Infinity) / minuteMs)
}
