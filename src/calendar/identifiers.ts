/**
 * The identifiers and scalar values of the model. Each is a branded string or number with one maker,
 * so that no bare string crosses a module border as an identifier.
 */

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A calendar's identifier as the backend spells it, e.g. `anna@example.com` or `en.usa#holiday@group.v.calendar.google.com`. */
export type CalendarId = Brand<string, 'CalendarId'>
/** The last path segment of a calendar object resource, decoded, e.g. `3F2504E0.ics`. Never holds `/` or control characters. */
export type ObjectName = Brand<string, 'ObjectName'>
/** UID of a series (RFC 5545 §3.8.4.7), one per calendar object resource. Compared octet by octet. */
export type EventUid = Brand<string, 'EventUid'>
/** An e-mail address without `mailto:`, in the spelling of its source. Compare with {@link sameAddress}. */
export type EmailAddress = Brand<string, 'EmailAddress'>
/** An IANA time zone name that the zone data knows, in its usual spelling, e.g. `Europe/Berlin`. */
export type TimeZoneId = Brand<string, 'TimeZoneId'>
/** A version of a whole series as the backend tells it: equal if and only if a client would read the same. Opaque; short, of `A-Z a-z 0-9 - _`. */
export type Revision = Brand<string, 'Revision'>
/** Where in a calendar's history a reader stands. Opaque to all but the backend that made it; printable ASCII. */
export type BackendSyncToken = Brand<string, 'BackendSyncToken'>

/** A day, `yyyy-mm-dd`. */
export type PlainDate = Brand<string, 'PlainDate'>
/** A wall clock time without zone, `yyyy-mm-ddThh:mm:ss`. */
export type LocalDateTime = Brand<string, 'LocalDateTime'>
/** A moment: milliseconds since 1970-01-01T00:00:00Z. Event times have whole seconds. */
export type Instant = Brand<number, 'Instant'>
/**
 * Names one instance of a series by its original start (RFC 5545 §3.8.4.4), never by its present one:
 * `yyyy-mm-dd` in an all-day series, `yyyy-mm-ddThh:mm:ss` in a floating one, `yyyy-mm-ddThh:mm:ssZ` (the instant, in UTC)
 * in a zoned or UTC one. Two names are equal exactly if they mean the same instance; their text order is the order in time.
 */
export type RecurrenceId = Brand<string, 'RecurrenceId'>

export const calendarId = (text: string): CalendarId => text as CalendarId
export const eventUid = (text: string): EventUid => text as EventUid
export const revision = (text: string): Revision => text as Revision
export const backendSyncToken = (text: string): BackendSyncToken => text as BackendSyncToken
export const instant = (milliseconds: number): Instant => milliseconds as Instant

/** @returns undefined for names that cannot be a path segment: empty, `.`, `..`, longer than 1024 UTF-16 units, or with `/` or control characters in them */
export function objectName(text: string): ObjectName | undefined {
  const unfit = text === '' || text === '.' || text === '..' || text.length > 1024 || /[\u0000-\u001f\u007f/]/.test(text)
  return unfit ? undefined : (text as ObjectName)
}

/** @returns undefined where the text has no `@` between two other characters, or holds blanks or control characters */
export function emailAddress(text: string): EmailAddress | undefined {
  return /^[^\s\u0000-\u001f\u007f@]+@[^\s\u0000-\u001f\u007f@]+$/.test(text) ? (text as EmailAddress) : undefined
}

/** The backend and the clients spell one address in different cases; both halves are compared without case. */
export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** @param text `yyyy-mm-dd`, already checked */
export const plainDate = (text: string): PlainDate => text as PlainDate
/** @param text `yyyy-mm-ddThh:mm:ss`, already checked */
export const localDateTime = (text: string): LocalDateTime => text as LocalDateTime
/** @param text an IANA name, already looked up */
export const timeZoneId = (text: string): TimeZoneId => text as TimeZoneId
/** For times of which it does not matter in which zone floating ones count: they are only held against one another, or none is floating. */
export const anyZone = timeZoneId('UTC')
/** @param text in one of the three forms of {@link RecurrenceId} */
export const recurrenceId = (text: string): RecurrenceId => text as RecurrenceId
