/** The gateway and its ceiling: how each is started, where its calendars are, and what it is asked for discovery. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Target } from './http-client.ts'
import { type Server, start } from './process.ts'
import { account, authorization, calendarOf } from './sample.ts'

/** A running server with the bench's calendars. */
export interface Place {
  readonly name: string
  readonly target: Target
  readonly server: Server
  /** The backend, where it is a process of its own. */
  readonly backend?: Server
  /** Sent with every request that is to be let in. */
  readonly headers: Readonly<Record<string, string>>
  /** The path of the calendar of so many events, with its slash. */
  readonly calendar: (size: number) => string
  /** The UIDs of its events, where they are not those of the sample. */
  readonly uid?: (number: number, size: number) => string
  /** Well-known address or root, principal, home: as a client finds its calendars. */
  readonly discovery: readonly Request[]
}

const root = join(import.meta.dirname, '..')

const propfind = (path: string, depth: '0' | '1', properties: string): Request => ({
  method: 'PROPFIND', path, headers: { 'Depth': depth, 'Content-Type': 'application/xml; charset=utf-8' },
  body: `<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"><D:prop>${properties}</D:prop></D:propfind>`,
})

/** What a client asks that knows the host only. */
export function discovery(first: string, principal: string, home: string): readonly Request[] {
  return [
    propfind(first, '0', '<D:current-user-principal/>'),
    propfind(principal, '0', '<C:calendar-home-set/><D:displayname/>'),
    propfind(home, '1', '<D:resourcetype/><D:displayname/><CS:getctag/><D:sync-token/><C:supported-calendar-component-set/>'),
  ]
}

const program = [...(process.env['BENCH_NODE_FLAGS']?.split(' ') ?? []), join(root, 'scripts/start.mjs')]

/** @param folder a data folder as {@link file://./seed.ts} leaves it @param settings further ones of the command line */
export async function startGateway(folder: string, settings: readonly string[] = []): Promise<Place> {
  return gatewayAt(folder, accountsIn(folder, account), settings)
}

/** The same with the backend as a process of its own, over loopback: as with a service on the network, but for the distance. */
export async function startApart(folder: string): Promise<Place> {
  const args = [join(root, 'scripts/start.mjs'), 'emulator', '--port', '0', '--data', folder]
  const backend = await start({ program: process.execPath, args }, (printed) => printed.includes('stop'))
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/calendar\/v3/.exec(backend.printed) ?? []
  return { ...await gatewayAt(folder, accountsIn(folder, { ...account, refreshToken: `emulator:${account.address}` }), overNetwork(url)), backend }
}

/** The same with a backend that has its pages made after the first reading of them. @param backend one that runs already @param settings further ones */
export async function startReplayed(folder: string, backend: Server, settings: readonly string[] = []): Promise<Place> {
  const own = overNetwork(`http://127.0.0.1:${portOfReplay(backend)}/calendar/v3`)
  return { ...await gatewayAt(folder, accountsIn(folder, { ...account, refreshToken: `emulator:${account.address}` }), [...own, ...settings]), backend }
}

/** @param folder a data folder of its own @param rows on a page, at most */
export async function startReplay(folder: string, rows: number): Promise<Server> {
  return start({ program: process.execPath, args: [join(root, 'bench/replay.ts'), folder, String(rows)] }, (printed) => /ready on \d+/.test(printed))
}

/** @param backend as {@link startReplay} makes it */
export const portOfReplay = (backend: Server): number => Number(/ready on (\d+)/.exec(backend.printed)?.[1])

const overNetwork = (url: string): readonly string[] => ['--backend', 'google', '--backend-url', url, '--google-client-id', 'bench', '--google-client-secret', 'bench']

function accountsIn(folder: string, record: object): string {
  const path = join(folder, 'accounts.json')
  writeFileSync(path, JSON.stringify([record]))
  return path
}

async function gatewayAt(folder: string, accounts: string, settings: readonly string[]): Promise<Place> {
  const args = [...program, '--port', '0', '--data', folder, '--accounts', accounts, '--log-level', 'error', ...settings]
  const server = await start({ program: process.execPath, args }, (printed) => printed.includes('Stop'))
  const home = `/calendar/dav/${account.address}/`
  return {
    name: 'calgate', server,
    target: { port: Number(/https:\/\/localhost:(\d+)/.exec(server.printed)?.[1]), authority: readFileSync(join(folder, 'ca.pem'), 'utf8') },
    headers: { Authorization: authorization },
    calendar: (size) => `${home}${calendarOf(size) === account.address ? 'events' : calendarOf(size)}/`,
    discovery: [{ method: 'PROPFIND', path: '/.well-known/caldav', headers: { Depth: '0' } }, ...discovery('/calendar/dav/', `${home}user`, home)],
  }
}

/** @param folder with a certificate that the gateway has made */
export async function startBare(folder: string): Promise<{ readonly server: Server; readonly target: Target }> {
  const args = [join(root, 'bench/bare.ts'), join(folder, 'tls-cert.pem'), join(folder, 'tls-key.pem')]
  const server = await start({ program: process.execPath, args }, (printed) => /ready on \d+/.test(printed))
  return { server, target: { port: Number(/ready on (\d+)/.exec(server.printed)?.[1]), authority: readFileSync(join(folder, 'ca.pem'), 'utf8') } }
}
