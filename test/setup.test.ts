import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** A clone of which only the parts exist that the set-up looks at, with a Node and an npm that only tell that they ran. */
let clone = ''
const at = (path: string): string => join(clone, path)
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'calgate-setup-test-'))
  mkdirSync(at('scripts'))
  copyFileSync(join(import.meta.dirname, '../scripts/setup.mjs'), at('scripts/setup.mjs'))
  writeFileSync(at('package-lock.json'), '{}')
  writeFileSync(at('npm.mjs'), `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
appendFileSync('npm-ran', process.argv.slice(2).join(' ') + '\\n')
mkdirSync('node_modules', { recursive: true })
writeFileSync('node_modules/.package-lock.json', '{}')`)
})
afterEach(() => { rmSync(clone, { recursive: true }) })

function installNode(version: string): void {
  mkdirSync(at('node_modules/.bin'), { recursive: true })
  writeFileSync(at('node_modules/.bin/node'), `#!/bin/sh\necho ${version}\n`)
  chmodSync(at('node_modules/.bin/node'), 0o755)
}

function setUp() {
  const env = { PATH: process.env['PATH'], npm_execpath: at('npm.mjs') }
  const { status, stderr } = spawnSync(process.execPath, [at('scripts/setup.mjs')], { env, encoding: 'utf8' })
  const calls = spawnSync('cat', [at('npm-ran')], { encoding: 'utf8' }).stdout
  return { status, stderr, calls }
}

describe.skipIf(process.platform === 'win32')('scripts/setup.mjs (skipped on Windows: the stand-in for Node is a shell script)', () => {
  test('installs what is missing, once', () => {
    installNode('v24.0.0')
    expect(setUp()).toMatchObject({ status: 0, calls: 'ci\n' })
    expect(setUp()).toEqual({ status: 0, stderr: '', calls: 'ci\n' })
  })

  test('installs again when the lock file is newer', () => {
    installNode('v24.0.0')
    setUp()
    const later = new Date(Date.now() + 5000)
    utimesSync(at('package-lock.json'), later, later)
    expect(setUp().calls).toBe('ci\nci\n')
  })

  test('leaves the packages of another folder alone, which npm would remove', () => {
    mkdirSync(at('elsewhere'))
    writeFileSync(at('elsewhere/kept'), '')
    symlinkSync(at('elsewhere'), at('node_modules'))
    expect(setUp()).toMatchObject({ status: 1, calls: '', stderr: expect.stringMatching(/^calgate: node_modules is a link [^\n]*start again\.\n$/) })
    expect(existsSync(at('elsewhere/kept'))).toBe(true)
  })

  test('an older Node stops the start with one sentence', () => {
    installNode('v20.20.2')
    setUp()
    const { status, stderr } = setUp()
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^calgate: This needs Node 24 or newer, this machine runs v20\.20\.2, and [^\n]*start again\.\n$/)])
  })

  test('an npm that fails is told', () => {
    writeFileSync(at('npm.mjs'), 'process.exit(1)')
    expect(setUp()).toMatchObject({ status: 1, stderr: expect.stringContaining('The packages could not be installed') })
  })

  test('is valid for the older Node that it runs on: no import but node:, no syntax younger than Node 14', () => {
    const source = readFileSync(at('scripts/setup.mjs'), 'utf8')
    expect([...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['node:child_process', 'node:fs', 'node:path', 'node:url'])
    expect(source).not.toMatch(/\bawait\b|\.at\(|Object\.hasOwn|\?\?=|\|\|=|import\.meta\.dirname|structuredClone/)
  })
})
