/** Two users and a third one from elsewhere, on one calendar service, each through a session of their own. */

import { expect } from 'vitest'
import { openGateway } from '../caldav/gateway.ts'
import type { Answer, Gateway, GatewayOptions } from '../caldav/gateway.ts'

export const ANNA = 'anna@example.org'
export const BOB = 'bob@example.org'
export const CARA = 'cara@elsewhere.example'
export const UID = 'E1B2C3D4'
export const OBJECT = `${UID}.ics`

export const homeOf = (address: string) => `/calendar/dav/${address}/`
export const objectOf = (address: string, name = OBJECT) => `${homeOf(address)}events/${name}`

export interface World {
  readonly gateway: Gateway
  /** A client's request; the status is checked. */
  ask(as: string, method: string, path: string, asked?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string; readonly expect?: number }): Promise<Answer>
  put(as: string, body: string, asked?: { readonly headers?: Readonly<Record<string, string>>; readonly expect?: number; readonly path?: string }): Promise<Answer>
  /** The text that the user's client reads now; undefined where there is nothing. */
  text(as: string, path?: string): Promise<string | undefined>
  /** The same, in short: a line for each VEVENT. */
  seen(as: string): Promise<readonly string[]>
  /** What the service holds of the event in the user's calendar, in short: a line for each live row. */
  stored(as: string): Promise<readonly string[]>
  /** Since the last time. */
  mails(): Promise<readonly string[]>
}

export async function openWorld(options: GatewayOptions = {}): Promise<World> {
  const gateway = await openGateway(options)
  const ask: World['ask'] = async (as, method, path, { expect: status, ...asked } = {}) => {
    const answer = await gateway.ask(method, path, { ...asked, as })
    if (status !== undefined) expect({ status: answer.status, text: answer.text, condition: answer.condition }).toMatchObject({ status })
    return answer
  }
  const text: World['text'] = async (as, path = objectOf(as)) => {
    const answer = await ask(as, 'GET', path)
    return answer.status === 404 ? undefined : answer.text
  }
  // Their accounts and calendars are made.
  for (const as of [ANNA, BOB]) await ask(as, 'PROPFIND', homeOf(as), { headers: { Depth: '0' }, expect: 207 })
  return {
    gateway, ask, text,
    put: (as, body, { headers, path = objectOf(as), expect: status = 204 } = {}) =>
      ask(as, 'PUT', path, { headers: { 'Content-Type': 'text/calendar', ...headers }, body, expect: status }),
    seen: async (as) => inShort(await text(as)),
    stored: async (as) => {
      const { body } = await gateway.rest(as, 'GET', `/calendars/${as}/events?iCalUID=${UID}`)
      return (body as { items: readonly Row[] }).items.map(rowInShort).sort()
    },
    mails: () => gateway.mails(),
  }
}

interface Row {
  readonly status: string
  readonly summary?: string
  readonly originalStartTime?: { readonly dateTime?: string; readonly date?: string }
  readonly attendees?: readonly { readonly email: string; readonly responseStatus: string; readonly comment?: string }[]
}

function rowInShort({ status, summary, originalStartTime, attendees = [] }: Row): string {
  const guests = attendees.map(({ email, responseStatus, comment }) => `${nick(email)}:${responseStatus}${comment === undefined ? '' : `(${comment})`}`)
  const day = (originalStartTime?.dateTime ?? originalStartTime?.date ?? '').slice(0, 10)
  return [...(day === '' ? [] : [day]), status, ...(summary === undefined ? [] : [summary]), ...guests.sort()].join(' ')
}

const nick = (address: string): string => address.split('@', 1)[0]!.toLowerCase()

/** `[RECURRENCE-ID] DTSTART SUMMARY #SEQUENCE nick:PARTSTAT... -EXDATE...`, the master first. */
export function inShort(text: string | undefined): readonly string[] {
  const events = (text ?? '').replace(/\r\n[ \t]/g, '').split('BEGIN:VEVENT').slice(1)
  return events.map((event) => {
    const lines = event.split('END:VEVENT', 1)[0]!.split('\r\n')
    const values = (name: string) => lines.filter((line) => new RegExp(`^${name}[;:]`).test(line)).map((line) => line.slice(line.indexOf(':') + 1))
    const guests = lines.filter((line) => line.startsWith('ATTENDEE')).map((line) => {
      const comment = /X-RESPONSE-COMMENT="?([^";:]*)/.exec(line)?.[1]
      return `${nick(/mailto:(.*)/.exec(line)![1]!)}:${/PARTSTAT=([A-Z-]+)/.exec(line)?.[1]}${comment === undefined ? '' : `(${comment})`}`
    })
    return [
      ...values('RECURRENCE-ID').map((value) => `[${value}]`), ...values('DTSTART'), ...values('SUMMARY'), ...values('SEQUENCE').map((value) => `#${value}`),
      ...guests.sort(), ...values('EXDATE').map((value) => `-${value}`),
    ].join(' ')
  })
}

/** Lines of a meeting of Anna's, as a client writes them. */
export interface Meeting {
  readonly summary?: string
  readonly start?: string
  readonly sequence?: number
  /** Addresses with their PARTSTAT, and further parameters before a colon. */
  readonly guests?: Readonly<Record<string, string>>
  readonly lines?: readonly string[]
  readonly organizer?: string | undefined
}

export function vevent({ summary = 'Plan', start = '20260915T080000Z', sequence = 0, guests = { [BOB]: 'NEEDS-ACTION' }, lines = [], organizer = ANNA }: Meeting = {}): readonly string[] {
  return [
    'BEGIN:VEVENT', `UID:${UID}`, 'DTSTAMP:20260901T080000Z', `DTSTART:${start}`, 'DURATION:PT1H', `SUMMARY:${summary}`, `SEQUENCE:${sequence}`,
    `ORGANIZER:mailto:${organizer}`, `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ANNA}`,
    ...Object.entries(guests).map(([address, partstat]) => `ATTENDEE;PARTSTAT=${partstat}:mailto:${address}`),
    ...lines, 'END:VEVENT',
  ]
}

export function calendar(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Client//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n')
}

export const meeting = (given: Meeting = {}): string => calendar(...vevent(given))

/** An attendee line with another answer, as a client changes the text that it has read. */
export function answered(text: string, who: string, partstat: string, comment?: string): string {
  const unfolded = text.replace(/\r\n[ \t]/g, '')
  const line = new RegExp(`^ATTENDEE([^\\r\\n]*):mailto:${who}\\r\\n`, 'gm')
  return unfolded.replace(line, (_, parameters: string) => {
    const rest = parameters.replace(/;(PARTSTAT|RSVP)=[A-Z-]+/g, '')
    return `ATTENDEE${rest};PARTSTAT=${partstat}${comment === undefined ? '' : `;X-RESPONSE-COMMENT="${comment}"`}:mailto:${who}\r\n`
  })
}
