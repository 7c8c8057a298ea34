/** Series of which only the changed rows have come, made whole with what their reader held before. */

import { sourceOf } from './from-wire.ts'
import { likelyNameOf } from './kept-name.ts'
import { groupOf } from './rows.ts'
import type { StoredSeries } from '../../../calendar/backend.ts'
import type { ObjectName } from '../../../calendar/identifiers.ts'
import type { RowGroup } from './rows.ts'

/** What the reader of changes holds under a name, as of where the changes begin, or newer. */
export type Held = (name: ObjectName) => StoredSeries | undefined

/**
 * Only where nothing can be missed: rows that were not told again are as they were, unless the master was. The service may drop or reset
 * instances when their master changes, and is not known to tell of each; so then all rows must have come.
 * @param gone ids of what the same answer calls deleted
 * @returns undefined where the series has to be read
 */
export function completed(group: RowGroup, held: Held, gone: ReadonlySet<string>): RowGroup | undefined {
  const name = likelyNameOf(group)
  const before = name && held(name)
  if (before === undefined || group.fault !== undefined) return undefined
  const { main, instances } = sourceOf(before)
  if (main === undefined || group.events.some((row) => (row.recurringEventId ?? row.id) !== main.id)) return undefined
  const rows = new Map([main, ...instances.values()].map((row) => [row.id, row]))
  const changed = new Set(group.events.map(({ id }) => id))
  const isSure = ![...rows.keys()].some((id) => gone.has(id)) && (!changed.has(main.id) || [...rows.keys()].every((id) => changed.has(id)))
  if (!isSure) return undefined
  for (const row of group.events) rows.set(row.id, row)
  return groupOf(before.series.uid, [...rows.values()].map((event) => ({ kind: 'read', event })))
}
