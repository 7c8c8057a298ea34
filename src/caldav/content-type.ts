import { caldav } from '../dav/names.ts'
import { DavError } from './errors.ts'

/**
 * A whole event or message as iCalendar (RFC 4791 §5.3.2.1 `CALDAV:supported-calendar-data`), never a part of one (RFC 9110 §14.4). A
 * missing Content-Type is let through: the body tells what it is.
 */
export function checkIsCalendar(headers: Headers): void {
  if (headers.has('content-range')) throw new DavError(400, 'An event is sent as a whole: send it without Content-Range.')
  const [type, ...parameters] = (headers.get('content-type') ?? 'text/calendar').toLowerCase().split(';').map((part) => part.trim())
  const charset = parameters.find((each) => each.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '') ?? 'utf-8'
  if (type === 'text/calendar' && ['utf-8', 'utf8', 'us-ascii'].includes(charset)) return
  throw new DavError(415, 'An event is sent as text/calendar in UTF-8.', { condition: caldav('supported-calendar-data') })
}
