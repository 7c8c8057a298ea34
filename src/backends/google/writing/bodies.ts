/** Bodies of requests as plain data. */

import type { Query } from '../calls/client.ts'

/** Members of an event resource as they are sent. In a patch `null` removes, objects are merged, arrays are replaced. */
export type WireBody = { readonly [member: string]: unknown }

/** Joins bodies; objects are merged, all else is replaced. */
export function mergeBodies(bodies: readonly WireBody[]): WireBody {
  const merged: Record<string, unknown> = {}
  for (const body of bodies) {
    for (const [member, value] of Object.entries(body)) {
      const before = merged[member]
      merged[member] = isObject(before) && isObject(value) ? mergeBodies([before, value]) : value
    }
  }
  return merged
}

/**
 * The body for a row that has been deleted or cancelled, without a SEQUENCE below the row's: the service would refuse that.
 * @param row the number may be missing, as deletion takes what the row said; leaving it out is always safe
 */
export function withoutLowerSequence({ sequence, ...rest }: WireBody, row: { readonly sequence?: number | undefined }): WireBody {
  return row.sequence !== undefined && typeof sequence === 'number' && sequence > row.sequence ? { ...rest, sequence } : rest
}

/** What a patch makes of a whole body. */
export function patched(body: WireBody, patch: WireBody): WireBody {
  return withoutNulls(mergeBodies([body, patch]))
}

function withoutNulls(body: WireBody): WireBody {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null).map(([member, value]) => [member, isObject(value) ? withoutNulls(value) : value]))
}

function isObject(value: unknown): value is WireBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a call with this body has to say beside it: otherwise the service ignores these members, and says that all went well. */
export function versionsFor(body: WireBody): Query {
  return {
    ...('conferenceData' in body ? { conferenceDataVersion: 1 } : {}),
    ...('attachments' in body ? { supportsAttachments: true } : {}),
  }
}

/** Private extended properties, merged with those that are there. */
export function privately(properties: Readonly<Record<string, string | null>>): WireBody {
  return { extendedProperties: { private: properties } }
}

/** Whether a resource, as the service tells it, has all that a patch of it says. Moments are told in the zone of the calendar. */
export function hasAll(told: unknown, said: unknown, member = ''): boolean {
  if (said === null || said === undefined) return told === undefined
  if (member === 'dateTime') return isSameMoment(String(told), String(said))
  if (Array.isArray(said)) return Array.isArray(told) && told.length === said.length && said.every((each, at) => hasAll(told[at], each))
  if (isObject(said)) return isObject(told) && Object.entries(said).every(([name, value]) => hasAll(told[name], value, name))
  return told === said
}

/** Without an offset what is said is the wall clock of a zone that stands beside it. */
function isSameMoment(told: string, said: string): boolean {
  return /(Z|[+-]\d\d:\d\d)$/.test(said) ? Date.parse(told) === Date.parse(said) : told.slice(0, 19) === said.slice(0, 19)
}

/** Both sides are made by the same function, so that members come in the same order. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
