/** CALDAV:calendar-query (RFC 4791 §7.8): the objects of a calendar that match a filter. */

import type { ReportRequest } from '../../dav/requests.ts'
import type { Batches, Body } from '../../calendar/backend.ts'
import { timeZoneId } from '../../calendar/identifiers.ts'
import type { ObjectName, TimeZoneId } from '../../calendar/identifiers.ts'
import { formatResponse } from '../../dav/multistatus.ts'
import { caldav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import { againOrAnew } from '../answers.ts'
import { byName, weights } from '../by-name.ts'
import { clientGone } from '../client-gone.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { calendarOfReading, existing, notFoundIfGone } from '../existing.ts'
import { compileFilter } from '../filter.ts'
import type { CalendarFilter } from '../filter.ts'
import { objectOf, objectsIn } from '../load.ts'
import { describer } from '../property.ts'
import type { Describer, PropertyRow } from '../property.ts'
import { listing, multistatusReply } from '../reply.ts'
import type { Resource } from '../resource.ts'
import { calendarDataRows } from '../select.ts'
import { findNamedZone, readTimeZone } from '../time-zones.ts'
import { takingTurns } from '../turns.ts'
import { noticeUnavailable } from '../unavailable.ts'
import { report } from './row.ts'

type On<K extends Resource['kind']> = Extract<Resource, { kind: K }>
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
  run: async (context, target, request, body) => {
    switch (target.kind) {
      case 'calendar': return ofCalendar(context, target, request, body).catch(notFoundIfGone)
      case 'object': return ofObject(context, await existing(context, target), request)
      default: return existing(context, target).then(() => multistatusReply(context, []))
    }
  },
})

async function ofCalendar(context: Context, target: On<'calendar'>, request: Query, body: Uint8Array): Promise<DavReply> {
  const { selection } = request
  const { filter, data } = planOf(request, undefined)
  if (filter.scope === 'none') return existing(context, target).then(() => multistatusReply(context, []))
  const calendar = calendarOfReading(context, target)
  // A filter that every object passes: no event has to be read.
  if (data.length === 0 && filter.scope === 'all') return multistatusReply(context, listing(objectsIn(context, calendar), describer(context, selection)))
  let plan: Plan | undefined
  // The calendar's zone comes with its objects: once some have been read it costs no call.
  const settle = async (): Promise<Plan> => (plan ??= planOf(request, (context.account.session.lastTold?.(calendar.resource.id) ?? (await calendar.calendar())).timeZone))
  let describe: Describer | undefined
  const tell: Describer = (loaded) => (describe ??= describer(context, selection, plan?.data))(loaded)
  return againOrAnew(context, {
    calendar, asked: body, selection, rows: data, more: async () => (await settle()).zone,
    read: () => context.account.session.objects(calendar.resource.id, filter.range),
    tell: (reading) => listing(byName(context, () => matching(context, calendar, { reading, settle, tell }), ({ raw }) => weights.text(raw)), ({ raw }) => ({ raw })),
  })
}

async function ofObject(context: Context, object: Loaded<'object'>, request: Query): Promise<DavReply> {
  const { filter, data } = planOf(request, (await object.calendar()).timeZone)
  const stored = await object.stored()
  return multistatusReply(context, listing([filter.matches(stored) ? [object] : []], describer(context, request.selection, data)))
}

interface Plan {
  /** Where dates and floating times count. */
  readonly zone: TimeZoneId
  readonly filter: CalendarFilter
  /** The row of calendar-data, if it is wanted. */
  readonly data: readonly PropertyRow[]
}

/** @param calendarZone undefined: not known yet; then what does not depend on it is right, the range among it */
function planOf(request: Query, calendarZone: TimeZoneId | undefined): Plan {
  const own = zoneOf(request)
  const zone = own ?? calendarZone ?? timeZoneId('UTC')
  return { zone, filter: compileFilter(request.filter, zone, own === undefined ? zone : calendarZone), data: calendarDataRows(request.selection, zone) }
}

/**
 * RFC 4791 §7.3, RFC 7809 §5.2: the zone of the request, else that of the calendar.
 * @returns undefined where the request tells none
 * @throws DavError 403 CALDAV:valid-calendar-data (RFC 4791 §7.8) or CALDAV:valid-timezone
 */
function zoneOf({ timeZone, timeZoneId: id }: Query): TimeZoneId | undefined {
  if (id !== undefined) return findNamedZone(element(caldav('timezone-id'), [id]))
  return timeZone === undefined ? undefined : readTimeZone(element(caldav('timezone'), [timeZone]))
}

interface Telling {
  /** Begins a reading of all that may match. */
  readonly reading: () => Batches<Body>
  readonly settle: () => Promise<Plan>
  readonly tell: Describer
}

/** What is told of one object: it takes less room than the object, of which all are held until they are in order. */
interface Told {
  readonly name: ObjectName
  readonly raw: string
}

async function* matching(context: Context, calendar: Loaded<'calendar'>, { reading, settle, tell }: Telling): AsyncGenerator<readonly Told[]> {
  const turn = takingTurns()
  for await (const batch of reading()) {
    const { filter } = await settle()
    const found: Told[] = []
    for (const each of batch) {
      const rest = turn()
      if (rest !== undefined) await rest
      if (context.request.signal.aborted) throw clientGone()
      if ('kind' in each) noticeUnavailable(context, each)
      else if (filter.scope === 'all' || filter.matches(each)) {
        const response = tell(objectOf(calendar, each))
        found.push({ name: each.name, raw: formatResponse(response instanceof Promise ? await response : response) })
      }
    }
    yield found
  }
}
