/**
 * What a calendar object means to a user, read from its text by a small reader of its own, so that nothing of ours is judged by
 * itself. Times are moments; a zone is what the body's VTIMEZONE says (by ical.js), and what its name says where there is none.
 */

import ICAL from 'ical.js'
import { Temporal } from '../../src/icalendar/temporal.ts'
import { findTimeZone } from '../../src/icalendar/time-zone.ts'

interface Line {
  readonly name: string
  readonly parameters: Readonly<Record<string, string>>
  readonly value: string
}

interface Block {
  readonly name: string
  readonly lines: Line[]
  readonly blocks: Block[]
  /** Its own text, for other readers. */
  readonly text: string[]
}

/** `date 20260310`, `float 20260310T090000`, or seconds since 1970. */
type Moment = string | number

export interface Meaning {
  readonly start: Moment
  readonly end: Moment
  /** Of a series. */
  readonly zone: string | undefined
  readonly rules: readonly string[]
  readonly excluded: readonly Moment[]
  readonly dates: readonly Moment[]
  readonly summary: string
  readonly description: string
  readonly location: string
  readonly status: string
  readonly transparency: string
  readonly visibility: string
  /** Address to answer and role. */
  readonly attendees: Readonly<Record<string, string>>
  readonly organizer: string | undefined
  /** `popup 900`: seconds before the start. */
  readonly alarms: readonly string[]
}

export interface Reading {
  /** For floating times beside others, and alarms of days. */
  readonly zone: string
}

const contentLine = /^([A-Za-z0-9-]+)((?:;[^=:;]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/s

export function blocksOf(text: string): Block {
  const root: Block = { name: '', lines: [], blocks: [], text: [] }
  const stack = [root]
  for (const line of text.replace(/\r?\n[ \t]/g, '').split(/\r\n|\n/)) {
    const match = contentLine.exec(line.trim())
    const top = stack.at(-1)
    if (match === null || top === undefined) continue
    const [, name = '', parameters = '', value = ''] = match
    if (name.toUpperCase() === 'BEGIN') {
      const block = { name: value.trim().toUpperCase(), lines: [], blocks: [], text: [] }
      top.blocks.push(block)
      stack.push(block)
    }
    for (const each of stack) each.text.push(line.trim())
    if (name.toUpperCase() === 'END') stack.pop()
    else if (name.toUpperCase() !== 'BEGIN') top.lines.push({ name: name.toUpperCase(), parameters: parametersOf(parameters), value })
  }
  return root
}

function parametersOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/;([^=:;]+)=("[^"]*"|[^";:]*)/g)].map(([, name = '', value = '']) => [name.toUpperCase(), value.replaceAll('"', '')]))
}

export function* walk(block: Block, name: string): Generator<Block> {
  for (const each of block.blocks) {
    if (each.name === name) yield each
    yield* walk(each, name)
  }
}

function plain(text: string): string {
  return text.replace(/\\(.)/gs, (_all, one: string) => (one === 'n' || one === 'N' ? '\n' : one))
}

class Zones {
  readonly #defined: ReadonlyMap<string, ICAL.Timezone>
  readonly reading: Reading

  constructor(root: Block, reading: Reading) {
    this.reading = reading
    this.#defined = new Map([...walk(root, 'VTIMEZONE')].flatMap((block) => {
      const tzid = block.lines.find(({ name }) => name === 'TZID')?.value.trim()
      return tzid === undefined || block.blocks.length === 0 ? [] : [[tzid, new ICAL.Timezone(new ICAL.Component(ICAL.parse(block.text.join('\r\n')) as unknown[]))] as const]
    }))
  }

  moment({ parameters, value }: Pick<Line, 'parameters' | 'value'>): Moment {
    const text = value.trim()
    if (parameters['VALUE']?.toUpperCase() === 'DATE' || /^\d{8}$/.test(text)) return `date ${text.slice(0, 8)}`
    const local = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5:$6')
    if (text.endsWith('Z')) return Date.parse(`${local}Z`) / 1000
    const tzid = parameters['TZID']
    return tzid === undefined ? `float ${text}` : this.#zoned(local, tzid) ?? `float ${text}`
  }

  #zoned(local: string, tzid: string): number | undefined {
    const zone = this.#defined.get(tzid)
    if (zone !== undefined) {
      const time = ICAL.Time.fromDateTimeString(local, undefined as never)
      return Date.parse(`${local}Z`) / 1000 - zone.utcOffset(time)
    }
    // Names that only one program knows have no second opinion here.
    return seconds(local, nameIn(tzid) ?? findTimeZone(tzid))
  }

  /** Seconds since 1970 of any moment. */
  at(moment: Moment): number {
    if (typeof moment === 'number') return moment
    const [kind, text = ''] = moment.split(' ')
    const local = kind === 'date' ? text.replace(/(....)(..)(..)/, '$1-$2-$3T00:00:00') : text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6')
    return seconds(local, this.reading.zone) ?? Number.NaN
  }
}

/** The part of a TZID that is a name of the zone data. */
export function nameIn(tzid: string): string | undefined {
  const parts = tzid.split('/').filter((part) => part !== '')
  return parts.map((_part, at) => parts.slice(at).join('/')).find((name) => seconds('2026-01-01T00:00:00', name) !== undefined)
}

function seconds(local: string, zone: string | undefined): number | undefined {
  try {
    return zone === undefined ? undefined : Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds / 1000
  } catch {
    return undefined
  }
}

export function secondsOf(duration: string): number {
  const match = /^([+-]?)P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration.trim())
  if (match === null) return Number.NaN
  const [, sign, ...parts] = match
  const [weeks = 0, days = 0, hours = 0, minutes = 0, rest = 0] = parts.map((part) => Number(part ?? 0))
  const total = weeks * 604_800 + days * 86_400 + hours * 3600 + minutes * 60 + rest
  return sign === '-' && total > 0 ? -total : total
}

/** By UID and original start. */
export function meaningOf(text: string, reading: Reading): ReadonlyMap<string, Meaning> {
  const root = blocksOf(text)
  const zones = new Zones(root, reading)
  return new Map([...walk(root, 'VEVENT')].map((block) => {
    const one = (name: string): Line | undefined => block.lines.find((line) => line.name === name)
    const id = one('RECURRENCE-ID')
    return [`${plain(one('UID')?.value ?? '').trim()} ${id === undefined ? '' : String(zones.moment(id))}`, eventMeaning(block, zones)]
  }))
}

function eventMeaning(block: Block, zones: Zones): Meaning {
  const all = (name: string): readonly Line[] => block.lines.filter((line) => line.name === name)
  const one = (name: string): Line | undefined => all(name)[0]
  const text = (name: string): string => plain(one(name)?.value ?? '')
  const keyword = (name: string, fallback: string): string => one(name)?.value.trim().toUpperCase() || fallback
  const moments = (name: string): readonly Moment[] => all(name).flatMap(({ parameters, value }) => value.split(',').map((each) => zones.moment({ parameters, value: each.split('/')[0] ?? '' }))).sort()
  const begin = one('DTSTART')
  if (begin === undefined) throw new TypeError('no DTSTART')
  const start = zones.moment(begin)
  const end = endOf(block, start, zones)
  return {
    start, end,
    zone: one('RRULE') === undefined || typeof start === 'string' || begin.parameters['TZID'] === undefined ? undefined : nameIn(begin.parameters['TZID']),
    rules: all('RRULE').map(({ value }) => ruleOf(value, zones)).sort(),
    excluded: [...new Set(moments('EXDATE'))], dates: [...new Set(moments('RDATE'))],
    summary: text('SUMMARY'), description: text('DESCRIPTION'), location: text('LOCATION'),
    status: keyword('STATUS', 'CONFIRMED'), transparency: keyword('TRANSP', 'OPAQUE'), visibility: keyword('CLASS', 'PUBLIC'),
    attendees: Object.fromEntries(all('ATTENDEE').filter(({ value }) => /^mailto:|^[^:]*@/i.test(value.trim())).map(({ parameters, value }) =>
      [addressIn(value), `${parameters['PARTSTAT']?.toUpperCase() ?? 'NEEDS-ACTION'} ${parameters['ROLE']?.toUpperCase() === 'OPT-PARTICIPANT' ? 'optional' : 'required'}`] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
    organizer: one('ORGANIZER') && addressIn(one('ORGANIZER')?.value ?? ''),
    alarms: [...walk(block, 'VALARM')].flatMap((alarm) => alarmOf(alarm, start, end, zones) ?? []),
  }
}

function endOf(block: Block, start: Moment, zones: Zones): Moment {
  const one = (name: string): Line | undefined => block.lines.find((line) => line.name === name)
  const [end, duration] = [one('DTEND'), one('DURATION')]
  if (end !== undefined) return zones.moment(end)
  if (duration !== undefined) return after(start, secondsOf(duration.value))
  return typeof start === 'string' && start.startsWith('date') ? after(start, 86_400) : start
}

function after(start: Moment, length: number): Moment {
  if (typeof start === 'number') return start + length
  const [kind, text = ''] = start.split(' ')
  const at = Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T${kind === 'date' ? '00:00:00' : text.slice(9).replace(/(..)(..)(..)/, '$1:$2:$3')}Z`)
  const later = new Date(at + length * 1000).toISOString().replace(/[-:]|\.\d+Z/g, '')
  return kind === 'date' ? `date ${later.slice(0, 8)}` : `float ${later}`
}

function ruleOf(value: string, zones: Zones): string {
  const parts = value.trim().toUpperCase().split(';').filter((part) => part !== '' && part !== 'INTERVAL=1' && part !== 'WKST=MO')
  return parts.map((part) => {
    const [name = '', list = ''] = part.split('=')
    if (name === 'UNTIL') return `UNTIL=${String(zones.moment({ parameters: {}, value: list }))}`
    const normal = (each: string): string => each.replace(/^\+/, '').replace(/^0+(?=\d)/, '')
    return `${name}=${name.startsWith('BY') ? [...new Set(list.split(',').map(normal))].sort().join(',') : list}`
  }).sort().join(';')
}

function addressIn(value: string): string {
  return value.trim().replace(/^mailto:/i, '').toLowerCase()
}

function alarmOf(alarm: Block, start: Moment, end: Moment, zones: Zones): string | undefined {
  const one = (name: string): Line | undefined => alarm.lines.find((line) => line.name === name)
  const trigger = one('TRIGGER')
  const action = one('ACTION')?.value.trim().toUpperCase() ?? 'DISPLAY'
  if (trigger === undefined || action === 'NONE') return undefined
  const kind = action === 'EMAIL' ? 'mail' : 'popup'
  const value = trigger.value.trim()
  if (!/^[+-]?P/.test(value)) return `${kind} at ${zones.at(zones.moment({ parameters: {}, value })) - zones.at(start)}`
  const shift = trigger.parameters['RELATED']?.toUpperCase() === 'END' ? zones.at(end) - zones.at(start) : 0
  return `${kind} ${secondsOf(value) + shift}`
}
