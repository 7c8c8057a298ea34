/** One REPORT through the whole of caldav/, and its answer read to the end. */

import type { DavReply, Notice } from '../../../src/caldav/context.ts'
import { DavError } from '../../../src/caldav/errors.ts'
import { handle } from '../../../src/caldav/handle.ts'
import type { CalendarSession } from '../../../src/calendar/backend.ts'
import { clark } from '../../../src/dav/names.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly notices: readonly Notice[]
}

/** The namespaces that the bodies of the tests use. */
const NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'

/** The reply before its body is read. @param body as for {@link ask} */
function replyTo(session: CalendarSession, path: string, body: string, headers: Record<string, string> = {}, notices: Notice[] = []): Promise<DavReply> {
  const bytes = new TextEncoder().encode(body.replace(/^<[\w:-]+/, (root) => `${root} ${NAMESPACES}`))
  const request = { method: 'REPORT', path, headers: new Headers(headers), body: () => Promise.resolve(bytes), signal: new AbortController().signal }
  const environment = { settings: { maxResourceBytes: 1_000_000, scheduling: 'implicit' as const }, notice: (notice: Notice) => void notices.push(notice) }
  return handle(request, { address: session.address, session }, environment)
}

/** @param body its root element without namespace declarations, with the prefixes D, C and CS */
export async function ask(session: CalendarSession, path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const notices: Notice[] = []
  const reply = await replyTo(session, path, body, headers, notices)
  return { status: reply.status, headers: reply.headers, text: await textOf(reply.body), notices }
}

async function textOf(body: string | Uint8Array | AsyncIterable<string> | undefined): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? ''
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  let text = ''
  for await (const chunk of body) text += chunk
  return text
}

/** Status and condition of a refusal. */
export async function refusal(answer: Promise<Answer>): Promise<readonly [status: number, condition: string | undefined]> {
  try {
    await answer
  } catch (error) {
    if (error instanceof DavError) return [error.status, error.condition && clark(error.condition)]
    throw error
  }
  throw new Error('nothing was refused')
}

export const DAV = (local: string): string => `{DAV:}${local}`
export const CALDAV = (local: string): string => `{urn:ietf:params:xml:ns:caldav}${local}`
