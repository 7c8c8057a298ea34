/** events.quickAdd, without its reading of dates: the text becomes the summary of an event in the next full hour. */

import type { Call, Reply } from './call.ts'
import { missing } from './errors.ts'
import { insertEvent } from './events.ts'

const hourMs = 3_600_000

export function quickAdd(call: Call): Reply {
  const summary = call.query.get('text')
  if (!summary) throw missing('Required')
  const start = (Math.floor(call.environment.clock.now() / hourMs) + 1) * hourMs
  const time = (at: number): object => ({ dateTime: new Date(at).toISOString() })
  return insertEvent({ ...call, body: { summary, start: time(start), end: time(start + hourMs) } })
}
