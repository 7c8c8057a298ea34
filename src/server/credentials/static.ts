/** The credential kind `static`: accounts that are listed with their passwords. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { BackendIdentity } from '../../calendar/backend.ts'
import type { AccountRecord } from './accounts.ts'
import type { CredentialProvider } from './chain.ts'
import { hashOfNothing, matchesHash } from './password-hash.ts'

/**
 * Whoever tries an address learns nothing from the time it takes: an unknown address, a wrong password against a hash, and a wrong
 * password against one kept in clear all cost one hash.
 * @param matches whether a password has a hash
 */
export function staticProvider(accounts: readonly AccountRecord[], matches = matchesHash): CredentialProvider {
  const byAddress = new Map(accounts.map((account) => [account.address.toLowerCase(), account]))
  const identities = new Map(accounts.map((account) => [account, identityOf(account)]))
  const nothing = hashOfNothing()
  const isSame = secretComparison()
  return {
    async verify(credentials) {
      const account = byAddress.get(credentials.address.toLowerCase())
      const password = credentials.revealPassword()
      if (account?.secret.kind === 'clear' && isSame(password, account.secret.password)) return identities.get(account)
      const isMatch = await matches(password, account?.secret.kind === 'hash' ? account.secret.hash : nothing)
      return isMatch && account?.secret.kind === 'hash' ? identities.get(account) : undefined
    },
  }
}

function identityOf({ address, refreshToken }: AccountRecord): BackendIdentity {
  return refreshToken === undefined ? { address } : { address, refreshToken }
}

/** Compares in a time that depends on neither text. */
function secretComparison(): (a: string, b: string) => boolean {
  const key = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return (a, b) => timingSafeEqual(digest(a), digest(b))
}
