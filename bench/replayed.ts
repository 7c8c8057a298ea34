/** A gateway whose backend has its pages made already: what a first synchronisation takes is then the gateway's own, and the wait. */

import { open } from './http-client.ts'
import { firstSync } from './operations.ts'
import type { Place } from './servers.ts'
import { startReplay, startReplayed } from './servers.ts'

/** @param sizes of the calendars whose pages are made, by another gateway @param delayMs that the backend takes for each call */
export async function startWithPages(folder: string, sizes: readonly number[], delayMs: number): Promise<Place> {
  const backend = await startReplay(folder, delayMs)
  const ahead = await startReplayed(folder, backend)
  const connection = await open(ahead.target)
  for (const size of sizes) await firstSync({ place: ahead, size, connection })
  connection.close()
  await ahead.server.stop()
  return startReplayed(folder, backend)
}
