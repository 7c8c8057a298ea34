/** Names of objects of which not all rows are at hand. */

import { objectName } from '../../../calendar/identifiers.ts'
import { marks } from '../marks.ts'
import { objectNameOf } from '../names.ts'
import type { ObjectName } from '../../../calendar/identifiers.ts'
import type { RowGroup } from './rows.ts'
import type { WireEvent } from '../wire.ts'

/** The name that a client chose, as far as one of the rows tells it. */
export function keptNameOf(rows: readonly WireEvent[]): ObjectName | undefined {
  return rows.map((row) => objectName(row.extendedProperties?.private?.[marks.name] ?? '')).find((name) => name !== undefined)
}

/** What the object is called as far as these rows tell. */
export function likelyNameOf({ uid, events }: RowGroup): ObjectName | undefined {
  return keptNameOf(events) ?? objectNameOf(uid)
}
