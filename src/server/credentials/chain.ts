/** Finds out for whom a request speaks: the kinds of credentials are asked in order, and what they said is remembered for a while. */

import { hash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { BackendIdentity } from '../../calendar/backend.ts'
import type { BasicCredentials } from './basic.ts'

/** One kind of credentials. */
export interface CredentialProvider {
  /** @returns undefined when the credentials are not good for this kind. @throws when that cannot be found out now */
  verify(credentials: BasicCredentials): Promise<BackendIdentity | undefined>
}

export type Authenticator = (credentials: BasicCredentials) => Promise<BackendIdentity | undefined>

/** A password that was changed or withdrawn is good for at most so long. */
const ACCEPTED_TTL_MS = 300_000
/** A program that keeps trying a wrong password costs one hash in this time. */
const REFUSED_TTL_MS = 30_000
const MAX_REMEMBERED = 10_000

/**
 * Credentials are remembered under a hash with a secret of this process, never as they are, and those refused apart from those
 * accepted, so that a flood of wrong ones drives out no good one. Equal ones that arrive together are verified once.
 * @param now in milliseconds, monotonic
 */
export function credentialChain(providers: readonly CredentialProvider[], now: () => number = () => performance.now()): Authenticator {
  const fingerprint = fingerprints()
  const accepted = new LRUCache<string, BackendIdentity>({ max: MAX_REMEMBERED, ttl: ACCEPTED_TTL_MS, ttlResolution: 0, perf: { now } })
  const refused = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: REFUSED_TTL_MS, ttlResolution: 0, perf: { now } })
  const underWay = new Map<string, Promise<BackendIdentity | undefined>>()

  const verify = async (credentials: BasicCredentials, key: string): Promise<BackendIdentity | undefined> => {
    const identity = await firstToAccept(providers, credentials)
    if (identity === undefined) refused.set(key, true)
    else accepted.set(key, identity)
    return identity
  }
  return async (credentials) => {
    const key = fingerprint(credentials)
    const known = accepted.get(key)
    if (known !== undefined || refused.has(key)) return known
    const running = underWay.get(key) ?? verify(credentials, key).finally(() => underWay.delete(key))
    underWay.set(key, running)
    return running
  }
}

async function firstToAccept(providers: readonly CredentialProvider[], credentials: BasicCredentials): Promise<BackendIdentity | undefined> {
  for (const provider of providers) {
    const identity = await provider.verify(credentials)
    if (identity !== undefined) return identity
  }
  return undefined
}

/** They never leave this process, so that a hash behind a secret does for a MAC; it is made for every request. */
function fingerprints(): (credentials: BasicCredentials) => string {
  const secret = randomBytes(32).toString('base64')
  return (credentials) => hash('sha256', JSON.stringify([secret, credentials.address.toLowerCase(), credentials.revealPassword()]), 'base64')
}
