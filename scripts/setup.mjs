// Makes a fresh clone ready: installs the packages, and with them the Node that the sources need. Runs on Node 14 and newer,
// and does nothing when all is there.
import { spawnSync } from 'node:child_process'
import { lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = 24
const root = dirname(dirname(fileURLToPath(import.meta.url)))

if (!isInstalled()) install()
checkNode()

/** npm writes its own copy of the lock file last. */
function isInstalled() {
  const installed = modified('node_modules/.package-lock.json')
  return installed !== undefined && installed >= modified('package-lock.json')
}

function modified(path) {
  try {
    return statSync(join(root, path)).mtimeMs
  } catch {
    return undefined
  }
}

/** Somebody shares the packages of another folder: npm would empty that one. */
function isLink(path) {
  try {
    return lstatSync(join(root, path)).isSymbolicLink()
  } catch {
    return false
  }
}

function install() {
  if (isLink('node_modules')) stop('node_modules is a link to packages that are missing or not those of package-lock.json, and npm would empty the folder behind it: remove the link and start again.')
  console.error('calgate: installing packages, this happens once ...')
  const npm = process.env.npm_execpath
  const isScript = npm !== undefined && /\.[cm]?js$/.test(npm)
  const command = isScript ? [outerNode(), npm, 'ci'] : ['npm', 'ci']
  const result = spawnSync(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 2, 2], shell: !isScript && process.platform === 'win32' })
  if (result.status !== 0) stop('The packages could not be installed; what npm said stands above. Mend that and start again.')
}

/** Not the Node of this folder, which `npm ci` is about to remove. */
function outerNode() {
  return process.env.npm_node_execpath || process.execPath
}

/** npm puts node_modules/.bin first in the PATH of scripts, so this is the Node that they will run with. */
function checkNode() {
  const bin = join(root, 'node_modules', '.bin')
  const separator = process.platform === 'win32' ? ';' : ':'
  const env = Object.assign({}, process.env, { PATH: bin + separator + (process.env.PATH || '') })
  const told = spawnSync('node --version', { shell: true, env, encoding: 'utf8' })
  const version = (told.stdout || '').trim()
  if (Number(/^v(\d+)/.exec(version)?.[1]) >= NEEDED) return
  const copy = `the copy that comes with the packages is not there for ${process.platform} ${process.arch}`
  stop(`This needs Node ${NEEDED} or newer, this machine runs ${version || 'none'}, and ${copy}; install Node ${NEEDED} from https://nodejs.org and start again.`)
}

function stop(sentence) {
  console.error(`calgate: ${sentence}`)
  process.exit(1)
}
