import type { StoredSeries } from '../calendar/backend.ts'
import { wantsExactly } from './conditions.ts'
import type { Context } from './context.ts'
import type { Resource } from './resource.ts'

/**
 * What the If-Match of a write describes, where the backend need not be asked what is stored: it checks the version in the write itself.
 * Only for single events, which have one version; the rows of a series have one each, and so are looked at together.
 * @returns undefined where the write has to begin with a look
 */
export function rememberedMatch({ request, account }: Context, { id, name }: Extract<Resource, { kind: 'object' }>): StoredSeries | undefined {
  const found = account.session.remembered?.(id, name)
  return found?.series.kind === 'single' && wantsExactly(request.headers, found) ? found : undefined
}
