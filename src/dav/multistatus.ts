/** `DAV:multistatus`, `DAV:error` and what is built like them, as text, all in ASCII. */

import { commentText, escapeText } from './characters.ts'
import { dav, type Name } from './names.ts'
import { element, formatFragment, formatXml, rootDeclarations, xmlDeclaration, type XmlContent, type XmlElement } from './xml.ts'

/** RFC 4918 §14.22: properties that share a status. */
export interface PropStatus {
  readonly status: number
  readonly properties: readonly XmlElement[]
  /** The condition that explains the status. */
  readonly error?: Name
  /** A sentence for people (RFC 4918 §14.25). */
  readonly description?: string
}

/**
 * RFC 4918 §14.24. With `propstats` empty the response says that the resource is there and nothing of it was asked. `found` is all of
 * it, with nothing missing: elements as {@link formatFragment} writes them, one after the other; `escapedHref` stands there as it is.
 * `raw` is text made by {@link formatResponse}.
 */
export type ResponseElement =
  | { readonly href: string; readonly propstats: readonly PropStatus[] }
  | { readonly href: string; readonly status: number; readonly error?: Name; readonly description?: string }
  | { readonly escapedHref: string; readonly found: string }
  | { readonly raw: string }

/** What stands behind the responses: the sync-token of RFC 6578 §6.4. */
export interface Trailer {
  readonly syncToken?: string
}

/** RFC 9110 §15 and RFC 4918 §11: those that stand inside a multistatus. */
const reasons: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 409: 'Conflict', 412: 'Precondition Failed', 415: 'Unsupported Media Type', 422: 'Unprocessable Content',
  424: 'Failed Dependency', 500: 'Internal Server Error', 503: 'Service Unavailable', 507: 'Insufficient Storage',
}

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}`
/** Of nearly every propstat. */
const restOfFound = `</D:prop>${formatStatus(200)}</D:propstat>`
// In few pieces: the engine puts the sums of strings together when they are sent, and each piece is a place in memory to go to.
const startOfResponse = '<D:response><D:href>'
const startOfFound = '</D:href><D:propstat><D:prop>'
const endOfFound = `${restOfFound}</D:response>`

const chunkCharacters = 64 * 1024

/**
 * The whole document in chunks of about 64 KB. Nothing is yielded before the first chunk is full, and the source is pulled only as
 * far as needed; it is ended early (`return()`) when the reader stops. What the source throws comes through as it is.
 */
export async function* formatMultistatus(responses: AsyncIterable<ResponseElement> | Iterable<ResponseElement>, trailer: Trailer = {}): AsyncGenerator<string, void, undefined> {
  let chunk = `${xmlDeclaration}<D:multistatus${rootDeclarations}>`
  for await (const response of responses) {
    chunk += formatResponse(response)
    if (chunk.length < chunkCharacters) continue
    yield chunk
    chunk = ''
  }
  yield `${chunk}${trailer.syncToken === undefined ? '' : `<D:sync-token>${escapeText(trailer.syncToken)}</D:sync-token>`}</D:multistatus>`
}

/** One `D:response`, to be used in this or another multistatus. */
export function formatResponse(response: ResponseElement): string {
  if ('raw' in response) return response.raw
  if ('found' in response) return startOfResponse + response.escapedHref + startOfFound + response.found + endOfFound
  const content = 'propstats' in response ? formatPropstats(response.propstats) : formatStatusOnly(response)
  return `${startOfResponse}${escapeText(response.href)}</D:href>${content}</D:response>`
}

/** A response needs at least one propstat (RFC 4918 §14.24): an empty one with 200 where nothing is told. */
function formatPropstats(propstats: readonly PropStatus[]): string {
  return propstats.length === 0 ? formatPropstat({ status: 200, properties: [] }) : propstats.map(formatPropstat).join('')
}

/** A `D:propstat`; with prefixes of {@link rootDeclarations}. */
function formatPropstat({ status, properties, error, description }: PropStatus): string {
  let fragments = ''
  for (const each of properties) fragments += formatFragment(each)
  if (status === 200 && error === undefined && description === undefined) return `<D:propstat><D:prop>${fragments}${restOfFound}`
  return `<D:propstat><D:prop>${fragments}</D:prop>${formatStatus(status)}${formatErrorElement(error)}${formatDescription(description)}</D:propstat>`
}

function formatStatusOnly(response: Extract<ResponseElement, { status: number }>): string {
  return `${formatStatus(response.status)}${formatErrorElement(response.error)}${formatDescription(response.description)}`
}

function formatDescription(description: string | undefined): string {
  return description === undefined ? '' : `<D:responsedescription>${escapeText(description)}</D:responsedescription>`
}

function formatStatus(status: number): string {
  return `<D:status>${statusLine(status)}</D:status>`
}

function formatErrorElement(condition: Name | undefined): string {
  return condition === undefined ? '' : formatFragment(element(dav('error'), [element(condition)]))
}

/** RFC 5689 §5.2 and RFC 4791 §9.2: what happened to the properties of an MKCOL or MKCALENDAR. */
export function formatMakeCollectionResponse(root: Name, propstats: readonly PropStatus[]): string {
  return formatXml(element(root, propstats.map(propstatElement)))
}

/** A `D:propstat` where it stands inside something else than a multistatus. */
export function propstatElement({ status, properties, error, description }: PropStatus): XmlElement {
  return element(dav('propstat'), [
    element(dav('prop'), properties),
    statusElement(status),
    ...(error === undefined ? [] : [element(dav('error'), [element(error)])]),
    ...(description === undefined ? [] : [element(dav('responsedescription'), [description])]),
  ])
}

export function statusElement(status: number): XmlElement {
  return element(dav('status'), [statusLine(status)])
}

/**
 * The body of a refusal (RFC 4918 §16): a `DAV:error` with exactly one element, the condition. The sentence for people stands in a
 * comment ahead of the root, where no client looks for elements.
 */
export function formatError(condition: Name, content: XmlContent = [], sentence?: string): string {
  const document = formatXml(element(dav('error'), [element(condition, content)]))
  return sentence === undefined ? document : `${xmlDeclaration}<!-- ${commentText(sentence)} -->\n${document.slice(xmlDeclaration.length)}`
}
