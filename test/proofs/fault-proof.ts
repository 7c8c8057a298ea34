/**
 * Each call of the backend of each operation goes wrong in each way, once and for good: what the client is told is true, nothing is
 * repeated that may not be, and the same request afterwards leads to the state that it would have led to.
 */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { treeOf, responsesIn } from '../xml-tree.ts'
import { faults, understandingEmptyPages } from './faults.ts'
import type { Fault } from './faults.ts'
import { CALENDAR, heldBy, stateOf } from './operations.ts'
import type { Held, Operation } from './operations.ts'
import { expectInReadme } from './readme.ts'
import { eventText, get, list, put } from './requests.ts'
import type { Ask } from './requests.ts'
import { expectStatus, ME, openReplica, openService } from './service.ts'
import type { Answer, Replica, Service } from './service.ts'
import { TEAM } from './world.ts'

interface Stage {
  readonly service: Service
  readonly replica: Replica
  readonly held: Held
}

/** @param isWarm the gateway has served the client before */
async function open(operation: Operation, isWarm: boolean): Promise<Stage> {
  const service = openService({ pageSize: 3 })
  service.step(0)
  await service.rest(ME, 'POST', '/_control/calendars', { owner: ME, id: TEAM, summary: 'Team', accessRole: 'owner' })
  const other = openReplica(service)
  for (const [name, body] of operation.stored ?? []) expectStatus(await other.ask(...put(name.startsWith('/') ? name : CALENDAR + name, body)), 201)
  await operation.prepare?.(service)
  const held = await heldBy(other.ask)
  if (operation.name === 'sync with a change') expectStatus(await other.ask(...put(`${CALENDAR}two.ics`, eventText('two', { summary: 'Changed' }))), 204)
  const replica = openReplica(service)
  if (isWarm) await replica.ask(...list(CALENDAR))
  service.step(1)
  service.calls.length = 0
  return { service, replica, held }
}

interface Clean {
  /** Access tokens included. */
  readonly calls: number
  readonly answer: Answer
  readonly state: unknown
}

async function clean(operation: Operation, isWarm: boolean): Promise<Clean> {
  const { service, replica, held } = await open(operation, isWarm)
  let calls = 0
  service.between = (request, proceed) => {
    calls += 1
    return proceed(request)
  }
  const answer = expectStatus(await replica.ask(...operation.ask(held)), operation.status)
  const state = await stateOf(service)
  service.close()
  return { calls, answer, state }
}

interface Attempts {
  /** Of each call that may not be made twice, how often it was made after an answer that left its outcome open. */
  unsafe: string[]
  calls: number
}

/** Spoils the call of that number, and the ones after it if it is for good. */
function spoil({ service }: Stage, fault: Fault, position: number, isForGood: boolean): Attempts {
  const attempts: Attempts = { unsafe: [], calls: 0 }
  const unclear = new Set<string>()
  service.between = (request, plainly) => {
    const proceed = understandingEmptyPages(plainly)
    attempts.calls += 1
    const isSafe = request.method === 'GET' || request.headers['if-match'] !== undefined || /\/import(\?|$)|\/token$|\/freeBusy(\?|$)/.test(request.url)
      // A UID that the calendar has is refused.
      || (request.method === 'POST' && /\/events\?/.test(request.url) && request.body?.includes('"iCalUID"') === true)
      // What a calendar is called may be said twice.
      || (request.method === 'PATCH' && !request.url.includes('/events/'))
    const what = `${request.method} ${request.url} ${request.body ?? ''}`
    if (!isSafe && unclear.has(what)) attempts.unsafe.push(what)
    const isSpoilt = isForGood ? attempts.calls >= position : attempts.calls === position
    if (!isSpoilt) return proceed(request)
    if (fault.kind === 'transient' && !fault.name.startsWith('4')) unclear.add(what)
    return fault.spoil(request, proceed)
  }
  return attempts
}

/** One attempt of the client under a fault. @returns what is wrong with how it went */
function judge(operation: Operation, fault: Fault, { answer, usual, isForGood, isToken }: { answer: Answer; usual: Answer; isForGood: boolean; isToken: boolean }): string | undefined {
  const { status } = answer
  if (answer.isCut) return undefined
  if (status === operation.status) return documentFault(answer, usual, fault)
  if (fault.kind === 'harmless') return `${status} for an answer that is a good one: ${answer.text}`
  if (status === 503) return answer.headers['retry-after'] === undefined ? 'a 503 does not say when to come back' : undefined
  const isRefused = status === 401 && (isForGood || isToken) && fault.name.startsWith('401')
  if (fault.kind === 'transient') return isRefused ? undefined : `${status} for a fault that passes: ${answer.text}`
  // What the service is sure of may be told; nothing else, and never a failure of ours.
  return [403, 404, 409, 412, 207, 201, 204].includes(status) ? undefined : `${status} for a verdict of the service: ${answer.text}`
}

/** A document is whole, and tells of everything that is there. */
function documentFault(answer: Answer, usual: Answer, fault: Fault): string | undefined {
  if (answer.status !== 207) return fault.kind !== 'verdict' && answer.text !== usual.text ? `another body: ${answer.text}` : undefined
  treeOf(answer.text)
  if (fault.kind === 'verdict' || fault.kind === 'harmless' && answer.text === usual.text) return undefined
  const told = responsesIn(answer.text)
  const gone = responsesIn(usual.text).filter(({ href, status }) => status !== 404 && !told.some((each) => each.href === href && each.status !== 404))
  if (gone.length > 0) return `${gone.map(({ href }) => href).join()} not there in ${answer.text}`
  const isTrue = answer.text === usual.text || told.every(({ statuses, found }, index) => Object.values(statuses).every((status) => status !== 404 || Object.keys(found).length > 0)
    && (Object.values(statuses).includes(503) || JSON.stringify(found) === JSON.stringify(responsesIn(usual.text)[index]?.found)))
  return isTrue ? undefined : `another document: ${answer.text}`
}

/** What a program does that got no clear answer: the same again, and where that is refused since it had been done, what completes it. */
async function repeat(operation: Operation, { service, replica, held }: Stage, first: Answer): Promise<Answer> {
  service.between = undefined
  service.step(2)
  let again = first
  // A reading of the failed request may still be under way and be shared by the next one: so twice.
  for (let left = 2; left > 0 && (again === first ? first.status !== operation.status || first.isCut : again.status === 503); left -= 1) again = await replica.ask(...operation.ask(held))
  if (again.status !== 412 || operation.mend === undefined) return again
  const [, path] = operation.ask(held)
  const etag = (await replica.ask(...get(path))).headers['etag']
  return etag === undefined ? again : replica.ask(...operation.mend(etag) as Ask)
}

/** One of each sort: for a gateway that holds the calendar and so makes fewer calls, and for faults that last. */
const samples = new Set(['401 authError', '503 backendError', 'time-out', 'connection dropped after the call was carried out', 'truncated JSON', '404 notFound', '412 conditionNotMet', 'empty page'])

interface Tally {
  cases: number
  survived: number
  unnoticed: number
  done: number
}

/** @param mark in the README, where the numbers stand @param title of the operations there */
export function proveFaults(operations: readonly Operation[], mark: string, title: string): void {
  const tally: Tally = { cases: 0, survived: 0, unnoticed: 0, done: 0 }
  // Busy times carry the moment at which they were told.
  beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-02T08:00:00Z') }) })
  afterEach(() => { vi.useRealTimers() })

  describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_name, operation) => {
    test.each([['cold', false], ['warm', true]] as const)('%s: true answers, bounded repeats, and the right state in the end', { timeout: 120_000 }, async (_title, isWarm) => {
      expect(await wrongCases(operation, isWarm, tally)).toEqual([])
      tally.done += 1
    })
  })

  test('the numbers in the README', () => {
    const line = `  - ${title}: ${summaryOf(operations, tally)}`
    console.log(`${line} The client noticed nothing in ${tally.unnoticed} cases.`)
    // Not when only some of the tests above are run.
    if (tally.done === 2 * operations.length) expectInReadme(mark, `${line}\n`)
  })
}

function summaryOf(operations: readonly Operation[], { cases, survived }: Tally): string {
  return `${operations.length} operations, ${faults.length} faults, ${cases} cases: ${survived} ended as they should.`
}

/** Every case of one operation. @returns what was wrong */
async function wrongCases(operation: Operation, isWarm: boolean, tally: Tally): Promise<readonly string[]> {
  const usual = await clean(operation, isWarm)
  const wrong: string[] = []
  for (const fault of isWarm ? faults.filter(({ name }) => samples.has(name)) : faults) {
    for (let position = 1; position <= usual.calls; position += 1) {
      for (const isForGood of fault.kind === 'harmless' || isWarm || !samples.has(fault.name) ? [false] : [false, true]) {
        const found = await oneCase(operation, usual, { fault, position, isForGood, isWarm }, tally)
        tally.cases += 1
        if (found === undefined) tally.survived += 1
        else wrong.push(`call ${position} of ${usual.calls}, ${fault.name}${isForGood ? ', for good' : ''}: ${found}`)
      }
    }
  }
  return wrong
}

interface Case {
  readonly fault: Fault
  readonly position: number
  readonly isForGood: boolean
  readonly isWarm: boolean
}

async function oneCase(operation: Operation, usual: Clean, { fault, position, isForGood, isWarm }: Case, tally: Tally): Promise<string | undefined> {
  const stage = await open(operation, isWarm)
  const { service, replica, held } = stage
  const attempts = spoil(stage, fault, position, isForGood)
  const answer = await replica.ask(...operation.ask(held))
  if (answer.status === operation.status && !answer.isCut) tally.unnoticed += 1
  const said = judge(operation, fault, { answer, usual: usual.answer, isForGood, isToken: position === 1 && !isWarm })
  const last = await repeat(operation, stage, answer)
  const state = await stateOf(service)
  service.close()
  return said
    ?? (attempts.unsafe.length > 0 ? `repeated ${attempts.unsafe.join()}` : undefined)
    ?? (attempts.calls > 3 * (usual.calls + 4) ? `${attempts.calls} calls in place of ${usual.calls}` : undefined)
    ?? (Math.max(0, ...service.pauses) > 2000 || service.pauses.length > 12 ? `waits of ${service.pauses.join()} ms` : undefined)
    ?? (isSame(state, usual.state) ? undefined : `after ${answer.status} and ${last.status} the state is ${difference(state, usual.state)}`)
}

function isSame(state: unknown, usual: unknown): boolean {
  return JSON.stringify(state) === JSON.stringify(usual)
}

function difference(state: unknown, usual: unknown): string {
  const [a, b] = [JSON.stringify(state), JSON.stringify(usual)]
  let at = 0
  while (a[at] === b[at]) at += 1
  return `...${a.slice(Math.max(0, at - 100), at + 200)} in place of ...${b.slice(Math.max(0, at - 20), at + 200)}`
}
