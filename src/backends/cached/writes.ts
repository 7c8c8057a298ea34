import { BackendError } from '../../calendar/backend.ts'
import type { CalendarSession, Notify, StoredSeries, WriteCondition, WriteOptions } from '../../calendar/backend.ts'
import type { EventSeries, ParticipationStatus } from '../../calendar/event.ts'
import type { ObjectName, RecurrenceId } from '../../calendar/identifiers.ts'
import type { Listings } from './listings.ts'
import { isFault } from './place.ts'
import type { Place } from './place.ts'

/** The user's own answer to an invitation, of one instance or of the whole series. */
export interface Answer {
  readonly instance: RecurrenceId | undefined
  readonly status: ParticipationStatus
  readonly notify: Notify
  readonly comment: string | undefined
}

/** Where a move ends. */
interface Destination {
  readonly writes: CalendarWrites
  readonly name: ObjectName
}

/** Our own writes in one calendar: what each has stored is noted in place, and the next read asks once. */
export class CalendarWrites {
  readonly #place: Place
  readonly #listings: Listings
  /** Those under way. */
  readonly #writing = new Map<ObjectName, Set<{ isAlone: boolean }>>()

  constructor(place: Place, listings: Listings) {
    this.#place = place
    this.#listings = listings
  }

  async put(inner: CalendarSession, name: ObjectName, series: EventSeries, options: WriteOptions): Promise<StoredSeries> {
    const { id, known } = this.#place
    return this.#withKnown(name, options, (given) => this.#write(name, async () => {
      const { at } = known.begin()
      const stored = await inner.put(id, name, series, given)
      await this.#verifyUnchanged(inner, stored, given.known)
      return known.objects.noteStored(stored, at)
    }))
  }

  /**
   * Where nothing had to be written the backend may have compared with what we held and not asked. Within the freshness window that
   * may be stale, and somebody's change would then outlive a later write.
   */
  async #verifyUnchanged(inner: CalendarSession, stored: StoredSeries, known: WriteOptions['known']): Promise<void> {
    const { id, settings } = this.#place
    if (known === undefined || known === 'absent' || known.revision !== stored.revision || settings.freshnessMs === 0) return
    const found = (await inner.objectsByName(id, [stored.name])).get(stored.name)
    if (found !== undefined && 'series' in found && found.revision === stored.revision) return
    throw new BackendError('conflict', `The object ${stored.name} has changed since it was read.`)
  }

  async remove(inner: CalendarSession, name: ObjectName, options: WriteOptions): Promise<void> {
    return this.#withKnown(name, options, (given) => this.#write(name, async () => {
      const { id, known } = this.#place
      const write = known.begin()
      await inner.remove(id, name, given)
      known.noteRemoved(name, write)
    }))
  }

  async answer(inner: CalendarSession, name: ObjectName, { instance, status, notify, comment }: Answer): Promise<StoredSeries> {
    const { id, known } = this.#place
    return this.#write(name, async () => {
      const { at } = known.begin()
      return known.objects.noteStored(await inner.answer(id, name, instance, status, notify, comment), at)
    })
  }

  async moveTo(inner: CalendarSession, name: ObjectName, to: Destination, options: WriteOptions): Promise<StoredSeries> {
    const { id, known } = to.writes.#place
    return this.#withKnown(name, options, (given) => this.#write(name, () => to.writes.#write(to.name, async () => {
      const { at } = known.begin()
      const write = this.#place.known.begin()
      const stored = await inner.move(this.#place.id, name, id, to.name, given)
      this.#place.known.noteRemoved(name, write)
      return known.objects.noteStored(stored, at)
    })))
  }

  /** Passes on what is held where the caller knows nothing. If that was stale, the write is tried once more without. */
  async #withKnown<T>(name: ObjectName, options: WriteOptions, run: (options: WriteOptions) => Promise<T>): Promise<T> {
    const held = options.known === undefined ? this.#heldFor(name, options.condition) : undefined
    if (held === undefined) return run(options)
    try {
      return await run({ ...options, known: held })
    } catch (error) {
      if (!isFault(error, 'conflict')) throw error
      return run(options)
    }
  }

  /** Only what meets the condition, so that a stale one never lets the condition fail; that nothing is there only where nothing shall be. */
  #heldFor(name: ObjectName, condition: WriteCondition): WriteOptions['known'] {
    const { known } = this.#place
    if (condition.kind === 'absent') return known.isWhole && known.isFresh && !known.objects.has(name) ? 'absent' : undefined
    const body = known.freshBodies([name])?.get(name)
    if (body === undefined || !('series' in body)) return undefined
    return condition.kind === 'unchanged' && condition.revision !== body.revision ? undefined : body
  }

  /**
   * A write of ours, which notes what it stored. After a fault nobody knows what was written, nor which of two writes at once was the
   * last: then the body is forgotten.
   */
  async #write<T>(name: ObjectName, run: () => Promise<T>): Promise<T> {
    const { known, flights, resized } = this.#place
    const writing = { isAlone: !this.#writing.has(name) }
    const others = this.#writing.get(name) ?? new Set()
    for (const other of others) other.isAlone = false
    this.#writing.set(name, others.add(writing))
    try {
      return await run()
    } catch (error) {
      writing.isAlone = false
      throw error
    } finally {
      if (!writing.isAlone) known.objects.forgetBody(name)
      if (others.delete(writing) && others.size === 0) this.#writing.delete(name)
      known.overtake()
      flights.clear()
      this.#listings.clear()
      resized()
    }
  }
}
