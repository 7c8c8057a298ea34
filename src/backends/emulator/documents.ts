/** What the store keeps in its JSON columns, and the rows around it. All `micros` are µs since 1970, all `at` ms. */

import type { WireAttachment, WireConference, WireReminder, WireReminders } from '../google/wire.ts'

/** A day of no zone, or a moment with the zone that the event's author thinks in. */
export type StoredTime = { readonly date: string } | { readonly at: number; readonly timeZone: string }

export interface StoredAttendee {
  readonly email: string
  readonly displayName?: string
  readonly resource?: true
  readonly optional?: true
  readonly responseStatus: string
  readonly comment?: string
  readonly additionalGuests?: number
}

export interface StoredPerson {
  readonly email: string
  readonly displayName?: string
}

export type Properties = Readonly<Record<string, string>>

/** An event as kept: only what differs from the defaults, members always in this order, so that equal events have equal text. */
export interface EventDocument {
  readonly summary?: string
  readonly description?: string
  readonly location?: string
  readonly colorId?: string
  readonly eventLabelId?: string
  readonly creator: StoredPerson
  readonly organizer: StoredPerson
  readonly start: StoredTime
  readonly end: StoredTime
  readonly endTimeUnspecified?: true
  /** Of an exception: the zone that the series starts in, for its originalStartTime. */
  readonly originalTimeZone?: string
  readonly recurrence?: readonly string[]
  readonly transparency?: string
  readonly visibility?: string
  readonly sequence: number
  readonly attendees?: readonly StoredAttendee[]
  readonly anyoneCanAddSelf?: true
  readonly guestsCanInviteOthers?: false
  readonly guestsCanModify?: true
  readonly guestsCanSeeOtherGuests?: false
  readonly privateCopy?: true
  readonly privateProperties?: Properties
  readonly sharedProperties?: Properties
  readonly hangoutLink?: string
  readonly conferenceData?: WireConference
  /** By the account that set them: reminders are nobody else's. */
  readonly reminders?: Readonly<Record<string, WireReminders>>
  readonly source?: object
  readonly attachments?: readonly WireAttachment[]
  readonly eventType: string
  /** The properties object of a special event type, by its member name. */
  readonly typeProperties?: Readonly<Record<string, unknown>>
}

export type EventStatus = 'confirmed' | 'tentative' | 'cancelled'

/**
 * 'event': a single one or a master. 'exception': one instance with a row of its own, cancelled ones included.
 * 'vanished': what was an exception, of an instance that the series has no more; a tombstone that names no series.
 */
export type EventKind = 'event' | 'exception' | 'vanished'

export interface EventRow {
  readonly calendar: string
  readonly id: string
  readonly uid: string
  /** Id of the master; of a master or single event its own. */
  readonly series: string
  /** Original start as a recurrence-id; null unless an exception. */
  readonly original: string | null
  readonly kind: EventKind
  readonly status: EventStatus
  readonly created: number
  readonly updated: number
  /** 2 × µs of the last change. */
  readonly etag: number
  /** Bounds in ms for a coarse search, a day wider for all-day events; `ends` null: endless. */
  readonly starts: number
  readonly ends: number | null
  readonly document: EventDocument
}

export interface CalendarDocument {
  readonly summary: string
  readonly description?: string
  readonly location?: string
  /** Absent: the reader's own zone (holiday calendars). */
  readonly timeZone?: string
  readonly dataOwner?: string
  readonly autoAcceptInvitations?: true
  readonly conferenceProperties: object
  readonly labelProperties?: object
}

export interface CalendarRow {
  readonly id: string
  /** The account whose primary calendar it is, or that made it; null for public ones. */
  readonly owner: string | null
  readonly document: CalendarDocument
  readonly created: number
  /** Newest change of any event. */
  readonly updated: number
  /** Changes before it are forgotten: sync tokens and updatedMin from before are refused. */
  readonly horizon: number
  readonly isDeleted: boolean
}

export interface ListEntryDocument {
  readonly summaryOverride?: string
  readonly colorId: string
  readonly backgroundColor: string
  readonly foregroundColor: string
  readonly hidden?: true
  readonly selected?: true
  readonly defaultReminders: readonly WireReminder[]
  readonly notifications?: readonly object[]
}

export interface ListEntryRow {
  readonly account: string
  readonly calendar: string
  readonly document: ListEntryDocument
  readonly updated: number
  readonly isDeleted: boolean
}

export const roles = ['none', 'freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner'] as const
export type Role = (typeof roles)[number]

/** Whether one role holds all that another does. */
export const roleReaches = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)
