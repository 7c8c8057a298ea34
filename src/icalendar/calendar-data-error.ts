/** Why a body is no calendar object that can be stored. */

import type { Property } from './component.ts'

/** Local names of the CalDAV preconditions (RFC 4791 §5.3.2.1, RFC 7809) that a calendar object can fail. */
export type CalendarDataPrecondition =
  | 'valid-calendar-data'               // it is not iCalendar
  | 'valid-calendar-object-resource'    // it is iCalendar, and not one object: a METHOD, two UIDs, no UID ...
  | 'supported-calendar-component'      // VTODO, VJOURNAL and the like
  | 'supported-calendar-data'           // another calendar format or version
  | 'max-resource-size'
  | 'max-instances'
  | 'max-attendees-per-instance'
  | 'min-date-time'
  | 'max-date-time'
  | 'valid-timezone'                    // a TZID that means no known zone (RFC 7809 §3.1.4)

export class CalendarDataError extends Error {
  override readonly name = 'CalendarDataError'
  readonly precondition: CalendarDataPrecondition
  /** Of the body, from 1; undefined where the fault is in no single line. */
  readonly line: number | undefined

  /** @param sentence what is wrong, for the user of the client, without the line */
  constructor(precondition: CalendarDataPrecondition, sentence: string, line?: number) {
    super(line === undefined ? sentence : `Line ${line}: ${sentence}`)
    this.precondition = precondition
    this.line = line
  }
}

/** The error for one property: names it, its line and the start of its value. */
export function unfit(property: Property, sentence: string,
  precondition: CalendarDataPrecondition = 'valid-calendar-data'): CalendarDataError {
  const value = property.value.length > 60 ? `${property.value.slice(0, 60)}...` : property.value
  return new CalendarDataError(precondition, `${property.name} ${JSON.stringify(value)} ${sentence}`, property.line || undefined)
}
