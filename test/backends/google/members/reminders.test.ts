import { describe, expect, test } from 'vitest'
import { readReminders, writeReminders } from '../../../../src/backends/google/members/reminders.ts'
import { instant, timeZoneId } from '../../../../src/calendar/identifiers.ts'
import { onDay, zoned } from '../../contract.ts'
import type { Alarm } from '../../../../src/calendar/event.ts'

const setting = { start: zoned('2026-03-10T12:00:00'), end: zoned('2026-03-10T13:00:00'), isRecurring: false, zone: timeZoneId('Europe/Berlin') }
const allDay = { ...setting, start: onDay('2026-03-10'), end: onDay('2026-03-11') }
const before = (seconds: number, to: 'start' | 'end' = 'start', action: Alarm['action'] = 'display'): Alarm => ({ action, trigger: { kind: 'relative', to, seconds } })
const at = (text: string): Alarm => ({ action: 'display', trigger: { kind: 'absolute', at: instant(Date.parse(text)) } })

describe('alarms become reminders where the moment is the same, and are dropped otherwise', () => {
  test.each([
    ['before the start', before(-900), setting, [{ method: 'popup', minutes: 15 }]],
    ['at the start', before(0), setting, [{ method: 'popup', minutes: 0 }]],
    ['by mail', before(-86_400, 'start', 'email'), setting, [{ method: 'email', minutes: 1440 }]],
    ['with a sound', before(-60, 'start', 'audio'), setting, [{ method: 'popup', minutes: 1 }]],
    ['four weeks before', before(-40_320 * 60), setting, [{ method: 'popup', minutes: 40_320 }]],
    ['more than four weeks before', before(-40_321 * 60), setting, []],
    ['after the start', before(60), setting, []],
    ['not a whole minute', before(-90), setting, []],
    ['before the end and the start', before(-5400, 'end'), setting, [{ method: 'popup', minutes: 30 }]],
    ['before the end, not before the start', before(-600, 'end'), setting, []],
    ['a day before the end of a day', before(-86_400, 'end'), allDay, [{ method: 'popup', minutes: 0 }]],
    ['at a moment', at('2026-03-10T10:30:00Z'), setting, [{ method: 'popup', minutes: 30 }]],
    ['at a moment of a series', at('2026-03-10T10:30:00Z'), { ...setting, isRecurring: true }, []],
    ['at a moment before a day, which begins in the calendar\'s zone', at('2026-03-09T22:00:00Z'), allDay, [{ method: 'popup', minutes: 60 }]],
  ] as const)('%s', (_title, alarm, where, reminders) => {
    expect(writeReminders([alarm], where)).toEqual(reminders)
  })

  test('the first five, each once, in order', () => {
    const alarms = [6, 5, 5, 4, 3, 2, 1].map((minutes) => before(-60 * minutes))
    expect(writeReminders(alarms, setting).map(({ minutes }) => minutes)).toEqual([2, 3, 4, 5, 6])
  })
})

describe('reminders become alarms', () => {
  const defaults = [{ method: 'popup', minutes: 10 }]

  test('those of the calendar are told as its defaults', () => {
    expect(readReminders({ useDefault: true }, defaults)).toEqual({ kind: 'default', list: [before(-600)] })
  })

  test('none are told as none', () => {
    expect(readReminders({ useDefault: false }, defaults)).toEqual({ kind: 'own', list: [] })
    expect(readReminders(undefined, defaults)).toEqual({ kind: 'own', list: [] })
  })

  test('a method of old times is shown', () => {
    expect(readReminders({ overrides: [{ method: 'sms', minutes: 5 }, { method: 'email', minutes: 60 }] }, defaults).list).toEqual([before(-300), before(-3600, 'start', 'email')])
  })
})
