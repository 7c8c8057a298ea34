/** The calendars that are measured: the same events for the gateway, for its peers, and for the checks of what they answer. */

export const account = { address: 'bench@example.org', password: 'bench' } as const
export const authorization = `Basic ${Buffer.from(`${account.address}:${account.password}`).toString('base64')}`

/** The account's own calendar holds so many events. */
export const primary = { size: 10_000 }

/** The id of the calendar that holds so many events. */
export const calendarOf = (size: number): string => (size === primary.size ? account.address : `c${size}@example.org`)

/** The month that time-range queries ask for, in UTC; no event comes near its borders. */
export const month = { start: '20260601T000000Z', end: '20260701T000000Z' }

/** The same month from another second on, so that the question is another one for each turn: of the first six hours, in which no event is. */
export function monthFrom(turn: number): typeof month {
  const second = new Date(Date.UTC(2026, 5, 1, 0, 0, turn % (6 * 3600)))
  return { ...month, start: second.toISOString().replace(/[-:]|\.\d+/g, '') }
}

const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2025, 0, 1)
const DAYS = 1095
const REPEATS = 10

interface SampleEvent {
  readonly uid: string
  /** Of the first instance. */
  readonly day: number
  readonly hour: number
  readonly isAllDay: boolean
  readonly isWeekly: boolean
  readonly hasGuests: boolean
  readonly summary: string
  readonly description: string
}

/** One in ten is weekly, one in twenty lasts all day, one in five has guests. */
function event(number: number): SampleEvent {
  const isAllDay = number % 20 === 7
  const day = FIRST_DAY + ((number * 7919) % DAYS) * DAY_MS
  return {
    uid: uidOf(number), isAllDay,
    day: isAllDay ? Date.UTC(new Date(day).getUTCFullYear(), new Date(day).getUTCMonth(), 12) : day,
    hour: 8 + (number % 9),
    isWeekly: number % 10 === 0,
    hasGuests: number % 5 === 1,
    summary: `Besprechung ${number}: Planung für das nächste Quartal`,
    description: `Tagesordnung, Punkt ${number % 7}\nProtokoll vom letzten Mal; offene Fragen, Termine und Zuständigkeiten. https://example.org/wiki/${number}`,
  }
}

export const uidOf = (number: number): string => `event-${number}@example.org`
export const nameOf = (number: number): string => `${uidOf(number)}.ics`

/** How many of the first so many events have an instance in {@link month}. */
export function eventsInMonth(size: number): number {
  const isInside = (at: number): boolean => at >= Date.UTC(2026, 5, 1) && at < Date.UTC(2026, 6, 1)
  let count = 0
  for (let number = 0; number < size; number += 1) {
    const { day, isWeekly } = event(number)
    const days = Array.from({ length: isWeekly ? REPEATS : 1 }, (_, week) => day + week * 7 * DAY_MS)
    if (days.some(isInside)) count += 1
  }
  return count
}

const berlin = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`

const basicDay = (day: number): string => new Date(day).toISOString().slice(0, 10).replaceAll('-', '')
const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n')

function times({ day, hour, isAllDay }: SampleEvent): string {
  if (isAllDay) return `DTSTART;VALUE=DATE:${basicDay(day)}\nDTEND;VALUE=DATE:${basicDay(day + DAY_MS)}`
  const at = (hours: number): string => `;TZID=Europe/Berlin:${basicDay(day)}T${String(hours).padStart(2, '0')}3000`
  return `DTSTART${at(hour)}\nDTEND${at(hour + 1)}`
}

/** Lines of more than 75 octets, folded between characters (RFC 5545 §3.1). */
function folded(line: string): string {
  let text = ''
  let octets = 0
  for (const character of line) {
    const width = Buffer.byteLength(character)
    if (octets + width > 75) {
      text += '\r\n '
      octets = 1
    }
    octets += width
    text += character
  }
  return text
}

/** A body as a calendar program sends it. @param summary in place of the usual one */
export function calendarObject(number: number, uid = uidOf(number), summary?: string): string {
  const given = event(number)
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//bench//EN', ...berlin.split('\n'), 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T120000Z',
    ...times(given).split('\n'), ...(given.isWeekly ? [`RRULE:FREQ=WEEKLY;COUNT=${REPEATS}`] : []),
    `SUMMARY:${escaped(summary ?? given.summary)}`, `DESCRIPTION:${escaped(given.description)}`, 'LOCATION:Raum 12\\, Nebengebäude', 'SEQUENCE:0', 'STATUS:CONFIRMED',
    'TRANSP:OPAQUE', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Reminder', 'TRIGGER:-PT10M', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR',
  ]
  return `${lines.map(folded).join('\r\n')}\r\n`
}

/** The same as a body of the REST service. */
export function restEvent(number: number, calendar: string): object {
  const given = event(number)
  const iso = (day: number): string => new Date(day).toISOString().slice(0, 10)
  const at = (hours: number): object => ({ dateTime: `${iso(given.day)}T${String(hours).padStart(2, '0')}:30:00`, timeZone: 'Europe/Berlin' })
  const guests = [{ email: 'anna@example.net', displayName: 'Anna Müller', responseStatus: 'accepted' }, { email: 'ben@example.net', responseStatus: 'needsAction' }]
  return {
    iCalUID: given.uid, summary: given.summary, description: given.description, location: 'Raum 12, Nebengebäude', organizer: { email: calendar },
    ...(given.isAllDay ? { start: { date: iso(given.day) }, end: { date: iso(given.day + DAY_MS) } } : { start: at(given.hour), end: at(given.hour + 1) }),
    ...(given.isWeekly ? { recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${REPEATS}`] } : {}),
    ...(given.hasGuests ? { attendees: guests } : {}),
    reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 10 }] },
  }
}
