/** Writes the `.json` beside each `.xml` of `fixtures/dav` anew: `node test/dav/rewrite-golden.ts`. Read the diff before it is kept. */

import { writeFileSync } from 'node:fs'
import { goldenFolder, goldenNames, goldenValue } from './golden.ts'

for (const name of goldenNames()) writeFileSync(`${goldenFolder}/${name}.json`, `${JSON.stringify(goldenValue(name), null, 2)}\n`)
