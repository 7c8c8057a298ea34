// The command line, with what was compiled at the last start: in plain JavaScript, so that not even the first file has to be compiled again.
import { enableCompileCache } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
enableCompileCache(join(root, 'node_modules', '.cache', 'calgate'))
await import('../src/main.ts')
