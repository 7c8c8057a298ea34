/** RFC 7809: time zones by name. */

import { caldav } from '../../dav/names.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { findNamedZone } from '../time-zones.ts'
import { namesZoneServices } from '../zoneless.ts'
import { href } from './hrefs.ts'

export const rfc7809: readonly PropertyRow[] = [
  property({
    name: caldav('timezone-service-set'),
    source: 'RFC 7809 §5.1; where the operator names such a service',
    on: ['home'],
    allprop: false,
    get: (_, { settings }) => (namesZoneServices(settings) ? settings.timeZoneServices?.map(href) : undefined),
  }),
  property({
    name: caldav('calendar-timezone-id'),
    source: 'RFC 7809 §5.2; DAVx5',
    on: ['calendar'],
    allprop: false,
    get: async ({ calendar }) => [(await calendar()).timeZone],
    set: (value) => ({ timeZone: findNamedZone(value) }),
  }),
]
