/**
 * No state of its own: whatever clients do, and whatever happens behind their backs, a gateway that has served them all along, one that
 * has forgotten everything before each request, and three that take turns give the same answers, byte for byte.
 */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { etagsIn, freeBusy, get, list, listHome, move, multiget, poll, put, query, remove, rename, sync, syncedIn } from './requests.ts'
import type { Ask } from './requests.ts'
import type { Answer } from './service.ts'
import { calendars, change, directs, HOME, kinds, openWorld, runnings } from './world.ts'
import type { Direct, World } from './world.ts'

beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }) })
afterEach(() => { vi.useRealTimers() })

type Write = 'create' | 'change' | 'overwrite' | 'remove' | 'removeAnyway' | 'move' | 'renameObject' | 'renameCalendar'
type Read = 'poll' | 'list' | 'home' | 'sync' | 'get' | 'multiget' | 'month' | 'everything' | 'busy' | 'file'

type Command =
  | { readonly by: 'client'; readonly client: number; readonly does: Write | Read; readonly name: number; readonly kind: string; readonly version: number }
  | { readonly by: 'service'; readonly does: Direct; readonly pick: number; readonly version: number }

const writes: readonly Write[] = ['create', 'change', 'overwrite', 'remove', 'removeAnyway', 'move', 'renameObject', 'renameCalendar']
const reads: readonly Read[] = ['poll', 'list', 'home', 'sync', 'get', 'multiget', 'month', 'everything', 'busy', 'file']

const clientCommand: fc.Arbitrary<Command> = fc.record({
  by: fc.constant('client' as const), client: fc.nat({ max: 2 }), name: fc.nat({ max: 3 }), version: fc.nat({ max: 5 }), kind: fc.constantFrom(...Object.keys(kinds)),
  does: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...writes, 'create' as const, 'change' as const) }, { weight: 2, arbitrary: fc.constantFrom(...reads) }, { weight: 1, arbitrary: fc.constant('sync' as const) }),
})
const serviceCommand: fc.Arbitrary<Command> = fc.record({ by: fc.constant('service' as const), does: fc.constantFrom(...directs), pick: fc.nat({ max: 50 }), version: fc.nat({ max: 8 }) })
const commands = fc.array(fc.oneof({ weight: 4, arbitrary: clientCommand }, { weight: 1, arbitrary: serviceCommand }), { minLength: Number(process.env['CALGATE_PROOF_LENGTH'] ?? 10), maxLength: 30, size: 'max' })

/** What a calendar program that follows its sync-token knows. */
interface Client {
  readonly calendar: string
  token: string
  held: Map<string, string>
}

/** UIDs that lead to the name, and one that does not. */
const uids = ['a', 'b', 'c', 'other-than-its-name']
const nameOf = (name: number): string => ['a.ics', 'b.ics', 'c.ics', 'd.ics'][name]!

function askOf(command: Extract<Command, { by: 'client' }>, { calendar, held, token }: Client): Ask {
  const { does, name, kind, version } = command
  const href = calendar + nameOf(name)
  const known = held.get(href)
  const body = kinds[kind]!(uids[name]!, version)
  switch (does) {
    case 'create': return put(href, body, { 'If-None-Match': '*' })
    case 'change': return put(href, body, known === undefined ? { 'If-Match': '"unknown"' } : { 'If-Match': known })
    case 'overwrite': return put(href, body, version % 2 === 0 ? {} : { Prefer: 'return=representation' })
    case 'remove': return remove(href, known === undefined ? {} : { 'If-Match': known })
    case 'removeAnyway': return remove(href)
    case 'move': return move(href, (calendar === calendars[0] ? calendars[1] : calendars[0]) + nameOf(name))
    case 'renameObject': return move(href, calendar + nameOf((name + 1) % 4))
    case 'renameCalendar': return rename(calendar, `Name ${version}`)
    case 'poll': return poll(calendar)
    case 'list': return list(calendar)
    case 'home': return listHome(HOME)
    case 'sync': return sync(calendar, token)
    case 'get': return get(href, known === undefined ? {} : { 'If-None-Match': known })
    case 'multiget': return multiget(calendar, [...held.keys(), ...[0, 1, 2, 3].map((each) => calendar + nameOf(each))])
    case 'month': return query(calendar, '20260901T000000Z', '20261001T000000Z')
    case 'everything': return query(calendar, '20000101T000000Z', '21000101T000000Z')
    case 'busy': return freeBusy(calendar, '20260901T000000Z', '20261001T000000Z')
    case 'file': return get(calendar)
  }
}

/** The same request in every world. @returns the one answer */
async function askAll(worlds: readonly World[], [method, path, asked]: Ask, trail: string): Promise<Answer> {
  const answers = []
  for (const world of worlds) answers.push(await world.ask(method, path, asked))
  for (const [index, answer] of answers.entries()) {
    if (JSON.stringify(answer) === JSON.stringify(answers[0])) continue
    expect({ by: runnings[index], ...answer }, trail).toEqual({ by: runnings[index], ...answers[0]! })
  }
  const failures = worlds.flatMap((world) => world.failures)
  expect(failures, trail).toEqual([])
  return answers[0]!
}

/** As a program does that begins anew where its token has ended. */
async function synchronise(worlds: readonly World[], client: Client, trail: string): Promise<void> {
  const answer = await askAll(worlds, sync(client.calendar, client.token), trail)
  if (answer.status !== 207) {
    expect(answer.text, trail).toContain('valid-sync-token')
    expect(client.token, trail).not.toBe('')
    Object.assign(client, { token: '', held: new Map() })
    return synchronise(worlds, client, trail)
  }
  const { told, token } = syncedIn(answer)
  // A first synchronisation tells all that there is: what a listing told before it counts no more.
  if (client.token === '') client.held = new Map()
  client.token = token
  for (const [href, etag] of told) {
    if (etag === undefined) client.held.delete(href)
    else client.held.set(href, etag)
  }
}

/**
 * NOTE: clients are told of a change of the default reminders before such a write. The service checks a write against the event's version,
 * which does not tell of them: under an older ETag a gateway that holds the event lets the write pass, one that has to read it refuses it.
 */
function isConditional({ does }: Command): boolean {
  return does === 'change' || does === 'remove'
}

async function run(list_: readonly Command[]): Promise<number> {
  const worlds = await Promise.all(runnings.map(openWorld))
  const clients: readonly Client[] = calendars.map((calendar) => ({ calendar, token: '', held: new Map() }))
  /** Clients who have not been told yet that default reminders changed. */
  const untold = new Set<Client>()
  let asked = 0
  try {
    for (const [index, command] of list_.entries()) {
      for (const { service } of worlds) service.step(index + 1)
      vi.setSystemTime(worlds[0]!.service.now)
      const trail = `step ${index + 1}: ${JSON.stringify(command)}`
      if (command.by === 'service') {
        for (const { service } of worlds) await change(service, command.does, command.pick, command.version)
        if (command.does === 'defaults') for (const client of clients) untold.add(client)
        continue
      }
      const client = clients[command.client]!
      asked += 1
      if (isConditional(command) && untold.delete(client)) await synchronise(worlds, client, trail)
      if (command.does === 'sync') await synchronise(worlds, client, trail)
      else await learn(client, await askAll(worlds, askOf(command, client), trail), command, trail)
    }
    for (const { service } of worlds) service.step(list_.length + 1)
    for (const client of clients) await expectInStep(worlds, client)
  } finally {
    for (const { service } of worlds) service.close()
  }
  return asked
}

/** Every answer of the table of statuses; a client learns ETags from what it is told only. */
async function learn(client: Client, answer: Answer, command: Extract<Command, { by: 'client' }>, trail: string): Promise<void> {
  expect([200, 201, 204, 207, 304, 403, 404, 409, 412], `${trail}: ${answer.text}`).toContain(answer.status)
  if (command.does === 'list' && answer.status === 207) client.held = new Map(etagsIn(answer, client.calendar))
  const tag = answer.headers['etag']
  if (command.does === 'get' && tag !== undefined) client.held.set(client.calendar + nameOf(command.name), tag)
}

/** A client that follows its tokens, and one that lists everything, hold the same; and what they are given has those ETags. */
async function expectInStep(worlds: readonly World[], client: Client): Promise<void> {
  await synchronise(worlds, client, 'the last synchronisation')
  const listed = etagsIn(await askAll(worlds, list(client.calendar), 'the last listing'), client.calendar)
  expect([...client.held].sort()).toEqual([...listed].sort())
  if (listed.size > 0) {
    const all = await askAll(worlds, multiget(client.calendar, [...listed.keys()]), 'the last multiget')
    expect([...etagsIn(all, client.calendar)].sort()).toEqual([...listed].sort())
  }
  for (const [href, etag] of listed) expect(await askAll(worlds, get(href), `GET ${href}`)).toMatchObject({ status: 200, headers: { etag } })
}

describe('cold equals warm equals another replica', () => {
  test('for whatever several clients and the service do, every answer is the same bytes', { timeout: 120_000 }, async () => {
    let requests = 0
    const numRuns = Number(process.env['CALGATE_PROOF_RUNS'] ?? 40)
    await fc.assert(fc.asyncProperty(commands, async (list_) => { requests += await run(list_) }), { numRuns, ...(process.env['CALGATE_PROOF_SEED'] ? { seed: Number(process.env['CALGATE_PROOF_SEED']) } : { seed: 20_260_302 }) })
    console.log(`cold equals warm: ${numRuns} sequences, ${requests} requests in each of ${runnings.length} worlds`)
    expect(requests).toBeGreaterThan(numRuns)
  })
})
