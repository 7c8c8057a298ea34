/**
 * The header If (RFC 4918 §10.4). Nothing is ever locked here, so that no lock token matches; entity tags do, and the sync-tokens of
 * calendars and homes (RFC 6578 §5).
 */

import { parseIf } from '../dav/if-header.ts'
import type { IfCondition, IfList } from '../dav/if-header.ts'
import { preconditionFailed } from './conditions.ts'
import type { Context, LoadedResource } from './context.ts'
import { homeSyncToken } from './home-sync.ts'
import { inOwnSpelling, load } from './load.ts'
import { parsePath } from './resource.ts'
import type { Resource } from './resource.ts'
import { calendarEtagOf, etagOf, formatSyncToken } from './tags.ts'

/**
 * Lets a request go on only if one of the lists holds.
 * @returns the context for the request. Where the list was about the ETag of the target, that becomes its If-Match, so that the backend
 *          holds it once more while it writes
 * @throws  DavError 412; BackendError; GrammarError
 */
export async function underIf(context: Context, target: Resource): Promise<Context> {
  const lists = parseIf(context.request.headers.get('if'))
  if (lists === undefined) return context
  for (const list of lists) if (await holds(context, target, list)) return bound(context, list)
  throw preconditionFailed()
}

/** RFC 4918 §10.4.3: all conditions of a list, against one resource. */
async function holds(context: Context, target: Resource, { resource, conditions }: IfList): Promise<boolean> {
  const about = resource === undefined ? target : resourceAt(context, resource)
  const loaded = about && (await load(context, about))
  const tags = loaded === undefined ? [] : await tagsOf(context, loaded, conditions)
  return conditions.every((condition) => condition.isNegated !== tags.includes(valueOf(condition)))
}

const valueOf = (condition: IfCondition): string => (condition.kind === 'token' ? condition.token : tagText(condition.tag))

const tagText = ({ opaque, isWeak }: { readonly opaque: string; readonly isWeak: boolean }): string => (isWeak ? `W/${opaque}` : opaque)

function resourceAt({ account }: Context, uri: string): Resource | undefined {
  const found = parsePath(uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, ''))
  return found && inOwnSpelling(account, found)
}

/** What the resource is now, as far as the conditions ask. */
async function tagsOf(context: Context, loaded: LoadedResource, conditions: readonly IfCondition[]): Promise<readonly string[]> {
  const asksToken = conditions.some(({ kind }) => kind === 'token')
  switch (loaded.kind) {
    case 'object': return [etagOf(loaded.tag.revision)]
    case 'calendar': {
      const state = await loaded.state()
      return [calendarEtagOf(state), formatSyncToken(loaded.resource.id, state.token)]
    }
    case 'home': return asksToken ? [await homeSyncToken(context, loaded)] : []
    default: return []
  }
}

function bound(context: Context, { resource, conditions }: IfList): Context {
  const tag = resource === undefined ? conditions.find((each) => each.kind === 'etag' && !each.isNegated) : undefined
  if (tag === undefined || context.request.headers.has('if-match')) return context
  const headers = new Headers(context.request.headers)
  headers.set('If-Match', valueOf(tag))
  const { method, path, host, signal } = context.request
  return { ...context, request: { method, path, host, signal, headers, body: () => context.request.body() } }
}
