/**
 * One pass over a source that several readers share: what one of them pulls, the others are given from memory. The source is pulled no
 * further than its fastest reader reads, and is ended early (`return()`) when the last reader has left.
 */
export class SharedIteration<Item> {
  readonly #source: AsyncIterator<Item, unknown>
  readonly #finished: (told: unknown) => void
  readonly #readers = new Set<{ position: number }>()
  /** What some reader may still want, from position `#dropped` on. */
  readonly #items: Item[] = []
  #dropped = 0
  #keepsAll = true
  #pulling: Promise<void> | undefined
  #end: { readonly told?: unknown; readonly error?: unknown } | undefined

  /** @param finished called once when the source has come to its end, with what it returned; never after an error or an early end */
  constructor(source: AsyncIterable<Item>, finished: (told: unknown) => void) {
    this.#source = source[Symbol.asyncIterator]()
    this.#finished = finished
  }

  /** Whether a reader that comes now can be given everything from the start, and the source goes on. */
  get isOpen(): boolean {
    return this.#keepsAll && this.#end === undefined
  }

  /** From now on only what present readers still want is kept in memory; nobody can join any more. */
  stopKeeping(): void {
    this.#keepsAll = false
  }

  /** Everything from the start, and at the end what the source returned. @throws whatever the source throws, after what came before it */
  async *read(): AsyncGenerator<Item, unknown, undefined> {
    const reader = { position: 0 }
    this.#readers.add(reader)
    try {
      for (;;) {
        while (reader.position < this.#dropped + this.#items.length) yield this.#take(reader)
        if (this.#end !== undefined) break
        await this.#pull()
      }
      if ('error' in this.#end) throw this.#end.error
      return this.#end.told
    } finally {
      this.#readers.delete(reader)
      if (this.#readers.size === 0 && this.#end === undefined) await this.#abandon()
    }
  }

  #take(reader: { position: number }): Item {
    const item = this.#items[reader.position - this.#dropped]!
    reader.position += 1
    if (!this.#keepsAll) {
      const wanted = Math.min(...[...this.#readers].map(({ position }) => position))
      this.#items.splice(0, wanted - this.#dropped)
      this.#dropped = wanted
    }
    return item
  }

  #pull(): Promise<void> {
    this.#pulling ??= this.#next().finally(() => { this.#pulling = undefined })
    return this.#pulling
  }

  async #next(): Promise<void> {
    try {
      const result = await this.#source.next()
      if (!result.done) this.#items.push(result.value)
      else if (this.#end === undefined) {
        this.#end = { told: result.value }
        this.#finished(result.value)
      }
    } catch (error) {
      this.#end ??= { error }
    }
  }

  async #abandon(): Promise<void> {
    this.#end = {}
    await this.#source.return?.()
  }
}
