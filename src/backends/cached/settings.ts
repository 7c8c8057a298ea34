import type { StoredSeries } from '../../calendar/backend.ts'

/** Counts reads. */
export class Meter {
  /** Reads that were answered without asking the backend. */
  hits = 0
  misses = 0

  hit<T>(answer: T): T {
    this.hits += 1
    return answer
  }
}

/** What all that is held has in common. */
export interface CacheSettings {
  /** How long an answer of the backend is taken as true without asking again, counted from the start of its call. */
  readonly freshnessMs: number
  /** How much one calendar may hold. */
  readonly maxCalendarBytes: number
  readonly now: () => number
  readonly meter: Meter
  /** Makes at once what will be asked of each series of a listing: while the next page is waited for, there is time. */
  readonly prepare: ((stored: StoredSeries) => void) | undefined
  /** What is learnt of the backend itself. */
  readonly learnt: {
    /** Its listings tell the state they began at; if not the state is asked for ahead of them. */
    listingsTellState: boolean
  }
}
