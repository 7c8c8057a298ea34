/** Calendar objects without the time zones that a client finds elsewhere (RFC 7809 §3.1.3). */

import type { StoredSeries } from '../calendar/backend.ts'
import { parseCaldavTimezones } from '../dav/headers.ts'
import type { Component } from '../icalendar/component.ts'
import { componentOf, formatComponent } from '../icalendar/format.ts'
import type { CaldavSettings, Context } from './context.ts'
import { calendarData } from './render.ts'

/** RFC 7809 §3.1.2: only a server that names a service for them may leave time zones out. */
export const namesZoneServices = ({ timeZoneServices = [] }: CaldavSettings): boolean => timeZoneServices.length > 0

/** Whether the client knows the time zones of the services that the homes name. @throws GrammarError for another value of the header */
export function wantsZoneless({ request, settings }: Context): boolean {
  return namesZoneServices(settings) && parseCaldavTimezones(request.headers.get('caldav-timezones')) === false
}

/** All that we write are zones of the IANA, and so known to such a service. */
export function withoutZones(calendar: Component): Component {
  return { ...calendar, components: calendar.components.filter(({ name }) => name !== 'VTIMEZONE') }
}

/** The calendar object as this client wants it. */
export function calendarDataFor(context: Context, stored: StoredSeries): string {
  return wantsZoneless(context) ? formatComponent(withoutZones(componentOf(stored.series, stored.owner))) : calendarData(stored)
}

/**
 * RFC 9110 §12.5.5: on which headers of the request the answer depends.
 * @param others beside the one of this file
 */
export function variance({ settings }: Context, ...others: readonly string[]): { readonly Vary?: string } {
  const all = namesZoneServices(settings) ? [...others, 'CalDAV-Timezones'] : others
  return all.length === 0 ? {} : { Vary: all.join(', ') }
}
