/** The values that are hrefs. */

import { calendarId } from '../../calendar/identifiers.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import { dav } from '../../dav/names.ts'
import { element } from '../../dav/xml.ts'
import type { XmlElement } from '../../dav/xml.ts'
import type { Account } from '../context.ts'
import { formatHref } from '../resource.ts'

/** DAV:href (RFC 4918 §14.7). */
export const href = (path: string): XmlElement => element(dav('href'), [path])

/** The principal of an address. */
export const principalHref = (id: CalendarId): string => formatHref({ kind: 'principal', id })

/** The principal of the user who asks. */
export const ownPrincipalHref = ({ address }: Account): string => principalHref(calendarId(address))
