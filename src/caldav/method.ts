/** Methods as rows of a table: requests are dispatched on it, Allow is read from it. */

import type { Context, DavReply } from './context.ts'
import type { Resource, ResourceKind } from './resource.ts'

/** All about one method. `source`: RFC and section. */
export interface MethodRow<K extends ResourceKind = ResourceKind> {
  readonly name: string
  readonly source: string
  /** The kinds of resource whose Allow names it. */
  readonly on: readonly K[]
  /** Further kinds where it always fails, and `run` knows a better answer than 405: the condition that the RFC names. */
  readonly refusedOn?: readonly ResourceKind[]
  /** Only where nothing is yet. */
  readonly makes?: true
  readonly run: (context: Context, target: Extract<Resource, { kind: K }>) => Promise<DavReply>
}

/** Keeps the kinds of `on` and `run` together. */
export function method<const K extends ResourceKind>(row: MethodRow<K>): MethodRow {
  return row as unknown as MethodRow
}
