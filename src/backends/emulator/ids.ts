/** Identifiers as the service forms them (google-calendar-v3 reference §4.1): base32hex ids, etags, links. */

import { createHash } from 'node:crypto'

import { decodeBase32Hex, encodeBase32Hex } from '../base32hex.ts'

const legalClientId = /^[0-9a-v]{5,1024}$/
const googleUid = /^([0-9a-v]{5,1024})@google\.com$/

export type RandomBytes = (size: number) => Uint8Array

/** 26 characters of base32hex: 130 random bits. */
export function newEventId(random: RandomBytes): string {
  return encodeBase32Hex(random(17)).slice(0, 26)
}

/** `c_<64 hex digits>@group.calendar.google.com` */
export function newCalendarId(random: RandomBytes): string {
  return `c_${Buffer.from(random(32)).toString('hex')}@group.calendar.google.com`
}

export function isLegalClientId(id: string): boolean {
  return legalClientId.test(id)
}

/** The id that an imported UID gets: the own part of a UID that the service made itself, else `_` and the UID in base32hex. */
export function idOfUid(uid: string): string {
  return googleUid.exec(uid)?.[1] ?? `_${encodeBase32Hex(Buffer.from(uid, 'utf8'))}`
}

/** A calendar's etag: a hash of what it says, no time. 27 characters of base64url between quotes. */
export function calendarEtag(calendar: unknown): string {
  return `"${createHash('sha1').update(JSON.stringify(calendar)).digest('base64url')}"`
}

/** The opaque word on lists: follows the newest change of the account. @param micros µs since 1970 */
export function listEtag(micros: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(micros) << 9n)
  return `"p32${encodeBase32Hex(bytes).slice(0, 11)}0o"`
}

/** The link to an event in the web calendar; a series links to its first instance. */
export function htmlLink(eventId: string, calendarId: string): string {
  const calendar = calendarId.replace(/@gmail\.com$/, '@m').replace(/@group\.calendar\.google\.com$/, '@g')
  return `https://www.google.com/calendar/event?eid=${Buffer.from(`${eventId} ${calendar}`, 'utf8').toString('base64url')}`
}

/** The id of one instance. @param original its recurrence-id: `yyyy-mm-dd` or `yyyy-mm-ddThh:mm:ssZ` */
export function instanceId(seriesId: string, original: string, form: 'derived' | 'opaque'): string {
  if (form === 'opaque') return `o${encodeBase32Hex(Buffer.from(`${original} ${seriesId}`, 'utf8'))}`
  return `${seriesId}_${original.replace(/[-:]/g, '')}`
}

/** The inverse of {@link instanceId}; undefined where the id has neither form. */
export function parseInstanceId(id: string): { readonly seriesId: string; readonly original: string } | undefined {
  return parseDerived(id) ?? parseOpaque(id)
}

function parseDerived(id: string): { seriesId: string; original: string } | undefined {
  const match = /^(.+)_(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(id)
  if (!match) return undefined
  const [, seriesId = '', year, month, day, hour, minute, second] = match
  const date = `${year}-${month}-${day}`
  return { seriesId, original: hour === undefined ? date : `${date}T${hour}:${minute}:${second}Z` }
}

function parseOpaque(id: string): { seriesId: string; original: string } | undefined {
  const bytes = id.startsWith('o') ? decodeBase32Hex(id.slice(1)) : undefined
  const match = bytes && /^(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?) (.+)$/.exec(Buffer.from(bytes).toString('utf8'))
  return match ? { original: match[1] ?? '', seriesId: match[2] ?? '' } : undefined
}
