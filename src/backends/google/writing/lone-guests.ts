/**
 * Guests of single instances who are not guests of the series. When an instance goes with its series, or with a rule that does not make it any
 * more, the service tells those on the list of the series: so its own cancellation goes before, which tells the others.
 */

import { guestsOf, isServerTold, quietened } from './telling.ts'
import { sameAddress } from '../../../calendar/identifiers.ts'
import type { CalendarId, RecurrenceId } from '../../../calendar/identifiers.ts'
import type { Source } from '../reading/from-wire.ts'
import type { Sending } from './sending.ts'
import type { WireEvent } from '../wire.ts'

/**
 * @param sending what the instances are cancelled by
 * @param goes    whether an instance is among those that go
 * @returns       the instances that are cancelled now
 * @throws        BackendError 'conflict' when an instance has changed; guests of others may have been told then
 */
export async function cancelLone(sending: Sending, { main, instances, frame }: Source, goes: (id: RecurrenceId) => boolean = () => true): Promise<ReadonlySet<RecurrenceId>> {
  const lone = [...instances].filter(([on, row]) => row.status !== 'cancelled' && goes(on) && hasLone(row, main, frame.calendar))
  for (const [, row] of lone) {
    const quiet = quietened(row, frame.calendar)
    if (quiet !== undefined) await sending.patch(row, { body: quiet, tells: 'none' })
    await sending.patch(row, { body: { status: 'cancelled' }, tells: 'all' })
  }
  return new Set(lone.map(([on]) => on))
}

/** Whether somebody is told of the instance who is not told of the series. */
function hasLone(row: WireEvent, main: WireEvent | undefined, calendar: CalendarId): boolean {
  const ofSeries = main === undefined ? [] : guestsOf(main, calendar).filter((guest) => isServerTold(guest, main))
  return guestsOf(row, calendar).some((guest) => isServerTold(guest, row) && !ofSeries.some(({ email = '' }) => sameAddress(email, guest.email ?? '')))
}
