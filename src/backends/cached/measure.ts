/**
 * What has to be known of a body that is held without looking into it again: how much it takes, and between which moments it may have
 * instances. Both are estimates, cheap and generous.
 */

import type { Body } from '../../calendar/backend.ts'
import { boundsOf } from './bounds.ts'
import { bytesOf } from './size.ts'

/** Whole minutes since 1970, which take no memory of their own where milliseconds do. */
export interface Minutes {
  readonly from: number
  readonly to: number
}

/** What is counted once of a body, and kept beside it: how much it takes, and when it may take place. */
export interface Measure extends Minutes {
  readonly bytes: number
}

const minuteMs = 60_000
/** Some four thousand years, and within 32 bits. */
const farMinutes = 2 ** 31 - 1

const whole = (minutes: number): number => Math.min(Math.max(minutes, -farMinutes), farMinutes)

/** Of what nothing is known. */
export const always: Minutes = { from: -farMinutes, to: farMinutes }

/** @returns its bytes, and between which moments it may have instances */
export function measureOf(body: Body): Measure {
  const bytes = bytesOf(body)
  return { bytes, ...('series' in body ? inMinutes(boundsOf(body.series)) : always) }
}

/** No less than the range. */
export function inMinutes({ from = -Infinity, to = Infinity }: { readonly from?: number; readonly to?: number }): Minutes {
  return { from: whole(Math.floor(from / minuteMs)), to: whole(Math.ceil(to / minuteMs)) }
}

/** Whether an instance may overlap the range; true more often than it is so. */
export function mayOverlap(measured: Minutes, range: Minutes): boolean {
  return measured.to >= range.from && measured.from <= range.to
}
