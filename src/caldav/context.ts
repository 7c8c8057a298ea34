/** What a request brings along and what every handler is given. Knows nothing of the HTTP library. */

import type { Calendar } from '../calendar/calendar.ts'
import type { CalendarSession, CalendarState, ObjectTag, StoredSeries } from '../calendar/backend.ts'
import type { EmailAddress } from '../calendar/identifiers.ts'
import type { Resource } from './resource.ts'

export interface DavRequest {
  /** In upper case. */
  readonly method: string
  /** The path of the request line, still percent-encoded, without query. */
  readonly path: string
  readonly headers: Headers
  /** Reads the whole body, once. @throws DavError 413 beyond the limit of the server */
  body(): Promise<Uint8Array>
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface DavReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Streams are pulled, and closed early (`return()`) when the client goes away. */
  readonly body?: string | Uint8Array | AsyncIterable<string>
}

export interface Account {
  readonly address: EmailAddress
  readonly session: CalendarSession
}

export interface CaldavSettings {
  /** The largest calendar object that a PUT may bring, in bytes (`CALDAV:max-resource-size`). */
  readonly maxResourceBytes: number
}

/** One line for the log about something that was left out of an answer; the server counts and writes them. */
export type Notice = { readonly event: string; readonly [detail: string]: string | number }

export interface Context {
  readonly request: DavRequest
  readonly account: Account
  readonly settings: CaldavSettings
  /** RFC 7240 and RFC 8144: what the client said in `Prefer` or `Brief`. */
  readonly prefers: { readonly minimal: boolean; readonly representation: boolean }
  notice(notice: Notice): void
}

/** A resource that exists, with what its properties are read from. What costs a backend call is a function that makes it at most once. */
export type LoadedResource =
  | { readonly kind: 'root'; readonly resource: Resource; readonly href: string }
  | { readonly kind: 'principal'; readonly resource: Resource; readonly href: string; readonly calendar?: () => Promise<Calendar> }
  | { readonly kind: 'home'; readonly resource: Resource; readonly href: string }
  | { readonly kind: 'calendar'; readonly resource: Resource; readonly href: string; readonly calendar: Calendar; readonly state: () => Promise<CalendarState> }
  | { readonly kind: 'object'; readonly resource: Resource; readonly href: string; readonly calendar: Calendar; readonly tag: ObjectTag; readonly stored: () => Promise<StoredSeries> }
  | { readonly kind: 'inbox'; readonly resource: Resource; readonly href: string }
  | { readonly kind: 'outbox'; readonly resource: Resource; readonly href: string }

export type Loaded<K extends LoadedResource['kind']> = Extract<LoadedResource, { kind: K }>
