/**
 * The copies of an event in its guests' primary calendars (google-calendar-v3 reference §10.1): same ids, same UID. What is shared
 * follows the organizer's copy; answers travel the other way.
 */

import { calendarZone } from './access.ts'
import type { Environment } from './call.ts'
import { findAccount, findCalendar } from './calendar-rows.ts'
import type { CalendarRow, EventDocument, EventRow, EventStatus, StoredAttendee } from './documents.ts'
import { calendarsWith, findEvent, hasGuests, seriesRows } from './event-rows.ts'
import { instanceRow, isOrganizerCopy, isSame, present } from './event-view.ts'
import { cancelRow, followMaster, sameValue, storeRow, type Draft } from './event-write.ts'
import { generates } from './series.ts'

/** Above that the service no longer carries answers to the other guests. */
const manyGuests = 200

/** What a guest's copy has of its own. */
const ownParts = ['colorId', 'privateProperties', 'reminders', 'transparency', 'visibility'] as const

/** The copy's own parts on what the organizer says. */
function sharedWithOwn(shared: EventDocument, own: EventDocument | undefined): EventDocument {
  const { colorId: _color, privateProperties: _properties, reminders: _reminders, privateCopy: _copy, ...rest } = shared
  if (own === undefined) return rest
  const kept = Object.fromEntries(ownParts.map((name) => [name, own[name]]))
  return present({ ...rest, ...kept }) as EventDocument
}

/** Brings the copies of all guests, present and former, in line with the organizer's rows of a series. */
export function propagate(environment: Environment, calendar: string, series: string): void {
  const { store } = environment
  const holders = calendarsWith(store, series).filter((id) => id !== calendar && isLinkedCopy(environment, id, calendar, series))
  // A series of hundreds of rows is not read again at each write where there is nobody to tell.
  if (holders.length === 0 && !hasGuests(store, calendar, series)) return
  const rows = seriesRows(store, calendar, series).filter(({ kind }) => kind !== 'vanished')
  for (const account of new Set([...holders, ...accountsInvited(environment, rows)])) {
    if (account !== calendar && !hasOther(environment, account, calendar, series)) alignCopy(environment, account, series, rows)
  }
}

function accountsInvited({ store }: Environment, rows: readonly EventRow[]): string[] {
  return rows.flatMap(({ document }) => document.attendees ?? [])
    .flatMap(({ email }) => findAccount(store, email)?.address ?? [])
}

function isLinkedCopy({ store }: Environment, holder: string, organizer: string, series: string): boolean {
  return seriesRows(store, holder, series).some(({ document }) => isSame(document.organizer.email, organizer) && !document.privateCopy)
}

/**
 * Copies that were imported privately, own events, and those of others that happen to have the same id, are left alone: nobody writes over them.
 * A copy follows its meeting to another calendar of the organizer's.
 */
function hasOther({ store }: Environment, holder: string, organizer: string, series: string): boolean {
  const isElsewhere = (email: string): boolean => seriesRows(store, email.toLowerCase(), series).some(({ status }) => status !== 'cancelled')
  return seriesRows(store, holder, series).some(({ status, document }) =>
    status !== 'cancelled' && (document.privateCopy || (!isSame(document.organizer.email, organizer) && isElsewhere(document.organizer.email))))
}

const invites = (row: EventRow, account: string): boolean =>
  row.status !== 'cancelled' && (row.document.attendees ?? []).some(({ email }) => isSame(email, account))

function alignCopy(environment: Environment, account: string, series: string, rows: readonly EventRow[]): void {
  const master = rows.find(({ kind }) => kind === 'event')
  const hasMaster = master !== undefined && invites(master, account)
  // Who deleted the copy has declined: it comes back only when the guest is invited anew, and so does each instance.
  const isAway = hasMaster && answerOf(master, account) === 'declined' && findEvent(environment.store, account, master.id)?.status === 'cancelled'
  const hasSeries = hasMaster && !isAway
  if (master && !isAway) alignMaster(environment, account, master, hasMaster)
  for (const row of rows) if (row.kind === 'exception') alignException(environment, account, row, hasSeries)
  if (hasSeries) alignOwnExceptions(environment, account, master, rows)
  else cancelLostExceptions(environment, account, series, new Set(rows.map(({ id }) => id)))
}

function alignMaster(environment: Environment, account: string, master: EventRow, isInvited: boolean): void {
  const copy = findEvent(environment.store, account, master.id)
  if (isInvited) {
    const stored = storeRow(environment, copyOf(master, account, copy), copy)
    if (copy) followMaster(environment, copy, stored)
  } else if (copy && copy.status !== 'cancelled') cancelRow(environment, copy, copy)
}

function alignException(environment: Environment, account: string, row: EventRow, hasSeries: boolean): void {
  const copy = findEvent(environment.store, account, row.id)
  if (invites(row, account)) {
    const isAway = copy === undefined ? !hasSeries : copy.status === 'cancelled'
    if (isAway && answerOf(row, account) === 'declined') return
    storeRow(environment, copyOf(row, account, copy), copy)
  } else if (hasSeries || (copy && copy.status !== 'cancelled')) {
    storeRow(environment, { ...copyOf(row, account, copy), status: 'cancelled' }, copy)
  }
}

/** Instances that only the guest changed keep the guest's parts on what the series says. */
function alignOwnExceptions(environment: Environment, account: string, master: EventRow, rows: readonly EventRow[]): void {
  const zone = calendarZone(environment, findCalendar(environment.store, account) as CalendarRow)
  const known = new Set(rows.map(({ id }) => id))
  for (const copy of seriesRows(environment.store, account, master.series)) {
    if (copy.kind !== 'exception' || known.has(copy.id) || copy.original === null || copy.status === 'cancelled') continue
    if (generates(master.document, copy.original, zone)) storeRow(environment, copyOf(instanceRow(master, copy.original, environment), account, copy), copy)
  }
}

/** Invitations to single instances that the series does not have any more. @param known the ids of those that it has */
function cancelLostExceptions(environment: Environment, account: string, series: string, known: ReadonlySet<string>): void {
  for (const copy of seriesRows(environment.store, account, series)) {
    if (copy.kind === 'exception' && copy.status !== 'cancelled' && !known.has(copy.id)) cancelRow(environment, copy, copy)
  }
}

const answerOf = ({ document }: EventRow, account: string): string | undefined =>
  document.attendees?.find(({ email }) => isSame(email, account))?.responseStatus

function copyOf(row: EventRow, account: string, copy: EventRow | undefined): Draft {
  const { calendar: _, ...rest } = row
  return { ...rest, calendar: account, document: sharedWithOwn(row.document, copy?.document) }
}

/** The organizer's row for a guest's copy; an instance may have none of its own yet. Undefined: there is no live main copy here. */
export function mainRow(environment: Environment, copy: EventRow): { row: EventRow; stored: EventRow | undefined } | undefined {
  const { store } = environment
  const calendar = findCalendar(store, copy.document.organizer.email.toLowerCase())
  if (calendar === undefined || isOrganizerCopy(copy) || copy.document.privateCopy) return undefined
  const stored = findEvent(store, calendar.id, copy.id)
  if (stored && stored.kind !== 'vanished') return { row: stored, stored }
  const master = findEvent(store, calendar.id, copy.series)
  const isInstance = master && copy.original !== null && generates(master.document, copy.original, calendarZone(environment, calendar))
  return isInstance ? { row: instanceRow(master, copy.original, environment), stored: undefined } : undefined
}

/**
 * Carries a guest's change into the organizer's copy and from there to everybody.
 * @param change what the organizer's document becomes
 * @returns whether it changed anything
 */
export function changeMain(environment: Environment, copy: EventRow, change: (document: EventDocument) => EventDocument, status?: EventStatus): boolean {
  const main = mainRow(environment, copy)
  if (main === undefined || main.row.status === 'cancelled') return false
  const document = change(main.row.document)
  const newStatus = status ?? main.row.status
  if (sameValue(document, main.row.document) && newStatus === main.row.status) return false
  const stored = storeRow(environment, { ...main.row, document, status: newStatus }, main.stored)
  if (main.stored?.kind === 'event') followMaster(environment, main.stored, stored)
  if ((document.attendees?.length ?? 0) <= manyGuests) propagate(environment, stored.calendar, stored.series)
  return true
}

/** The own answer of a guest: status, comment and company, nothing else of the row. */
export function withAnswer(document: EventDocument, account: string, answer: Partial<StoredAttendee>): EventDocument {
  const attendees = document.attendees?.map((row) => isSame(row.email, account) ? withOwnAnswer(row, answer) : row)
  return attendees === undefined ? document : { ...document, attendees }
}

function withOwnAnswer(row: StoredAttendee, { responseStatus, comment, additionalGuests }: Partial<StoredAttendee>): StoredAttendee {
  const { comment: _, additionalGuests: _guests, ...rest } = row
  return present({ ...rest, responseStatus: responseStatus ?? row.responseStatus, comment, additionalGuests }) as StoredAttendee
}
