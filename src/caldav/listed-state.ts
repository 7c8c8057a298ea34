import type { CalendarState } from '../calendar/backend.ts'

/**
 * The same listing, whose state is told to `note` when it has come to its end, where the backend tells one: what the collection itself says
 * of its state then belongs to what is said of its members, and costs no call of its own.
 */
export function notingState<T>(source: AsyncIterable<T>, note: (state: CalendarState) => void): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]() as AsyncIterator<T, CalendarState | undefined>
      return {
        next: async () => {
          const result = await iterator.next()
          if (result.done === true && result.value !== undefined) note(result.value)
          return result
        },
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      }
    },
  }
}
