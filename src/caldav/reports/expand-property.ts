/** DAV:expand-property (RFC 3253 §3.8): properties of a resource, and of the resources that their hrefs name. */

import { propstatElement, statusElement } from '../../dav/multistatus.ts'
import type { PropStatus } from '../../dav/multistatus.ts'
import { dav, sameName } from '../../dav/names.ts'
import type { ExpandedProperty, PropertySelection } from '../../dav/requests.ts'
import { element } from '../../dav/xml.ts'
import type { XmlContent, XmlElement } from '../../dav/xml.ts'
import type { Context, LoadedResource } from '../context.ts'
import { DavError } from '../errors.ts'
import { existing } from '../existing.ts'
import { inOwnSpelling, load } from '../load.ts'
import { describe } from '../property.ts'
import type { Described } from '../property.ts'
import { multistatusReply } from '../reply.ts'
import { parsePath } from '../resource.ts'
import { report } from './row.ts'

/** How many hrefs one request may follow, all levels together: each may cost a call of the backend. */
const MAX_FOLLOWED = 200

/** Calendar.app reads its delegates in this way: `CS:calendar-proxy-read-for` with names and addresses of the principals in it. */
export const expandProperty = report({
  kind: 'expand-property',
  name: dav('expand-property'),
  source: 'RFC 3253 §3.8',
  on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
  run: async (context, target, { properties }) => {
    const loaded = await existing(context, target)
    return multistatusReply(context, [await expandedResponse({ context, left: MAX_FOLLOWED }, loaded, properties)])
  },
})

/** @param left how many more hrefs may be followed; counted down */
interface Expansion {
  readonly context: Context
  left: number
}

async function expandedResponse(expansion: Expansion, loaded: LoadedResource, asked: readonly ExpandedProperty[]): Promise<Described> {
  const described = await describe(expansion.context, loaded, selectionOf(asked))
  const propstats: PropStatus[] = []
  for (const propstat of described.propstats) propstats.push(propstat.status === 200 ? await followed(expansion, propstat, asked) : propstat)
  return { href: described.href, propstats }
}

function selectionOf(asked: readonly ExpandedProperty[]): PropertySelection {
  return { kind: 'properties', properties: asked.map(({ name }) => ({ name, element: element(name) })) }
}

async function followed(expansion: Expansion, propstat: PropStatus, asked: readonly ExpandedProperty[]): Promise<PropStatus> {
  const properties: XmlElement[] = []
  for (const each of propstat.properties) {
    const nested = asked.find(({ name }) => sameName(name, each.name))?.properties ?? []
    // One that is text already has no children to show.
    properties.push(nested.length === 0 || each.children.length === 0 ? each : element(each.name, await inPlaceOfHrefs(expansion, each.children, nested)))
  }
  return { ...propstat, properties }
}

/** Every DAV:href becomes the DAV:response of what it names; what is not there for this account is told with 404. */
async function inPlaceOfHrefs(expansion: Expansion, content: XmlContent, asked: readonly ExpandedProperty[]): Promise<XmlContent> {
  const changed: (XmlElement | string)[] = []
  for (const child of content) {
    if (typeof child === 'string') changed.push(child)
    else if (sameName(child.name, dav('href'))) changed.push(await responseAt(expansion, child.children.join(''), asked))
    else changed.push({ ...child, children: await inPlaceOfHrefs(expansion, child.children, asked) })
  }
  return changed
}

async function responseAt(expansion: Expansion, href: string, asked: readonly ExpandedProperty[]): Promise<XmlElement> {
  if (expansion.left-- <= 0) {
    throw new DavError(403, `More than ${MAX_FOLLOWED} hrefs would have to be followed: ask for fewer properties at once.`, { condition: dav('number-of-matches-within-limits') })
  }
  const resource = href.startsWith('/') ? parsePath(href) : undefined
  const loaded = resource && (await load(expansion.context, inOwnSpelling(expansion.context.account, resource)))
  if (loaded === undefined) return responseElement(href, [statusElement(404)])
  const { propstats } = await expandedResponse(expansion, loaded, asked)
  return responseElement(href, propstats.map(propstatElement))
}

function responseElement(href: string, content: XmlContent): XmlElement {
  return element(dav('response'), [element(dav('href'), [href]), ...content])
}
