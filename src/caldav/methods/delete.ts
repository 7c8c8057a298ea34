import { BackendError } from '../../calendar/backend.ts'
import type { StoredSeries } from '../../calendar/backend.ts'
import { preconditionFailed, writeCondition } from '../conditions.ts'
import type { Context, DavReply } from '../context.ts'
import { notFound, notFoundIfGone } from '../existing.ts'
import { calendarToRead, storedOrNone } from '../load.ts'
import { method } from '../method.ts'
import { requirePrivilege } from '../privileges.ts'
import { rememberedMatch } from '../remembered.ts'
import { removeCalendar } from '../remove-calendar.ts'
import { calendarOf, formatHref } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { notifyOfRemoval } from '../scheduling.ts'
import { withoutConflict, writeRefusal } from '../write-errors.ts'

type On<K extends Resource['kind']> = Extract<Resource, { kind: K }>

/** Removes a calendar object, or a calendar: one's own with all that is in it, a shared one from one's home. */
export const remove = method({
  name: 'DELETE',
  source: 'RFC 4918 §9.6',
  on: ['calendar', 'object'],
  run: async (context, target): Promise<DavReply> => {
    await (target.kind === 'object' ? removeObject(context, target) : removeCalendar(context, target))
    return { status: 204, headers: {} }
  },
})

async function removeObject(context: Context, target: On<'object'>): Promise<void> {
  const calendar = calendarToRead(context, calendarOf(target))
  if (calendar === undefined) throw notFound()
  await requirePrivilege(calendar, 'unbind').catch(notFoundIfGone)
  try {
    await withoutConflict(() => attempt(context, target))
  } catch (error) {
    if (error instanceof BackendError && error.fault === 'gone') throw notFound()
    throw writeRefusal(error, { href: formatHref(target), calendarHref: calendar.href, privilege: 'unbind' })
  }
}

async function attempt(context: Context, target: On<'object'>): Promise<void> {
  const { id, name } = target
  const remembered = rememberedMatch(context, target)
  if (remembered !== undefined) return removeUnseen(context, target, remembered)
  const current = await storedOrNone(context, id, name)
  const condition = writeCondition(context.request.headers, current, id)
  if (current === undefined) throw notFound()
  await context.account.session.remove(id, name, { condition, notify: notifyOfRemoval(context), known: current })
}

/** The version that the client knows, by the removal alone. What is gone already is not that version any more. */
async function removeUnseen(context: Context, { id, name }: On<'object'>, known: StoredSeries): Promise<void> {
  const options = { condition: { kind: 'unchanged', revision: known.revision }, notify: notifyOfRemoval(context), known } as const
  return context.account.session.remove(id, name, options).catch((error: unknown) => {
    throw error instanceof BackendError && error.fault === 'gone' ? preconditionFailed(error) : error
  })
}
