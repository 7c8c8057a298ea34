/**
 * `npm run bench`: the gateway as a process of its own, under load over HTTPS, beside a bare Hono app and the CalDAV servers that are
 * installed. `--quick` for about a minute, `--write` to put the tables into bench/README.md, `--only a,b` for some parts.
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Answer, open, type Request, type Target } from './http-client.ts'
import { measureParse, measureWrite, type Rates } from './icalendar.ts'
import { type Added, DELAY_MS, measureLatency, measureSlowFirstSync } from './latency.ts'
import { type Figures, measure } from './measure.ts'
import { firstSync, type Operation, operationsOn } from './operations.ts'
import { cpuMs, residentMb, type Server } from './process.ts'
import { primary } from './sample.ts'
import { seed } from './seed.ts'
import { type Place, startBare, startGateway, startRadicale, startXandikos } from './servers.ts'
import { ms, ratio, table, whole } from './table.ts'

const parts = ['start', 'load', 'asked', 'first-sync', 'latency', 'memory', 'icalendar'] as const
type Part = (typeof parts)[number]

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false }, only: { type: 'string' } } })
const wanted = new Set<Part>(flags.only === undefined ? parts : flags.only.split(',').filter((each): each is Part => parts.includes(each as Part)))
const scale = flags.quick
  ? { sizes: [1000], peerSizes: [], syncSizes: [1000], latencySize: 1000, forMs: 400, peerMs: 0, delayedTurns: 3, perRunMs: 150, starts: 2, prepared: 60 }
  : { sizes: [1000, 10_000], peerSizes: [1000], syncSizes: [1000, 10_000, 50_000], latencySize: 10_000, forMs: 2000, peerMs: 1500, delayedTurns: 12, perRunMs: 700, starts: 5, prepared: 400 }

primary.size = scale.latencySize
const folder = mkdtempSync(join(tmpdir(), 'calgate-bench-'))
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
const seeded = join(folder, 'seeded')
const sections: string[] = []

function tell(title: string, text: string): void {
  const section = `### ${title}\n\n${text}\n`
  sections.push(section)
  process.stdout.write(`\n${section}`)
}

const log = (line: string): void => { process.stderr.write(`${line}\n`) }
let copies = 0

/** A data folder of its own for each gateway. */
function copyOfData(): string {
  const copy = join(folder, `data-${copies += 1}`)
  cpSync(seeded, copy, { recursive: true })
  return copy
}

interface Running { readonly target: Target; readonly server: Server }

/** What one server did under both loads. */
interface Both { readonly one: Figures; readonly many: Figures }

async function both(running: Running, operation: Operation, forMs: number, onAnswer?: (request: Request, answer: Answer) => void): Promise<Both> {
  const place = { target: running.target, pid: running.server.pid }
  const one = await measure(place, operation, { clients: 1, forMs, preparedTurns: scale.prepared }, onAnswer)
  return { one, many: await measure(place, operation, { clients: 16, forMs, preparedTurns: scale.prepared }) }
}

/** The same octets from the bare app. */
async function ceilingOf(bare: Running, name: string, exchanges: readonly (readonly [Request, Answer])[]): Promise<Operation> {
  const connection = await open(bare.target)
  const requests: Request[] = []
  for (const [index, [request, { status, headers, body }]] of exchanges.entries()) {
    const key = `${name} ${index}`
    const sent = Object.fromEntries([...headers].filter(([header]) => !/^(connection|keep-alive|transfer-encoding|date)$/.test(header)))
    await connection.send({ method: 'POST', path: '/_keep', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key, status, headers: sent, body }) })
    requests.push({ ...request, headers: { ...request.headers, 'x-bench': key } })
  }
  connection.close()
  return {
    name, requests: () => requests,
    fault: (answer, step) => (answer.status === exchanges[step]?.[1].status && answer.body.length === exchanges[step]?.[1].body.length ? undefined : 'not the kept octets'),
  }
}

async function load(peers: readonly (Place | undefined)[], size: number): Promise<void> {
  const data = copyOfData()
  const gateway = await startGateway(data)
  const bare = await startBare(data)
  const connection = await open(gateway.target)
  const present = scale.peerSizes.includes(size) ? peers.filter((peer) => peer !== undefined) : []
  const others = await Promise.all(present.map(async (place) => ({ place, operations: await operationsOn({ place, size, connection: await open(place.target) }) })))
  await firstSync({ place: gateway, size, connection })
  const rows: string[][] = []
  for (const [index, operation] of (await operationsOn({ place: gateway, size, connection })).entries()) {
    log(`${operation.name}, ${size} events`)
    const exchanges: (readonly [Request, Answer])[] = []
    const steps = operation.requests(0).length
    const own = await both(gateway, operation, scale.forMs, (...exchange) => { exchanges.push(exchange) })
    const ceiling = await both(bare, await ceilingOf(bare, `${operation.name} ${size}`, exchanges.slice(-steps)), scale.forMs / 2)
    const beside: string[] = []
    for (const { place, operations } of others) beside.push(...(await besidePeer(place, operations[index]!, own)))
    rows.push([
      operation.name, ms(own.one.medianMs), ms(own.one.p95Ms), ms(own.one.cpuMs), whole(own.many.perSecond), ms(own.many.p95Ms),
      ratio(own.one.medianMs, ceiling.one.medianMs), ratio(own.one.cpuMs, ceiling.one.cpuMs), ratio(own.many.perSecond, ceiling.many.perSecond), ...beside,
    ])
  }
  const peerHeads = others.flatMap(({ place }) => [`${place.name}: ms`, `time ÷ ${place.name}`])
  tell(`${whole(size)} events, held within the freshness window`, table([
    'operation', '1 client: ms', 'p95', 'CPU ms', '16 clients: per s', 'p95', 'time ÷ bare', 'CPU ÷ bare', 'per s ÷ bare', ...peerHeads,
  ], rows))
  connection.close()
  await Promise.all([gateway.server.stop(), bare.server.stop()])
}

/** A peer that answers wrongly, or not at all, is not timed. */
async function besidePeer(place: Place, operation: Operation, own: Both): Promise<readonly string[]> {
  if (operation.name === 'unauthenticated') return ['', '']       // both let everybody in as they are started here
  try {
    const theirs = await measure({ target: place.target, pid: place.server.pid }, operation, { clients: 1, forMs: scale.peerMs, preparedTurns: 20 })
    return [ms(theirs.medianMs), ratio(own.one.medianMs, theirs.medianMs)]
  } catch (error) {
    log(`${place.name}: ${(error as Error).message.slice(0, 300)}`)
    return ['wrong', '']
  }
}

/** With a window of 0 each read asks the backend: the calls, and what they cost in process. */
async function askedEachTime(size: number): Promise<void> {
  const gateway = await startGateway(copyOfData(), ['--freshness-ms', '0'])
  const connection = await open(gateway.target)
  await firstSync({ place: gateway, size, connection })
  const rows: string[][] = []
  for (const operation of (await operationsOn({ place: gateway, size, connection })).filter(({ name }) => !/options|unauthenticated/.test(name))) {
    log(`${operation.name}, ${size} events, window 0`)
    const { one, many } = await both(gateway, operation, scale.forMs / 2)
    rows.push([operation.name, ms(one.medianMs), ms(one.p95Ms), ms(one.cpuMs), whole(many.perSecond), ms(many.p95Ms)])
  }
  tell(`${whole(size)} events, freshness window 0`, table(['operation', '1 client: ms', 'p95', 'CPU ms', '16 clients: per s', 'p95'], rows))
  connection.close()
  await gateway.server.stop()
}

async function timed(run: () => Promise<void>, pid: number): Promise<{ readonly elapsedMs: number; readonly cpu: number | undefined }> {
  const [cpu, begin] = [cpuMs(pid), performance.now()]
  await run()
  const [after, elapsedMs] = [cpuMs(pid), performance.now() - begin]
  return { elapsedMs, cpu: cpu === undefined || after === undefined ? undefined : after - cpu }
}

async function firstSyncs(peers: readonly (Place | undefined)[]): Promise<void> {
  const rows: string[][] = []
  for (const size of scale.syncSizes) {
    log(`first sync of ${size} events`)
    const data = copyOfData()
    const gateway = await startGateway(data)
    const bare = await startBare(data)
    const connection = await open(gateway.target)
    const exchanges: (readonly [Request, Answer])[] = []
    const cold = await timed(() => firstSync({ place: gateway, size, connection }, (...exchange) => { exchanges.push(exchange) }), gateway.server.pid)
    const warm = await timed(() => firstSync({ place: gateway, size, connection }), gateway.server.pid)
    const ceiling = await ceilingOf(bare, `first sync ${size}`, exchanges)
    const least = await measure({ target: bare.target, pid: bare.server.pid }, ceiling, { clients: 1, forMs: 0, preparedTurns: 0 })
    const rss = residentMb(gateway.server.pid)
    const beside: string[] = []
    for (const peer of peers) {
      if (peer === undefined || !scale.peerSizes.includes(size)) { beside.push(''); continue }
      try {
        const peerConnection = await open(peer.target)
        const theirs = await timed(() => firstSync({ place: peer, size, connection: peerConnection }), peer.server.pid)
        beside.push(`${whole(theirs.elapsedMs)} (${ratio(cold.elapsedMs, theirs.elapsedMs)})`)
        peerConnection.close()
      } catch (error) {
        log(`${peer.name}: ${(error as Error).message.slice(0, 300)}`)
        beside.push('wrong')
      }
    }
    rows.push([whole(size), whole(cold.elapsedMs), whole(size / cold.elapsedMs * 1000), whole(cold.cpu), whole(warm.elapsedMs), whole(warm.cpu), whole(least.medianMs), whole(rss), ...beside])
    connection.close()
    await Promise.all([gateway.server.stop(), bare.server.stop()])
  }
  tell('First synchronisation: the listing, then multigets of 100, one client', table([
    'events', 'cold: ms', 'events/s', 'CPU ms', 'again: ms', 'CPU ms', 'bare: ms', 'RSS after, MiB', ...(scale.peerSizes.length > 0 ? ['Radicale: ms (ours ÷ it)', 'Xandikos: ms (ours ÷ it)'] : []),
  ], rows))
}

/** From the start of the process to its first right answer. */
async function startMs(startIt: () => Promise<Running>, request: Request, status: number): Promise<{ readonly elapsedMs: number; readonly rss: number | undefined }> {
  const begin = performance.now()
  const { target, server } = await startIt()
  const connection = await open(target)
  const answer = await connection.send(request)
  const elapsedMs = performance.now() - begin
  if (answer.status !== status) throw new Error(`the first answer was ${answer.status}`)
  const rss = residentMb(server.pid)
  connection.close()
  await server.stop()
  return { elapsedMs, rss }
}

const median = (numbers: readonly (number | undefined)[]): number => numbers.map((each) => each ?? Number.NaN).sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

async function starts(): Promise<void> {
  const data = copyOfData()
  const first = await startGateway(data)
  const [poll] = (await operationsOn({ place: first, size: scale.sizes[0]!, connection: await open(first.target) })).filter(({ name }) => name === 'poll').flatMap(({ requests }) => requests(0))
  await first.server.stop()
  const own: Awaited<ReturnType<typeof startMs>>[] = []
  const bare: typeof own = []
  for (let turn = 0; turn < scale.starts; turn += 1) {
    own.push(await startMs(() => startGateway(data), poll!, 207))
    bare.push(await startMs(() => startBare(data), { method: 'POST', path: '/_keep', headers: { 'Content-Type': 'application/json' }, body: '{"key":"","status":200,"headers":{},"body":""}' }, 204))
  }
  const cells = (of: (each: (typeof own)[number]) => number | undefined): string[] => [whole(median(own.map(of))), whole(median(bare.map(of))), ratio(median(own.map(of)), median(bare.map(of)))]
  tell('Start and idle memory', table(['', 'calgate', 'bare Hono', 'ratio'], [
    ['start to the first right answer, ms', ...cells(({ elapsedMs }) => elapsedMs)], ['RSS after it, MiB', ...cells(({ rss }) => rss)],
  ]))
}

async function latency(): Promise<void> {
  const size = scale.latencySize
  log(`a backend that takes ${DELAY_MS} ms per call`)
  const rows: Added[] = [...await measureLatency(copyOfData(), size, scale.delayedTurns)]
  for (const each of scale.syncSizes.filter((each) => each <= size)) rows.push(await measureSlowFirstSync(copyOfData(), each))
  tell(`${whole(size)} events at a backend that takes ${DELAY_MS} ms per call, one client, freshness window 0`, table(
    ['operation', 'calls', 'median ms', 'p95', 'added to the calls, ms'], rows.map(({ name, calls, medianMs, p95Ms, addedMs }) => [name, whole(calls), ms(medianMs), ms(p95Ms), ms(addedMs)]),
  ))
}

function memory(): void {
  const rows = scale.sizes.map((size) => {
    log(`memory of ${size} events`)
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', join(import.meta.dirname, 'memory.ts'), String(size)], { encoding: 'utf8' })
    if (stdout === '') throw new Error(stderr)
    const { model, text, estimated } = JSON.parse(stdout) as { model: number; text: number; estimated: number }
    return [whole(size), whole(model), whole(text), whole(estimated)]
  })
  tell('Memory per held event, bytes', table(['events', 'the model', 'and finished text', 'as the cache counts it'], rows))
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

const isWanted = (part: Part): boolean => wanted.has(part)
const begin = performance.now()
const sizes = [...new Set([...scale.sizes, ...(isWanted('first-sync') ? scale.syncSizes : []), ...(isWanted('latency') ? [scale.latencySize] : [])])]
if (['start', 'load', 'asked', 'first-sync', 'latency'].some((part) => isWanted(part as Part))) {
  log(`making calendars of ${sizes.join(', ')} events`)
  await seed(seeded, sizes)
  await (await startGateway(seeded)).server.stop()     // makes the certificate that all share
}
mkdirSync(join(folder, 'peers'))
const needsPeers = scale.peerSizes.length > 0 && (isWanted('load') || isWanted('first-sync'))
const peers = needsPeers ? [await startRadicale(join(folder, 'peers/radicale'), scale.peerSizes), await startXandikos(join(folder, 'peers/xandikos'), scale.peerSizes)] : []
for (const [index, name] of ['Radicale', 'Xandikos'].entries()) if (needsPeers && peers[index] === undefined) log(`${name} is not installed and is left out`)

if (isWanted('start')) await starts()
if (isWanted('first-sync')) await firstSyncs(peers)
if (isWanted('load')) for (const size of scale.sizes) await load(peers, size)
if (isWanted('asked')) for (const size of scale.sizes) await askedEachTime(size)
if (isWanted('latency')) await latency()
if (isWanted('memory')) memory()
if (isWanted('icalendar')) icalendar()
for (const peer of peers) await peer?.server.stop()
if (flags.write) write()
log(`done in ${Math.round((performance.now() - begin) / 1000)} s`)
process.exit(0)
