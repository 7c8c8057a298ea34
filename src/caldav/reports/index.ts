/** All reports. */

import { calendarMultiget } from './calendar-multiget.ts'
import { calendarQuery } from './calendar-query.ts'
import { expandProperty } from './expand-property.ts'
import { freeBusyQuery } from './free-busy-query.ts'
import { principalMatch } from './principal-match.ts'
import { principalPropertySearch } from './principal-property-search.ts'
import { principalSearchPropertySet } from './principal-search-property-set.ts'
import type { ReportRow } from './row.ts'
import { syncCollection } from './sync-collection.ts'

/** In the order of DAV:supported-report-set. */
export const reports: readonly ReportRow[] = [
  calendarQuery, calendarMultiget, freeBusyQuery, syncCollection,
  expandProperty, principalPropertySearch, principalSearchPropertySet, principalMatch,
]
