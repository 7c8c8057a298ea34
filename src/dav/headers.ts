/**
 * Request headers as typed values. Every parser takes what `Headers.get` gives, so `null` where the header is absent, and throws
 * `GrammarError` for a value that the header cannot have.
 */

import { GrammarError } from './xml.ts'

export type Depth = '0' | '1' | 'infinity'

/** RFC 4918 §10.2. @returns undefined where there is none: what that means depends on the method */
export function parseDepth(value: string | null): Depth | undefined {
  const depth = value?.trim().toLowerCase()
  if (depth === undefined || depth === '0' || depth === '1' || depth === 'infinity') return depth
  throw new GrammarError('The header Depth is 0, 1 or infinity.')
}

/** RFC 7240 §4.2, RFC 8144. Never both of `minimal` and `representation`. */
export interface Preferences {
  readonly minimal: boolean
  readonly representation: boolean
  /** RFC 8144 §4: leave the resource itself out of a listing. */
  readonly depthNoroot: boolean
}

/**
 * The headers Prefer and Brief. The first `return` counts (RFC 7240 §2), whatever else is asked is left alone.
 * Calendar.app up to macOS 10.9 writes `return-minimal`; `Brief: t` is its older way to say so, and gives way to Prefer.
 */
export function parsePrefer(prefer: string | null, brief: string | null): Preferences {
  const preferences = splitList(prefer ?? '').map((preference) => preference.split(';')[0]!.replaceAll(/[\s"]/g, '').toLowerCase())
  const wanted = preferences.map((preference) => /^return[=-](minimal|representation)$/.exec(preference)?.[1]).find((found) => found !== undefined)
  const returns = wanted ?? (brief?.trim().toLowerCase() === 't' ? 'minimal' : undefined)
  return { minimal: returns === 'minimal', representation: returns === 'representation', depthNoroot: preferences.includes('depth-noroot') }
}

/** Splits at the commas outside of quoted strings (RFC 9110 §5.6.1); empty members are left out. */
function splitList(value: string): readonly string[] {
  return (value.match(/(?:"[^"]*"|[^",])+/g) ?? []).map((member) => member.trim()).filter((member) => member !== '')
}

/** RFC 9110 §8.8.3. `opaque` keeps its quotes, so that it compares with an ETag of ours as it is. */
export interface EntityTag {
  readonly opaque: string
  readonly isWeak: boolean
}

export type EntityTagCondition = { readonly kind: 'any' } | { readonly kind: 'tags'; readonly tags: readonly EntityTag[] }

/**
 * If-Match and If-None-Match (RFC 9110 §13.1.1, §13.1.2). Missing quotes are put where a client forgot them.
 * @returns undefined where the header is absent
 */
export function parseEntityTags(value: string | null): EntityTagCondition | undefined {
  if (value === null) return undefined
  if (value.trim() === '*') return { kind: 'any' }
  const tags = splitList(value).map(parseEntityTag)
  const hasOpenQuote = value.split('"').length % 2 === 0
  if (tags.length === 0 || hasOpenQuote) throw new GrammarError('The headers If-Match and If-None-Match hold "*" or entity tags.')
  return { kind: 'tags', tags }
}

/** One entity tag; missing quotes are put. */
export function parseEntityTag(text: string): EntityTag {
  const [, weak, quoted, bare] = /^(W\/)?(?:("[\u0021\u0023-\u007E\u0080-\uFFFF]*")|([\u0021\u0023-\u007E]+))$/.exec(text) ?? []
  const opaque = quoted ?? (bare === undefined ? undefined : `"${bare}"`)
  if (opaque === undefined) throw new GrammarError('An entity tag is a quoted text, "..." or W/"...".')
  return { opaque, isWeak: weak !== undefined }
}

/** RFC 9110 §8.8.3.2, for If-Match: a weak tag never matches. @param etag with its quotes; undefined where there is no resource */
export function matchesStrongly(condition: EntityTagCondition, etag: string | undefined): boolean {
  if (condition.kind === 'any' || etag === undefined) return etag !== undefined
  return condition.tags.some((tag) => !tag.isWeak && tag.opaque === etag)
}

/** RFC 9110 §8.8.3.2, for If-None-Match. @param etag with its quotes; undefined where there is no resource */
export function matchesWeakly(condition: EntityTagCondition, etag: string | undefined): boolean {
  if (condition.kind === 'any' || etag === undefined) return etag !== undefined
  return condition.tags.some((tag) => tag.opaque === etag)
}

const httpDatePatterns = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
]

/** RFC 9110 §5.6.7, in whole seconds. @param at milliseconds since 1970 */
export const formatHttpDate = (at: number): string => new Date(at).toUTCString()

/**
 * If-Modified-Since and If-Unmodified-Since, in the one form that is written and the two that are read too (RFC 9110 §5.6.7).
 * @returns milliseconds since 1970; undefined where the header is absent or no date: then it does not count (§13.1.3, §13.1.4)
 */
export function parseHttpDate(value: string | null): number | undefined {
  const text = value?.trim() ?? ''
  if (!httpDatePatterns.some((pattern) => pattern.test(text))) return undefined
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : at
}

/** RFC 6638 §8.3. @returns the tag with its quotes; undefined where the header is absent */
export function parseIfScheduleTagMatch(value: string | null): string | undefined {
  if (value === null) return undefined
  const tag = parseEntityTag(value.trim())
  if (tag.isWeak) throw new GrammarError('The header If-Schedule-Tag-Match holds one quoted tag.')
  return tag.opaque
}

/** Where a MOVE or COPY goes. */
export interface Destination {
  /** As sent, still percent-encoded, beginning with `/`. */
  readonly path: string
  /** Scheme and authority in lower case, e.g. `https://cal.example.org:8443`; undefined where only a path was sent. The caller checks it. */
  readonly origin?: string
}

/** RFC 4918 §10.3: an absolute URI or an absolute path, without query and fragment. */
export function parseDestination(value: string | null): Destination {
  if (value === null) throw new GrammarError('The header Destination is needed here.')
  const [, origin, path] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s]+)?(\/[!-\u0022$->@-~\u0080-\uFFFF]*)$/i.exec(value.trim()) ?? []
  if (path === undefined) throw new GrammarError('The header Destination is an absolute URI or path without query and fragment.')
  return { path, ...(origin !== undefined && { origin: origin.toLowerCase() }) }
}

/**
 * Whether a server of this name is meant by an origin: the port of the scheme need not be said (RFC 9110 §4.2.3).
 * @param host as `Host` and `X-Forwarded-Host` have it; of a chain of proxies the first, which the client asked, counts
 */
export function isHostOf(origin: string, host: string): boolean {
  const [scheme, authority = ''] = origin.split('://', 2)
  const usualPort = scheme === 'https' ? /:(443)?$/ : /:(80)?$/
  const [asked = ''] = host.toLowerCase().split(',', 1)
  return asked.trim().replace(usualPort, '') === authority.replace(usualPort, '')
}

/** RFC 4918 §10.6: T where it is absent. */
export function parseOverwrite(value: string | null): boolean {
  return parseFlag('Overwrite', value) ?? true
}

/** RFC 6638 §8.1: whether a reply is sent when an attendee's object is removed; T where it is absent. */
export function parseScheduleReply(value: string | null): boolean {
  return parseFlag('Schedule-Reply', value) ?? true
}

/** RFC 7809 §7.1: whether time zones are wanted in calendar objects. @returns undefined where the header is absent */
export function parseCaldavTimezones(value: string | null): boolean | undefined {
  return parseFlag('CalDAV-Timezones', value)
}

function parseFlag(header: string, value: string | null): boolean | undefined {
  const flag = value?.trim().toUpperCase()
  if (flag === undefined) return undefined
  if (flag !== 'T' && flag !== 'F') throw new GrammarError(`The header ${header} is T or F.`)
  return flag === 'T'
}
