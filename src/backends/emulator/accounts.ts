/** Accounts come into being when they are first named. */

import type { Environment } from './call.ts'
import { findAccount, writeAccount, writeCalendar, writeEntry, writeRule, type AccountRow } from './calendar-rows.ts'
import { entryColor } from './colors.ts'
import type { CalendarDocument, CalendarRow, ListEntryDocument, Role } from './documents.ts'
import { nextEntryChange, nowMicros } from './versions.ts'

export const conferenceProperties = { allowedConferenceSolutionTypes: ['hangoutsMeet'] }

const notificationTypes = ['eventCreation', 'eventChange', 'eventCancellation', 'eventResponse']

/** Finds or makes an account with its primary calendar. @param address in any case; kept in lower case */
export function ensureAccount(environment: Environment, address: string): AccountRow {
  const { store, timeZone } = environment
  const known = findAccount(store, address)
  if (known) return known
  const account = { address: address.toLowerCase(), timeZone, created: nowMicros(environment) }
  store.transaction(() => {
    writeAccount(store, account)
    addCalendar(environment, {
      id: account.address, account: account.address, role: 'owner',
      calendar: { summary: account.address, timeZone, conferenceProperties },
      entry: {
        ...colorById('14'), selected: true, defaultReminders: [{ method: 'popup', minutes: 30 }],
        notifications: notificationTypes.map((type) => ({ type, method: 'email' })),
      },
    })
  })
  return account
}

const colorById = (id: string): Pick<ListEntryDocument, 'colorId' | 'backgroundColor' | 'foregroundColor'> =>
  entryColor(id) ?? { colorId: '1', backgroundColor: '#ac725e', foregroundColor: '#000000' }

/** A colour for a calendar that nobody chose one for: the same for the same id. */
export const colorFor = (calendarId: string): ReturnType<typeof colorById> =>
  colorById(String([...calendarId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 24, 0) + 1))

export interface NewCalendar {
  readonly id: string
  /** In whose list it appears. */
  readonly account: string
  readonly role: Role
  readonly calendar: CalendarDocument
  readonly entry: ListEntryDocument
}

/** Makes a calendar, the rule that gives its account the role, and the entry in the account's list. */
export function addCalendar(environment: Environment, { id, account, role, calendar, entry }: NewCalendar): CalendarRow {
  const { store } = environment
  const now = nowMicros(environment)
  const row = { id, owner: role === 'owner' ? account : null, document: calendar, created: now, updated: now, horizon: 0, isDeleted: false }
  writeCalendar(store, row)
  writeRule(store, { calendar: id, id: `user:${account}`, scope: 'user', value: account, role, updated: 0 })
  writeEntry(store, { account, calendar: id, document: entry, updated: nextEntryChange(environment, account), isDeleted: false })
  return row
}
