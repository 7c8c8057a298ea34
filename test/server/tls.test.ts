import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { localCertificates } from '../../src/server/tls.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const DAY_MS = 86_400_000
const start = new Date('2026-03-01T12:00:00Z')
const later = (days: number): Date => new Date(start.getTime() + days * DAY_MS)

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'calgate-tls-test-')) })
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const at = (now: Date, names: readonly string[] = []) => localCertificates(folder, names, now)
const authority = (): string => readFileSync(join(folder, 'ca.pem'), 'utf8')

describe('local certificates', () => {
  test('the server certificate is what Apple asks for: serverAuth, names in subjectAltName, at most 398 days', () => {
    const certificate = new X509Certificate(at(start, ['calendar.test', '192.0.2.7', '2001:db8::7']).server.certificate)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(['localhost', 'calendar.test'].map((name) => certificate.checkHost(name))).toEqual(['localhost', 'calendar.test'])
    const addresses = ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::7']
    expect(addresses.map((address) => certificate.checkIP(address))).toEqual(addresses)
    expect((certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / DAY_MS).toBeLessThanOrEqual(398)
    expect(certificate.ca).toBe(false)
  })

  test('the authority signs it, and may sign', () => {
    const certificate = new X509Certificate(at(start).server.certificate)
    const issuer = new X509Certificate(authority())
    expect(certificate.verify(issuer.publicKey)).toBe(true)
    expect(certificate.checkIssued(issuer)).toBe(true)
    expect(issuer.ca).toBe(true)
  })

  test('keys are readable by their owner only', () => {
    at(start)
    expect(['ca-key.pem', 'tls-key.pem'].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600])
  })

  test('a later start finds the same ones', () => {
    const first = at(start)
    expect(at(later(300))).toEqual(first)
  })

  test('near its end the server certificate is renewed, under the same authority', () => {
    const before = at(start).server
    const trusted = authority()
    const after = at(later(370)).server
    expect(after.certificate).not.toBe(before.certificate)
    expect(new X509Certificate(after.certificate).checkIssued(new X509Certificate(trusted))).toBe(true)
    expect(authority()).toBe(trusted)
  })

  test('a new name brings a new server certificate', () => {
    at(start)
    expect(new X509Certificate(at(start, ['new.test']).server.certificate).checkHost('new.test')).toBe('new.test')
  })

  test('an authority that would end before its server certificate is replaced', () => {
    at(start)
    const trusted = authority()
    at(later(3650 - 100))
    expect(authority()).not.toBe(trusted)
  })

  test('a key that is lost is made again, with all that hangs on it', () => {
    at(start)
    rmSync(join(folder, 'ca-key.pem'))
    const { server } = at(start)
    expect(new X509Certificate(server.certificate).checkIssued(new X509Certificate(authority()))).toBe(true)
  })

  test('in memory: only the authority\'s certificate is written, to a folder of its own', () => {
    const { server, authorityPath } = localCertificates(':memory:', [], start)
    const written = readFileSync(authorityPath, 'utf8')
    rmSync(dirname(authorityPath), { recursive: true })
    expect(new X509Certificate(server.certificate).checkIssued(new X509Certificate(written))).toBe(true)
    expect(written).not.toContain('PRIVATE')
  })

  test.skipIf(!hasOpenssl)('openssl accepts the chain by its strict rules (skipped where there is no openssl)', () => {
    at(new Date(), ['calendar.test', '2001:db8::7'])
    const options = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'calendar.test', '-CAfile', join(folder, 'ca.pem')]
    const { stdout, stderr } = spawnSync('openssl', ['verify', ...options, join(folder, 'tls-cert.pem')], { encoding: 'utf8' })
    expect(stdout + stderr).toBe(`${join(folder, 'tls-cert.pem')}: OK\n`)
  })
})
