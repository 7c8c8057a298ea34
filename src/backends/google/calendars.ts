/** The user's calendars: calendarList for what the user sees, calendars for what the calendar itself is. */

import { BackendError, isPassing } from '../../calendar/backend.ts'
import { calendarId, emailAddress, timeZoneId } from '../../calendar/identifiers.ts'
import { findTimeZone } from '../../icalendar/time-zone.ts'
import { accessOf } from './members/access.ts'
import { readBody } from './calls/client.ts'
import { foregroundFor } from './members/colors.ts'
import { readReminder } from './members/reminders.ts'
import { wireCalendarListEntrySchema, wireCalendarListSchema, wireCalendarSchema } from './wire.ts'
import type { Calendar, CalendarChange } from '../../calendar/calendar.ts'
import type { CalendarId, EmailAddress } from '../../calendar/identifiers.ts'
import type { Client } from './calls/client.ts'
import type { UnclearCreations } from './writing/unclear-creations.ts'
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

/** @throws BackendError 'gone' for one that is not in the user's list */
export async function readCalendar(client: Client, id: CalendarId): Promise<Calendar> {
  const entry = readBody(wireCalendarListEntrySchema, await client.call({ method: 'GET', path: [...list, id] }))
  if (entry.deleted === true) throw new BackendError('gone', 'the calendar was taken out of the list')
  return readEntry(entry)
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
    access: accessOf(entry.accessRole),
    isPrimary: entry.primary === true,
    ...(owner === undefined ? {} : { owner }),
    defaultAlarms: (entry.defaultReminders ?? []).map(readReminder),
  }
}

/** Whose calendar is made, and what is known of earlier attempts. */
export interface Creator {
  readonly client: Client
  readonly address: EmailAddress
  readonly unclear: UnclearCreations
}

/**
 * The calendar is put into the user's list by the service. Nothing keeps the same call from making another one when it is repeated: so
 * after an unclear answer, be it that of an earlier request for the same, the list tells what has been made, and a fault after that leaves
 * out the colour rather than the calendar.
 */
export async function createCalendar({ client, address, unclear }: Creator, change: NewCalendar): Promise<Calendar> {
  const present = await readCalendars(client)
  const before = unclear.take(address, change)
  const made = (before && madeSince(before, present, change)) ?? (await insertCalendar(client, change).catch(async (error: unknown) => {
    if (!isPassing(error)) throw error
    const known = before ?? new Set(present.map(({ id }) => id))
    unclear.note(address, change, known)
    const found = madeSince(known, await readCalendars(client), change)
    if (found === undefined) throw error
    unclear.take(address, change)
    return found
  }))
  const { color } = change
  return (color ? patchEntry(client, made.id, colorBody(color)) : readCalendar(client, made.id)).catch((error: unknown) => {
    if (error instanceof BackendError) return made
    throw error
  })
}

type NewCalendar = CalendarChange & { readonly displayName: string }

/** @returns undefined where it is not sure which one it is */
function madeSince(before: ReadonlySet<CalendarId>, present: readonly Calendar[], { displayName }: NewCalendar): Calendar | undefined {
  const found = present.filter((each) => !before.has(each.id) && each.displayName === displayName && each.access === 'own')
  return found.length === 1 ? found[0] : undefined
}

async function insertCalendar(client: Client, { displayName, description, timeZone }: NewCalendar): Promise<Calendar> {
  const body = { summary: displayName, ...(description ? { description } : {}), ...(timeZone ? { timeZone } : {}) }
  const made = readBody(wireCalendarSchema, await client.call({ method: 'POST', path: ['calendars'], body }))
  return readEntry({ ...made, accessRole: 'owner' })
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
