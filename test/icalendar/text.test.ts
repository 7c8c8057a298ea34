import { describe, expect, test } from 'vitest'
import { escapeText, unescapeText } from '../../src/icalendar/text.ts'

describe('TEXT (RFC 5545 §3.3.11)', () => {
  test.each([
    ['a\\, b\\; c\\\\ d', 'a, b; c\\ d'],
    ['line\\nline\\Nline', 'line\nline\nline'],
    ['a\\\\nb', 'a\\nb'],
    ['a\\:b\\"c\\x', 'a:b"cx'],
    ['unescaped, kept; so', 'unescaped, kept; so'],
    ['at the end\\', 'at the end\\'],
    ['\\👍', '👍'],
  ])('%j means %j', (value, text) => {
    expect(unescapeText(value)).toBe(text)
  })

  test.each([
    ['a, b; c\\ d: "e"', 'a\\, b\\; c\\\\ d: "e"'],
    ['a\r\nb\rc\nd', 'a\\nb\\nc\\nd'],
    ['plain', 'plain'],
  ])('%j is written %j', (text, value) => {
    expect(escapeText(text)).toBe(value)
  })
})
