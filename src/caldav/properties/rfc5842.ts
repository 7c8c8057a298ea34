/** RFC 5842: an identifier that stays the same through both doors of a calendar. */

import { hash } from 'node:crypto'
import { dav } from '../../dav/names.ts'
import { property } from '../property.ts'
import type { PropertyRow } from '../property.ts'
import { href } from './hrefs.ts'

export const rfc5842: readonly PropertyRow[] = [
  property({
    name: dav('resource-id'),
    source: 'RFC 5842 §3.1; Apple and Outlook CalDav Synchronizer ask for it',
    on: ['principal', 'home', 'calendar'],
    allprop: false,
    get: ({ kind, resource }) => [href(`urn:uuid:${uuidOf(`${kind} ${resource.id}`)}`)],
  }),
]

/** A UUID of the form for hashes of one's own (RFC 9562 §5.8, version 8). */
function uuidOf(text: string): string {
  const hex = hash('sha256', text, 'hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
