/** The header If of WebDAV (RFC 4918 §10.4): lists of conditions, of which one has to hold as a whole. */

import { type EntityTag, parseEntityTag } from './headers.ts'
import { GrammarError } from './xml.ts'

export type IfCondition =
  | { readonly kind: 'etag'; readonly isNegated: boolean; readonly tag: EntityTag }
  /** A lock token, or a sync-token (RFC 6578 §5). */
  | { readonly kind: 'token'; readonly isNegated: boolean; readonly token: string }

export interface IfList {
  /** The absolute URI or path that the conditions are about; undefined: that of the request. */
  readonly resource: string | undefined
  /** At least one. */
  readonly conditions: readonly IfCondition[]
}

/**
 * @returns at least one list; undefined where the header is absent
 * @throws GrammarError also where lists with and without a resource are mixed
 */
export function parseIf(value: string | null): readonly IfList[] | undefined {
  if (value === null) return undefined
  const lists: IfList[] = []
  let resource: string | undefined
  let rest = value.trim()
  while (rest !== '') {
    const [all, tag, list] = /^(?:<([^<>\s]+)>|\(((?:\[[^\]]*\]|[^()[\]])*)\))\s*/.exec(rest) ?? []
    if (all === undefined || (tag !== undefined && lists.some((each) => each.resource === undefined))) throw malformed()
    if (list === undefined) resource = tag
    else lists.push({ resource, conditions: parseList(list) })
    rest = rest.slice(all.length)
  }
  if (lists.length === 0) throw malformed()
  return lists
}

function parseList(text: string): readonly IfCondition[] {
  const conditions: IfCondition[] = []
  let rest = text.trim()
  while (rest !== '') {
    const [all, not, token, tag] = /^(not\b\s*)?(?:<([^<>\s]+)>|\[([^\]]*)\])\s*/i.exec(rest) ?? []
    if (all === undefined) throw malformed()
    const isNegated = not !== undefined
    conditions.push(token === undefined ? { kind: 'etag', isNegated, tag: parseEntityTag(tag!.trim()) } : { kind: 'token', isNegated, token })
    rest = rest.slice(all.length)
  }
  if (conditions.length === 0) throw malformed()
  return conditions
}

const malformed = (): GrammarError => new GrammarError('The header If holds lists of conditions in parentheses, such as (["tag"]) or (<token>).')
