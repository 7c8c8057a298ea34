/** A whole calendar as one iCalendar file, for people and for programs that subscribe to it. */

import type { Calendar } from '../calendar/calendar.ts'
import type { ObjectName } from '../calendar/identifiers.ts'
import { calendarProperties } from '../icalendar/calendar-properties.ts'
import { component, property } from '../icalendar/component.ts'
import type { Component } from '../icalendar/component.ts'
import { componentOf, formatComponent } from '../icalendar/format.ts'
import { escapeText } from '../icalendar/text.ts'
import { findTimeZone, timeZoneComponent } from '../icalendar/time-zone.ts'
import { byName, weights } from './by-name.ts'
import type { Context } from './context.ts'
import { PIECE_CHARACTERS, started } from './reply.ts'
import { noticeUnavailable } from './unavailable.ts'
import { wantsZoneless } from './zoneless.ts'

/** What the file tells of the calendar. */
export type NamedCalendar = Pick<Calendar, 'id' | 'displayName'>

/**
 * The file, as a stream. Each time zone stands once, ahead of the first event that names it (RFC 5545 §3.6.5 asks for no order).
 * An event that cannot be shown is left out and told to the log.
 * @throws BackendError before the first piece where the backend does not answer; later on the stream breaks off
 */
export async function calendarFile(context: Context, calendar: NamedCalendar): Promise<AsyncIterable<string>> {
  return started(pieces(context, calendar), 2)
}

async function* pieces(context: Context, calendar: NamedCalendar): AsyncGenerator<string> {
  const zones = new Set<string>()
  let piece = opening(calendar)
  for await (const batch of byName(context, () => told(context, calendar), ({ text }) => weights.text(text))) {
    for (const each of batch) {
      piece += each.zones.filter((zone) => isNew(zoneName(zone), zones)).map(formatComponent).join('') + each.text
      if (piece.length < PIECE_CHARACTERS) continue
      yield piece
      piece = ''
    }
  }
  yield piece + CLOSING
}

/** What is told of one object: it takes less room than the object, of which all are held until they are in order. */
interface Told {
  readonly name: ObjectName
  readonly text: string
  /** Those that its times name, whether they stand in the file already or not. */
  readonly zones: readonly Component[]
}

async function* told(context: Context, { id }: NamedCalendar): AsyncGenerator<readonly Told[]> {
  const isZoneless = wantsZoneless(context)
  for await (const batch of context.account.session.objects(id)) {
    yield batch.flatMap((each): readonly Told[] => {
      if ('kind' in each) {
        noticeUnavailable(context, each)
        return []
      }
      const { true: zones = [], false: others = [] } = Object.groupBy(componentOf(each.series, each.owner).components, ({ name }) => String(name === 'VTIMEZONE'))
      return [{ name: each.name, text: others.map(formatComponent).join(''), zones: isZoneless ? [] : zones.map(fromTheStart) }]
    })
  }
}

const CLOSING = 'END:VCALENDAR\r\n'

/** The head of the file, with the calendar's name for those that import it (RFC 7986 §5.1, and the older X-WR-CALNAME). */
function opening({ displayName }: NamedCalendar): string {
  const name = escapeText(displayName)
  const head = component('VCALENDAR', [...calendarProperties, property('NAME', name), property('X-WR-CALNAME', name)])
  return formatComponent(head).slice(0, -CLOSING.length)
}

/** @param zones the names of those that stand in the file already; grows */
function isNew(name: string | undefined, zones: Set<string>): boolean {
  return name !== undefined && !zones.has(name) && zones.add(name) !== undefined
}

const zoneName = (zone: Component): string | undefined => zone.properties.find(({ name }) => name === 'TZID')?.value

/** An object's own VTIMEZONE begins with its event; here it has to serve the events of all times. */
function fromTheStart(each: Component): Component {
  const zone = each.name === 'VTIMEZONE' ? findTimeZone(zoneName(each) ?? '') : undefined
  return zone === undefined ? each : timeZoneComponent(zone, 1970)
}
