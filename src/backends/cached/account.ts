import type { CalendarSession } from '../../calendar/backend.ts'
import type { Calendar } from '../../calendar/calendar.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import type { CacheSettings } from './settings.ts'

const calendarBytes = 1000

interface Read<T> {
  readonly value: T
  /** When its call began. */
  readonly at: number
}

/** What is held of one user's list of calendars: for the freshness window only, since nothing tells when it changes. */
export class CachedAccount {
  readonly #settings: CacheSettings
  readonly #resized: () => void
  #list: Read<readonly Calendar[]> | undefined
  #single = new Map<CalendarId, Read<Calendar>>()
  #flights = new Map<CalendarId | '', Promise<unknown>>()
  #epoch = 0

  constructor(settings: CacheSettings, resized: () => void) {
    this.#settings = settings
    this.#resized = resized
  }

  get bytes(): number {
    return calendarBytes * (1 + (this.#list?.value.length ?? 0) + this.#single.size)
  }

  async calendars(inner: CalendarSession): Promise<readonly Calendar[]> {
    if (this.#isFresh(this.#list)) return this.#settings.meter.hit(this.#list.value)
    return this.#read('', () => inner.calendars(), (list) => { this.#list = list })
  }

  async calendar(inner: CalendarSession, id: CalendarId): Promise<Calendar> {
    const listed = this.#isFresh(this.#list) ? this.#list.value.find((calendar) => calendar.id === id) : undefined
    const single = this.#single.get(id)
    if (listed !== undefined) return this.#settings.meter.hit(listed)
    if (this.#isFresh(single)) return this.#settings.meter.hit(single.value)
    return this.#read(id, () => inner.calendar(id), (calendar) => this.#single.set(id, calendar))
  }

  /** Around a change of the list or of a calendar: nothing that was read before or meanwhile is used afterwards. */
  async write<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } finally {
      this.#epoch += 1
      this.#list = undefined
      this.#single.clear()
      this.#flights.clear()
      this.#resized()
    }
  }

  #isFresh<T>(read: Read<T> | undefined): read is Read<T> {
    return read !== undefined && this.#settings.now() - read.at < this.#settings.freshnessMs
  }

  async #read<T>(key: CalendarId | '', run: () => Promise<T>, keep: (read: Read<T>) => void): Promise<T> {
    this.#settings.meter.misses += 1
    const flight = this.#flights.get(key) ?? this.#start(key, run, keep)
    return flight as Promise<T>
  }

  #start<T>(key: CalendarId | '', run: () => Promise<T>, keep: (read: Read<T>) => void): Promise<T> {
    const [epoch, at] = [this.#epoch, this.#settings.now()]
    const flight = run().then((value) => {
      if (epoch === this.#epoch) keep({ value, at })
      this.#resized()
      return value
    }).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }
}
