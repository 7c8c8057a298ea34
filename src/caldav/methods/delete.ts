import { BackendError } from '../../calendar/backend.ts'
import type { StoredSeries } from '../../calendar/backend.ts'
import type { Calendar } from '../../calendar/calendar.ts'
import { eventsOf } from '../../calendar/event.ts'
import { instant, sameAddress } from '../../calendar/identifiers.ts'
import type { CalendarId } from '../../calendar/identifiers.ts'
import { preconditionFailed, writeCondition } from '../conditions.ts'
import type { Account, Context, DavReply } from '../context.ts'
import { existing, notFound, notFoundIfGone } from '../existing.ts'
import { calendarToRead, storedOrNone } from '../load.ts'
import { method } from '../method.ts'
import { needPrivileges, requirePrivilege } from '../privileges.ts'
import { rememberedMatch } from '../remembered.ts'
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

async function removeCalendar(context: Context, target: On<'calendar'>): Promise<void> {
  const { href, calendar } = await existing(context, target)
  const told = await calendar()
  if (told.isPrimary) throw needPrivileges(href, 'unbind', 'The calendar of the account itself cannot be removed.')
  try {
    if (isOfAccount(context.account, told)) await withoutConflict(() => cancelMeetings(context, target.id))
    await context.account.session.removeCalendar(target.id)
    context.account.aliases?.forget(target.id)
  } catch (error) {
    if (error instanceof BackendError && error.fault === 'forbidden') throw needPrivileges(href, 'unbind', error.message, error)
    throw error
  }
}

/** Whether a removal is one for everybody, and will not be refused. */
function isOfAccount({ address }: Account, { access, owner }: Calendar): boolean {
  return access === 'own' && (owner === undefined || sameAddress(owner, address))
}

/**
 * RFC 6638 §3.2.3: what the calendar holds is removed with it, which the guests of meetings to come are told. The backend would leave them
 * waiting. One call each, and one that fails leaves the calendar where it is, for the same request again.
 */
async function cancelMeetings(context: Context, id: CalendarId): Promise<void> {
  const notify = notifyOfRemoval(context)
  if (notify === 'nobody') return
  const { session } = context.account
  const meetings: StoredSeries[] = []
  for await (const batch of session.objects(id, { from: instant(Date.now()) })) for (const each of batch) if ('series' in each && isMeetingOf(each, id)) meetings.push(each)
  for (const known of meetings) await session.remove(id, known.name, { condition: { kind: 'always' }, notify, known }).catch(conflictIfGone)
}

/** Somebody else removes events of the calendar: it is read again. */
function conflictIfGone(error: unknown): never {
  throw error instanceof BackendError && error.fault === 'gone' ? new BackendError('conflict', 'a meeting of the calendar was removed meanwhile', { cause: error }) : error
}

function isMeetingOf({ role, series }: StoredSeries, id: CalendarId): boolean {
  return role === 'organizer' && eventsOf(series).some(({ attendees }) => attendees.some(({ address }) => !sameAddress(address, id)))
}
