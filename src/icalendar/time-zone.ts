/**
 * Time zones: what the rest of calgate may ask of them.
 *
 * Names of zones, moments and wall clocks, the TZIDs of client bodies, and VTIMEZONEs for those that clients read.
 */

export { Temporal } from './temporal.ts'
export { timeZoneComponent } from './vtimezone.ts'
export { findTimeZone } from './zone-names.ts'
export { resolveTimeZone, type ResolvedZone } from './zone-resolution.ts'
export { instantOf, localAt, offsetSecondsAt, zonedOrUtc } from './zoned-time.ts'
