import { expect, test } from 'vitest'
import { formatSyncToken, markOf, parseSyncToken } from '../../../../src/backends/google/reading/sync-token.ts'
import { calendarId, instant } from '../../../../src/calendar/identifiers.ts'

const mark = markOf(calendarId('anna@example.com'), [{ method: 'popup', minutes: 10 }])

test('a token says what it was made of', () => {
  const state = { updated: instant(1_772_000_000_000), mark }
  const token = formatSyncToken(state)
  expect(parseSyncToken(token)).toEqual(state)
  expect(token).toMatch(/^[\x21-\x7e]+$/)
})

test.each(['', 'x', '1-', '-abcdefgh', '1-abc', `1-${mark}x`, `1-${mark}+`, `1 -${mark}`, `1-${mark}\n`])('"%s" is not a token', (text) => {
  expect(parseSyncToken(text)).toBeUndefined()
})

test('another calendar and other default reminders have other tokens; their order does not count', () => {
  const reminders = [{ method: 'popup', minutes: 10 }, { method: 'email', minutes: 5 }]
  const marks = [mark, markOf(calendarId('ben@example.com'), [{ method: 'popup', minutes: 10 }]), markOf(calendarId('anna@example.com'), []), markOf(calendarId('anna@example.com'), reminders)]
  expect(new Set(marks).size).toBe(4)
  expect(markOf(calendarId('anna@example.com'), reminders.toReversed())).toBe(marks[3])
})
