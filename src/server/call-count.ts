/** Counts the backend calls of each request, across whatever lies between the two. */

import { AsyncLocalStorage } from 'node:async_hooks'

/** Of one request. */
export interface CallCount { calls: number }

const current = new AsyncLocalStorage<CallCount>()

/** Runs something, and counts into `count` what it causes. */
export const counting = <T>(count: CallCount, run: () => T): T => current.run(count, run)

/** The same function, counted: one call for each use. */
export function counted<A extends readonly unknown[], R>(call: (...given: A) => R): (...given: A) => R {
  return (...given) => {
    const count = current.getStore()
    if (count !== undefined) count.calls += 1
    return call(...given)
  }
}
