import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/server/metrics.ts'

const page = async (metrics: ReturnType<typeof createMetrics>): Promise<string> => (await metrics.fetch(new Request('http://127.0.0.1/metrics'))).text()

describe('the figures for monitoring', () => {
  test('count requests, the calls they cost, and what was left out of answers', async () => {
    const metrics = createMetrics(() => ({ hits: 3, misses: 2, bytes: 1000 }))
    metrics.request({ method: 'REPORT', kind: 'calendar', status: 207, calls: 2, seconds: 0.03 })
    metrics.request({ method: 'REPORT', kind: 'calendar', status: 207, calls: 0, seconds: 0.001 })
    metrics.notice('unavailable')
    const lines = (await page(metrics)).split('\n')
    expect(lines).toContain('calgate_request_seconds_count{method="REPORT",kind="calendar",status="207"} 2')
    expect(lines).toContain('calgate_request_seconds_bucket{le="0.02",method="REPORT",kind="calendar",status="207"} 1')
    expect(lines).toContain('calgate_backend_calls_total{method="REPORT",kind="calendar"} 2')
    expect(lines).toContain('calgate_notices_total{event="unavailable"} 1')
    expect(lines).toContain('calgate_cache_bytes 1000')
  })

  test('read the cache when asked, not before', async () => {
    let bytes = 1
    const metrics = createMetrics(() => ({ hits: 0, misses: 0, bytes }))
    bytes = 2
    expect(await page(metrics)).toContain('calgate_cache_bytes 2\n')
  })

  test('stand at one address', async () => {
    const { status } = await createMetrics(() => ({ hits: 0, misses: 0, bytes: 0 })).fetch(new Request('http://127.0.0.1/'))
    expect(status).toBe(404)
  })
})
