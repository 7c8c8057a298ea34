/**
 * The model of events: what crosses the port between the CalDAV side and a backend.
 *
 * It is the union of what the backends' data models hold, in iCalendar's terms. What a given backend cannot hold is
 * narrowed, dropped or refused by that backend, before it writes anything.
 */

import type {
  EmailAddress, EventUid, Instant, LocalDateTime, PlainDate, RecurrenceId, TimeZoneId,
} from './identifiers.ts'

/** The four kinds of time of RFC 5545 §3.3.4 and §3.3.5. They never turn into one another on the way through. */
export type EventTime =
  | { readonly kind: 'date'; readonly date: PlainDate }
  | { readonly kind: 'utc'; readonly at: Instant }
  /** In a gap the local time counts with the offset before it, in a fold it is the first of the two (RFC 5545 §3.3.5). */
  | { readonly kind: 'zoned'; readonly local: LocalDateTime; readonly zone: TimeZoneId }
  | { readonly kind: 'floating'; readonly local: LocalDateTime }

/** PARTSTAT (RFC 5545 §3.2.12), as far as backends tell them apart. */
export type ParticipationStatus = 'needs-action' | 'accepted' | 'declined' | 'tentative'

/** ATTENDEE (RFC 5545 §3.8.4.1). */
export interface Attendee {
  readonly address: EmailAddress
  readonly displayName?: string
  readonly participation: ParticipationStatus
  /** ROLE=OPT-PARTICIPANT; every other role counts as required. */
  readonly isOptional: boolean
  /** CUTYPE=RESOURCE or ROOM; every other type counts as an individual. */
  readonly isResource: boolean
  /** What the attendee wrote beside the answer. */
  readonly comment?: string
  /** Guests that the attendee brings along (X-NUM-GUESTS). */
  readonly additionalGuests: number
  /** Who sends messages to this attendee (RFC 6638 §7.1); 'server' unless the client said otherwise. */
  readonly scheduleAgent: 'server' | 'client' | 'none'
  /** What became of the last message to this attendee (RFC 6638 §7.3), e.g. `1.1`. Told by the backend only, never taken from a client. */
  readonly scheduleStatus?: string
  /** The organizer's client wants the attendee told though nothing changes (SCHEDULE-FORCE-SEND=REQUEST, RFC 6638 §7.2). Never stored. */
  readonly isForced?: true
}

/** ORGANIZER (RFC 5545 §3.8.4.3). */
export interface Organizer {
  readonly address: EmailAddress
  readonly displayName?: string
  /** Where the client sends the messages of this event itself, or nobody does (RFC 6638 §7.1). Stored of somebody else's event; of one's own it is what counts for each guest. */
  readonly scheduleAgent?: 'client' | 'none'
  /** What became of the user's last answer (RFC 6638 §7.3). Told by the backend only, never taken from a client. */
  readonly scheduleStatus?: string
  /** The attendee's client wants the answer told though it is not new (SCHEDULE-FORCE-SEND=REPLY, RFC 6638 §7.2). Never stored. */
  readonly isForced?: true
}

/** ACTION (RFC 5545 §3.8.6.1). */
export type AlarmAction = 'display' | 'audio' | 'email'

/** VALARM (RFC 5545 §3.6.6). */
export interface Alarm {
  readonly action: AlarmAction
  readonly trigger:
    /** Seconds after the start or the end of the instance; negative is before. */
    | { readonly kind: 'relative'; readonly to: 'start' | 'end'; readonly seconds: number }
    | { readonly kind: 'absolute'; readonly at: Instant }
}

/**
 * 'default': the event follows the calendar's default reminders, which are listed as they are now.
 * 'own': exactly these alarms, none if the list is empty. Per user.
 */
export interface Alarms {
  readonly kind: 'default' | 'own'
  readonly list: readonly Alarm[]
}

/**
 * Alarms up to a moment have been dismissed (RFC 9074 §6.1), and some of them put off (Mozilla's X-MOZ-SNOOZE-TIME). Per user. Counts
 * for a whole series; a later one takes the place of an earlier one, never the other way round.
 */
export interface Acknowledgement {
  readonly at: Instant
  /** `of`: the start of the instance whose alarm rings again, undefined where the event does not recur. */
  readonly snoozes: readonly { readonly of?: Instant; readonly until: Instant }[]
}

/** CONFERENCE (RFC 7986 §5.11). */
export interface Conference {
  readonly uri: string
  /** RFC 7986 §6.3 FEATURE values in upper case, e.g. `VIDEO`, `PHONE`; may be empty. */
  readonly features: readonly string[]
  readonly label?: string
}

/** ATTACH by address (RFC 5545 §3.8.1.1). */
export interface Attachment {
  readonly uri: string
  readonly title?: string
  readonly mediaType?: string
}

/** Properties that programs drop which do not know them. */
export type Removable = 'color' | 'conferences' | 'attachments'

/** One VEVENT: a single event, the master of a series, or one changed instance with everything it has. */
export interface Event {
  readonly start: EventTime
  /** Exclusive. A date if and only if `start` is one, and then later than it; otherwise never before `start`. */
  readonly end: EventTime
  readonly summary?: string
  /** As readable text. */
  readonly description?: string
  /** The same as HTML where the backend holds HTML. */
  readonly htmlDescription?: string
  readonly location?: string
  /** 'cancelled': stays in the calendar as one that does not take place, and takes no time, whatever `transparency` says. */
  readonly status: 'confirmed' | 'tentative' | 'cancelled'
  readonly transparency: 'opaque' | 'transparent'
  readonly visibility: 'default' | 'public' | 'private' | 'confidential'
  /** A CSS3 colour name in lower case (RFC 7986 §5.9). */
  readonly color?: string
  readonly url?: string
  readonly organizer?: Organizer
  readonly attendees: readonly Attendee[]
  readonly alarms: Alarms
  readonly acknowledged?: Acknowledgement
  readonly conferences: readonly Conference[]
  readonly attachments: readonly Attachment[]
  readonly sequence: number
  readonly created?: Instant
  /** What the client's user wrote beside an answer (COMMENT, RFC 5546 §3.2.3). Never stored: it becomes the comment of an {@link Attendee}. */
  readonly comment?: string
  /** LAST-MODIFIED, and DTSTAMP where there is no METHOD (RFC 5545 §3.8.7.2). */
  readonly updated?: Instant
  /**
   * What the client was shown and sends no more, knowing that: then it was taken out. What is merely missing may be a property that
   * the client does not know, and says nothing. Never stored.
   */
  readonly removed?: readonly Removable[]
  /** What the backend calls the event when it is not an ordinary one, e.g. `birthday`, `outOfOffice`; undefined for ordinary ones. */
  readonly eventType?: string
}

/** FREQ (RFC 5545 §3.3.10). */
export type Frequency = 'SECONDLY' | 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
/** Days of BYDAY and WKST (RFC 5545 §3.3.10). */
export type Weekday = 'MO' | 'TU' | 'WE' | 'TH' | 'FR' | 'SA' | 'SU'

/** RFC 5545 §3.3.10. Lists are sorted and without repeats; empty where the part is absent. */
export interface RecurrenceRule {
  readonly frequency: Frequency
  readonly interval: number
  readonly end:
    | { readonly kind: 'never' }
    | { readonly kind: 'count'; readonly count: number }
    /** Inclusive. A date in all-day series, UTC in zoned and UTC ones, floating in floating ones. */
    | { readonly kind: 'until'; readonly until: EventTime }
  readonly bySecond: readonly number[]
  readonly byMinute: readonly number[]
  readonly byHour: readonly number[]
  readonly byDay: readonly { readonly weekday: Weekday; readonly ordinal?: number }[]
  readonly byMonthDay: readonly number[]
  readonly byYearDay: readonly number[]
  readonly byWeekNumber: readonly number[]
  readonly byMonth: readonly number[]
  readonly bySetPosition: readonly number[]
  readonly weekStart: Weekday
}

/** Not empty: at least one rule or one date. */
export interface Recurrence {
  /** Their union counts; more than one is legal and rare. */
  readonly rules: readonly RecurrenceRule[]
  /** RDATE: further starts, sorted. A period that is longer or shorter than the master is kept as an override. */
  readonly dates: readonly RecurrenceId[]
}

/** One calendar object resource: everything that shares a UID in one calendar (RFC 4791 §4.1). */
export type EventSeries =
  | { readonly kind: 'single'; readonly uid: EventUid; readonly event: Event }
  | {
      readonly kind: 'recurring'
      readonly uid: EventUid
      readonly master: Event
      readonly recurrence: Recurrence
      /** Changed instances by original start. */
      readonly overrides: ReadonlyMap<RecurrenceId, Event>
      /** Instances that do not take place: EXDATE lines and cancelled instances alike. Disjoint from `overrides`. */
      readonly cancelled: ReadonlySet<RecurrenceId>
    }
  /** Invited to some instances only: there is no master in this calendar. Not empty. */
  | {
      readonly kind: 'detached'
      readonly uid: EventUid
      readonly overrides: ReadonlyMap<RecurrenceId, Event>
      /**
       * What kind of time the unseen series starts with, since a RecurrenceId alone does not tell a zone.
       * Undefined: UTC, or a date or floating time as the RecurrenceIds say.
       */
      readonly zone?: TimeZoneId
    }

/** All events of a series, the master or single one first, then the overrides by original start. */
export function eventsOf(series: EventSeries): readonly Event[] {
  switch (series.kind) {
    case 'single': return [series.event]
    case 'recurring': return [series.master, ...inOrder(series.overrides)]
    case 'detached': return inOrder(series.overrides)
  }
}

function inOrder(overrides: ReadonlyMap<RecurrenceId, Event>): readonly Event[] {
  return [...overrides].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
}
