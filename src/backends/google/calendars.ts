/** The user's calendars: calendarList for what the user sees, calendars for what the calendar itself is. */

import { BackendError } from '../../calendar/backend.ts'
import { calendarId, emailAddress, timeZoneId } from '../../calendar/identifiers.ts'
import { findTimeZone } from '../../icalendar/time-zone.ts'
import { readBody } from './client.ts'
import { foregroundFor } from './colors.ts'
import { readReminder } from './reminders.ts'
import { wireCalendarListEntrySchema, wireCalendarListSchema, wireCalendarSchema } from './wire.ts'
import type { Access, Calendar, CalendarChange } from '../../calendar/calendar.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import type { Client } from './client.ts'
import type { WireCalendarListEntry } from './wire.ts'

const list = ['users', 'me', 'calendarList']

/** Hidden calendars are left out, as the user wants them to be; they can be asked for by id. */
export async function readCalendars(client: Client): Promise<readonly Calendar[]> {
  const calendars: Calendar[] = []
  let pageToken: string | undefined
  do {
    const answer = readBody(wireCalendarListSchema, await client.call({ method: 'GET', path: list, query: { maxResults: 250, pageToken } }))
    calendars.push(...(answer.items ?? []).flatMap((item) => readItem(item) ?? []))
    pageToken = answer.nextPageToken
  } while (pageToken !== undefined)
  return calendars.sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || (a.id < b.id ? -1 : 1))
}

/** @returns undefined for tombstones and entries of an unknown shape: one such does not hide the others */
function readItem(item: unknown): Calendar | undefined {
  const entry = wireCalendarListEntrySchema.safeParse(item)
  return entry.success && entry.data.deleted !== true ? readEntry(entry.data) : undefined
}

export async function readCalendar(client: Client, id: CalendarId): Promise<Calendar> {
  const entry = readBody(wireCalendarListEntrySchema, await client.call({ method: 'GET', path: [...list, id] }))
  if (entry.deleted === true) throw new BackendError('gone', 'the calendar was taken out of the list')
  return readEntry(entry)
}

const accessOf: Readonly<Record<string, Access>> = {
  freeBusyReader: 'free-busy', reader: 'read', writerWithoutPrivateAccess: 'write', writer: 'write', owner: 'own',
}

function readEntry(entry: WireCalendarListEntry): Calendar {
  const owner = emailAddress(entry.dataOwner ?? (entry.primary === true ? entry.id : ''))
  const color = entry.backgroundColor?.toLowerCase()
  return {
    id: calendarId(entry.id),
    displayName: entry.summaryOverride || entry.summary || entry.id,
    ...(entry.description ? { description: entry.description } : {}),
    ...(color !== undefined && /^#[0-9a-f]{6}$/.test(color) ? { color } : {}),
    timeZone: findTimeZone(entry.timeZone ?? 'UTC') ?? timeZoneId('UTC'),
    // What an unknown role allows is not known: reading is what every entry of the list allows.
    access: accessOf[entry.accessRole ?? ''] ?? 'read',
    isPrimary: entry.primary === true,
    ...(owner === undefined ? {} : { owner }),
    defaultAlarms: (entry.defaultReminders ?? []).map(readReminder),
  }
}

/**
 * The calendar is put into the user's list by the service. Nothing keeps the same call from making another one when it is repeated: so
 * after an unclear answer the list tells what has been made, and a fault after that leaves out the colour rather than the calendar.
 */
export async function createCalendar(client: Client, change: CalendarChange & { readonly displayName: string }): Promise<Calendar> {
  const before = new Set((await readCalendars(client)).map(({ id }) => id))
  const made = await insertCalendar(client, change).catch(async (error: unknown) => {
    const found = isPassing(error) ? (await readCalendars(client)).filter(({ id, displayName }) => !before.has(id) && displayName === change.displayName) : []
    if (found.length === 1) return found[0]!
    throw error
  })
  const { color } = change
  return (color ? patchEntry(client, made.id, colorBody(color)) : readCalendar(client, made.id)).catch((error: unknown) => {
    if (error instanceof BackendError) return made
    throw error
  })
}

async function insertCalendar(client: Client, { displayName, description, timeZone }: CalendarChange & { readonly displayName: string }): Promise<Calendar> {
  const body = { summary: displayName, ...(description ? { description } : {}), ...(timeZone ? { timeZone } : {}) }
  const made = readBody(wireCalendarSchema, await client.call({ method: 'POST', path: ['calendars'], body }))
  return readEntry({ ...made, accessRole: 'owner' })
}

function isPassing(error: unknown): boolean {
  return error instanceof BackendError && (error.fault === 'unavailable' || error.fault === 'rate-limited')
}

/**
 * The title and all else that everybody sees is the owner's; others get a title of their own, as everybody does who has one already.
 * A calendar always has a colour: taking it away changes nothing.
 */
export async function updateCalendar(client: Client, id: CalendarId, change: CalendarChange): Promise<Calendar> {
  const entry = readBody(wireCalendarListEntrySchema, await client.call({ method: 'GET', path: [...list, id] }))
  const isOwn = entry.accessRole === 'owner'
  const hasOwnTitle = !isOwn || entry.summaryOverride !== undefined
  const { displayName, description, timeZone, color } = change
  const shared = {
    ...(displayName === undefined || hasOwnTitle ? {} : { summary: displayName }),
    ...(description === undefined ? {} : { description: description ?? '' }),
    ...(timeZone === undefined ? {} : { timeZone }),
  }
  const personal = {
    ...(displayName === undefined || !hasOwnTitle ? {} : { summaryOverride: displayName }),
    ...(color ? colorBody(color) : {}),
  }
  if (Object.keys(shared).length > 0) {
    if (!isOwn) throw new BackendError('forbidden', 'Only the owner of a calendar can change its description and time zone.')
    await client.call({ method: 'PATCH', path: ['calendars', id], body: shared, isRepeatable: true })
  }
  return Object.keys(personal).length > 0 ? patchEntry(client, id, personal) : readCalendar(client, id)
}

/** @param color `#rrggbb` or `#rrggbbaa`, as Apple writes it */
function colorBody(color: string): { backgroundColor: string; foregroundColor: string } {
  const backgroundColor = color.slice(0, 7).toLowerCase()
  return { backgroundColor, foregroundColor: foregroundFor(backgroundColor) }
}

async function patchEntry(client: Client, id: CalendarId, body: object): Promise<Calendar> {
  const query = { colorRgbFormat: true }
  return readEntry(readBody(wireCalendarListEntrySchema, await client.call({ method: 'PATCH', path: [...list, id], query, body, isRepeatable: true })))
}

export async function removeCalendar(client: Client, id: CalendarId): Promise<void> {
  const { isPrimary, access } = await readCalendar(client, id)
  if (isPrimary) throw new BackendError('forbidden', 'The primary calendar cannot be removed.')
  await client.call({ method: 'DELETE', path: access === 'own' ? ['calendars', id] : [...list, id] })
}
