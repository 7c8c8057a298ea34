/** sync-collection on a calendar home: which calendars changed. Calendar.app polls the home in this way and then only those calendars. */

import type { ResponseElement } from '../../dav/multistatus.ts'
import { dav } from '../../dav/names.ts'
import type { Context, DavReply, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { formatHomeToken, homeMembers, parseHomeToken } from '../home-sync.ts'
import type { HomeMember, HomeState } from '../home-sync.ts'
import { memberDescriber } from '../property.ts'
import { multistatusReply } from '../reply.ts'
import { continues, inOrder, truncation } from './sync.ts'
import type { SyncRequest } from './sync.ts'

/** @throws DavError 403 DAV:valid-sync-token; DAV:sync-traversal-supported for the level infinite (RFC 6578 §3.3) */
export async function syncHome(context: Context, home: Loaded<'home'>, { token, level, limit, selection }: SyncRequest): Promise<DavReply> {
  if (level === 'infinite') {
    throw new DavError(403, 'The events of a calendar are synchronised at the calendar.', { condition: dav('sync-traversal-supported') })
  }
  const known = continues(token, (text) => parseHomeToken(home, text)) ?? new Map<string, string>()
  const members = await homeMembers(context, home)
  const changes = changesSince(known, members)
  const told = changes.slice(0, limit)
  const answers = responses(context, home, selection, told)
  const cut = told.length < changes.length ? [truncation(context)] : []
  return multistatusReply(context, inOrder(answers, cut), { syncToken: formatHomeToken(home, stateAfter(known, told)) })
}

/** What is told of one member of the home; without a member: that it is gone. */
interface Change {
  readonly key: string
  readonly member?: HomeMember
}

function changesSince(known: HomeState, members: readonly HomeMember[]): readonly Change[] {
  const present = new Set(members.map(({ key }) => key))
  const gone = [...known.keys()].filter((key) => !present.has(key)).map((key) => ({ key }))
  return [...members.filter(({ key, state }) => known.get(key) !== state).map((member) => ({ key: member.key, member })), ...gone]
}

async function* responses(context: Context, home: Loaded<'home'>, selection: SyncRequest['selection'], told: readonly Change[]): AsyncGenerator<ResponseElement> {
  const tell = memberDescriber(context, selection)
  // RFC 6578 §3.5.2: what is gone is told with 404.
  for (const { key, member } of told) yield member === undefined ? { href: home.href + key, status: 404 } : await tell(member.loaded)
}

/** What was not told keeps its old state, and so is told next time. */
function stateAfter(known: HomeState, told: readonly Change[]): HomeState {
  const state = new Map(known)
  for (const { key, member } of told) {
    if (member === undefined) state.delete(key)
    else state.set(key, member.state)
  }
  return state
}
