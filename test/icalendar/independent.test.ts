/** Other people's programs read what we write, and we read what they write. */

import fc from 'fast-check'
import ICAL from 'ical.js'
import ical, { ICalAlarmType, ICalAttendeeRole, ICalAttendeeStatus, ICalEventStatus, ICalEventTransparency } from 'ical-generator'
import nodeIcal from 'node-ical'
import type { VEvent } from 'node-ical'
import { describe, expect, test } from 'vitest'
import { newEvent } from '../new-event.ts'
import type { Event, EventSeries, EventTime } from '../../src/calendar/event.ts'
import { eventUid, instant, timeZoneId } from '../../src/calendar/identifiers.ts'
import { formatCalendarObject } from '../../src/icalendar/format.ts'
import { parseCalendarObject } from '../../src/icalendar/parse.ts'
import { unescapeText } from '../../src/icalendar/text.ts'
import { instantOf, Temporal, offsetSecondsAt, zonedOrUtc } from '../../src/icalendar/time-zone.ts'
import { events, series, texts, zones } from './arbitraries.ts'
import { bytes, calendarZone } from './bodies.ts'

/** What ical.js finds in one VEVENT, and what should be there. */
function seenByIcalJs(vevent: ICAL.Component): unknown {
  const textOf = (name: string): string | undefined => vevent.getFirstPropertyValue(name) as string | null ?? undefined
  const named = (name: string): readonly ICAL.Property[] => vevent.getAllProperties(name)
  const nameOf = (property: ICAL.Property): string | undefined => property.getParameter('cn') as string | undefined
  // ical.js does not know that the value is text.
  const html = textOf('x-alt-desc')
  return {
    summary: textOf('summary'), description: textOf('description'), location: textOf('location'), html: html === undefined ? undefined : unescapeText(html),
    start: String(vevent.getFirstPropertyValue('dtstart')), people: named('attendee').map((each) => [String(each.getFirstValue()), nameOf(each)]),
    organizer: named('organizer').map(nameOf), alarms: vevent.getAllSubcomponents('valarm').map((each) => String(each.getFirstPropertyValue('action'))),
    uris: [...named('conference'), ...named('attach'), ...named('url')].map((each) => String(each.getFirstValue())),
  }
}

function seenInModel(event: Event): unknown {
  const encoded = (address: string): string => `mailto:${address.replaceAll('%', '%25').replaceAll('?', '%3F')}`
  return {
    summary: event.summary, description: event.description, location: event.location, html: event.htmlDescription, start: textOfTime(event.start),
    people: event.attendees.map((each) => [encoded(each.address), each.displayName]), organizer: event.organizer ? [event.organizer.displayName] : [],
    alarms: event.alarms.list.map((each) => each.action.toUpperCase()),
    uris: [...event.conferences.map((each) => each.uri), ...event.attachments.map((each) => each.uri), ...(event.url === undefined ? [] : [event.url])],
  }
}

/** ical.js 2.2.1 takes a backslash in a parameter for an escape, even of a quote, which RFC 5545 §3.2 does not have. */
function hasPlainParameters({ organizer, attendees, conferences, attachments }: Event): boolean {
  return !JSON.stringify([organizer, attendees, conferences.map((each) => each.label), attachments.map((each) => each.title)]).includes('\\\\')
}

function textOfTime(time: EventTime): string {
  switch (time.kind) {
    case 'date': return time.date
    case 'utc': return new Date(time.at).toISOString().replace('.000Z', 'Z')
    case 'zoned':
    case 'floating': return time.local
  }
}

function single(event: Event): EventSeries {
  return { kind: 'single', uid: eventUid('1@example.com'), event }
}

describe('ical.js', () => {
  test('reads of any event what the model holds', () => {
    fc.assert(fc.property(events.filter(hasPlainParameters), (event) => {
      const calendar = new ICAL.Component(ICAL.parse(formatCalendarObject(single(event))) as unknown[])
      expect(seenByIcalJs(calendar.getFirstSubcomponent('vevent')!)).toEqual(seenInModel(event))
    }), { numRuns: 200 })
  })

  test('finds one VEVENT for each, with the UID, and a VTIMEZONE for each TZID', () => {
    fc.assert(fc.property(series, (value) => {
      const text = formatCalendarObject(value)
      const calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
      const vevents = calendar.getAllSubcomponents('vevent')
      expect(vevents.length).toBe(value.kind === 'single' ? 1 : value.overrides.size + (value.kind === 'recurring' ? 1 : 0))
      for (const vevent of vevents) expect(vevent.getFirstPropertyValue('uid')).toBe(value.uid)
      const named = vevents.flatMap((vevent) => vevent.getAllProperties()).flatMap((each) => (each.getParameter('tzid') as string | undefined) ?? [])
      const defined = calendar.getAllSubcomponents('vtimezone').map((each) => String(each.getFirstPropertyValue('tzid')))
      expect(defined).toEqual([...new Set(named)].sort())
    }), { numRuns: 150 })
  })
})

/** Of the years that node-ical's zone data covers, apart from gaps and folds, where it takes another side. */
const ordinaryTimes: fc.Arbitrary<EventTime> = fc.tuple(fc.integer({ min: Date.UTC(2001, 0) / 60_000, max: Date.UTC(2037, 0) / 60_000 }), fc.option(zones))
  .map(([minutes, zone]): EventTime => {
    const at = instant(minutes * 60_000)
    // node-ical 0.27.2 takes the second of the two moments of a clock that is put back, where RFC 5545 §3.3.5 wants the first.
    const isPutBack = zone !== null && offsetSecondsAt(instant(at + 3 * 3_600_000), zone) < offsetSecondsAt(at, zone)
    return zone === null || isPutBack ? { kind: 'utc', at } : zonedOrUtc(at, zone)
  })

describe('node-ical', () => {
  test('reads the same moments and texts', () => {
    // node-ical 0.27.2 undoes escapes in another order, trims, takes quotes off, and drops text that is folded before a blank.
    const plainTexts = texts.filter((text) => text.trim() === text && !/[\\^"]/.test(text) && bytes(text).length < 60)
    fc.assert(fc.property(ordinaryTimes, fc.nat({ max: 600 }), plainTexts, (start, minutes, summary) => {
      const from = instantOf(start, timeZoneId('Etc/UTC'))
      const end: EventTime = { kind: 'utc', at: instant(from + minutes * 60_000) }
      const read = Object.values(nodeIcal.sync.parseICS(formatCalendarObject(single(newEvent({ start, end, summary })))))
      const event = read.find((each) => each?.type === 'VEVENT') as VEvent
      expect([event.start.getTime(), (event.end ?? event.start).getTime(), event.summary]).toEqual([from, end.at, summary])
    }), { numRuns: 150 })
  })
})

describe('ical-generator', () => {
  test.each([
    ['UTC', undefined, { kind: 'utc', at: Date.UTC(2026, 2, 10, 8) }],
    ['a zone', 'Europe/Berlin', { kind: 'zoned', local: '2026-03-10T09:00:00', zone: 'Europe/Berlin' }],
  ])('writes what we read: %s', (_what, timezone, start) => {
    const at = (hour: number, zone = 'UTC'): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(Date.UTC(2026, 2, 10, hour)).toZonedDateTimeISO(zone)
    const generated = ical({ prodId: '//other//EN' })
    const event = generated.createEvent({
      id: 'g-1@example.com', stamp: new Date(0), created: new Date(1_000_000), lastModified: new Date(2_000_000), sequence: 4,
      start: at(8, timezone), end: at(9, timezone), timezone: timezone ?? null,
      summary: 'Größe; x, y', description: { plain: 'a\nb', html: '<p>a, b</p>' }, location: 'Room\\1', status: ICalEventStatus.TENTATIVE,
      transparency: ICalEventTransparency.TRANSPARENT, url: 'https://example.com/?a=b;c,d', organizer: { name: 'Ada "x"', email: 'ada@example.com' },
    })
    event.createAttendee({ email: 'bob@example.com', name: 'Bob: B', status: ICalAttendeeStatus.ACCEPTED, role: ICalAttendeeRole.OPT })
    event.createAlarm({ type: ICalAlarmType.display, trigger: 600 })
    expect(parseCalendarObject(bytes(generated.toString()), { calendarZone }).series).toMatchObject({
      kind: 'single', uid: 'g-1@example.com', event: {
        start, sequence: 4, created: 1_000_000, updated: 2_000_000, summary: 'Größe; x, y', description: 'a\nb', htmlDescription: '<p>a, b</p>', location: 'Room\\1',
        status: 'tentative', transparency: 'transparent', url: 'https://example.com/?a=b;c,d',
        attendees: [{ address: 'bob@example.com', displayName: 'Bob: B', participation: 'accepted', isOptional: true }],
        alarms: { kind: 'own', list: [{ action: 'display', trigger: { kind: 'relative', to: 'start', seconds: -600 } }] },
      },
    })
  })

  test('writes a weekly series with exceptions that we read', () => {
    const generated = ical({ prodId: '//other//EN' })
    generated.createEvent({
      id: 'g-2@example.com', stamp: new Date(0), start: new Date(Date.UTC(2026, 2, 10, 8)), end: new Date(Date.UTC(2026, 2, 10, 9)), summary: 'Weekly',
      repeating: { freq: 'WEEKLY' as never, count: 10, exclude: [new Date(Date.UTC(2026, 2, 17, 8))] },
    })
    generated.createEvent({ id: 'g-2@example.com', stamp: new Date(0), recurrenceId: new Date(Date.UTC(2026, 2, 24, 8)), start: new Date(Date.UTC(2026, 2, 25, 8)), end: new Date(Date.UTC(2026, 2, 25, 9)), summary: 'Moved' })
    expect(parseCalendarObject(bytes(generated.toString()), { calendarZone }).series).toMatchObject({
      kind: 'recurring', recurrence: { rules: [{ frequency: 'WEEKLY', end: { kind: 'count', count: 10 } }] }, cancelled: new Set(['2026-03-17T08:00:00Z']),
      overrides: new Map([['2026-03-24T08:00:00Z', { summary: 'Moved' }]]),
    })
  })
})
