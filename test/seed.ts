/**
 * Generated cases are the same in every run, so that a red test is red for everybody; `SEED=random` or `SEED=<number>` looks at others.
 */

import fc from 'fast-check'

const asked = process.env['SEED']
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: asked === undefined ? 20_261_123 : Number(asked) })
