/** Rows of the service and what a client is told of them: pairs of files in fixtures/google. `npx vitest run test/backends/google/from-wire.test.ts -u` rewrites the second of each; read the difference. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readGroup, tagOf } from '../../../../src/backends/google/reading/from-wire.ts'
import { gather } from '../../../../src/backends/google/reading/reading.ts'
import { readRow } from '../../../../src/backends/google/reading/rows.ts'
import { calendarId, timeZoneId } from '../../../../src/calendar/identifiers.ts'
import { addressOf } from '../../contract.ts'
import type { CalendarFrame } from '../../../../src/backends/google/frame.ts'

const folder = new URL('../../../../fixtures/google/', import.meta.url)
const frame: CalendarFrame = {
  calendar: calendarId('anna@example.com'), address: addressOf('anna@example.com'), zone: timeZoneId('Europe/Berlin'), defaultReminders: [{ method: 'popup', minutes: 10 }],
}

function objectsOf(rows: readonly unknown[]): readonly object[] {
  return gather(rows.flatMap((row) => readRow(row) ?? [])).flatMap((group) => readGroup(group, frame) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((one) => ('kind' in one ? one : { name: one.name, updated: new Date(one.updated).toISOString(), role: one.role, series: one.series }))
}

function formatted(value: unknown): string {
  return `${JSON.stringify(value, (_name, member: unknown) => {
    if (member instanceof Map) return Object.fromEntries(member)
    return member instanceof Set ? [...member].sort() : member
  }, 1)}\n`
}

const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith('.model.json')).map((name) => name.slice(0, -5))

describe('rows and objects', () => {
  test.each(names)('%s', async (name) => {
    const { rows } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as { rows: readonly unknown[] }
    await expect(formatted(objectsOf(rows))).toMatchFileSnapshot(new URL(`${name}.model.json`, folder).pathname)
    expect(formatted(objectsOf(rows.toReversed())), 'in whatever order they come').toBe(formatted(objectsOf(rows)))
  })

  test('every object has one revision, of all its rows and of the reminders that only this user has', () => {
    const { rows } = JSON.parse(readFileSync(new URL('series.json', folder), 'utf8')) as { rows: readonly { id: string; status?: string; reminders?: object; etag: string }[] }
    const revision = (all: readonly unknown[], with_ = frame): string | undefined => tagOf(gather(all.flatMap((row) => readRow(row) ?? []))[0] ?? { uid: '' as never, events: [], fault: undefined }, with_)?.revision
    const parts = rows.filter((row) => row.id !== 'master00000000000000000000_20260401T100000Z')
    const revisions = parts.flatMap((one) => [
      revision(rows.map((row) => (row === one ? { ...row, etag: '"3545000000000009"' } : row))),
      revision(rows.map((row) => (row === one ? { ...row, reminders: { useDefault: true } } : row))),
    ])
    // Nobody is reminded of a cancelled instance.
    expect(new Set([revision(rows), ...revisions]).size).toBe(2 * parts.length + 1 - parts.filter(({ status }) => status === 'cancelled').length)
    const byDefault = rows.map((row) => ({ ...row, reminders: { useDefault: true } }))
    expect(revision(byDefault)).not.toBe(revision(byDefault, { ...frame, defaultReminders: [] }))
    expect(revision(rows)).toBe(revision(rows, { ...frame, defaultReminders: [] }))
  })
})
