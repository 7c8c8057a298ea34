import fc from 'fast-check'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { BasicCredentials, parseBasic } from '../../../src/server/credentials/basic.ts'

const header = (pair: string | Buffer): string => `Basic ${Buffer.from(pair).toString('base64')}`
const parsed = (authorization: string | undefined) => {
  const credentials = parseBasic(authorization)
  return credentials && [credentials.address, credentials.revealPassword()]
}

describe('Basic (RFC 7617 §2)', () => {
  test('the first colon ends the user name', () => { expect(parsed(header('a@b.c:p:a:s'))).toEqual(['a@b.c', 'p:a:s']) })
  test('the scheme is known in any case', () => { expect(parsed(header('a@b.c:p').replace('Basic', 'bAsIc'))).toEqual(['a@b.c', 'p']) })
  test('UTF-8, as the challenge says (§2.1)', () => { expect(parsed(header('a@b.c:pässwörd€'))).toEqual(['a@b.c', 'pässwörd€']) })
  test('an empty password is one', () => { expect(parsed(header('a@b.c:'))).toEqual(['a@b.c', '']) })

  test('any password of printable characters comes through, 4,000 of them too', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 4000 }), (password) => {
      fc.pre(!/[\u0000-\u001f\u007f]/.test(password))
      expect(parsed(header(`a@b.c:${password}`))).toEqual(['a@b.c', password])
    }))
  })

  test.each([
    ['nothing', undefined], ['another scheme', 'Bearer abc'], ['no colon', header('a@b.c')], ['no user name', header(':p')],
    ['no base64', 'Basic a@b.c:p'], ['not UTF-8', header(Buffer.from([0x61, 0x3a, 0xff]))], ['a control character', header('a@b.c:p\n')],
    ['only the scheme', 'Basic '],
  ])('%s is no credentials', (_title, authorization) => { expect(parsed(authorization)).toBeUndefined() })
})

test('a password does not get out by printing', () => {
  const credentials = new BasicCredentials('a@b.c', 'secret-canary')
  expect(inspect(credentials, { showHidden: true, depth: 9 }) + JSON.stringify(credentials) + String(credentials)).not.toContain('canary')
})
