import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
    expect(lines).toContain('calgate_cache_hits_total 3')
    expect(lines).toContain('calgate_cache_misses_total 2')
  })

  test('read the cache when asked, and each time anew', async () => {
    let figures = { hits: 0, misses: 0, bytes: 1 }
    const metrics = createMetrics(() => figures)
    for (const now of [2, 3]) {
      figures = { hits: now, misses: 0, bytes: now }
      const text = await page(metrics)
      expect(text).toContain(`calgate_cache_bytes ${now}\n`)
      expect(text).toContain(`# TYPE calgate_cache_hits_total counter\ncalgate_cache_hits_total ${now}\n`)
    }
  })

  test('are those that the README names, in the text format of Prometheus', async () => {
    const answer = await createMetrics(() => ({ hits: 0, misses: 0, bytes: 0 })).fetch(new Request('http://127.0.0.1/metrics'))
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const names = [...(await answer.text()).matchAll(/^# TYPE (calgate_\w+)/gm)].map(([, name]) => name)
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    expect([...readme.matchAll(/^\| `(calgate_\w+)`/gm)].map(([, name]) => name)).toEqual(names)
  })

  test('stand at one address', async () => {
    const { status } = await createMetrics(() => ({ hits: 0, misses: 0, bytes: 0 })).fetch(new Request('http://127.0.0.1/'))
    expect(status).toBe(404)
  })
})
