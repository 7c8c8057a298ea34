import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { timeZoneId } from '../../src/calendar/identifiers.ts'
import { property, type Component } from '../../src/icalendar/component.ts'
import { readComponent } from '../../src/icalendar/lexer.ts'
import { resolveTimeZone, timeZoneComponent } from '../../src/icalendar/time-zone.ts'

interface Block { readonly start: string; readonly from: string; readonly to: string; readonly rule?: string; readonly dates?: string; readonly kind?: 'DAYLIGHT' }

/** A VTIMEZONE by its blocks. */
function definition(tzid: string, ...blocks: readonly Block[]): Component {
  const components = blocks.map(({ start, from, to, rule, dates, kind = 'STANDARD' }): Component => ({
    name: kind, components: [], line: 0,
    properties: [property('DTSTART', start), property('TZOFFSETFROM', from), property('TZOFFSETTO', to),
      ...(rule === undefined ? [] : [property('RRULE', rule)]), ...(dates === undefined ? [] : [property('RDATE', dates)])],
  }))
  return { name: 'VTIMEZONE', properties: [property('TZID', tzid)], components, line: 0 }
}

const yearly = (month: number, day: string) => `FREQ=YEARLY;BYMONTH=${month};BYDAY=${day}`
const europe = (standard: string, summer: string): Block[] => [
  { start: '16010101T030000', from: summer, to: standard, rule: yearly(10, '-1SU') }, { start: '16010101T020000', from: standard, to: summer, rule: yearly(3, '-1SU'), kind: 'DAYLIGHT' }]
const america = (standard: string, summer: string): Block[] => [
  { start: '20071104T020000', from: summer, to: standard, rule: yearly(11, '1SU') }, { start: '20070311T020000', from: standard, to: summer, rule: yearly(3, '2SU'), kind: 'DAYLIGHT' }]
const fixed = (offset: string): Block => ({ start: '19700101T000000', from: offset, to: offset })

const years: [number, number] = [2026, 2027]
const resolved = (tzid: string, component?: Component, more: { calendarZone?: string; years?: [number, number] } = {}) => {
  const found = resolveTimeZone(tzid, component, { years: more.years ?? years, ...(more.calendarZone === undefined ? {} : { calendarZone: timeZoneId(more.calendarZone) }) })
  return found?.kind === 'fixed' ? found.offsetSeconds : found?.kind === 'zone' ? found.zone : found?.kind
}

describe('by name, without a VTIMEZONE', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'], ['europe/berlin', 'Europe/Berlin'], ['"Europe/Berlin"', 'Europe/Berlin'], ['Europe/Kyiv', 'Europe/Kyiv'],
    ['/mozilla.org/20050126_1/Asia/Sakhalin', 'Asia/Sakhalin'], ['/Europe/Stockholm', 'Europe/Stockholm'], ['/softwarestudio.org/Olson_20011030_5/America/New_York', 'America/New_York'],
    ['/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta', 'America/Argentina/Salta'], ['/freeassociation.sourceforge.net/Europe/Paris', 'Europe/Paris'],
    ['/citadel.org/20211103_1/Europe/London', 'Europe/London'],
    ['America_New_York', 'America/New_York'], ['America-Chicago', 'America/Chicago'], ['America_Argentina_Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['W. Europe Standard Time', 'Europe/Berlin'], ['w. europe standard time', 'Europe/Berlin'], ['Pacific Standard Time', 'America/Los_Angeles'],
    ['Central Standard Time (Mexico)', 'America/Mexico_City'], ['India Standard Time', 'Asia/Kolkata'], ['GMT Standard Time', 'Europe/London'], ['UTC-02', 'Etc/GMT+2'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Amsterdam'], ['(GMT-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['(GMT+01.00) Sarajevo/Warsaw/Zagreb', undefined], ['(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb', 'Europe/Sarajevo'], ['(UTC) Coordinated Universal Time', /^(Etc\/)?UTC$/],
    ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 'Asia/Kolkata'], ['Canberra, Melbourne, Sydney', 'Australia/Sydney'], ['Eastern', 'America/New_York'],
    ['(UTC-08:00) Pacific Time (US & Canada)', 'America/Los_Angeles'], ['(UTC+12:00) Auckland, Wellington', 'Pacific/Auckland'], ['(UTC+03:00) Kuwait, Riyadh', 'Asia/Kuwait'],
    ['GMT+0200', 7200], ['UTC-3:30', -12_600], ['UTC', 'UTC'], ['Z', undefined], ['Customized Time Zone', undefined], ['', undefined], ['constructor', undefined], ['__proto__', undefined],
    ['tzone://Microsoft/Custom', undefined], ['/', undefined], ['x'.repeat(5000), undefined],
  ])('%s is %s', (tzid, expected) => {
    expect(resolved(tzid)).toEqual(expected instanceof RegExp ? expect.stringMatching(expected) : expected)
  })

  test('what has only a name of Windows, or a city, gets the name that IANA has for it now', () => {
    const names = ['Argentina Standard Time', 'FLE Standard Time', 'Greenland Standard Time', 'Myanmar Standard Time', 'Nepal Standard Time', 'US Eastern Standard Time', '(UTC+07:00) Saigon', 'Calcutta, Mumbai']
    expect(names.map((name) => resolved(name))).toEqual([
      'America/Argentina/Buenos_Aires', 'Europe/Kyiv', 'America/Nuuk', 'Asia/Yangon', 'Asia/Kathmandu', 'America/Indiana/Indianapolis', 'Asia/Ho_Chi_Minh', 'Asia/Kolkata',
    ])
  })

  test('an old name of IANA\'s own stays as it is', () => {
    for (const name of ['Asia/Calcutta', 'Europe/Kiev', 'US/Pacific', 'America/Buenos_Aires']) {
      expect([name, `/vendor/1/${name}`].map((each) => resolved(each)), name).toEqual([name, name])
    }
  })

  test('X-LIC-LOCATION is a name too', () => {
    const component = definition('Home', fixed('+0900'))
    expect(resolved('Home', { ...component, properties: [...component.properties, property('X-LIC-LOCATION', 'Asia/Tokyo')] })).toBe('Asia/Tokyo')
  })
})

describe('by rules', () => {
  test.each([
    ['the zone of the calendar comes first', europe('+0100', '+0200'), 'Europe/Vienna', 'Europe/Vienna'],
    ['unless its rules are others', america('-0500', '-0400'), 'Europe/Vienna', 'America/New_York'],
    ['then common zones', europe('+0100', '+0200'), undefined, 'Europe/Berlin'],
    ['by their real transitions, not by offsets alone', europe('+0200', '+0300'), undefined, 'Europe/Athens'],
    ['half hours', [fixed('+0530')], undefined, 'Asia/Kolkata'],
    ['a zone that only Windows has a name for', [fixed('+0845')], undefined, 'Australia/Eucla'],
    ['an offset that no zone has', [fixed('+0037')], undefined, 2220],
    ['rules that no zone has', europe('+0017', '+0117'), undefined, 'defined'],
  ] as const)('%s', (_, blocks, calendarZone, expected) => {
    expect(resolved('Customized Time Zone', definition('Customized Time Zone', ...blocks), calendarZone === undefined ? {} : { calendarZone })).toBe(expected)
  })

  test.each([
    ['Europe/Berlin', america('-0500', '-0400'), 'America/New_York'],
    ['Europe/London', europe('+0200', '+0300'), 'Europe/Athens'],
    ['W. Europe Standard Time', [fixed('+0530')], 'Asia/Kolkata'],
    ['(UTC-05:00) Eastern Time (US & Canada)', [fixed('-0500')], 'America/Bogota'],
  ])('%s gives way where the VTIMEZONE says something else', (tzid, blocks, expected) => {
    expect(resolved(tzid, definition(tzid, ...blocks))).toBe(expected)
  })

  test.each([
    ['rules', europe('-0500', '-0400'), 'contradicted'],
    ['an offset', [fixed('+0517')], 19_020],
  ] as const)('a name means nothing where the VTIMEZONE never says what holds there, and %s that no zone has', (_, blocks, expected) => {
    expect(resolved('Europe/Berlin', definition('Europe/Berlin', ...blocks))).toBe(expected)
  })

  test.each([
    ['the VTIMEZONE has no block', 'Europe/Berlin', [], 'Europe/Berlin'],
    ['it has one offset of the zone only', 'Europe/Berlin', [fixed('+0100')], 'Europe/Berlin'],
    ['it knows one summer, long ago', 'America/New_York', america('-0500', '-0400').map(({ start, from, to, kind }): Block => (kind === undefined ? { start, from, to } : { start, from, to, kind })), 'America/New_York'],
    ['it is wrong by an hour at each change', 'Europe/Berlin', europe('+0100', '+0200').map((block) => ({ ...block, start: '16010101T010000' })), 'Europe/Berlin'],
    ['its rules are out of date and of no other zone', 'America/New_York',
      [{ start: '19671029T020000', from: '-0400', to: '-0500', rule: yearly(10, '-1SU') }, { start: '19870405T020000', from: '-0500', to: '-0400', rule: yearly(4, '1SU'), kind: 'DAYLIGHT' }] as Block[], 'America/New_York'],
    ['a line of it cannot be read', 'Europe/Berlin', [{ ...fixed('-0500'), from: 'x' }], 'Europe/Berlin'],
  ])('a name stays where %s', (_, tzid, blocks, expected) => {
    expect(resolved(tzid, definition(tzid, ...blocks))).toBe(expected)
  })

  test('the years of the event count, not those of today', () => {
    const old: Block[] = [{ start: '19501029T020000', from: '-0400', to: '-0500', rule: yearly(10, '-1SU') }, { start: '19500402T020000', from: '-0500', to: '-0400', rule: yearly(4, '1SU'), kind: 'DAYLIGHT' }]
    expect(resolved('Office', definition('Office', ...old), { years: [2005, 2005] })).toBe('America/New_York')
    expect(resolved('Office', definition('Office', ...old), { years: [2026, 2026] })).toBe('defined')
  })

  test('rules that no zone has tell nothing but of their own years', () => {
    const [autumn, spring] = europe('+0017', '+0117')
    const until = (block: Block): Block => ({ ...block, rule: `${block.rule};UNTIL=20300101T000000Z` })
    const zone = definition('Office', until({ ...autumn!, start: '20201025T030000' }), until({ ...spring!, start: '20200329T020000' }))
    const spans: [number, number][] = [[2020, 2021], [2028, 2029], [2019, 2020], [2029, 2031]]
    expect(spans.map((span) => resolved('Office', zone, { years: span }))).toEqual(['defined', 'defined', undefined, undefined])
  })

  test('a list of dates tells as much as a rule', () => {
    const blocks: Block[] = [{ start: '20141026T030000', from: '+0200', to: '+0100', dates: '20151025T030000' }, { start: '20140330T020000', from: '+0100', to: '+0200', dates: '20150329T020000,20160327T020000', kind: 'DAYLIGHT' }]
    expect(resolved('Office', definition('Office', ...blocks), { years: [2014, 2015] })).toBe('Europe/Berlin')
    expect(resolved('Office', definition('Office', ...blocks), { years: [2026, 2026] })).toBe('Europe/Berlin')
  })

  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'America/Sao_Paulo', 'Europe/Moscow', 'Asia/Tehran', 'Africa/Cairo'])('%s is found again by what we write of it', (zone) => {
    for (const year of [2005, 2015, 2026]) {
      const component = timeZoneComponent(timeZoneId(zone), year)
      expect(resolved(zone, component, { years: [year, year] })).toBe(zone)
      expect(resolved('Unheard of', component, { years: [year, year], calendarZone: zone })).toBe(zone)
    }
  })

  test('without years what holds lately counts', () => {
    expect(resolveTimeZone('Customized Time Zone', definition('x', ...america('-0800', '-0700')))).toEqual({ kind: 'zone', zone: 'America/Los_Angeles' })
  })
})

describe('hostile definitions', () => {
  test.each([
    ['a change every second since 1601', definition('Bomb', { start: '16010101T000000', from: '+0100', to: '+0200', rule: 'FREQ=SECONDLY' })],
    ['no block', definition('Hollow')],
    ['ten thousand blocks', definition('Many', ...Array.from({ length: 10_000 }, () => fixed('+0100')))],
    ['ten thousand dates', definition('Dates', { ...fixed('+0100'), dates: Array.from({ length: 10_000 }, () => '20260101T000000').join() })],
    ['a change every Sunday, and back every Thursday', definition('Dense', { ...fixed('+0100'), to: '+0200', rule: 'FREQ=YEARLY;BYDAY=SU' }, { ...fixed('+0200'), to: '+0100', rule: 'FREQ=YEARLY;BYDAY=TH' })],
    ['a rule that names every day', definition('Days', { ...fixed('+0100'), to: '+0200', rule: `FREQ=YEARLY;BYYEARDAY=${Array.from({ length: 366 }, (_, day) => day + 1).join()}` })],
    ['a rule that counts', definition('Count', { ...fixed('+0100'), to: '+0200', rule: 'FREQ=YEARLY;COUNT=999999999' })],
    ['an offset beyond a day', definition('Offset', fixed('+9900'))],
    ['a date that is none', definition('Date', { ...fixed('+0100'), start: '20269999T000000' })],
    ['no zone at all', { name: 'VTIMEZONE', properties: [], components: [], line: 0 }],
  ])('%s tells nothing', (_, component) => {
    expect(resolved('Unheard of', component)).toBeUndefined()
    expect(resolved('Europe/Berlin', component)).toBe('Europe/Berlin')
  })

  test('years beyond the calendar are bounded', () => {
    expect(resolved('Office', definition('Office', ...europe('+0100', '+0200')), { years: [1, 9999] })).toBe(undefined)
    expect(resolved('Europe/Berlin', definition('Europe/Berlin', ...europe('+0100', '+0200')), { years: [1, 9999] })).toBe('Europe/Berlin')
  })
})

const corpus = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus')
const hasCorpus = existsSync(corpus)
if (!hasCorpus) console.log('skipped: the collected calendars of real programs are not at hand')

describe.skipIf(!hasCorpus)('the VTIMEZONEs of real programs', () => {
  /** What is not the name itself in plain spelling. */
  const others: Readonly<Record<string, string>> = {
    'W. Europe Standard Time': 'Europe/Berlin', 'Romance Standard Time': 'Europe/Paris', 'Pacific Standard Time': 'America/Los_Angeles', 'Eastern Standard Time': 'America/New_York',
    'GMT Standard Time': 'Europe/London', 'Central European Standard Time': 'Europe/Warsaw', 'Arabian Standard Time': 'Asia/Dubai', 'Customized Time Zone': 'Europe/Vienna',
    Eastern: 'America/New_York', 'Central European': 'Europe/Berlin', 'Canberra, Melbourne, Sydney': 'Australia/Sydney', '(GMT-05.00) Eastern Time (US & Canada)': 'America/New_York',
    IndianReunion: 'Asia/Dubai', Europe_Berlin: 'Europe/Berlin', Europe_Amsterdam: 'Europe/Amsterdam', America_New_York: 'America/New_York', America_Bogota: 'America/Bogota', 'America-Chicago': 'America/Chicago',
    '/softwarestudio.org/Olson_20011030_5/America/New_York': 'America/New_York', '/mozilla.org/20050126_1/Asia/Sakhalin': 'Asia/Sakhalin',
  }

  function* zonesOf(folder: string): Generator<{ tzid: string; component: Component; body: string }> {
    for (const file of readdirSync(join(corpus, folder))) {
      const body = readFileSync(join(corpus, folder, file))
      let calendar: Component
      // Bodies that are no iCalendar at all are the matter of the tests of the lexer.
      try { calendar = readComponent(body) } catch { continue }
      for (const component of calendar.components.filter((each) => each.name === 'VTIMEZONE')) {
        yield { tzid: component.properties.find((each) => each.name === 'TZID')?.value.replaceAll('\\,', ',') ?? '', component, body: body.toString('latin1') }
      }
    }
  }

  test('mean the zones that their users meant', () => {
    const found = [...zonesOf('real'), ...zonesOf('itip')].map(({ tzid, component, body }) => {
      const year = Math.max(...[...body.matchAll(/DTSTART[^:\n]*:(\d{4})\d{4}T/g)].map((match) => Number(match[1])).filter((each) => each > 1990), 2000)
      return [tzid, resolved(tzid, component, { years: [year, year + 1], calendarZone: 'Europe/Vienna' })]
    })
    expect(found.length).toBeGreaterThan(50)
    expect(found).toEqual(found.map(([tzid]) => [tzid, others[tzid as string] ?? tzid]))
  })
})
