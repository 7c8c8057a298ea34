/** A gateway whose backend has its pages made already: what a first synchronisation takes is then the gateway's own, and the wait. */

import { open } from './http-client.ts'
import { firstSync } from './operations.ts'
import { portOfReplay, startReplay, startReplayed } from './servers.ts'
import type { Place } from './servers.ts'

/** As many as a page of the service can have. */
const mostRows = 2500

/** @param sizes of the calendars whose pages are made, by another gateway @param rows on a page, at most */
export async function startWithPages(folder: string, sizes: readonly number[], rows = mostRows): Promise<Place> {
  const backend = await startReplay(folder, rows)
  const ahead = await startReplayed(folder, backend)
  const connection = await open(ahead.target)
  for (const size of sizes) await firstSync({ place: ahead, size, connection })
  connection.close()
  await ahead.server.stop()
  return startReplayed(folder, backend)
}

/** From now on the backend takes so long for each call. */
export async function delayCalls(place: Place, delayMs: number): Promise<void> {
  await askBackend(place, `/_delay/${delayMs}`)
}

/** How long each call of the API has taken since this was last asked, in milliseconds, in the order in which they ended. */
export async function timesOfCalls(place: Place): Promise<readonly number[]> {
  return JSON.parse(await askBackend(place, '/_times')) as readonly number[]
}

async function askBackend({ backend }: Place, path: string): Promise<string> {
  const connection = await open({ port: portOfReplay(backend!), authority: undefined })
  const { body } = await connection.send({ method: 'GET', path })
  connection.close()
  return body
}
