/** ATTENDEE and ORGANIZER (RFC 5545 §3.8.4.1, §3.8.4.3), both ways. */

import type { Attendee, Organizer, ParticipationStatus } from '../calendar/event.ts'
import { emailAddress } from '../calendar/identifiers.ts'
import type { EmailAddress } from '../calendar/identifiers.ts'
import { parameter } from './component.ts'
import type { Property } from './component.ts'

/** @returns undefined if the calendar user has no e-mail address: there is nobody to write to */
export function parseOrganizer(property: Property): Organizer | undefined {
  const address = addressOf(property)
  const agent = scheduleAgents.get(keyword(property, 'SCHEDULE-AGENT'))
  return address && { address, ...displayNameOf(property), ...(agent === undefined ? {} : { scheduleAgent: agent }), ...forced(property, 'REPLY') }
}

/** In the order of the lines. Who has no e-mail address is left out, and who is listed twice counts once. */
export function parseAttendees(properties: readonly Property[]): readonly Attendee[] {
  const attendees = new Map<string, Attendee>()
  for (const property of properties) {
    const attendee = parseAttendee(property)
    const key = attendee?.address.toLowerCase()
    if (attendee !== undefined && key !== undefined && !attendees.has(key)) attendees.set(key, attendee)
  }
  return [...attendees.values()]
}

function parseAttendee(property: Property): Attendee | undefined {
  const address = addressOf(property)
  if (address === undefined) return undefined
  const comment = parameter(property, 'X-RESPONSE-COMMENT')
  const guests = Number(parameter(property, 'X-NUM-GUESTS') ?? 0)
  return {
    address,
    ...displayNameOf(property),
    participation: participations.get(keyword(property, 'PARTSTAT')) ?? 'needs-action',
    isOptional: keyword(property, 'ROLE') === 'OPT-PARTICIPANT',
    isResource: resourceTypes.has(keyword(property, 'CUTYPE')),
    ...(comment ? { comment } : {}),
    additionalGuests: Number.isSafeInteger(guests) && guests > 0 ? guests : 0,
    scheduleAgent: scheduleAgents.get(keyword(property, 'SCHEDULE-AGENT')) ?? 'server',
    ...forced(property, 'REQUEST'),
  }
}

/** RFC 6638 §7.2. */
function forced(property: Property, message: 'REQUEST' | 'REPLY'): { isForced?: true } {
  return keyword(property, 'SCHEDULE-FORCE-SEND') === message ? { isForced: true } : {}
}

/**
 * PARTSTAT (RFC 5545 §3.2.12). What the model lacks becomes the nearest: who delegated will not come; the two of to-dos mean a yes.
 * All other values count as NEEDS-ACTION, as that section asks.
 */
const participations: ReadonlyMap<string, ParticipationStatus> = new Map([
  ['ACCEPTED', 'accepted'], ['DECLINED', 'declined'], ['TENTATIVE', 'tentative'], ['NEEDS-ACTION', 'needs-action'],
  ['DELEGATED', 'declined'], ['IN-PROCESS', 'accepted'], ['COMPLETED', 'accepted'],
])

const resourceTypes: ReadonlySet<string> = new Set(['RESOURCE', 'ROOM'])

const scheduleAgents: ReadonlyMap<string, 'client' | 'none'> = new Map([['CLIENT', 'client'], ['NONE', 'none']])

function keyword(property: Property, name: string): string {
  return (parameter(property, name) ?? '').trim().toUpperCase()
}

function displayNameOf(property: Property): { displayName?: string } {
  const name = parameter(property, 'CN')
  return name === undefined || name === '' ? {} : { displayName: name }
}

/** From a mailto URI, else from the EMAIL parameter (RFC 7986 §6.2) that stands beside other URIs and paths, else from a bare address. */
function addressOf(property: Property): EmailAddress | undefined {
  const value = property.value.trim()
  if (/^mailto:/i.test(value)) return fromMailto(value)
  return emailAddress(parameter(property, 'EMAIL')?.trim() ?? '') ?? (/:|^\//.test(value) ? undefined : emailAddress(value))
}

/** RFC 6068 §2: percent escapes are undone, header fields behind a question mark are none of the address. Some programs write `Name <address>`. */
function fromMailto(uri: string): EmailAddress | undefined {
  const [encoded = ''] = uri.slice('mailto:'.length).split('?', 1)
  const address = percentDecoded(encoded).trim()
  return emailAddress(/<([^<>]*)>$/.exec(address)?.[1] ?? address)
}

function percentDecoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text   // a percent sign that escapes nothing
  }
}

/** The inverse of what {@link parseOrganizer} reads: `mailto:` and the address. */
export function formatMailto(address: EmailAddress): string {
  return `mailto:${/[%?]/.test(address) ? address.replaceAll('%', '%25').replaceAll('?', '%3F') : address}`
}

export function formatOrganizer(organizer: Organizer): Property {
  const { displayName, scheduleAgent, scheduleStatus } = organizer
  const parameters = [
    ...(displayName === undefined ? [] : [{ name: 'CN', values: [displayName] }]),
    ...(scheduleAgent === undefined ? [] : [{ name: 'SCHEDULE-AGENT', values: [scheduleAgent.toUpperCase()] }]),
    ...(scheduleStatus === undefined ? [] : [{ name: 'SCHEDULE-STATUS', values: [scheduleStatus] }]),
  ]
  return { name: 'ORGANIZER', parameters, value: formatMailto(organizer.address), line: 0 }
}

/** Parameters at their default are left out, PARTSTAT and ROLE apart: some programs take a missing one for something else. */
export function formatAttendee(attendee: Attendee): Property {
  const parameters: [name: string, value: string][] = []
  if (attendee.displayName !== undefined) parameters.push(['CN', attendee.displayName])
  parameters.push(['CUTYPE', attendee.isResource ? 'RESOURCE' : 'INDIVIDUAL'])
  parameters.push(['ROLE', attendee.isOptional ? 'OPT-PARTICIPANT' : 'REQ-PARTICIPANT'])
  parameters.push(['PARTSTAT', attendee.participation.toUpperCase()])
  if (attendee.participation === 'needs-action') parameters.push(['RSVP', 'TRUE'])
  if (attendee.scheduleAgent !== 'server') parameters.push(['SCHEDULE-AGENT', attendee.scheduleAgent.toUpperCase()])
  if (attendee.scheduleStatus !== undefined) parameters.push(['SCHEDULE-STATUS', attendee.scheduleStatus])
  if (attendee.additionalGuests > 0) parameters.push(['X-NUM-GUESTS', String(attendee.additionalGuests)])
  if (attendee.comment !== undefined) parameters.push(['X-RESPONSE-COMMENT', attendee.comment])
  return {
    name: 'ATTENDEE', parameters: parameters.map(([name, value]) => ({ name, values: [value] })),
    value: formatMailto(attendee.address), line: 0,
  }
}
