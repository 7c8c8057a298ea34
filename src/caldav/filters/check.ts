/** What the grammar of filters allows and this server cannot search: refused by name, never skipped (RFC 4791 §7.8). */

import { caldav } from '../../dav/names.ts'
import type { CompFilter, PropFilter, TextMatch } from '../../dav/requests.ts'
import { element } from '../../dav/xml.ts'
import { DavError } from '../errors.ts'
import { collations, substringTest } from './collations.ts'

/** RFC 4791 §9.9 gives a meaning to time ranges on these. */
const TIMED_COMPONENTS: ReadonlySet<string> = new Set(['VEVENT', 'VTODO', 'VJOURNAL', 'VFREEBUSY', 'VALARM'])
/** RFC 4791 §9.9 names the first seven; the other ones are dates as well. */
const TIMED_PROPERTIES: ReadonlySet<string> = new Set([
  'COMPLETED', 'CREATED', 'DTEND', 'DTSTAMP', 'DTSTART', 'DUE', 'LAST-MODIFIED', 'RECURRENCE-ID', 'EXDATE', 'RDATE',
])

/**
 * @param filter  as the grammar gives it: names in upper case, VCALENDAR outermost
 * @throws DavError 403 with CALDAV:supported-filter (holding the filter that is not supported, by name)
 *         or CALDAV:supported-collation (RFC 4791 §7.8)
 */
export function checkFilter(filter: CompFilter): void {
  if (filter.timeRange !== undefined && !TIMED_COMPONENTS.has(filter.name)) throw unsupported('comp-filter', filter.name)
  filter.props.forEach(checkProperty)
  filter.comps.forEach(checkFilter)
}

function checkProperty(filter: PropFilter): void {
  if (filter.timeRange !== undefined && !TIMED_PROPERTIES.has(filter.name)) throw unsupported('prop-filter', filter.name)
  const ofParameters = filter.params.map(({ test }) => (test.kind === 'text-match' ? test.match : undefined))
  for (const match of [filter.textMatch, ...ofParameters]) if (match !== undefined) checkCollation(match)
}

function checkCollation({ collation }: TextMatch): void {
  if (substringTest(collation, '') !== undefined) return
  throw new DavError(403, `The collation ${collation.slice(0, 40)} is not known; known are ${collations.join(', ')}.`,
    { condition: caldav('supported-collation') })
}

function unsupported(kind: 'comp-filter' | 'prop-filter', name: string): DavError {
  return new DavError(403, `A time-range on ${name.slice(0, 40)} cannot be searched: nothing says which time it has.`,
    { condition: caldav('supported-filter'), conditionContent: [element(caldav(kind), [], { name })] })
}
