/** Reports as rows of a table: REPORT dispatches on it, supported-report-set is read from it. */

import type { Name } from '../../dav/names.ts'
import type { ReportRequest } from '../../dav/requests.ts'
import type { Context, DavReply } from '../context.ts'
import type { Resource, ResourceKind } from '../resource.ts'

/** Every report that there is. */
export type ReportKind = Exclude<ReportRequest['kind'], 'unknown'>

/** All about one report. */
export interface ReportRow<K extends ReportKind = ReportKind> {
  readonly kind: K
  readonly name: Name
  /** RFC and section. */
  readonly source: string
  /** The kinds of resource that answer it. */
  readonly on: readonly ResourceKind[]
  /**
   * @param body of the request, as it came
   * @throws DavError, GrammarError, BackendError before anything of the answer is sent
   */
  readonly run: (context: Context, target: Resource, request: Extract<ReportRequest, { kind: K }>, body: Uint8Array) => Promise<DavReply>
}

/** Keeps `kind` and `run` together. */
export function report<const K extends ReportKind>(row: ReportRow<K>): ReportRow {
  return row as unknown as ReportRow
}
