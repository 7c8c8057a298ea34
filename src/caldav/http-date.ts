import type { Instant } from '../calendar/identifiers.ts'

/** RFC 9110 §5.6.7, in whole seconds. */
export const httpDate = (at: Instant): string => new Date(at).toUTCString()
