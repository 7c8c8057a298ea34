/** CALDAV:calendar-query (RFC 4791 §7.8): the objects of a calendar that match a filter. */

import type { StoredSeries } from '../../calendar/backend.ts'
import type { ReportRequest } from '../../dav/requests.ts'
import type { TimeZoneId } from '../../calendar/identifiers.ts'
import { caldav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import { byName } from '../by-name.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { existing } from '../existing.ts'
import { compileFilter } from '../filter.ts'
import type { CalendarFilter } from '../filter.ts'
import { objectOf, objectOfTag } from '../load.ts'
import { describer } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { listing, multistatusReply } from '../reply.ts'
import { calendarDataRows } from '../select.ts'
import { findNamedZone, readTimeZone } from '../time-zones.ts'
import { listOf, noticeUnavailable } from './answer.ts'
import { report } from './row.ts'

type Query = Extract<ReportRequest, { kind: 'calendar-query' }>

/**
 * NOTE: by RFC 4791 §7.8 a query of Depth 0 on a calendar finds nothing, as the calendar itself is no calendar object. Evolution
 * asks its list of known objects with Depth 0; members are told whatever the Depth is.
 */
export const calendarQuery = report({
  kind: 'calendar-query',
  name: caldav('calendar-query'),
  source: 'RFC 4791 §7.8',
  on: ['calendar', 'object', 'inbox'],
  run: async (context, target, request) => {
    switch (target.kind) {
      case 'calendar': return ofCalendar(context, await existing(context, target), request)
      case 'object': return ofObject(context, await existing(context, target), request)
      default: return existing(context, target).then(() => multistatusReply(context, listOf([])))
    }
  },
})

async function ofCalendar(context: Context, calendar: Loaded<'calendar'>, request: Query): Promise<DavReply> {
  const { filter, data } = planOf(request, (await calendar.calendar()).timeZone)
  const objects = data.length > 0 || filter.scope === 'some' ? matching(context, calendar, filter) : listed(context, calendar, filter)
  return multistatusReply(context, listing(objects, describer(context, request.selection, data)))
}

async function ofObject(context: Context, object: Loaded<'object'>, request: Query): Promise<DavReply> {
  const { filter, data } = planOf(request, (await object.calendar()).timeZone)
  const { series } = await object.stored()
  return multistatusReply(context, listing(listOf(filter.matches(series) ? [object] : []), describer(context, request.selection, data)))
}

interface Plan {
  readonly filter: CalendarFilter
  /** The row of calendar-data, if it is wanted. */
  readonly data: readonly PropertyRow[]
}

function planOf(request: Query, calendarZone: TimeZoneId): Plan {
  const zone = zoneOf(request, calendarZone)
  return { filter: compileFilter(request.filter, zone, calendarZone), data: calendarDataRows(request.selection, zone) }
}

/**
 * RFC 4791 §7.3, RFC 7809 §5.2: the zone of the request, else that of the calendar.
 * @throws DavError 403 CALDAV:valid-calendar-data (RFC 4791 §7.8) or CALDAV:valid-timezone
 */
function zoneOf({ timeZone, timeZoneId }: Query, calendarZone: TimeZoneId): TimeZoneId {
  if (timeZoneId !== undefined) return findNamedZone(element(caldav('timezone-id'), [timeZoneId]))
  return timeZone === undefined ? calendarZone : readTimeZone(element(caldav('timezone'), [timeZone]))
}

/** For a filter that every object passes, or none: no event has to be read. */
async function* listed(context: Context, calendar: Loaded<'calendar'>, filter: CalendarFilter): AsyncGenerator<Loaded<'object'>> {
  if (filter.scope === 'none') return
  for await (const tag of byName(context, context.account.session.tags(calendar.resource.id))) yield objectOfTag(context, calendar, tag)
}

async function* matching(context: Context, calendar: Loaded<'calendar'>, filter: CalendarFilter): AsyncGenerator<Loaded<'object'>> {
  if (filter.scope === 'none') return
  for await (const stored of byName(context, found(context, calendar, filter))) yield objectOf(calendar, stored)
}

async function* found(context: Context, calendar: Loaded<'calendar'>, filter: CalendarFilter): AsyncGenerator<StoredSeries> {
  for await (const each of context.account.session.objects(calendar.resource.id, filter.range)) {
    if ('kind' in each) noticeUnavailable(context, each)
    else if (filter.scope === 'all' || filter.matches(each.series)) yield each
  }
}
