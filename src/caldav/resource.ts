/**
 * The URL space, both ways, without any I/O. The set of resource kinds is closed.
 */

import type { CalendarId, ObjectName } from '../calendar/identifiers.ts'

/**
 * Through which door a calendar was asked for; the hrefs of the answer go through the same one.
 * 'own-path': `/calendar/dav/{calid}/events/`. 'in-home': `/calendar/dav/{account}/{calid}/`.
 */
export type Door = { readonly kind: 'own-path' } | { readonly kind: 'in-home'; readonly account: CalendarId }

/** What a path names. Whether it exists is another question. */
export type Resource =
  /** `/calendar/dav/`, and `/` where clients look first. */
  | { readonly kind: 'root' }
  | { readonly kind: 'principal'; readonly id: CalendarId }
  | { readonly kind: 'home'; readonly id: CalendarId }
  | { readonly kind: 'calendar'; readonly id: CalendarId; readonly door: Door }
  | { readonly kind: 'object'; readonly id: CalendarId; readonly door: Door; readonly name: ObjectName }
  | { readonly kind: 'inbox'; readonly id: CalendarId }
  | { readonly kind: 'outbox'; readonly id: CalendarId }

export type ResourceKind = Resource['kind']
