import ICAL from 'ical.js'
import { describe, expect, test } from 'vitest'

import { timeZoneId, type TimeZoneId } from '../../src/calendar/identifiers.ts'
import type { Component } from '../../src/icalendar/component.ts'
import { findTimeZone, Temporal, timeZoneComponent } from '../../src/icalendar/time-zone.ts'

interface Change { readonly at: number; readonly from: number; readonly to: number }

const value = (block: Component, name: string) => block.properties.find((each) => each.name === name)?.value
const hour = 3_600_000

function offset(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(text)!
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
}

function clock(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/, '$1-$2-$3T$4:$5:$6Z'))
}

/** The days of a month that BYDAY and BYMONTHDAY allow: a second reading of the rules, on Date. */
function daysOf(rule: Map<string, string>, year: number): number[] {
  const month = Number(rule.get('BYMONTH')) - 1
  const size = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const [, ordinal, weekday] = /^(-?\d*)(..)$/.exec(rule.get('BYDAY') ?? '') ?? []
  const named = rule.get('BYMONTHDAY')?.split(',').map(Number)
  const days = Array.from({ length: size }, (_, i) => i + 1)
    .filter((day) => weekday === undefined || new Date(Date.UTC(year, month, day)).getUTCDay() === ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'].indexOf(weekday))
    .filter((day) => named === undefined || named.includes(day))
  return ordinal === undefined || ordinal === '' ? days : days.slice(...(Number(ordinal) > 0 ? [Number(ordinal) - 1, Number(ordinal)] : [-1]))
}

function onsetsOf(block: Component, lastYear: number): Change[] {
  const start = clock(value(block, 'DTSTART')!)
  const [from, to] = [offset(value(block, 'TZOFFSETFROM')!), offset(value(block, 'TZOFFSETTO')!)]
  const rule = value(block, 'RRULE')
  if (rule === undefined) return [{ at: start.getTime() - from, from, to }]
  const parts = new Map(rule.split(';').map((part) => part.split('=') as [string, string]))
  const until = parts.has('UNTIL') ? clock(parts.get('UNTIL')!).getTime() : Infinity
  const changes: Change[] = []
  for (let year = start.getUTCFullYear(); year <= lastYear; year++) {
    for (const day of daysOf(parts, year)) {
      const at = Date.UTC(year, Number(parts.get('BYMONTH')) - 1, day) + (start.getTime() % (24 * hour)) - from
      if (at >= start.getTime() - from && at <= until) changes.push({ at, from, to })
    }
  }
  return changes
}

/** All changes of offset that the component describes, in order. */
function described(component: Component, lastYear: number): Change[] {
  return component.components.flatMap((block) => onsetsOf(block, lastYear)).sort((a, b) => a.at - b.at)
}

function real(zone: TimeZoneId, fromYear: number, lastYear: number): Change[] {
  const changes: Change[] = []
  let here = Temporal.ZonedDateTime.from({ year: fromYear, month: 1, day: 1, timeZone: zone })
  for (;;) {
    const next = here.getTimeZoneTransition('next')
    if (next === null || next.year > lastYear) return changes
    const before = next.subtract({ seconds: 1 })
    changes.push({ at: next.epochMilliseconds, from: before.offsetNanoseconds / 1e6, to: next.offsetNanoseconds / 1e6 })
    here = next
  }
}

function startOf(zone: TimeZoneId, year: number) {
  return Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone: zone })
}

/** Faults of one zone from a year on: empty if every transition is described, no other one is, and the first day is covered. */
function faults(zone: TimeZoneId, fromYear: number, lastYear: number): string[] {
  const changes = described(timeZoneComponent(zone, fromYear), lastYear)
  const begin = startOf(zone, fromYear)
  const expected = real(zone, fromYear, lastYear).map((each) => `${new Date(each.at).toISOString()} ${each.from} ${each.to}`)
  const end = startOf(zone, lastYear + 1).epochMilliseconds
  const given = changes.filter((each) => each.at > begin.epochMilliseconds && each.at < end).map((each) => `${new Date(each.at).toISOString()} ${each.from} ${each.to}`)
  const standing = changes.findLast((each) => each.at <= begin.epochMilliseconds)
  return [
    ...expected.filter((each) => !given.includes(each)).map((each) => `${zone} ${fromYear} misses ${each}`),
    ...given.filter((each) => !expected.includes(each)).map((each) => `${zone} ${fromYear} makes up ${each}`),
    ...(standing?.to === begin.offsetNanoseconds / 1e6 ? [] : [`${zone} ${fromYear} does not tell its first offset`]),
  ]
}

const allZones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+12', 'Etc/GMT-14', 'Europe/Kyiv', 'Asia/Kolkata', 'US/Pacific'])]

describe('timeZoneComponent (RFC 5545 §3.6.5)', () => {
  test('describes every transition of every zone from 2000 to 2040', { timeout: 180_000 }, () => {
    expect(allZones.length).toBeGreaterThan(400)
    const found = allZones.flatMap((name) => faults(findTimeZone(name)!, 2000, 2040))
    expect(found).toEqual([])
  })

  test.each([1970, 2004, 2007, 2011, 2016, 2019, 2025, 2026, 2040])('tells the same when it begins in %i', { timeout: 60_000 }, (year) => {
    const zones = ['Europe/Berlin', 'Europe/Dublin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Tokyo', 'Antarctica/Troll', 'America/Sao_Paulo',
      'Europe/Moscow', 'Europe/Istanbul', 'Pacific/Apia', 'Asia/Gaza', 'America/Nuuk', 'Asia/Pyongyang', 'America/Caracas', 'Asia/Jerusalem', 'Pacific/Easter']
    expect(zones.flatMap((zone) => faults(timeZoneId(zone), year, Math.max(year + 5, 2040)))).toEqual([])
  })

  test('is short where the rule is simple', () => {
    const text = timeZoneComponent(timeZoneId('Europe/Berlin'), 2026).components.map((block) => [block.name, ...block.properties.map((each) => `${each.name}:${each.value}`)])
    expect(text).toEqual([
      ['DAYLIGHT', 'DTSTART:20250330T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
      ['STANDARD', 'DTSTART:20251026T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
    ])
  })

  test('a zone without transitions has one block', () => {
    const { components } = timeZoneComponent(timeZoneId('Asia/Tokyo'), 2026)
    expect(components.map((each) => each.name)).toEqual(['STANDARD'])
    expect(value(components[0]!, 'TZOFFSETTO')).toBe('+0900')
  })

  test('DAYLIGHT is what is put forward and taken back within a year', () => {
    const names = (zone: string, year: number) => timeZoneComponent(timeZoneId(zone), year).components.map((each) => each.name)
    expect(names('Australia/Sydney', 2026)).toContain('DAYLIGHT')
    expect(names('Europe/Istanbul', 2020)).toEqual(['STANDARD'])
    expect(names('America/Caracas', 2016)).toEqual(['STANDARD', 'STANDARD'])
  })

  test('offsets with seconds keep them (RFC 5545 §3.3.14)', () => {
    const offsets = timeZoneComponent(timeZoneId('Europe/Amsterdam'), 1850).components.map((each) => value(each, 'TZOFFSETFROM'))
    expect(offsets[0]).toMatch(/^\+00\d{4}$/)
  })

  test('the same zone and year give the same component, of years far off too', () => {
    expect(timeZoneComponent(timeZoneId('Europe/Paris'), 2026)).toBe(timeZoneComponent(timeZoneId('Europe/Paris'), 2026))
    for (const year of [1, 1800, 2399, 9999]) expect(timeZoneComponent(timeZoneId('Europe/Paris'), year).components.length).toBeGreaterThan(0)
  })

  // ical.js takes the wrong side within the hour of a change, so only the middle of each month is asked.
  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Asia/Tehran', 'America/Nuuk', 'Africa/Cairo'])('ical.js reads %s as the zone data has it', (zone) => {
    const component = timeZoneComponent(timeZoneId(zone), 2020)
    const theirs = new ICAL.Timezone(new ICAL.Component(ICAL.parse(`BEGIN:VCALENDAR\r\n${textOf(component)}END:VCALENDAR\r\n`)).getFirstSubcomponent('vtimezone')!)
    for (let month = 0; month < 240; month++) {
      const middle = Temporal.PlainDateTime.from('2020-01-15T12:00').add({ months: month })
      const time = ICAL.Time.fromData({ year: middle.year, month: middle.month, day: middle.day, hour: 12, minute: 0, second: 0 }, theirs)
      expect(theirs.utcOffset(time)).toBe(middle.toZonedDateTime(zone).offsetNanoseconds / 1e9)
    }
  })
})

function textOf(component: Component): string {
  return [`BEGIN:${component.name}`, ...component.properties.map((each) => `${each.name}:${each.value}`), ''].join('\r\n')
    + component.components.map(textOf).join('') + `END:${component.name}\r\n`
}
