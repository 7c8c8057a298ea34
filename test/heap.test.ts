import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { heapFlags } from '../src/heap.ts'

// One that the engine does not know any more would be passed over without a word.
test.each(heapFlags)('the engine knows %s', (flag) => {
  expect(execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' })).toContain(`${flag.split('=')[0]!.replace('--no-', '--')} (`)
})
