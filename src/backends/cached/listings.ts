import type { CalendarSession, CalendarState } from '../../calendar/backend.ts'
import { Collected } from './collected.ts'
import type { Listed } from './collected.ts'
import { isFull } from './place.ts'
import type { Place } from './place.ts'
import { SharedIteration } from './shared-iteration.ts'

/** Readings of every object of one calendar. All who come at once share one, and what it tells is held. */
export class Listings {
  readonly #place: Place
  #current: { readonly batches: SharedIteration<Listed>; readonly at: number } | undefined

  constructor(place: Place) {
    this.#place = place
  }

  /** @returns every object, and at the end the state that the backend told with them, where it did */
  read(inner: CalendarSession): AsyncGenerator<Listed, unknown, undefined> {
    return (this.#open() ?? this.#start(inner)).read()
  }

  /** Nobody who asks from now on shares what has begun. */
  clear(): void {
    this.#current = undefined
  }

  /** One that has begun within the window, and is still kept from its start. */
  #open(): SharedIteration<Listed> | undefined {
    const { batches, at = -Infinity } = this.#current ?? {}
    const { now, freshnessMs } = this.#place.settings
    return batches?.isOpen && now() - at <= freshnessMs ? batches : undefined
  }

  #start(inner: CalendarSession): SharedIteration<Listed> {
    const { id, known, settings, resized } = this.#place
    const read = known.begin()
    const { state, checkedAt } = known.anchor
    const collected = new Collected(known.objects, settings.maxCalendarBytes, () => batches.stopKeeping())
    const batches: SharedIteration<Listed> = new SharedIteration(collected.through(inner.objects(id)), (told) => {
      if (this.#current?.batches === batches) this.#current = undefined
      settings.learnt.listingsTellState = isState(told)
      if (isState(told)) known.holdAll(collected.told, told, read)
      else if (isFull(state)) known.holdAll(collected.told, state, read, checkedAt)
      else for (const { name, body } of collected.told) if (body !== undefined) known.keep(read, name, body)
      resized()
    })
    this.#current = { batches, at: read.at }
    return batches
  }
}

/** Whether the end of a listing tells the state at which it began. */
export function isState(told: unknown): told is CalendarState {
  return typeof told === 'object' && told !== null && 'token' in told
}
