import { describe, expect, test } from 'vitest'
import { reportsOn } from '../../../src/caldav/report.ts'
import { reports } from '../../../src/caldav/reports/index.ts'
import { resourceKinds } from '../../../src/caldav/resource.ts'
import { ask, DAV, refusal } from './ask.ts'
import { memorySession } from './memory-session.ts'

const calendar = '/calendar/dav/anna@example.com/events/'

describe('REPORT (RFC 3253 §3.6)', () => {
  test('the reports of each kind of resource', () => {
    expect(Object.fromEntries(resourceKinds.map((kind) => [kind, reportsOn(kind).map(({ local }) => local)]))).toEqual({
      root: ['expand-property', 'principal-property-search', 'principal-search-property-set', 'principal-match'],
      principal: ['free-busy-query', 'expand-property', 'principal-property-search', 'principal-search-property-set', 'principal-match'],
      home: ['free-busy-query', 'sync-collection', 'expand-property', 'principal-property-search', 'principal-search-property-set'],
      calendar: ['calendar-query', 'calendar-multiget', 'free-busy-query', 'sync-collection', 'expand-property'],
      object: ['calendar-query', 'calendar-multiget', 'expand-property'],
      inbox: ['calendar-query', 'calendar-multiget', 'sync-collection', 'expand-property'],
      outbox: ['free-busy-query', 'expand-property'],
    })
  })

  test('each row names its source and answers somewhere', () => {
    expect(reports.filter(({ source, on }) => !/RFC \d+ §/.test(source) || on.length === 0)).toEqual([])
  })

  test('an unknown report is DAV:supported-report, before the backend is asked', async () => {
    const session = memorySession()
    expect(await refusal(ask(session, calendar, '<CS:calendarserver-principal-search/>'))).toEqual([403, DAV('supported-report')])
    expect(session.calls).toEqual([])
  })

  test('so is one that another kind of resource answers', async () => {
    expect(await refusal(ask(memorySession(), calendar, '<D:principal-search-property-set/>'))).toEqual([403, DAV('supported-report')])
    expect(await refusal(ask(memorySession(), '/calendar/dav/', '<D:sync-collection><D:sync-token/><D:prop/></D:sync-collection>'))).toEqual([403, DAV('supported-report')])
  })

  test.each(['', '<nonsense', '<C:calendar-query><D:prop/></C:calendar-query>', '<D:sync-collection><D:prop/></D:sync-collection>'])('a body that is no report is a bad request: %j', async (body) => {
    const [status] = await refusal(ask(memorySession(), calendar, body))
    expect([400, 403]).toContain(status)
  })
})
