/**
 * Recurrence: what the rest of calgate may ask of it.
 *
 * Rules, the names of instances, expansion of a recurrence, and the instances of a whole series.
 */

export { expand, type Expansion } from './recurrence-set.ts'
export { extent, type Extent } from './extent.ts'
export { instanceAt, instances, type Instance } from './instances.ts'
export { recurrenceIdOf, timeOfRecurrenceId } from './recurrence-id.ts'
export { formatRule, parseRule } from './rule.ts'
export { sameRecurrence } from './same-recurrence.ts'
export { formerIds } from './shifted-series.ts'
