/** What a body may hold at most. Whatever stays below is read in well under a second. */

export interface Limits {
  readonly bytes: number
  /** Content lines, after unfolding. */
  readonly lines: number
  /** Components within one another; VCALENDAR, VEVENT and VALARM are three. */
  readonly depth: number
  /** Parameters of one property. */
  readonly parameters: number
  /** Values of one parameter, e.g. of MEMBER. */
  readonly parameterValues: number
  /** ATTENDEE lines of one VEVENT. */
  readonly attendees: number
  /** RDATE or EXDATE values, or changed instances, of one series. */
  readonly instances: number
  /** RRULE lines of one series. */
  readonly rules: number
  /** Different TZIDs of one object: to find out what one means may take milliseconds. */
  readonly zones: number
}

export const defaultLimits: Limits = {
  bytes: 1024 * 1024, lines: 100_000, depth: 16, parameters: 64, parameterValues: 1000, attendees: 5000, instances: 10_000, rules: 16, zones: 10,
}
