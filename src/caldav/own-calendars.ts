/** The calendars of the account: those it owns, the one of its address first. */

import { emailAddress, sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, EmailAddress } from '../calendar/identifiers.ts'
import type { Context } from './context.ts'

/** @throws BackendError */
export async function ownCalendars({ account: { session } }: Context): Promise<readonly CalendarId[]> {
  return (await session.calendars()).filter(({ access }) => access === 'own').map(({ id }) => id)
}

/**
 * What has to be asked for beside the user's address to know when the user is busy. All calendars of the user count
 * (schedule-calendar-transp, RFC 6638 §9.1), while the backend tells of an address the one calendar that has it.
 */
export function furtherAddresses(calendars: readonly CalendarId[], own: EmailAddress): readonly EmailAddress[] {
  return calendars.filter((id) => !sameAddress(id, own)).flatMap((id) => emailAddress(id) ?? [])
}
