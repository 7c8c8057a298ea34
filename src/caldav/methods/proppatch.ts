import { BackendError } from '../../calendar/backend.ts'
import type { CalendarChange } from '../../calendar/calendar.ts'
import type { PropStatus } from '../../dav/multistatus.ts'
import { clark, dav } from '../../dav/names.ts'
import type { Name } from '../../dav/names.ts'
import { parseProppatch } from '../../dav/requests.ts'
import type { PropertyUpdate } from '../../dav/requests.ts'
import { element } from '../../dav/xml.ts'
import type { Context, DavReply, LoadedResource } from '../context.ts'
import { DavError } from '../errors.ts'
import { existing } from '../existing.ts'
import { method } from '../method.ts'
import { requirePrivilege } from '../privileges.ts'
import type { PropertyRow } from '../property.ts'
import { multistatusReply } from '../reply.ts'

/** Changes properties of a calendar, all of them or none. No other resource has any that can be changed, and there is no store for dead ones. */
export const proppatch = method({
  name: 'PROPPATCH',
  source: 'RFC 4918 §9.2',
  on: ['root', 'principal', 'home', 'calendar', 'object', 'inbox', 'outbox'],
  run: async (context, target) => {
    const updates = parseProppatch(await context.request.body())
    const loaded = await existing(context, target)
    if (loaded.kind === 'calendar') await requirePrivilege(loaded, 'write-properties')
    return answer(context, loaded, await carriedOut(context, loaded, updates))
  },
})

/** A property with what became of it. */
export interface Outcome {
  readonly name: Name
  readonly status: number
  readonly error?: Name
  /** What the user of the client may do about it. */
  readonly description?: string
}

/** What one instruction changes, or why it cannot. */
export type Planned = Outcome & { readonly change: CalendarChange }

async function carriedOut(context: Context, loaded: LoadedResource, updates: readonly PropertyUpdate[]): Promise<readonly Outcome[]> {
  const rows = context.tables.properties.on(loaded.kind)
  const plans = updates.map((update) => planned(update, rows.get(clark(update.name))))
  if (plans.some(({ status }) => status !== 200)) return allOrNothing(plans)
  const change: CalendarChange = Object.assign({}, ...plans.map((plan) => plan.change))
  if (loaded.kind !== 'calendar' || Object.keys(change).length === 0) return plans
  try {
    await context.account.session.updateCalendar(loaded.resource.id, change)
    return plans
  } catch (error) {
    if (!isRefusal(error)) throw error
    return plans.map(({ name }) => ({ name, status: 403, description: error.message }))
  }
}

const isRefusal = (error: unknown): error is BackendError => error instanceof BackendError && (error.fault === 'forbidden' || error.fault === 'rejected')

function planned(update: PropertyUpdate, row: PropertyRow | undefined): Planned {
  // RFC 4918 §14.23: to remove what is not there is no error.
  if (row === undefined && update.kind === 'remove') return { name: update.name, status: 200, change: {} }
  return attempted(update.name, () => (row?.set ?? refuseProtected)(update.kind === 'set' ? update.value : undefined))
}

/** @param change throws a DavError where the value is not one */
export function attempted(name: Name, change: () => CalendarChange): Planned {
  try {
    return { name, status: 200, change: change() }
  } catch (error) {
    if (!(error instanceof DavError)) throw error
    return { name, status: error.status, change: {}, description: error.message, ...(error.condition === undefined ? {} : { error: error.condition }) }
  }
}

/** RFC 4918 §16; said of unknown properties too, as there is no store for them. */
export function refuseProtected(): never {
  throw new DavError(403, 'This property cannot be changed: the server tells it, or the calendar service has no place for it.', { condition: dav('cannot-modify-protected-property') })
}

/** RFC 4918 §9.2: where one fails, none is done; the others failed because of it. */
export function allOrNothing(plans: readonly Planned[]): readonly Outcome[] {
  return plans.map((plan) => (plan.status === 200 ? { name: plan.name, status: 424 } : plan))
}

/** One propstat for each status, condition and sentence. */
export function propstatsOf(outcomes: readonly Outcome[]): readonly PropStatus[] {
  const groups = Map.groupBy(outcomes, ({ status, error, description = '' }) => `${status} ${error === undefined ? '' : clark(error)} ${description}`)
  return [...groups.values()].map((group) => ({
    status: group[0]!.status,
    properties: group.map(({ name }) => element(name)),
    ...(group[0]!.error === undefined ? {} : { error: group[0]!.error }),
    ...(group[0]!.description === undefined ? {} : { description: group[0]!.description }),
  }))
}

/** RFC 8144 §2.1: what went well need not be repeated, but macOS wants to see the propstat with 200. */
function answer(context: Context, { href }: LoadedResource, outcomes: readonly Outcome[]): Promise<DavReply> {
  const isBrief = context.prefers.minimal && outcomes.every(({ status }) => status === 200)
  const propstats = isBrief ? [{ status: 200, properties: [] }] : propstatsOf(outcomes)
  return multistatusReply(context, [{ href, propstats }])
}
