/** One service with one way of running gateways over it, and what happens there: by clients through the gateways, and behind their backs. */

import { eventText, calendarText } from './requests.ts'
import type { Ask } from './requests.ts'
import { BEN, ME, openReplica, openService } from './service.ts'
import type { Answer, Json, Service } from './service.ts'

export const TEAM = 'team@group.calendar.google.com'
export const HOME = `/calendar/dav/${ME}/`
/** Of {@link ME}, and of {@link BEN} for the one that both share. */
export const calendars = [`${HOME}events/`, `${HOME}${TEAM}/`, `/calendar/dav/${BEN}/${TEAM}/`] as const
export const ownerOf = (path: string): string => (path.startsWith(`/calendar/dav/${BEN}/`) ? BEN : ME)

/** Who answers the next request. */
export type Running = 'one gateway' | 'a gateway that forgets everything' | 'three gateways in turn'
export const runnings: readonly Running[] = ['one gateway', 'a gateway that forgets everything', 'three gateways in turn']

export interface World {
  readonly running: Running
  readonly service: Service
  ask(...[method, path, asked]: Ask): Promise<Answer>
  readonly failures: readonly string[]
}

export async function openWorld(running: Running): Promise<World> {
  const service = openService()
  service.step(0)
  await service.rest(ME, 'POST', '/_control/calendars', { owner: ME, id: TEAM, summary: 'Team', accessRole: 'owner' })
  await service.rest(BEN, 'POST', '/_control/calendars', { owner: BEN, id: TEAM, accessRole: 'writer' })
  const failures: string[] = []
  const open = () => openReplica(service)
  const lasting = Array.from({ length: running === 'three gateways in turn' ? 3 : 1 }, open)
  let turn = 0
  return {
    running, service, failures,
    async ask(method, path, asked) {
      const replica = running === 'a gateway that forgets everything' ? open() : lasting[(turn += 1) % lasting.length]!
      const answer = await replica.ask(method, path, { as: ownerOf(path), ...asked })
      failures.push(...replica.failures.splice(0))
      return answer
    },
  }
}

const versions = ['Coffee', 'Tea', 'Cake'] as const

/** Kinds of events, each with what a version changes in it. @param number from 0 */
export const kinds: Readonly<Record<string, (uid: string, version: number) => string>> = {
  single: (uid, version) => eventText(uid, { summary: versions[version % 3]! }),
  moved: (uid, version) => eventText(uid, { summary: 'Moves', start: `2026091${version % 9}T100000Z` }),
  allDay: (uid, version) => calendarText(['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'DTSTART;VALUE=DATE:20260914', `SUMMARY:${versions[version % 3]}`, 'END:VEVENT']),
  alarms: (uid, version) => eventText(uid, { lines: ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:x', `TRIGGER:-PT${version + 1}M`, 'END:VALARM'] }),
  floating: (uid, version) => eventText(uid, { start: '20260914T100000', summary: versions[version % 3]! }),
  series: (uid, version) => eventText(uid, { summary: versions[version % 3]!, lines: ['RRULE:FREQ=DAILY;COUNT=6', ...(version % 2 === 0 ? [] : ['EXDATE:20260917T080000Z'])] }),
  override: (uid, version) => calendarText([
    'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'DTSTART:20260915T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=6', 'SUMMARY:Daily', 'END:VEVENT',
    'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260901T080000Z', 'RECURRENCE-ID:20260916T080000Z', 'DTSTART:20260916T110000Z', 'DURATION:PT1H', `SUMMARY:${versions[version % 3]}`, 'END:VEVENT',
  ]),
  guests: (uid, version) => eventText(uid, { summary: versions[version % 3]!, lines: [`ORGANIZER:mailto:${ME}`, `ATTENDEE;PARTSTAT=ACCEPTED:mailto:${ME}`, `ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:guest${version % 2}@example.net`] }),
}

/**
 * NOTE: reminders that somebody changes at the service itself are not among them. The service says of `updated` that it does not move
 * then, so that no reader can know of it before the event changes otherwise, or before it is read for another reason.
 */
export type Direct = 'insert' | 'insertSeries' | 'patch' | 'delete' | 'cancelInstance' | 'changeInstance' | 'move' | 'split' | 'expire' | 'rename' | 'defaults'
export const directs: readonly Direct[] = ['insert', 'insertSeries', 'patch', 'delete', 'cancelInstance', 'changeInstance', 'move', 'split', 'expire', 'rename', 'defaults']

/** A change that a program of the user makes at the service itself. @param pick chooses among what is there @returns false where the service refuses it */
export async function change(service: Service, direct: Direct, pick: number, version: number): Promise<boolean> {
  return carryOut(service, direct, pick, version).then(() => true, (error: Error) => {
    if (/: 4\d\d /.test(error.message)) return false
    throw error
  })
}

async function carryOut(service: Service, direct: Direct, pick: number, version: number): Promise<void> {
  const calendar = pick % 2 === 0 ? ME : TEAM
  const rest = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => service.rest(ME, method, path, body)
  const events = `/calendars/${calendar}/events`
  const at = (hour: number) => ({ dateTime: `2026-09-1${version % 5}T${10 + hour}:00:00Z`, timeZone: 'Europe/Berlin' })
  if (direct === 'expire') return void (await rest('POST', '/_control/expire-sync-tokens', {}))
  if (direct === 'rename') return void (await rest('PATCH', `/users/me/calendarList/${TEAM}`, { summaryOverride: `Team ${version}` }))
  if (direct === 'defaults') return void (await rest('PATCH', `/users/me/calendarList/${calendar}`, { defaultReminders: [{ method: 'popup', minutes: version + 1 }] }))
  if (direct === 'insert') return void (await rest('POST', events, { summary: `Native ${version}`, start: at(0), end: at(1) }))
  if (direct === 'insertSeries') return void (await rest('POST', events, { summary: `Native ${version}`, start: at(0), end: at(1), recurrence: ['RRULE:FREQ=DAILY;COUNT=8'] }))
  const rows: readonly Json[] = (await rest('GET', `${events}?maxResults=2500`))['items']
  const mains = rows.filter(({ recurringEventId }) => recurringEventId === undefined).sort((a, b) => (a['id'] < b['id'] ? -1 : 1))
  const isOfSeries = direct === 'split' || direct === 'cancelInstance' || direct === 'changeInstance'
  const choice = isOfSeries ? mains.filter(({ recurrence }) => recurrence !== undefined) : mains
  const chosen = choice[pick % Math.max(1, choice.length)]
  if (chosen === undefined) return
  const event = `${events}/${chosen['id']}`
  if (direct === 'patch') await rest('PATCH', event, { summary: `Patched ${version}` })
  else if (direct === 'delete') await rest('DELETE', event)
  else if (direct === 'move') await moveTo(service, calendar === ME ? TEAM : ME, event, chosen)
  else if (direct === 'split') await split(service, events, chosen, version)
  else {
    const instances: readonly Json[] = (await rest('GET', `${event}/instances`))['items']
    const instance = instances[version % Math.max(1, instances.length)]
    if (instance !== undefined) await rest('PATCH', `${events}/${instance['id']}`, direct === 'cancelInstance' ? { status: 'cancelled' } : { summary: `Instance ${version}` })
  }
}

/**
 * NOTE: an event is not moved to where another one has its name, which a client must have given to one of them. Both then have one address,
 * at which a client that follows its token and one that lists may hold either (`test/backends/one-name-twice.test.ts`).
 */
async function moveTo(service: Service, destination: string, event: string, moved: Json): Promise<void> {
  const there: readonly Json[] = (await service.rest(ME, 'GET', `/calendars/${destination}/events?maxResults=2500`))['items']
  if (there.some((each) => each['iCalUID'] !== moved['iCalUID'] && nameOf(each) === nameOf(moved))) return
  await service.rest(ME, 'POST', `${event}/move?destination=${destination}`)
}

function nameOf({ iCalUID, extendedProperties }: Json): string {
  return extendedProperties?.private?.calgateName ?? `${iCalUID}.ics`
}

/** "This and following": the series ends, and a new one, whose id tells of the old one, goes on. */
async function split(service: Service, events: string, master: Json, version: number): Promise<void> {
  const from = new Date(Date.parse(master['start'].dateTime ?? `${master['start'].date}T00:00:00Z`) + 3 * 86_400_000)
  if (master['start'].dateTime === undefined) return
  const stamp = from.toISOString().replace(/[-:]|\.\d+/g, '')
  await service.rest(ME, 'PATCH', `${events}/${master['id']}`, { recurrence: [`RRULE:FREQ=DAILY;UNTIL=${new Date(from.getTime() - 1000).toISOString().replace(/[-:]|\.\d+/g, '')}`] })
  await service.rest(ME, 'POST', `${events}/import`, {
    iCalUID: `${String(master['iCalUID']).replace('@google.com', '')}_R${stamp}@google.com`, summary: `Following ${version}`, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
    start: { dateTime: from.toISOString(), timeZone: 'Europe/Berlin' }, end: { dateTime: new Date(from.getTime() + 3_600_000).toISOString(), timeZone: 'Europe/Berlin' },
  })
}
