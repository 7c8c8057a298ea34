/** Bodies of real programs and hostile ones, each by its expectation. They lie beside the project and are not part of it. */

import { existsSync, readFileSync } from 'node:fs'
import ICAL from 'ical.js'
import { describe, expect, test } from 'vitest'
import { eventsOf } from '../../src/calendar/event.ts'
import type { Event, EventSeries } from '../../src/calendar/event.ts'
import { CalendarDataError, parseCalendarObject } from '../../src/icalendar/parse.ts'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { parseItip } from '../../src/icalendar/itip.ts'
import { bytes, calendarZone } from './bodies.ts'

interface Sample {
  readonly file: string
  readonly expect: 'store' | 'refuse' | 'either'
  /** `store`, a precondition, `named` for any precondition, or a status that another layer gives. */
  readonly answers: readonly (string | number)[]
  readonly hostile: boolean
  readonly compare?: boolean
}

const folder = '../shared/corpus/'
const isThere = existsSync(`${folder}index.json`)
const samples: readonly Sample[] = isThere ? JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as Sample[] : []
if (!isThere) console.log('skipped: the collected calendars of real programs are not at hand')

/** `{ME}` is the account's address, `{PAD}` makes the body too large. */
function bodyOf({ file }: Sample): Uint8Array {
  const raw = readFileSync(folder + file)
  const text = raw.toString('latin1')
  return /\{(ME|PAD)\}/.test(text) ? Buffer.from(text.replaceAll('{ME}', 'me@example.com').replaceAll('{PAD}', 'x'.repeat(4 << 20)), 'latin1') : raw
}

function read(body: Uint8Array): EventSeries | CalendarDataError {
  try {
    return parseCalendarObject(body, { calendarZone }).series
  } catch (error) {
    if (error instanceof CalendarDataError) return error
    throw error
  }
}

/** Where ical.js 2.2.1 is wrong. */
const misreadByIcalJs = new Map([
  ['real/holiday-feed-04.ics', 'keeps the backslash of an escape that is none'], ['real/mozilla-05.ics', 'the same'],
  ['real/libs-01.ics', 'fails on a date without VALUE=DATE'], ['real/libs-09.ics', 'the same'], ['real/mozilla-01.ics', 'the same'], ['real/sogo-01.ics', 'the same'],
  ['real/proton-01.ics', 'takes text with an unknown VALUE for something else'],
])

/** A comment is never stored, and so never written. */
function withoutComments(series: EventSeries): EventSeries {
  const plain = ({ comment: _comment, ...event }: Event): Event => event
  if (series.kind === 'single') return { ...series, event: plain(series.event) }
  const overrides = new Map([...series.overrides].map(([id, event]) => [id, plain(event)]))
  return series.kind === 'detached' ? { ...series, overrides } : { ...series, master: plain(series.master), overrides }
}

describe.skipIf(!isThere)('corpus', () => {
  test.each(samples)('$file: $expect', (sample) => {
    const result = read(bodyOf(sample))
    if (result instanceof CalendarDataError) {
      expect(sample.expect).not.toBe('store')
      const allowed = sample.answers.length === 0 || sample.answers.includes('named') || sample.answers.includes(result.precondition)
      expect(allowed, `${result.precondition}: ${result.message}`).toBe(true)
    } else {
      expect(sample.expect).not.toBe('refuse')
      expect(parseCalendarObject(bytes(formatCalendarObject(result)), { calendarZone }).series).toEqual(withoutComments(result))
    }
  })

  test.each(samples.filter((each) => each.file.startsWith('itip/')))('$file is understood as a scheduling message', (sample) => {
    const message = parseItip(bodyOf(sample), { calendarZone })
    expect(message).toMatchObject({ kind: 'event', method: expect.stringMatching(/^(REQUEST|REPLY|CANCEL|COUNTER|PUBLISH)$/) as string })
  })

  test.each(samples.filter((each) => each.expect === 'store' && !each.hostile && !misreadByIcalJs.has(each.file)))('$file keeps the texts and the starts that ical.js sees', (sample) => {
    const theirs = new ICAL.Component(ICAL.parse(Buffer.from(bodyOf(sample)).toString('utf8')) as unknown[]).getAllSubcomponents('vevent')
      .filter((each) => each.getFirstPropertyValue('status') !== 'CANCELLED')
    const ours = eventsOf(read(bodyOf(sample)) as EventSeries)
    const textOf = (each: ICAL.Component, name: string): string | undefined => (each.getFirstPropertyValue(name) as string | null) || undefined
    for (const name of ['summary', 'description', 'location'] as const) {
      expect(ours.map((each) => each[name]).sort()).toEqual(theirs.map((each) => textOf(each, name)).sort())
    }
    const startOf = (each: ICAL.Component): string => String(each.getFirstPropertyValue('dtstart'))
    expect(ours.map(({ start }) => (start.kind === 'utc' ? new Date(start.at).toISOString().replace('.000Z', 'Z') : start.kind === 'date' ? start.date : start.local)).sort())
      .toEqual(theirs.map(startOf).sort())
  })

  test.each(samples.filter((each) => each.hostile))('$file takes less than a second of CPU', (sample) => {
    const body = bodyOf(sample)
    const before = process.cpuUsage()
    const result = read(body)
    if (!(result instanceof CalendarDataError)) formatCalendarObject(result)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})
