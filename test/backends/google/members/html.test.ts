import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksLikeHtml, storedText, textOfHtml } from '../../../../src/backends/google/members/html.ts'

describe('HTML descriptions as readable text', () => {
  test.each([
    ['one<br>two', 'one\ntwo'],
    ['one<br/>\ntwo<br><br>three', 'one\ntwo\n\nthree'],
    ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
    ['<div>One</div>\n  <div>Two</div>', 'One\nTwo'],
    ['<ul><li>a</li><li>b</li></ul>after', '- a\n- b\nafter'],
    ['<b>bold</b> and <i>so on</i>', 'bold and so on'],
    ['a &amp; b &lt;c&gt; &#8364; &#x20AC; &nbsp;d', 'a & b <c> € €  d'],
    ['line\nline with <b>tag</b>', 'line\nline with tag'],
    ['<a href="https://example.com/x?a=1&amp;b=2">here</a>', 'here <https://example.com/x?a=1&b=2>'],
    ['<a href="https://example.com">https://example.com</a>', 'https://example.com'],
    ['<a href="mailto:a@example.com">a@example.com</a>', 'a@example.com'],
    ['<a href="javascript:alert(1)">x</a>', 'x'],
    ['<html><head><style>b {}</style></head><body>x</body></html>', 'x'],
    ['a <unknown> tag &unknown; and <b>one</b>', 'a <unknown> tag &unknown; and one'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b \nc '],
  ])('%j', (html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })

  test.each(['a < b > c', 'x <y@example.com>', 'AT&T; R&D', '<3', '1<2', 'https://e.com/?a=1&b=2', '&unknown;'])('%s is plain text', (text) => {
    expect(looksLikeHtml(text)).toBe(false)
  })

  test.each(['<b>x', 'a<br>b', '&amp;', '<A HREF="x">', '&#65;'])('%s is HTML', (text) => {
    expect(looksLikeHtml(text)).toBe(true)
  })

  test('a client\'s text comes back as it was, whatever it looks like', () => {
    const pieces = fc.constantFrom('<b>', '</b>', '&amp;', '&', '<', '>', '<br>', '\n', ' ', '  ', '\t', 'text', '\u00a0', '&#65;', '<p>', '<a href="https://x.example">', 'ö', '"', "'")
    const texts = fc.oneof(fc.string(), fc.array(pieces).map((all) => all.join('')))
    fc.assert(fc.property(texts.map((text) => text.replaceAll('\r', '')), (text) => {
      const stored = storedText(text)
      expect(looksLikeHtml(stored) ? textOfHtml(stored) : stored).toBe(text)
    }), { numRuns: 2000 })
  })

  test.each([
    ['<', 200_000], ['<a ', 100_000], ['<!--', 100_000], ['&', 200_000], ['&#', 100_000], ['<a href=', 50_000], ['<a href="x">', 50_000], [' ', 300_000], ['<br> ', 50_000], ['\n', 200_000], ['<li>', 50_000],
  ])('%j repeated %i times ends in good time', (piece, count) => {
    const text = piece.repeat(count)
    expect(looksLikeHtml(`${text}<b>`)).toBe(true)
    expect(textOfHtml(text).length).toBeLessThanOrEqual(2 * text.length)
  })
})
