/** The words of the DAV header as rows of a table (RFC 4918 §10.1). */

import type { CaldavSettings } from './context.ts'
import { namesZoneServices } from './zoneless.ts'

interface FeatureRow {
  readonly token: string
  readonly source: string
  /** Left out: always served. */
  readonly when?: (settings: CaldavSettings) => boolean
}

/** In the order of the header. Thunderbird drops the first word, so that has to be `1`. */
export const features: readonly FeatureRow[] = [
  { token: '1', source: 'RFC 4918 §18.1' },
  { token: '3', source: 'RFC 4918 §18.3' },
  { token: 'extended-mkcol', source: 'RFC 5689 §3.1' },
  { token: 'calendar-access', source: 'RFC 4791 §5.1' },
  { token: 'calendar-auto-schedule', source: 'RFC 6638 §2', when: ({ scheduling }) => scheduling === 'implicit' },
  {
    token: 'calendar-schedule', source: 'draft-desruisseaux-caldav-sched-03 §2: clients send their messages by the outbox',
    when: ({ scheduling }) => scheduling === 'outbox',
  },
  { token: 'calendar-no-timezone', source: 'RFC 7809 §3.1.1; §3.1.2 asks for a service that has the time zones', when: namesZoneServices },
]

/** It stands on every answer. */
const known = new WeakMap<CaldavSettings, string>()

/** The DAV header, in one line; only what is served under these settings. */
export function davHeaderOf(settings: CaldavSettings): string {
  const header = known.get(settings) ?? features.filter(({ when }) => when?.(settings) ?? true).map(({ token }) => token).join(', ')
  known.set(settings, header)
  return header
}
