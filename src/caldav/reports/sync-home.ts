/** sync-collection on a calendar home: which calendars changed. Calendar.app polls the home in this way and then only those calendars. */

import type { ResponseElement } from '../../dav/multistatus.ts'
import { dav } from '../../dav/names.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { formatHomeToken, homeMembers, parseHomeToken } from '../home-sync.ts'
import type { HomeMember, HomeState } from '../home-sync.ts'
import { memberDescriber } from '../property.ts'
import { multistatusReply } from '../reply.ts'
import { continues, invalidToken, truncation } from './sync.ts'
import type { SyncRequest } from './sync.ts'

/**
 * @throws DavError 403 DAV:valid-sync-token also when a calendar is gone since the token: it holds no hrefs, which the answer would need
 * @throws DavError 403 DAV:sync-traversal-supported for the level infinite (RFC 6578 §3.3)
 */
export async function syncHome(context: Context, home: Loaded<'home'>, { token, level, limit, selection }: SyncRequest): Promise<DavReply> {
  if (level === 'infinite') {
    throw new DavError(403, 'The events of a calendar are synchronised at the calendar.', { condition: dav('sync-traversal-supported') })
  }
  const known = continues(token, (text) => parseHomeToken(home, text)) ?? new Map<string, string>()
  const members = await homeMembers(context, home)
  if ([...known.keys()].some((key) => members.every((each) => each.key !== key))) throw invalidToken()
  const changed = members.filter(({ key, state }) => known.get(key) !== state)
  const told = changed.slice(0, limit)
  const isCut = told.length < changed.length
  return multistatusReply(context, responses(context, selection, told, isCut), { syncToken: formatHomeToken(home, stateAfter(known, told)) })
}

async function* responses(context: Context, selection: SyncRequest['selection'], told: readonly HomeMember[], isCut: boolean): AsyncGenerator<ResponseElement> {
  const tell = memberDescriber(context, selection)
  for (const { loaded } of told) yield await tell(loaded)
  if (isCut) yield truncation(context)
}

/** What was not told keeps its old state, and so is told next time. */
function stateAfter(known: HomeState, told: readonly HomeMember[]): HomeState {
  return new Map([...known, ...told.map(({ key, state }) => [key, state] as const)])
}
