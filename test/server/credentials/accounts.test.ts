import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { demoAccount, parseAccounts } from '../../../src/server/credentials/accounts.ts'

const hash = '$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g'

describe('the accounts file', () => {
  test('clear and hashed passwords, with and without a grant', () => {
    const text = JSON.stringify([{ address: 'a+b@c.d', password: 'p' }, { address: 'e@f.g', passwordHash: hash, refreshToken: 'r' }])
    expect(parseAccounts(`\uFEFF${text}`)).toEqual([
      { address: 'a+b@c.d', secret: { kind: 'clear', password: 'p' } },
      { address: 'e@f.g', secret: { kind: 'hash', hash: expect.objectContaining({ cost: 14 }) }, refreshToken: 'r' },
    ])
  })

  test.each([
    ['{"a": "secret-canary"', 'must be JSON'],
    ['{}', 'must be a JSON array of at least one account'],
    ['[]', 'must be a JSON array of at least one account'],
    ['["secret-canary"]', 'entry 1 must be an object'],
    ['[{"address": "anna", "password": "secret-canary"}]', 'entry 1: "address" must be an e-mail address'],
    ['[{"address": "a@b.c"}]', 'entry 1 (a@b.c): give either "password" or "passwordHash"'],
    [`[{"address": "a@b.c", "password": "secret-canary", "passwordHash": "${hash}"}]`, 'entry 1 (a@b.c): give either "password" or "passwordHash"'],
    ['[{"address": "a@b.c", "password": ""}]', 'entry 1 (a@b.c): "password" must be a string that is not empty'],
    ['[{"address": "a@b.c", "password": 5}]', 'entry 1 (a@b.c): "password" must be a string that is not empty'],
    ['[{"address": "a@b.c", "passwordHash": "secret-canary"}]', 'entry 1 (a@b.c): "passwordHash" must be $scrypt$'],
    ['[{"address": "a@b.c", "pasword": "secret-canary"}]', 'entry 1 (a@b.c): there is no field "pasword"'],
    ['[{"address": "a@b.c", "password": "p"}, {"address": "A@b.c", "password": "q"}]', 'names A@b.c twice'],
  ])('%s: the sentence says what is wrong, and tells no secret', (text, sentence) => {
    const failure = (() => { try { parseAccounts(text) } catch (error) { return String((error as Error).stack) } return 'nothing' })()
    expect(failure).toContain(sentence)
    expect(failure).not.toContain('canary')
  })
})

describe('the demo account', () => {
  test('is made once and kept, readable by its owner only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'calgate-demo-test-'))
    const path = join(folder, 'demo-account.json')
    const first = demoAccount(path)
    const again = demoAccount(path)
    const mode = statSync(path).mode & 0o777
    const kept = parseAccounts(readFileSync(path, 'utf8'))
    rmSync(folder, { recursive: true })
    expect(again).toEqual(first)
    expect(mode).toBe(0o600)
    expect(kept).toEqual([{ address: first.address, secret: { kind: 'clear', password: first.password } }])
  })

  test('has an e-mail address, and a password that can be typed and not guessed', () => {
    const [one, other] = [demoAccount(undefined), demoAccount(undefined)]
    expect(one.address).toBe('demo@example.com')
    expect(one.password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/)
    expect(other.password).not.toBe(one.password)
  })
})
