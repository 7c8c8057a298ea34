/** When the instances of a calendar object take place, where they are few. */

import type { StoredSeries } from '../../calendar/backend.ts'
import type { EventSeries } from '../../calendar/event.ts'
import { instant } from '../../calendar/identifiers.ts'
import type { TimeZoneId } from '../../calendar/identifiers.ts'
import { extent, instances } from '../../icalendar/recurrence.ts'
import type { Span } from './time-range.ts'

const DAY_MS = 86_400_000
/** A weekly series of a year, rather more. */
const mostKept = 60

type Spans = readonly Span[] | undefined

/** Lives as long as the object that was read, which may have to make its model anew for each look into it. */
const known = new WeakMap<Pick<StoredSeries, 'series'>, { readonly zone: TimeZoneId; readonly spans: Spans }>()

/**
 * Worked out once for each object that is asked about; nearly all are asked about in one zone, that of their calendar.
 * @param zone where dates and floating times count
 * @returns    of all instances, changed ones as they are now; undefined where there are more, or no end of them
 */
export function spansOf(object: Pick<StoredSeries, 'series'>, zone: TimeZoneId): Spans {
  const held = known.get(object)
  if (held?.zone === zone) return held.spans
  const spans = spansIn(object.series, zone)
  known.set(object, { zone, spans })
  return spans
}

function spansIn(series: EventSeries, floatingZone: TimeZoneId): Spans {
  const { from, to } = extent(series, floatingZone)
  if (to === undefined) return undefined
  const whole = { from: instant(from - DAY_MS), to: instant(to + DAY_MS) }
  const { instances: all, isComplete } = instances(series, whole, { floatingZone, limit: mostKept })
  return isComplete ? all.map((each) => ({ from: each.from, to: each.to })) : undefined
}
