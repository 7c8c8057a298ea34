/** Whatever a client may say, once the service has it: to say it again, as it was said or as it was read, changes nothing. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { series } from '../icalendar/arbitraries.ts'
import { open } from './open.ts'

test('any series of the model is a no-op the second time: no write call, the same ETag', async () => {
  let stored = 0
  await fc.assert(fc.asyncProperty(series, async (any) => {
    const opened = open()
    // Which alarms are the calendar's default ones is not for a client to say that has not read so.
    const body = formatCalendarObject(any).replace(/^X-CALGATE-DEFAULT-ALARMS:.*\r\n(?: .*\r\n)*/gm, '')
    const { status } = await opened.put('any.ics', body)
    expect([201, 403]).toContain(status)
    if (status === 201) {
      stored += 1
      const { text, etag } = await opened.get('any.ics')
      opened.forget()
      for (const again of [text, body, text]) expect(await opened.put('any.ics', again)).toMatchObject({ status: 204 })
      expect([opened.writes, (await opened.get('any.ics')).etag]).toEqual([[], etag])
    } else {
      expect(await opened.rows(), 'what is refused is not there').toEqual([])
    }
    await opened.close()
  }), { numRuns: 60, endOnFailure: true })
  expect(stored).toBeGreaterThan(20)
})
