/** The emulator's time: the machine's, plus a shift that tests may set. */

import type { Store } from './store.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Moves the clock from now on. @param milliseconds added to what was shifted before; may be negative */
  shift(milliseconds: number): void
}

/** The shift is kept in the store, so that a restart does not turn time back. */
export function createClock(store: Store, machineNow: () => number): Clock {
  let shift = Number(store.setting('clockShift') ?? 0)
  return {
    now: () => Math.floor(machineNow() + shift),
    shift: (milliseconds) => {
      shift += milliseconds
      store.keepSetting('clockShift', String(shift))
    },
  }
}

/** `2026-03-12T07:30:25.510Z` @param micros µs since 1970 */
export const formatMillis = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString()

/** The same in whole seconds, `2026-03-12T07:30:25.000Z`: the form of `created`. */
export const formatSeconds = (micros: number): string => new Date(Math.floor(micros / 1_000_000) * 1000).toISOString()
