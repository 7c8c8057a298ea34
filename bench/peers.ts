/** Other CalDAV servers, as they are installed from Debian: spoken to without TLS, which spares them what it costs the gateway. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { open, type Request } from './http-client.ts'
import { start } from './process.ts'
import { calendarObject, nameOf, uidOf } from './sample.ts'
import { discovery, type Place } from './servers.ts'

export interface Peer {
  readonly name: string
  readonly place: Place
  /** Of the calendars that it has. */
  readonly sizes: readonly number[]
  /** As it is started here it asks nobody who they are. */
  readonly letsAllIn: boolean
  /** Its time for the operations of a large calendar is in seconds: it is spared those, and the many clients. */
  readonly isSlow: boolean
}

/** One that is known. */
interface Known extends Pick<Peer, 'name' | 'letsAllIn' | 'isSlow'> {
  readonly packages: string
  readonly isInstalled: () => boolean
  readonly start: (folder: string, sizes: readonly number[]) => Promise<Place>
}

const runs = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const headers = { Authorization: `Basic ${Buffer.from('bench:bench').toString('base64')}` }

const cyrusPrograms = '/usr/lib/cyrus/bin'
const sabreLibrary = '/usr/share/php/Sabre/autoload.php'

const known: readonly Known[] = [
  {
    name: 'Cyrus', packages: 'cyrus-caldav cyrus-imapd sasl2-bin (and to be root)', isSlow: false, letsAllIn: false, start: startCyrus,
    isInstalled: () => process.getuid?.() === 0 && ['master', 'httpd', 'imapd'].every((each) => existsSync(join(cyrusPrograms, each))) && existsSync('/usr/sbin/saslpasswd2'),
  },
  { name: 'sabre/dav', packages: 'php-sabre-dav php-cli php-sqlite3 php-xml php-mbstring', isSlow: false, letsAllIn: true, start: startSabre, isInstalled: () => runs('php') && existsSync(sabreLibrary) },
  { name: 'Radicale', packages: 'radicale', isSlow: true, letsAllIn: true, start: startRadicale, isInstalled: () => runs('radicale') },
  { name: 'Xandikos', packages: 'xandikos git', isSlow: true, letsAllIn: true, start: startXandikos, isInstalled: () => runs('xandikos') && runs('git') },
]

/** Those that are installed. @param slowSizes of calendars for all of them @param sizes for those that are fast enough */
export async function startPeers(folder: string, slowSizes: readonly number[], sizes: readonly number[], log: (line: string) => void): Promise<readonly Peer[]> {
  const peers: Peer[] = []
  for (const { name, packages, isSlow, letsAllIn, isInstalled, start: startIt } of known) {
    const own = isSlow ? slowSizes : sizes
    if (own.length === 0) continue
    if (!isInstalled()) {
      log(`${name} is left out; it takes apt install ${packages}`)
      continue
    }
    log(`making the calendars of ${name}`)
    const home = join(folder, name.replace('/', '-'))
    mkdirSync(home, { recursive: true })
    try {
      peers.push({ name, letsAllIn, isSlow, sizes: own, place: await startIt(home, own) })
    } catch (error) {
      log(`${name} is left out: ${(error as Error).message.slice(0, 300)}`)
    }
  }
  return peers
}

function writeObjects(folder: string, size: number): void {
  mkdirSync(folder, { recursive: true })
  for (let number = 0; number < size; number += 1) writeFileSync(join(folder, nameOf(number)), calendarObject(number))
}

async function startRadicale(folder: string, sizes: readonly number[]): Promise<Place> {
  for (const size of sizes) {
    const collection = join(folder, 'collection-root', 'bench', `c${size}`)
    writeObjects(collection, size)
    writeFileSync(join(collection, '.Radicale.props'), '{"tag": "VCALENDAR", "D:displayname": "bench"}')
  }
  const port = 15232
  const options = ['--server-hosts', `127.0.0.1:${port}`, '--storage-filesystem-folder', folder, '--auth-type', 'none', '--server-max-connections', '64', '--logging-level', 'info', '--config', '']
  const server = await start({ program: 'radicale', args: options }, (printed) => /ready|Listening/i.test(printed))
  return { name: 'Radicale', server, target: { port, authority: undefined }, calendar: (size) => `/bench/c${size}/`, headers, discovery: discovery('/', '/bench/', '/bench/') }
}

async function startXandikos(folder: string, sizes: readonly number[]): Promise<Place> {
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

/** Served by PHP's own server with four workers, over SQLite. */
async function startSabre(folder: string, sizes: readonly number[]): Promise<Place> {
  const port = 15234
  const script = join(import.meta.dirname, 'sabre.php')
  const variables = { SABRE_FOLDER: folder, SABRE_CALENDARS: sizes.map((size) => `c${size}`).join(','), PHP_CLI_SERVER_WORKERS: '4' }
  const made = spawnSync('php', [script], { env: { ...process.env, ...variables }, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stdout + made.stderr)
  const server = await start({ program: 'php', args: ['-S', `127.0.0.1:${port}`, script], variables }, (printed) => printed.includes('started'))
  const place: Place = {
    name: 'sabre/dav', server, target: { port, authority: undefined }, headers, calendar: (size) => `/calendars/bench/c${size}/`,
    discovery: discovery('/', '/principals/bench/', '/calendars/bench/'),
  }
  await fill(place, sizes)
  return place
}

async function startCyrus(folder: string, sizes: readonly number[]): Promise<Place> {
  const [port, imapPort] = [15235, 15236]
  for (const each of ['db', 'proc', 'socket', 'log', 'msg', 'user', 'ptclient', 'sync', 'quota', 'lock']) mkdirSync(join(folder, 'conf', each), { recursive: true })
  mkdirSync(join(folder, 'spool'))
  const settings = {
    configdirectory: join(folder, 'conf'), defaultpartition: 'default', 'partition-default': join(folder, 'spool'), admins: 'cyrus', allowplaintext: 'yes',
    sasl_pwcheck_method: 'auxprop', sasl_auxprop_plugin: 'sasldb', sasl_sasldb_path: join(folder, 'sasldb2'), sasl_mech_list: 'PLAIN',
    httpmodules: 'caldav', unixhierarchysep: 'yes', altnamespace: 'yes', caldav_allowscheduling: 'off', maxlogins_per_host: '0',
  }
  const configuration = join(folder, 'imapd.conf')
  writeFileSync(configuration, Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`).join(''))
  const service = (name: string, program: string, at: number): string => `  ${name} cmd="${program} -C ${configuration}" listen="127.0.0.1:${at}" prefork=0 maxchild=100\n`
  const services = join(folder, 'cyrus.conf')
  writeFileSync(services, `START {\n  recover cmd="ctl_cyrusdb -C ${configuration} -r"\n}\nSERVICES {\n${service('http', 'httpd', port)}${service('imap', 'imapd', imapPort)}}\nEVENTS {\n}\n`)
  for (const user of ['bench', 'cyrus']) spawnSync('/usr/sbin/saslpasswd2', ['-p', '-c', '-f', join(folder, 'sasldb2'), '-u', hostname(), user], { input: 'bench\n' })
  spawnSync('chmod', ['a+x', join(folder, '../..')])
  spawnSync('chown', ['-R', 'cyrus:mail', folder])
  // It prints nothing when it is ready.
  const server = await start({ program: join(cyrusPrograms, 'master'), args: ['-C', configuration, '-M', services, '-p', join(folder, 'master.pid'), '-D'] })
  await converse(imapPort, ['a LOGIN cyrus bench', 'b CREATE user/bench', 'c LOGOUT'])
  const home = '/dav/calendars/user/bench/'
  const place: Place = {
    name: 'Cyrus', server, target: { port, authority: undefined }, headers, calendar: (size) => `${home}c${size}/`,
    uid: (number, size) => uidOf(number).replace('@', `@c${size}.`),      // a UID may stand in one calendar of a user only
    discovery: discovery('/dav/', '/dav/principals/user/bench/', home),
  }
  for (const size of sizes) await expectDone(place, [{ method: 'MKCALENDAR', path: place.calendar(size), headers }])
  await fill(place, sizes)
  return place
}

/** One line after the other, each when the one before it has been answered; tried again until the server is there. */
async function converse(port: number, lines: readonly string[], attempt = 1): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      const left = [...lines]
      const socket = connect(port, '127.0.0.1').on('error', reject).on('close', () => resolve())
      socket.on('data', (data) => {
        if (/^\* OK|^\w OK/m.test(data.toString('latin1')) && left.length > 0) socket.write(`${left.shift()}\r\n`)
      })
    })
  } catch (error) {
    if (attempt > 50) throw error
    await new Promise((resolve) => setTimeout(resolve, 100))
    await converse(port, lines, attempt + 1)
  }
}

/** Puts the events into its calendars. */
async function fill(place: Place, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) {
    await expectDone(place, Array.from({ length: size }, (_, number) => ({
      method: 'PUT', path: place.calendar(size) + nameOf(number), headers: { ...headers, 'Content-Type': 'text/calendar; charset=utf-8' }, body: calendarObject(number, place.uid?.(number, size)),
    })))
  }
}

async function expectDone(place: Place, requests: readonly Request[]): Promise<void> {
  const connection = await open(place.target)
  for (const request of requests) {
    const { status, body } = await connection.send(request)
    if (status !== 201 && status !== 204) throw new Error(`${request.method} ${request.path}: ${status} ${body.slice(0, 200)}`)
  }
  connection.close()
}
