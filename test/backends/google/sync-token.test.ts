import { expect, test } from 'vitest'
import { formatSyncToken, markOf, parseSyncToken } from '../../../src/backends/google/sync-token.ts'
import { calendarId, instant } from '../../../src/calendar/identifiers.ts'
import { nameOf } from '../contract.ts'

const mark = markOf(calendarId('anna@example.com'), [{ method: 'popup', minutes: 10 }])

test.each([
  { updated: instant(1_772_000_000_000), mark },
  { updated: instant(1_772_000_000_000), mark, rest: { since: undefined, position: instant(5), name: nameOf('ü +%/.ics'.replace('/', '')) } },
  { updated: instant(1_772_000_000_000), mark, rest: { since: instant(7), position: instant(9), name: nameOf('a.ics') } },
])('a token says what it was made of: %o', (state) => {
  const token = formatSyncToken(state)
  expect(parseSyncToken(token)).toEqual(state)
  expect(token).toMatch(/^[\x21-\x7e]+$/)
})

test.each(['', 'x', '1-', '-abcdefgh', '1-abc', `1-${mark}x`, `1-${mark}+`, `1-${mark}+1+2+`, `1-${mark}+1+2+Li4`, `1-${mark}+1+2+!`, `1 -${mark}`, `1-${mark}\n`])('"%s" is not a token', (text) => {
  expect(parseSyncToken(text)).toBeUndefined()
})

test('another calendar and other default reminders have other tokens; their order does not count', () => {
  const reminders = [{ method: 'popup', minutes: 10 }, { method: 'email', minutes: 5 }]
  const marks = [mark, markOf(calendarId('ben@example.com'), [{ method: 'popup', minutes: 10 }]), markOf(calendarId('anna@example.com'), []), markOf(calendarId('anna@example.com'), reminders)]
  expect(new Set(marks).size).toBe(4)
  expect(markOf(calendarId('anna@example.com'), reminders.toReversed())).toBe(marks[3])
})
