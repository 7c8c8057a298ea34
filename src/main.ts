/**
 * The command line, and the only place where the parts are put together.
 * Parts are loaded when they are needed, so that a start takes a moment only.
 */

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Emulator } from './backends/emulator/index.ts'
import type { Backend } from './calendar/backend.ts'
import type { BackendConfig, DataPlace, GatewayConfig } from './config.ts'
import type { Command } from './help.ts'
import { shapeHeap } from './heap.ts'
import { stopOnSignal } from './signals.ts'
import type { AccountRecord, DemoAccount } from './server/credentials/accounts.ts'
import type { Fetch, Listener } from './server/listen.ts'
import type { Log } from './server/log.ts'
import type { CacheFigures, Metrics } from './server/metrics.ts'
import type { WelcomeFacts } from './server/welcome.ts'
import { ConfigError, nameGiven } from './settings.ts'

process.env['TZ'] = 'UTC'
// What is written is this user's own: calendars, keys, the demo account.
process.umask(0o077)

/** So long requests under way may take to end after a signal. */
const GRACE_MS = 10_000
const DAY_MS = 86_400_000
/** As a shell tells that a program was ended by Ctrl+C. */
const STATUS_OF_SIGINT = 130

/** Something beside the settings keeps a start from succeeding; the message is a sentence for people. */
class StartError extends Error {}

/** A setting and its value, as the user would write them. */
const given = (key: 'data' | 'emulatorPort' | 'host' | 'metricsPort' | 'port', value: string | number): string =>
  `${nameGiven(key, process.argv, process.env)} ${value}`

const commands = {
  'gateway': runGateway,
  'emulator': runEmulator,
  'hash-password': printPasswordHash,
} as const satisfies Record<Command, (argv: readonly string[]) => Promise<void>>

async function main(argv: readonly string[]): Promise<void> {
  const [first = '', ...rest] = argv
  const isNamed = Object.hasOwn(commands, first)
  const command = isNamed ? first as Command : 'gateway'
  const words = isNamed ? rest : argv
  if (words.includes('--version')) return void process.stdout.write(`calgate ${version()}\n`)
  if (!words.some((word) => word === '--help' || word === '-h')) return commands[command](words)
  const { helpText } = await import('./help.ts')
  process.stdout.write(helpText(command))
}

const version = (): string => (JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { version: string }).version

/** Wrong settings end with 2, all else with 1. */
function fail(error: unknown): void {
  const isForPeople = error instanceof ConfigError || error instanceof StartError
  console.error(isForPeople ? `calgate: ${error.message}` : error)
  process.exit(error instanceof ConfigError ? 2 : 1)
}

async function runGateway(argv: readonly string[]): Promise<void> {
  const { gatewayConfig } = await import('./config.ts')
  const config = gatewayConfig(argv, process.env)
  const log = await openLog(config.logLevel)
  makeFolder(config.data)
  const accounts = await openAccounts(config, log)
  const { backend, emulator } = await openBackend(config, accounts.records)
  const metrics = await openMetrics(config, () => backend.stats())
  const certificates = await openCertificates(config)
  const fetch = await createGateway(config, { backend, accounts: accounts.records, log, metrics })
  const listener = await listen(config, certificates.server, fetch)
  certificates.renewInto(listener)
  const rest = await exposeEmulator(config.backend, emulator)
  const figures = metrics && await listenOnLoopback(metrics.port, metrics.fetch, 'metricsPort')
  stopOnSignal(fail, async () => {
    await Promise.all([listener.close(GRACE_MS), rest?.close(GRACE_MS), figures?.close(GRACE_MS)])
    await backend.close()
    emulator?.close()
  })
  await greet({ config, listener, accounts, restPort: rest?.port, metricsPort: figures?.port, authority: certificates.authority })
  shapeHeap()
}

async function runEmulator(argv: readonly string[]): Promise<void> {
  const { emulatorConfig } = await import('./config.ts')
  const config = emulatorConfig(argv, process.env)
  makeFolder(config.data)
  const emulator = await openEmulator(config.data, config.withControl)
  const listener = await listenOnLoopback(config.port, emulator.fetch)
  stopOnSignal(fail, async () => {
    await listener.close(GRACE_MS)
    emulator.close()
  })
  process.stdout.write(`\nThe emulator is ready: http://127.0.0.1:${listener.port}/calendar/v3   (stop: Ctrl+C)\n\n`)
}

async function printPasswordHash(argv: readonly string[]): Promise<void> {
  if (argv.length > 0) throw new ConfigError('hash-password takes nothing behind it; it asks for the password, or reads it from standard input.')
  const { readPassword } = await import('./server/credentials/read-password.ts')
  const { formatPasswordHash, hashPassword } = await import('./server/credentials/password-hash.ts')
  const password = await readPassword(process.stdin, process.stderr)
  if (password === undefined) process.exit(STATUS_OF_SIGINT)
  if (password === '') throw new StartError('There was no password on standard input.')
  process.stdout.write(`${formatPasswordHash(await hashPassword(password))}\n`)
}

async function openLog(level: GatewayConfig['logLevel']): Promise<Log> {
  const { createLog } = await import('./server/log.ts')
  const log = createLog(level, (line) => { process.stderr.write(line) })
  process.on('unhandledRejection', (error) => { log.error('a failure that nobody waited for', error) })
  return log
}

function makeFolder(data: DataPlace): void {
  if (data.kind === 'memory') return
  try {
    mkdirSync(data.path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError(`${given('data', data.path)} must be a folder that can be written (${(error as NodeJS.ErrnoException).code}).`, { cause: error })
  }
}

/** Opens what earlier starts left in the data folder; where that is broken or cannot be written, a sentence names it. */
function fromData<T>(data: DataPlace, name: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    const place = data.kind === 'memory' ? ':memory:' : data.path
    throw new StartError(`${given('data', place)}: ${name} cannot be used (${(error as Error).message}).`, { cause: error })
  }
}

interface Accounts {
  readonly records: readonly AccountRecord[]
  /** Set when the first start made it, and nobody else has told the user about it. */
  readonly demo: DemoAccount | undefined
}

async function openAccounts({ accounts, data }: GatewayConfig, log: Log): Promise<Accounts> {
  if (accounts === 'demo') {
    const { demoAccount } = await import('./server/credentials/accounts.ts')
    const path = data.kind === 'memory' ? undefined : join(data.path, 'demo-account.json')
    const demo = fromData(data, 'demo-account.json', () => demoAccount(path))
    return { records: [{ address: demo.address, secret: { kind: 'clear', password: demo.password } }], demo }
  }
  const inClear = accounts.filter(({ secret }) => secret.kind === 'clear').length
  if (inClear > 0) log.warn('the accounts file holds passwords in clear; "npm start -- hash-password" makes hashes', { passwords: inClear })
  return { records: accounts, demo: undefined }
}

/** The adapter is the same for all; only what carries its calls differs. */
async function openBackend({ backend: config, data, cache }: GatewayConfig, accounts: readonly AccountRecord[]): Promise<{
  readonly backend: Backend & { stats(): CacheFigures }
  readonly emulator: Emulator | undefined
}> {
  const { backends } = await import('./backends/index.ts')
  const { cachedBackend } = await import('./backends/cached.ts')
  const { counted } = await import('./server/call-count.ts')
  const { escapedCalendarData: prepare } = await import('./caldav/render.ts')
  if (config.kind === 'google') {
    const { networkTransport } = await import('./backends/transport.ts')
    const { apiUrl, tokenUrl, client } = config
    const google = backends.google.create({ transport: counted(networkTransport()), apiUrl, tokenUrl, ...(client === undefined ? {} : { client }) })
    return { backend: cachedBackend(google, { ...cache, prepare }), emulator: undefined }
  }
  const emulator = await openEmulator(data, config.exposed?.withControl ?? false)
  for (const { address } of accounts) emulator.ensureAccount(address)
  const { create, apiUrl, tokenUrl } = backends.emulator
  return { backend: cachedBackend(create({ transport: counted(emulator.transport), apiUrl, tokenUrl }), { ...cache, prepare }), emulator }
}

async function openEmulator(data: DataPlace, withControl: boolean): Promise<Emulator> {
  const { createEmulator } = await import('./backends/emulator/index.ts')
  const file = data.kind === 'memory' ? ':memory:' : join(data.path, 'calendars.sqlite')
  return fromData(data, 'calendars.sqlite', () => createEmulator({ file, control: withControl }))
}

interface Certificates {
  readonly server: { readonly certificate: string; readonly key: string }
  readonly authority: WelcomeFacts['authority']
  /** Looks once a day whether the certificate is near its end. */
  renewInto(listener: Listener): void
}

async function openCertificates({ tls, data, publicName }: GatewayConfig): Promise<Certificates> {
  if (tls !== 'local') return { server: tls, authority: undefined, renewInto: () => {} }
  const { localCertificates } = await import('./server/tls.ts')
  const made = (): ReturnType<typeof localCertificates> =>
    localCertificates(data.kind === 'memory' ? ':memory:' : data.path, [publicName], new Date())
  const { server, authorityPath } = fromData(data, 'a certificate or key', made)
  if (data.kind === 'memory') {
    process.once('exit', () => { rmSync(dirname(authorityPath), { recursive: true, force: true }) })
    return { server, authority: { path: authorityPath, isKept: false }, renewInto: () => {} }
  }
  const renewInto = (listener: Listener): void => { setInterval(() => { listener.useCertificate(made().server) }, DAY_MS).unref() }
  return { server, authority: { path: authorityPath, isKept: true }, renewInto }
}

/** Loaded only where somebody wants the figures. */
async function openMetrics({ metricsPort: port }: GatewayConfig, cache: () => CacheFigures): Promise<Metrics & { readonly port: number; readonly fetch: Fetch } | undefined> {
  if (port === undefined) return undefined
  const { createMetrics } = await import('./server/metrics.ts')
  return { port, ...createMetrics(cache) }
}

async function createGateway({ isProxy, limits, answerBytes, scheduling, timeZoneServices }: GatewayConfig, { backend, accounts, log, metrics }: {
  readonly backend: Backend
  readonly accounts: readonly AccountRecord[]
  readonly log: Log
  readonly metrics: Metrics | undefined
}): Promise<Fetch> {
  const { createApp } = await import('./server/app.ts')
  const { credentialChain } = await import('./server/credentials/chain.ts')
  const { staticProvider } = await import('./server/credentials/static.ts')
  const settings = { maxResourceBytes: limits.calendarBytes, scheduling, timeZoneServices }
  const app = createApp({ backend, authenticate: credentialChain([staticProvider(accounts)]), isProxy, settings, limits, answerBytes, log, ...(metrics && { metrics }) })
  return app.fetch
}

async function listen({ hosts, port, publicName }: GatewayConfig, certificate: Certificates['server'], fetch: Fetch): Promise<Listener> {
  const { listenTls } = await import('./server/listen.ts')
  const { allowAt } = await import('./caldav/handle.ts')
  const { pathOf } = await import('./server/app.ts')
  return listenTls(certificate, { fetch, hosts, port, allow: (target) => allowAt(pathOf(target)) }).catch(toStartError(given('port', port), given('host', publicName)))
}

async function exposeEmulator(config: BackendConfig, emulator: Emulator | undefined): Promise<Omit<Listener, 'useCertificate'> | undefined> {
  if (config.kind !== 'emulator' || config.exposed === undefined || emulator === undefined) return undefined
  return listenOnLoopback(config.exposed.port, emulator.fetch, 'emulatorPort')
}

async function listenOnLoopback(port: number, fetch: Fetch, key: 'emulatorPort' | 'metricsPort' | 'port' = 'port'): Promise<Omit<Listener, 'useCertificate'>> {
  const { listenClear } = await import('./server/listen.ts')
  return listenClear({ fetch, hosts: ['127.0.0.1', '::1'], port }).catch(toStartError(given(key, port)))
}

const portReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it already; choose another one',
  EACCES: 'this user may not listen on it; choose one above 1023',
}
const hostReasons: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'that name is not known',
}

/** @param port, host the settings that are at fault, as they were given */
function toStartError(port: string, host = 'loopback'): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    const { code = '' } = error
    const reason = portReasons[code] ?? hostReasons[code]
    if (reason === undefined) throw error
    throw new StartError(`${code in hostReasons ? host : port} cannot be listened on: ${reason}.`, { cause: error })
  }
}

async function greet({ config, listener, accounts, restPort, metricsPort, authority }: {
  readonly config: GatewayConfig
  readonly listener: Listener
  readonly accounts: Accounts
  readonly restPort: number | undefined
  readonly metricsPort: number | undefined
  readonly authority: WelcomeFacts['authority']
}): Promise<void> {
  const { welcome } = await import('./server/welcome.ts')
  const account: WelcomeFacts['account'] = accounts.demo === undefined
    ? { kind: 'listed', addresses: accounts.records.map(({ address }) => address) }
    : { kind: 'demo', ...accounts.demo }
  const name = config.publicName.includes(':') ? `[${config.publicName}]` : config.publicName
  process.stdout.write(welcome({
    version: version(),
    origin: `https://${name}${listener.port === 443 ? '' : `:${listener.port}`}`,
    account,
    authority,
    data: config.data.kind === 'memory' ? 'in memory, gone when the gateway stops' : config.data.path,
    restUrl: restPort === undefined ? undefined : `http://127.0.0.1:${restPort}/calendar/v3`,
    metricsUrl: metricsPort === undefined ? undefined : `http://127.0.0.1:${metricsPort}/metrics`,
  }))
}

await main(process.argv.slice(2)).catch(fail)
