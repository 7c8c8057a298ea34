/** Makes X.509 version 3 certificates with P-256 keys (RFC 5280): a certificate authority of our own, and the server certificate below it. */

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, octetString, sequence, set, time, utf8String } from './der.ts'

/** A certificate and its private key, both in PEM. */
export interface KeyedCertificate {
  readonly certificate: string
  readonly key: string
}

export interface Validity {
  readonly from: Date
  readonly to: Date
}

interface Issuance {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly validity: Validity
  readonly publicKey: KeyObject
  readonly signWith: KeyObject
  readonly extensions: readonly Buffer[]
}

const commonName = (text: string): Buffer => sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(text))))
const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/**
 * A certificate authority that has no authority below it (`pathlen:0`).
 * @param name of letters, digits, blanks and `._-`: others are told escaped when it is read back
 */
export function issueAuthority(name: string, validity: Validity): KeyedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = commonName(name)
  const extensions = [
    extension('2.5.29.19', 'critical', sequence(boolean(true), integer(0n))),
    extension('2.5.29.15', 'critical', bitString(Uint8Array.of(0b0000_0110), 1)),           // keyCertSign, cRLSign
    extension('2.5.29.14', 'optional', octetString(keyIdentifier(publicKey))),
  ]
  return { certificate: issue({ subject, issuer: subject, validity, publicKey, signWith: privateKey, extensions }), key: pemOfKey(privateKey) }
}

/** What the authority is called, as its certificate says it. */
function nameOf(authority: KeyedCertificate): string {
  return new X509Certificate(authority.certificate).subject.replace(/^CN=/, '')
}

/**
 * A TLS server certificate.
 * Apple's programs ask for serverAuth, names in subjectAltName, and at most 398 days (support.apple.com/103769, /102028).
 * @param names host names and IP addresses; the first one is also the subject
 */
export function issueServerCertificate(authority: KeyedCertificate, names: readonly string[], validity: Validity): KeyedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [
    extension('2.5.29.19', 'critical', sequence()),
    extension('2.5.29.15', 'critical', bitString(Uint8Array.of(0b1000_0000), 7)),           // digitalSignature
    extension('2.5.29.37', 'optional', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),    // serverAuth
    extension('2.5.29.17', 'optional', sequence(...names.map(alternativeName))),
    extension('2.5.29.14', 'optional', octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', 'optional', sequence(implicit(0, keyIdentifier(createPublicKey(authority.certificate))))),
  ]
  const certificate = issue({
    subject: commonName(names[0] ?? 'localhost'), issuer: commonName(nameOf(authority)), validity, publicKey,
    signWith: createPrivateKey(authority.key), extensions,
  })
  return { certificate, key: pemOfKey(privateKey) }
}

function issue({ subject, issuer, validity, publicKey, signWith, extensions }: Issuance): string {
  const toBeSigned = sequence(
    explicit(0, integer(2n)),                                                               // version 3
    serialNumber(),
    ecdsaWithSha256,
    issuer,
    sequence(time(validity.from), time(validity.to)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  )
  return pem('CERTIFICATE', sequence(toBeSigned, ecdsaWithSha256, bitString(sign('sha256', toBeSigned, signWith))))
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets, not to be guessed. */
function serialNumber(): Buffer {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40
  return integer(BigInt(`0x${octets.toString('hex')}`))
}

function extension(identifier: string, weight: 'critical' | 'optional', value: Buffer): Buffer {
  const mark = weight === 'critical' ? [boolean(true)] : []
  return sequence(objectIdentifier(identifier), ...mark, octetString(value))
}

/** RFC 5280 §4.2.1.6: dNSName [2], iPAddress [7]. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name, 'ascii')) : implicit(7, addressOctets(name))
}

/** @param address IPv4, or IPv6 without a zone and without a dotted tail */
function addressOctets(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (part: string): string[] => part.split(':').filter((each) => each !== '')
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** RFC 5280 §4.2.1.2 (1): the SHA-1 of the public key's bits. A name, not a protection. */
function keyIdentifier(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return createHash('sha1').update(point).digest()
}

const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
