/** What the rows of a calendar have in common. */

import type { Access } from '../../calendar/calendar.ts'
import type { CalendarId, EmailAddress, TimeZoneId } from '../../calendar/identifiers.ts'
import type { WireReminder } from './wire.ts'

/** What a row does not tell by itself. */
export interface CalendarFrame {
  readonly calendar: CalendarId
  /** Of the user who reads. */
  readonly address: EmailAddress
  readonly zone: TimeZoneId
  readonly defaultReminders: readonly WireReminder[]
  /** Of that user. */
  readonly access?: Access
}
