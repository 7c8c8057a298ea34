import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test.each([
  [['--only', 'load,speed'], '--only takes some of start, first-sync, load, asked, growth, latency, connections, memory, icalendar; "speed" is none of them.'],
  [['--fast'], 'Unknown option \'--fast\'; the flags stand in bench/README.md.'],
  [['fast'], 'Unexpected argument \'fast\'; the flags stand in bench/README.md.'],
  [['--sizes', '1000,many'], '--sizes takes whole numbers such as 1000,10000; "many" is none.'],
])('the bench ends with one sentence for %j, before it measures anything', (words, sentence) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../bench/main.ts'), ...words], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `bench: ${sentence}\n` })
})
