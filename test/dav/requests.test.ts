/**
 * Golden files: `fixtures/dav/*.xml` beside `*.json`. The `.json` is written anew by `node test/dav/rewrite-golden.ts`; the diff is read
 * before it is kept.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CALDAV, caldav, dav } from '../../src/dav/names.ts'
import { parseCalendarDataRequest, parseMakeCollection, parsePropfind, parseProppatch, parseReport } from '../../src/dav/requests.ts'
import { GrammarError } from '../../src/dav/xml.ts'
import { goldenFolder, goldenNames, goldenValue } from './golden.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('request bodies (RFC 4918, 4791, 6578, 5689, 3744): each golden file gives its value or its refusal', () => {
  test.each(goldenNames())('%s', (name) => {
    expect(goldenValue(name)).toEqual(JSON.parse(readFileSync(`${goldenFolder}/${name}.json`, 'utf8')))
  })

  test('the folder holds no .json without its .xml', () => {
    const orphans = readdirSync(goldenFolder).filter((file) => file.endsWith('.json') && !goldenNames().includes(file.slice(0, -'.json'.length)))
    expect(orphans).toEqual([])
  })
})

test('PROPFIND: an empty body is allprop (RFC 4918 §9.1)', () => {
  expect(parsePropfind(new Uint8Array())).toEqual({ kind: 'all', include: [] })
})

test('MKCALENDAR and MKCOL: an empty body sets nothing (RFC 4791 §5.3.1)', () => {
  expect(parseMakeCollection(new Uint8Array())).toEqual({ properties: [] })
})

test('PROPPATCH and REPORT need a body (RFC 4918 §9.2, RFC 3253 §3.6)', () => {
  expect(() => parseProppatch(new Uint8Array())).toThrow(GrammarError)
  expect(() => parseReport(new Uint8Array())).toThrow(GrammarError)
})

test('a body that came before is read as it was then, other bodies between them or not, and refused as it was', () => {
  const propfind = (inside: string): Uint8Array => bytes(`<propfind xmlns="DAV:">${inside}</propfind>`)
  const read = (names: readonly string[]) => parsePropfind(propfind(`<prop>${names.map((name) => `<${name}/>`).join('')}</prop>`))
  const first = read(['getetag'])
  expect(read(['getetag'])).toBe(first)
  for (let number = 0; number < 1000; number += 1) expect(read([`p${number}`])).toMatchObject({ properties: [{ name: dav(`p${number}`) }] })
  expect(read(['getetag'])).toEqual(first)
  for (const _ of [1, 2]) expect(() => parsePropfind(propfind(''))).toThrow(GrammarError)
})

describe('limits', () => {
  const propfind = (count: number): Uint8Array => bytes(`<propfind xmlns="DAV:"><prop>${Array.from({ length: count }, (_, index) => `<p${index}/>`).join('')}</prop></propfind>`)
  const multiget = (count: number): Uint8Array => bytes(`<C:calendar-multiget xmlns:C="${CALDAV}" xmlns="DAV:"><prop/>${Array.from({ length: count }, (_, index) => `<href>/${index}.ics</href>`).join('')}</C:calendar-multiget>`)
  const query = (count: number): Uint8Array => bytes(`<C:calendar-query xmlns:C="${CALDAV}"><C:filter><C:comp-filter name="VCALENDAR">${'<C:prop-filter name="VERSION"/>'.repeat(count - 1)}</C:comp-filter></C:filter></C:calendar-query>`)

  test('500 properties are asked for at once, not 501', () => {
    expect(parsePropfind(propfind(500))).toMatchObject({ properties: { length: 500 } })
    expect(() => parsePropfind(propfind(501))).toThrow(/500/)
  })

  test('20,000 hrefs of one multiget, not one more', () => {
    expect(parseReport(multiget(20_000))).toMatchObject({ hrefs: { length: 20_000 } })
    expect(() => parseReport(multiget(20_001))).toThrow(/20000/)
  })

  test('100 filters in one query, not 101: CALDAV:valid-filter', () => {
    expect(parseReport(query(100))).toMatchObject({ filter: { props: { length: 99 } } })
    expect(() => parseReport(query(101))).toThrow(expect.objectContaining({ condition: caldav('valid-filter') }))
  })
})

const folder = '../shared/reference/client-requests'
const placeholders: Readonly<Record<string, string>> = {
  start: '20260901T000000Z', end: '20261001T000000Z', 'sync-token': 'https://example.org/sync/1', href1: '/a/1.ics', href2: '/a/2.ics',
}

/** The XML bodies of `client-requests`, with their placeholders filled in. */
function clientBodies(): { readonly file: string; readonly method: string; readonly body: string }[] {
  return readdirSync(folder).filter((file) => file.endsWith('.http')).flatMap((file) => {
    const [head, ...rest] = readFileSync(`${folder}/${file}`, 'utf8').replace(/^(#.*\n)+/, '').split('\n\n')
    const body = rest.join('\n\n').replaceAll(/\{\{([\w-]+)\}\}/g, (_, name: string) => placeholders[name] ?? 'x')
    return body.trimStart().startsWith('<') ? [{ file, method: head!.split(' ')[0]!, body }] : []
  })
}

describe.skipIf(!existsSync(folder))('bodies of real clients (skipped where the recorded ones are not at hand)', () => {
  const bodies = existsSync(folder) ? clientBodies() : []

  test('there are many', () => {
    expect(bodies.length).toBeGreaterThan(35)
  })

  test.each(bodies)('$file: $method is understood', ({ method, body }) => {
    const parsers = { PROPFIND: parsePropfind, PROPPATCH: parseProppatch, REPORT: parseReport, MKCALENDAR: parseMakeCollection, MKCOL: parseMakeCollection }
    const parsed = parsers[method as keyof typeof parsers](bytes(body))
    expect(parsed).not.toMatchObject({ kind: 'unknown' })
    expect(parsed).not.toMatchObject({ kind: 'properties', properties: { length: 0 } })
    expect(parsed).not.toMatchObject({ selection: { properties: { length: 0 } } })
    const selection = 'selection' in parsed && parsed.selection.kind === 'properties' ? parsed.selection.properties : []
    for (const { name, element } of selection) if (name.local === 'calendar-data') expect(parseCalendarDataRequest(element).version).toBe('2.0')
  })

  test('Calendar.app of macOS 10.7 sends sync-collection without level: it counts as 1', () => {
    const { body } = bodies.find(({ file }) => file.startsWith('macos-15'))!
    expect(parseReport(bytes(body))).toMatchObject({ kind: 'sync-collection', level: '1', token: 'https://example.org/sync/1' })
  })

  test('the time zone of a PROPPATCH keeps its line ends, written as &#13;', () => {
    const { body } = bodies.find(({ file }) => file.startsWith('macos-10'))!
    const [update] = parseProppatch(bytes(body))
    expect(update).toMatchObject({ kind: 'set', name: caldav('calendar-timezone'), value: { children: [expect.stringMatching(/^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/)] } })
    expect(update?.name).not.toEqual(dav('calendar-timezone'))
  })
})
