/**
 * The URL space, both ways, without any I/O. The set of resource kinds is closed.
 *
 *     /calendar/dav/                            root, and / where clients look first
 *     /calendar/dav/{calid}/user                principal
 *     /calendar/dav/{calid}/                    home
 *     /calendar/dav/{calid}/inbox/, outbox/     scheduling collections
 *     /calendar/dav/{calid}/events/             calendar, by its own path
 *     /calendar/dav/{account}/{calid}/          the same calendar, in the home of the account
 *     …/{name}                                  calendar object
 *
 * Paths are read generously (any percent-encoding, with or without the last slash) and written in one spelling.
 */

import { calendarId, objectName } from '../calendar/identifiers.ts'
import type { CalendarId, ObjectName } from '../calendar/identifiers.ts'
import { DavError } from './errors.ts'

/**
 * Through which door a calendar was asked for; the hrefs of the answer go through the same one.
 * 'own-path': `/calendar/dav/{calid}/events/`. 'in-home': `/calendar/dav/{account}/{calid}/`, or under the name that its maker wanted for it.
 */
export type Door = { readonly kind: 'own-path' } | { readonly kind: 'in-home'; readonly account: CalendarId; readonly alias?: CalendarId }

/** What a path names. Whether it exists is another question. */
export type Resource =
  /** `/calendar/dav/`, and `/` where clients look first. */
  | { readonly kind: 'root' }
  | { readonly kind: 'principal'; readonly id: CalendarId }
  | { readonly kind: 'home'; readonly id: CalendarId }
  | { readonly kind: 'calendar'; readonly id: CalendarId; readonly door: Door }
  | { readonly kind: 'object'; readonly id: CalendarId; readonly door: Door; readonly name: ObjectName }
  | { readonly kind: 'inbox'; readonly id: CalendarId }
  | { readonly kind: 'outbox'; readonly id: CalendarId }

/** Every kind of resource that there is. */
export type ResourceKind = Resource['kind']

/** In the order of the documentation. */
export const resourceKinds: readonly ResourceKind[] = ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox']

const PREFIX = '/calendar/dav'

/**
 * What a path of a request names.
 * @param path as in the request line, percent-encoded, without query
 * @returns    undefined for paths outside of the URL space
 * @throws     DavError 400 for broken percent-encoding, control characters and names that cannot be one path segment
 */
export function parsePath(path: string): Resource | undefined {
  if (path === '/' || path === PREFIX) return { kind: 'root' }
  if (!path.startsWith(`${PREFIX}/`)) return undefined
  const rest = path.slice(PREFIX.length + 1)
  const segments = (rest.endsWith('/') ? rest.slice(0, -1) : rest).split('/')
  if (rest === '') return { kind: 'root' }
  return segments.includes('') ? undefined : resourceAt(segments)
}

function resourceAt([first, second, third, ...more]: readonly string[]): Resource | undefined {
  if (first === undefined || more.length > 0) return undefined
  const id = parseCalendarId(first)
  if (second === undefined) return { kind: 'home', id }
  const collection = childOfHome(id, second)
  if (third === undefined) return collection
  return collection.kind === 'calendar' ? { ...collection, kind: 'object', name: parseName(third) } : undefined
}

function childOfHome(id: CalendarId, segment: string) {
  switch (segment) {
    case 'user': return { kind: 'principal', id } as const
    case 'inbox': return { kind: 'inbox', id } as const
    case 'outbox': return { kind: 'outbox', id } as const
    case 'events': return { kind: 'calendar', id, door: { kind: 'own-path' } } as const
    default: return { kind: 'calendar', id: parseCalendarId(segment), door: { kind: 'in-home', account: id } } as const
  }
}

/** Whether a path lies in the URL space, even if it names nothing there. */
export function isInside(path: string): boolean {
  return path.startsWith(`${PREFIX}/`)
}

/** The one href of a resource: an absolute path. Collections end in a slash, principals and objects do not. */
export function formatHref(resource: Resource): string {
  if (resource.kind === 'root') return `${PREFIX}/`
  const home = `${PREFIX}/${formatCalendarId(resource.id)}/`
  switch (resource.kind) {
    case 'principal': return `${home}user`
    case 'home': return home
    case 'inbox': return `${home}inbox/`
    case 'outbox': return `${home}outbox/`
    case 'calendar': return calendarHref(resource.id, resource.door)
    case 'object': return formatObjectHref(calendarHref(resource.id, resource.door), resource.name)
  }
}

function calendarHref(id: CalendarId, door: Door): string {
  return door.kind === 'own-path' ? `${PREFIX}/${formatCalendarId(id)}/events/` : `${PREFIX}/${formatCalendarId(door.account)}/${formatCalendarId(door.alias ?? id)}/`
}

/** The calendar that an object lies in, through the same door. */
export function calendarOf(object: Extract<Resource, { kind: 'object' }>): Extract<Resource, { kind: 'calendar' }> {
  return { kind: 'calendar', id: object.id, door: object.door }
}

/** The segments that have a meaning of their own inside a home. */
const WORDS = new Set(['user', 'events', 'inbox', 'outbox'])

/**
 * A calendar id as a path segment. `~hh` (two hex digits) is our own escape, for three things that percent-encoding does not help:
 * a `#`, since python-caldav 3.2 decodes `%23` and then cuts the path there; the first letter of the words of the URL space, since
 * python-requests and others undo needless percent-encoding; and the `~` itself, so that no two ids share a segment.
 */
function formatCalendarId(id: CalendarId): string {
  const unambiguous = WORDS.has(id) ? escaped(id.charAt(0)) + id.slice(1) : id.replace(/[~#]/g, escaped)
  return encodeSegment(unambiguous)
}

const escaped = (character: string): string => `~${character.charCodeAt(0).toString(16).toUpperCase()}`

/** `#`, `~` and the first letters of the words. */
const OWN_ESCAPE = /~(23|7e|75|65|69|6f)/gi

function parseCalendarId(segment: string): CalendarId {
  const text = decodeSegment(segment)
  return calendarId(text.replace(OWN_ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
}

/**
 * The href of a member of a calendar.
 * Object names know no escape of our own: a client's name comes back just as the client spelled it (RFC 4918 §8.3).
 * @param calendar the calendar's own href, with its last slash
 */
export function formatObjectHref(calendar: string, name: ObjectName): string {
  return calendar + encodeSegment(name)
}

/**
 * The inverse, for hrefs that are spelled as {@link formatObjectHref} does.
 * @returns undefined for all others, which may name the same nevertheless
 */
export function parseMember(calendar: string, href: string): ObjectName | undefined {
  const segment = href.startsWith(calendar) ? href.slice(calendar.length) : ''
  return PLAIN.test(segment) ? objectName(segment) : undefined
}

function parseName(segment: string): ObjectName {
  const name = objectName(decodeSegment(segment))
  if (name === undefined) throw new DavError(400, 'The name of an event cannot hold a slash and is at most 1024 characters long.')
  return name
}

/** Nearly all names: nothing to encode. */
const PLAIN = /^[A-Za-z0-9\-_.~@+]*$/

/** `@` and `+` as themselves: Thunderbird encodes a `%40` once more and then finds no scheduling. All other reserved characters encoded. */
function encodeSegment(text: string): string {
  if (PLAIN.test(text)) return text
  return encodeURIComponent(text.toWellFormed())
    .replace(/%40|%2B/g, (code) => (code === '%40' ? '@' : '+'))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decodeSegment(segment: string): string {
  const text = decoded(segment)
  if (text === undefined) throw new DavError(400, 'The address has a % that does not begin a percent-encoded UTF-8 character.')
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new DavError(400, 'The address holds a control character.')
  return text
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined // decodeURIComponent has no other way to say that the escape is broken
  }
}
