import { describe, expect, test } from 'vitest'
import { timeZoneId } from '../../src/calendar/identifiers.ts'
import { DavError } from '../../src/caldav/errors.ts'
import { compileFilter } from '../../src/caldav/filter.ts'
import { clark } from '../../src/dav/names.ts'
import { parseReport } from '../../src/dav/requests.ts'
import type { CompFilter } from '../../src/dav/requests.ts'
import { eastern, objectKeys, seriesOf } from './appendix-b.ts'
import type { ObjectKey } from './appendix-b.ts'

/** @param inside what stands in the comp-filter of VCALENDAR; prefix C */
function parsed(inside: string): CompFilter {
  const request = parseReport(new TextEncoder().encode(`<?xml version="1.0"?>
    <C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>
    <C:filter><C:comp-filter name="VCALENDAR">${inside}</C:comp-filter></C:filter></C:calendar-query>`))
  if (request.kind !== 'calendar-query') throw new Error(request.kind)
  return request.filter
}

const compiled = (inside: string, zone = eastern) => compileFilter(parsed(inside), zone, eastern)

function found(inside: string, zone = eastern): readonly ObjectKey[] {
  const filter = compiled(inside, zone)
  return objectKeys.filter((key) => filter.matches({ series: seriesOf(key) }))
}

const event = (inside: string) => `<C:comp-filter name="VEVENT">${inside}</C:comp-filter>`
const range = (start: string | undefined, end?: string) => `<C:time-range${start ? ` start="${start}"` : ''}${end ? ` end="${end}"` : ''}/>`
const prop = (name: string, inside = '') => `<C:prop-filter name="${name}">${inside}</C:prop-filter>`
const text = (value: string, more = '') => `<C:text-match ${more}>${value}</C:text-match>`
const param = (name: string, inside = '') => `<C:param-filter name="${name}">${inside}</C:param-filter>`
const absent = '<C:is-not-defined/>'
const octet = 'collation="i;octet"'
const unicode = 'collation="i;unicode-casemap"'
const negated = 'negate-condition="yes"'

type Row = readonly [title: string, filter: string, expected: readonly ObjectKey[]]

describe('calendar-query filters: the examples of RFC 4791 §7.8', () => {
  test.each<Row>([
    ['§7.8.1 and §7.8.2: a time-range on VEVENT', event(range('20060104T000000Z', '20060105T000000Z')), ['abcd2', 'abcd3']],
    ['§7.8.6: a UID', event(prop('UID', text('DC6C50A017428C5216A2F1CD@example.com', octet))), ['abcd3']],
    ['§7.8.7: a PARTSTAT', event(prop('ATTENDEE', text('mailto:lisa@example.com') + param('PARTSTAT', text('NEEDS-ACTION')))), ['abcd3']],
    ['§7.8.8: all events', event(''), objectKeys],
    ['§7.8.9: all VTODO that are not completed: there are none', `<C:comp-filter name="VTODO">${prop('COMPLETED', absent)}${prop('STATUS', text('CANCELLED', negated))}</C:comp-filter>`, []],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))
})

describe('calendar-query filters: components (RFC 4791 §9.7.1)', () => {
  test.each<Row>([
    ['VCALENDAR alone matches everything (calcurse)', '', objectKeys],
    ['a component of another kind is not there', '<C:comp-filter name="VJOURNAL"/>', []],
    ['is-not-defined on what is never there', `<C:comp-filter name="VTODO">${absent}</C:comp-filter>`, objectKeys],
    ['is-not-defined on what is always there', event(absent), []],
    ['is-not-defined on VCALENDAR itself', absent, []],
    ['names are compared without case', '<C:comp-filter name="vevent"><C:prop-filter name="location"/></C:comp-filter>', ['endless']],
    ['VALARM is there', event('<C:comp-filter name="VALARM"/>'), ['endless', 'moment']],
    ['VALARM is not there', event(`<C:comp-filter name="VALARM">${absent}</C:comp-filter>`), ['abcd1', 'abcd2', 'abcd3', 'allDay', 'floating']],
    ['VTIMEZONE is not there', `<C:comp-filter name="VTIMEZONE">${absent}</C:comp-filter>`, ['allDay', 'floating', 'moment']],
    ['properties of VCALENDAR itself', prop('VERSION', text('2.0')), objectKeys],
    ['several conditions hold together', event(prop('SUMMARY', text('event')) + prop('DESCRIPTION')), ['abcd1']],
    ['and for one and the same component: the master is not "bis" and the change is not on the 3rd',
      event(range('20060103T000000Z', '20060104T000000Z') + prop('SUMMARY', text('bis'))), []],
    ['two comp-filters of one component each have to hold',
      event('<C:comp-filter name="VALARM"/>') + event(prop('SUMMARY', text('length'))), ['moment']],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))
})

describe('calendar-query filters: time-range on VEVENT (RFC 4791 §9.9)', () => {
  test.each<Row>([
    ['the start belongs to the range, the end does not: touching before', event(range('20060102T160000Z', '20060102T170000Z')), []],
    ['touching after', event(range('20060102T140000Z', '20060102T150000Z')), []],
    ['one second inside', event(range('20060102T155959Z', '20060102T160000Z')), ['abcd1']],
    ['a changed instance is found where it is', event(range('20060104T190000Z', '20060104T193000Z')), ['abcd2']],
    ['and not where it was', event(range('20060104T171500Z', '20060104T173000Z')), []],
    ['nor beyond its COUNT', event(range('20060107T170000Z', '20060107T180000Z')), []],
    ['an open end', event(range('20060108T000000Z')), ['allDay', 'floating', 'endless', 'moment']],
    ['an open end centuries later: only what has no end', event(range('25000101T000000Z')), ['endless']],
    ['a week far in the future', event(range('20900101T000000Z', '20900108T000000Z')), ['endless']],
    ['two days between two instances of it', event(range('20900104T000000Z', '20900105T000000Z')), []],
    ['an open start', event(range(undefined, '20060102T160000Z')), ['abcd1']],
    ['an instance that is excluded', event(range('20060110T120000Z', '20060110T150000Z')), ['allDay']],
    ['all-day: the day begins at midnight of the zone', event(range('20060110T040000Z', '20060110T050000Z')), []],
    ['all-day: and ends with it', event(range('20060111T045959Z', '20060111T060000Z')), ['allDay']],
    ['no length: its start belongs to the range', event(range('20060120T120000Z', '20060120T130000Z')), ['moment']],
    ['no length: the end of the range does not', event(range('20060120T110000Z', '20060120T120000Z')), []],
    ['floating: read in the zone of the calendar', event(range('20060112T140000Z', '20060112T150000Z')), ['floating']],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))

  test('dates and floating times count in the zone of the request where it names one (RFC 4791 §7.3)', () => {
    const tokyo = timeZoneId('Asia/Tokyo')
    expect(found(event(range('20060112T000000Z', '20060112T010000Z')), tokyo)).toEqual(['floating'])
    expect(found(event(range('20060109T150000Z', '20060109T160000Z')), tokyo)).toEqual(['allDay'])
  })
})

describe('calendar-query filters: time-range on VALARM (RFC 4791 §9.9)', () => {
  const alarm = (inside: string) => event(`<C:comp-filter name="VALARM">${inside}</C:comp-filter>`)
  test.each<Row>([
    ['an alarm before the first instance', alarm(range('20060103T123000Z', '20060103T123001Z')), ['endless']],
    ['not at the instance itself', alarm(range('20060103T130000Z', '20060103T140000Z')), []],
    ['an alarm of an instance decades later', alarm(range('20500104T000000Z', '20500105T000000Z')), ['endless']],
    ['none for an instance that is excluded', alarm(range('20060110T000000Z', '20060111T000000Z')), []],
    ['at a moment of its own', alarm(range('20060101T060000Z', '20060101T070000Z')), ['moment']],
    ['the end of the range does not belong to it', alarm(range('20060101T050000Z', '20060101T060000Z')), []],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))
})

describe('calendar-query filters: properties (RFC 4791 §9.7.2)', () => {
  test.each<Row>([
    ['is there', event(prop('LOCATION')), ['endless']],
    ['is not there', event(prop('DESCRIPTION', absent) + prop('ORGANIZER', absent) + prop('LOCATION', absent) + prop('RRULE', absent)), ['abcd2', 'allDay', 'floating', 'moment']],
    ['text is part of the value, without case', event(prop('SUMMARY', text('EVENT #2 BIS'))), ['abcd2']],
    ['i;octet tells cases apart', event(prop('SUMMARY', text('EVENT', octet))), []],
    ['i;octet, the right case', event(prop('SUMMARY', text('Event', octet))), ['abcd1', 'abcd2', 'abcd3']],
    ['i;ascii-casemap folds nothing but ASCII', event(prop('LOCATION', text('ZÜRICH'))), []],
    ['i;unicode-casemap folds all letters', event(prop('LOCATION', text('ZÜRICH', unicode))), ['endless']],
    ['i;unicode-casemap knows decomposed letters', event(prop('LOCATION', text('zu\u0308rich', unicode))), ['endless']],
    ['the default collation by name', event(prop('LOCATION', text('rich', 'collation="default"'))), ['endless']],
    ['values are read without their escapes', event(prop('LOCATION', text('rich; stra'))), ['endless']],
    ['a comma as well', event(prop('SUMMARY', text('week, without'))), ['endless']],
    ['negated: the property is there and has no such text', event(prop('LOCATION', text('zzz', negated))), ['endless']],
    ['negated: one of the events of an object is enough', event(prop('SUMMARY', text('bis', negated))), objectKeys],
    ['part of a UID', event(prop('UID', text('@EXAMPLE'))), objectKeys],
    ['a negated UID', event(prop('UID', text('@example', negated))), []],
    ['no alarm has a UID, though its event has', event(`<C:comp-filter name="VALARM">${prop('UID', text('endless'))}</C:comp-filter>`), []],
    ['a date in a range: DTSTART of the component itself', event(prop('DTSTART', range('20060112T140000Z', '20060112T140001Z'))), ['floating']],
    ['DTEND, also of what was written with DURATION', event(prop('DTEND', range('20060102T160000Z', '20060102T160001Z'))), ['abcd1']],
    ['the start belongs to the range, the end does not', event(prop('DTSTART', range('20060112T130000Z', '20060112T140000Z'))), []],
    ['LAST-MODIFIED', event(prop('LAST-MODIFIED', range('20060206T001330Z', '20060206T001331Z'))), ['abcd3']],
    ['RECURRENCE-ID in its zone', event(prop('RECURRENCE-ID', range('20060104T170000Z', '20060104T170001Z'))), ['abcd2']],
    ['EXDATE', event(prop('EXDATE', range('20060110T130000Z', '20060110T130001Z'))), ['endless']],
    ['COMPLETED: events have none', event(prop('COMPLETED', range('20060101T000000Z'))), []],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))
})

describe('calendar-query filters: parameters (RFC 4791 §9.7.3)', () => {
  test.each<Row>([
    ['is there', event(prop('ATTENDEE', param('PARTSTAT'))), ['abcd3']],
    ['is not there', event(prop('DTSTART', param('TZID', absent))), ['allDay', 'floating', 'moment']],
    ['has the text', event(prop('DTSTART', param('VALUE', text('date')))), ['allDay']],
    ['has another text', event(prop('DTSTART', param('VALUE', text('date-time')))), []],
    ['negated', event(prop('ATTENDEE', text('lisa') + param('PARTSTAT', text('ACCEPTED', negated)))), ['abcd3']],
    ['of one and the same property: Cyrus has accepted, Lisa has not', event(prop('ATTENDEE', text('lisa') + param('PARTSTAT', text('ACCEPTED')))), []],
  ])('%s', (_, filter, expected) => expect(found(filter)).toEqual(expected))
})

describe('calendar-query filters: what the filter alone tells', () => {
  test.each<readonly [title: string, filter: string, scope: string]>([
    ['VCALENDAR alone', '', 'all'],
    ['VEVENT alone', event(''), 'all'],
    ['no VTODO', `<C:comp-filter name="VTODO">${absent}</C:comp-filter>`, 'all'],
    ['VTODO (KDE)', '<C:comp-filter name="VTODO"/>', 'none'],
    ['VTODO in a time range', `<C:comp-filter name="VTODO">${range('20060101T000000Z')}</C:comp-filter>`, 'none'],
    ['VEVENT in a time range', event(range('20060101T000000Z')), 'some'],
    ['VEVENT and VTODO', event('') + '<C:comp-filter name="VTODO"/>', 'none'],
  ])('%s: %s', (_, filter, scope) => expect(compiled(filter).scope).toBe(scope))

  test('the range of VEVENT narrows what is read, with a second to spare', () => {
    expect(compiled(event(range('20060101T000001Z', '20060102T000000Z'))).range).toEqual({ from: Date.UTC(2006, 0, 1), to: Date.UTC(2006, 0, 2, 0, 0, 1) })
    expect(compiled(event(range(undefined, '20060102T000000Z'))).range).toEqual({ to: Date.UTC(2006, 0, 2, 0, 0, 1) })
  })

  test('it is wider where the request counts in another zone than the backend', () => {
    expect(compiled(event(range('20060103T000000Z', '20060104T000000Z')), timeZoneId('Asia/Tokyo')).range)
      .toEqual({ from: Date.UTC(2006, 0, 1, 22), to: Date.UTC(2006, 0, 5, 2) })
  })

  test('a range of an alarm or a property does not narrow it', () => {
    expect(compiled(event(prop('DTSTART', range('20060101T000000Z')))).range).toBeUndefined()
    expect(compiled(event(`<C:comp-filter name="VALARM">${range('20060101T000000Z')}</C:comp-filter>`)).range).toBeUndefined()
  })
})

describe('calendar-query filters: what cannot be searched is refused by name (RFC 4791 §7.8)', () => {
  test.each<readonly [title: string, filter: string, condition: string, named: readonly string[]]>([
    ['an unknown collation', event(prop('SUMMARY', text('x', 'collation="i;klingon"'))), 'supported-collation', []],
    ['a collation pattern', event(prop('SUMMARY', text('x', 'collation="i;*"'))), 'supported-collation', []],
    ['an unknown collation of a parameter', event(prop('ATTENDEE', param('CN', text('x', 'collation="i;klingon"')))), 'supported-collation', []],
    ['a time-range on a component of unknown kind', `<C:comp-filter name="X-THING">${range('20060101T000000Z')}</C:comp-filter>`, 'supported-filter', ['comp-filter X-THING']],
    ['a time-range on a property of unknown kind', event(prop('X-DATE', range('20060101T000000Z'))), 'supported-filter', ['prop-filter X-DATE']],
    ['also inside of what is never there', `<C:comp-filter name="VTODO">${prop('X-DATE', range('20060101T000000Z'))}</C:comp-filter>`, 'supported-filter', ['prop-filter X-DATE']],
  ])('%s: %s', (_, filter, condition, named) => {
    const error = refusalOf(() => compiled(filter))
    expect([error.status, clark(error.condition!)]).toEqual([403, `{urn:ietf:params:xml:ns:caldav}${condition}`])
    expect(error.conditionContent.map((each) => (typeof each === 'string' ? each : `${each.name.local} ${each.attributes.get('name')}`))).toEqual(named)
  })
})

function refusalOf(run: () => unknown): DavError {
  try {
    run()
  } catch (error) {
    if (error instanceof DavError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
