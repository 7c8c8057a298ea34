import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { checkOf } from '../../../../src/backends/google/reading/shape.ts'
import { wireEventSchema } from '../../../../src/backends/google/wire.ts'

const isEvent = checkOf(wireEventSchema)

/** Values of the kinds that JSON has, under the names of real members. */
const anything = fc.oneof(fc.constant(undefined), fc.constant(null), fc.boolean(), fc.integer(), fc.string(), fc.constantFrom('confirmed', 'opaque', 'private', 'accepted'))
const person = fc.dictionary(fc.constantFrom('email', 'displayName', 'self', 'responseStatus', 'additionalGuests', 'unknown'), anything)
const nested = fc.oneof(
  anything, fc.array(anything), person, fc.array(person), fc.dictionary(fc.constantFrom('private', 'shared', 'x'), fc.oneof(anything, fc.dictionary(fc.string(), anything))),
  fc.record({ useDefault: anything, overrides: fc.array(fc.record({ method: anything, minutes: anything }, { requiredKeys: [] })) }, { requiredKeys: [] }),
)
const row = fc.dictionary(fc.constantFrom(...Object.keys(wireEventSchema.shape), 'unknown'), nested)

describe('the shape of a row', () => {
  test('is told as its schema tells it', () => {
    fc.assert(fc.property(fc.oneof(anything, row, row.map((each) => ({ ...each, id: 'abcde' }))), (value) => {
      expect(isEvent(value)).toBe(wireEventSchema.safeParse(value).success)
    }), { numRuns: 2000 })
  })

  test.each([
    ['a bare tombstone', { id: 'abcde', status: 'cancelled' }, true],
    ['members that nobody knows', { id: 'abcde', birthdayProperties: { type: 'birthday' } }, true],
    ['no id', { status: 'confirmed' }, false],
    ['a status that nobody knows', { id: 'abcde', status: 'postponed' }, false],
    ['null for a text', { id: 'abcde', summary: null }, false],
    ['a list in place of the row', [], false],
  ])('%s', (_, value, isRight) => { expect(isEvent(value)).toBe(isRight) })

  test('of a kind of schema that is not read here is refused at once', () => {
    expect(() => checkOf(z.date())).toThrow(TypeError)
  })
})
