import type { Batches, Body } from '../../calendar/backend.ts'
import { tagOf } from './entries.ts'
import type { Told } from './entries.ts'
import type { CalendarObjects } from './objects.ts'

/** A batch of a listing. */
export interface Listed {
  readonly bodies: readonly Body[]
  /** What is noted of each, in the same order: the tag of a series that may be held is that series. */
  readonly told: readonly Told[]
}

/** Notes what a listing of the backend tells while it passes through to its readers. */
export class Collected {
  readonly told: Told[] = []
  readonly #held: CalendarObjects
  readonly #maxBytes: number
  readonly #overflow: () => void
  #bytes = 0

  /**
   * @param maxBytes of bodies to note; beyond them names and tags only
   * @param overflow called when more has passed than that
   */
  constructor(held: CalendarObjects, maxBytes: number, overflow: () => void) {
    this.#held = held
    this.#maxBytes = maxBytes
    this.#overflow = overflow
  }

  /** The same items, as the objects that are held already where they are unchanged; returns what the source returns. */
  async *through(source: Batches<Body>): AsyncGenerator<Listed, unknown, undefined> {
    const iterator: AsyncIterator<readonly Body[], unknown> = source[Symbol.asyncIterator]()
    let isEnded = false
    try {
      for (;;) {
        const result = await iterator.next()
        isEnded = result.done === true
        if (result.done) return result.value
        yield this.#noted(result.value)
      }
    } finally {
      if (!isEnded) await iterator.return?.()
    }
  }

  #noted(items: readonly Body[]): Listed {
    const bodies: Body[] = []
    const told: Told[] = []
    for (const item of items) {
      const { body, measure } = this.#held.measured(item, this.#bytes <= this.#maxBytes)
      this.#bytes += measure.bytes
      const isOverfull = this.#bytes > this.#maxBytes
      if (isOverfull) this.#overflow()
      const { name } = body
      const tag = 'series' in body ? body : undefined
      bodies.push(body)
      told.push(isOverfull ? { name, tag: tag && tagOf(tag), body: undefined } : { name, tag, body, measure })
    }
    this.told.push(...told)
    return { bodies, told }
  }
}
