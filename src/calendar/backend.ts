/**
 * The port: what the CalDAV side asks of a backend. Each promise of a method stands beside it, and the contract suite
 * (`test/backends/contract.ts`) holds every backend to them.
 */

import type { BusyPeriods, Calendar, CalendarChange, TimeRange, Unknown } from './calendar.ts'
import type { EventSeries, ParticipationStatus } from './event.ts'
import type {
  BackendSyncToken, CalendarId, EmailAddress, EventUid, Instant, ObjectName, RecurrenceId, Revision,
} from './identifiers.ts'

/** Enough for a listing and its ETags. */
export interface ObjectTag {
  readonly name: ObjectName
  readonly revision: Revision
  /** The newest change of any part of the series. */
  readonly updated: Instant
}

declare const source: unique symbol
/** What a backend needs to write a series that it has told before (its own ids and versions). Opaque to all others. */
export type SeriesSource = { readonly [source]: true }

/** A series as it is stored, and what a write of it needs. */
export interface StoredSeries extends ObjectTag {
  readonly series: EventSeries
  readonly source: SeriesSource
  /** 'organizer': the user's calendar holds the main copy, or nobody organizes it. 'attendee': a copy of somebody else's event. */
  readonly role: 'organizer' | 'attendee'
  /** Whose alarms these are, if the backend tells: e-mail alarms go there. */
  readonly owner?: EmailAddress
  /** How many bytes this takes, where the backend knows: it may hold less than the model, and make that again whenever it is asked for. */
  readonly weight?: number
  /** The place for finished text of the series, which lives as long as this does. The backend leaves it alone. */
  rendered?: string
}

/** The series exists, and cannot be shown; `reason` is one line for the log. Never said of a series that may be gone. */
export interface Unavailable {
  readonly kind: 'unavailable'
  readonly name: ObjectName
  readonly reason: string
}

/** What a reading tells of an object. */
export type Body = StoredSeries | Unavailable

/** `updated` moves with every change that a reader of the calendar could see; `token` equals that of another reader of the same state. */
export interface CalendarState {
  readonly updated: Instant
  readonly token: BackendSyncToken
}

/** What happened in a calendar between two tokens. */
export interface Changes {
  /** By (updated, name). A backend that has read the whole series anyway gives it (`StoredSeries`), so that nobody asks again. */
  readonly changed: readonly ObjectTag[]
  /** Names that are there no more, sorted; may repeat what an earlier answer told, and may name what the reader never saw. */
  readonly removed: readonly ObjectName[]
  /** Where the reader stands after this answer. Equals `state().token` when nothing changed meanwhile. */
  readonly next: BackendSyncToken
  /** The `updated` of the state that `next` stands for, where the answer told it: saves its reader a call of `state`. */
  readonly updated?: Instant
}

/** Who asks for changes. */
export interface ChangesReader {
  /** Aborted when nobody waits for the answer any more: a long reading may then end with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** What the reader holds under a name, as of the token or newer: saves a backend that tells parts of an object to read the rest again. */
  readonly held?: (name: ObjectName) => StoredSeries | undefined
}

/**
 * When a write may happen. The check and the write are one: a race ends in the fault 'precondition', never in a lost update.
 * 'unchanged' holds only while the stored series has that revision.
 */
export type WriteCondition =
  | { readonly kind: 'always' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'unchanged'; readonly revision: Revision }

/** Whether a write may happen where this is stored. */
export function isMet(condition: WriteCondition, stored: Pick<ObjectTag, 'revision'> | undefined): boolean {
  switch (condition.kind) {
    case 'always': return true
    case 'absent': return stored === undefined
    case 'present': return stored !== undefined
    case 'unchanged': return stored?.revision === condition.revision
  }
}

/**
 * A long listing in pieces as they come, none longer than {@link batchSize}: a step of an asynchronous sequence costs more than most of
 * what is done with one item, and whoever works through a piece keeps others waiting for no longer than that. A piece may be empty.
 */
export type Batches<T> = AsyncIterable<readonly T[]>

/** How many items a batch has at most. */
export const batchSize = 250

/** Cuts a list into batches. */
export function* inBatches<T>(items: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize)
}

/** Whether the people on the guest list are told of a write. */
export type Notify = 'nobody' | 'everybody'

/** How a write is made. */
export interface WriteOptions {
  readonly condition: WriteCondition
  readonly notify: Notify
  /**
   * What the caller last read under this name; 'absent' if it read that nothing has this name, which says nothing of the UID; undefined
   * if it does not know.
   * Saves the backend a read. It may be stale: the backend then fails with 'conflict' and has written nothing.
   */
  readonly known?: StoredSeries | 'absent'
}

/** All that one user may do, bound to that user: no method takes credentials. */
export interface CalendarSession {
  readonly address: EmailAddress

  /** Those the user has in the list, the primary one first, then by id. */
  calendars(): Promise<readonly Calendar[]>
  /** @throws BackendError 'gone' when there is no such calendar or the user may not know of it */
  calendar(id: CalendarId): Promise<Calendar>

  /** The cheap poll: one backend call at most. */
  state(id: CalendarId): Promise<CalendarState>
  /**
   * Every object of the calendar once, in no order. Two of them have one name where the backend had no way to refuse that.
   * A backend that knows the CalendarState at which the reading began gives it as the return value of the generator.
   */
  tags(id: CalendarId): Batches<ObjectTag>
  /**
   * Every object that has an instance which may overlap the range, once; more than those is allowed, fewer is not.
   * With no range, every object. What cannot be shown comes as Unavailable.
   * A backend that knows the CalendarState at which the reading began gives it as the return value of the generator.
   */
  objects(id: CalendarId, range?: TimeRange): Batches<Body>
  /** A name that is missing from the answer does not exist. Any doubt is a BackendError, never a missing name. */
  objectsByName(id: CalendarId, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>>
  /**
   * What was last read or written under this name, without asking whether it still counts; undefined where that is not known. Only for a
   * write under the condition 'unchanged', which the backend then checks by itself.
   */
  remembered?(id: CalendarId, name: ObjectName): StoredSeries | undefined
  /**
   * What the last answer about the calendar's objects told of the calendar itself, without asking: for who has just read some of them, or
   * is put right by the backend. Undefined where no answer has told it.
   */
  lastTold?(id: CalendarId): Pick<Calendar, 'timeZone' | 'access'> | undefined
  /** The name under which the calendar holds this UID, whatever that name is; undefined if it holds none. */
  nameOf(id: CalendarId, uid: EventUid): Promise<ObjectName | undefined>
  /**
   * What happened since the token; everything that is there when it is undefined.
   * @throws BackendError 'invalid-token' when the token is expired, of another calendar, or not one of ours
   */
  changes(id: CalendarId, since: BackendSyncToken | undefined, reader?: ChangesReader): Promise<Changes>

  /**
   * Makes the stored series equal to the given one in all that the backend's data model has, and leaves the rest as it is.
   * Makes no write call if nothing differs. The name stays with the series whatever its UID is.
   * @throws BackendError 'precondition', 'rejected' (the backend cannot hold it; `precondition` names what to tell the client),
   *         'uid-in-use' (the UID is stored under another name, which `name` tells), 'forbidden'
   */
  put(id: CalendarId, name: ObjectName, series: EventSeries, options: WriteOptions): Promise<StoredSeries>
  /** @throws BackendError 'gone' when there is nothing of that name; 'precondition' */
  remove(id: CalendarId, name: ObjectName, options: WriteOptions): Promise<void>
  /**
   * Changes the user's own participation status, of one instance or of the whole series, and nothing else.
   * @param comment what the user wrote beside it; undefined: what was there stays
   */
  answer(id: CalendarId, name: ObjectName, instance: RecurrenceId | undefined, status: ParticipationStatus,
    notify: Notify, comment?: string): Promise<StoredSeries>
  /**
   * Tells the guests of a meeting about it though nothing of it changes: for clients that write first and send their message afterwards.
   * 'event': as it is stored. 'removal': that what was removed before, without a word to anybody, does not take place.
   * @param instance undefined: the event or the whole series
   * @throws BackendError 'gone' when nothing of that UID is stored, or was removed; 'forbidden' when somebody else organizes it, or the
   *         backend cannot tell of it any more
   */
  announce(id: CalendarId, uid: EventUid, what: 'event' | 'removal', instance?: RecurrenceId): Promise<void>
  /** Moves an object to another calendar of the user, or to another name in the same one. The target name must be free. */
  move(id: CalendarId, name: ObjectName, to: CalendarId, toName: ObjectName, options: WriteOptions): Promise<StoredSeries>

  /** One entry for each address asked. */
  freeBusy(addresses: readonly EmailAddress[], range: Required<TimeRange>): Promise<ReadonlyMap<EmailAddress, BusyPeriods | Unknown>>

  /** The backend names the new calendar. */
  createCalendar(change: CalendarChange & { readonly displayName: string }): Promise<Calendar>
  updateCalendar(id: CalendarId, change: CalendarChange): Promise<Calendar>
  /** Deletes a calendar that the user owns, leaves one that somebody else shares. The primary one cannot be removed: 'forbidden'. */
  removeCalendar(id: CalendarId): Promise<void>
}

/** Makes sessions; one per process and backend. */
export interface Backend {
  session(identity: BackendIdentity): CalendarSession
  /** Ends what is open. Sessions are of no use afterwards. */
  close(): Promise<void>
}

/** For whom a session speaks, and how it proves that to the backend. */
export interface BackendIdentity {
  readonly address: EmailAddress
  /** An OAuth refresh token, where the account has one of its own. */
  readonly refreshToken?: string
}

/**
 * Every way in which a backend fails, in the terms of the model. A fault that may pass by itself ('unavailable', 'rate-limited')
 * is never told as 'gone'.
 */
export type BackendFault =
  | 'gone'            // it does not exist, and the backend is sure of it
  | 'conflict'        // what the caller knew is stale; nothing was written
  | 'precondition'    // the WriteCondition does not hold; nothing was written
  | 'uid-in-use'      // another object of the calendar has this UID
  | 'forbidden'       // this user may not do this
  | 'rejected'        // the backend cannot hold what was sent
  | 'invalid-token'   // a sync token that cannot be continued
  | 'credentials'     // the backend does not accept the user's credentials any more
  | 'rate-limited'    // too many calls; later
  | 'unavailable'     // time-out, lost connection, 5xx, an answer that cannot be understood

/** The one way in which a backend fails; `cause` has what came from below. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
  readonly fault: BackendFault
  /** When to try again, in seconds; only for 'rate-limited' and 'unavailable'. */
  readonly retryAfterSeconds: number | undefined
  /** For 'rejected' and 'forbidden': the local name of the CalDAV precondition that fits, e.g. `valid-calendar-object-resource`. */
  readonly precondition: string | undefined
  /** For 'uid-in-use': the name that holds the UID. */
  readonly objectName: ObjectName | undefined

  constructor(fault: BackendFault, message: string, more: {
    cause?: unknown; retryAfterSeconds?: number; precondition?: string; objectName?: ObjectName
  } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.fault = fault
    this.retryAfterSeconds = more.retryAfterSeconds
    this.precondition = more.precondition
    this.objectName = more.objectName
  }
}

/** Whether the backend may do soon what it did not do now. */
export const isPassing = (error: unknown): boolean => error instanceof BackendError && (error.fault === 'unavailable' || error.fault === 'rate-limited')
