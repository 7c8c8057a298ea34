/** Generated values of the model, for properties of all that reads or writes events. */

import fc from 'fast-check'
import type {
  Acknowledgement, Alarm, Alarms, Attachment, Attendee, Conference, Event, EventSeries, EventTime, Organizer, Recurrence, RecurrenceRule, Weekday,
} from '../../src/calendar/event.ts'
import { emailAddress, eventUid, instant, localDateTime, plainDate, timeZoneId } from '../../src/calendar/identifiers.ts'
import type { EmailAddress, EventUid, Instant, LocalDateTime, RecurrenceId, TimeZoneId } from '../../src/calendar/identifiers.ts'
import { clockOf, dateOf, dayOf, localOf } from '../../src/icalendar/clock.ts'
import { recurrenceIdOf, timeOfRecurrenceId } from '../../src/icalendar/recurrence.ts'
import { instantOf, zonedOrUtc } from '../../src/icalendar/time-zone.ts'

type Arbitrary<T> = fc.Arbitrary<T>

/** North and south, east and west, half hours, none at all, a half-hour summer, a lost day, a summer below zero. */
export const someZones: readonly TimeZoneId[] = [
  'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Australia/Sydney', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Asia/Kathmandu',
  'Pacific/Apia', 'Africa/Casablanca', 'Europe/Dublin', 'America/Sao_Paulo', 'Etc/GMT+5', 'Etc/UTC',
].map(timeZoneId)

/** Where offsets change: in each second half of a pair a local time means two moments, or none. */
const awkwardLocals = [
  '2026-03-29T02:30:00', '2026-10-25T02:30:00', '2026-03-08T02:30:00', '2026-11-01T01:30:00', '2026-04-05T01:45:00', '2026-10-04T02:15:00',
  '2011-12-30T12:00:00', '2024-02-29T00:00:00', '1999-12-31T23:59:59', '1970-01-01T00:00:00', '1883-11-18T12:00:00',
].map(localDateTime)

const awkwardInstants = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-11-01T06:30:00Z', '2026-04-04T15:15:00Z'].map((each) => instant(Date.parse(each)))

export const zones: Arbitrary<TimeZoneId> = fc.constantFrom(...someZones)

/** Whole seconds, mostly of this century. */
export const instants: Arbitrary<Instant> = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0) / 1000, max: Date.UTC(2200, 0) / 1000 }),
  fc.integer({ min: Date.UTC(2020, 0) / 86_400_000, max: Date.UTC(2035, 0) / 86_400_000 }).map((days) => days * 86_400),
  fc.constantFrom(...awkwardInstants).map((at) => at / 1000),
).map((seconds) => instant(seconds * 1000))

export const locals: Arbitrary<LocalDateTime> = fc.oneof(instants.map((at) => localOf(at)), fc.constantFrom(...awkwardLocals))

export const times: Arbitrary<EventTime> = fc.oneof(
  instants.map((at): EventTime => ({ kind: 'date', date: plainDate(localOf(at).slice(0, 10)) })),
  instants.map((at): EventTime => ({ kind: 'utc', at })),
  fc.record({ kind: fc.constant('zoned' as const), local: locals, zone: zones }),
  locals.map((local): EventTime => ({ kind: 'floating', local })),
)

/** Ends of an event with this start: of the same kind, or in another zone or UTC, never before it. */
function endsAfter(start: EventTime): Arbitrary<EventTime> {
  const seconds = fc.oneof(fc.constantFrom(0, 1800, 3600, 86_400), fc.integer({ min: 0, max: 20 * 86_400 }))
  switch (start.kind) {
    case 'date': return fc.integer({ min: 1, max: 40 }).map((days) => ({ kind: 'date', date: dateOf(dayOf(start.date) + days) }))
    case 'floating': return seconds.map((length) => ({ kind: 'floating', local: localOf(clockOf(start.local) + length * 1000) }))
    case 'utc':
    case 'zoned': {
      const ownZone: Arbitrary<TimeZoneId | 'UTC'> = fc.constant(start.kind === 'zoned' ? start.zone : 'UTC')
      const zone = fc.oneof({ weight: 4, arbitrary: ownZone }, { weight: 1, arbitrary: zones }, { weight: 1, arbitrary: fc.constant('UTC' as const) })
      return fc.tuple(seconds, zone).map(([length, inZone]) => endOf(start, length, inZone))
    }
  }
}

function endOf(start: EventTime, seconds: number, zone: TimeZoneId | 'UTC'): EventTime {
  if (seconds === 0) return start
  const at = instant(instantOf(start, timeZoneId('Etc/UTC')) + seconds * 1000)
  return zone === 'UTC' ? { kind: 'utc', at } : zonedOrUtc(at, zone)
}

/** Not empty, without control characters but tab and line feed; escapes, quotes, carets, long lines, wide characters and marks among them. */
export const texts: Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.array(fc.constantFrom('\n', '\t', ',', ';', ':', '\\', '"', '^', '^n', '\\n', ' ', 'a', 'é', '東', '👩‍👩‍👧', '\u202e', '\u0301', 'END:VEVENT', '=', "'"), { minLength: 1, maxLength: 30 }).map((all) => all.join('')),
  fc.string({ unit: 'grapheme', minLength: 60, maxLength: 400 }),
).map((text) => text.toWellFormed().replace(/[\ufffe\uffff]/g, '?'))

export const addresses: Arbitrary<EmailAddress> = fc.oneof(
  fc.emailAddress(),
  fc.constantFrom('anna+x@example.com', 'Bob%41@example.com', 'wer?@example.com', 'jürgen@münchen.example', 'ANNA@EXAMPLE.COM', "o'neil;x,y@example.com"),
).map((address) => emailAddress(address)).filter((address) => address !== undefined)

const uris: Arbitrary<string> = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.constantFrom('tel:+1-555-0100', 'https://example.com/a;b,c:d?e="f"'),
)

/** Drops the keys whose value is undefined, which the model never has. */
function present<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T
}

function maybe<T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined })
}

export const organizers: Arbitrary<Organizer> = fc.record({ address: addresses, displayName: maybe(texts) }).map(present<Organizer>)

export const attendees: Arbitrary<Attendee> = fc.record({
  address: addresses, displayName: maybe(texts), participation: fc.constantFrom('needs-action', 'accepted', 'declined', 'tentative'),
  isOptional: fc.boolean(), isResource: fc.boolean(), comment: maybe(texts), additionalGuests: fc.nat({ max: 20 }),
  scheduleAgent: fc.constantFrom('server', 'client', 'none'),
}).map(present<Attendee>)

export const alarmArbitrary: Arbitrary<Alarm> = fc.record({
  action: fc.constantFrom('display', 'audio', 'email'),
  trigger: fc.oneof(
    fc.record({ kind: fc.constant('relative' as const), to: fc.constantFrom('start', 'end'), seconds: fc.oneof(fc.integer({ min: -40_320, max: 0 }).map((minutes) => minutes * 60 || 0), fc.integer({ min: -9_999_999, max: 9_999_999 })) }),
    fc.record({ kind: fc.constant('absolute' as const), at: instants }),
  ),
})

export const alarms: Arbitrary<Alarms> = fc.record({ kind: fc.constantFrom('default', 'own'), list: fc.array(alarmArbitrary, { maxLength: 4 }) })

const conferences: Arbitrary<Conference> = fc.record({
  uri: uris, features: fc.subarray(['AUDIO', 'VIDEO', 'PHONE', 'CHAT', 'MODERATOR']), label: maybe(texts),
}).map(present<Conference>)

const attachments: Arbitrary<Attachment> = fc.record({
  uri: uris, title: maybe(texts), mediaType: maybe(fc.constantFrom('text/plain', 'application/pdf')),
}).map(present<Attachment>)

const people: Arbitrary<Pick<Event, 'organizer' | 'attendees'>> = fc.record({
  organizer: maybe(organizers),
  attendees: fc.uniqueArray(attendees, { maxLength: 4, selector: (each) => each.address.toLowerCase() }),
}).map(present<Pick<Event, 'organizer' | 'attendees'>>)

const acknowledgements: Arbitrary<Acknowledgement> = fc.record({
  at: instants,
  snoozes: fc.array(fc.record({ of: maybe(instants.filter((at) => at >= 0)), until: instants }).map(present<Acknowledgement['snoozes'][number]>), { maxLength: 2 }),
})

/** Events with a start of this kind. */
export function eventsFrom(start: Arbitrary<EventTime>): Arbitrary<Event> {
  const rest = fc.record({
    summary: maybe(texts), description: maybe(texts), htmlDescription: maybe(texts.map((text) => `<p>${text}</p>`)), location: maybe(texts),
    status: fc.constantFrom('confirmed' as const, 'tentative' as const),
    transparency: fc.constantFrom('opaque' as const, 'transparent' as const),
    visibility: fc.constantFrom('default' as const, 'public' as const, 'private' as const, 'confidential' as const),
    color: maybe(fc.constantFrom('turquoise', 'red', 'rebeccapurple')), url: maybe(uris), alarms, acknowledged: maybe(acknowledgements),
    conferences: fc.array(conferences, { maxLength: 2 }), attachments: fc.array(attachments, { maxLength: 2 }),
    sequence: fc.oneof(fc.nat({ max: 3 }), fc.nat()), created: maybe(instants), updated: maybe(instants),
    eventType: maybe(fc.constantFrom('birthday', 'outOfOffice')),
  })
  const span = start.chain((from) => fc.record({ start: fc.constant(from), end: endsAfter(from) }))
  return fc.tuple(span, people, rest).map(([when, who, what]) => present<Event>({ ...when, ...who, ...what }))
}

export const events: Arbitrary<Event> = eventsFrom(times)

export const uids: Arbitrary<EventUid> = fc.oneof(fc.uuid(), texts)
  // oxlint-disable-next-line no-control-regex
  .map((text) => text.replace(/[\u0000-\u001f\u007f]/g, '').trim().slice(0, 500).toWellFormed()).filter((text) => text !== '').map(eventUid)

const weekdays: readonly Weekday[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

function sortedNumbers(min: number, max: number): Arbitrary<readonly number[]> {
  const numbers = fc.integer({ min, max }).filter((number) => number !== 0)
  return fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.uniqueArray(numbers, { minLength: 1, maxLength: 4 }).map((all) => all.sort((a, b) => a - b)) })
}

function ruleEnds(start: EventTime): Arbitrary<RecurrenceRule['end']> {
  const until = instants.map((at): EventTime => {
    if (start.kind === 'date') return { kind: 'date', date: plainDate(localOf(at).slice(0, 10)) }
    return start.kind === 'floating' ? { kind: 'floating', local: localOf(at) } : { kind: 'utc', at }
  })
  return fc.oneof(
    fc.constant({ kind: 'never' as const }), fc.integer({ min: 1, max: 500 }).map((count) => ({ kind: 'count' as const, count })),
    until.map((time) => ({ kind: 'until' as const, until: time })),
  )
}

/** Legal rules for a series with this start, in canonical form; many of them fit no day near it. */
export function rulesFor(start: EventTime): Arbitrary<RecurrenceRule> {
  const weekly = fc.record({ byDay: fc.subarray([...weekdays]).map((days) => days.map((weekday) => ({ weekday }))), byMonth: sortedNumbers(1, 12) })
  const byDay = fc.subarray([-1, 1, 2, 5].flatMap((ordinal) => weekdays.map((weekday) => ({ weekday, ordinal }))), { maxLength: 3 })
  const monthly = fc.record({ byDay, byMonthDay: sortedNumbers(-31, 31), byMonth: sortedNumbers(1, 12) })
  const yearly = fc.record({ byYearDay: sortedNumbers(-366, 366), byMonth: sortedNumbers(1, 12), byDay })
  const daily = fc.record({ byMonth: sortedNumbers(1, 12), byMonthDay: sortedNumbers(-31, 31) })
  const hours = start.kind === 'date' ? fc.constant({}) : fc.record({ byHour: sortedNumbers(1, 23), byMinute: sortedNumbers(1, 59), bySecond: sortedNumbers(1, 59) })
  const parts = fc.oneof(
    daily.map((each) => ({ frequency: 'DAILY' as const, ...each })), weekly.map((each) => ({ frequency: 'WEEKLY' as const, ...each })),
    monthly.map((each) => ({ frequency: 'MONTHLY' as const, ...each })), yearly.map((each) => ({ frequency: 'YEARLY' as const, ...each })),
  )
  const none = { bySecond: [], byMinute: [], byHour: [], byDay: [], byMonthDay: [], byYearDay: [], byWeekNumber: [], byMonth: [], bySetPosition: [] }
  return fc.record({ parts, hours, end: ruleEnds(start), interval: fc.constantFrom(1, 1, 2, 13), weekStart: fc.constantFrom('MO', 'SU') })
    .map(({ parts: by, hours: at, ...rest }): RecurrenceRule => ({ ...none, ...by, ...at, ...rest } as RecurrenceRule))
}

/** Names of instances of a series that starts like this: of its kind, whether or not its rules lead there. */
export function idsLike(start: EventTime): Arbitrary<RecurrenceId> {
  return instants.map((at) => recurrenceIdOf(
    start.kind === 'date' ? { kind: 'date', date: plainDate(localOf(at).slice(0, 10)) }
      : start.kind === 'floating' ? { kind: 'floating', local: localOf(at) } : { kind: 'utc', at }))
}

const singleSeries: Arbitrary<EventSeries> = fc.record({ kind: fc.constant('single' as const), uid: uids, event: events })

const recurringSeries: Arbitrary<EventSeries> = events.chain((master) => {
  const ids = fc.uniqueArray(idsLike(master.start), { maxLength: 8 })
  return fc.record({
    uid: uids, rules: fc.array(rulesFor(master.start), { maxLength: 2 }), ids, cut: fc.nat({ max: 8 }),
    dates: fc.uniqueArray(idsLike(master.start), { maxLength: 3 }), changed: fc.array(events, { minLength: 8, maxLength: 8 }),
  }).filter(({ rules, dates }) => rules.length > 0 || withoutStart(dates, master).length > 0).map((made): EventSeries => {
    const recurrence: Recurrence = { rules: made.rules, dates: withoutStart(made.dates, master) }
    const overrides = new Map(made.ids.slice(0, made.cut).map((id, i) => [id, made.changed[i]!]))
    return { kind: 'recurring', uid: made.uid, master, recurrence, overrides, cancelled: new Set(made.ids.slice(made.cut)) }
  })
})

/** RDATE of the start itself says nothing, so that the model does not hold it. */
function withoutStart(dates: readonly RecurrenceId[], master: Event): readonly RecurrenceId[] {
  return dates.filter((date) => date !== recurrenceIdOf(master.start)).sort()
}

const detachedSeries: Arbitrary<EventSeries> = fc.tuple(times, uids).chain(([like, uid]) =>
  fc.uniqueArray(fc.tuple(idsLike(like), events), { minLength: 1, maxLength: 3, selector: ([id]) => id })
    .filter((all) => like.kind !== 'zoned' || all.some(([id]) => timeOfRecurrenceId(id, like).kind === 'zoned'))
    .map((all): EventSeries => ({ kind: 'detached', uid, overrides: new Map(all), ...(like.kind === 'zoned' ? { zone: like.zone } : {}) })))

/** Every kind of calendar object that the model has. */
export const series: Arbitrary<EventSeries> = fc.oneof(singleSeries, { weight: 2, arbitrary: recurringSeries }, detachedSeries)
