/** The method REPORT (RFC 3253 §3.6): finds the row of a report and runs it. */

import { dav } from '../dav/names.ts'
import type { Name } from '../dav/names.ts'
import { parseReport } from '../dav/requests.ts'
import type { ReportRequest } from '../dav/requests.ts'
import type { Context, DavReply } from './context.ts'
import { DavError } from './errors.ts'
import { reports } from './reports/index.ts'
import type { ReportRow } from './reports/row.ts'
import type { Resource, ResourceKind } from './resource.ts'

/** Names of the reports that a kind of resource answers, for DAV:supported-report-set (RFC 3253 §3.1.5). */
export function reportsOn(kind: ResourceKind): readonly Name[] {
  return reports.filter((row) => row.on.includes(kind)).map((row) => row.name)
}

/**
 * Reads the report from the body and answers it. The Depth header is not looked at: each report has one depth that makes sense,
 * and clients send any (calendar-multiget comes with 0, 1 or none, sync-collection with 0 or 1, Evolution's calendar-query with 0).
 *
 * @throws DavError 403 DAV:supported-report for a report that is not known, or not on this kind of resource (RFC 3253 §3.6)
 * @throws GrammarError when the body is not a report
 */
export async function runReport(context: Context, target: Resource): Promise<DavReply> {
  const body = await context.request.body()
  const request = parseReport(body)
  return rowFor(request, target.kind).run(context, target, request as never, body)
}

function rowFor(request: ReportRequest, kind: ResourceKind): ReportRow {
  const row = reports.find((each) => each.kind === request.kind)
  if (row?.on.includes(kind)) return row
  const name = request.kind === 'unknown' ? request.name.local : request.kind
  throw new DavError(403, `The report ${name.slice(0, 80)} is not answered here; DAV:supported-report-set lists those that are.`,
    { condition: dav('supported-report') })
}
