/** One run of the bench: how much of it, its folder, and its tables. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { primary } from './sample.ts'

export const parts = ['start', 'first-sync', 'load', 'asked', 'growth', 'latency', 'connections', 'memory', 'icalendar'] as const
export type Part = (typeof parts)[number]

const readFlags = () => parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, alone: { type: 'boolean', default: false }, only: { type: 'string' }, sizes: { type: 'string' } },
}).values

export const flags = ((): ReturnType<typeof readFlags> => {
  try {
    return readFlags()
  } catch (error) {
    return stop(`${(error as Error).message.split('. ')[0]}; the flags stand in bench/README.md`)
  }
})()

/** As wrong settings of the gateway end it. */
function stop(sentence: string): never {
  process.stderr.write(`bench: ${sentence}.\n`)
  process.exit(2)
}

const wanted = new Set<string>(flags.only?.split(',') ?? parts)
for (const each of wanted) if (!parts.includes(each as Part)) stop(`--only takes some of ${parts.join(', ')}; "${each}" is none of them`)
export const isWanted = (part: Part): boolean => wanted.has(part)

const whole = {
  sizes: [1000, 10_000], slowPeerSizes: [1000], peerSizes: [1000, 10_000], syncSizes: [1000, 10_000, 50_000], latencySize: 10_000,
  warmMs: 800, forMs: 1000, peerMs: 500, loadRounds: 3, longMs: 8000, growthRounds: 8, growthMs: 200, delayedTurns: 8, perRunMs: 400, starts: 5, servedSyncs: 10, delayedSyncs: 3, prepared: 200, connections: 1000, connectionsMs: 5000,
  held: { counts: [1, 10, 50, 100], size: 10_000, floodMb: '64', floodCounts: [1, 25, 50, 100, 200, 300], floodSize: 1000 },
}
const quick: typeof whole = {
  ...whole, sizes: [1000], syncSizes: [1000], latencySize: 1000,
  warmMs: 200, forMs: 400, peerMs: 300, loadRounds: 1, growthRounds: 3, growthMs: 100, delayedTurns: 3, perRunMs: 150, starts: 2, servedSyncs: 2, delayedSyncs: 1, prepared: 60, connections: 200, connectionsMs: 2000,
  held: { counts: [1, 10, 50], size: 1000, floodMb: '8', floodCounts: [1, 25, 50, 100], floodSize: 300 },
}
const sizes = flags.sizes?.split(',').map((given) => (/^[1-9]\d*$/.test(given) ? Number(given) : stop(`--sizes takes whole numbers such as 1000,10000; "${given}" is none`)))
const chosen = flags.quick ? quick : whole
export const scale = {
  ...chosen,
  ...(sizes && { sizes, syncSizes: sizes, peerSizes: sizes, slowPeerSizes: sizes.filter((size) => size <= 1000), latencySize: sizes[0]! }),
  ...((flags.alone || flags.quick) && { peerSizes: [], slowPeerSizes: [] }),
}
primary.size = scale.latencySize

/** Synchronised before a measurement where the process is to have served others; of no size that is measured. */
export const otherSize = 3001

export const folder = mkdtempSync(join(tmpdir(), 'calgate-bench-'))
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })

/** Where the calendars are made once. */
export const seeded = join(folder, 'seeded')
let copies = 0

/** A data folder of its own for each gateway. */
export function copyOfData(): string {
  const copy = join(folder, `data-${copies += 1}`)
  cpSync(seeded, copy, { recursive: true })
  return copy
}

export const sections: string[] = []

export function tell(title: string, text: string): void {
  const section = `### ${title}\n\n${text}\n`
  sections.push(section)
  process.stdout.write(`\n${section}`)
}

export const log = (line: string): void => { process.stderr.write(`${line}\n`) }
