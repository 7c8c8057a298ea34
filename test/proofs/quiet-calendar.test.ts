import { expect, test } from 'vitest'
import { CALENDAR } from './operations.ts'
import { eventText, poll, put, sync, syncedIn } from './requests.ts'
import { expectStatus, openReplica, openService, STEP_MS } from './service.ts'

/** The service tells changes of the last weeks only. */
const MONTHS = Math.ceil(70 * 86_400_000 / STEP_MS)

test('a calendar without a change for months goes on from its old token; after a change the token has ended (RFC 6578 §3.2)', async () => {
  const service = openService()
  service.step(0)
  expectStatus(await openReplica(service).ask(...put(`${CALENDAR}a.ics`, eventText('a'))), 201)
  const { token } = syncedIn(await openReplica(service).ask(...sync(CALENDAR)))
  const warm = openReplica(service)
  await warm.ask(...sync(CALENDAR))
  service.step(MONTHS)
  for (const gateway of [openReplica(service), warm]) {
    expect(syncedIn(expectStatus(await gateway.ask(...sync(CALENDAR, token)), 207))).toEqual({ told: [], token })
    expect((await gateway.ask(...poll(CALENDAR))).text).toContain(token)
  }
  expectStatus(await openReplica(service).ask(...put(`${CALENDAR}b.ics`, eventText('b'))), 201)
  for (const gateway of [openReplica(service), warm]) expect((await gateway.ask(...sync(CALENDAR, token))).text).toContain('valid-sync-token')
  service.close()
})
