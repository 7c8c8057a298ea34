/** SCHEDULE-AGENT of guests, and of the organizer in a guest's copy (RFC 6638 §7.1), for which the service has no place: kept in one private property of the event. */

import { marks } from '../marks.ts'
import type { Attendee } from '../../../calendar/event.ts'
import type { WireEvent } from '../wire.ts'

/** What the value of an extended property may hold. */
const maxLength = 1024

/** Those that are not the server's, e.g. `client:bob@example.com none:eve@example.com`; `null` where all are. What does not fit is left out. */
export function writeAgents(people: readonly Pick<Attendee, 'address' | 'scheduleAgent'>[]): string | null {
  const agents = people.filter(({ scheduleAgent }) => scheduleAgent !== 'server').map(({ address, scheduleAgent }) => `${scheduleAgent}:${address.toLowerCase()}`)
  let text = ''
  for (const agent of agents.sort()) if (text.length + agent.length < maxLength) text += `${text === '' ? '' : ' '}${agent}`
  return text === '' ? null : text
}

export function readAgent({ extendedProperties }: WireEvent, address: string): Attendee['scheduleAgent'] {
  const agents = extendedProperties?.private?.[marks.agents]?.split(' ') ?? []
  const of = (agent: string): boolean => agents.includes(`${agent}:${address.toLowerCase()}`)
  return of('client') ? 'client' : of('none') ? 'none' : 'server'
}
