/** The calendarList resource: which calendars an account sees, and how (google-calendar-v3 reference §3.2). */

import { calendarZone, realCalendarId, roleIn } from './access.ts'
import { colorFor, conferenceProperties } from './accounts.ts'
import { collection, flag, noContent, parameter, resource, type Call, type JsonObject, type Reply } from './call.ts'
import { entriesOf, findAccount, findCalendar, findEntry, newestChange, writeCalendar, writeEntry, writeRule } from './calendar-rows.ts'
import { entryColor, rgbColor } from './colors.ts'
import { roleReaches, roles, type CalendarRow, type ListEntryDocument, type ListEntryRow, type Role } from './documents.ts'
import { ApiError, invalid, missing } from './errors.ts'
import { remindersIn } from './event-body.ts'
import { positionOf } from './event-query.ts'
import { present } from './event-view.ts'
import { sameValue } from './event-write.ts'
import { listEtag } from './ids.ts'
import { mergePatch } from './merge-patch.ts'
import { listSyncToken, pageToken, readListSyncToken } from './tokens.ts'
import { listHorizon, nextEntryChange, nowMicros } from './versions.ts'

interface EntryResource { readonly etag: string }

/** Entries that are gone show almost nothing; the others mirror their calendar. */
function entryResource(call: Call, entry: ListEntryRow): EntryResource {
  const { environment, account } = call
  const calendar = findCalendar(environment.store, entry.calendar)
  const head = { kind: 'calendar#calendarListEntry', etag: `"${entry.updated}"`, id: entry.calendar }
  if (entry.isDeleted || calendar === undefined) return { ...head, defaultReminders: [], deleted: true } as EntryResource
  const { document } = entry
  const { summary, description, location, dataOwner } = calendar.document
  return present({
    ...head, summary, description, location, timeZone: calendarZone(environment, calendar), dataOwner,
    summaryOverride: document.summaryOverride,
    colorId: document.colorId, backgroundColor: document.backgroundColor, foregroundColor: document.foregroundColor,
    hidden: document.hidden, selected: document.selected,
    accessRole: roleIn(environment, account, calendar),
    defaultReminders: document.defaultReminders,
    notificationSettings: document.notifications && { notifications: document.notifications },
    primary: calendar.id === account || undefined,
    conferenceProperties: calendar.document.conferenceProperties,
    autoAcceptInvitations: calendar.document.autoAcceptInvitations,
  }) as EntryResource
}

/** @throws ApiError 404 for calendars that are not in the list */
function entryOf(call: Call): ListEntryRow {
  const id = realCalendarId(call.account, parameter(call, 'calendarId'))
  const entry = findEntry(call.environment.store, call.account, id)
  if (entry === undefined || entry.isDeleted) throw new ApiError('notFound')
  return entry
}

export const getEntry = (call: Call): Reply => resource(entryResource(call, entryOf(call)))

export function listEntries(call: Call): Reply {
  const { environment, account } = call
  const since = sinceOf(call)
  const isSync = since >= 0
  const shown = entriesOf(environment.store, account, since).filter((entry) => isSync || isShown(call, entry))
  const { page, next } = pageOf(call, shown)
  const newest = Math.max(0, listHorizon(call.environment), ...entriesOf(environment.store, account, -1).map(({ updated }) => updated))
  return collection({
    kind: 'calendar#calendarList',
    etag: listEtag(newestChange(environment.store, account)),
    ...(next === undefined ? { nextSyncToken: listSyncToken(newest, account) } : { nextPageToken: next }),
    items: page.map((entry) => entryResource(call, entry)),
  })
}

/** µs, exclusive; -1 without a sync token. */
function sinceOf(call: Call): number {
  const token = call.query.get('syncToken')
  if (token === null) return -1
  const isRestricted = call.query.has('minAccessRole') || call.query.has('showOwnOrganizationOnly')
    || flag(call, 'showDeleted') === false || flag(call, 'showHidden') === false
  if (isRestricted) throw new ApiError('badRequest', 'Sync token cannot be used with other request restrictions.')
  return readListSyncToken(token, call.account, listHorizon(call.environment))
}

function isShown(call: Call, entry: ListEntryRow): boolean {
  if (entry.isDeleted) return flag(call, 'showDeleted') ?? false
  const calendar = findCalendar(call.environment.store, entry.calendar)
  const least = call.query.get('minAccessRole')
  if (least !== null && !roles.includes(least as Role)) throw invalid('Invalid Value')
  const isReached = least === null || (calendar !== undefined && roleReaches(roleIn(call.environment, call.account, calendar), least as Role))
  return isReached && (!entry.document.hidden || (flag(call, 'showHidden') ?? false))
}

/** Default 100, at most 250. */
function pageOf(call: Call, entries: readonly ListEntryRow[]): { page: readonly ListEntryRow[]; next: string | undefined } {
  const asked = Number(call.query.get('maxResults') ?? 100)
  if (!Number.isInteger(asked) || asked < 1) throw invalid('Invalid Value')
  const position = positionOf(call)
  const rest = position
    ? entries.filter(({ updated, calendar }) => updated > position.order || (updated === position.order && calendar > position.id))
    : entries
  const page = rest.slice(0, Math.min(asked, 250))
  const last = page.at(-1)
  const isMore = rest.length > page.length && last !== undefined
  return { page, next: isMore ? pageToken({ order: last.updated, id: last.calendar }) : undefined }
}

/** Puts a calendar that the account may see into its list; public holiday calendars come into being by this. */
export function insertEntry(call: Call): Reply {
  const { environment, account, body } = call
  if (typeof body['id'] !== 'string') throw missing('Required')
  const id = realCalendarId(account, body['id'])
  const calendar = findCalendar(environment.store, id) ?? holidayCalendar(call, id)
  if (calendar === undefined || roleIn(environment, account, calendar) === 'none') throw new ApiError('notFound')
  const known = findEntry(environment.store, account, id)
  const blank: ListEntryDocument = { ...colorFor(id), defaultReminders: [] }
  const document = readEntry(call, body, known?.document ?? blank)
  return storeEntry(call, { account, calendar: id, document, updated: 0, isDeleted: false }, known)
}

const countries: Readonly<Record<string, string>> = { usa: 'United States', german: 'Germany', uk: 'United Kingdom', french: 'France', italian: 'Italy', spain: 'Spain' }

/** `en.usa#holiday@group.v.calendar.google.com` and the like: readable by everybody, in every reader's own zone. */
function holidayCalendar({ environment }: Call, id: string): CalendarRow | undefined {
  const country = /^[a-z_]+\.([a-z_]+)#holiday@group\.v\.calendar\.google\.com$/.exec(id)?.[1]
  if (country === undefined) return undefined
  const name = countries[country] ?? country.charAt(0).toUpperCase() + country.slice(1)
  const now = nowMicros(environment)
  const document = { summary: `Holidays in ${name}`, description: `Holidays and Observances in ${name}`, conferenceProperties }
  const row = { id, owner: null, document, created: now, updated: now, horizon: 0, isDeleted: false }
  writeCalendar(environment.store, row)
  writeRule(environment.store, { calendar: id, id: 'default', scope: 'default', value: publicScope, role: 'reader', updated: 0 })
  return row
}

/** What the scope `default` comes back with. */
export const publicScope = '__public_principal__@public.calendar.google.com'

export const updateEntry = (call: Call): Reply => writeWith(call, () => call.body)

export const patchEntry = (call: Call): Reply => writeWith(call, (entry) =>
  mergePatch(entryResource(call, entry) as unknown as JsonObject, call.body))

function writeWith(call: Call, bodyFor: (entry: ListEntryRow) => JsonObject): Reply {
  const entry = entryOf(call)
  const expected = call.headers['if-match']
  if (expected !== undefined && expected !== '*' && expected !== `"${entry.updated}"`) throw new ApiError('conditionNotMet')
  return storeEntry(call, { ...entry, document: readEntry(call, bodyFor(entry), entry.document) }, entry)
}

function storeEntry(call: Call, row: ListEntryRow, known: ListEntryRow | undefined): Reply {
  const isSame = known !== undefined && !known.isDeleted && sameValue(known.document, row.document)
  const stored = isSame ? known : { ...row, updated: nextEntryChange(call.environment, row.account) }
  if (!isSame) writeEntry(call.environment.store, stored)
  return resource(entryResource(call, stored))
}

function readEntry(call: Call, body: JsonObject, previous: ListEntryDocument): ListEntryDocument {
  const settings = body['notificationSettings'] as { notifications?: object[] } | undefined
  return present({
    summaryOverride: typeof body['summaryOverride'] === 'string' && body['summaryOverride'] !== '' ? body['summaryOverride'] : undefined,
    ...colorOf(call, body, previous),
    hidden: body['hidden'] === true || undefined,
    selected: body['selected'] === true || undefined,
    defaultReminders: remindersIn(body['defaultReminders']),
    notifications: settings?.notifications ?? previous.notifications,
  }) as ListEntryDocument
}

/** RGB colours count only when announced by colorRgbFormat=true; the palette's nearest then becomes the id. */
function colorOf(call: Call, body: JsonObject, previous: ListEntryDocument): Pick<ListEntryDocument, 'colorId' | 'backgroundColor' | 'foregroundColor'> {
  const kept = { colorId: previous.colorId, backgroundColor: previous.backgroundColor, foregroundColor: previous.foregroundColor }
  const { backgroundColor, foregroundColor, colorId } = body
  if (flag(call, 'colorRgbFormat') && typeof backgroundColor === 'string') {
    const text = typeof foregroundColor === 'string' ? foregroundColor : '#000000'
    if (![backgroundColor, text].every((color) => /^#[0-9a-f]{6}$/i.test(color))) throw invalid('Invalid Value')
    return rgbColor(backgroundColor, text)
  }
  if (typeof colorId !== 'string' || colorId === previous.colorId) return kept
  const color = entryColor(colorId)
  if (color === undefined) throw invalid('Invalid color id.')
  return color
}

/** Neither the primary calendar nor an owned one can leave the list. */
export function deleteEntry(call: Call): Reply {
  const entry = entryOf(call)
  const { store } = call.environment
  if (findAccount(store, entry.calendar)?.address === call.account) throw new ApiError('cannotChangeOwnPrimarySubscription')
  if (findCalendar(store, entry.calendar)?.document.dataOwner === call.account) throw new ApiError('cannotUnsubscribeFromOwnedCalendar')
  writeEntry(store, { ...entry, updated: nextEntryChange(call.environment, call.account), isDeleted: true })
  return noContent
}
