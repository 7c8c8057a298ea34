/** Turns what the CalDAV side answers into an HTTP response: lengths, streams, HEAD, and the headers that every answer has. */

import type { DavReply } from '../caldav/context.ts'

type Chunks = AsyncIterator<string>
type Octets = Uint8Array<ArrayBuffer>

/**
 * So much is in hand before the status is sent: what fails until then is still told as a failure, and shorter answers leave in one piece,
 * which takes a third less than to send them in many. A batch of objects and a month of a full calendar are among them.
 */
export const HELD_CHARACTERS = 800_000

/**
 * Waits for the beginning of a streamed body.
 * @returns the reply as it was, or with octets in place of a stream that has ended already
 * @throws what the stream throws
 */
export async function begun(reply: DavReply): Promise<DavReply> {
  if (!isStream(reply.body)) return reply
  const chunks = reply.body[Symbol.asyncIterator]()
  const held: string[] = []
  let length = 0
  while (length < HELD_CHARACTERS) {
    const next = await chunks.next()
    if (next.done === true) {
      // Put together as octets, not as one long string.
      const body = Buffer.concat(held.map(octetsOf))
      reply.onWhole?.(body)
      return { ...reply, body }
    }
    held.push(next.value)
    length += next.value.length
  }
  return { ...reply, body: { [Symbol.asyncIterator]: () => resumed(held, chunks) } }
}

/** The chunks in hand, then the rest; ends the rest when it is ended itself. */
function resumed(held: string[], rest: Chunks): Chunks {
  return {
    next: () => (held.length > 0 ? Promise.resolve({ done: false, value: held.shift() ?? '' }) : rest.next()),
    return: async () => (await rest.return?.()) ?? { done: true, value: undefined },
  }
}

/** Sent with every answer, unless it says otherwise under a name that is spelled as here. What clients read here is private to their user. */
const commonHeaders = {
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
} as const

export interface ResponseOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** Surrounds every pull of a stream. */
  readonly run: <T>(pull: () => T) => T
  /** Called once, when the last byte was handed over, the client went away, or the stream broke with an error. */
  readonly onEnd: (error?: unknown) => void
  /** Ends the connection so that the client sees that the answer is not whole; undefined where there is none. */
  readonly abort: (() => void) | undefined
}

/** RFC 9110 §9.3.2: HEAD answers the headers of GET, its length too, and no body. */
export function responseOf(reply: DavReply, options: ResponseOptions): Response {
  const headers: Record<string, string> = { ...commonHeaders, ...options.headers, ...reply.headers }
  const { body } = reply
  if (isStream(body)) {
    const stream = streamOf(body[Symbol.asyncIterator](), options)
    if (options.method !== 'HEAD') return new Response(stream, { status: reply.status, headers })
    void stream.cancel()
    return new Response(null, { status: reply.status, headers })
  }
  const octets = octetsOf(body)
  const isUnknown = options.method === 'HEAD' && body === undefined      // of the GET that was not carried out
  if (hasLength(reply.status) && !isUnknown) headers['Content-Length'] ??= String(octets.length)
  options.onEnd()
  const isEmpty = options.method === 'HEAD' || octets.length === 0
  return new Response(isEmpty ? null : octets, { status: reply.status, headers })
}

const isStream = (body: DavReply['body']): body is AsyncIterable<string> =>
  body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)

/** RFC 9110 §8.6: not with 1xx, 204 and 304. */
const hasLength = (status: number): boolean => status >= 200 && status !== 204 && status !== 304

function octetsOf(body: string | Uint8Array | undefined): Octets {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength)
  return Buffer.from(body ?? '', 'utf8')
}

/** Pulled at the pace of the client, and ended early when the client goes away. */
function streamOf(chunks: Chunks, { run, onEnd, abort }: ResponseOptions): ReadableStream<Uint8Array> {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const next = await run(() => chunks.next())
    if (next.done !== true) return controller.enqueue(octetsOf(next.value))
    onEnd()
    controller.close()
  }
  return new ReadableStream<Uint8Array>({
    pull: (controller) => pull(controller).catch((error: unknown) => {
      onEnd(error)
      // NOTE: @hono/node-server would write the error's message into the answer and end it properly. Without the connection it does nothing.
      if (abort === undefined) controller.error(error)
      else abort()
    }),
    async cancel() {
      onEnd()
      await chunks.return?.()
    },
  }, { highWaterMark: 0 })
}
