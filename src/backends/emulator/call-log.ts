/** Counts API calls, so that tests can hold the gateway to its budget. */

export interface CallCount {
  readonly method: string
  /** The route, e.g. `/calendar/v3/calendars/:calendarId/events`. */
  readonly path: string
  readonly count: number
}

export interface CallLog {
  note(method: string, path: string): void
  /** Calls since the last reset, in the order of first use. */
  counts(): readonly CallCount[]
  reset(): void
}

export function createCallLog(): CallLog {
  const counts = new Map<string, CallCount>()
  return {
    note: (method, path) => {
      const key = `${method} ${path}`
      counts.set(key, { method, path, count: (counts.get(key)?.count ?? 0) + 1 })
    },
    counts: () => [...counts.values()],
    reset: () => counts.clear(),
  }
}
