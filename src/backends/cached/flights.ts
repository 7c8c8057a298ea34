/** Calls under way, by what they ask: whoever asks the same meanwhile shares the answer. */
export class Flights {
  readonly #running = new Map<string, Promise<unknown>>()

  async join<T>(key: string, run: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key) as Promise<T> | undefined
    if (running !== undefined) return running
    const flight = run().finally(() => {
      if (this.#running.get(key) === flight) this.#running.delete(key)
    })
    this.#running.set(key, flight)
    return flight
  }

  /** Nobody who asks from now on shares what was asked before. */
  clear(): void {
    this.#running.clear()
  }
}
