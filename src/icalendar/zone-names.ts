/** IANA names: which there are, and how they are spelled. */

import type { TimeZoneId } from '../calendar/identifiers.ts'
import { Temporal } from './temporal.ts'

/** What was asked before, hits and misses; emptied when full, since clients choose the keys. */
const asked = new Map<string, TimeZoneId | undefined>()
const maxAsked = 4096

/**
 * Looks an IANA name up in the zone data, in any case.
 *
 * Aliases stay the names they are (`Europe/Kiev` is not turned into `Europe/Kyiv`): a client finds its own name again.
 * @returns the name in its usual spelling; undefined for all else, offsets like `+01:00` included
 */
export function findTimeZone(name: string): TimeZoneId | undefined {
  if (name.length > 64 || !/^[A-Za-z][A-Za-z0-9_+\-/]+$/.test(name)) return undefined
  if (asked.has(name)) return asked.get(name)
  if (asked.size >= maxAsked) asked.clear()
  const found = lookUp(name)
  asked.set(name, found)
  return found
}

function lookUp(name: string): TimeZoneId | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId as TimeZoneId
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
