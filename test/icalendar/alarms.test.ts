import { describe, expect, test } from 'vitest'
import type { Alarm } from '../../src/calendar/event.ts'
import { newEvent } from '../new-event.ts'
import { emailAddress, instant } from '../../src/calendar/identifiers.ts'
import { formatAlarm, formatDefaultAlarmsMark } from '../../src/icalendar/alarms.ts'
import { formatComponent } from '../../src/icalendar/format.ts'
import { eventWith } from './bodies.ts'

const alarmLines = (...lines: readonly string[]): readonly string[] => ['BEGIN:VALARM', ...lines, 'END:VALARM']
const before = (seconds: number, action: Alarm['action'] = 'display'): Alarm => ({ action, trigger: { kind: 'relative', to: 'start', seconds } })

describe('VALARM (RFC 5545 §3.6.6)', () => {
  test.each([
    ['display', ['ACTION:DISPLAY', 'TRIGGER:-PT10M', 'DESCRIPTION:x'], before(-600)],
    ['audio', ['ACTION:AUDIO', 'TRIGGER:-PT10M', 'ATTACH;VALUE=URI:Basso'], before(-600, 'audio')],
    ['email', ['ACTION:EMAIL', 'TRIGGER:-P1D', 'ATTENDEE:mailto:a@example.com'], before(-86_400, 'email')],
    ['another action', ['ACTION:PROCEDURE', 'TRIGGER:-PT10M'], before(-600)],
    ['an action of its own', ['ACTION:X-SUNW-FLASHING', 'TRIGGER:-PT10M'], before(-600)],
    ['no action', ['TRIGGER;VALUE=DURATION:-PT1S'], before(-1)],
    ['after the start', ['ACTION:DISPLAY', 'TRIGGER;RELATED=START:PT10M'], before(600)],
    ['at the end', ['ACTION:DISPLAY', 'TRIGGER;RELATED=end:-PT5M'], { action: 'display', trigger: { kind: 'relative', to: 'end', seconds: -300 } }],
    ['absolute', ['ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20260310T080000Z'], { action: 'display', trigger: { kind: 'absolute', at: Date.parse('2026-03-10T08:00:00Z') } }],
    ['absolute without zone, on the calendar\'s clock', ['ACTION:DISPLAY', 'TRIGGER;VALUE=DATE-TIME:20260310T090000'], { action: 'display', trigger: { kind: 'absolute', at: Date.parse('2026-03-10T08:00:00Z') } }],
    ['a lone REPEAT', ['ACTION:DISPLAY', 'TRIGGER:-PT10M', 'REPEAT:2'], before(-600)],
    ['repetitions', ['ACTION:DISPLAY', 'TRIGGER:-PT10M', 'REPEAT:2', 'DURATION:PT5M'], before(-600)],
  ])('%s', (_what, lines, alarm) => {
    expect(eventWith(...alarmLines(...lines)).alarms).toEqual({ kind: 'own', list: [alarm] })
  })

  test.each([
    ['no trigger', ['ACTION:DISPLAY']], ['an unreadable trigger', ['ACTION:DISPLAY', 'TRIGGER:soon']], ['a date as trigger', ['ACTION:DISPLAY', 'TRIGGER;VALUE=DATE:20260310']],
    ['ACTION:NONE, Apple\'s way to say that there is none', ['ACTION:NONE', 'TRIGGER;VALUE=DATE-TIME:19760401T005545Z', 'X-APPLE-DEFAULT-ALARM:TRUE']],
  ])('with %s is no alarm, and no reason to refuse the event', (_what, lines) => {
    expect(eventWith(...alarmLines(...lines)).alarms).toEqual({ kind: 'own', list: [] })
  })

  test('keep their order', () => {
    expect(eventWith(...alarmLines('TRIGGER:-PT1M'), ...alarmLines('TRIGGER:-PT9M')).alarms.list).toEqual([before(-60), before(-540)])
  })

  const event = newEvent({ start: { kind: 'utc', at: instant(0) }, end: { kind: 'utc', at: instant(0) }, summary: 'Talk; now' })
  test.each([
    [before(-600), ['ACTION:DISPLAY', 'DESCRIPTION:Talk\\; now', 'TRIGGER:-PT10M']],
    [before(0, 'audio'), ['ACTION:AUDIO', 'TRIGGER:PT0S']],
    [before(-86_400, 'email'), ['ACTION:EMAIL', 'DESCRIPTION:Talk\\; now', 'SUMMARY:Talk\\; now', 'ATTENDEE:mailto:ada@example.com', 'TRIGGER:-P1D']],
    [{ action: 'display', trigger: { kind: 'relative', to: 'end', seconds: 60 } }, ['ACTION:DISPLAY', 'DESCRIPTION:Talk\\; now', 'TRIGGER;RELATED=END:PT1M']],
    [{ action: 'display', trigger: { kind: 'absolute', at: instant(0) } }, ['ACTION:DISPLAY', 'DESCRIPTION:Talk\\; now', 'TRIGGER;VALUE=DATE-TIME:19700101T000000Z']],
  ] satisfies [Alarm, string[]][])('%j is written with all that its action asks for', (alarm, lines) => {
    expect(formatComponent(formatAlarm(alarm, event, emailAddress('ada@example.com'))).split('\r\n')).toEqual([...alarmLines(...lines), ''])
  })
})

describe('the calendar\'s default alarms', () => {
  const mark = (list: readonly Alarm[]): string => {
    const [line] = formatDefaultAlarmsMark({ kind: 'default', list })
    return `${line!.name}:${line!.value}`
  }

  test('stay the default if the client brings them back as they were', () => {
    expect(eventWith(mark([before(-600)]), ...alarmLines('ACTION:DISPLAY', 'TRIGGER:-PT10M')).alarms).toEqual({ kind: 'default', list: [before(-600)] })
    expect(eventWith(mark([])).alarms).toEqual({ kind: 'default', list: [] })
  })

  test.each([
    ['changed one', alarmLines('ACTION:DISPLAY', 'TRIGGER:-PT11M')], ['took one out', []],
    ['added one', [...alarmLines('ACTION:DISPLAY', 'TRIGGER:-PT10M'), ...alarmLines('TRIGGER:-PT1M')]], ['made it sound', alarmLines('ACTION:AUDIO', 'TRIGGER:-PT10M')],
  ])('are the event\'s own if the client %s', (_what, lines) => {
    expect(eventWith(mark([before(-600)]), ...lines).alarms.kind).toBe('own')
  })

  test('are not marked when they are the event\'s own', () => {
    expect(formatDefaultAlarmsMark({ kind: 'own', list: [before(-600)] })).toEqual([])
  })
})

describe('ACKNOWLEDGED (RFC 9074 §6.1) and X-MOZ-LASTACK', () => {
  const at = (text: string): number => Date.parse(text)
  test.each<[string, readonly string[], object | undefined]>([
    ['of the event', ['X-MOZ-LASTACK:20260310T080500Z'], { at: at('2026-03-10T08:05:00Z'), snoozes: [] }],
    ['of an alarm', alarmLines('TRIGGER:-PT5M', 'ACKNOWLEDGED:20260310T080600Z'), { at: at('2026-03-10T08:06:00Z'), snoozes: [] }],
    ['the latest of several', ['X-MOZ-LASTACK:20260310T080500Z', ...alarmLines('TRIGGER:-PT5M', 'ACKNOWLEDGED:20260310T080600Z'), ...alarmLines('TRIGGER:-PT9M', 'ACKNOWLEDGED:20260310T080400Z')], { at: at('2026-03-10T08:06:00Z'), snoozes: [] }],
    ['with what is put off', ['X-MOZ-LASTACK:20260310T080500Z', 'X-MOZ-SNOOZE-TIME:20260310T083000Z', 'X-MOZ-SNOOZE-TIME-1773129600000000:20260310T084500Z'],
      { at: at('2026-03-10T08:05:00Z'), snoozes: [{ until: at('2026-03-10T08:30:00Z') }, { of: 1_773_129_600_000, until: at('2026-03-10T08:45:00Z') }] }],
    ['put off without being seen', ['X-MOZ-SNOOZE-TIME:20260310T083000Z'], undefined],
    ['unreadable', ['X-MOZ-LASTACK:yesterday', 'X-MOZ-SNOOZE-TIME-x:20260310T083000Z'], undefined],
  ])('%s', (_what, lines, acknowledged) => {
    expect(eventWith(...lines).acknowledged).toEqual(acknowledged)
  })
})

describe('X-CALGATE-SHOWN', () => {
  test.each<[string, readonly string[], readonly string[] | undefined]>([
    ['beside what it names', ['X-CALGATE-SHOWN:COLOR,ATTACH', 'COLOR:red', 'ATTACH:https://example.com/a'], undefined],
    ['without it: taken out', ['X-CALGATE-SHOWN:COLOR,ATTACH', 'COLOR:red'], ['attachments']],
    ['neither: nothing is said', [], undefined],
    ['with names of no meaning', ['X-CALGATE-SHOWN:SUMMARY,x'], undefined],
  ])('%s', (_what, lines, removed) => {
    expect(eventWith(...lines).removed).toEqual(removed)
  })
})
