/** What the user may do, in the words of RFC 3744: told by DAV:current-user-privilege-set and required by the methods that write. */

import type { Access } from '../calendar/calendar.ts'
import { caldav, dav } from '../dav/names.ts'
import type { Name } from '../dav/names.ts'
import { element } from '../dav/xml.ts'
import type { Loaded, LoadedResource } from './context.ts'
import { DavError } from './errors.ts'

const readOnly: readonly Name[] = [dav('read'), dav('read-current-user-privilege-set')]
const readCalendar: readonly Name[] = [...readOnly, caldav('read-free-busy')]
/** DAV:write and what it holds (RFC 3744 §3.2), each by itself: clients look for different ones of them. */
const writeCalendar: readonly Name[] = [
  ...readCalendar, dav('write'), dav('write-content'), dav('write-properties'), dav('bind'), dav('unbind'),
]

/** RFC 6638 §6.2: messages may be posted there, of every kind. */
const send: readonly Name[] = [
  ...readOnly, caldav('schedule-send'), caldav('schedule-send-invite'), caldav('schedule-send-reply'), caldav('schedule-send-freebusy'),
]

const byAccess: Readonly<Record<Access, readonly Name[]>> = {
  'free-busy': readCalendar, read: readCalendar, write: writeCalendar, own: writeCalendar,
}

/** RFC 3744 §5.4: aggregates and what they hold, both. */
export async function privilegesOn(loaded: LoadedResource, isOwnHome: boolean): Promise<readonly Name[]> {
  switch (loaded.kind) {
    case 'calendar': case 'object': return byAccess[(await loaded.calendar()).access]
    // Calendars are made and removed here: DAVx5 looks for both names.
    case 'home': return isOwnHome ? [...readOnly, dav('bind'), dav('unbind')] : readOnly
    case 'outbox': return send
    default: return readOnly
  }
}

/** DAV:bind: make a member; DAV:unbind: remove one; DAV:write-content: change one; DAV:write-properties: PROPPATCH. */
export type WritePrivilege = 'bind' | 'unbind' | 'write-content' | 'write-properties'
/** RFC 4791 §6.1.1 */
export const readFreeBusy = caldav('read-free-busy')

/**
 * Lets a write through only where the privileges tell that it is allowed.
 * @throws DavError 403 DAV:need-privileges
 */
export async function requirePrivilege({ calendar, href, isAccountsOwn, lastAccess }: Loaded<'calendar'>, privilege: WritePrivilege): Promise<void> {
  const allows = (access: Access | undefined): boolean => access !== undefined && byAccess[access].some(({ local }) => local === privilege)
  if (isAccountsOwn || allows(lastAccess())) return
  const { access, displayName } = await calendar()
  if (allows(access)) return
  throw needPrivileges(href, privilege, `The calendar "${displayName}" is read-only for you: ask its owner for the right to change it.`)
}

/** RFC 3744 §7.1.1: names the resource and what would be needed. */
export function needPrivileges(href: string, privilege: WritePrivilege | Name, sentence: string, cause?: unknown): DavError {
  const name = typeof privilege === 'string' ? dav(privilege) : privilege
  const content = element(dav('resource'), [element(dav('href'), [href]), element(dav('privilege'), [element(name)])])
  return new DavError(403, sentence, { condition: dav('need-privileges'), conditionContent: [content], cause })
}
