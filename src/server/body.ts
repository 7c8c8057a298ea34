/** Reads request bodies within a limit, and only when somebody asks for them. */

import { DavError } from '../caldav/errors.ts'
import { caldav } from '../dav/names.ts'

/** In bytes. */
export interface BodyLimits {
  /** For what PUT and POST bring: iCalendar. */
  readonly calendarBytes: number
  /** For the XML of all other methods. */
  readonly xmlBytes: number
}

interface Limit {
  readonly bytes: number
  readonly error: () => DavError
}

/** RFC 4791 §5.3.2.1 names the precondition for calendar objects; other bodies have none (RFC 9110 §15.5.14). */
function limitOf(method: string, { calendarBytes, xmlBytes }: BodyLimits): Limit {
  if (method !== 'PUT' && method !== 'POST') {
    return { bytes: xmlBytes, error: () => new DavError(413, `The request is larger than ${xmlBytes} bytes.`) }
  }
  const error = () => new DavError(413, `The calendar object is larger than ${calendarBytes} bytes.`, { condition: caldav('max-resource-size') })
  return { bytes: calendarBytes, error }
}

/**
 * @param request    of which nothing has been read
 * @param beforeRead called when the told length, if any, is within the limit
 * @throws DavError 413 before reading when the length is told, else as soon as the limit is passed; 400 when the client breaks off
 */
export async function readBody(request: Request, limits: BodyLimits, beforeRead: () => void = () => {}): Promise<Uint8Array> {
  const limit = limitOf(request.method, limits)
  const told = request.headers.get('content-length')
  if (told !== null && Number(told) > limit.bytes) throw limit.error()
  beforeRead()
  try {
    // A told length is kept by the HTTP parsers, so this is bounded.
    return told === null ? await collect(request.body, limit) : new Uint8Array(await request.arrayBuffer())
  } catch (error) {
    if (error instanceof DavError) throw error
    throw new DavError(400, 'The request ended before its body did.', { cause: error })
  }
}

async function collect(body: ReadableStream<Uint8Array> | null, limit: Limit): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > limit.bytes) throw limit.error()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
