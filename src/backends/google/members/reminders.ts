/**
 * Alarms and reminders. A reminder is a whole number of minutes before the start, 0 to 40320, by `popup` or `email`, five at most per
 * event, per user. The rule for all other alarms: they are kept where the same moment can be said in this way (an alarm before the
 * end; an absolute one of a single event), and dropped otherwise. They are never a reason to refuse an event.
 */

import { instantOf } from '../../../icalendar/time-zone.ts'
import { durationBetween } from './times.ts'
import type { Alarm, Alarms, EventTime } from '../../../calendar/event.ts'
import type { TimeZoneId } from '../../../calendar/identifiers.ts'
import type { WireReminder, WireReminders } from '../wire.ts'

const maxMinutes = 40_320
const maxReminders = 5

/** Of the event whose alarms are written; `isRecurring` where an absolute time would be that of one instance only. */
export interface AlarmSetting {
  readonly start: EventTime
  readonly end: EventTime
  readonly isRecurring: boolean
  readonly zone: TimeZoneId
}

/** Old rows have `sms` beside `popup` and `email`: shown as a display alarm. */
export function readReminder({ method, minutes }: WireReminder): Alarm {
  return { action: method === 'email' ? 'email' : 'display', trigger: { kind: 'relative', to: 'start', seconds: minutes * -60 } }
}

/** @param defaults the calendar's, for events that follow them */
export function readReminders(reminders: WireReminders | undefined, defaults: readonly WireReminder[]): Alarms {
  const followsDefaults = reminders?.useDefault === true
  const list = followsDefaults ? defaults : (reminders?.overrides ?? [])
  return { kind: followsDefaults ? 'default' : 'own', list: list.map(readReminder) }
}

/** What the service can hold of a list of alarms: no repeats, sorted, at most five (the first ones). */
export function writeReminders(alarms: readonly Alarm[], setting: AlarmSetting): readonly WireReminder[] {
  const all = alarms.flatMap((alarm) => {
    const minutes = minutesBeforeStart(alarm, setting)
    return minutes === undefined ? [] : [{ method: alarm.action === 'email' ? 'email' : 'popup', minutes }]
  })
  const distinct = all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at)
  return distinct.slice(0, maxReminders).sort((a, b) => a.minutes - b.minutes || (a.method < b.method ? -1 : 1))
}

function isSame(a: WireReminder, b: WireReminder): boolean {
  return a.method === b.method && a.minutes === b.minutes
}

/** @returns undefined where the service has no way to say it */
function minutesBeforeStart({ trigger }: Alarm, setting: AlarmSetting): number | undefined {
  const seconds = trigger.kind === 'absolute' ? secondsOfAbsolute(trigger.at, setting) : secondsOfRelative(trigger, setting)
  if (seconds === undefined) return undefined
  const minutes = -seconds / 60
  return Number.isInteger(minutes) && minutes >= 0 && minutes <= maxMinutes ? Math.abs(minutes) : undefined
}

function secondsOfAbsolute(at: number, { start, isRecurring, zone }: AlarmSetting): number | undefined {
  return isRecurring ? undefined : (at - instantOf(start, zone)) / 1000
}

function secondsOfRelative(trigger: { to: 'start' | 'end'; seconds: number }, { start, end, zone }: AlarmSetting): number {
  return trigger.to === 'start' ? trigger.seconds : durationBetween(start, end, zone) / 1000 + trigger.seconds
}
