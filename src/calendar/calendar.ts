/** Calendars, and what a calendar program asks about them. */

import type { Alarm } from './event.ts'
import type { CalendarId, EmailAddress, Instant, TimeZoneId } from './identifiers.ts'

/** What the user may do in a calendar, from least to most. 'free-busy' sees times only. */
export type Access = 'free-busy' | 'read' | 'write' | 'own'

/** One calendar as the user sees it. */
export interface Calendar {
  readonly id: CalendarId
  /** The user's own title for it where there is one, else the calendar's. Never empty. */
  readonly displayName: string
  readonly description?: string
  /** `#rrggbb` in lower case. */
  readonly color?: string
  readonly timeZone: TimeZoneId
  readonly access: Access
  /** The account's own calendar: its id is the account's address. */
  readonly isPrimary: boolean
  /** Whose calendar it is, where the backend tells. */
  readonly owner?: EmailAddress
  /** Applied to events that follow the calendar's defaults. */
  readonly defaultAlarms: readonly Alarm[]
}

/** What may be said of a calendar when it is made or changed. Absent: stays as it is; `null` removes. */
export interface CalendarChange {
  readonly displayName?: string
  readonly description?: string | null
  readonly color?: string | null
  readonly timeZone?: TimeZoneId
}

/** Start inclusive, end exclusive; either may be open. */
export interface TimeRange {
  readonly from?: Instant
  readonly to?: Instant
}

/** Start inclusive, end exclusive. */
export interface BusyPeriod {
  readonly from: Instant
  readonly to: Instant
}

/** Sorted, without overlaps. */
export type BusyPeriods = readonly BusyPeriod[]
/** Why a calendar's busy times cannot be told: nobody of that name, or not for this user. */
export type Unknown = { readonly kind: 'unknown-address' } | { readonly kind: 'no-access' }
