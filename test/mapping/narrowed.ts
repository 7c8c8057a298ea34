/** The documented rules of what is narrowed or dropped (README, "What is kept"), applied to what a client meant. */

import type { Meaning } from './meaning.ts'
import { Temporal } from '../../src/icalendar/temporal.ts'

const answers: Readonly<Record<string, string>> = {
  ACCEPTED: 'ACCEPTED', DECLINED: 'DECLINED', TENTATIVE: 'TENTATIVE', DELEGATED: 'DECLINED', COMPLETED: 'ACCEPTED', 'IN-PROCESS': 'ACCEPTED',
}

/** @param zone of the calendar @returns by UID and original start, cancelled instances as excluded ones */
export function narrowed(meanings: ReadonlyMap<string, Meaning>, zone: string): ReadonlyMap<string, Meaning> {
  const [[mainKey, main] = []] = [...meanings].filter(([key]) => key.endsWith(' '))
  const isAllDay = main !== undefined && String(main.start).startsWith('date')
  const result = new Map<string, Meaning>()
  const cancelled: (string | number)[] = []
  for (const [key, meaning] of meanings) {
    const [uid = '', ...rest] = key.split(' ')
    const id = rest.join(' ')
    const told = isAllDay && /^\d+$/.test(id) ? `date ${day(Number(id), zone)}` : id
    if (id !== '' && meaning.status === 'CANCELLED') cancelled.push(/^\d+$/.test(told) ? Number(told) : told)
    else result.set(`${uid} ${told}`, narrowedEvent(meaning, zone))
  }
  if (mainKey !== undefined && cancelled.length > 0) {
    const whole = result.get(mainKey)
    if (whole !== undefined) result.set(mainKey, { ...whole, excluded: [...new Set([...whole.excluded, ...cancelled])].sort() })
  }
  return result
}

function day(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(zone).toPlainDate().toString().replaceAll('-', '')
}

/** A day as the end of a series of times means the whole day. */
function endOfDay(date: string, zone: string): number {
  return Temporal.PlainDate.from(date).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds / 1000 - 1
}

function narrowedEvent(meaning: Meaning, zone: string): Meaning {
  const isAllDay = String(meaning.start).startsWith('date')
  const isSeries = meaning.rules.length + meaning.dates.length > 0
  return {
    ...meaning,
    rules: meaning.rules.map((rule) => rule.replace(/UNTIL=(date )?(\d+)(?=;|$)/, (all, isDate: string | undefined, at: string) => {
      if (isAllDay) return isDate === undefined ? `UNTIL=date ${day(Number(at), zone)}` : all
      return isDate === undefined ? all : `UNTIL=${endOfDay(at, meaning.zone ?? (typeof meaning.start === 'number' ? 'UTC' : zone))}`
    })),
    attendees: Object.fromEntries(Object.entries(meaning.attendees).map(([address, told]) => {
      const [answer = '', role = ''] = told.split(' ')
      return [address, `${answers[answer] ?? 'NEEDS-ACTION'} ${role}`]
    })),
    visibility: ['PUBLIC', 'PRIVATE', 'CONFIDENTIAL'].includes(meaning.visibility) ? meaning.visibility : 'PRIVATE',
    alarms: alarms(meaning.alarms, isSeries),
  }
}

/** Whole minutes before the start up to four weeks, five at most; a moment of its own only in a single event. */
function alarms(all: readonly string[], isSeries: boolean): readonly string[] {
  const kept = all.flatMap((alarm) => {
    const [kind = '', ...rest] = alarm.split(' ')
    const isAbsolute = rest[0] === 'at'
    const seconds = Number(rest.at(-1))
    const isHeld = seconds <= 0 && seconds % 60 === 0 && seconds >= -40_320 * 60 && !(isAbsolute && isSeries)
    return isHeld ? [`${kind} ${seconds === 0 ? 0 : seconds}`] : []
  })
  return [...new Set(kept)].slice(0, 5).sort()
}
