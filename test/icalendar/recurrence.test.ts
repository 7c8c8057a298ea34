import { describe, expect, test } from 'vitest'

import type { EventTime } from '../../src/calendar/event.ts'
import { instant, localDateTime, plainDate, recurrenceId, timeZoneId } from '../../src/calendar/identifiers.ts'
import { expand, parseRule, recurrenceIdOf, timeOfRecurrenceId } from '../../src/icalendar/recurrence.ts'
import { localAt } from '../../src/icalendar/time-zone.ts'

const floatingZone = timeZoneId('Europe/Berlin')

/** `20260310` a day, `...T090000Z` UTC, `...T090000` floating, `America/New_York:...` zoned. */
function time(text: string): EventTime {
  const [value, zone] = text.split(':').toReversed() as [string, string | undefined]
  const iso = value.replace(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?Z?$/, (_, y, m, d, h, i, s) => `${y}-${m}-${d}${h === undefined ? '' : `T${h}:${i}:${s}`}`)
  if (zone !== undefined) return { kind: 'zoned', local: localDateTime(iso), zone: timeZoneId(zone) }
  if (value.endsWith('Z')) return { kind: 'utc', at: instant(Date.parse(`${iso}Z`)) }
  return iso.length === 10 ? { kind: 'date', date: plainDate(iso) } : { kind: 'floating', local: localDateTime(iso) }
}

/** The first starts as the wall clock shows them, shortened: without `:00`, and without the time where it is that of the first. */
function starts(start: string, rules: string | readonly string[], limit = 20, range: { from?: string; to?: string } = {}): string[] {
  const at = time(start)
  const bounds = Object.fromEntries(Object.entries(range).map(([name, text]) => [name, instant(Date.parse(`${text}Z`))]))
  const recurrence = { rules: [rules].flat().map((rule) => parseRule(rule, at)), dates: [] }
  const found = expand(at, recurrence, bounds, { floatingZone, limit }).starts
  return found.map((id) => (at.kind === 'zoned' ? localAt(instant(Date.parse(id)), at.zone) : id))
}

/** `2026-03: 1 2, 2026-04: 5` to days. */
function days(text: string): string[] {
  return text.split(',').flatMap((month) => {
    const [name, list] = month.trim().split(':') as [string, string]
    return list.trim().split(' ').map((day) => `${name}-${day.padStart(2, '0')}`)
  })
}

const ny = 'America/New_York:19970902T090000'

describe('the examples of RFC 5545 §3.8.5.3', () => {
  test.each([
    ['daily for 10 occurrences', ny, 'FREQ=DAILY;COUNT=10', '1997-09: 2 3 4 5 6 7 8 9 10 11'],
    ['every other day', ny, 'FREQ=DAILY;INTERVAL=2', '1997-09: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30, 1997-10: 2 4 6'],
    ['every 10 days, 5 occurrences', ny, 'FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09: 2 12 22, 1997-10: 2 12'],
    ['weekly for 10 occurrences', ny, 'FREQ=WEEKLY;COUNT=10', '1997-09: 2 9 16 23 30, 1997-10: 7 14 21 28, 1997-11: 4'],
    ['weekly until December 24, 1997', ny, 'FREQ=WEEKLY;UNTIL=19971224T000000Z', '1997-09: 2 9 16 23 30, 1997-10: 7 14 21 28, 1997-11: 4 11 18 25, 1997-12: 2 9 16 23'],
    ['every other week', ny, 'FREQ=WEEKLY;INTERVAL=2;WKST=SU', '1997-09: 2 16 30, 1997-10: 14 28, 1997-11: 11 25, 1997-12: 9 23, 1998-01: 6 20, 1998-02: 3 17'],
    ['weekly on Tuesday and Thursday', ny, 'FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', '1997-09: 2 4 9 11 16 18 23 25 30, 1997-10: 2'],
    ['every other week on Monday, Wednesday and Friday', 'America/New_York:19970901T090000', 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR',
      '1997-09: 1 3 5 15 17 19 29, 1997-10: 1 3 13 15 17 27 29 31, 1997-11: 10 12 14 24 26 28, 1997-12: 8 10 12 22'],
    ['every other week on Tuesday and Thursday', ny, 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', '1997-09: 2 4 16 18 30, 1997-10: 2 14 16'],
    ['monthly on the first Friday', 'America/New_York:19970905T090000', 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR',
      '1997-09: 5, 1997-10: 3, 1997-11: 7, 1997-12: 5, 1998-01: 2, 1998-02: 6, 1998-03: 6, 1998-04: 3, 1998-05: 1, 1998-06: 5'],
    ['monthly on the first Friday until December 24', 'America/New_York:19970905T090000', 'FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR', '1997-09: 5, 1997-10: 3, 1997-11: 7, 1997-12: 5'],
    ['every other month on the first and last Sunday', 'America/New_York:19970907T090000', 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU',
      '1997-09: 7 28, 1997-11: 2 30, 1998-01: 4 25, 1998-03: 1 29, 1998-05: 3 31'],
    ['monthly on the second-to-last Monday', 'America/New_York:19970922T090000', 'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '1997-09: 22, 1997-10: 20, 1997-11: 17, 1997-12: 22, 1998-01: 19, 1998-02: 16'],
    ['monthly on the third-to-the-last day', 'America/New_York:19970928T090000', 'FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09: 28, 1997-10: 29, 1997-11: 28, 1997-12: 29, 1998-01: 29, 1998-02: 26'],
    ['monthly on the 2nd and 15th', ny, 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15', '1997-09: 2 15, 1997-10: 2 15, 1997-11: 2 15, 1997-12: 2 15, 1998-01: 2 15'],
    ['monthly on the first and last day', 'America/New_York:19970930T090000', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '1997-09: 30, 1997-10: 1 31, 1997-11: 1 30, 1997-12: 1 31, 1998-01: 1 31, 1998-02: 1'],
    ['every 18 months on the 10th to 15th', 'America/New_York:19970910T090000', 'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15', '1997-09: 10 11 12 13 14 15, 1999-03: 10 11 12 13'],
    ['every Tuesday, every other month', ny, 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU', '1997-09: 2 9 16 23 30, 1997-11: 4 11 18 25, 1998-01: 6 13 20 27, 1998-03: 3 10 17 24 31'],
    ['yearly in June and July', 'America/New_York:19970610T090000', 'FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '1997-06: 10, 1997-07: 10, 1998-06: 10, 1998-07: 10, 1999-06: 10, 1999-07: 10, 2000-06: 10, 2000-07: 10, 2001-06: 10, 2001-07: 10'],
    ['every other year in January, February and March', 'America/New_York:19970310T090000', 'FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3',
      '1997-03: 10, 1999-01: 10, 1999-02: 10, 1999-03: 10, 2001-01: 10, 2001-02: 10, 2001-03: 10, 2003-01: 10, 2003-02: 10, 2003-03: 10'],
    ['every third year on the 1st, 100th and 200th day', 'America/New_York:19970101T090000', 'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
      '1997-01: 1, 1997-04: 10, 1997-07: 19, 2000-01: 1, 2000-04: 9, 2000-07: 18, 2003-01: 1, 2003-04: 10, 2003-07: 19, 2006-01: 1'],
    ['every 20th Monday of the year', 'America/New_York:19970519T090000', 'FREQ=YEARLY;BYDAY=20MO', '1997-05: 19, 1998-05: 18, 1999-05: 17'],
    ['Monday of week number 20', 'America/New_York:19970512T090000', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '1997-05: 12, 1998-05: 11, 1999-05: 17'],
    ['every Thursday in March', 'America/New_York:19970313T090000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '1997-03: 13 20 27, 1998-03: 5 12 19 26, 1999-03: 4 11 18 25'],
    ['every Thursday in June, July and August', 'America/New_York:19970605T090000', 'FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8', '1997-06: 5 12 19 26, 1997-07: 3 10 17 24 31, 1997-08: 7 14 21 28, 1998-06: 4 11 18'],
    ['the first Saturday behind the first Sunday', 'America/New_York:19970913T090000', 'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
      '1997-09: 13, 1997-10: 11, 1997-11: 8, 1997-12: 13, 1998-01: 10, 1998-02: 7, 1998-03: 7, 1998-04: 11, 1998-05: 9, 1998-06: 13'],
    ['U.S. presidential election day', 'America/New_York:19961105T090000', 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '1996-11: 5, 2000-11: 7, 2004-11: 2'],
    ['the third of Tuesday, Wednesday and Thursday', 'America/New_York:19970904T090000', 'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09: 4, 1997-10: 7, 1997-11: 6'],
    ['the second-to-last weekday', 'America/New_York:19970929T090000', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '1997-09: 29, 1997-10: 30, 1997-11: 27, 1997-12: 30, 1998-01: 29, 1998-02: 26, 1998-03: 30'],
    ['a week that starts on Monday', 'America/New_York:19970805T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08: 5 10 19 24'],
    ['a week that starts on Sunday', 'America/New_York:19970805T090000', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08: 5 17 19 31'],
    ['days that do not exist are left out', 'America/New_York:20070115T090000', 'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01: 15 30, 2007-02: 15, 2007-03: 15 30'],
  ])('%s: %s %s', (_, start, rule, expected) => {
    const wanted = days(expected)
    expect(starts(start, rule, wanted.length)).toEqual(wanted.map((day) => `${day}T09:00:00`))
    if (/COUNT|UNTIL/.test(rule)) expect(starts(start, rule, 50)).toHaveLength(wanted.length)
  })

  test('every Friday the 13th, and a DTSTART that is none counts as well', () => {
    expect(starts(ny, 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 6)).toEqual(days('1997-09: 2, 1998-02: 13, 1998-03: 13, 1998-11: 13, 1999-08: 13, 2000-10: 13').map((day) => `${day}T09:00:00`))
  })

  test('every day in January for three years, both ways', () => {
    const yearly = starts('America/New_York:19980101T090000', 'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA', 200)
    expect(yearly).toHaveLength(93)
    expect(starts('America/New_York:19980101T090000', 'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1', 200)).toEqual(yearly)
  })

  test.each([
    ['every 3 hours from 9 to 17', 'FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z', ['09:00', '12:00', '15:00']],
    ['every 15 minutes for 6 occurrences', 'FREQ=MINUTELY;INTERVAL=15;COUNT=6', ['09:00', '09:15', '09:30', '09:45', '10:00', '10:15']],
    ['every hour and a half for 4 occurrences', 'FREQ=MINUTELY;INTERVAL=90;COUNT=4', ['09:00', '10:30', '12:00', '13:30']],
  ])('%s', (_, rule, expected) => {
    expect(starts(ny, rule)).toEqual(expected.map((each) => `1997-09-02T${each}:00`))
  })

  test('every 20 minutes from 9:00 to 16:40, both ways', () => {
    const daily = starts(ny, 'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40', 48)
    expect(daily.slice(0, 4)).toEqual(['09:00', '09:20', '09:40', '10:00'].map((each) => `1997-09-02T${each}:00`))
    expect(daily.slice(23, 25)).toEqual(['1997-09-02T16:40:00', '1997-09-03T09:00:00'])
    expect(starts(ny, 'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16', 48)).toEqual(daily)
  })
})

describe('wall clocks and zones (RFC 5545 §3.3.5, §3.3.10)', () => {
  test.each([
    ['the wall clock stays over the change of clocks', 'Europe/Berlin:20260328T090000', 'FREQ=DAILY;COUNT=3', ['2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z', '2026-03-30T07:00:00Z']],
    ['and back', 'Europe/Berlin:20261024T090000', 'FREQ=DAILY;COUNT=3', ['2026-10-24T07:00:00Z', '2026-10-25T08:00:00Z', '2026-10-26T08:00:00Z']],
    ['UTC does not change', '20260328T080000Z', 'FREQ=DAILY;COUNT=3', ['2026-03-28T08:00:00Z', '2026-03-29T08:00:00Z', '2026-03-30T08:00:00Z']],
    ['a local time that does not exist is left out and not counted', 'Europe/Berlin:20260328T023000', 'FREQ=DAILY;COUNT=3', ['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z']],
    ['a DTSTART that does not exist is moved', 'America/New_York:20070311T023000', 'FREQ=DAILY;COUNT=2', ['2007-03-11T07:30:00Z', '2007-03-12T07:30:00Z']],
    ['of a local time that exists twice the first counts', 'America/New_York:20071103T013000', 'FREQ=DAILY;COUNT=3', ['2007-11-03T05:30:00Z', '2007-11-04T05:30:00Z', '2007-11-05T06:30:00Z']],
    ['UNTIL is inclusive', 'Europe/Berlin:20260328T090000', 'FREQ=DAILY;UNTIL=20260330T070000Z', ['2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z', '2026-03-30T07:00:00Z']],
    ['UNTIL as a date lasts to the end of that day', 'America/New_York:20260328T230000', 'FREQ=DAILY;UNTIL=20260330', ['2026-03-29T03:00:00Z', '2026-03-30T03:00:00Z', '2026-03-31T03:00:00Z']],
    ['a weekly rule counts days of its zone, not of UTC', 'Asia/Tokyo:20260302T080000', 'FREQ=WEEKLY;BYDAY=MO;COUNT=2', ['2026-03-01T23:00:00Z', '2026-03-08T23:00:00Z']],
    ['hours are counted on the wall clock', 'Europe/Berlin:20260329T010000', 'FREQ=HOURLY;COUNT=3', ['2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z']],
    ['all-day series have days', '20260328', 'FREQ=DAILY;COUNT=3', ['2026-03-28', '2026-03-29', '2026-03-30']],
    ['all-day series end with their UNTIL', '20260328', 'FREQ=WEEKLY;UNTIL=20260411', ['2026-03-28', '2026-04-04', '2026-04-11']],
    ['floating series have wall clocks, also in a gap of the calendar\'s zone', '20260328T023000', 'FREQ=DAILY;COUNT=3', ['2026-03-28T02:30:00', '2026-03-29T02:30:00', '2026-03-30T02:30:00']],
    ['floating series end with their UNTIL', '20260328T023000', 'FREQ=DAILY;UNTIL=20260329T023000', ['2026-03-28T02:30:00', '2026-03-29T02:30:00']],
  ])('%s', (_, start, rule, expected) => {
    const at = time(start)
    const found = expand(at, { rules: [parseRule(rule, at)], dates: [] }, {}, { floatingZone, limit: 50 })
    expect(found).toEqual({ starts: expected, isComplete: true })
  })
})

describe('leap years, ends of months, week numbers and odd rules', () => {
  test.each([
    ['29 February', '20240229', 'FREQ=YEARLY', '2024-02: 29, 2028-02: 29, 2032-02: 29'],
    ['29 February every other year', '20240229', 'FREQ=YEARLY;INTERVAL=2', '2024-02: 29, 2028-02: 29, 2032-02: 29'],
    ['29 February beyond 2100', '20960229', 'FREQ=YEARLY', '2096-02: 29, 2104-02: 29'],
    ['day 366', '20241231', 'FREQ=YEARLY;BYYEARDAY=366', '2024-12: 31, 2028-12: 31'],
    ['the last day of the year', '20241231', 'FREQ=YEARLY;BYYEARDAY=-1', '2024-12: 31, 2025-12: 31'],
    ['the 31st', '20260131', 'FREQ=MONTHLY', '2026-01: 31, 2026-03: 31, 2026-05: 31, 2026-07: 31, 2026-08: 31'],
    ['the last day of the month', '20260131', 'FREQ=MONTHLY;BYMONTHDAY=-1', '2026-01: 31, 2026-02: 28, 2026-03: 31'],
    ['the last of the 28th to 31st', '20260131', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', '2026-01: 31, 2026-02: 28, 2026-03: 31, 2026-04: 30'],
    ['the fifth Monday', '20260330', 'FREQ=MONTHLY;BYDAY=5MO', '2026-03: 30, 2026-06: 29, 2026-08: 31, 2026-11: 30'],
    ['the last Thursday of November', '20261126', 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '2026-11: 26, 2027-11: 25, 2028-11: 23'],
    ['the last Monday of the year', '20261228', 'FREQ=YEARLY;BYDAY=-1MO', '2026-12: 28, 2027-12: 27, 2028-12: 25'],
    ['week 53', '20201228', 'FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO', '2020-12: 28, 2026-12: 28, 2032-12: 27'],
    ['the last week', '20261231', 'FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH', '2026-12: 31, 2027-12: 30, 2028-12: 28'],
    ['week 1 may begin in the year before', '20200106', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO', '2020-01: 6, 2021-01: 4, 2022-01: 3, 2023-01: 2, 2024-01: 1, 2024-12: 30, 2025-12: 29'],
    ['week 1 of weeks that start on Sunday', '20260104', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU', '2026-01: 4, 2027-01: 3, 2028-01: 2'],
    ['a week number keeps the weekday of DTSTART', '20260514', 'FREQ=YEARLY;BYWEEKNO=20', '2026-05: 14, 2027-05: 20, 2028-05: 18'],
    ['the first day of the first full week by position', '20260105', 'FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1', '2026-01: 5 12 19 26'],
    ['weekdays only', '20260306', 'FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', '2026-03: 6 9 10 11 12 13 16'],
    ['Fridays the 13th by day', '20260213', 'FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR', '2026-02: 13, 2026-03: 13, 2026-11: 13'],
    ['a month by week', '20260302', 'FREQ=WEEKLY;BYMONTH=3', '2026-03: 2 9 16 23 30, 2027-03: 1 8'],
    ['every 5 weeks', '20260302', 'FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,FR', '2026-03: 2 6, 2026-04: 6 10, 2026-05: 11 15'],
    ['every fifth month on its last Friday', '20260130', 'FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR', '2026-01: 30, 2026-06: 26, 2026-11: 27'],
  ])('%s', (_, start, rule, expected) => {
    const wanted = days(expected)
    expect(starts(start, rule, wanted.length)).toEqual(wanted)
  })

  test.each([
    ['UNTIL before DTSTART', '20260310T090000Z', 'FREQ=DAILY;UNTIL=20200101T000000Z', ['2026-03-10T09:00:00Z']],
    ['COUNT=1', '20260310T090000Z', 'FREQ=DAILY;COUNT=1', ['2026-03-10T09:00:00Z']],
    ['a rule that never matches', '20260310T090000Z', 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', ['2026-03-10T09:00:00Z']],
    ['an interval that leaves the calendar', '20260310T090000Z', 'FREQ=YEARLY;INTERVAL=9223372036854775807', ['2026-03-10T09:00:00Z']],
    ['DTSTART off its rule is one of COUNT', '20260310T090000Z', 'FREQ=WEEKLY;BYDAY=MO;COUNT=3', ['2026-03-10T09:00:00Z', '2026-03-16T09:00:00Z', '2026-03-23T09:00:00Z']],
    ['days before DTSTART are not of the series', '20260312', 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3', ['2026-03-12', '2026-03-16', '2026-03-19']],
    ['times of the first day before DTSTART neither', '20260310T100000Z', 'FREQ=DAILY;BYHOUR=9,10;COUNT=3', ['2026-03-10T10:00:00Z', '2026-03-11T09:00:00Z', '2026-03-11T10:00:00Z']],
    ['the last times of a month by position', '20260331T170000Z', 'FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9,17;BYSETPOS=-1;COUNT=2', ['2026-03-31T17:00:00Z', '2026-04-30T17:00:00Z']],
    ['a leap second is the second before it', '20260310T090059Z', 'FREQ=DAILY;BYSECOND=60;COUNT=2', ['2026-03-10T09:00:59Z', '2026-03-11T09:00:59Z']],
    ['the end of the calendar', '99991230', 'FREQ=DAILY', ['9999-12-30', '9999-12-31']],
    ['its beginning', '00010101', 'FREQ=YEARLY;COUNT=2', ['0001-01-01', '0002-01-01']],
  ])('%s', (_, start, rule, expected) => {
    expect(starts(start, rule)).toEqual(expected)
  })
})

describe('expand', () => {
  const start = time('Europe/Berlin:20260302T090000')
  const rule = (text: string) => parseRule(text, start)
  const options = { floatingZone, limit: 100 }

  test('several rules, dates and DTSTART are one set (RFC 5545 §3.8.5)', () => {
    const dates = ['2026-03-04T08:00:00Z', '2026-03-03T18:00:00Z', '2026-03-09T08:00:00Z'].map(recurrenceId)
    const found = expand(start, { rules: [rule('FREQ=WEEKLY;COUNT=2'), rule('FREQ=DAILY;INTERVAL=7;COUNT=3')], dates }, {}, options)
    expect(found.starts).toEqual(['2026-03-02T08:00:00Z', '2026-03-03T18:00:00Z', '2026-03-04T08:00:00Z', '2026-03-09T08:00:00Z', '2026-03-16T08:00:00Z'])
  })

  test('dates alone make a recurrence', () => {
    expect(expand(start, { rules: [], dates: [recurrenceId('2026-04-01T07:00:00Z')] }, {}, options).starts).toEqual(['2026-03-02T08:00:00Z', '2026-04-01T07:00:00Z'])
  })

  test('the range begins inclusive and ends exclusive', () => {
    const range = { from: instant(Date.parse('2026-03-03T08:00:00Z')), to: instant(Date.parse('2026-03-05T08:00:00Z')) }
    expect(expand(start, { rules: [rule('FREQ=DAILY')], dates: [] }, range, options)).toEqual({ starts: ['2026-03-03T08:00:00Z', '2026-03-04T08:00:00Z'], isComplete: true })
  })

  test.each(['20260302', '20260302T000000'])('days and floating times are in a range as the zone of the calendar has them: %s', (text) => {
    const at = time(text)
    const range = { from: instant(Date.parse('2026-03-02T23:00:00Z')), to: instant(Date.parse('2026-03-04T23:00:00Z')) }
    const found = expand(at, { rules: [parseRule('FREQ=DAILY', at)], dates: [] }, range, options)
    expect(found.starts.map((id) => id.slice(0, 10))).toEqual(['2026-03-03', '2026-03-04'])
  })

  test('the limit cuts and tells so', () => {
    const found = expand(start, { rules: [rule('FREQ=DAILY')], dates: [] }, {}, { floatingZone, limit: 3 })
    expect(found.isComplete).toBe(false)
    expect(found.starts).toEqual(['2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z', '2026-03-04T08:00:00Z'])
    expect(expand(start, { rules: [rule('FREQ=DAILY;COUNT=3')], dates: [] }, {}, { floatingZone, limit: 3 }).isComplete).toBe(true)
  })
})

describe('names of instances (RFC 5545 §3.8.4.4)', () => {
  const zoned = time('America/New_York:20071101T013000')

  test.each([
    ['20260310', '2026-03-10'], ['20260310T090000', '2026-03-10T09:00:00'], ['20260310T090000Z', '2026-03-10T09:00:00Z'], ['Europe/Berlin:20260310T090000', '2026-03-10T08:00:00Z'],
    ['America/New_York:20071104T013000', '2007-11-04T05:30:00Z'], ['America/New_York:20070311T023000', '2007-03-11T07:30:00Z'],
  ])('%s is named %s', (text, id) => {
    expect(recurrenceIdOf(time(text))).toBe(id)
  })

  test.each(['2026-03-10', '2026-03-10T09:00:00', '2026-03-10T09:00:00Z', '2007-11-04T05:30:00Z', '2007-11-04T06:30:00Z', '2007-03-11T07:30:00Z', '0001-01-01'])('%s comes back', (id) => {
    expect(recurrenceIdOf(timeOfRecurrenceId(recurrenceId(id), zoned))).toBe(id)
    expect(recurrenceIdOf(timeOfRecurrenceId(recurrenceId(id), time('20260101')))).toBe(id)
  })

  test('the second half of a fold is told in UTC, all else in the zone of the series', () => {
    expect(timeOfRecurrenceId(recurrenceId('2007-11-04T05:30:00Z'), zoned)).toEqual(time('America/New_York:20071104T013000'))
    expect(timeOfRecurrenceId(recurrenceId('2007-11-04T06:30:00Z'), zoned)).toEqual(time('20071104T063000Z'))
    expect(timeOfRecurrenceId(recurrenceId('2007-03-11T07:30:00Z'), zoned)).toEqual(time('America/New_York:20070311T033000'))
  })
})
