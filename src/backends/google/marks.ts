/** What we note in events for ourselves, where the service has no place for it. */

/** Private extended properties that are ours. */
export const marks = {
  /** The object's name where it is not the one that follows from the UID. */
  name: 'calgateName',
  /** The names that the object had before it was moved within its calendar, newest first, with a slash between them. */
  former: 'calgateFormer',
  /** "1": the times are floating; the zone is only where they are kept. */
  floating: 'calgateFloating',
  /** A hash of the reminders, so that `updated` moves when they change. */
  alarms: 'calgateAlarms',
  /** "1": the calendar's own row in the guest list is there only because import asks for it. */
  self: 'calgateSelf',
  /** RECURRENCE-ID of a lone instance that a client stored without its series. */
  instance: 'calgateInstance',
} as const
