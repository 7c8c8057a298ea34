/** What is aimed at for each operation: against the best of the other servers in the same run, and in growth. */

export interface Aim {
  /** Time with one client, at most. */
  readonly time?: number
  /** Operations per second with 16 clients, at least. */
  readonly rate?: number
  /** CPU at ten times the events, at most, where that is not {@link growthAim}. */
  readonly growth?: number
}

export const aims: ReadonlyMap<string, Aim> = new Map<string, Aim>([
  ['options', { time: 0.2, rate: 4 }],
  ['unauthenticated', { time: 0.4, rate: 1 }],
  ['discovery', { time: 0.3, rate: 1 }],
  ['poll', { time: 0.25, rate: 4 }],
  ['sync, no change', { time: 0.5, rate: 1.5 }],
  ['sync, 1 change', { time: 0.5, rate: 1.5 }],
  ['sync, 100 changes', { time: 0.5, rate: 1.5 }],
  ['list, PROPFIND', { time: 0.4, rate: 1, growth: 10 }],
  ['list, sync', { time: 0.4, rate: 1, growth: 10 }],
  ['multiget 100', { time: 0.25, rate: 2.5 }],
  ['query a month', { time: 0.1, rate: 1.5, growth: 3 }],
  ['query a month, anew', { time: 0.1, rate: 1.5, growth: 3 }],
  ['query a month, tags', { time: 0.1, rate: 1.5, growth: 3 }],
  ['GET', { time: 0.3, rate: 4 }],
  ['PUT new', { time: 1, rate: 1 }],
  ['PUT changed', { time: 1, rate: 1 }],
  ['DELETE', { time: 1, rate: 1 }],
])

/** CPU at ten times the events, at most. */
export const growthAim = 1.3

/** The 99th percentile with 16 clients, at most, of any operation. */
export const tailAim = 0.5
