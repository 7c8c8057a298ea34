import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase32Hex, encodeBase32Hex } from '../../src/backends/base32hex.ts'

test('base32hex has one spelling for each value (RFC 4648 §7)', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    expect(decodeBase32Hex(encodeBase32Hex(bytes))).toEqual(bytes)
  }))
  expect(encodeBase32Hex(new TextEncoder().encode('foobar'))).toBe('cpnmuoj1e8')
  for (const text of ['c', 'CP', 'cp=', 'cw', 'cpnmuoj1e9', 'z']) expect(decodeBase32Hex(text)).toBeUndefined()
})
