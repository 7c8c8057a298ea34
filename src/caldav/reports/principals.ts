/** The principals that an account can see, for the reports that look for some of them. */

import { calendarId } from '../../calendar/identifiers.ts'
import type { Context, Loaded } from '../context.ts'
import { isOwn } from '../load.ts'
import { formatHref } from '../resource.ts'

/** The user's own principal: it needs no call of the backend. */
export function ownPrincipal(context: Context): Loaded<'principal'> {
  const resource = { kind: 'principal', id: calendarId(context.account.address) } as const
  return { kind: 'principal', resource, href: formatHref(resource) }
}

/** The user's own principal first, then those of the other calendars in the list: every calendar has one. */
export async function visiblePrincipals(context: Context): Promise<readonly Loaded<'principal'>[]> {
  const calendars = await context.account.session.calendars()
  const others = calendars.filter(({ id }) => !isOwn(context.account, id)).map((calendar): Loaded<'principal'> => {
    const resource = { kind: 'principal', id: calendar.id } as const
    return { kind: 'principal', resource, href: formatHref(resource), calendar: () => Promise.resolve(calendar) }
  })
  return [ownPrincipal(context), ...others]
}
