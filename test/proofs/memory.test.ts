/** The cache is bounded by its setting; whoever comes pushes out who has not come for long. */

import { describe, expect, test } from 'vitest'
import { get, list, sync } from './requests.ts'
import { expectStatus, openReplica, openService } from './service.ts'
import type { Service } from './service.ts'

const addressOf = (index: number): string => `user${index}@example.org`
const calendarOf = (index: number): string => `/calendar/dav/${addressOf(index)}/events/`

async function fill(service: Service, address: string, count: number): Promise<void> {
  service.emulator.ensureAccount(address)
  for (let index = 0; index < count; index += 1) {
    await service.rest(address, 'POST', `/calendars/${address}/events/import`, {
      iCalUID: `event-${index}`, summary: `Event ${index}`, description: 'x'.repeat(500), start: { dateTime: '2026-09-15T08:00:00Z' }, end: { dateTime: '2026-09-15T09:00:00Z' },
    })
  }
}

describe('the cache', () => {
  test('a flood of accounts evicts, and never grows beyond the setting', async () => {
    const service = openService()
    const maxBytes = 400_000
    const gateway = openReplica(service, { maxBytes })
    let most = 0
    for (let index = 0; index < 60; index += 1) {
      await fill(service, addressOf(index), 10)
      expectStatus(await gateway.ask(...sync(calendarOf(index)).slice(0, 2) as ['REPORT', string], { ...sync(calendarOf(index))[2], as: addressOf(index) }), 207)
      most = Math.max(most, gateway.cache().bytes)
      expect(gateway.cache().bytes).toBeLessThanOrEqual(maxBytes)
    }
    expect(most).toBeGreaterThan(maxBytes / 2)
    // The last one is still held and only asked about, the first one is read again.
    for (const [index, call] of [[59, 'updatedMin='], [0, 'iCalUID=event-3']] as const) {
      service.calls.length = 0
      expectStatus(await gateway.ask('GET', `${calendarOf(index)}event-3.ics`, { as: addressOf(index) }), 200)
      expect(service.calls.join()).toContain(call)
    }
    service.close()
  })

  test('accounts without any event are bounded too', async () => {
    const service = openService()
    const gateway = openReplica(service, { maxBytes: 50_000 })
    for (let index = 0; index < 200; index += 1) {
      service.emulator.ensureAccount(addressOf(index))
      await gateway.ask('PROPFIND', calendarOf(index), { as: addressOf(index), headers: { Depth: '0' } })
      expect(gateway.cache().bytes).toBeLessThanOrEqual(50_000)
    }
    service.close()
  })

  test('a calendar larger than the whole cache is served all the same, again and again, and leaves no more than the setting', async () => {
    const service = openService({ pageSize: 50 })
    const maxBytes = 50_000
    const gateway = openReplica(service, { maxBytes })
    await fill(service, addressOf(0), 300)
    const answers = []
    for (let round = 0; round < 3; round += 1) {
      const [method, path, asked] = list(calendarOf(0))
      answers.push(expectStatus(await gateway.ask(method, path, { ...asked, as: addressOf(0) }), 207))
      expect(gateway.cache().bytes).toBeLessThanOrEqual(maxBytes)
      const [, href] = get(`${calendarOf(0)}event-299.ics`)
      expectStatus(await gateway.ask('GET', href, { as: addressOf(0) }), 200)
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]!.text.split('<D:response>').length - 2).toBe(300)
    service.close()
  })
})
