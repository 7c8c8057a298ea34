/** Times of changes, in µs: what versions, tokens and the order of lists rest on. Each is at least a millisecond after the one before it. */

import type { Environment } from './call.ts'

/** µs of the clock; the part below the millisecond is random, as on a busy server. */
export function nowMicros({ clock, random }: Environment): number {
  const [high = 0, low = 0] = random(2)
  return clock.now() * 1000 + ((high * 256 + low) % 1000)
}

function after(last: number, now: number): number {
  return Math.floor(now / 1000) > Math.floor(last / 1000) ? now : (Math.floor(last / 1000) + 1) * 1000 + (now % 1000)
}

/** The next change in a calendar, which thereby is its newest. */
export function nextChange(environment: Environment, calendarId: string): number {
  const { store } = environment
  const last = Number(store.get('select updated from calendars where id = ?', calendarId)?.['updated'] ?? 0)
  const micros = after(last, nowMicros(environment))
  store.run('update calendars set updated = ? where id = ?', micros, calendarId)
  return micros
}

/** The next change in an account's list of calendars. */
export function nextEntryChange(environment: Environment, account: string): number {
  const { store } = environment
  const last = Number(store.get('select max(updated) as last from list_entries where account = ?', account)?.['last'] ?? 0)
  return after(Math.max(last, listHorizon(environment)), nowMicros(environment))
}

/** The next change of a calendar's access rules. */
export function nextRuleChange(environment: Environment, calendarId: string): number {
  const last = environment.store.get('select max(updated) as last from access_rules where calendar = ?', calendarId)?.['last']
  return after(Number(last ?? 0), nowMicros(environment))
}

/** Tokens of calendar lists from before are refused. */
export const listHorizon = ({ store }: Environment): number => Number(store.setting('listHorizon') ?? 0)

/** Ends all tokens of calendar lists given so far. */
export function moveListHorizon(environment: Environment): void {
  const last = Number(environment.store.get('select max(updated) as last from list_entries')?.['last'] ?? 0)
  environment.store.keepSetting('listHorizon', String(after(Math.max(last, listHorizon(environment)), nowMicros(environment))))
}
