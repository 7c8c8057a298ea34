/** The servers that are measured: how each is started, where its calendars are, and what it is asked for discovery. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Target } from './http-client.ts'
import { type Server, start } from './process.ts'
import { account, authorization, calendarObject, calendarOf, nameOf } from './sample.ts'

/** A running server with the bench's calendars. */
export interface Place {
  readonly name: string
  readonly target: Target
  readonly server: Server
  /** Sent with every request that is to be let in. */
  readonly headers: Readonly<Record<string, string>>
  /** The path of the calendar of so many events, with its slash. */
  readonly calendar: (size: number) => string
  /** Well-known address or root, principal, home: as a client finds its calendars. */
  readonly discovery: readonly Request[]
  /** The emulator's REST interface, where it is served. */
  readonly restPort?: number
}

const root = join(import.meta.dirname, '..')

const propfind = (path: string, depth: '0' | '1', properties: string): Request => ({
  method: 'PROPFIND', path, headers: { 'Depth': depth, 'Content-Type': 'application/xml; charset=utf-8' },
  body: `<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"><D:prop>${properties}</D:prop></D:propfind>`,
})

function discovery(first: string, principal: string, home: string): readonly Request[] {
  return [
    propfind(first, '0', '<D:current-user-principal/>'),
    propfind(principal, '0', '<C:calendar-home-set/><D:displayname/>'),
    propfind(home, '1', '<D:resourcetype/><D:displayname/><CS:getctag/><D:sync-token/><C:supported-calendar-component-set/>'),
  ]
}

/** @param folder a data folder as {@link file://./seed.ts} leaves it @param settings further ones of the command line */
export async function startGateway(folder: string, settings: readonly string[] = []): Promise<Place> {
  const accounts = join(folder, 'accounts.json')
  writeFileSync(accounts, JSON.stringify([account]))
  const args = [...(process.env['BENCH_NODE_FLAGS']?.split(' ') ?? []), join(root, 'src/main.ts'), '--port', '0', '--data', folder, '--accounts', accounts, '--log-level', 'error', ...settings]
  const server = await start({ program: process.execPath, args }, (printed) => printed.includes('Stop'))
  const restPort = /REST API\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(server.printed)?.[1]
  const home = `/calendar/dav/${account.address}/`
  return {
    name: 'calgate', server,
    target: { port: Number(/https:\/\/localhost:(\d+)/.exec(server.printed)?.[1]), authority: readFileSync(join(folder, 'ca.pem'), 'utf8') },
    headers: { Authorization: authorization },
    calendar: (size) => `${home}${calendarOf(size) === account.address ? 'events' : calendarOf(size)}/`,
    discovery: [{ method: 'PROPFIND', path: '/.well-known/caldav', headers: { Depth: '0' } }, ...discovery('/calendar/dav/', `${home}user`, home)],
    ...(restPort === undefined ? {} : { restPort: Number(restPort) }),
  }
}

/** @param folder with a certificate that the gateway has made */
export async function startBare(folder: string): Promise<{ readonly server: Server; readonly target: Target }> {
  const args = [join(root, 'bench/bare.ts'), join(folder, 'tls-cert.pem'), join(folder, 'tls-key.pem')]
  const server = await start({ program: process.execPath, args }, (printed) => /ready on \d+/.test(printed))
  return { server, target: { port: Number(/ready on (\d+)/.exec(server.printed)?.[1]), authority: readFileSync(join(folder, 'ca.pem'), 'utf8') } }
}

const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).status === 0

function writeObjects(folder: string, size: number): void {
  mkdirSync(folder, { recursive: true })
  for (let number = 0; number < size; number += 1) writeFileSync(join(folder, nameOf(number)), calendarObject(number))
}

/** Both peers are spoken to in clear, which spares them what TLS costs us. @returns undefined where it is not installed */
export async function startRadicale(folder: string, sizes: readonly number[]): Promise<Place | undefined> {
  if (!isInstalled('radicale')) return undefined
  for (const size of sizes) {
    const collection = join(folder, 'collection-root', 'bench', `c${size}`)
    writeObjects(collection, size)
    writeFileSync(join(collection, '.Radicale.props'), '{"tag": "VCALENDAR", "D:displayname": "bench"}')
  }
  const port = 15232
  const options = ['--server-hosts', `127.0.0.1:${port}`, '--storage-filesystem-folder', folder, '--auth-type', 'none', '--server-max-connections', '64', '--logging-level', 'info', '--config', '']
  const server = await start({ program: 'radicale', args: options }, (printed) => /ready|Listening/i.test(printed))
  return {
    name: 'Radicale', server, target: { port, authority: undefined }, calendar: (size) => `/bench/c${size}/`,
    headers: { Authorization: `Basic ${Buffer.from('bench:bench').toString('base64')}` }, discovery: discovery('/', '/bench/', '/bench/'),
  }
}

/** @returns undefined where it is not installed */
export async function startXandikos(folder: string, sizes: readonly number[]): Promise<Place | undefined> {
  if (!isInstalled('xandikos') || !isInstalled('git')) return undefined
  const home = join(folder, 'bench', 'calendars')
  for (const size of sizes) {
    const collection = join(home, `c${size}`)
    writeObjects(collection, size)
    writeFileSync(join(collection, '.xandikos'), '[DEFAULT]\ntype = calendar\n')
    for (const args of [['init', '-q'], ['add', '-A'], ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', 'commit', '-qm', 'events']]) {
      spawnSync('git', args, { cwd: collection })
    }
  }
  const port = 15233
  const options = ['-d', folder, '--current-user-principal', '/bench/', '--autocreate', '-l', '127.0.0.1', '-p', String(port)]
  const server = await start({ program: 'xandikos', args: options }, (printed) => printed.includes('Running on'))
  return {
    name: 'Xandikos', server, target: { port, authority: undefined }, headers: {}, calendar: (size) => `/bench/calendars/c${size}/`,
    discovery: discovery('/', '/bench/', '/bench/calendars/'),
  }
}
