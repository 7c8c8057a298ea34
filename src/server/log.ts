/** The log: one line per request, and what went wrong with its cause. Fields are chosen one by one, so that no header and no secret gets in. */

import { type DestinationStream, pino } from 'pino'
import type { LogLevel } from './log-level.ts'

export type Fields = Readonly<Record<string, string | number | undefined>>

export interface Log {
  info(event: string, fields?: Fields): void
  warn(event: string, fields?: Fields): void
  /** @param cause with its stack and its own causes */
  error(event: string, cause: unknown, fields?: Fields): void
}

/** @param write takes one whole line, its end included */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const logger = pino({ level, base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } }, readable(write))
  return {
    info: (event, fields = {}) => { logger.info(fields, event) },
    warn: (event, fields = {}) => { logger.warn(fields, event) },
    error: (event, cause, fields = {}) => { logger.error({ ...fields, cause: describe(cause) }, event) },
  }
}

/** Turns pino's JSON into a line for people: time, level, event, `name=value` pairs; a cause follows on lines of its own. */
function readable(write: (line: string) => void): DestinationStream {
  return {
    write(json) {
      const { level, msg, cause, ...fields } = JSON.parse(json) as Record<string, string | number>
      const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${quoted(String(value))}`).join('')
      const below = cause === undefined ? '' : `\n  ${String(cause).replaceAll('\n', '\n  ')}`
      write(`${new Date().toISOString()} ${String(level).padEnd(5)} ${msg}${pairs}${below}\n`)
    },
  }
}

/** What a client chose must not look like another field or another line. */
const quoted = (value: string): string => (/^[\w./:@+*-]+$/.test(value) ? value : JSON.stringify(value))

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const own = cause.stack ?? cause.message
  return cause.cause === undefined ? own : `${own}\ncaused by ${describe(cause.cause)}`
}
