/** RFC 3253: which reports and methods a resource knows, read from the tables that serve them. */

import { dav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'

export const rfc3253: readonly PropertyRow[] = [
  property({
    name: dav('supported-report-set'),
    source: 'RFC 3253 §3.1.5; Thunderbird, DAVx5 and Evolution look for sync-collection in it',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
    get: ({ kind }, { tables }) => tables.reportsOn(kind).map((name) => element(dav('supported-report'), [element(dav('report'), [element(name)])])),
  }),
  property({
    name: dav('supported-method-set'),
    source: 'RFC 3253 §3.1.3',
    on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
    allprop: false,
    get: ({ kind }, { tables }) => tables.methodsOn(kind, 'taken').map((name) => element(dav('supported-method'), [], { name })),
  }),
]
