/** Numbers of the proofs in the README, between marks; a proof fails where they are not its own. `CALGATE_WRITE_README=1` writes them. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const path = join(import.meta.dirname, '..', '..', 'README.md')

/** @param name of the marks `<!-- name -->` and `<!-- /name -->` */
export function expectInReadme(name: string, text: string): void {
  const readme = readFileSync(path, 'utf8')
  const [before, rest = ''] = readme.split(`<!-- ${name} -->\n`)
  const [present, after] = rest.split(`<!-- /${name} -->`)
  if (after === undefined) expect.fail(`The README has no place for ${name}.`)
  if (process.env['CALGATE_WRITE_README'] === '1') writeFileSync(path, `${before}<!-- ${name} -->\n${text}<!-- /${name} -->${after}`)
  else expect(present, 'CALGATE_WRITE_README=1 npx vitest run test/proofs writes the numbers anew').toBe(text)
}
