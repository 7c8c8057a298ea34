/**
 * How one event is called in three places: its UID, the id that Google gives it, and the name of the calendar object.
 * All are computed from one another, so that no table is needed and a tombstone that carries an id only still has a name.
 *
 * Google derives the id of an imported event from its UID (`_` and the UID's bytes in base32hex) and the UID of a native event from
 * its id (`<id>@google.com`). Ids of instances are opaque: they are told by the service, never built and never taken apart here.
 */

import { eventUid, objectName } from '../../calendar/identifiers.ts'
import { decodeBase32Hex, encodeBase32Hex } from '../base32hex.ts'
import type { EventUid, ObjectName } from '../../calendar/identifiers.ts'

const googleDomain = '@google.com'
const suffix = '.ics'
const plainId = /^[0-9a-v]{5,1024}$/
/** Ids of split tails and of holiday calendars have underscores inside. */
const nativeId = /^[0-9a-v][0-9A-Za-z_]{4,1023}$/

/** The longest UID, in bytes of UTF-8, whose event id still has at most 1024 characters. */
export const maxUidBytes = 639

/** The id under which an import of this UID is stored. Up to 1024 characters if the UID keeps to {@link maxUidBytes}. */
export function eventIdOf(uid: EventUid): string {
  const local = uid.endsWith(googleDomain) ? uid.slice(0, -googleDomain.length) : ''
  return plainId.test(local) || (nativeId.test(local) && /_/.test(local)) ? local : foreignIdOf(uid)
}

function foreignIdOf(uid: string): string {
  return `_${encodeBase32Hex(new TextEncoder().encode(uid))}`
}

/** The UID that belongs to the id of a single event or a master. */
export function uidOfEventId(id: string): EventUid {
  return eventUid(foreignUidOf(id) ?? `${id}${googleDomain}`)
}

function foreignUidOf(id: string): string | undefined {
  if (!id.startsWith('_')) return undefined
  const bytes = decodeBase32Hex(id.slice(1))
  return bytes && bytes.length > 0 ? decodeText(bytes) : undefined
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * The name that an object has unless its client chose another: the UID and `.ics`, or the encoded UID where that cannot be a path segment.
 * @returns undefined where the UID is too long for any name
 */
export function objectNameOf(uid: EventUid): ObjectName | undefined {
  return objectName(isPlain(uid) ? uid + suffix : foreignIdOf(uid) + suffix)
}

function isPlain(uid: string): boolean {
  if (objectName(uid + suffix) === undefined || !uid.isWellFormed()) return false
  const decoded = foreignUidOf(uid)
  return decoded === undefined || isPlain(decoded)
}

/** The UID that an object of this name has if nobody chose the name: the inverse of {@link objectNameOf}. */
export function uidOfObjectName(name: ObjectName): EventUid | undefined {
  if (!name.endsWith(suffix)) return undefined
  const stem = name.slice(0, -suffix.length)
  if (stem === '') return undefined
  return eventUid(isPlain(stem) ? stem : (foreignUidOf(stem) ?? stem))
}
