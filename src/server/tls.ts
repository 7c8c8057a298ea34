/**
 * The gateway's own certificates: a local certificate authority, made once and kept, and a server certificate below it that is
 * renewed in time. Whoever trusts the authority's certificate trusts every later server certificate.
 */

import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueAuthority, issueServerCertificate, type KeyedCertificate } from './certificate.ts'

const DAY_MS = 86_400_000
/** Apple refuses server certificates of more than 398 days. */
const LEAF_DAYS = 397
const AUTHORITY_DAYS = 3650
/** A server certificate that ends sooner than this is replaced. */
const RENEW_BEFORE_DAYS = 30
/** Clients whose clock is behind must not find a certificate of the future. */
const BACKDATE_MS = 3_600_000

export interface LocalCertificates {
  /** For the TLS server: the server certificate and its key, in PEM. */
  readonly server: KeyedCertificate
  /** The authority's certificate, a PEM file that calendar programs are made to trust. */
  readonly authorityPath: string
}

/**
 * Reads what earlier starts left in the folder, and makes or renews what is missing or near its end.
 * Keys are files of mode 0600; files are replaced as a whole.
 * @param folder `:memory:` makes new ones at every call; only the authority's certificate is then written, to a folder of its own
 * @param names  host names and addresses to serve beside localhost and this machine's name
 * @throws the errors of node:fs, and Error with a sentence about a file that holds no certificate
 */
export function localCertificates(folder: string, names: readonly string[], now: Date): LocalCertificates {
  const served = [...new Set([...ownNames(), ...names.map((name) => name.toLowerCase())])]
  const place = folder === ':memory:' ? mkdtempSync(join(tmpdir(), 'calgate-')) : folder
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const authorityPath = join(place, 'ca.pem')
  if (folder === ':memory:') {
    const authority = newAuthority(now)
    writeFileSync(authorityPath, authority.certificate)
    return { server: newServerCertificate(authority, served, now), authorityPath }
  }
  const authority = kept(authorityPath, join(place, 'ca-key.pem'), (found) => daysLeft(found, now) > LEAF_DAYS, () => newAuthority(now))
  const isGood = (found: X509Certificate): boolean => isFrom(authority, found) && served.every((name) => covers(found, name)) && daysLeft(found, now) > RENEW_BEFORE_DAYS
  const server = kept(join(place, 'tls-cert.pem'), join(place, 'tls-key.pem'), isGood, () => newServerCertificate(authority, served, now))
  return { server, authorityPath }
}

function newAuthority(now: Date): KeyedCertificate {
  return issueAuthority(`calgate on ${hostname().replace(/[^\w.-]/g, '-')} ${now.toISOString().slice(0, 10)}`, validity(now, AUTHORITY_DAYS))
}

function newServerCertificate(authority: KeyedCertificate, names: readonly string[], now: Date): KeyedCertificate {
  return issueServerCertificate(authority, names, validity(now, LEAF_DAYS))
}

/** The names under which this machine's own programs, and its neighbours, call it. */
function ownNames(): readonly string[] {
  const own = hostname().toLowerCase()
  const isName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(own) && own !== 'localhost'
  return ['localhost', '127.0.0.1', '::1', ...(isName ? [own] : [])]
}

const validity = (now: Date, days: number) => ({ from: new Date(now.getTime() - BACKDATE_MS), to: new Date(now.getTime() - BACKDATE_MS + days * DAY_MS) })
const daysLeft = (certificate: X509Certificate, now: Date): number => (certificate.validToDate.getTime() - now.getTime()) / DAY_MS

const isFrom = (authority: KeyedCertificate, certificate: X509Certificate): boolean =>
  certificate.verify(new X509Certificate(authority.certificate).publicKey)
const covers = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined

/** The pair in these files if both are there and good, else a new pair, which is written there. */
function kept(certificatePath: string, keyPath: string, isGood: (found: X509Certificate) => boolean, make: () => KeyedCertificate): KeyedCertificate {
  const found = readPair(certificatePath, keyPath)
  if (found !== undefined && isGood(certificateOf(found, certificatePath))) return found
  const made = make()
  replaceFile(keyPath, made.key, 0o600)
  replaceFile(certificatePath, made.certificate, 0o644)
  return made
}

/** Not replaced where it cannot be read: whoever trusts the authority would have to trust another one. */
function certificateOf({ certificate }: KeyedCertificate, path: string): X509Certificate {
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw new Error(`${path} holds no certificate; move it away, and a new one is made`, { cause })
  }
}

function readPair(certificatePath: string, keyPath: string): KeyedCertificate | undefined {
  try {
    return { certificate: readFileSync(certificatePath, 'utf8'), key: readFileSync(keyPath, 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function replaceFile(path: string, content: string, mode: number): void {
  writeFileSync(`${path}.new`, content, { mode })
  chmodSync(`${path}.new`, mode)
  renameSync(`${path}.new`, path)
}
