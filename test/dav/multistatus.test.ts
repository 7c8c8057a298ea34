import { describe, expect, test } from 'vitest'
import { escapeText } from '../../src/dav/characters.ts'
import { formatError, formatMakeCollectionResponse, formatMultistatus, formatResponse, type ResponseElement } from '../../src/dav/multistatus.ts'
import { caldav, calendarserver, dav } from '../../src/dav/names.ts'
import { elementsOf, textOf } from '../../src/dav/tree.ts'
import { element, formatFragment, parseXml, type XmlElement } from '../../src/dav/xml.ts'

const parse = (text: string): XmlElement => parseXml(new TextEncoder().encode(text))
const chunksOf = async (responses: AsyncIterable<ResponseElement> | Iterable<ResponseElement>, trailer = {}): Promise<string[]> => {
  const chunks: string[] = []
  for await (const chunk of formatMultistatus(responses, trailer)) chunks.push(chunk)
  return chunks
}
const status = (line: string): XmlElement => element(dav('status'), [line])

describe('multistatus (RFC 4918 §13)', () => {
  test('what is found as text is told as the same properties one by one are', () => {
    const properties = [element(dav('getetag'), ['"1"']), element(caldav('calendar-data'), ['a & b'])]
    const href = '/a/b&c.ics'
    expect(formatResponse({ escapedHref: escapeText(href), found: properties.map(formatFragment).join('') })).toBe(formatResponse({ href, propstats: [{ status: 200, properties }] }))
  })

  test('holds a response per resource with a propstat per status (§14.24, §14.22), the sync-token last (RFC 6578 §6.4)', async () => {
    const responses: ResponseElement[] = [
      {
        href: '/a/1.ics', propstats: [
          { status: 200, properties: [element(dav('getetag'), ['"1"']), element(calendarserver('getctag'), ['x'])] },
          { status: 404, properties: [element({ namespace: 'urn:x', local: 'odd' })] },
          { status: 403, properties: [element(dav('getetag'))], error: dav('cannot-modify-protected-property') },
        ],
      },
      { href: '/a/2.ics', status: 404 },
      { href: '/a/', status: 507, error: dav('number-of-matches-within-limits'), description: 'Ask again & again.' },
    ]
    const text = (await chunksOf(responses, { syncToken: 'https://example.org/sync?a&b' })).join('')
    expect(parse(text)).toEqual(element(dav('multistatus'), [
      element(dav('response'), [
        element(dav('href'), ['/a/1.ics']),
        element(dav('propstat'), [element(dav('prop'), [element(dav('getetag'), ['"1"']), element(calendarserver('getctag'), ['x'])]), status('HTTP/1.1 200 OK')]),
        element(dav('propstat'), [element(dav('prop'), [element({ namespace: 'urn:x', local: 'odd' })]), status('HTTP/1.1 404 Not Found')]),
        element(dav('propstat'), [element(dav('prop'), [element(dav('getetag'))]), status('HTTP/1.1 403 Forbidden'), element(dav('error'), [element(dav('cannot-modify-protected-property'))])]),
      ]),
      element(dav('response'), [element(dav('href'), ['/a/2.ics']), status('HTTP/1.1 404 Not Found')]),
      element(dav('response'), [
        element(dav('href'), ['/a/']), status('HTTP/1.1 507 Insufficient Storage'),
        element(dav('error'), [element(dav('number-of-matches-within-limits'))]), element(dav('responsedescription'), ['Ask again & again.']),
      ]),
      element(dav('sync-token'), ['https://example.org/sync?a&b']),
    ]))
  })

  test('without responses and token it is empty (§14.16)', async () => {
    expect(parse((await chunksOf([])).join(''))).toEqual(element(dav('multistatus')))
  })

  test('a response of which nothing is told holds an empty propstat with 200 (§14.24)', async () => {
    const [response] = elementsOf(parse((await chunksOf([{ href: '/a', propstats: [] }])).join('')))
    expect(response).toEqual(element(dav('response'), [element(dav('href'), ['/a']), element(dav('propstat'), [element(dav('prop')), status('HTTP/1.1 200 OK')])]))
  })

  test('a fragment made before stands in it as it is', async () => {
    const response: ResponseElement = { href: '/\u00e4', propstats: [{ status: 200, properties: [element(caldav('calendar-data'), ['A\r\n\u00e4'])] }] }
    expect(await chunksOf([{ raw: formatResponse(response) }])).toEqual(await chunksOf([response]))
  })

  test('comes in chunks of about 64 KB, all ASCII, for lists that are here and lists that come', async () => {
    const list = Array.from({ length: 500 }, (_, index): ResponseElement => ({ href: `/${index}`, propstats: [{ status: 200, properties: [element(caldav('calendar-data'), ['\u00e4'.repeat(100)])] }] }))
    const chunks = await chunksOf(list)
    expect(chunks.length).toBeGreaterThan(3)
    expect(chunks.slice(0, -1).every((chunk) => chunk.length >= 65_536 && chunk.length < 70_000)).toBe(true)
    expect(chunks.join('')).toMatch(/^[\n\u0020-\u007E]*$/)
    expect(elementsOf(parse(chunks.join(''))).map((response) => textOf(elementsOf(response)[0]!))).toEqual(list.map((_, index) => `/${index}`))
    const coming = (async function* () { yield* list })()
    expect(await chunksOf(coming)).toEqual(chunks)
  })

  test('pulls no further than read, and ends its source when the reader stops', async () => {
    const seen: string[] = []
    const source = (async function* () {
      try {
        for (let index = 0; ; index += 1) {
          seen.push('pulled')
          yield { href: `/${index}`.padEnd(30_000, 'x'), status: 404 } as const
        }
      } finally {
        seen.push('ended')
      }
    })()
    for await (const _ of formatMultistatus(source)) break
    expect(seen).toEqual(['pulled', 'pulled', 'pulled', 'ended'])
  })

  test('what the source throws comes through, with no end tag ahead of it', async () => {
    const fault = new Error('unavailable')
    const seen: string[] = []
    const read = async (): Promise<void> => {
      for await (const chunk of formatMultistatus((async function* (): AsyncGenerator<ResponseElement> { yield { href: '/a', status: 404 }; throw fault })())) seen.push(chunk)
    }
    await expect(read()).rejects.toBe(fault)
    expect(seen.join('')).not.toContain('</D:multistatus>')
  })
})

describe('DAV:error (RFC 4918 §14.5, §16)', () => {
  test('holds exactly one element, the condition; the sentence is a comment ahead of it', () => {
    const text = formatError(caldav('no-uid-conflict'), [element(dav('href'), ['/a/b.ics'])], 'The UID is in use -- elsewhere (RFC 4791 §5.3.2.1).')
    expect(parse(text)).toEqual(element(dav('error'), [element(caldav('no-uid-conflict'), [element(dav('href'), ['/a/b.ics'])])]))
    expect(text).toContain('\n<!-- The UID is in use - - elsewhere (RFC 4791 section 5.3.2.1). -->\n<D:error')
  })

  test.each(['-', '--', '---', '-->', '--!>', '<!-- x', 'ends in -', '\u00e4\u{1f600}', 'line\r\nend', '\u0000\uD800', '', ']]>'])('no sentence breaks the document: %j', (sentence) => {
    const text = formatError(dav('valid-sync-token'), [], sentence)
    expect(text).toMatch(/^[\n\u0020-\u007E]*$/)
    expect(parse(text)).toEqual(element(dav('error'), [element(dav('valid-sync-token'))]))
  })

  test('without a sentence there is no comment', () => {
    expect(formatError(dav('valid-sync-token'))).not.toContain('<!--')
  })
})

test('mkcol-response tells what became of each property (RFC 5689 §5.2)', () => {
  const text = formatMakeCollectionResponse(dav('mkcol-response'), [
    { status: 403, properties: [element(dav('resourcetype'))], error: dav('valid-resourcetype') }, { status: 424, properties: [element(dav('displayname'))] },
  ])
  expect(parse(text)).toEqual(element(dav('mkcol-response'), [
    element(dav('propstat'), [element(dav('prop'), [element(dav('resourcetype'))]), status('HTTP/1.1 403 Forbidden'), element(dav('error'), [element(dav('valid-resourcetype'))])]),
    element(dav('propstat'), [element(dav('prop'), [element(dav('displayname'))]), status('HTTP/1.1 424 Failed Dependency')]),
  ]))
})
