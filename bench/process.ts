/** Servers as child processes: started, watched, and ended by the bench. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Server {
  readonly pid: number
  /** What it has printed on standard output so far. */
  readonly printed: string
  stop(): Promise<void>
}

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** @param isReady asked after each thing that is printed on either stream; left out: nothing is waited for @throws Error with what was printed, when it ends before that */
export async function start({ program, args, variables }: Command, isReady?: (printed: string) => boolean): Promise<Server> {
  // A group of its own: some servers have workers, which outlive them otherwise.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...variables }, detached: true })
  const running = new Set([child])
  const endAll = (): void => { for (const each of running) signal(each, 'SIGKILL') }
  process.once('exit', endAll)
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    const onData = (data: Buffer): void => {
      printed += data.toString('utf8')
      if (isReady?.(printed) === true) resolve()
    }
    child.stdout.on('data', onData)
    child.stderr.on('data', onData)
    child.once('error', reject)
    if (isReady === undefined) child.once('spawn', resolve)
    child.once('exit', (code) => { reject(new Error(`${program} ended with ${code}: ${printed.slice(-2000)}`)) })
  })
  child.stdout.removeAllListeners('data').resume()
  child.stderr.removeAllListeners('data').resume()
  return {
    pid: child.pid!,
    printed,
    async stop() {
      running.delete(child)
      process.removeListener('exit', endAll)
      await stopped(child)
    },
  }
}

/** To a server and its workers, where they are still there. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => signal(child, 'SIGKILL'), 5000)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    signal(child, 'SIGTERM')
  })
}

/** Linux counts in hundredths of a second (proc(5), `clock_getconf`), whatever the kernel's own tick is. */
const TICK_MS = 10

/** User and system time of a process so far; undefined where there is no /proc. */
export function cpuMs(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return undefined
  }
}

/** Resident memory of a process; undefined where there is no /proc. */
export function residentMb(pid: number): number | undefined {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return undefined
  }
}
