/** Busy times of any number of addresses, fifty in a call. */

import { BackendError } from '../../calendar/backend.ts'
import { mapBounded } from './calls/bounded.ts'
import { readBody } from './calls/client.ts'
import { formatMoment, readMoment } from './members/times.ts'
import { wireFreeBusySchema } from './wire.ts'
import type { BusyPeriod, BusyPeriods, TimeRange, Unknown } from '../../calendar/calendar.ts'
import type { EmailAddress } from '../../calendar/identifiers.ts'
import type { Client } from './calls/client.ts'
import type { WireFreeBusy } from './wire.ts'

/** calendarExpansionMax (Calendar API v3, freebusy.query). */
const addressesPerCall = 50

type Answer = BusyPeriods | Unknown

export async function readFreeBusy(client: Client, addresses: readonly EmailAddress[], range: Required<TimeRange>): Promise<ReadonlyMap<EmailAddress, Answer>> {
  const answers = await mapBounded(batchesOf([...new Set(addresses)]), 4, async (batch) => {
    const body = { timeMin: formatMoment(range.from), timeMax: formatMoment(range.to), items: batch.map((id) => ({ id })) }
    const { calendars } = readBody(wireFreeBusySchema, await client.call({ method: 'POST', path: ['freeBusy'], body, isRepeatable: true }))
    return batch.map((address) => [address, answerOf(calendars[address])] as const)
  })
  return new Map(answers.flat())
}

function batchesOf(addresses: readonly EmailAddress[]): readonly (readonly EmailAddress[])[] {
  const count = Math.ceil(addresses.length / addressesPerCall)
  return Array.from({ length: count }, (_, at) => addresses.slice(at * addressesPerCall, (at + 1) * addressesPerCall))
}

/** Nobody of that name and nobody for this user are told alike: `notFound`. */
function answerOf(calendar: WireFreeBusy['calendars'][string] | undefined): Answer {
  const reason = calendar?.errors?.[0]?.reason
  if (calendar === undefined || reason === 'notFound') return { kind: 'unknown-address' }
  if (reason === 'internalError') throw new BackendError('unavailable', 'busy times cannot be told just now', { retryAfterSeconds: 10 })
  if (reason !== undefined) return { kind: 'no-access' }
  return merged((calendar.busy ?? []).map(({ start, end }) => ({ from: readMoment(start), to: readMoment(end) })))
}

function merged(periods: readonly BusyPeriod[]): BusyPeriods {
  const out: BusyPeriod[] = []
  for (const period of [...periods].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1)
    if (last === undefined || period.from > last.to) out.push(period)
    else if (period.to > last.to) out[out.length - 1] = { ...last, to: period.to }
  }
  return out
}
