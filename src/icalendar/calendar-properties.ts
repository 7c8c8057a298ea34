/** What every VCALENDAR of ours says of itself (RFC 5545 §3.7). */

import { property } from './component.ts'
import type { Property } from './component.ts'

/** The properties that each VCALENDAR begins with. */
export const calendarProperties: readonly Property[] = [
  property('VERSION', '2.0'), property('PRODID', '-//calgate//calgate//EN'), property('CALSCALE', 'GREGORIAN'),
]
