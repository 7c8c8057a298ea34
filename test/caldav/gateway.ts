/** The gateway in process, without a socket: whole requests through handle() over the cached Google adapter over the emulator. */

import { createAliases } from '../../src/caldav/aliases.ts'
import { createAnswers } from '../../src/caldav/answers.ts'
import type { Account, DavReply, DavRequest, Notice } from '../../src/caldav/context.ts'
import { DavError } from '../../src/caldav/errors.ts'
import { handle } from '../../src/caldav/handle.ts'
import type { Environment } from '../../src/caldav/handle.ts'
import { BackendError } from '../../src/calendar/backend.ts'
import { clark, dav } from '../../src/dav/names.ts'
import { element, formatFragment, rootDeclarations } from '../../src/dav/xml.ts'
import { begun } from '../../src/server/reply.ts'
import { toTree } from '../xml-tree.ts'
import type { Tree } from '../xml-tree.ts'
import { openBackend } from './backend.ts'
import type { BackendOptions, NewCalendar, TestBackend } from './backend.ts'

export const ME = 'me@example.org'
export const HOME = `/calendar/dav/${ME}/`
export const CALENDAR = `${HOME}events/`
export const PRINCIPAL = `${HOME}user`

/** What a client would see of a reply, a refusal or a fault. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body; of a refusal the sentence. */
  readonly text: string
  /** Of a refusal: the condition in Clark notation. */
  readonly condition?: string
  /** Of a refusal: what stands inside the condition. */
  readonly content?: readonly (Tree | string)[]
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Aborted when the client goes away. */
  readonly signal?: AbortSignal
  /** Another account than {@link ME}. */
  readonly as?: string
}

export interface Gateway {
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  /** The reply before its body is read. */
  reply(method: string, path: string, asked?: Asked): Promise<DavReply>
  /** A calendar that somebody made outside of CalDAV and that {@link ME} sees. */
  addCalendar(calendar: NewCalendar): Promise<void>
  /** Many small events in the calendar of {@link ME}. */
  fill(count: number): Promise<void>
  /** Spoils the next calls to the backend whose path holds the text. */
  breakNext(path: string, status: number, times?: number): void
  /** The mails since the last time that this was asked, as `invitation bob@example.org`, in order. */
  mails(): Promise<readonly string[]>
  /** What the service itself says, to one of its users. */
  rest(address: string, method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
  /** How many calls the backend has had. */
  calls(): number
  readonly notices: readonly Notice[]
  /** Another gateway before the same service, which has not read anything yet; closed by itself. */
  replica(options?: GatewayOptions): Gateway
  close(): Promise<void>
}

/** How a backend's fault is told in tests: as the server does, but without its table. */
const faultStatus = 503

export interface GatewayOptions extends BackendOptions {
  /** 'implicit' unless told. */
  readonly scheduling?: 'implicit' | 'outbox'
  /** None unless told. */
  readonly timeZoneServices?: readonly string[]
}

export async function openGateway(options: GatewayOptions = {}): Promise<Gateway> {
  return gatewayOver(await openBackend(options), options)
}

function gatewayOver(backend: TestBackend, options: GatewayOptions): Gateway {
  const notices: Notice[] = []
  const memory = { aliases: createAliases(), answers: createAnswers(1_000_000) }
  const environment: Environment = { settings: { maxResourceBytes: 100_000, scheduling: options.scheduling ?? 'implicit', timeZoneServices: options.timeZoneServices ?? [] }, notice: (notice: Notice) => void notices.push(notice) }
  const reply: Gateway['reply'] = (method, path, asked = {}) => handle(requestOf(method, path, asked), { ...accountOf(backend, asked.as ?? ME), ...memory }, environment)
  return {
    notices, reply,
    ask: (method, path, asked) => reply(method, path, asked).then(answerOf, refusalOf),
    addCalendar: (calendar) => backend.addCalendar(ME, calendar),
    fill: (count) => backend.fill(ME, count),
    breakNext: (path, status, times) => backend.breakNext(path, status, times),
    mails: () => backend.mails(),
    rest: (address, method, path, body) => backend.rest(address, method, path, body),
    calls: () => backend.calls(),
    replica: (others = options) => gatewayOver(backend.replica(others), others),
    close: () => backend.close(),
  }
}

function requestOf(method: string, path: string, { headers, body, signal = new AbortController().signal }: Asked): DavRequest {
  const bytes = new TextEncoder().encode(body ?? '')
  return { method, path, headers: new Headers(headers), body: () => Promise.resolve(bytes), signal }
}

function accountOf(backend: TestBackend, address: string): Account {
  const session = backend.session(address)
  return { address: session.address, session }
}

async function answerOf(reply: DavReply): Promise<Answer> {
  const { status, headers, body } = await begun(reply)
  return { status, headers: new Headers(headers), text: await textOf(body) }
}

/** The whole body as text. */
export async function textOf(body: DavReply['body']): Promise<string> {
  if (body === undefined) return ''
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  let text = ''
  for await (const chunk of body) text += chunk
  return text
}

function refusalOf(error: unknown): Answer {
  if (error instanceof BackendError) return { status: faultStatus, headers: new Headers(), text: error.fault }
  if (!(error instanceof DavError)) throw error
  const { status, headers, message, condition, conditionContent } = error
  return {
    status, headers: new Headers(headers), text: message,
    ...(condition && { condition: clark(condition), content: conditionContent.map((each) => (typeof each === 'string' ? each : toTree(each))) }),
  }
}

/** A PROPFIND body that asks for properties by Clark name. */
export function propfindOf(...names: readonly string[]): string {
  const prop = element(dav('prop'), names.map((name) => element(nameOf(name))))
  return formatFragment(element(dav('propfind'), [prop])).replace('<D:propfind', `$&${rootDeclarations}`)
}

/** Undoes {@link clark}. */
function nameOf(text: string) {
  const [, namespace = '', local = ''] = /^\{(.*)\}(.*)$/.exec(text) ?? []
  return { namespace, local }
}

/** An iCalendar body as a client sends it. */
export function eventText(uid: string, more: { readonly summary?: string; readonly start?: string; readonly lines?: readonly string[] } = {}): string {
  return calendarText([
    'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', `DTSTART:${more.start ?? '20260915T080000Z'}`, 'DURATION:PT1H', `SUMMARY:${more.summary ?? uid}`,
    ...(more.lines ?? []), 'END:VEVENT',
  ])
}

export function calendarText(lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Client//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

/** Puts an event where nothing is yet, and fails loudly otherwise. */
export async function putEvent(gateway: Gateway, path: string, text: string): Promise<void> {
  const answer = await gateway.ask('PUT', path, { headers: { 'Content-Type': 'text/calendar' }, body: text })
  if (answer.status !== 201) throw new Error(`PUT ${path}: ${answer.status} ${answer.text}`)
}
