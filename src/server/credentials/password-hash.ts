/** Passwords at rest: scrypt (RFC 7914) in the PHC string format, `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`, both in base64 without padding. */

import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** A parsed hash. `cost` is the base-2 logarithm of scrypt's N. */
export interface PasswordHash {
  readonly cost: number
  readonly blockSize: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** About 50 ms and 16 MiB for each try on the machine of 2026 that this was measured on. */
const defaults = { cost: 14, blockSize: 8, parallelism: 1 } as const
/** More than this would let one line of a file stop the whole server. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024

/** @returns undefined when the text is not in the format above, or asks for more than 256 MiB */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{8,})\$([A-Za-z0-9+/]{22,})$/.exec(text)
  if (parts === null) return undefined
  const [cost, blockSize, parallelism] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const isAffordable = cost >= 1 && blockSize >= 1 && parallelism >= 1 && memoryBytes({ cost, blockSize, parallelism }) <= MAX_MEMORY_BYTES
  if (!isAffordable) return undefined
  return { cost, blockSize, parallelism, salt: Buffer.from(parts[4] ?? '', 'base64'), hash: Buffer.from(parts[5] ?? '', 'base64') }
}

export function formatPasswordHash({ cost, blockSize, parallelism, salt, hash }: PasswordHash): string {
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=${cost},r=${blockSize},p=${parallelism}$${base64(salt)}$${base64(hash)}`
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const blank = { ...defaults, salt: randomBytes(16), hash: Buffer.alloc(32) }
  return { ...blank, hash: await derive(password, blank) }
}

/** A hash that no password has: checking against it costs what checking against a real one costs. */
export function hashOfNothing(): PasswordHash {
  return { ...defaults, salt: randomBytes(16), hash: randomBytes(32) }
}

/** Works on Node's thread pool, so that other requests go on. */
export async function matchesHash(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored), stored.hash)
}

const scryptAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

const derive = (password: string, { cost, blockSize, parallelism, salt, hash }: PasswordHash): Promise<Buffer> =>
  scryptAsync(password, salt, hash.length, { N: 2 ** cost, r: blockSize, p: parallelism, maxmem: 2 * MAX_MEMORY_BYTES })

const memoryBytes = ({ cost, blockSize, parallelism }: Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelism'>): number =>
  128 * blockSize * (2 ** cost + parallelism)
