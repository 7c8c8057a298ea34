/** Every endpoint, once. The paths are what call counters show and faults name. */

import * as acl from './acl.ts'
import { collection, type Call, type Reply } from './call.ts'
import * as calendarList from './calendar-list.ts'
import * as calendars from './calendars.ts'
import { colorsBody } from './colors.ts'
import * as control from './control.ts'
import { listEvents } from './event-list.ts'
import * as events from './events.ts'
import { queryFreeBusy } from './free-busy.ts'
import { importEvent } from './import.ts'
import { listInstances } from './instances.ts'
import { moveEvent } from './move.ts'
import { giveToken } from './oauth.ts'
import { quickAdd } from './quick-add.ts'
import * as settings from './settings.ts'
import * as watch from './watch.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments with a colon are parameters. */
  readonly path: string
  readonly answer: (call: Call) => Reply
  /** 'api': needs a bearer token, is counted and can be spoiled. 'token': no credentials, a form, not counted. */
  readonly kind: 'api' | 'token' | 'control'
}

const base = '/calendar/v3'
const entries = `${base}/users/me/calendarList`
const entry = `${entries}/:calendarId`
const calendar = `${base}/calendars/:calendarId`
const eventsPath = `${calendar}/events`
const event = `${eventsPath}/:eventId`
const rules = `${calendar}/acl`
const rule = `${rules}/:ruleId`
const settingsPath = `${base}/users/me/settings`

const api = (method: Route['method'], path: string, answer: Route['answer']): Route => ({ method, path, answer, kind: 'api' })
const controls = (method: Route['method'], name: string, answer: Route['answer']): Route => ({ method, path: `/_control/${name}`, answer, kind: 'control' })

/** Literal segments stand before parameters in their place. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/token', answer: giveToken, kind: 'token' },
  { method: 'POST', path: '/oauth2/v4/token', answer: giveToken, kind: 'token' },

  api('GET', entries, calendarList.listEntries),
  api('POST', entries, calendarList.insertEntry),
  api('POST', `${entries}/watch`, (call) => watch.openChannel(call, entries)),
  api('GET', entry, calendarList.getEntry),
  api('PUT', entry, calendarList.updateEntry),
  api('PATCH', entry, calendarList.patchEntry),
  api('DELETE', entry, calendarList.deleteEntry),

  api('POST', `${base}/calendars`, calendars.insertCalendar),
  api('GET', calendar, calendars.getCalendar),
  api('PUT', calendar, calendars.updateCalendar),
  api('PATCH', calendar, calendars.patchCalendar),
  api('DELETE', calendar, calendars.deleteCalendar),
  api('POST', `${calendar}/clear`, calendars.clearCalendar),

  api('GET', rules, acl.listRules),
  api('POST', rules, acl.insertRule),
  api('GET', rule, acl.getRule),
  api('PUT', rule, acl.updateRule),
  api('PATCH', rule, acl.patchRule),
  api('DELETE', rule, acl.deleteRule),

  api('GET', eventsPath, listEvents),
  api('POST', eventsPath, events.insertEvent),
  api('POST', `${eventsPath}/import`, importEvent),
  api('POST', `${eventsPath}/quickAdd`, quickAdd),
  api('POST', `${eventsPath}/watch`, (call) => watch.openChannel(call, `${base}/calendars/${encodeURIComponent(call.path['calendarId'] ?? '').replace(/%40/g, '@')}/events`)),
  api('GET', event, events.getEvent),
  api('PUT', event, events.updateEvent),
  api('PATCH', event, events.patchEvent),
  api('DELETE', event, events.deleteEvent),
  api('GET', `${event}/instances`, listInstances),
  api('POST', `${event}/move`, moveEvent),

  api('POST', `${base}/freeBusy`, queryFreeBusy),
  api('GET', `${base}/colors`, () => ({ ...collection(colorsBody), headers: { 'cache-control': 'private, max-age=3600, must-revalidate, no-transform' } })),
  api('GET', settingsPath, settings.listSettings),
  api('GET', `${settingsPath}/:setting`, settings.getSetting),
  api('POST', `${base}/channels/stop`, watch.stopChannel),

  controls('GET', 'calls', control.showCalls),
  controls('POST', 'calls/reset', control.resetCalls),
  controls('GET', 'mails', control.showMails),
  controls('POST', 'mails/reset', control.forgetMails),
  controls('GET', 'faults', control.showFaults),
  controls('POST', 'faults', control.addFaults),
  controls('POST', 'faults/reset', control.forgetFaults),
  controls('POST', 'accounts', control.makeAccount),
  controls('POST', 'calendars', control.makeCalendar),
  controls('POST', 'clock', control.shiftClock),
  controls('POST', 'expire-sync-tokens', control.expireSyncTokens),
  controls('POST', 'expire-access-tokens', control.endAccessTokens),
]

/** The path without leading slash, in segments, with the pattern's parameters taken out; undefined where it does not fit. */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? ''
    if (segment.startsWith(':')) {
      const value = decoded(text)
      if (!value) return undefined
      parameters[segment.slice(1)] = value
    } else if (segment !== text) return undefined
  }
  return parameters
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a bad escape names nothing
  }
}

/** The first route that fits. @param path of the URL, still encoded */
export function findRoute(method: string, path: string): Route | undefined {
  return routes.find((route) => route.method === method && matchPath(route.path, path) !== undefined)
}
