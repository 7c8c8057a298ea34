/** Who may do what with which calendar. */

import { parameter, type Call, type Environment } from './call.ts'
import { findCalendar, rulesOf, type AccessRule } from './calendar-rows.ts'
import { roleReaches, roles, type CalendarRow, type Role } from './documents.ts'
import { ApiError } from './errors.ts'

/** A calendar with what the caller may do in it. */
export interface Access {
  readonly calendar: CalendarRow
  readonly role: Role
}

/** The best role that any rule gives; the owner's stands in a rule too. */
export function roleIn(environment: Environment, account: string, calendar: CalendarRow): Role {
  const given = rulesOf(environment.store, calendar.id).filter((rule) => appliesTo(rule, account)).map(({ role }) => role)
  return given.reduce<Role>((best, role) => roles.indexOf(role) > roles.indexOf(best) ? role : best, 'none')
}

function appliesTo({ scope, value }: AccessRule, account: string): boolean {
  if (scope === 'domain') return account.endsWith(`@${value}`)
  return scope === 'default' || value === account
}

/** `primary` stands for the caller's own calendar wherever an id is taken. */
export const realCalendarId = (account: string, id: string): string => id === 'primary' ? account : id

/**
 * The calendar of the path, or of another id, if the caller may do that much in it.
 * @throws ApiError 404 where the caller sees nothing of it, 403 requiredAccessLevel where too little
 */
export function accessTo(call: Call, needed: Role, id = parameter(call, 'calendarId')): Access {
  const calendar = findCalendar(call.environment.store, realCalendarId(call.account, id))
  const role = calendar ? roleIn(call.environment, call.account, calendar) : 'none'
  if (calendar === undefined || role === 'none') throw new ApiError('notFound')
  if (!roleReaches(role, needed)) throw new ApiError('requiredAccessLevel', tooLittle(needed))
  return { calendar, role }
}

function tooLittle(needed: Role): string | undefined {
  return needed === 'owner' ? 'You need to have owner access to this calendar.'
    : needed === 'reader' ? 'You need to have reader access to this calendar.' : undefined
}

/** The zone that the calendar is read in. */
export function calendarZone(environment: Environment, calendar: CalendarRow): string {
  return calendar.document.timeZone ?? environment.timeZone
}
