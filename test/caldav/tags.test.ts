import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarEtagOf, ctagOf, etagOf, formatSyncToken, parseSyncToken } from '../../src/caldav/tags.ts'
import { backendSyncToken, calendarId, instant, revision } from '../../src/calendar/identifiers.ts'

const anna = calendarId('anna@example.com')
const printable = fc.stringMatching(/^[ -~]{1,40}$/).map(backendSyncToken)

describe('ETags (RFC 9110 §8.8.3)', () => {
  const revisions = fc.stringMatching(/^[\w-]{1,30}$/).map(revision)

  test('are strong, quoted, and of characters that need no escape anywhere', () => {
    fc.assert(fc.property(revisions, (one) => {
      expect(etagOf(one)).toMatch(/^"[\w-]+"$/)
    }))
  })

  test('differ where the revisions do, and only there', () => {
    fc.assert(fc.property(revisions, revisions, (a, b) => {
      expect(etagOf(a) === etagOf(b)).toBe(a === b)
    }))
  })

  test('of a whole calendar are weak, and move with its ctag', () => {
    const [one, two] = ['1-a', '2-a'].map((token) => ({ updated: instant(1), token: backendSyncToken(token) }))
    expect(calendarEtagOf(one!)).toMatch(/^W\/"[\w-]+"$/)
    expect(calendarEtagOf(one!)).not.toBe(calendarEtagOf(two!))
    expect(ctagOf(one!)).not.toBe(ctagOf(two!))
  })
})

describe('sync-tokens (RFC 6578 §4)', () => {
  test('carry the token of the backend there and back, as a URI with a slash', () => {
    fc.assert(fc.property(printable, (token) => {
      const text = formatSyncToken(anna, token)
      expect(new URL(text).href).toBe(text)
      expect(text).toContain('/')
      expect(parseSyncToken(anna, text)).toBe(token)
    }))
  })

  test('of another calendar are none', () => {
    expect(parseSyncToken(calendarId('bob@example.com'), formatSyncToken(anna, backendSyncToken('1')))).toBeUndefined()
  })

  test.each(['', 'data:,', 'http://example.com/ns/sync/1', '1', `${formatSyncToken(anna, backendSyncToken('1'))}%`, `${formatSyncToken(anna, backendSyncToken('1'))}%C3`, formatSyncToken(anna, backendSyncToken('')), ` ${formatSyncToken(anna, backendSyncToken('1'))}`])('"%s" is none', (text) => {
    expect(parseSyncToken(anna, text)).toBeUndefined()
  })

  test('no text makes the parser throw', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      parseSyncToken(anna, formatSyncToken(anna, backendSyncToken('')) + text)
    }))
  })
})
