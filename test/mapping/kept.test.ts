/** The README's table of what is kept is true, and stands there as it is here. Rewrite it with `-u`. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keptRows, keptTable } from './kept.ts'
import type { KeptRow, Trial } from './kept.ts'
import { open } from './open.ts'
import type { Opened } from './open.ts'

let opened: Opened
beforeEach(() => { opened = open() })
afterEach(() => opened.close())

function bodyOf({ sends, others = [], beside = [] }: Trial): string {
  const uid = sends.some((line) => line.startsWith('UID:')) ? [] : ['UID:trial@example.com']
  const start = sends.some((line) => line.startsWith('DTSTART')) ? [] : ['DTSTART:20260310T090000Z']
  const events = [[...uid, ...start, ...sends], ...others.map((lines) => ['UID:trial@example.com', ...lines])]
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', 'DTSTAMP:20260105T080000Z', ...event, 'END:VEVENT'])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Client//EN', ...beside, ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

async function tryOut(trial: Trial): Promise<void> {
  const answer = await opened.put('trial.ics', bodyOf(trial))
  if (trial.refused !== undefined) {
    expect([answer.status, answer.condition]).toEqual([403, trial.refused])
    expect(await opened.rows()).toEqual([])
    return
  }
  expect(answer, trial.sends.join(' ')).toMatchObject({ status: 201 })
  if (trial.stores !== undefined) expect(await opened.rows()).toContainEqual(expect.objectContaining(deeply(trial.stores)))
  // What became of an invitation is the server's to say.
  const lines = (await opened.get('trial.ics')).text.replaceAll('\r\n ', '').replaceAll(';SCHEDULE-STATUS=1.1', '').split('\r\n')
  for (const line of trial.reads ?? []) expect(lines).toContain(line)
  for (const part of trial.lacks ?? []) expect(lines.filter((line) => line.includes(part) && !line.startsWith('PRODID'))).toEqual([])
}

/** Members within members, and rows within lists, may have more than what is told. */
function deeply(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]: [string, unknown]) => [name, partly(member)]))
}

function partly(member: unknown): unknown {
  if (Array.isArray(member)) return member.every((each) => typeof each === 'object') ? expect.arrayContaining(member.map(partly)) as unknown : member
  return typeof member === 'object' && member !== null ? expect.objectContaining(deeply(member)) as unknown : member
}

describe('what is kept', () => {
  const trials = keptRows.flatMap((row: KeptRow) => row.kept.map((trial, at) => [`${row.properties} (${at + 1})`, trial] as const))
  test.each(trials)('%s', async (_title, trial) => tryOut(trial))
})

describe('what is not kept as it was sent', () => {
  const trials = keptRows.flatMap((row) => row.changed.flatMap(([phrase, ...all]) => all.map((trial, at) => [row.properties, phrase, at + 1, trial] as const)))
  test.each(trials)('%s: %s (%i)', async (_properties, _phrase, _at, trial) => tryOut(trial))
  test('every phrase has a trial', () => {
    expect(keptRows.flatMap((row) => row.changed).filter(([, ...all]) => all.length === 0)).toEqual([])
  })
})

test('the README says so', async () => {
  const readme = fileURLToPath(new URL('../../README.md', import.meta.url))
  const text = readFileSync(readme, 'utf8').replace(/(<!-- kept -->\n)[^]*?(<!-- \/kept -->)/, (_all, open: string, close: string) => `${open}${keptTable(keptRows)}\n${close}`)
  await expect(text).toMatchFileSnapshot(readme)
})
