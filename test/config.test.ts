import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emulatorConfig, emulatorSettings, gatewayConfig, gatewaySettings } from '../src/config.ts'
import { helpText, readmeSettings } from '../src/help.ts'
import { localCertificates } from '../src/server/tls.ts'
import { ConfigError, flagOf, variableOf } from '../src/settings.ts'

let folder = ''
const place = (name: string): string => join(folder, name)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'calgate-config-test-'))
  localCertificates(place('one'), [], new Date())
  localCertificates(place('two'), [], new Date())
  writeFileSync(place('accounts.json'), JSON.stringify([{ address: 'a@b.c', password: 'p' }]))
  writeFileSync(place('granted.json'), JSON.stringify([{ address: 'a@b.c', password: 'p', refreshToken: 'r' }]))
  writeFileSync(place('broken.json'), '[')
})
afterAll(() => { rmSync(folder, { recursive: true }) })

/** `@` stands for the folder of the test's files. */
const words = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '').map((word) => word.replace('@', folder))
const gateway = (line: string, variables: Record<string, string> = {}) => gatewayConfig(words(line), variables)

describe('with no settings at all', () => {
  test('the gateway is on loopback, with the emulator and the demo account', () => {
    expect(gateway('')).toEqual({
      hosts: ['127.0.0.1', '::1'], publicName: 'localhost', port: 8443, data: { kind: 'folder', path: resolve('data') }, accounts: 'demo', tls: 'local',
      isProxy: expect.any(Function), backend: { kind: 'emulator', exposed: undefined }, cache: { maxBytes: 480 * 1024 * 1024, freshnessMs: 2000 }, answerBytes: 32 * 1024 * 1024,
      limits: { calendarBytes: 1024 * 1024, xmlBytes: 2 * 1024 * 1024 }, scheduling: 'implicit', timeZoneServices: [], metricsPort: undefined, logLevel: 'info',
    })
  })
  test('the emulator is on its own port, without control', () => {
    expect(emulatorConfig([], {})).toEqual({ port: 9080, data: { kind: 'folder', path: resolve('data') }, withControl: false })
  })
})

describe('settings are read', () => {
  test.each([
    ['--port 9443', { port: 9443 }],
    ['--port=9443', { port: 9443 }],
    ['--data :memory:', { data: { kind: 'memory' } }],
    ['--host 0.0.0.0', { hosts: ['0.0.0.0'], publicName: 'localhost' }],
    ['--host cal.test', { hosts: ['cal.test'], publicName: 'cal.test' }],
    ['--emulator-port 0 --control', { backend: { kind: 'emulator', exposed: { port: 0, withControl: true } } }],
    ['--accounts @/accounts.json', { accounts: [{ address: 'a@b.c', secret: { kind: 'clear', password: 'p' } }] }],
    ['--max-object-kb 1 --max-xml-kb 2', { limits: { calendarBytes: 1024, xmlBytes: 2048 } }],
    ['--scheduling outbox', { scheduling: 'outbox' }],
    ['--time-zone-service https://tz.example.com,http://localhost:8080/tzdist', { timeZoneServices: ['https://tz.example.com/', 'http://localhost:8080/tzdist'] }],
    ['--freshness-ms 0 --cache-mb 1', { cache: { maxBytes: 960 * 1024, freshnessMs: 0 }, answerBytes: 64 * 1024 }],
    ['--backend google --backend-url http://127.0.0.1:9080/calendar/v3/', {
      backend: { kind: 'google', apiUrl: 'http://127.0.0.1:9080/calendar/v3', tokenUrl: 'http://127.0.0.1:9080/token', client: undefined },
    }],
    ['--backend google --backend-url http://127.0.0.1:9080/calendar/v3 --token-url https://t.test/oauth', { backend: expect.objectContaining({ tokenUrl: 'https://t.test/oauth' }) }],
    ['--backend google --accounts @/granted.json --google-client-id i --google-client-secret s', {
      backend: {
        kind: 'google', apiUrl: 'https://www.googleapis.com/calendar/v3', tokenUrl: 'https://oauth2.googleapis.com/token', client: { id: 'i', secret: 's' },
      },
    }],
  ])('%s', (line, expected) => { expect(gateway(line)).toMatchObject(expected) })

  test('the operator\'s certificate with its key', () => {
    const { tls } = gateway('--tls-cert @/one/tls-cert.pem --tls-key @/one/tls-key.pem')
    expect(tls).toEqual({ certificate: readFileSync(place('one/tls-cert.pem'), 'utf8'), key: readFileSync(place('one/tls-key.pem'), 'utf8') })
  })

  test('proxies, as a list and one by one', () => {
    const { isProxy } = gateway('--trusted-proxy 10.0.0.0/8,::1 --trusted-proxy 192.0.2.1')
    expect(['10.9.9.9', '::1', '192.0.2.1', '127.0.0.1'].map((peer) => isProxy(peer))).toEqual([true, true, true, false])
  })

  test('from variables; a flag wins, and an empty variable is none', () => {
    expect(gateway('', { CALGATE_PORT: '1', CALGATE_FRESHNESS_MS: '5', CALGATE_EMULATOR_PORT: '2', CALGATE_CONTROL: 'true' }))
      .toMatchObject({ port: 1, cache: { freshnessMs: 5 }, backend: { exposed: { port: 2, withControl: true } } })
    expect(gateway('--port 3', { CALGATE_PORT: '1', CALGATE_DATA: '' })).toMatchObject({ port: 3, data: { path: resolve('data') } })
  })
})

describe('a wrong setting stops the start, with one sentence that says what would be right', () => {
  const sentences: readonly (readonly [string, string])[] = [
    ['--port 70000', '--port must be a whole number from 0 to 65535, and not "70000".'],
    ['--port', '--port needs a value: a whole number from 0 to 65535.'],
    ['--port --control', '--port needs a value: a whole number from 0 to 65535.'],
    ['--port 1 --port 2', '--port is given twice, and must be given once.'],
    ['--prot 1', 'There is no setting --prot; did you mean --port?'],
    ['--frobnicate', 'There is no setting --frobnicate; --help lists them all.'],
    ['9443', '"9443" stands where a setting is expected; settings begin with two dashes, and --help lists them.'],
    ['--backend outlook', '--backend must be one of emulator, google, and not "outlook".'],
    ['--backend google --backend-url ftp://x', '--backend-url must be an address that begins with http:// or https://, and not "ftp://x".'],
    ['--backend-url http://x/', '--backend-url is for the backend google; add --backend google, or leave it out.'],
    ['--google-client-id x', '--google-client-id is for the backend google; add --backend google, or leave it out.'],
    ['--backend google', '--backend google needs --accounts, with a "refreshToken" for each account.'],
    ['--backend google --accounts @/accounts.json', '--accounts: a@b.c needs a "refreshToken" for --backend google.'],
    ['--backend google --accounts @/granted.json', '--backend google needs --google-client-id and --google-client-secret, with which the refresh tokens were made.'],
    ['--backend google --accounts @/granted.json --google-client-id i', '--google-client-id and --google-client-secret belong together, and --google-client-secret is not given.'],
    ['--backend google --control', '--control is for the backend emulator; leave it out, or leave out --backend google.'],
    ['--backend google --emulator-port 1', '--emulator-port is for the backend emulator; leave it out, or leave out --backend google.'],
    ['--control', '--control is served on the emulator\'s own port; add --emulator-port, or leave it out.'],
    ['--control=maybe', '--control must be yes or no, and not "maybe".'],
    ['--freshness-ms -1', '--freshness-ms must be a whole number of milliseconds from 0 to 3600000, and not "-1".'],
    ['--cache-mb 1.5', '--cache-mb must be a whole number of MiB from 1 to 65536, and not "1.5".'],
    ['--log-level loud', '--log-level must be one of info, warn, error, silent, and not "loud".'],
    ['--trusted-proxy 10.0.0.0/8,proxy', '--trusted-proxy must list addresses or ranges such as 10.0.0.0/8 or ::1; "proxy" is not an address range.'],
    ['--time-zone-service tz.example.com', '--time-zone-service must be a list of addresses that begin with http:// or https://, and not "tz.example.com".'],
    ['--data=', '--data must be the path of a folder, or :memory:, and not "".'],
    ['--accounts @/none.json', '--accounts "@/none.json" must be a file that can be read (ENOENT).'],
    ['--accounts @', '--accounts "@" must be a file that can be read (EISDIR).'],
    ['--accounts @/broken.json', '--accounts "@/broken.json": must be JSON.'],
    ['--tls-cert x', '--tls-cert and --tls-key belong together, and --tls-key is not given.'],
    ['--tls-cert @/one/tls-key.pem --tls-key @/one/tls-key.pem', '--tls-cert "@/one/tls-key.pem": must hold a certificate in PEM.'],
    ['--tls-cert @/one/tls-cert.pem --tls-key @/one/tls-cert.pem', '--tls-key "@/one/tls-cert.pem": must hold a private key without a pass phrase in PEM.'],
    ['--tls-cert @/one/tls-cert.pem --tls-key @/two/tls-key.pem',
      '--tls-key "@/two/tls-key.pem" must be the key of the first certificate in --tls-cert "@/one/tls-cert.pem", and is another one.'],
  ]
  test.each(sentences)('%s', (line, sentence) => {
    expect(() => gateway(line)).toThrow(new ConfigError(sentence.replaceAll('"@', `"${folder}`)))
  })

  test('a variable is named as the variable', () => {
    expect(() => gateway('', { CALGATE_PORT: 'x' })).toThrow(new ConfigError('CALGATE_PORT must be a whole number from 0 to 65535, and not "x".'))
  })

  test('the emulator alone has settings of its own', () => {
    expect(() => emulatorConfig(['--backend', 'google'], {})).toThrow('There is no setting --backend')
  })
})

describe('what people read comes from the rows', () => {
  test('--help lists every setting', () => {
    for (const key of Object.keys(gatewaySettings)) expect(helpText('gateway')).toContain(`  ${flagOf(key)}`)
    for (const key of Object.keys(emulatorSettings)) expect(helpText('emulator')).toContain(`  ${flagOf(key)}`)
  })

  test('the README has the table, between its marks', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
    const between = /<!-- settings -->\n([^]*?)<!-- \/settings -->/.exec(readme)?.[1]?.trim()
    expect(between).toBe(readmeSettings())
  })

  test('a flag and its variable have the same words', () => {
    expect([flagOf('tlsCert'), variableOf('tlsCert')]).toEqual(['--tls-cert', 'CALGATE_TLS_CERT'])
  })
})
