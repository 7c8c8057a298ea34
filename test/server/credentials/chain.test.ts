import { describe, expect, test } from 'vitest'
import type { BackendIdentity } from '../../../src/calendar/backend.ts'
import { emailAddress } from '../../../src/calendar/identifiers.ts'
import { parseAccounts } from '../../../src/server/credentials/accounts.ts'
import { BasicCredentials } from '../../../src/server/credentials/basic.ts'
import { credentialChain, type CredentialProvider } from '../../../src/server/credentials/chain.ts'
import { formatPasswordHash, hashPassword, matchesHash } from '../../../src/server/credentials/password-hash.ts'
import { staticProvider } from '../../../src/server/credentials/static.ts'

const anna = new BasicCredentials('Anna@Example.com', 'right')
const wrong = new BasicCredentials('anna@example.com', 'wrong')
const identity: BackendIdentity = { address: emailAddress('anna@example.com') ?? expect.fail() }

/** Accepts the password `right`, and counts how often it is asked. */
function counting(): CredentialProvider & { asked: number } {
  return {
    asked: 0,
    async verify(credentials) {
      this.asked += 1
      await Promise.resolve()
      return credentials.revealPassword() === 'right' ? identity : undefined
    },
  }
}

describe('the chain', () => {
  test('asks in order and ends at the first that accepts', async () => {
    const refusing: CredentialProvider = { verify: () => Promise.resolve(undefined) }
    const [second, third] = [counting(), counting()]
    expect(await credentialChain([refusing, second, third])(anna)).toBe(identity)
    expect([second.asked, third.asked]).toEqual([1, 0])
  })

  test('a hundred equal first requests are verified once', async () => {
    const provider = counting()
    const authenticate = credentialChain([provider])
    const all = await Promise.all(Array.from({ length: 100 }, () => authenticate(anna)))
    expect([new Set(all), provider.asked]).toEqual([new Set([identity]), 1])
  })

  test('accepted ones are remembered for five minutes, refused ones for half a minute', async () => {
    const provider = counting()
    let now = 1
    const authenticate = credentialChain([provider], () => now)
    const askedAt = async (at: number, credentials: BasicCredentials): Promise<number> => {
      now = at
      await authenticate(credentials)
      return provider.asked
    }
    expect([await askedAt(1, anna), await askedAt(299_000, anna), await askedAt(301_002, anna)]).toEqual([1, 1, 2])
    expect([await askedAt(400_000, wrong), await askedAt(429_000, wrong), await askedAt(430_002, wrong)]).toEqual([3, 3, 4])
  })

  test('a provider that cannot find out leaves nothing behind', async () => {
    let isDown = true
    const provider: CredentialProvider = { verify: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(identity)) }
    const authenticate = credentialChain([provider])
    await expect(authenticate(anna)).rejects.toThrow('down')
    isDown = false
    expect(await authenticate(anna)).toBe(identity)
  })

  test('wrong credentials, however many, drive out no good ones', async () => {
    const provider = counting()
    const authenticate = credentialChain([provider])
    await authenticate(anna)
    for (let i = 0; i < 10_100; i += 1) await authenticate(new BasicCredentials('anna@example.com', `wrong ${i}`))
    const before = provider.asked
    await authenticate(anna)
    expect(provider.asked).toBe(before)
  })
})

describe('static accounts', async () => {
  const passwordHash = formatPasswordHash(await hashPassword('hashed'))
  const accounts = parseAccounts(JSON.stringify([
    { address: 'Anna@example.com', password: 'clear' }, { address: 'ben@example.com', passwordHash, refreshToken: 'r' },
  ]))
  const provider = staticProvider(accounts)

  test('every refusal costs one hash, whatever is wrong, so that the time tells no address', async () => {
    let hashed = 0
    const metered = staticProvider(accounts, (password, hash) => { hashed += 1; return matchesHash(password, hash) })
    const costs = []
    for (const address of ['anna@example.com', 'ben@example.com', 'carl@example.com']) {
      const before = hashed
      await metered.verify(new BasicCredentials(address, 'wrong'))
      costs.push(hashed - before)
    }
    expect(costs).toEqual([1, 1, 1])
  })

  test.each([
    ['clear', 'anna@EXAMPLE.com', 'clear', { address: 'Anna@example.com' }],
    ['hashed', 'ben@example.com', 'hashed', { address: 'ben@example.com', refreshToken: 'r' }],
    ['wrong against clear', 'anna@example.com', 'Clear', undefined],
    ['wrong against hashed', 'ben@example.com', 'hashe', undefined],
    ['somebody else\'s', 'anna@example.com', 'hashed', undefined],
    ['unknown address', 'carl@example.com', 'clear', undefined],
  ])('%s', async (_title, address, password, expected) => {
    expect(await provider.verify(new BasicCredentials(address, password))).toEqual(expected)
  })
})
