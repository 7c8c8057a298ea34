import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { matchesHash, parsePasswordHash } from '../src/server/credentials/password-hash.ts'

const root = join(import.meta.dirname, '..')
let folder = ''
const running: ChildProcess[] = []
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'calgate-main-test-')) })
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => stop(child, 'SIGKILL')))
  rmSync(folder, { recursive: true, force: true })
})

function run(...words: readonly string[]) {
  return runWith({}, words)
}

function runWith(variables: Readonly<Record<string, string>>, words: readonly string[]) {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...words], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...variables } })
  running.push(child)
  return child
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill(signal)
  return (await ended)[0]
}

/** Runs to its end. */
async function outcome(words: readonly string[], input = '', variables: Readonly<Record<string, string>> = {}) {
  const child = runWith(variables, words)
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number, output, errors }
}

/** Waits for what a start prints, up to a line that its end is known by. */
async function printed(child: ReturnType<typeof run>, last: RegExp): Promise<string> {
  let output = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(piece)
    if (last.test(output)) return output
  }
  throw new Error(`ended before it was ready: ${output} ${await text(child.stderr)}`)
}

const value = (output: string, label: string): string => new RegExp(`^  ${label} +(\\S+)`, 'm').exec(output)?.[1] ?? expect.fail(`no ${label} in ${output}`)

async function gateway(...words: readonly string[]) {
  const child = run('--port', '0', ...words)
  const output = await printed(child, /^ {2} {2}curl .*\n$/m)
  const [origin, ca] = [value(output, 'Address'), readFileSync(value(output, 'Certificate'), 'utf8')]
  const ask = async (user: string, password: string, method: string, path: string, body = '', headers: Record<string, string> = {}) => {
    const sent = request(`${origin}${path}`, { method, ca, agent: false, auth: `${user}:${password}`, headers })
    sent.end(body)
    const [response] = await once(sent, 'response') as [IncomingMessage]
    return { status: response.statusCode, body: await text(response) }
  }
  return { child, output, ask, ca }
}

const event = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:kept', 'DTSTAMP:20260101T000000Z', 'DTSTART:20260301T100000Z',
  'DTEND:20260301T110000Z', 'SUMMARY:Kept', 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')

describe('npm start', () => {
  test('prints all that a calendar program needs; a second start finds the same account, certificate and events', async () => {
    const data = join(folder, 'data')
    const first = await gateway('--data', data)
    const [user, password] = [value(first.output, 'Account'), value(first.output, 'Password')]
    expect(value(first.output, 'Data')).toBe(data)
    expect(first.output).toContain('Ctrl+C')
    expect(first.output).toContain('trust it once')
    const path = `/calendar/dav/${user}/events/kept.ics`
    expect((await first.ask(user, password, 'PUT', path, event, { 'content-type': 'text/calendar' })).status).toBe(201)
    expect((await first.ask(user, 'wrong', 'GET', path)).status).toBe(401)
    expect(await stop(first.child, 'SIGTERM')).toBe(0)

    const second = await gateway('--data', data)
    expect([value(second.output, 'Account'), value(second.output, 'Password'), second.ca]).toEqual([user, password, first.ca])
    expect(await second.ask(user, password, 'GET', path)).toMatchObject({ status: 200, body: expect.stringContaining('SUMMARY:Kept') })
    expect(await stop(second.child, 'SIGINT')).toBe(0)
  })

  test('what lies in the data folder is for its user alone, in a folder that others may read too', async () => {
    const { child } = await gateway('--data', folder)
    const modes = ['calendars.sqlite', 'demo-account.json', 'ca-key.pem', 'tls-key.pem'].map((file) => statSync(join(folder, file)).mode & 0o077)
    expect(modes).toEqual([0, 0, 0, 0])
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  test('in memory nothing is left behind, not even the certificate to trust', async () => {
    const { output, ask, child } = await gateway('--data', ':memory:')
    expect((await ask(value(output, 'Account'), value(output, 'Password'), 'PROPFIND', '/calendar/dav/', '', { depth: '0' })).status).toBe(207)
    expect(output).not.toMatch(/trust it once|add-trusted-cert|update-ca-certificates/)
    expect(await stop(child, 'SIGTERM')).toBe(0)
    expect(existsSync(dirname(value(output, 'Certificate')))).toBe(false)
  })

  test('accounts of a file take the place of the demo account; a clear password is warned of, and no secret is printed', async () => {
    const accounts = join(folder, 'accounts.json')
    writeFileSync(accounts, JSON.stringify([{ address: 'anna@example.com', password: 'secret-canary' }]))
    const { child, output, ask } = await gateway('--data', ':memory:', '--accounts', accounts)
    expect((await ask('anna@example.com', 'secret-canary', 'PROPFIND', '/calendar/dav/anna@example.com/events/', '', { depth: '0' })).status).toBe(207)
    const errors = text(child.stderr)
    await stop(child, 'SIGTERM')
    expect(await errors).toMatch(/warn {2}the accounts file holds passwords in clear/)
    expect(output + await errors).not.toContain('canary')
    expect(value(output, 'Account')).toBe('anna@example.com')
  })

  test('the emulator alone behind the gateway is the embedded one through another door', async () => {
    const emulator = run('emulator', '--port', '0', '--data', ':memory:', '--control')
    const api = /http:\S+\/calendar\/v3/.exec(await printed(emulator, /ready.*\n/))?.[0] ?? expect.fail()
    const { output, ask } = await gateway('--data', folder, '--backend', 'google', '--backend-url', api)
    const [user, password] = [value(output, 'Account'), value(output, 'Password')]
    expect((await ask(user, password, 'PUT', `/calendar/dav/${user}/events/kept.ics`, event, { 'content-type': 'text/calendar' })).status).toBe(201)
    const listed = await fetch(`${api}/calendars/primary/events`, { headers: { authorization: `Bearer test:${user}` } })
    expect(await listed.json()).toMatchObject({ items: [{ iCalUID: 'kept', summary: 'Kept' }] })
    expect(await stop(emulator, 'SIGTERM')).toBe(0)
  })

  test('the embedded emulator, shown on loopback, is the same data', async () => {
    const { output, ask } = await gateway('--data', ':memory:', '--emulator-port', '0', '--control')
    const [user, password, api] = [value(output, 'Account'), value(output, 'Password'), value(output, 'REST API')]
    await ask(user, password, 'PUT', `/calendar/dav/${user}/events/kept.ics`, event, { 'content-type': 'text/calendar' })
    const listed = await fetch(`${api}/calendars/primary/events`, { headers: { authorization: `Bearer test:${user}` } })
    expect(await listed.json()).toMatchObject({ items: [{ iCalUID: 'kept' }] })
  })

  test('the figures are where the start says', async () => {
    const { output, ask } = await gateway('--data', ':memory:', '--metrics-port', '0')
    await ask(value(output, 'Account'), value(output, 'Password'), 'PROPFIND', '/calendar/dav/', '', { depth: '0' })
    expect(await (await fetch(value(output, 'Metrics'))).text()).toContain('calgate_request_seconds_count{method="PROPFIND",kind="root",status="207"} 1')
  })
})

describe('what keeps a start from succeeding', () => {
  test('a wrong setting: one sentence, status 2', async () => {
    expect(await outcome(['--port', 'x'])).toEqual({ code: 2, output: '', errors: 'calgate: --port must be a whole number from 0 to 65535, and not "x".\n' })
  })
  test('a port in use: one sentence, status 1', async () => {
    const { output } = await gateway('--data', ':memory:')
    const { port } = new URL(value(output, 'Address'))
    const { code, errors } = await outcome(['--port', port, '--data', ':memory:'])
    expect([code, errors]).toEqual([1, `calgate: --port ${port} cannot be listened on: another program uses it already; choose another one.\n`])
  })
  test('a port in use that a variable names: told under that name, wherever the flag does not take its place', async () => {
    const { output } = await gateway('--data', ':memory:', '--metrics-port', '0')
    const { port } = new URL(value(output, 'Metrics'))
    const variables = { CALGATE_METRICS_PORT: port, CALGATE_DATA: ':memory:' }
    const sentence = 'cannot be listened on: another program uses it already; choose another one.'
    expect(await outcome(['--port', '0'], '', variables)).toMatchObject({ code: 1, errors: `calgate: CALGATE_METRICS_PORT ${port} ${sentence}\n` })
    expect(await outcome(['--port', '0', `--metrics-port=${port}`], '', variables)).toMatchObject({ code: 1, errors: `calgate: --metrics-port ${port} ${sentence}\n` })
  })
  test('a host that is not there: one sentence that names it', async () => {
    const { code, errors } = await outcome(['--host', '192.0.2.1', '--port', '0', '--data', ':memory:'])
    expect([code, errors]).toEqual([1, 'calgate: --host 192.0.2.1 cannot be listened on: this machine does not have that address.\n'])
  })
  test.each([
    ['demo-account.json', '{', /: demo-account\.json cannot be used \(must be JSON\)\.\n$/],
    ['calendars.sqlite', 'not a database at all', /: calendars\.sqlite cannot be used \(file is not a database\)\.\n$/],
    ['ca.pem', 'x', /: a certificate or key cannot be used \(\S+ca\.pem holds no certificate; move it away, and a new one is made\)\.\n$/],
  ])('%s of an earlier start is broken: one sentence, no stack', async (file, content, sentence) => {
    mkdirSync(folder, { recursive: true })
    for (const name of [file, file.replace('.', '-key.')]) writeFileSync(join(folder, name), content)
    const { code, errors } = await outcome(['--data', folder, '--port', '0'])
    expect([code, errors.split('\n').length]).toEqual([1, 2])
    expect(errors).toMatch(sentence)
  })
  test('a data folder that cannot be made: one sentence', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await outcome(['--data', file, '--port', '0'])).toMatchObject({ errors: `calgate: --data ${file} must be a folder that can be written (EEXIST).\n` })
  })
})

test('--help tells the settings', async () => {
  expect(await outcome(['-h'])).toEqual(await outcome(['--help']))
  expect(await outcome(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('--trusted-proxy') })
  expect(await outcome(['emulator', '--help'])).toMatchObject({ code: 0, output: expect.stringContaining('npm run emulator') })
})

test('--version tells the version', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(await outcome(['--version'])).toEqual({ code: 0, output: `calgate ${version}\n`, errors: '' })
})

describe('hash-password', () => {
  test('prints a hash for the accounts file', async () => {
    const { code, output } = await outcome(['hash-password'], 'a:secret\n')
    const hash = parsePasswordHash(output.trim()) ?? expect.fail(output)
    expect([code, await matchesHash('a:secret', hash)]).toEqual([0, true])
    expect(await outcome(['hash-password'])).toMatchObject({ code: 1, errors: 'calgate: There was no password on standard input.\n' })
  })

  test('takes no password from the command line, where others could read it', async () => {
    expect(await outcome(['hash-password', 'secret-canary'])).toEqual({
      code: 2, output: '', errors: 'calgate: hash-password takes nothing behind it; it asks for the password, or reads it from standard input.\n',
    })
  })

  // `script` (util-linux) runs a command on a terminal of its own, and ends with its status.
  describe.skipIf(spawnSync('script', ['-qec', 'true', '/dev/null']).status !== 0)('on a terminal (skipped without util-linux\'s script)', () => {
    async function typed(keys: string) {
      const child = spawn('script', ['-qec', `${process.execPath} scripts/start.mjs hash-password`, '/dev/null'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
      running.push(child)
      let output = ''
      for await (const piece of child.stdout) {
        if (output === '') child.stdin.write(keys)
        output += String(piece)
      }
      return { code: child.exitCode ?? (await once(child, 'exit') as [number])[0], output }
    }

    test('asks, shows nothing of what is typed, and ends with the hash on a line of its own', async () => {
      const { code, output } = await typed('a:secret\r')
      const [, hash = ''] = /^Password \(it is not shown\): \r\n(\S+)\r\n$/.exec(output) ?? expect.fail(output)
      expect([code, await matchesHash('a:secret', parsePasswordHash(hash)!)]).toEqual([0, true])
    })

    test('Ctrl+C ends it with the status of an interruption, and without a word', async () => {
      expect(await typed('a\u0003')).toEqual({ code: 130, output: 'Password (it is not shown): \r\n' })
    })
  })
})
