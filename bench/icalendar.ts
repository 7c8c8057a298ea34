/** Reading and writing of iCalendar beside the libraries that do the same, in events per second. Also runs alone: `npx node bench/icalendar.ts`. */

import ICAL from 'ical.js'
import icalGenerator, { ICalAlarmType, ICalEventStatus } from 'ical-generator'
import nodeIcal from 'node-ical'
import { Temporal } from 'temporal-polyfill'
import type { EventSeries } from '../src/calendar/event.ts'
import { timeZoneId } from '../src/calendar/identifiers.ts'
import { formatCalendarObject } from '../src/icalendar/format.ts'
import { parseCalendarObject } from '../src/icalendar/parse.ts'
import { calendarObject } from './sample.ts'

export interface Rates {
  readonly name: string
  /** Events per second, by the number of different events. */
  readonly perSecond: ReadonlyMap<number, number>
}

const options = { calendarZone: timeZoneId('Europe/Berlin') }

/** Goes through all of them, again and again. @returns events per second of the best of three runs */
function rate<T>(items: readonly T[], perRunMs: number, use: (item: T) => unknown): number {
  let best = 0
  for (let run = 0; run < 3; run += 1) {
    const begin = performance.now()
    let count = 0
    do {
      for (const item of items) use(item)
      count += items.length
    } while (performance.now() - begin < perRunMs)
    best = Math.max(best, (count * 1000) / (performance.now() - begin))
  }
  return best
}

/** Each must find the same event, or it is not timed. */
function expectSummary(name: string, summary: unknown): void {
  if (!String(summary).startsWith('Besprechung')) throw new Error(`${name} does not read the event: ${String(summary)}`)
}

const generated = (series: EventSeries): string => {
  if (series.kind !== 'single' || series.event.start.kind !== 'zoned' || series.event.end.kind !== 'zoned') return ''
  const { event, uid } = series
  const { start, end } = event as typeof event & { start: { local: string; zone: string }; end: { local: string; zone: string } }
  const zoned = ({ local, zone }: { local: string; zone: string }) => Temporal.PlainDateTime.from(local).toZonedDateTime(zone)
  const calendar = icalGenerator()
  const made = calendar.createEvent({
    id: uid, start: zoned(start), end: zoned(end), timezone: start.zone, summary: event.summary ?? '', stamp: new Date(event.updated ?? 0), sequence: event.sequence,
    description: event.description ?? null, location: event.location ?? null, status: ICalEventStatus.CONFIRMED,
  })
  made.createAlarm({ type: ICalAlarmType.display, triggerBefore: 600 })
  return calendar.toString()
}

/** @param sizes how many different events */
export function measureParse(sizes: readonly number[], perRunMs: number): readonly Rates[] {
  const bodies = sizes.map((size) => [size, Array.from({ length: size }, (_, number) => calendarObject(number))] as const)
  const [body = ''] = bodies[0]![1]
  const readers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['calgate', (text) => parseCalendarObject(Buffer.from(text, 'utf8'), options)],
    ['ical.js, with its events', (text) => new ICAL.Event(new ICAL.Component(ICAL.parse(text) as never).getFirstSubcomponent('vevent')!).startDate.toUnixTime()],
    ['ical.js, tree only', (text) => ICAL.parse(text)],
    ['node-ical', (text) => nodeIcal.sync.parseICS(text)],
  ]
  const { series } = parseCalendarObject(Buffer.from(body, 'utf8'), options)
  expectSummary('calgate', series.kind === 'recurring' ? series.master.summary : series.kind === 'single' ? series.event.summary : '')
  expectSummary('ical.js', new ICAL.Component(ICAL.parse(body) as never).getFirstSubcomponent('vevent')!.getFirstPropertyValue('summary'))
  expectSummary('node-ical', Object.values(nodeIcal.sync.parseICS(body)).find((each) => each?.type === 'VEVENT')?.summary)
  return readers.map(([name, read]) => ({ name, perSecond: new Map(bodies.map(([size, texts]) => [size, rate(texts, perRunMs, read)])) }))
}

/** Single zoned events only, which both write. */
export function measureWrite(sizes: readonly number[], perRunMs: number): readonly Rates[] {
  const isPlain = (series: EventSeries): boolean => series.kind === 'single' && series.event.start.kind === 'zoned'
  const models = sizes.map((size) => [size, Array.from({ length: Math.ceil(size * 1.3) }, (_, number) => parseCalendarObject(Buffer.from(calendarObject(number), 'utf8'), options).series).filter(isPlain).slice(0, size)] as const)
  for (const [name, write] of [['calgate', formatCalendarObject], ['ical-generator', generated]] as const) {
    const text = write(models[0]![1][0]!)
    if (!/SUMMARY:Besprechung/.test(text) || !/DTSTART;TZID=Europe\/Berlin/.test(text)) throw new Error(`${name} does not write the event: ${text}`)
  }
  return ([['calgate', (series) => formatCalendarObject(series)], ['ical-generator', generated]] as const satisfies readonly (readonly [string, (series: EventSeries) => string])[])
    .map(([name, write]) => ({ name, perSecond: new Map(models.map(([size, list]) => [size, rate(list, perRunMs, write)])) }))
}

if (import.meta.main) {
  for (const rates of [measureParse([100, 10_000], 1000), measureWrite([100, 10_000], 1000)]) {
    console.table(rates.map(({ name, perSecond }) => ({ name, ...Object.fromEntries([...perSecond].map(([size, value]) => [`events/s at ${size}`, Math.round(value)])) })))
  }
}
