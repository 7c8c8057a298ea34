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
  /** Until when alarms have been dismissed, and which are put off. */
  acknowledged: 'calgateAcknowledged',
  /** The transparency of an event that is kept as a cancelled one. */
  cancelled: 'calgateCancelled',
  /** "1": the client names an organizer though there are no guests. */
  organizer: 'calgateOrganizer',
  /** A hash of the changed instances with which a copy of somebody else's series was stored here. */
  begun: 'calgateBegun',
  /** SEQUENCE of a copy of somebody else's event as its organizer has told it: the service counts by itself. */
  sequence: 'calgateSequence',
  /** Whom of the guests the client tells itself, and whom nobody does. */
  agents: 'calgateAgents',
  /** Whom a write has told, or which answer. */
  sent: 'calgateSent',
  /** Shared with the guests' copies: the version of which they were told though nothing had changed. */
  told: 'calgateTold',
} as const
