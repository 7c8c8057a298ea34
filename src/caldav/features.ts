/** The words of the DAV header as rows of a table (RFC 4918 §10.1). */

import type { CaldavSettings } from './context.ts'

interface FeatureRow {
  readonly token: string
  readonly source: string
  /** Left out: always served. */
  readonly when?: CaldavSettings['scheduling']
}

/** In the order of the header. Thunderbird drops the first word, so that has to be `1`. */
export const features: readonly FeatureRow[] = [
  { token: '1', source: 'RFC 4918 §18.1' },
  { token: '3', source: 'RFC 4918 §18.3' },
  { token: 'extended-mkcol', source: 'RFC 5689 §3.1' },
  { token: 'calendar-access', source: 'RFC 4791 §5.1' },
  { token: 'calendar-auto-schedule', source: 'RFC 6638 §2', when: 'implicit' },
  { token: 'calendar-schedule', source: 'draft-desruisseaux-caldav-sched-03 §2: clients send their messages by the outbox', when: 'outbox' },
]

/** The DAV header, in one line; only what is served under these settings. */
export function davHeaderOf({ scheduling }: CaldavSettings): string {
  return features.filter(({ when }) => when === undefined || when === scheduling).map(({ token }) => token).join(', ')
}
