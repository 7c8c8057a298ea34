/**
 * `npm run bench`: the gateway as a process of its own, under load over HTTPS, beside a bare Hono app and the CalDAV servers that are
 * installed. The flags stand in README.md.
 */

import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gatewaySettings } from '../src/config.ts'
import { manyConnections } from './connections.ts'
import { firstSyncs } from './first-sync.ts'
import { growth } from './growth.ts'
import type { Held } from './held-calendars.ts'
import { measureParse, measureWrite, type Rates } from './icalendar.ts'
import { latency } from './latency.ts'
import { askedEachTime, load } from './load.ts'
import { startPeers } from './peers.ts'
import { flags, folder, isWanted, log, otherSize, scale, sections, seeded, tell } from './run.ts'
import { seed } from './seed.ts'
import { startGateway } from './servers.ts'
import { starts } from './starts.ts'
import { missedIn, ratio, table, whole } from './table.ts'

/** What a program of this folder tells, in JSON. */
async function toldBy<Told>(program: string, settings: readonly string[], args: readonly string[]): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...settings, join(import.meta.dirname, program), ...args])
  return JSON.parse(stdout) as Told
}

async function memory(): Promise<void> {
  const rows: string[][] = []
  for (const size of scale.sizes) {
    log(`memory of ${size} events`)
    const { tags, series, text, estimated } = await toldBy<Record<string, number>>('memory.ts', [], [String(size)])
    rows.push([whole(size), whole(tags), whole(series), whole(text), whole(estimated)])
  }
  tell('Memory per held event, bytes (aims: 350 for name and tag, 2 500 with finished text)', table(['events', 'name and tag', 'with the series', 'and finished text', 'as the cache counts it'], rows))
  await heldCalendars()
}

/** The cache with room for all, as it is if nothing is set, and small, with many times as much to hold. */
async function heldCalendars(): Promise<void> {
  const { counts, size, floodMb, floodCounts, floodSize } = scale.held
  log(`memory of ${counts.at(-1)} calendars of ${size} events`)
  const heldIn = (cacheMb: string, ofSize: number, after: readonly number[], settings: readonly string[] = []): Promise<readonly Held[]> =>
    toldBy('held-calendars.ts', settings, [cacheMb, String(ofSize), ['0', ...after].join(',')])
  const byDefault = gatewaySettings.cacheMb.default
  const [all, some, flood] = await Promise.all([
    heldIn('8192', size, counts, ['--max-old-space-size=8192']), heldIn(byDefault, size, counts), heldIn(floodMb, floodSize, floodCounts),
  ])
  const heads = ['heap', 'RSS', 'as the cache counts it']
  const cells = ({ heap, rss, counted }: Held): readonly string[] => [heap, rss, counted].map(whole)
  tell(`Memory of a process after so many accounts have read a calendar of ${whole(size)} events, MiB: with room for all, and with --cache-mb ${byDefault}, the default`,
    table(['calendars', ...heads.map((each) => `room for all: ${each}`), ...heads.map((each) => `${byDefault} MiB: ${each}`)],
      all.map((each, index) => [whole(each.calendars), ...cells(each), ...cells(some[index]!)])))
  tell(`A flood of accounts with ${whole(floodSize)} events each and --cache-mb ${floodMb}, MiB (aim: it stops growing)`,
    table(['calendars', ...heads], flood.map((each) => [whole(each.calendars), ...cells(each)])))
}

function icalendar(): void {
  const sizes = [100, 10_000]
  log('reading and writing iCalendar')
  const rows = (rates: readonly Rates[]): string[][] => rates.map(({ name, perSecond }) => {
    const [few = 0, many = 0] = sizes.map((size) => perSecond.get(size))
    return [name, whole(few), whole(many), ratio(rates[0]!.perSecond.get(sizes[1]!), many)]
  })
  const heads = ['events/s at 100', 'at 10 000', 'calgate ÷ it']
  tell('Reading iCalendar, one event each', table(['reader', ...heads], rows(measureParse(sizes, scale.perRunMs))))
  tell('Writing iCalendar, one event each', table(['writer', ...heads], rows(measureWrite(sizes, scale.perRunMs))))
}

const README = join(import.meta.dirname, 'README.md')
const MARK = '<!-- results -->'

function write(): void {
  const [head = ''] = readFileSync(README, 'utf8').split(MARK)
  const [processor] = cpus()
  const machine = `${new Date().toISOString().slice(0, 10)}; ${cpus().length} × ${processor?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; ${process.platform}. Load average at the end, the bench's own included: ${loadavg()[1]?.toFixed(1)}.`
  writeFileSync(README, `${head}${MARK}\n\n${machine}${flags.quick ? ' Quick run.' : ''}\n\n${sections.join('\n')}`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { process.exit(1) })
const begin = performance.now()
const sizes = [...new Set([...scale.sizes, otherSize, ...(isWanted('first-sync') ? scale.syncSizes : []), ...(isWanted('latency') ? [scale.latencySize] : [])])]
if ((['start', 'first-sync', 'load', 'asked', 'growth', 'latency', 'connections'] as const).some(isWanted)) {
  log(`making calendars of ${sizes.join(', ')} events`)
  await seed(seeded, sizes)
  await (await startGateway(seeded)).server.stop()     // makes the certificate that all share
}
mkdirSync(join(folder, 'peers'))
const peers = isWanted('load') || isWanted('first-sync') ? await startPeers(join(folder, 'peers'), scale.slowPeerSizes, scale.peerSizes, log) : []

if (isWanted('start')) await starts()
if (isWanted('first-sync')) await firstSyncs(peers)
if (isWanted('load')) for (const size of scale.sizes) await load(peers, size)
if (isWanted('asked')) for (const size of scale.sizes) await askedEachTime(size)
if (isWanted('growth')) await growth(Math.min(...scale.sizes), Math.max(...scale.sizes))
if (isWanted('latency')) await latency()
if (isWanted('connections')) await manyConnections()
if (isWanted('memory')) await memory()
if (isWanted('icalendar')) icalendar()
for (const { place } of peers) await place.server.stop()
if (flags.write) write()
log(`figures that miss their aims, bold in the tables: ${missedIn(sections.join(''))}`)
log(`done in ${Math.round((performance.now() - begin) / 1000)} s`)
process.exit(0)
