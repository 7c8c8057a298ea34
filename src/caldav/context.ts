/** What a request brings along and what every handler is given. Knows nothing of the HTTP library. */

import type { Access, Calendar } from '../calendar/calendar.ts'
import type { CalendarSession, CalendarState, ObjectTag, StoredSeries } from '../calendar/backend.ts'
import type { EmailAddress } from '../calendar/identifiers.ts'
import type { Preferences } from '../dav/headers.ts'
import type { Name } from '../dav/names.ts'
import type { Aliases } from './aliases.ts'
import type { Answers } from './answers.ts'
import type { PropertyTable } from './property.ts'
import type { Resource, ResourceKind } from './resource.ts'

/** What came over HTTP. */
export interface DavRequest {
  /** In upper case. */
  readonly method: string
  /** The path of the request line, still percent-encoded, without query. */
  readonly path: string
  readonly headers: Headers
  /** Of the server, as the client named it (`Host`, in HTTP/2 `:authority`); undefined where it did not. */
  readonly host?: string | undefined
  /** Reads the whole body, once. @throws DavError 413 beyond the limit of the server */
  body(): Promise<Uint8Array>
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

/** What goes back. */
export interface DavReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Streams are pulled, and closed early (`return()`) when the client goes away. */
  readonly body?: string | Uint8Array | AsyncIterable<string>
  /** Called with a streamed body that was short enough to be put together before it is sent. */
  readonly onWhole?: (body: Uint8Array) => void
}

/** Who asks. */
export interface Account {
  readonly address: EmailAddress
  readonly session: CalendarSession
  /** One for the whole process; left out, new calendars are known by their own addresses only. */
  readonly aliases?: Aliases
  /** One for the whole process; left out, none are kept. */
  readonly answers?: Answers
}

/** What an operator can set of the behaviour. */
export interface CaldavSettings {
  /** The largest calendar object that a PUT may bring, in bytes (`CALDAV:max-resource-size`). */
  readonly maxResourceBytes: number
  /**
   * 'implicit': writing an event tells its people (RFC 6638). 'outbox': only a message posted to the outbox does, as in the draft of 2008.
   */
  readonly scheduling: 'implicit' | 'outbox'
  /** Addresses of time zone data distribution services (RFC 7808) that know the zones of the IANA; clients may then leave VTIMEZONEs out. */
  readonly timeZoneServices?: readonly string[]
}

/** One line for the log about something that was left out of an answer; the server counts and writes them. */
export type Notice = { readonly event: string; readonly [detail: string]: string | number }

/** What this gateway can do, as the tables say; handed in, since the rows of one table tell of the others. */
export interface Tables {
  readonly properties: PropertyTable
  /** Names of methods. 'taken': where something is, so that nothing can be made. */
  methodsOn(kind: ResourceKind, place?: 'taken'): readonly string[]
  /** Names of methods, for Allow, as far as the address tells. */
  methodsAt(resource: Resource): readonly string[]
  /** Names of reports, for DAV:supported-report-set. */
  reportsOn(kind: ResourceKind): readonly Name[]
}

export interface Context {
  readonly request: DavRequest
  readonly account: Account
  readonly settings: CaldavSettings
  readonly tables: Tables
  /** RFC 7240 and RFC 8144: what the client said in `Prefer` or `Brief`. */
  readonly prefers: Preferences
  notice(notice: Notice): void
}

/** A resource that exists, with what its properties are read from. What costs a backend call is a function that makes it at most once. */
export type LoadedResource =
  | Existing<'root'>
  /** `calendar` is there for the principals that are not the account's own: those of the calendars it sees. */
  | Existing<'principal'> & { readonly calendar?: () => Promise<Calendar> }
  | Existing<'home'>
  /** `isAccountsOwn`: the one that every account has, where its user may do everything. */
  | Existing<'calendar'> & { readonly calendar: () => Promise<Calendar>; readonly state: () => Promise<CalendarState>; readonly isAccountsOwn?: true
      /** As the backend told it last, which may be no longer so: the backend has the last word. */
      readonly lastAccess: () => Access | undefined }
  | Existing<'object'> & {
      /** The one that it lies in. */
      readonly calendar: () => Promise<Calendar>
      readonly tag: ObjectTag
      readonly stored: () => Promise<StoredSeries>
      /** The series where it has been read already. */
      readonly held?: StoredSeries
    }
  | Existing<'inbox'>
  | Existing<'outbox'>

interface Existing<K extends ResourceKind> {
  readonly kind: K
  readonly resource: Extract<Resource, { kind: K }>
  /** As the answer spells it. */
  readonly href: string
}

/** What exists of one kind. */
export type Loaded<K extends LoadedResource['kind']> = Extract<LoadedResource, { kind: K }>
