/** `CALDAV:schedule-response`, the answer of the outbox (RFC 6638 §10). */

import { caldav, dav, type Name } from './names.ts'
import { element, formatXml, type XmlElement } from './xml.ts'

/** What became of the message for one recipient (RFC 6638 §10.2). */
export interface RecipientResponse {
  /** A calendar user address as it was asked, e.g. `mailto:bob@example.org`. */
  readonly recipient: string
  /** RFC 5546 §3.6, e.g. `2.0;Success`, `3.7;Invalid calendar user`. */
  readonly requestStatus: string
  /** iCalendar text, for free-busy requests. */
  readonly calendarData?: string
  readonly error?: Name
  readonly description?: string
}

/** The whole document, one response for each recipient in the order given. */
export function formatScheduleResponse(responses: readonly RecipientResponse[]): string {
  return formatXml(element(caldav('schedule-response'), responses.map(responseElement)))
}

function responseElement({ recipient, requestStatus, calendarData, error, description }: RecipientResponse): XmlElement {
  return element(caldav('response'), [
    element(caldav('recipient'), [element(dav('href'), [recipient])]),
    element(caldav('request-status'), [requestStatus]),
    ...(calendarData === undefined ? [] : [element(caldav('calendar-data'), [calendarData])]),
    ...(error === undefined ? [] : [element(dav('error'), [element(error)])]),
    ...(description === undefined ? [] : [element(dav('responsedescription'), [description])]),
  ])
}
