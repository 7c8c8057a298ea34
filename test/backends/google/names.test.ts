import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventIdOf, maxUidBytes, objectNameOf, uidOfEventId, uidOfObjectName } from '../../../src/backends/google/names.ts'
import { eventUid } from '../../../src/calendar/identifiers.ts'

/** Recorded at the real service. */
const recorded: readonly (readonly [uid: string, id: string])[] = [
  ['009c2cc9-0781-482d-8ccd-8fc9bfeb3138', '_60o3iopicdhjib9g6ss32b9k70p68b9ocdhm8b9ocphjioj6clh36c9j70'],
  ['test-import-event-2026-03-12@example.com', '_ehin6t1dd5mn0rriegmmatj5dpq2qchg68r2qc1j5koj4g35f1gmqs3cckn66rrd'],
  ['g65fvocgea781hubcl4099oc9o@google.com', 'g65fvocgea781hubcl4099oc9o'],
  ['4k3hexample0000000000_R20250327T123000@google.com', '4k3hexample0000000000_R20250327T123000'],
  ['20140615_60o30dr564o30c1g60o30dr4ck@google.com', '20140615_60o30dr564o30c1g60o30dr4ck'],
]

describe('UID and event id', () => {
  test.each(recorded)('%s is %s, both ways', (uid, id) => {
    expect(eventIdOf(eventUid(uid))).toBe(id)
    expect(uidOfEventId(id)).toBe(uid)
  })

  test('any UID comes back from its id', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (uid) => {
      expect(uidOfEventId(eventIdOf(eventUid(uid)))).toBe(uid)
    }))
  })

  test('the longest UID has an id of 1024 characters', () => {
    expect(eventIdOf(eventUid('x'.repeat(maxUidBytes)))).toHaveLength(1024)
  })
})

describe('UID and object name', () => {
  test.each([
    ['3F2504E0@example.com', '3F2504E0@example.com.ics'],
    ['a/b', '_c4nm4.ics'],
    // Looks like the encoded name of a UID that cannot be a name itself, so that it must be encoded too.
    ['_c4nm4', `${eventIdOf(eventUid('_c4nm4'))}.ics`],
    ['_60o3', '_60o3.ics'],
  ])('%s is named %s', (uid, name) => {
    expect(objectNameOf(eventUid(uid))).toBe(name)
  })

  test('any UID has one name that leads back to it', () => {
    const uids = fc.oneof(fc.string({ minLength: 1, unit: 'binary', maxLength: 300 }).filter((uid) => uid.isWellFormed()), fc.constantFrom('..', '.', '/', '_', '_/', '_c4nm4', '\u0000'))
    fc.assert(fc.property(uids, (uid) => {
      const name = objectNameOf(eventUid(uid))
      expect(name && uidOfObjectName(name)).toBe(uid)
    }), { numRuns: 1000 })
  })

  test('a UID too long for a name has none', () => {
    expect(objectNameOf(eventUid('/'.repeat(2000)))).toBeUndefined()
  })
})
