/** Every setting once, and what they come to: the texts of the command line and the variables in, a Config out. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { backends } from './backends/index.ts'
import { type ProxyList, proxyList } from './server/clear-http.ts'
import { type AccountRecord, parseAccounts } from './server/credentials/accounts.ts'
import { type LogLevel, logLevels } from './server/log-level.ts'
import {
  ConfigError, file, flagOf, folder, list, oneOf, readSettings, text, toggle, type Values, webAddress, whole,
} from './settings.ts'

const port = whole(0, 65_535, '')

/** `npm start` */
export const gatewaySettings = {
  host: { kind: text, default: 'localhost', help: 'address or name to listen on; `localhost` is both loopback addresses, `::` is every address' },
  port: { kind: port, default: '8443', help: 'port for HTTPS; 0 takes any free one' },
  data: { kind: folder, default: 'data', help: 'where the embedded calendars, the certificates and the demo account are kept; `:memory:` keeps nothing' },
  accounts: { kind: file, help: 'JSON: `[{"address", "password" or "passwordHash", "refreshToken"?}]`; takes the place of the demo account' },
  tlsCert: { kind: file, help: 'certificate in PEM, with its chain; without it a local certificate authority is made in the data folder' },
  tlsKey: { kind: file, help: 'the key of that certificate, in PEM' },
  trustedProxy: { kind: list, default: '', help: 'addresses or ranges (CIDR) of proxies that end TLS and may connect in clear HTTP with `X-Forwarded-Proto: https`' },
  backend: { kind: oneOf('emulator', 'google'), default: 'emulator', help: 'where the calendars are: embedded, or behind the Google Calendar API' },
  backendUrl: { kind: webAddress, help: `the API of the backend \`google\`, if not \`${backends.google.apiUrl}\`` },
  tokenUrl: { kind: webAddress, help: 'where refresh tokens become access tokens, if neither Google\'s nor `/token` at the root of the API\'s host' },
  googleClientId: { kind: text, help: 'OAuth client with which the refresh tokens were made' },
  googleClientSecret: { kind: text, help: 'its secret; better given as the variable', isSecret: true },
  scheduling: { kind: oneOf('implicit', 'outbox'), default: 'implicit', help: 'how guests are told: `implicit` when an event is written, `outbox` only by what the program posts to the outbox (the way of 2008)' },
  timeZoneService: { kind: list, default: '', help: 'addresses of time zone services (RFC 7808) with the zones of the IANA, for programs that then ask for events without time zones (RFC 7809)' },
  freshnessMs: { kind: whole(0, 3_600_000, 'milliseconds'), default: '2000', help: 'how old an answer may be, in ms; 0 asks the backend each time' },
  cacheMb: { kind: whole(1, 65_536, 'MiB'), default: '512', help: 'memory for calendars that were read, and for answers, in MiB' },
  maxObjectKb: { kind: whole(1, 65_536, 'KiB'), default: '1024', help: 'the largest calendar object that is accepted, in KiB' },
  maxXmlKb: { kind: whole(1, 65_536, 'KiB'), default: '2048', help: 'the largest XML body that is accepted, in KiB' },
  emulatorPort: { kind: port, help: 'also serves the REST API of the embedded calendars, in clear HTTP on loopback; whoever reaches it has them all, without a password' },
  control: { kind: toggle, default: 'no', help: 'also serves `/_control` on the port of `--emulator-port`, for tests' },
  metricsPort: { kind: port, help: 'serves figures for monitoring, in the text format of Prometheus, at `/metrics`, in clear HTTP on loopback' },
  logLevel: { kind: oneOf(...logLevels), default: 'info', help: 'the lowest level that is logged, on standard error' },
} as const

/** `npm run emulator` */
export const emulatorSettings = {
  port: { kind: port, default: '9080', help: 'port for clear HTTP on loopback; 0 takes any free one' },
  data: { kind: folder, default: 'data', help: 'where the calendars are kept; `:memory:` keeps nothing' },
  control: { kind: toggle, default: 'no', help: 'serves `/_control`, for tests' },
} as const

/** A local folder, or nothing but memory. */
export type DataPlace = { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'memory' }

export interface GatewayConfig {
  /** Where to listen; more than one address for `localhost`. */
  readonly hosts: readonly string[]
  /** What clients call the gateway. */
  readonly publicName: string
  readonly port: number
  readonly data: DataPlace
  /** 'demo': one account, made at the first start. */
  readonly accounts: 'demo' | readonly AccountRecord[]
  /** 'local': from the gateway's own authority. Both texts are PEM. */
  readonly tls: 'local' | { readonly certificate: string; readonly key: string }
  readonly isProxy: ProxyList
  readonly backend: BackendConfig
  readonly cache: { readonly maxBytes: number; readonly freshnessMs: number }
  /** For answers that may be asked for again. */
  readonly answerBytes: number
  readonly limits: { readonly calendarBytes: number; readonly xmlBytes: number }
  /** How the people of an event are told of it. */
  readonly scheduling: 'implicit' | 'outbox'
  /** Services that know the time zones (RFC 7808), as absolute addresses. */
  readonly timeZoneServices: readonly string[]
  /** Where the figures are served; undefined: none are kept. */
  readonly metricsPort: number | undefined
  readonly logLevel: LogLevel
}

export type BackendConfig =
  /** `exposed`: its REST API is served too. */
  | { readonly kind: 'emulator'; readonly exposed: { readonly port: number; readonly withControl: boolean } | undefined }
  | { readonly kind: 'google'; readonly apiUrl: string; readonly tokenUrl: string; readonly client: { readonly id: string; readonly secret: string } | undefined }

export interface EmulatorConfig {
  readonly port: number
  readonly data: DataPlace
  readonly withControl: boolean
}

type Variables = Readonly<Record<string, string | undefined>>

/** @throws ConfigError with one sentence, before anything was opened or written */
export function gatewayConfig(argv: readonly string[], variables: Variables): GatewayConfig {
  const values = readSettings(gatewaySettings, argv, variables)
  const accounts = values.accounts === undefined ? 'demo' as const : readAs('accounts', values.accounts, parseAccounts)
  const memory = values.cacheMb * 1024 * 1024
  const answerBytes = memory / 16
  return {
    ...addressesOf(values.host),
    port: values.port,
    data: placeOf(values.data),
    accounts,
    tls: tlsOf(values),
    isProxy: proxiesOf(values.trustedProxy),
    backend: backendOf(values, accounts),
    cache: { maxBytes: memory - answerBytes, freshnessMs: values.freshnessMs },
    answerBytes,
    limits: { calendarBytes: values.maxObjectKb * 1024, xmlBytes: values.maxXmlKb * 1024 },
    scheduling: values.scheduling,
    timeZoneServices: values.timeZoneService.map(serviceAddress),
    metricsPort: values.metricsPort,
    logLevel: values.logLevel,
  }
}

/** @throws ConfigError */
export function emulatorConfig(argv: readonly string[], variables: Variables): EmulatorConfig {
  const values = readSettings(emulatorSettings, argv, variables)
  return { port: values.port, data: placeOf(values.data), withControl: values.control }
}

type GatewayValues = Values<typeof gatewaySettings>

/** Programs resolve `localhost` to either loopback address, so both are served. */
function addressesOf(host: string): Pick<GatewayConfig, 'hosts' | 'publicName'> {
  if (host === 'localhost') return { hosts: ['127.0.0.1', '::1'], publicName: 'localhost' }
  return { hosts: [host], publicName: host === '::' || host === '0.0.0.0' ? 'localhost' : host }
}

function placeOf(given: string): DataPlace {
  return given === ':memory:' ? { kind: 'memory' } : { kind: 'folder', path: resolve(given) }
}

function tlsOf({ tlsCert, tlsKey }: GatewayValues): GatewayConfig['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return 'local'
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new ConfigError(`--tls-cert and --tls-key belong together, and ${tlsCert === undefined ? '--tls-cert' : '--tls-key'} is not given.`)
  }
  const certificate = readAs('tlsCert', tlsCert, (pem) => pemOf(pem, (given) => new X509Certificate(given), 'a certificate'))
  const key = readAs('tlsKey', tlsKey, (pem) => pemOf(pem, createPrivateKey, 'a private key without a pass phrase'))
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw new ConfigError(`--tls-key "${tlsKey}" must be the key of the first certificate in --tls-cert "${tlsCert}", and is another one.`)
  }
  return { certificate, key }
}

function pemOf(pem: string, read: (pem: string) => unknown, what: string): string {
  try {
    read(pem)
  } catch {
    throw new Error(`must hold ${what} in PEM`)
  }
  return pem
}

function serviceAddress(given: string): string {
  const url = webAddress.parse(given)
  if (url === undefined) throw new ConfigError(`--time-zone-service must be a list of addresses that begin with http:// or https://, and not "${given}".`)
  return url.href
}

function proxiesOf(ranges: readonly string[]): ProxyList {
  try {
    return proxyList(ranges)
  } catch (error) {
    throw new ConfigError(`--trusted-proxy must list addresses or ranges such as 10.0.0.0/8 or ::1; ${(error as Error).message}.`)
  }
}

function backendOf(values: GatewayValues, accounts: GatewayConfig['accounts']): BackendConfig {
  return values.backend === 'emulator' ? embedded(values) : google(values, accounts)
}

function embedded(values: GatewayValues): BackendConfig {
  const needsGoogle = (['backendUrl', 'tokenUrl', 'googleClientId', 'googleClientSecret'] as const).find((key) => values[key] !== undefined)
  if (needsGoogle !== undefined) throw new ConfigError(`${flagOf(needsGoogle)} is for the backend google; add --backend google, or leave it out.`)
  if (values.emulatorPort !== undefined) return { kind: 'emulator', exposed: { port: values.emulatorPort, withControl: values.control } }
  if (values.control) throw new ConfigError('--control is served on the emulator\'s own port; add --emulator-port, or leave it out.')
  return { kind: 'emulator', exposed: undefined }
}

function google(values: GatewayValues, accounts: GatewayConfig['accounts']): BackendConfig {
  if (values.emulatorPort !== undefined || values.control) {
    throw new ConfigError(`${values.control ? '--control' : '--emulator-port'} is for the backend emulator; leave it out, or leave out --backend google.`)
  }
  const apiUrl = values.backendUrl?.href.replace(/\/+$/, '') ?? backends.google.apiUrl
  const isGoogle = new URL(apiUrl).hostname.endsWith('.googleapis.com')
  const tokenUrl = values.tokenUrl?.href ?? (isGoogle ? backends.google.tokenUrl : new URL('/token', apiUrl).href)
  const client = clientOf(values)
  if (isGoogle) requireGrants(client, accounts)
  return { kind: 'google', apiUrl, tokenUrl, client }
}

function clientOf({ googleClientId: id, googleClientSecret: secret }: GatewayValues): { readonly id: string; readonly secret: string } | undefined {
  if (id === undefined && secret === undefined) return undefined
  if (id !== undefined && secret !== undefined) return { id, secret }
  throw new ConfigError(`--google-client-id and --google-client-secret belong together, and ${id === undefined ? '--google-client-id' : '--google-client-secret'} is not given.`)
}

/** At Google itself every account needs a grant of its own, and the client it was given to. */
function requireGrants(client: unknown, accounts: GatewayConfig['accounts']): void {
  if (accounts === 'demo') throw new ConfigError('--backend google needs --accounts, with a "refreshToken" for each account.')
  const without = accounts.find((account) => account.refreshToken === undefined)
  if (without !== undefined) throw new ConfigError(`--accounts: ${without.address} needs a "refreshToken" for --backend google.`)
  if (client === undefined) throw new ConfigError('--backend google needs --google-client-id and --google-client-secret, with which the refresh tokens were made.')
}

/** What a file holds. @param parse throws an Error whose message completes a sentence about the file */
function readAs<T>(key: keyof typeof gatewaySettings, path: string, parse: (content: string) => T): T {
  const setting = `${flagOf(key)} "${path}"`
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`${setting} must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`, { cause: error })
  }
  try {
    return parse(content)
  } catch (error) {
    throw new ConfigError(`${setting}: ${(error as Error).message}.`)
  }
}
