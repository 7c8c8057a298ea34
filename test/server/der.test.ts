import { describe, expect, test } from 'vitest'
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, octetString, sequence, time, utf8String } from '../../src/server/der.ts'

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')

describe('DER (X.690)', () => {
  test.each([
    ['0', 0n, '020100'],
    ['127', 127n, '02017f'],
    ['128: a sign octet in front (§8.3.3)', 128n, '02020080'],
    ['256', 256n, '02020100'],
  ])('INTEGER %s', (_title, value, expected) => { expect(hex(integer(value))).toBe(expected) })

  test.each([
    ['2.5.29.17', '0603551d11'],
    ['1.2.840.10045.4.3.2: arcs of several octets (§8.19.2)', '06082a8648ce3d040302'],
  ])('OBJECT IDENTIFIER %s', (title, expected) => { expect(hex(objectIdentifier(title.split(':')[0] ?? ''))).toBe(expected) })

  test.each([
    ['127 octets: short form (§10.1)', 127, '047f'],
    ['128 octets: one length octet', 128, '048180'],
    ['256 octets: two length octets', 256, '04820100'],
  ])('length of %s', (_title, length, expected) => { expect(hex(octetString(Buffer.alloc(length))).slice(0, expected.length)).toBe(expected) })

  test('TRUE is ff (§11.1), strings and bit strings carry their octets', () => {
    expect([boolean(true), utf8String('é'), bitString(Uint8Array.of(6), 1)].map(hex)).toEqual(['0101ff', '0c02c3a9', '03020106'])
  })

  test('context tags: constructed around elements, primitive in place of a tag (§8.14)', () => {
    expect([explicit(3, sequence()), implicit(2, Buffer.from('a'))].map(hex)).toEqual(['a3023000', '820161'])
  })

  test.each([
    ['2049-12-31T23:59:59.900Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00.000Z', '180f32303530303130313030303030305a'],
  ])('time %s: UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5)', (at, expected) => { expect(hex(time(new Date(at)))).toBe(expected) })
})
