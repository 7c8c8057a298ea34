import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseOpenReading, syncPage } from '../../../src/caldav/reports/sync-pages.ts'
import type { Changes, ObjectTag } from '../../../src/calendar/backend.ts'
import { backendSyncToken, instant, objectName, revision } from '../../../src/calendar/identifiers.ts'
import type { ObjectName } from '../../../src/calendar/identifiers.ts'

const inOrder = (a: ObjectTag, b: ObjectTag): number => a.updated - b.updated || (a.name < b.name ? -1 : 1)
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }).map((text) => objectName(text)).filter((name) => name !== undefined), { maxLength: 30 })

/** Everything that a reader is told, page by page, and where it stands then. */
function readPages(all: Changes, limit: number, since: string | undefined) {
  const told: ObjectName[] = []
  let token = since === undefined ? undefined : backendSyncToken(since)
  for (let pages = 1; ; pages += 1) {
    const reading = token && parseOpenReading(token)
    const page = syncPage(all, limit, reading, reading === undefined ? token : reading.since)
    expect(page.changed.length + page.removed.length).toBeLessThanOrEqual(limit)
    told.push(...page.changed.map(({ name }) => name), ...page.removed)
    token = page.next
    if (!page.more) return { told, token, pages, since: reading?.since }
  }
}

describe('pages of a synchronisation (RFC 6578 §3.6)', () => {
  test('tell everything once, in pages as full as the limit allows, and end at the state at which they began', () => {
    fc.assert(fc.property(names, fc.nat(30), fc.integer({ min: 1, max: 7 }), fc.option(fc.stringMatching(/^[ -~]{1,10}$/), { nil: undefined }), (list, split, limit, since) => {
      const changed = list.slice(split).map((name, index) => ({ name, revision: revision('1'), updated: instant(index % 3) })).sort(inOrder)
      const removed = list.slice(0, split).sort()
      const all: Changes = { changed, removed, next: backendSyncToken('the end %') }
      const read = readPages(all, limit, since)
      expect(read.told).toEqual([...changed.map(({ name }) => name), ...removed])
      expect(read.token).toBe('the end %')
      expect(read.pages).toBe(Math.max(1, Math.ceil(list.length / limit)))
      if (read.pages > 1) expect(read.since).toBe(since)
    }))
  })

  test('what is changed meanwhile is told in the same reading or left to the next one, which begins where this one did', () => {
    const tag = (name: string, updated: number): ObjectTag => ({ name: objectName(name)!, revision: revision(String(updated)), updated: instant(updated) })
    const first = syncPage({ changed: [tag('a', 1), tag('b', 2)], removed: [], next: backendSyncToken('2') }, 1, undefined, undefined)
    const second = syncPage({ changed: [tag('b', 2), tag('a', 3)], removed: [objectName('c')!], next: backendSyncToken('3') }, undefined, parseOpenReading(first.next), undefined)
    expect([first.more, second]).toEqual([true, { changed: [tag('b', 2), tag('a', 3)], removed: ['c'], next: '2', more: false }])
  })

  test.each(['', 'page', 'page    ', 'page a b 1', 'page a b 1 %', 'page a b 1 a%2Fb', 'page %zz b 1 a', 'page a b x a', '1764000000000-abcdefgh'])('%j is no reading under way', (token) => {
    expect(parseOpenReading(backendSyncToken(token))).toBeUndefined()
  })
})
