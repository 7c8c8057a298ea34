import type { CalendarSession, CalendarState, Changes } from '../../calendar/backend.ts'
import type { BackendSyncToken } from '../../calendar/identifiers.ts'
import { isFault } from './place.ts'
import type { Place } from './place.ts'

/** Makes what is known of one calendar current, by one call. */
export class Validation {
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  /** Whether the whole calendar is held and true, if need be after one call. */
  async isCurrentWhole(inner: CalendarSession): Promise<boolean> {
    const { known, settings: { meter } } = this.#place
    if (known.isWhole && known.isFresh) return meter.hit(true)
    meter.misses += 1
    return known.isWhole && (await this.catchUp(inner))
  }

  /** Makes a calendar that is held whole current. @returns false where that could not be done, or is not sure */
  async catchUp(inner: CalendarSession): Promise<boolean> {
    const { known, flights, resized } = this.#place
    return flights.join('catch up', async () => {
      const read = known.begin()
      const since = known.state!.token
      const changes = await this.#changesOrNone(inner, since)
      if (known.isOvertaken(read) || known.state?.token !== since) return false
      const isSure = changes !== undefined && known.catchUp(changes, read)
      if (!isSure) known.forget()
      resized()
      return isSure
    })
  }

  async #changesOrNone(inner: CalendarSession, since: BackendSyncToken): Promise<Changes | undefined> {
    const { id, known } = this.#place
    try {
      return await inner.changes(id, since, { held: (name) => known.objects.series(name) })
    } catch (error) {
      if (isFault(error, 'invalid-token')) return undefined
      throw error
    }
  }

  /** Asks for the state alone. */
  async observe(inner: CalendarSession): Promise<CalendarState> {
    const { id, known, flights, resized } = this.#place
    return flights.join('state', async () => {
      const read = known.begin()
      const { token, updated } = await inner.state(id)
      known.learn({ token, updated }, read)
      resized()
      return { token, updated }
    })
  }
}
