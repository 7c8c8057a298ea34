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
  readonly isXml: boolean
  readonly bytes: number
  readonly error: () => DavError
}

/** RFC 4791 §5.3.2.1 names the precondition for calendar objects; other bodies have none (RFC 9110 §15.5.14). */
function limitOf(method: string, { calendarBytes, xmlBytes }: BodyLimits): Limit {
  if (method !== 'PUT' && method !== 'POST') {
    return { isXml: true, bytes: xmlBytes, error: () => new DavError(413, `The request is larger than ${xmlBytes} bytes: ask for less at once.`) }
  }
  const error = () => new DavError(413, `The event is larger than the ${calendarBytes} bytes that are taken: make it shorter, or link to its attachments.`, { condition: caldav('max-resource-size') })
  return { isXml: false, bytes: calendarBytes, error }
}

/**
 * Bodies are taken as they are: what was packed by the client is refused with what would be understood (RFC 9110 §12.5.3, §15.5.16).
 * @throws DavError 415; 501 for a transfer coding beside chunked (RFC 9112 §6.1)
 */
function checkCodings(headers: Headers): void {
  const contentCoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (contentCoding !== 'identity' && contentCoding !== '') {
    throw new DavError(415, 'The body is compressed: send it as it is, without Content-Encoding.', { headers: { 'Accept-Encoding': 'identity' } })
  }
  const transferCoding = headers.get('transfer-encoding')?.trim().toLowerCase() ?? 'chunked'
  if (transferCoding !== 'chunked') throw new DavError(501, 'Of the transfer codings only chunked is understood.')
}

/** The XML of requests comes in UTF-8 or UTF-16 (RFC 4918 §19), whatever its media type is said to be. @throws DavError 415 */
function checkXmlCharset(headers: Headers): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers.get('content-type') ?? '')?.[1]
  if (charset === undefined || /^(utf-?8|utf-?16(le|be)?|us-ascii)$/i.test(charset)) return
  throw new DavError(415, `XML is read in UTF-8, and this is said to be ${charset.slice(0, 40)}: send it in UTF-8.`)
}

/**
 * @param request    of which nothing has been read
 * @param beforeRead called when the told length, if any, is within the limit
 * @throws DavError 413 before reading when the length is told, else as soon as the limit is passed; 415 for a coding or character set that
 *         is not read; 400 when the client breaks off
 */
export async function readBody(request: Request, limits: BodyLimits, beforeRead: () => void = () => {}): Promise<Uint8Array> {
  const limit = limitOf(request.method, limits)
  checkCodings(request.headers)
  if (limit.isXml) checkXmlCharset(request.headers)
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
