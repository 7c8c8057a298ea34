import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { APPLE_ICAL, CALDAV, CALENDARSERVER, DAV, dav } from '../../src/dav/names.ts'
import { element, formatFragment, formatXml, fragmentWriter, GrammarError, parseXml, type XmlElement } from '../../src/dav/xml.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): XmlElement => parseXml(bytes(text))
const refusal = (body: Uint8Array | string): string => {
  try {
    parseXml(typeof body === 'string' ? bytes(body) : body)
  } catch (error) {
    expect(error).toBeInstanceOf(GrammarError)
    return (error as GrammarError).message
  }
  throw new Error('It was accepted.')
}

describe('parseXml: namespaces (Namespaces in XML 1.0)', () => {
  test.each([
    ['<D:a xmlns:D="DAV:"/>'], ['<a xmlns="DAV:"/>'], ["<\u00e4:a xmlns:\u00e4='DAV:'/>"],
    ['<__proto__:a xmlns:__proto__="DAV:"/>'], ['<toString:a xmlns:toString="DAV:"/>'],
  ])('any prefix stands for the namespace it is bound to (§3): %s', (text) => {
    expect(parse(text)).toEqual(element(dav('a')))
  })

  test('a declaration holds inside its element only and can be replaced (§6.1, §6.2)', () => {
    expect(parse('<a xmlns="DAV:" xmlns:p="u:1"><p:b xmlns:p="u:2"><c xmlns=""/></p:b><p:d/><e/></a>')).toEqual(element(dav('a'), [
      element({ namespace: 'u:2', local: 'b' }, [element({ namespace: '', local: 'c' })]), element({ namespace: 'u:1', local: 'd' }), element(dav('e')),
    ]))
  })

  test('attributes without prefix have no namespace; others are told by Clark name (§6.2)', () => {
    const { attributes } = parse('<a xmlns="DAV:" xmlns:p="u:1" b="1" p:b="2" xml:lang="fr" hasOwnProperty="3"/>')
    expect([...attributes]).toEqual([['b', '1'], ['{u:1}b', '2'], ['{http://www.w3.org/XML/1998/namespace}lang', 'fr'], ['hasOwnProperty', '3']])
  })

  test.each([
    ['unknown prefix', '<x:a/>', /prefix "x"/], ['unknown prefix of an attribute', '<a x:b="1"/>', /prefix "x"/],
    ['prefix that is a property of all objects', '<toString:a/>', /prefix "toString"/],
    ['prefix taken back', '<a xmlns:x=""/>', /xmlns:x/], ['prefix xmlns', '<a xmlns:xmlns="u:1"/>', /not allowed/],
    ['prefix xml bound anew', '<a xmlns:xml="u:1"/>', /not allowed/], ['namespace of xml bound to another prefix', '<a xmlns:x="http://www.w3.org/XML/1998/namespace"/>', /not allowed/],
    ['attribute twice by expanded name', '<a xmlns:x="u:1" xmlns:y="u:1" x:b="1" y:b="2"/>', /twice/],
    ['two colons', '<a xmlns:x="u:1"><x:b:c/></a>', /not a name/], ['nothing before the colon', '<:a/>', /well-formed/], ['digit behind the colon', '<x:1 xmlns:x="u:1"/>', /not a name/],
  ])('refused: %s', (_, text, sentence) => {
    expect(refusal(text)).toMatch(sentence)
  })
})

describe('parseXml: text', () => {
  test.each([
    ['references (XML 1.0 §4.1, §4.6)', '&amp;&lt;&gt;&quot;&apos;&#228;&#xE4;&#x1F600;', '&<>"\'\u00e4\u00e4\u{1f600}'],
    ['a reference is decoded once', '&amp;lt;', '&lt;'],
    ['CDATA (§2.7), joined with its neighbours', 'a<![CDATA[<b>&amp;]]>c', 'a<b>&amp;c'],
    ['comments and instructions leave no gap', 'a<!-- <x> -->b<?p <x>?>c', 'abc'],
    ['line ends (§2.11), CR by reference kept', 'a\r\nb\rc&#13;\nd', 'a\nb\nc\r\nd'],
    ['blanks are kept', ' a\t', ' a\t'],
    ['numbers stay text', '007', '007'],
    ['a document type inside CDATA is text', '<![CDATA[<!DOCTYPE html>]]>', '<!DOCTYPE html>'],
  ])('%s', (_, text, expected) => {
    expect(parse(`<a>${text}</a>`).children).toEqual([expected])
  })

  test('white space in attributes counts as blanks unless it is a reference (XML 1.0 §3.3.3)', () => {
    expect(parse('<a b="1\n2\t3&#10;4 &lt;"/>').attributes.get('b')).toBe('1 2 3\n4 <')
  })

  test.each([['empty', '<a></a>'], ['empty CDATA', '<a><![CDATA[]]></a>']])('no text is no child: %s', (_, text) => {
    expect(parse(text).children).toEqual([])
  })

  test.each([
    ['byte order mark', '\uFEFF<a/>'], ['single quotes', "<?xml version='1.0' encoding='UTF-8' ?><a/>"], ['us-ascii', '<?xml version="1.0" encoding="us-ascii"?>\n<a/>'],
    ['comments around', '<!-- x --><a/>\n<!-- y -->\n<!-- z -->\n'], ['instruction behind', '<a/><?p q?>'], ['name that ends in hyphens', '<a--></a-->'],
  ])('accepted: %s', (_, text) => {
    expect(parse(text).name.local).toMatch(/^a/)
  })
})

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')

describe('parseXml: hostile and broken bodies end in a GrammarError with a sentence (RFC 4918 §8.2, §20.6)', () => {
  const deep = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels)

  test.each([
    ['empty', '', /empty/], ['blanks', '  \n', /well-formed/], ['text only', 'hello', /well-formed/], ['JSON', '{"a":1}', /well-formed/],
    ['document type', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /DOCTYPE/], ['entity expansion', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', /DOCTYPE/],
    ['document type behind a comment', '<!-- x --><!DOCTYPE a><a/>', /DOCTYPE/], ['lower case document type', '<!doctype html><a/>', /DOCTYPE/],
    ['unknown entity', '<a>&nbsp;</a>', /reference/], ['entity of object names', '<a>&constructor;</a>', /reference/], ['bare ampersand', '<a b="&"/>', /reference/],
    ['reference to NUL', '<a>&#0;</a>', /reference/], ['reference to a surrogate', '<a>&#xD800;</a>', /reference/], ['reference beyond Unicode', '<a>&#x110000;</a>', /reference/],
    ['control character', '<a>\u0007</a>', /U\+0007/], ['U+FFFE', '<a>\uFFFE</a>', /U\+FFFE/],
    ['two roots', '<a/><b/>', /one root/], ['text behind', '<a/>x', /behind the root/], ['text behind and comment', '<a/>x<!-- y -->', /behind the root/], ['text ahead', 'x<a/>', /well-formed/],
    ['CDATA ahead', '<![CDATA[x]]><a/>', /one root/], ['CDATA behind', '<a/><![CDATA[x]]>', /one root/],
    ['end tag missing', '<a><b></a>', /well-formed/], ['end tag alone', '</a>', /well-formed/], ['start tag cut', '<a', /well-formed/], ['comment cut', '<a><!-- x</a>', /does not end/], ['CDATA cut', '<a><![CDATA[x</a>', /does not end/],
    ['two hyphens in a comment', '<a><!-- x -- y --></a>', /hyphens/], [']]> in a text', '<a>]]></a>', /\]\]>/],
    ['attribute twice', '<a b="1" b="2"/>', /well-formed/], ['attribute without quotes', '<a b=1/>', /well-formed/], ['attribute without value', '<a b/>', /well-formed/], ['< in an attribute', '<a b="<"/>', /"<"/],
    ['__proto__', '<__proto__/>', /well-formed/], ['__proto__ as attribute', '<a __proto__="1"/>', /well-formed/], ['constructor', '<constructor/>', /well-formed/],
    ['end tag of another prefix', '<a xmlns="u" xmlns:p="u"></p:a>', /well-formed/], ['attributes without a blank between', '<a b="1"c="2"/>', /well-formed/],
    ['declaration behind the start', '\n<?xml version="1.0"?><a/>', /well-formed/], ['slash within a tag', '<a/ >', /well-formed/],
    ['name that begins with a digit', '<1a/>', /well-formed/], ['end tag with an attribute', '<a></a b="1">', /well-formed/], ['blank ahead of a name', '< a/>', /well-formed/],
    ['33 levels', deep(33), /32/], ['40,000 levels', deep(40_000), /32|well-formed/],
    ['100,001 tags', `<a>${'<b/>'.repeat(99_999)}</a>`, /100000 tags/], ['a message that would repeat the body', `<a>${'<b>'.repeat(90_000)}`, /^.{1,200}$/],
    ['declared UTF-16', '<?xml version="1.0" encoding="utf-16"?><a/>', /utf-16/], ['declared Latin-1', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', /ISO-8859-1/],
  ])('%s', (_, text, sentence) => {
    expect(refusal(text)).toMatch(sentence)
  })

  test.each([
    ['half of a character of UTF-16', Buffer.from('\uFEFF<a/>', 'utf16le').subarray(0, 9), /UTF-16/], ['UTF-16 that says it is UTF-8', utf16('<?xml version="1.0" encoding="UTF-8"?><a/>'), /UTF-8/],
    ['UTF-32', Buffer.from('3c000000610000002f0000003e000000', 'hex'), /U\+0000/],
    ['Latin-1', Buffer.from('<a>\u00e4</a>', 'latin1'), /UTF-8/], ['surrogates in UTF-8', Buffer.from([0x3C, 0x61, 0x3E, 0xED, 0xA0, 0x80, 0x3C, 0x2F, 0x61, 0x3E]), /UTF-8/],
    ['NUL', Buffer.from('<a>xyz\0</a>'), /U\+0000/], ['one byte', Buffer.from([0xFF]), /UTF-8/],
  ])('%s', (_, body, sentence) => {
    expect(refusal(body)).toMatch(sentence)
  })

  test.each([
    ['little end first', utf16('\uFEFF<a>\u00e4</a>')], ['without its mark', utf16('<a>\u00e4</a>')], ['declared', utf16('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>\u00e4</a>')],
    ['big end first', utf16('\uFEFF<a>\u00e4</a>').swap16()], ['big end first, without its mark', utf16('<a>\u00e4</a>').swap16()],
  ])('UTF-16 is read like UTF-8 (RFC 4918 §19): %s', (_, body) => {
    expect(parseXml(body)).toMatchObject({ name: { local: 'a' }, children: ['\u00e4'] })
  })

  test.each([
    ['<x', 'The XML body is not well-formed: Unclosed tag \'x\' (line 1).'],
    ['<a>\n  <b>\n</a>', 'The XML body is not well-formed: Expected closing tag \'b\' (opened in line 2, col 3) instead of closing tag \'a\' (line 3).'],
    ['<a>\r\n<p:b/></a>', 'The XML body is not well-formed: the prefix "p" is not declared.'],
    ['<a>\n', 'The XML body is not well-formed: Unclosed tag \'a\' (line 1).'],
  ])('%j: what, and in which line', (text, sentence) => {
    expect(refusal(text)).toBe(sentence)
  })

  test('32 levels are accepted', () => {
    expect(parse(deep(32)).name.local).toBe('a')
  })

  test('20,000 declarations around 20,000 more are read one by one, not copied', () => {
    const declarations = Array.from({ length: 20_000 }, (_, index) => `xmlns:p${index}="u:${index}"`).join(' ')
    expect(parse(`<a ${declarations}>${'<b xmlns:q="u"/>'.repeat(20_000)}<p7:c/></a>`).children.at(-1)).toEqual(element({ namespace: 'u:7', local: 'c' }))
  })

  test('the size limit counts bytes', () => {
    expect(() => parseXml(bytes('<a>\u00e4</a>'), { maxBytes: 8 })).toThrow(/larger than 8 bytes/)
    expect(parseXml(bytes('<a>\u00e4</a>'), { maxBytes: 9 }).children).toEqual(['\u00e4'])
  })

  test('any bytes give a tree or a GrammarError', () => {
    const piece = fc.constantFrom('<a', '>', '</a>', '<', '/>', ' b="', '"', "'", '&', ';', '&#', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', 'xmlns:x="u"', 'x:', '\r\n', 'text', '<!DOCTYPE', '\u00e4', '__proto__', ':@', '#text', '<a>', '<b/>')
    fc.assert(fc.property(fc.oneof(fc.array(piece, { maxLength: 20 }).map((pieces) => bytes(pieces.join(''))), fc.uint8Array({ maxLength: 60 })), (body) => {
      try {
        expect(parseXml(body).name.local).not.toBe('')
      } catch (error) {
        if (!(error instanceof GrammarError)) throw error
      }
    }), { numRuns: 2000 })
  })
})

describe('formatXml', () => {
  test('declares D, C, CS and A on the root and other namespaces where they are used', () => {
    const other = { namespace: 'urn:x"&', local: 'o' }
    expect(formatXml(element(dav('a'), [element(other, [element(other), element(dav('b'))]), element({ namespace: '', local: 'n' })]))).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n<D:a xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/">'
      + '<X:o xmlns:X="urn:x&quot;&amp;"><X:o/><D:b/></X:o><n/></D:a>')
  })

  test('is all ASCII, keeps CR by reference, and leaves out what XML forbids (XML 1.0 §2.2)', () => {
    const text = 'a\u00e4\u{1f600}<&>"\r\n\t\u0000\u000b\uD800\uFFFF\u0085z'
    expect(formatFragment(element(dav('a'), [text], { b: text }))).toBe(
      '<D:a b="a&#228;&#128512;&lt;&amp;&gt;&quot;&#13;&#10;&#9;&#133;z">a&#228;&#128512;&lt;&amp;&gt;"&#13;\n\t&#133;z</D:a>')
  })

  const local = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9.-]{0,6}$/)
  const namespace = fc.oneof(fc.constantFrom('', DAV, CALDAV, CALENDARSERVER, APPLE_ICAL, 'urn:a', 'urn:b'), fc.webUrl(), fc.constant('u:"<&\u00e4}'))
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('&', '<', '>', '"', '\r', '\n', '\t', ']]>', '&amp;', ' '), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), minLength: 1 })
    .map((drawn) => drawn.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')).filter((drawn) => drawn !== '')
  const attributeName = fc.oneof(local, fc.tuple(namespace.filter((drawn) => drawn !== ''), local).map(([space, name]) => `{${space}}${name}`))
  const name = fc.record({ namespace, local })
  const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
    tree: fc.record({
      name, attributes: fc.array(fc.tuple(attributeName, text), { maxLength: 3 }).map((pairs) => new Map(pairs)),
      children: fc.array(fc.oneof({ maxDepth: 4 }, text, tie('tree')), { maxLength: 4 })
        .map((children) => children.filter((child, index) => typeof child !== 'string' || typeof children[index - 1] !== 'string')),
    }),
  }))

  test('an element that is written with tags made beforehand is the same', () => {
    fc.assert(fc.property(tree, (drawn) => {
      const { name, children } = drawn
      expect(fragmentWriter(name)(children)).toBe(formatFragment(element(name, children)))
    }))
  })

  test('parse after format is the identity', () => {
    fc.assert(fc.property(tree, (drawn) => {
      const text = formatXml(drawn)
      expect(text).toMatch(/^[\n\t\u0020-\u007E]*$/)
      expect(parse(text)).toEqual(drawn)
    }), { numRuns: 500 })
  })
})
