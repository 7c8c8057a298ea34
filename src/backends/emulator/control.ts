/** `/_control`: what tests from outside may see and do. Mounted only when the emulator is told to. */

import { addCalendar, colorFor, conferenceProperties, ensureAccount } from './accounts.ts'
import { collection, noContent, objectsIn, type Call, type Environment, type JsonObject, type Reply } from './call.ts'
import { allCalendars, findCalendar, writeCalendar, writeEntry, writeRule } from './calendar-rows.ts'
import { entryColor, rgbColor } from './colors.ts'
import { roles, type CalendarDocument, type ListEntryDocument, type Role } from './documents.ts'
import { invalid, missing } from './errors.ts'
import { readFault } from './faults.ts'
import { newCalendarId } from './ids.ts'
import { listMails, resetMails } from './mails.ts'
import { expireAccessTokens } from './oauth.ts'
import { readZone } from './times.ts'
import { moveListHorizon, nextChange, nextEntryChange, nextRuleChange } from './versions.ts'

export const showCalls = ({ environment }: Call): Reply => collection(environment.calls.counts())

export function resetCalls({ environment }: Call): Reply {
  environment.calls.reset()
  return noContent
}

export const showMails = ({ environment }: Call): Reply => collection(listMails(environment.store))

export function forgetMails({ environment }: Call): Reply {
  resetMails(environment.store)
  return noContent
}

export const showFaults = ({ environment }: Call): Reply => collection(environment.faults.list())

export function forgetFaults({ environment }: Call): Reply {
  environment.faults.clear()
  return noContent
}

/** One fault, or `{faults: [...]}`. */
export function addFaults({ environment, body }: Call): Reply {
  const faults = body['faults'] === undefined ? [body] : objectsIn(body['faults'])
  for (const fault of faults.map(readFault)) environment.faults.add(fault)
  return noContent
}

/** Makes an account with its primary calendar. Body: address. */
export function makeAccount({ environment, body }: Call): Reply {
  if (typeof body['address'] !== 'string' || !body['address'].includes('@')) throw missing('Required: address')
  const { address, timeZone } = ensureAccount(environment, body['address'])
  return collection({ address, timeZone })
}

/**
 * Makes a calendar with an id of the caller's choice in one account's list; if it is there already, adds it to the list with that role.
 * Body: owner (an address), id, summary, description, timeZone, colour (`colorId`, or `color`/`colour`/`backgroundColor`: id or #rrggbb), accessRole.
 */
export function makeCalendar({ environment, body }: Call): Reply {
  const text = (...names: string[]): string | undefined => names.map((name) => body[name]).find((value) => typeof value === 'string') as string | undefined
  const owner = text('owner')
  if (owner === undefined || !owner.includes('@')) throw missing('Required: owner')
  const role = (text('accessRole') ?? 'owner') as Role
  if (!roles.includes(role)) throw invalid('Invalid accessRole.')
  const account = ensureAccount(environment, owner).address
  const id = text('id') ?? newCalendarId(environment.random)
  const entry: ListEntryDocument = { ...chosenColor(text('colorId', 'color', 'colour', 'backgroundColor'), id), selected: true, defaultReminders: [] }
  const known = findCalendar(environment.store, id)
  if (known) share(environment, id, account, role, entry)
  else addCalendar(environment, { id, account, role, calendar: calendarOf(body, account, role, id), entry })
  return collection({ id, owner: account, accessRole: role })
}

function chosenColor(color: string | undefined, id: string): Pick<ListEntryDocument, 'colorId' | 'backgroundColor' | 'foregroundColor'> {
  if (color === undefined) return colorFor(id)
  if (/^#[0-9a-f]{6}$/i.test(color)) return rgbColor(color, '#000000')
  const known = entryColor(color)
  if (known === undefined) throw invalid('Invalid colour.')
  return known
}

/** Only who owns a calendar is its data owner. */
function calendarOf(body: JsonObject, account: string, role: Role, id: string): CalendarDocument {
  const { summary, description, timeZone } = body
  return {
    summary: typeof summary === 'string' ? summary : id,
    ...(typeof description === 'string' ? { description } : {}),
    ...(timeZone === undefined ? {} : { timeZone: readZone(timeZone, 'Invalid time zone value.') }),
    ...(role === 'owner' ? { dataOwner: account } : {}),
    conferenceProperties,
  }
}

function share(environment: Environment, id: string, account: string, role: Role, entry: ListEntryDocument): void {
  const { store } = environment
  writeRule(store, { calendar: id, id: `user:${account}`, scope: 'user', value: account, role, updated: nextRuleChange(environment, id) })
  writeEntry(store, { account, calendar: id, document: entry, updated: nextEntryChange(environment, account), isDeleted: false })
}

/** No Date is later (ECMA-262 §21.4.1.1). */
const endOfTimeMs = 8.64e15

/** Body: `shiftMs` (`ms` and `seconds` are understood too) to move the clock by, or `now` (RFC 3339) to move it to. */
export function shiftClock({ environment, body }: Call): Reply {
  const { clock } = environment
  const { shiftMs, ms, seconds, now } = body
  const by = typeof now === 'string' ? Date.parse(now) - clock.now() : Number(shiftMs ?? ms ?? Number(seconds) * 1000)
  if (!(Math.abs(clock.now() + by) < endOfTimeMs)) throw invalid('Give shiftMs, seconds or now.')
  clock.shift(by)
  return collection({ now: new Date(clock.now()).toISOString() })
}

/**
 * Ends every sync token, of events and of calendar lists, and makes every older updatedMin too long ago. Each calendar's `updated`
 * moves on, so that what is read from now on is newer than what is forgotten.
 */
export function expireSyncTokens({ environment }: Call): Reply {
  const { store } = environment
  for (const calendar of allCalendars(store)) {
    const updated = nextChange(environment, calendar.id)
    writeCalendar(store, { ...calendar, updated, horizon: updated })
  }
  moveListHorizon(environment)
  return noContent
}

export function endAccessTokens({ environment }: Call): Reply {
  expireAccessTokens(environment)
  return noContent
}
