/** Time ranges on VALARM (RFC 4791 §9.9): an alarm is found if it goes off in the range, for any instance of its event. */

import type { TimeRange } from '../../calendar/calendar.ts'
import type { Alarm, EventSeries } from '../../calendar/event.ts'
import { instant } from '../../calendar/identifiers.ts'
import type { TimeZoneId } from '../../calendar/identifiers.ts'
import { contains, shifted, someInstance } from './time-range.ts'
import type { Part } from './time-range.ts'

/** @param part the VEVENT that the alarm belongs to. Alarms do not repeat: the model has no REPEAT */
export function alarmGoesOff({ trigger }: Alarm, range: TimeRange, series: EventSeries, part: Part, floatingZone: TimeZoneId): boolean {
  if (trigger.kind === 'absolute') return contains(range, trigger.at)
  const offsetMs = trigger.seconds * 1000
  const anchor = trigger.to === 'end' ? 'to' : 'from'
  return someInstance(series, part, shifted(range, -offsetMs), floatingZone, (span) => contains(range, instant(span[anchor] + offsetMs)))
}
