/** The one SQLite file: schema, prepared statements, transactions. What rows mean stands in the files that own them. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

export interface Store {
  all(sql: string, ...values: readonly Value[]): Row[]
  get(sql: string, ...values: readonly Value[]): Row | undefined
  run(sql: string, ...values: readonly Value[]): void
  /** All or nothing; a transaction inside another is part of it. */
  transaction<T>(work: () => T): T
  setting(name: string): string | undefined
  keepSetting(name: string, value: string): void
  close(): void
}

const schema = `
  create table if not exists kept (name text primary key, value text not null) strict, without rowid;
  create table if not exists accounts (address text primary key, time_zone text not null, created integer not null) strict, without rowid;
  create table if not exists calendars (
    id text primary key, owner text, document text not null,
    created integer not null, updated integer not null, horizon integer not null default 0, deleted integer not null default 0
  ) strict, without rowid;
  create table if not exists list_entries (
    account text not null, calendar text not null, document text not null,
    updated integer not null, deleted integer not null default 0,
    primary key (account, calendar)
  ) strict, without rowid;
  create index if not exists list_entries_by_change on list_entries (account, updated, calendar);
  create table if not exists access_rules (
    calendar text not null, id text not null, scope text not null, value text not null,
    role text not null, updated integer not null, primary key (calendar, id)
  ) strict, without rowid;
  create table if not exists events (
    calendar text not null, id text not null, uid text not null, series text not null, original text,
    kind text not null, status text not null, created integer not null, updated integer not null, etag integer not null,
    starts integer not null, ends integer, document text not null, primary key (calendar, id)
  ) strict;
  create index if not exists events_by_change on events (calendar, updated, id);
  create index if not exists events_by_series on events (calendar, series);
  create index if not exists events_by_uid on events (calendar, uid);
  create index if not exists events_by_start on events (calendar, starts);
  create index if not exists copies on events (series, calendar);
  create table if not exists properties (
    calendar text not null, event text not null, scope text not null, name text not null, value text not null,
    primary key (calendar, scope, name, value, event)
  ) strict, without rowid;
  create index if not exists properties_of_event on properties (calendar, event);
  create table if not exists mails (
    number integer primary key, recipient text not null, calendar text not null, event text not null, kind text not null, at integer not null
  ) strict;
`

/**
 * Opens or makes the store.
 * @param file path, its folder is made; or `:memory:`
 */
export function openStore(file: string): Store {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  // A checkpoint waits for the disk: at the default of 1000 pages, writing 250 instances of a series one by one takes a third longer.
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 8000; pragma busy_timeout = 5000')
  database.exec(schema)
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const get = (sql: string, ...values: readonly Value[]): Row | undefined =>
    prepared(sql).get(...(values as SQLInputValue[])) as Row | undefined
  const run = (sql: string, ...values: readonly Value[]): void => {
    prepared(sql).run(...(values as SQLInputValue[]))
  }
  return {
    all: (sql, ...values) => prepared(sql).all(...(values as SQLInputValue[])) as Row[],
    get,
    run,
    transaction: (work) => inTransaction(database, work),
    setting: (name) => get('select value from kept where name = ?', name)?.['value'] as string | undefined,
    keepSetting: (name, value) => run('insert into kept values (?, ?) on conflict do update set value = excluded.value', name, value),
    close: () => database.close(),
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work()
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
