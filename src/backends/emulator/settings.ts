/** The settings resource: what a user of the web calendar has chosen; here always the same, but for the time zone. */

import { collection, parameter, resource, type Call, type Reply } from './call.ts'
import { findAccount, newestChange } from './calendar-rows.ts'
import { ApiError } from './errors.ts'
import { listEtag } from './ids.ts'

const values: Readonly<Record<string, string>> = {
  autoAddHangouts: 'true', defaultEventLength: '60', dateFieldOrder: 'DMY', weekStart: '1', format24HourTime: 'true', hideInvitations: 'false',
  hideInvitationsSetting: 'NONE', locale: 'en', remindOnRespondedEventsOnly: 'false', showDeclinedEvents: 'true', timezone: 'UTC',
  useKeyboardShortcuts: 'true', hideWeekends: 'false',
}

function settingResource(call: Call, id: string): { readonly etag: string } {
  const account = findAccount(call.environment.store, call.account)
  const value = id === 'timezone' ? account?.timeZone : values[id]
  return { kind: 'calendar#setting', etag: `"${account?.created ?? 0}"`, id, value } as { readonly etag: string }
}

export function listSettings(call: Call): Reply {
  const created = findAccount(call.environment.store, call.account)?.created ?? 0
  const isSync = call.query.get('syncToken') !== null
  return collection({
    kind: 'calendar#settings',
    etag: listEtag(newestChange(call.environment.store, call.account)),
    nextSyncToken: String(created).padStart(20, '0'),
    items: isSync ? [] : Object.keys(values).map((id) => settingResource(call, id)),
  })
}

export function getSetting(call: Call): Reply {
  const id = parameter(call, 'setting')
  if (!Object.hasOwn(values, id)) throw new ApiError('notFound')
  return resource(settingResource(call, id))
}
