/** Long work in pieces, between which everybody else has a turn: what is held in memory is worked through without ever waiting. */

import { setImmediate } from 'node:timers/promises'

/** So long one piece may take, in ms. */
const pieceMs = 10

/** @returns what is called after each step: it tells what to wait for before the next one, if anything */
export function takingTurns(): () => Promise<void> | undefined {
  let begun = performance.now()
  const rest = async (): Promise<void> => {
    await setImmediate()
    begun = performance.now()
  }
  return () => (performance.now() - begun < pieceMs ? undefined : rest())
}
