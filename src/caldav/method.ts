/** Methods as rows of a table: requests are dispatched on it, Allow is read from it. */

import type { Context, DavReply } from './context.ts'
import type { Resource, ResourceKind } from './resource.ts'

export interface MethodRow {
  readonly name: string
  readonly source: string
  readonly on: readonly ResourceKind[]
  readonly run: (context: Context, target: Resource) => Promise<DavReply>
}
