/** VALARM (RFC 5545 §3.6.6, RFC 9074), both ways. */

import type { Alarm, AlarmAction, Alarms, Event } from '../calendar/event.ts'
import type { EmailAddress } from '../calendar/identifiers.ts'
import { formatAcknowledged } from './acknowledgement.ts'
import { component, parameter, property } from './component.ts'
import type { Component, Property } from './component.ts'
import { formatInstant, formatSeconds, parseDateTimeValue, parseDuration } from './date-time.ts'
import { escapeText } from './text.ts'
import { formatMailto } from './people.ts'
import type { TimeScope } from './time-scope.ts'
import { instantOf } from './time-zone.ts'

/**
 * Says that the alarms beside it are the calendar's default ones, and which they are: if a client changed an alarm and kept the
 * mark, the two differ and the alarms are the event's own.
 */
const defaultAlarmsMark = 'X-CALGATE-DEFAULT-ALARMS'

/**
 * An alarm is never the reason to refuse an event: what has no readable trigger is left out. Actions other than AUDIO and EMAIL are
 * shown, at the same moment. ACTION:NONE is how Apple's programs say that there is no alarm (RFC 9074 §A). Repetitions are dropped.
 */
export function parseAlarms(event: Component, scope: TimeScope): Alarms {
  const list = event.components.flatMap((each) => (each.name === 'VALARM' ? parseAlarm(each, scope) : []))
  const mark = event.properties.find((each) => each.name === defaultAlarmsMark)
  return { kind: mark !== undefined && mark.value.trim() === markOf(list) ? 'default' : 'own', list }
}

function parseAlarm(valarm: Component, scope: TimeScope): readonly Alarm[] {
  const action = valarm.properties.find((each) => each.name === 'ACTION')?.value.trim().toUpperCase() ?? 'DISPLAY'
  const line = valarm.properties.find((each) => each.name === 'TRIGGER')
  const trigger = line && parseTrigger(line, scope)
  return trigger === undefined || action === 'NONE' ? [] : [{ action: actions.get(action) ?? 'display', trigger }]
}

const actions: ReadonlyMap<string, AlarmAction> = new Map([['DISPLAY', 'display'], ['AUDIO', 'audio'], ['EMAIL', 'email']])

function parseTrigger(line: Property, scope: TimeScope): Alarm['trigger'] | undefined {
  const duration = parseDuration(line.value)
  if (duration !== undefined) {
    const to = parameter(line, 'RELATED')?.trim().toUpperCase() === 'END' ? 'end' : 'start'
    return { kind: 'relative', to, seconds: duration.days * 86_400 + duration.seconds }
  }
  const value = parseDateTimeValue(line.value)
  if (value === undefined || value.kind === 'date') return undefined
  // RFC 5545 §3.8.6.3 asks for UTC; what stands there without it is read on the calendar's clock.
  const at = value.kind === 'utc' ? value.at : instantOf({ kind: 'floating', local: value.local }, scope.calendarZone)
  return { kind: 'absolute', at }
}

/** The mark, or nothing. */
export function formatDefaultAlarmsMark(alarms: Alarms): readonly Property[] {
  return alarms.kind === 'default' ? [property(defaultAlarmsMark, markOf(alarms.list))] : []
}

function markOf(list: readonly Alarm[]): string {
  return list.map(({ action, trigger }) => `${action} ${triggerText(trigger)}${trigger.kind === 'relative' ? ` ${trigger.to}` : ''}`).join('/') || 'none'
}

function triggerText(trigger: Alarm['trigger']): string {
  return trigger.kind === 'relative' ? formatSeconds(trigger.seconds) : formatInstant(trigger.at)
}

/**
 * DESCRIPTION, SUMMARY and ATTENDEE are those that RFC 5545 §3.6.6 asks of each action.
 * @param mailTo to whom e-mail alarms go
 */
export function formatAlarm(alarm: Alarm, event: Event, mailTo: EmailAddress | undefined): Component {
  const text = escapeText(event.summary ?? 'Reminder')
  const properties = [property('ACTION', alarm.action.toUpperCase())]
  if (alarm.action !== 'audio') properties.push(property('DESCRIPTION', text))
  if (alarm.action === 'email') properties.push(property('SUMMARY', text), property('ATTENDEE', mailTo === undefined ? 'mailto:nobody@invalid' : formatMailto(mailTo)))
  properties.push(formatTrigger(alarm.trigger), ...formatAcknowledged(event.acknowledged))
  return component('VALARM', properties)
}

function formatTrigger(trigger: Alarm['trigger']): Property {
  if (trigger.kind === 'absolute') return property('TRIGGER', triggerText(trigger), { VALUE: 'DATE-TIME' })
  return trigger.to === 'end' ? property('TRIGGER', triggerText(trigger), { RELATED: 'END' }) : property('TRIGGER', triggerText(trigger))
}
