/** Writes that are tried again where somebody else was faster. */

import { BackendError } from '../../../calendar/backend.ts'
import type { WriteOptions } from '../../../calendar/backend.ts'
import type { Sending } from './sending.ts'

/** How often a write without a condition of its own is tried on what is stored by then. */
const maxAttempts = 3

/** One try of a write. */
export interface Attempt<T> {
  readonly sending: Sending
  readonly result: () => Promise<T>
  /** After a call of unclear outcome: the result, if the stored object is as wanted after all. */
  readonly isDone?: () => Promise<T | undefined>
}

/**
 * A race shows as a conflict. Under 'unchanged' it is the client's to resolve; what a caller knew wrongly is the caller's to read
 * again; all else is tried on the newer state.
 */
export async function repeatedly<T>({ condition, known }: WriteOptions, prepare: (known: WriteOptions['known']) => Promise<Attempt<T>>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const { sending, result, isDone } = await prepare(attempt === 1 ? known : undefined)
    try {
      return await result()
    } catch (error) {
      if (!(error instanceof BackendError) || error.fault !== 'conflict') throw error
      const done = sending.isDoubtful ? await isDone?.() : undefined
      if (done !== undefined) return done
      if (condition.kind === 'unchanged') throw new BackendError('precondition', 'the stored object has changed', { cause: error })
      if ((known !== undefined && !sending.hasWritten) || attempt === maxAttempts) throw error
    }
  }
}
