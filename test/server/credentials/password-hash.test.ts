import { describe, expect, test } from 'vitest'
import { formatPasswordHash, hashOfNothing, hashPassword, matchesHash, parsePasswordHash } from '../../../src/server/credentials/password-hash.ts'

const base64 = (text: string, length: number): string => Buffer.from(text, 'hex').toString('base64').replace(/=+$/, '').slice(0, length)

describe('scrypt hashes', () => {
  test('a password matches its own hash, through text and back', async () => {
    const hash = parsePasswordHash(formatPasswordHash(await hashPassword('pä:ß')))
    expect(hash && await Promise.all([matchesHash('pä:ß', hash), matchesHash('pä:s', hash)])).toEqual([true, false])
  })

  test('the second vector of RFC 7914 §12', async () => {
    const expected = 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640'
    const hash = parsePasswordHash(`$scrypt$ln=10,r=8,p=16$${base64(Buffer.from('NaCl').toString('hex') + '00', 8)}$${base64(expected, 999)}`)
    expect(hash).toBeUndefined()                      // a salt of four octets is too short for us ...
    const withSalt = { cost: 10, blockSize: 8, parallelism: 16, salt: Buffer.from('NaCl'), hash: Buffer.from(expected, 'hex') }
    expect(await matchesHash('password', withSalt)).toBe(true)   // ... and the function is scrypt all the same
  })

  test('no password has the hash of nothing', async () => { expect(await matchesHash('', hashOfNothing())).toBe(false) })

  test.each([
    ['another algorithm', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g'],
    ['a clear password', 'secret'],
    ['more memory than we give', '$scrypt$ln=24,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g'],
    ['no work at all', '$scrypt$ln=0,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g'],
    ['no hash', '$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0$'],
  ])('%s is not taken', (_title, text) => { expect(parsePasswordHash(text)).toBeUndefined() })
})
