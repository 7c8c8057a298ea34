/** VFREEBUSY answers (RFC 5545 §3.6.4). */

import type { TimeRange } from '../calendar/calendar.ts'
import type { EmailAddress, EventUid, Instant } from '../calendar/identifiers.ts'
import { calendarProperties } from './calendar-properties.ts'
import { component, property } from './component.ts'
import type { Component, Property } from './component.ts'
import { formatInstant } from './date-time.ts'
import { formatMailto } from './people.ts'
import { escapeText } from './text.ts'

export interface FreeBusyAnswer {
  readonly uid: EventUid
  readonly range: Required<TimeRange>
  readonly busy: readonly (Required<TimeRange> & { readonly type: 'BUSY' | 'BUSY-TENTATIVE' })[]
  /** DTSTAMP: when the busy times were read. */
  readonly at: Instant
  /** Only in answers to a scheduling request (RFC 6638 §5), which carry METHOD:REPLY. */
  readonly reply?: {
    readonly organizer: EmailAddress
    readonly attendee: EmailAddress
  }
}

/**
 * The VCALENDAR with one VFREEBUSY that answers free-busy-query (RFC 4791 §7.10) or an outbox request.
 * Each FREEBUSY line holds one period: Thunderbird reads only the first of a list.
 */
export function freeBusyComponent({ uid, range, busy, at, reply }: FreeBusyAnswer): Component {
  const lines: Property[] = [
    property('DTSTAMP', formatInstant(at)),
    property('DTSTART', formatInstant(range.from)),
    property('DTEND', formatInstant(range.to)),
    property('UID', escapeText(uid)),
  ]
  if (reply !== undefined) {
    lines.push(property('ORGANIZER', formatMailto(reply.organizer)), property('ATTENDEE', formatMailto(reply.attendee)))
  }
  for (const { type, from, to } of busy) lines.push(property('FREEBUSY', `${formatInstant(from)}/${formatInstant(to)}`, { FBTYPE: type }))
  const method = reply === undefined ? [] : [property('METHOD', 'REPLY')]
  return component('VCALENDAR', [...calendarProperties, ...method], [component('VFREEBUSY', lines)])
}
