import type { CalendarChange } from '../../../calendar/calendar.ts'
import type { CalendarId, EmailAddress } from '../../../calendar/identifiers.ts'

/** A client that got no answer asks again within so long; whoever makes a calendar of that name later wants another one. */
const lastingMs = 5 * 60_000
const maxCreations = 1000

interface Creation {
  readonly before: ReadonlySet<CalendarId>
  readonly at: number
}

/**
 * Creations of calendars whose outcome nobody knows, with the calendars that there were before: so that the same request again finds what
 * it made. The service has no identifier that a client could give, and would make a second one.
 * Held in memory only: a replica that has not seen the first attempt makes the second calendar.
 */
export class UnclearCreations {
  readonly #creations = new Map<string, Creation>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  note(address: EmailAddress, change: CalendarChange, before: ReadonlySet<CalendarId>): void {
    if (this.#creations.size >= maxCreations) this.#creations.clear()
    this.#creations.set(keyOf(address, change), { before, at: this.#now() })
  }

  /** The calendars that there were before such a creation, which counts as answered from now on; undefined where none is unclear. */
  take(address: EmailAddress, change: CalendarChange): ReadonlySet<CalendarId> | undefined {
    const key = keyOf(address, change)
    const creation = this.#creations.get(key)
    this.#creations.delete(key)
    return creation !== undefined && this.#now() - creation.at < lastingMs ? creation.before : undefined
  }
}

function keyOf(address: EmailAddress, { displayName, description, color, timeZone }: CalendarChange): string {
  return JSON.stringify([address, displayName, description, color, timeZone])
}
