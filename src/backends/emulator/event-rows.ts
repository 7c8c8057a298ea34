/** Events in the store. */

import type { EventDocument, EventRow } from './documents.ts'
import type { Row, Store, Value } from './store.ts'

export function findEvent(store: Store, calendar: string, id: string): EventRow | undefined {
  const row = store.get('select * from events where calendar = ? and id = ?', calendar, id)
  return row && eventOf(row)
}

/** All rows of a series, the master first, exceptions by original start. */
export function seriesRows(store: Store, calendar: string, series: string): EventRow[] {
  return store.all('select * from events where calendar = ? and series = ? order by original is not null, original', calendar, series).map(eventOf)
}

export function rowsOfUid(store: Store, calendar: string, uid: string): EventRow[] {
  return store.all('select * from events where calendar = ? and uid = ? order by original is not null, original', calendar, uid).map(eventOf)
}

/** The calendars that hold rows of a series; guests' copies carry the organizer's ids. */
export function calendarsWith(store: Store, series: string): string[] {
  return store.all('select distinct calendar from events where series = ?', series).map((row) => String(row['calendar']))
}

/** Whether any row of a series has attendees. Quotes within texts are escaped, so that only the member itself is found. */
export function hasGuests(store: Store, calendar: string, series: string): boolean {
  return store.get(`select 1 from events where calendar = ? and series = ? and instr(document, '"attendees":') > 0 limit 1`, calendar, series) !== undefined
}

/** Rows that may touch a time range: wider than asked, never narrower. @param from, to ms */
export function rowsAround(store: Store, calendar: string, from: number, to: number): EventRow[] {
  return store.all(
    'select * from events where calendar = ? and starts < ? and (ends is null or ends > ?) order by starts, id', calendar, to, from,
  ).map(eventOf)
}

export function writeEvent(store: Store, row: EventRow): void {
  store.run(
    'insert or replace into events values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    row.calendar, row.id, row.uid, row.series, row.original, row.kind, row.status,
    row.created, row.updated, row.etag, row.starts, row.ends, JSON.stringify(row.document),
  )
  store.run('delete from properties where calendar = ? and event = ?', row.calendar, row.id)
  writeProperties(store, row, 'private', row.document.privateProperties)
  writeProperties(store, row, 'shared', row.document.sharedProperties)
}

function writeProperties(store: Store, row: EventRow, scope: string, properties: EventDocument['privateProperties']): void {
  for (const [name, value] of Object.entries(properties ?? {})) {
    store.run('insert or replace into properties values (?, ?, ?, ?, ?)', row.calendar, row.id, scope, name, value)
  }
}

/** Moves the version of every row of a series. */
export function touchSeries(store: Store, calendar: string, series: string, updated: number, etag: number): void {
  store.run('update events set updated = ?, etag = ? where calendar = ? and series = ?', updated, etag, calendar, series)
}

/** Takes a row out without a trace. */
export function removeEvent(store: Store, calendar: string, id: string): void {
  store.run('delete from events where calendar = ? and id = ?', calendar, id)
  store.run('delete from properties where calendar = ? and event = ?', calendar, id)
}

/** What the store itself can look for; everything else is left to the reader of a page. */
export interface EventSearch {
  readonly calendar: string
  /** Rows behind this position of (updated, id); the id is left out for `updated` alone. */
  readonly after: { readonly updated: number; readonly id: string | undefined }
  readonly uid?: string
  /** ms; rows surely outside are left out. */
  readonly from?: number
  readonly to?: number
  readonly properties: readonly { readonly scope: 'private' | 'shared'; readonly name: string; readonly value: string }[]
}

/** Rows by (updated, id). @param limit how many at most */
export function searchEvents(store: Store, search: EventSearch, limit: number): EventRow[] {
  const conditions = ['calendar = ?']
  const values: Value[] = [search.calendar]
  const require = (condition: string, ...bound: readonly Value[]): void => {
    conditions.push(condition)
    values.push(...bound)
  }
  const { updated, id } = search.after
  // A plus keeps SQLite from walking the whole calendar by change where a UID or a property leads straight to a few rows.
  const change = search.uid !== undefined || search.properties.length > 0 ? '+updated' : 'updated'
  if (id === undefined) require(`${change} > ?`, updated)
  else require(`(${change}, id) > (?, ?)`, updated, id)
  if (search.uid !== undefined) require('uid = ?', search.uid)
  if (search.to !== undefined) require('starts < ?', search.to)
  if (search.from !== undefined) require('(ends is null or ends > ?)', search.from)
  for (const { scope, name, value } of search.properties) {
    require('id in (select event from properties where calendar = ? and scope = ? and name = ? and value = ?)', search.calendar, scope, name, value)
  }
  const sql = `select * from events where ${conditions.join(' and ')} order by ${change}, id limit ?`
  return store.all(sql, ...values, limit).map(eventOf)
}

function eventOf(row: Row): EventRow {
  return { ...row, document: JSON.parse(String(row['document'])) as EventDocument } as unknown as EventRow
}
