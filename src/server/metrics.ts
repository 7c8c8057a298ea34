/** What the gateway counts, for a monitoring program: the text format of Prometheus on a port of its own. */

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What happens, told as it happens. */
export interface Metrics {
  /** @param seconds from the request's first byte to the answer's last */
  request(about: { readonly method: string; readonly kind: string; readonly status: number; readonly calls: number; readonly seconds: number }): void
  /** Something was left out of an answer, e.g. an event that cannot be shown; `event` is that of the log line. */
  notice(event: string): void
}

export interface CacheFigures {
  readonly hits: number
  readonly misses: number
  readonly bytes: number
}

/** @param cache read when somebody asks */
export function createMetrics(cache: () => CacheFigures): Metrics & { fetch(request: Request): Promise<Response> } {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'calgate_request_seconds', help: 'Requests by method, kind of resource and status, and how long they took.',
    labelNames: ['method', 'kind', 'status'], buckets: [0.005, 0.02, 0.1, 0.5, 2, 10], registers,
  })
  const calls = new Counter({ name: 'calgate_backend_calls_total', help: 'Calls to the calendar service.', labelNames: ['method', 'kind'], registers })
  const notices = new Counter({ name: 'calgate_notices_total', help: 'What was left out of answers, or of what clients sent, by its line in the log.', labelNames: ['event'], registers })
  registry.registerMetric(new Gauge({ name: 'calgate_cache_bytes', help: 'Bytes that the cache holds.', registers: [], collect() { this.set(cache().bytes) } }))
  for (const [name, help, figure] of cacheCounts) registry.registerMetric(counterOf(name, help, () => figure(cache())))
  return {
    request: ({ method, kind, status, calls: made, seconds }) => {
      requests.observe({ method, kind, status }, seconds)
      if (made > 0) calls.inc({ method, kind }, made)
    },
    notice: (event) => { notices.inc({ event }) },
    fetch: async ({ url }) => (new URL(url).pathname === '/metrics'
      ? new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } })
      : new Response('The figures are at /metrics.\n', { status: 404 })),
  }
}

/** Shows a count that is kept elsewhere. */
const counterOf = (name: string, help: string, count: () => number): Counter => new Counter({
  name, help, registers: [],
  collect() {
    this.reset()
    this.inc(count())
  },
})

const cacheCounts: readonly (readonly [name: string, help: string, figure: (cache: CacheFigures) => number])[] = [
  ['calgate_cache_hits_total', 'Reads answered from what is held.', ({ hits }) => hits],
  ['calgate_cache_misses_total', 'Reads that asked the calendar service.', ({ misses }) => misses],
]
