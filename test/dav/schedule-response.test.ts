import { expect, test } from 'vitest'
import { caldav, dav } from '../../src/dav/names.ts'
import { formatScheduleResponse } from '../../src/dav/schedule-response.ts'
import { element, parseXml } from '../../src/dav/xml.ts'

test('schedule-response holds a response per recipient, in order (RFC 6638 §10.1 to §10.4)', () => {
  const text = formatScheduleResponse([
    { recipient: 'mailto:b@example.org', requestStatus: '2.0;Success', calendarData: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' },
    { recipient: 'mailto:c@example.org', requestStatus: '3.7;Invalid calendar user', error: caldav('recipient-exists'), description: 'Nobody.' },
  ])
  expect(parseXml(new TextEncoder().encode(text))).toEqual(element(caldav('schedule-response'), [
    element(caldav('response'), [
      element(caldav('recipient'), [element(dav('href'), ['mailto:b@example.org'])]), element(caldav('request-status'), ['2.0;Success']),
      element(caldav('calendar-data'), ['BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n']),
    ]),
    element(caldav('response'), [
      element(caldav('recipient'), [element(dav('href'), ['mailto:c@example.org'])]), element(caldav('request-status'), ['3.7;Invalid calendar user']),
      element(dav('error'), [element(caldav('recipient-exists'))]), element(dav('responsedescription'), ['Nobody.']),
    ]),
  ]))
})
