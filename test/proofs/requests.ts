/** Requests as calendar programs send them, and what they read from the answers. */

import { propfindOf } from '../caldav/gateway.ts'
import { responsesIn, treeOf } from '../xml-tree.ts'
import type { Answer, Asked } from './service.ts'

export { calendarText, eventText, propfindOf } from '../caldav/gateway.ts'

export type Ask = readonly [method: string, path: string, asked: Asked]

const namespaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
const prop = (data: boolean): string => `<prop><getetag/>${data ? '<C:calendar-data/>' : ''}</prop>`
const depth = (value: '0' | '1') => ({ Depth: value })

export const poll = (calendar: string): Ask => ['PROPFIND', calendar, { headers: depth('0'), body: propfindOf('{http://calendarserver.org/ns/}getctag', '{DAV:}sync-token') }]
export const list = (calendar: string): Ask => ['PROPFIND', calendar, { headers: depth('1'), body: propfindOf('{DAV:}getetag') }]
export const listHome = (home: string): Ask => ['PROPFIND', home, { headers: depth('1'), body: propfindOf('{DAV:}displayname', '{DAV:}resourcetype', '{http://calendarserver.org/ns/}getctag') }]
export const sync = (calendar: string, token = ''): Ask =>
  ['REPORT', calendar, { body: `<sync-collection ${namespaces}><sync-token>${token}</sync-token><sync-level>1</sync-level>${prop(false)}</sync-collection>` }]
export const multiget = (calendar: string, hrefs: readonly string[]): Ask =>
  ['REPORT', calendar, { headers: depth('1'), body: `<C:calendar-multiget ${namespaces}>${prop(true)}${hrefs.map((href) => `<href>${href}</href>`).join('')}</C:calendar-multiget>` }]
export const query = (calendar: string, start: string, end: string): Ask =>
  ['REPORT', calendar, { headers: depth('1'), body: `<C:calendar-query ${namespaces}>${prop(true)}<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="${start}" end="${end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>` }]
export const freeBusy = (calendar: string, start: string, end: string): Ask =>
  ['REPORT', calendar, { headers: depth('1'), body: `<C:free-busy-query ${namespaces}><C:time-range start="${start}" end="${end}"/></C:free-busy-query>` }]
export const rename = (calendar: string, name: string): Ask =>
  ['PROPPATCH', calendar, { body: `<propertyupdate ${namespaces}><set><prop><displayname>${name}</displayname></prop></set></propertyupdate>` }]
export const get = (path: string, headers: Readonly<Record<string, string>> = {}): Ask => ['GET', path, { headers }]
export const put = (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Ask => ['PUT', path, { headers: { 'Content-Type': 'text/calendar; charset=utf-8', ...headers }, body }]
export const remove = (path: string, headers: Readonly<Record<string, string>> = {}): Ask => ['DELETE', path, { headers }]
export const move = (path: string, to: string): Ask => ['MOVE', path, { headers: { Destination: to } }]

/** ETags by href of a listing, the collection itself left out. */
export function etagsIn({ text }: Answer, collection: string): ReadonlyMap<string, string> {
  return new Map(responsesIn(text).filter(({ href }) => href !== collection).map(({ href, found }) => [href, String(found['{DAV:}getetag'])]))
}

export interface Synced {
  /** `undefined` for what is gone. */
  readonly told: readonly (readonly [href: string, etag: string | undefined])[]
  readonly token: string
}

export function syncedIn({ text }: Answer): Synced {
  const [, ...content] = treeOf(text)
  return {
    told: responsesIn(text).map(({ href, status, found }) => [href, status === 404 ? undefined : String(found['{DAV:}getetag'])]),
    token: content.map((each) => (Array.isArray(each) && each[0] === '{DAV:}sync-token' ? String(each[1]) : '')).join(''),
  }
}
