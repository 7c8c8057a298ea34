import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DavError } from '../../src/caldav/errors.ts'
import { formatHref, parsePath } from '../../src/caldav/resource.ts'
import type { Resource } from '../../src/caldav/resource.ts'
import { calendarId, objectName } from '../../src/calendar/identifiers.ts'

const anna = calendarId('anna@example.com')
const holidays = calendarId('en.usa#holiday@group.v.calendar.google.com')
const event = objectName('3F2504E0.ics')!

const rows: readonly (readonly [href: string, resource: Resource])[] = [
  ['/calendar/dav/', { kind: 'root' }],
  ['/calendar/dav/anna@example.com/user', { kind: 'principal', id: anna }],
  ['/calendar/dav/anna@example.com/', { kind: 'home', id: anna }],
  ['/calendar/dav/anna@example.com/inbox/', { kind: 'inbox', id: anna }],
  ['/calendar/dav/anna@example.com/outbox/', { kind: 'outbox', id: anna }],
  ['/calendar/dav/anna@example.com/events/', { kind: 'calendar', id: anna, door: { kind: 'own-path' } }],
  ['/calendar/dav/anna+work@example.com/', { kind: 'home', id: calendarId('anna+work@example.com') }],
  ['/calendar/dav/anna@example.com/events/3F2504E0.ics', { kind: 'object', id: anna, door: { kind: 'own-path' }, name: event }],
  ['/calendar/dav/en.usa~23holiday@group.v.calendar.google.com/events/', { kind: 'calendar', id: holidays, door: { kind: 'own-path' } }],
  ['/calendar/dav/anna@example.com/en.usa~23holiday@group.v.calendar.google.com/', { kind: 'calendar', id: holidays, door: { kind: 'in-home', account: anna } }],
  ['/calendar/dav/anna@example.com/~65vents/', { kind: 'calendar', id: calendarId('events'), door: { kind: 'in-home', account: anna } }],
  ['/calendar/dav/anna@example.com/~75ser/', { kind: 'calendar', id: calendarId('user'), door: { kind: 'in-home', account: anna } }],
  ['/calendar/dav/~69nbox/~6Futbox/', { kind: 'calendar', id: calendarId('outbox'), door: { kind: 'in-home', account: calendarId('inbox') } }],
  ['/calendar/dav/anna@example.com/a~7E23b/', { kind: 'calendar', id: calendarId('a~23b'), door: { kind: 'in-home', account: anna } }],
  ['/calendar/dav/anna@example.com/events/B%C3%BCro%20%231%20%28%2A%29~23.ics', { kind: 'object', id: anna, door: { kind: 'own-path' }, name: objectName('Büro #1 (*)~23.ics')! }],
]

describe('the URL space', () => {
  test.each(rows)('%s is written and read', (href, resource) => {
    expect(formatHref(resource)).toBe(href)
    expect(parsePath(href)).toEqual(resource)
  })

  test.each<readonly [string, string]>([
    ['/', '/calendar/dav/'],
    ['/calendar/dav', '/calendar/dav/'],
    ['/calendar/dav/anna%40example.com/user/', '/calendar/dav/anna@example.com/user'],
    ['/calendar/dav/anna%2bwork%40example.com/events', '/calendar/dav/anna+work@example.com/events/'],
    ['/calendar/dav/anna@example.com', '/calendar/dav/anna@example.com/'],
    ['/calendar/dav/en.usa%23holiday@group.v.calendar.google.com/events/', '/calendar/dav/en.usa~23holiday@group.v.calendar.google.com/events/'],
    ['/calendar/dav/en.usa%7e23holiday@group.v.calendar.google.com/events/', '/calendar/dav/en.usa~23holiday@group.v.calendar.google.com/events/'],
    ['/calendar/dav/anna@example.com/%65vents/', '/calendar/dav/anna@example.com/~65vents/'],
    ['/calendar/dav/anna@example.com/events/%33F2504E0.ics', '/calendar/dav/anna@example.com/events/3F2504E0.ics'],
  ])('%s is another spelling of %s (RFC 3986 §6.2.2)', (path, href) => {
    expect(formatHref(parsePath(path)!)).toBe(href)
  })

  test.each([
    '', '*', '/calendar', '/calendar/davx/', '/calendar/dav//', '/calendar/dav/anna@example.com//', '/caldav/', '/robots.txt',
    '/calendar/dav/anna@example.com/user/x', '/calendar/dav/anna@example.com/inbox/x', '/calendar/dav/anna@example.com/events/a/b',
  ])('%s is outside', (path) => {
    expect(parsePath(path)).toBeUndefined()
  })

  test.each([
    '/calendar/dav/%/', '/calendar/dav/%zz/user', '/calendar/dav/%C3/', '/calendar/dav/a%00b/', '/calendar/dav/anna@example.com/events/a%0Ab.ics',
    '/calendar/dav/anna@example.com/events/a%2Fb.ics', '/calendar/dav/anna@example.com/events/%2e%2e', `/calendar/dav/anna@example.com/events/${'a'.repeat(1025)}`,
  ])('%s is refused with 400', (path) => {
    expect(() => parsePath(path)).toThrow(expect.objectContaining({ status: 400 }) as DavError)
  })

  const ids = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }), fc.stringMatching(/^[~#%a-f0-9@+]{1,12}$/), fc.constantFrom('user', 'events', 'inbox', 'outbox', '~', '#', '~23', '%23', '~7E'),
  ).filter((id) => !/[\p{Cc}]/u.test(id)).map(calendarId)
  const names = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.stringMatching(/^[~#%a-f0-9@+!'()*;=&$,]{1,12}$/)).map(objectName).filter((name) => name !== undefined)
  const doors = fc.oneof(fc.constant({ kind: 'own-path' } as const), ids.map((account) => ({ kind: 'in-home', account }) as const))
  const resources: fc.Arbitrary<Resource> = fc.oneof(
    fc.constant({ kind: 'root' } as const),
    fc.record({ kind: fc.constantFrom('principal', 'home', 'inbox', 'outbox'), id: ids }),
    fc.record({ kind: fc.constant('calendar'), id: ids, door: doors }),
    fc.record({ kind: fc.constant('object'), id: ids, door: doors, name: names }),
  )

  test('parsePath after formatHref is the identity, so no two resources share an href', () => {
    fc.assert(fc.property(resources, (resource) => {
      expect(parsePath(formatHref(resource))).toEqual(resource)
    }), { numRuns: 2000 })
  })

  test('an href holds no # and no blank, and nothing that a URL parser would change', () => {
    fc.assert(fc.property(resources, (resource) => {
      const href = formatHref(resource)
      fc.pre(!('id' in resource) || !/^\.{1,2}$/.test(resource.id))
      fc.pre(!('door' in resource) || resource.door.kind === 'own-path' || !/^\.{1,2}$/.test(resource.door.account))
      expect(href).toMatch(/^(?:[A-Za-z0-9\-._~@+/]|%[0-9A-F]{2})+$/)
      expect(new URL(href, 'https://cal.example.org').pathname).toBe(href)
    }))
  })

  test('no path makes it throw anything but a DavError 400', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      try {
        parsePath(`/calendar/dav/${text}`)
      } catch (error) {
        expect(error).toMatchObject({ name: 'DavError', status: 400 })
      }
    }))
  })
})
