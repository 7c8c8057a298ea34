import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missedIn, table } from '../bench/table.ts'

test.each([
  [['--only', 'load,speed'], '--only takes some of start, first-sync, load, asked, growth, latency, connections, memory, icalendar; "speed" is none of them.'],
  [['--fast'], 'Unknown option \'--fast\'; the flags stand in bench/README.md.'],
  [['fast'], 'Unexpected argument \'fast\'; the flags stand in bench/README.md.'],
  [['--sizes', '1000,many'], '--sizes takes whole numbers such as 1000,10000; "many" is none.'],
])('the bench ends with one sentence for %j, before it measures anything', (words, sentence) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../bench/main.ts'), ...words], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `bench: ${sentence}\n` })
})

test('a figure that misses the aim beside it is bold, and counted', () => {
  const text = table(['operation', '÷ best', 'aim', 'of bare'], [
    ['slow', '0.51', '≤ 0.5', '9'], ['as wanted', '0.50', '≤ 0.5', '9'], ['few', '3.9', '≥ 4', '9'], ['many', '14', '≥ 4', '9'], ['not told', '', '≤ 0.5', '9'], ['without an aim', '9', '', '9'],
  ])
  expect(text.split('\n').slice(2)).toEqual([
    '| slow | **0.51** | ≤ 0.5 | 9 |', '| as wanted | 0.50 | ≤ 0.5 | 9 |', '| few | **3.9** | ≥ 4 | 9 |', '| many | 14 | ≥ 4 | 9 |', '| not told |  | ≤ 0.5 | 9 |', '| without an aim | 9 |  | 9 |',
  ])
  expect(missedIn(text)).toBe(2)
})
