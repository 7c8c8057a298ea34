/** DAV:principal-search-property-set (RFC 3744 §9.5): by which properties principals can be searched. */

import { dav } from '../../dav/names.ts'
import { element, formatXml } from '../../dav/xml.ts'
import { existing } from '../existing.ts'
import { searchableProperties } from './principal-property-search.ts'
import { report } from './row.ts'

export const principalSearchPropertySet = report({
  kind: 'principal-search-property-set',
  name: dav('principal-search-property-set'),
  source: 'RFC 3744 §9.5',
  on: ['root', 'principal', 'home'],
  run: async (context, target) => {
    await existing(context, target)
    return { status: 200, headers: { 'Content-Type': 'application/xml; charset=utf-8' }, body: formatXml(document) }
  },
})

const document = element(dav('principal-search-property-set'), searchableProperties.map(({ name, description }) =>
  element(dav('principal-search-property'), [
    element(dav('prop'), [element(name)]),
    element(dav('description'), [description], { 'xml:lang': 'en' }),
  ])))
