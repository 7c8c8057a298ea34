/** The accounts that the gateway itself knows: the operator's file, or the demo account that the first start makes. */

import { randomInt } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { emailAddress, type EmailAddress, sameAddress } from '../../calendar/identifiers.ts'
import { parsePasswordHash, type PasswordHash } from './password-hash.ts'

export interface AccountRecord {
  readonly address: EmailAddress
  readonly secret: { readonly kind: 'hash'; readonly hash: PasswordHash } | { readonly kind: 'clear'; readonly password: string }
  /** For a backend at which the account has given calgate access of its own. */
  readonly refreshToken?: string
}

/**
 * Reads an accounts file: a JSON array of `{ "address", "password" | "passwordHash", "refreshToken"? }`.
 * @throws Error with one sentence that says which entry is wrong and what would be right; never with a secret in it
 */
export function parseAccounts(text: string): readonly AccountRecord[] {
  const list = jsonOf(text)
  if (!Array.isArray(list) || list.length === 0) throw new Error('must be a JSON array of at least one account')
  const records = list.map((entry: unknown, index) => recordOf(entry, index + 1))
  const again = records.find((record, index) => records.findIndex((other) => sameAddress(other.address, record.address)) !== index)
  if (again !== undefined) throw new Error(`names ${again.address} twice`)
  return records
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new Error('must be JSON')                   // the parser's own words would quote the file, and with it secrets
  }
}

function recordOf(entry: unknown, number: number): AccountRecord {
  const { address, password, passwordHash, refreshToken, ...unknown } = fieldsOf(entry, number)
  const parsed = typeof address === 'string' ? emailAddress(address) : undefined
  if (parsed === undefined) throw new Error(`entry ${number}: "address" must be an e-mail address`)
  const [surplus] = Object.keys(unknown)
  if (surplus !== undefined) throw new Error(`entry ${number} (${parsed}): there is no field "${surplus}"`)
  const token = optionalText(refreshToken, `entry ${number} (${parsed}): "refreshToken"`)
  const secret = secretOf(password, passwordHash, `entry ${number} (${parsed})`)
  return { address: parsed, secret, ...(token === undefined ? {} : { refreshToken: token }) }
}

function fieldsOf(entry: unknown, number: number): Record<string, unknown> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw new Error(`entry ${number} must be an object`)
  return entry as Record<string, unknown>
}

function secretOf(password: unknown, passwordHash: unknown, where: string): AccountRecord['secret'] {
  const clear = optionalText(password, `${where}: "password"`)
  const hashed = optionalText(passwordHash, `${where}: "passwordHash"`)
  if ((clear === undefined) === (hashed === undefined)) throw new Error(`${where}: give either "password" or "passwordHash"`)
  if (clear !== undefined) return { kind: 'clear', password: clear }
  const hash = parsePasswordHash(hashed ?? '')
  if (hash === undefined) throw new Error(`${where}: "passwordHash" must be $scrypt$ln=14,r=8,p=1$salt$hash, as "npm start -- hash-password" prints it`)
  return { kind: 'hash', hash }
}

function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new Error(`${where} must be a string that is not empty`)
}

/** The account of a start without an accounts file. */
export interface DemoAccount {
  readonly address: EmailAddress
  readonly password: string
}

/**
 * The demo account that an earlier start left in this file, else a new one, which is written there (mode 0600).
 * @param path undefined: kept nowhere
 * @throws the errors of node:fs, and Error with a sentence when the file does not hold such an account
 */
export function demoAccount(path: string | undefined): DemoAccount {
  const text = path === undefined ? undefined : readIfThere(path)
  if (text !== undefined) return demoOf(text)
  const made = { address: 'demo@example.com' as EmailAddress, password: newPassword() }
  if (path !== undefined) writeFileSync(path, `${JSON.stringify([made], null, 2)}\n`, { mode: 0o600 })
  return made
}

function demoOf(text: string): DemoAccount {
  const [record] = parseAccounts(text)
  if (record?.secret.kind !== 'clear') throw new Error('does not hold the password of the demo account')
  return { address: record.address, password: record.secret.password }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Four groups of five, of letters and digits that are not taken for one another: 99 bits, and can be typed on a phone. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
