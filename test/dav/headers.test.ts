import { describe, expect, test } from 'vitest'
import {
  isHostOf, matchesStrongly, matchesWeakly, parseDepth, parseDestination, parseEntityTags, parseHttpDate, parseIfScheduleTagMatch, parseOverwrite, parsePrefer, parseScheduleReply,
} from '../../src/dav/headers.ts'
import { GrammarError } from '../../src/dav/xml.ts'

describe('Depth (RFC 4918 §10.2)', () => {
  test.each([[null, undefined], ['0', '0'], ['1', '1'], [' 1 ', '1'], ['infinity', 'infinity'], ['Infinity', 'infinity']])('%j is %j', (value, depth) => {
    expect(parseDepth(value)).toBe(depth)
  })
  test.each(['2', '', '1,noroot', '0, 0'])('%j is refused', (value) => {
    expect(() => parseDepth(value)).toThrow(GrammarError)
  })
})

describe('Prefer (RFC 7240, RFC 8144) and Brief', () => {
  test.each([
    [null, null, '-'], ['return=minimal', null, 'm'], ['return-minimal', null, 'm'], ['Return = "Minimal"', null, 'm'], ['return=representation', null, 'r'],
    ['respond-async, return=minimal; foo=bar, wait=10', null, 'm'], ['return=minimal, return=representation', null, 'm'], ['return=representation', 't', 'r'],
    [null, 't', 'm'], [null, 'T', 'm'], [null, 'f', '-'], ['depth-noroot', null, '-n'], ['return=minimal, depth-noroot', null, 'mn'], ['foo="return=minimal"', null, '-'], ['foo="a,return=minimal"', null, '-'], ['', null, '-'], ['return=', null, '-'],
  ])('Prefer: %j, Brief: %j is %s', (prefer, brief, expected) => {
    expect(parsePrefer(prefer, brief)).toEqual({ minimal: expected.startsWith('m'), representation: expected.startsWith('r'), depthNoroot: expected.endsWith('n') })
  })
})

describe('If-Match, If-None-Match (RFC 9110 §8.8.3, §13.1)', () => {
  test.each([
    ['*', { kind: 'any' }],
    [' * ', { kind: 'any' }],
    ['"a"', { kind: 'tags', tags: [{ opaque: '"a"', isWeak: false }] }],
    ['"a", W/"b,c" ,,"d"', { kind: 'tags', tags: [{ opaque: '"a"', isWeak: false }, { opaque: '"b,c"', isWeak: true }, { opaque: '"d"', isWeak: false }] }],
    ['a1b2', { kind: 'tags', tags: [{ opaque: '"a1b2"', isWeak: false }] }],
    ['""', { kind: 'tags', tags: [{ opaque: '""', isWeak: false }] }],
  ])('%j', (value, expected) => {
    expect(parseEntityTags(value)).toEqual(expected)
  })

  test('an absent header is no condition', () => {
    expect(parseEntityTags(null)).toBeUndefined()
  })

  test.each(['', ' , ', '"a', '"a" "b"', 'a b', '"a b"'])('%j is refused', (value) => {
    expect(() => parseEntityTags(value)).toThrow(GrammarError)
  })

  test.each([
    ['"a"', '"a"', true, true], ['"b", "a"', '"a"', true, true], ['W/"a"', '"a"', false, true], ['"A"', '"a"', false, false], ['a', '"a"', true, true],
    ['*', '"a"', true, true], ['*', undefined, false, false], ['"a"', undefined, false, false],
  ])('%j against %j: strongly %j, weakly %j', (value, etag, strongly, weakly) => {
    const condition = parseEntityTags(value)!
    expect([matchesStrongly(condition, etag), matchesWeakly(condition, etag)]).toEqual([strongly, weakly])
  })
})

describe('dates (RFC 9110 §5.6.7)', () => {
  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])('%s', (value) => {
    expect(parseHttpDate(value)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
  })
  test.each([null, '', 'today', '1994', '1994-11-06T08:49:37Z', 'Sun, 06 Nov 1994 08:49:37 CET', 'Sun, 36 Nov 1994 08:49:37 GMT'])('%j is none', (value) => {
    expect(parseHttpDate(value)).toBeUndefined()
  })
})

describe('If-Schedule-Tag-Match (RFC 6638 §8.3)', () => {
  test.each([[null, undefined], ['"a,b"', '"a,b"'], ['a', '"a"']])('%j is %j', (value, tag) => {
    expect(parseIfScheduleTagMatch(value)).toBe(tag)
  })
  test.each(['', '*, "a"', 'W/"a"', '"a", "b"'])('%j is refused', (value) => {
    expect(() => parseIfScheduleTagMatch(value)).toThrow(GrammarError)
  })
})

describe('Destination (RFC 4918 §10.3)', () => {
  test.each([
    ['/a/b%20c.ics', { path: '/a/b%20c.ics' }],
    ['https://Cal.Example.org:8443/a/%40.ics', { path: '/a/%40.ics', origin: 'https://cal.example.org:8443' }],
    ['HTTP://h/', { path: '/', origin: 'http://h' }],
    ['/a@b/\u00e4', { path: '/a@b/\u00e4' }],
  ])('%j', (value, destination) => {
    expect(parseDestination(value)).toEqual(destination)
  })
  test.each([null, '', 'a.ics', 'https://h', '/a b', '/a?b', '/a#b', 'https://h/a#b', 'mailto:a@b', 'https:///a'])('%j is refused', (value) => {
    expect(() => parseDestination(value)).toThrow(GrammarError)
  })
})

describe('the server of an origin (RFC 9110 §4.2.3)', () => {
  test.each<[string, string, boolean]>([
    ['https://cal.example.org', 'cal.example.org', true], ['https://cal.example.org:443', 'cal.example.org', true], ['https://cal.example.org', 'Cal.example.org:443', true],
    ['http://cal.example.org', 'cal.example.org:80', true], ['https://cal.example.org', 'cal.example.org:', true], ['https://[::1]', '[::1]:443', true],
    ['https://cal.example.org', 'cal.example.org, proxy.example', true], ['https://cal.example.org:8443', 'cal.example.org:8443', true],
    ['https://cal.example.org:8443', 'cal.example.org', false], ['https://cal.example.org', 'cal.example.org:80', false], ['https://proxy.example', 'cal.example.org, proxy.example', false],
    ['https://evil-cal.example.org', 'cal.example.org', false], ['https://user@cal.example.org', 'cal.example.org', false], ['https://cal.example.org', '', false],
  ])('%s, asked as %j: %s', (origin, host, expected) => {
    expect(isHostOf(origin, host)).toBe(expected)
  })
})

describe('flags: Overwrite (RFC 4918 §10.6), Schedule-Reply (RFC 6638 §8.1)', () => {
  test.each([
    [null, true, true], ['T', true, true], ['F', false, false], [' f ', false, false],
  ])('%j', (value, overwrite, scheduleReply) => {
    expect([parseOverwrite(value), parseScheduleReply(value)]).toEqual([overwrite, scheduleReply])
  })
  test.each([[parseOverwrite], [parseScheduleReply]])('%o refuses other values', (parse) => {
    expect(() => parse('true')).toThrow(GrammarError)
  })
})
