/** Addresses that clients wanted for new calendars, where the backend chose other ones. */

import type { CalendarId, EmailAddress } from '../calendar/identifiers.ts'

/**
 * vdirsyncer and python-caldav go on at the address of their MKCALENDAR without a look at Location. So it stands for the new calendar
 * as long as this process remembers; when it no longer does, it is 404, and clients find the calendar by its own address.
 */
export interface Aliases {
  /** @returns the calendar's real id; undefined where nothing is remembered */
  get(account: EmailAddress, asked: CalendarId): CalendarId | undefined
  remember(account: EmailAddress, asked: CalendarId, id: CalendarId): void
  /** For a calendar that is gone: its old address is free again. */
  forget(id: CalendarId): void
}

/** @param limit how many are remembered; the oldest ones go first */
export function createAliases(limit = 1000): Aliases {
  const known = new Map<string, CalendarId>()
  const keyOf = (account: EmailAddress, asked: CalendarId) => `${account.toLowerCase()} ${asked}`
  return {
    get: (account, asked) => known.get(keyOf(account, asked)),
    remember(account, asked, id) {
      known.set(keyOf(account, asked), id)
      for (const oldest of known.keys()) {
        if (known.size <= limit) break
        known.delete(oldest)
      }
    },
    forget(id) {
      for (const [key, each] of known) if (each === id) known.delete(key)
    },
  }
}
