/** Access rules of a calendar (google-calendar-v3 reference §3.3). */

import { accessTo } from './access.ts'
import { collection, flag, noContent, parameter, resource, type Call, type JsonObject, type Reply } from './call.ts'
import { publicScope } from './calendar-list.ts'
import { newestChange, rulesOf, writeRule, type AccessRule } from './calendar-rows.ts'
import { roles, type CalendarRow, type Role } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'
import { maxResultsOf, positionOf } from './event-query.ts'
import { listEtag } from './ids.ts'
import { mergePatch } from './merge-patch.ts'
import { pageToken } from './tokens.ts'
import { nextRuleChange } from './versions.ts'

function ruleResource({ id, scope, value, role, updated }: AccessRule): { readonly etag: string } {
  return { kind: 'calendar#aclRule', etag: `"${padded(updated)}"`, id, scope: { type: scope, value }, role } as { readonly etag: string }
}

const padded = (micros: number): string => String(micros).padStart(20, '0')

/** Deleted rules are always part of a sync answer. */
export function listRules(call: Call): Reply {
  const { calendar } = accessTo(call, 'owner')
  const token = call.query.get('syncToken')
  if (token !== null && !/^\d{20}$/.test(token)) throw invalid('Invalid Value')
  const all = rulesOf(call.environment.store, calendar.id)
  const shown = all.filter((rule) => token === null ? rule.role !== 'none' || flag(call, 'showDeleted') === true : rule.updated > Number(token))
  const after = positionOf(call)
  const rest = after ? shown.filter(({ updated, id }) => updated > after.order || (updated === after.order && id > after.id)) : shown
  const page = rest.slice(0, Math.min(maxResultsOf(call), 250))
  const last = page.at(-1)
  const isMore = last !== undefined && rest.length > page.length
  return collection({
    kind: 'calendar#acl',
    etag: listEtag(newestChange(call.environment.store, call.account)),
    ...(isMore ? { nextPageToken: pageToken({ order: last.updated, id: last.id }) } : { nextSyncToken: padded(Math.max(0, ...all.map(({ updated }) => updated))) }),
    items: page.map(ruleResource),
  })
}

function findRule(call: Call): { calendar: CalendarRow; rule: AccessRule } {
  const { calendar } = accessTo(call, 'owner')
  const rule = rulesOf(call.environment.store, calendar.id).find(({ id }) => id === parameter(call, 'ruleId'))
  if (rule === undefined || rule.role === 'none') throw new ApiError('notFound')
  return { calendar, rule }
}

export const getRule = (call: Call): Reply => resource(ruleResource(findRule(call).rule))

export function insertRule(call: Call): Reply {
  const { calendar } = accessTo(call, 'owner')
  const given = call.body['scope'] as JsonObject | undefined
  const scope = given?.['type']
  if (typeof scope !== 'string') throw missing('Required')
  if (!['default', 'user', 'group', 'domain'].includes(scope)) throw invalid('Invalid scope value.')
  if (scope !== 'default' && typeof given?.['value'] !== 'string') throw missing('Required')
  const value = scope === 'default' ? publicScope : String(given?.['value']).toLowerCase()
  return storeRule(call, { calendar: calendar.id, id: scope === 'default' ? 'default' : `${scope}:${value}`, scope, value, role: roleOf(call.body), updated: 0 })
}

function roleOf(body: JsonObject): Role {
  const role = body['role']
  if (role === undefined) throw missing('Required')
  if (!roles.includes(role as Role)) throw invalid('Invalid Value')
  return role as Role
}

/** The rule that came with the calendar stays as it is. */
function storeRule(call: Call, rule: AccessRule): Reply {
  const known = rulesOf(call.environment.store, rule.calendar).find(({ id }) => id === rule.id)
  if (known?.updated === 0 && known.role !== rule.role) throw new ApiError('cannotChangeOwnerAcl')
  const stored = known?.role === rule.role ? known : { ...rule, updated: nextRuleChange(call.environment, rule.calendar) }
  writeRule(call.environment.store, stored)
  return resource(ruleResource(stored))
}

export function updateRule(call: Call): Reply {
  const { rule } = findRule(call)
  checkVersion(call, rule)
  return storeRule(call, { ...rule, role: roleOf(call.body) })
}

export function patchRule(call: Call): Reply {
  const { rule } = findRule(call)
  checkVersion(call, rule)
  return storeRule(call, { ...rule, role: roleOf(mergePatch({ role: rule.role }, call.body)) })
}

function checkVersion({ headers }: Call, rule: AccessRule): void {
  const expected = headers['if-match']
  if (expected !== undefined && expected !== '*' && expected !== ruleResource(rule).etag) throw new ApiError('conditionNotMet')
}

export function deleteRule(call: Call): Reply {
  const { rule } = findRule(call)
  storeRule(call, { ...rule, role: 'none' })
  return noContent
}
