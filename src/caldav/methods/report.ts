import { method } from '../method.ts'
import { reportsOn, runReport } from '../report.ts'
import { resourceKinds } from '../resource.ts'

/** Wherever a row of the table of reports can be asked. */
export const report = method({
  name: 'REPORT',
  source: 'RFC 3253 §3.6',
  on: resourceKinds.filter((kind) => reportsOn(kind).length > 0),
  run: runReport,
})
