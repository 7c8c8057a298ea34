/** DAV:principal-property-search (RFC 3744 §9.4): principals by parts of their names and addresses. */

import type { ResponseElement } from '../../dav/multistatus.ts'
import { caldav, calendarserver, dav, sameName } from '../../dav/names.ts'
import type { Name } from '../../dav/names.ts'
import type { PropertySearch, ReportRequest } from '../../dav/requests.ts'
import { element } from '../../dav/xml.ts'
import type { XmlContent } from '../../dav/xml.ts'
import type { Context, Loaded } from '../context.ts'
import { existing } from '../existing.ts'
import { describe, describer } from '../property.ts'
import { multistatusReply } from '../reply.ts'
import { visiblePrincipals } from './principals.ts'
import { report } from './row.ts'

type Search = Extract<ReportRequest, { kind: 'principal-property-search' }>

/** What a search can look at; any other property matches nothing (RFC 3744 §9.4). */
export const searchableProperties: readonly { readonly name: Name; readonly description: string }[] = [
  { name: dav('displayname'), description: 'Name' },
  { name: caldav('calendar-user-address-set'), description: 'Calendar address' },
  { name: calendarserver('email-address-set'), description: 'E-mail address' },
]

/** NOTE: Calendar.app asks while an attendee's name is typed, Thunderbird and KDE to find the home, Outlook for rooms; no answer at all is fine with them. */
export const principalPropertySearch = report({
  kind: 'principal-property-search',
  name: dav('principal-property-search'),
  source: 'RFC 3744 §9.4',
  on: ['root', 'principal', 'home'],
  run: async (context, target, request) => {
    await existing(context, target)
    return multistatusReply(context, found(context, request))
  },
})

async function* found(context: Context, request: Search): AsyncGenerator<ResponseElement> {
  const tell = describer(context, request.selection)
  for (const principal of await visiblePrincipals(context)) {
    if (await matches(context, principal, request)) yield await tell(principal)
  }
}

async function matches(context: Context, principal: Loaded<'principal'>, { test, searches }: Search): Promise<boolean> {
  const texts = await textsOf(context, principal)
  const passes = ({ properties, match, matchType }: PropertySearch): boolean => {
    const holds = (name: Name): boolean => texts.some((each) => sameName(each.name, name) && matchTypes[matchType](folded(each.text), folded(match)))
    return test === 'anyof' ? properties.some(holds) : properties.every(holds)
  }
  return test === 'anyof' ? searches.some(passes) : searches.every(passes)
}

/** RFC 3744 §9.4: without case. */
const folded = (text: string): string => text.toLowerCase()

const matchTypes: Readonly<Record<PropertySearch['matchType'], (text: string, match: string) => boolean>> = {
  'equals': (text, match) => text === match,
  'contains': (text, match) => text.includes(match),
  'starts-with': (text, match) => text.startsWith(match),
  'ends-with': (text, match) => text.endsWith(match),
}

interface Text {
  readonly name: Name
  readonly text: string
}

/** The single texts in the searchable properties, e.g. each address by itself and without `mailto:`. */
async function textsOf(context: Context, principal: Loaded<'principal'>): Promise<readonly Text[]> {
  const properties = searchableProperties.map(({ name }) => ({ name, element: element(name) }))
  const { propstats } = await describe(context, principal, { kind: 'properties', properties })
  const known = propstats.filter(({ status }) => status === 200).flatMap((each) => each.properties)
  return known.flatMap(({ name, children }) => leaves(children).map((text) => ({ name, text: text.replace(/^mailto:/i, '') })))
}

function leaves(content: XmlContent): readonly string[] {
  return content.flatMap((each) => (typeof each === 'string' ? [each] : leaves(each.children)))
}
