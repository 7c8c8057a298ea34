/** Accounts, calendars, list entries and access rules in the store. */

import type { CalendarDocument, CalendarRow, ListEntryDocument, ListEntryRow, Role } from './documents.ts'
import type { Row, Store } from './store.ts'

export interface AccountRow {
  readonly address: string
  readonly timeZone: string
  readonly created: number
}

export function findAccount(store: Store, address: string): AccountRow | undefined {
  const row = store.get('select * from accounts where address = ?', address.toLowerCase())
  return row && { address: String(row['address']), timeZone: String(row['time_zone']), created: Number(row['created']) }
}

export function writeAccount(store: Store, account: AccountRow): void {
  store.run('insert into accounts values (?, ?, ?)', account.address, account.timeZone, account.created)
}

/** Deleted ones are not found. */
export function findCalendar(store: Store, id: string): CalendarRow | undefined {
  const row = store.get('select * from calendars where id = ? and deleted = 0', id)
  return row && calendarOf(row)
}

export function allCalendars(store: Store): CalendarRow[] {
  return store.all('select * from calendars where deleted = 0').map(calendarOf)
}

function calendarOf(row: Row): CalendarRow {
  return {
    id: String(row['id']),
    owner: row['owner'] as string | null,
    document: JSON.parse(String(row['document'])) as CalendarDocument,
    created: Number(row['created']),
    updated: Number(row['updated']),
    horizon: Number(row['horizon']),
    isDeleted: row['deleted'] === 1,
  }
}

export function writeCalendar(store: Store, row: CalendarRow): void {
  store.run(
    'insert or replace into calendars (id, owner, document, created, updated, horizon, deleted) values (?, ?, ?, ?, ?, ?, ?)',
    row.id, row.owner, JSON.stringify(row.document), row.created, row.updated, row.horizon, row.isDeleted ? 1 : 0,
  )
}

/** Deleted entries are found too. */
export function findEntry(store: Store, account: string, calendar: string): ListEntryRow | undefined {
  const row = store.get('select * from list_entries where account = ? and calendar = ?', account, calendar)
  return row && entryOf(row)
}

/** In the order of their last change. @param after µs, exclusive */
export function entriesOf(store: Store, account: string, after: number): ListEntryRow[] {
  return store.all('select * from list_entries where account = ? and updated > ? order by updated, calendar', account, after).map(entryOf)
}

/** The entries of one calendar in all accounts' lists. */
export function entriesFor(store: Store, calendar: string): ListEntryRow[] {
  return store.all('select * from list_entries where calendar = ?', calendar).map(entryOf)
}

function entryOf(row: Row): ListEntryRow {
  return {
    account: String(row['account']),
    calendar: String(row['calendar']),
    document: JSON.parse(String(row['document'])) as ListEntryDocument,
    updated: Number(row['updated']),
    isDeleted: row['deleted'] === 1,
  }
}

export function writeEntry(store: Store, row: ListEntryRow): void {
  store.run(
    'insert or replace into list_entries values (?, ?, ?, ?, ?)',
    row.account, row.calendar, JSON.stringify(row.document), row.updated, row.isDeleted ? 1 : 0,
  )
}

export interface AccessRule {
  readonly calendar: string
  /** `<scope>:<value>`, or `default`. */
  readonly id: string
  readonly scope: string
  readonly value: string
  readonly role: Role
  /** µs; 0 for the rule of the owner, which comes with the calendar. */
  readonly updated: number
}

/** In the order of their last change; role 'none' marks deleted ones. */
export function rulesOf(store: Store, calendar: string): AccessRule[] {
  return store.all('select * from access_rules where calendar = ? order by updated, id', calendar) as unknown as AccessRule[]
}

export function writeRule(store: Store, rule: AccessRule): void {
  store.run(
    'insert or replace into access_rules values (?, ?, ?, ?, ?, ?)',
    rule.calendar, rule.id, rule.scope, rule.value, rule.role, rule.updated,
  )
}

/** The newest change of anything the account sees: what the etags of its lists follow. */
export function newestChange(store: Store, account: string): number {
  const row = store.get(
    `select max(c.updated) as events, max(e.updated) as entries from list_entries e
     left join calendars c on c.id = e.calendar where e.account = ?`, account,
  )
  return Math.max(Number(row?.['events'] ?? 0), Number(row?.['entries'] ?? 0))
}
