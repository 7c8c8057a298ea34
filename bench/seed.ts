/** Fills a data folder of the gateway with calendars, through the REST interface of its embedded backend. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createEmulator } from '../src/backends/emulator/index.ts'
import type { RestRequest, RestResponse } from '../src/backends/transport.ts'
import { account, calendarOf, restEvent } from './sample.ts'

const origin = 'http://127.0.0.1'
const headers = { 'authorization': `Bearer test:${account.address}`, 'content-type': 'application/json' }

/** @param sizes one calendar of each; their ids are those of {@link calendarOf} */
export async function seed(folder: string, sizes: readonly number[]): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const emulator = createEmulator({ file: join(folder, 'calendars.sqlite'), control: true })
  const post = async (path: string, body: object): Promise<void> => {
    const request: RestRequest = { method: 'POST', url: `${origin}${path}`, headers, body: JSON.stringify(body) }
    expectDone(await emulator.transport(request))
  }
  emulator.ensureAccount(account.address)
  for (const size of sizes) {
    const id = calendarOf(size)
    if (id !== account.address) await post('/_control/calendars', { owner: account.address, id, summary: `${size} events` })
    for (let number = 0; number < size; number += 1) await post(`/calendar/v3/calendars/${encodeURIComponent(id)}/events/import`, restEvent(number, id))
  }
  emulator.close()
}

function expectDone({ status, body }: RestResponse): void {
  if (status < 200 || status > 299) throw new Error(`the seed was refused: ${status} ${body.slice(0, 300)}`)
}
