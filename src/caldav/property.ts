/** Properties as rows of a table: PROPFIND, PROPPATCH, the reports and the documentation read them from here alone. */

import type { CalendarChange } from '../calendar/calendar.ts'
import type { Name } from '../dav/names.ts'
import type { XmlContent, XmlElement } from '../dav/xml.ts'
import type { Context, Loaded } from './context.ts'
import type { ResourceKind } from './resource.ts'

export interface PropertyRow<K extends ResourceKind = ResourceKind> {
  readonly name: Name
  /** RFC and section, or the client that needs it. */
  readonly source: string
  /** The kinds of resource that have it. */
  readonly on: readonly K[]
  /** Part of the answer to allprop (RFC 4918 §9.1). */
  readonly allprop: boolean
  /**
   * The content of the property's element; undefined where this resource does not have it (404 in its propstat).
   * @param requested the element of the request, for properties that take parameters
   */
  readonly get: (resource: Loaded<K>, context: Context, requested: XmlElement) => XmlContent | undefined | Promise<XmlContent | undefined>
  /** What a PROPPATCH, MKCALENDAR or MKCOL of it changes; left out: protected. @throws DavError when the value is not one */
  readonly set?: (value: XmlElement | undefined) => CalendarChange
}

/** Keeps the kinds of `on` and `get` together. */
export function property<const K extends ResourceKind>(row: PropertyRow<K>): PropertyRow {
  return row as unknown as PropertyRow
}
