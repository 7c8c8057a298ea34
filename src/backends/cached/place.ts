/** What the readers and the writers of one calendar of one user work on. */

import { BackendError } from '../../calendar/backend.ts'
import type { BackendFault, CalendarState } from '../../calendar/backend.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import type { Flights } from './flights.ts'
import type { Knowledge, KnownState } from './knowledge.ts'
import type { CacheSettings } from './settings.ts'

/** One calendar of one user, as those share it who read and write there. */
export interface Place {
  readonly id: CalendarId
  readonly settings: CacheSettings
  readonly known: Knowledge
  readonly flights: Flights
  /** To be called after the size of what is known may have changed. */
  readonly resized: () => void
}

/** A state whose `updated` is known too. */
export function isFull(state: KnownState | undefined): state is CalendarState {
  return state?.updated !== undefined
}

/** Whether the backend failed in this way. */
export function isFault(error: unknown, fault: BackendFault): boolean {
  return error instanceof BackendError && error.fault === fault
}
