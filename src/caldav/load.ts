/** From what a path names to what is there, and from a collection to its members. */

import { BackendError } from '../calendar/backend.ts'
import type { Batches, CalendarState, ObjectTag, StoredSeries, Unavailable } from '../calendar/backend.ts'
import type { Calendar } from '../calendar/calendar.ts'
import { calendarId, sameAddress } from '../calendar/identifiers.ts'
import type { CalendarId, ObjectName } from '../calendar/identifiers.ts'
import { byName, weights } from './by-name.ts'
import type { Account, Context, Loaded, LoadedResource } from './context.ts'
import { notingState } from './listed-state.ts'
import { formatHref, formatObjectHref } from './resource.ts'
import type { Door, Resource } from './resource.ts'

type On<K extends Resource['kind']> = Extract<Resource, { kind: K }>

/**
 * Looks a resource up with the rights of the account.
 * @returns undefined where there is nothing of that name for this account: unknown and foreign are one answer, so that
 *          nobody learns who else is here (RFC 4918 §9.1 has no more to say than 404)
 * @throws  BackendError when the backend cannot tell
 */
export async function load(context: Context, resource: Resource): Promise<LoadedResource | undefined> {
  const href = formatHref(resource)
  switch (resource.kind) {
    // The bare host is answered as what was asked: clients match the href with the address that they sent.
    case 'root': return { kind: 'root', resource, href: context.request.path === '/' ? '/' : href }
    case 'principal': return loadPrincipal(context, resource, href)
    case 'home': return (await isVisible(context, resource.id)) ? { kind: 'home', resource, href } : undefined
    case 'calendar': return loadCalendar(context, resource)
    case 'object': return loadObject(context, resource)
    // Only users send and are sent to: a calendar that somebody shares has neither.
    case 'inbox': return isOwn(context.account, resource.id) ? { kind: 'inbox', resource, href } : undefined
    case 'outbox': return isOwn(context.account, resource.id) ? { kind: 'outbox', resource, href } : undefined
  }
}

async function loadPrincipal(context: Context, resource: On<'principal'>, href: string): Promise<LoadedResource | undefined> {
  if (isOwn(context.account, resource.id)) return { kind: 'principal', resource, href }
  const calendar = await calendarOrNone(context, resource.id)
  return calendar && { kind: 'principal', resource, href, calendar: () => Promise.resolve(calendar) }
}

async function isVisible(context: Context, id: CalendarId): Promise<boolean> {
  return isOwn(context.account, id) || (await calendarOrNone(context, id)) !== undefined
}

/** Whether an id is the address of the account itself, and so names its principal and its home without asking the backend. */
export function isOwn(account: Account, id: CalendarId): boolean {
  return sameAddress(id, account.address)
}

/**
 * One name for each thing: the account's address in the spelling of the account, wherever a path has it in another case, and a calendar
 * by its real id, wherever a path has the one that its maker wanted. The hrefs of the answer keep that one: what is told of another
 * address is no member of the collection that was asked.
 */
export function inOwnSpelling(account: Account, resource: Resource): Resource {
  if (resource.kind === 'root') return resource
  const own = (id: CalendarId) => (isOwn(account, id) ? calendarId(account.address) : id)
  const id = own(resource.id)
  if (!('door' in resource) || resource.door.kind === 'own-path') return { ...resource, id }
  const home = own(resource.door.account)
  const real = isOwn(account, home) ? account.aliases?.get(account.address, id) : undefined
  return { ...resource, id: real ?? id, door: { kind: 'in-home', account: home, ...(real !== undefined && { alias: id }) } }
}

/**
 * A calendar that the account may see. The account's own one is there without a call; of another one the state is asked, which a poll
 * wants anyway: so each is polled by one call in all.
 * @returns undefined where there is no such calendar for the account, or where it was asked for in somebody else's home
 */
export async function loadCalendar(context: Context, resource: On<'calendar'>): Promise<Loaded<'calendar'> | undefined> {
  const calendar = calendarToRead(context, resource)
  if (calendar === undefined || calendar.isAccountsOwn) return calendar
  return (await calendar.state().catch(noneIfGone)) && calendar
}

/**
 * The same for whoever reads from it at once: where it is not there that reading fails with 'gone'.
 * @returns undefined where it was asked for in somebody else's home
 */
export function calendarToRead(context: Context, resource: On<'calendar'>): Loaded<'calendar'> | undefined {
  if (resource.door.kind === 'in-home' && !isOwn(context.account, resource.door.account)) return undefined
  const calendar = calendarAt(context, resource, onceOnly(() => context.account.session.calendar(resource.id)))
  return isOwn(context.account, resource.id) ? { ...calendar, isAccountsOwn: true } : calendar
}

function calendarAt({ account: { session } }: Context, resource: On<'calendar'>, calendar: () => Promise<Calendar>): Loaded<'calendar'> {
  return {
    kind: 'calendar', resource, href: formatHref(resource), calendar,
    state: onceOnly(() => session.state(resource.id)), lastAccess: () => session.lastTold?.(resource.id)?.access,
  }
}

async function calendarOrNone(context: Context, id: CalendarId): Promise<Calendar | undefined> {
  return context.account.session.calendar(id).catch(noneIfGone)
}

/** Only what the backend is sure of counts as absent; every other fault stays one. */
export function noneIfGone(error: unknown): undefined {
  if (error instanceof BackendError && error.fault === 'gone') return undefined
  throw error
}

async function loadObject(context: Context, resource: On<'object'>): Promise<Loaded<'object'> | undefined> {
  const calendar = calendarToRead(context, { kind: 'calendar', id: resource.id, door: resource.door })
  const found = calendar && (await loadObjects(context, calendar, [resource.name]).catch(noneIfGone))?.get(resource.name)
  if (found === undefined) return undefined
  if (found.kind === 'unavailable') throw unavailable(found)
  return found
}

/**
 * The objects of some names in one calendar, with their series.
 * @returns what exists, by name; what exists and cannot be shown as Unavailable
 */
export async function loadObjects(context: Context, calendar: Loaded<'calendar'>, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Loaded<'object'> | Unavailable>> {
  const found = await context.account.session.objectsByName(calendar.resource.id, names)
  return new Map([...found].map(([name, each]) => [name, 'kind' in each ? each : objectOf(calendar, each)]))
}

/** An object whose series has been read. */
export function objectOf({ calendar, resource, href }: Loaded<'calendar'>, stored: StoredSeries): Loaded<'object'> {
  return { kind: 'object', resource: memberOf(resource, stored), href: formatObjectHref(href, stored.name), calendar, tag: stored, stored: () => Promise.resolve(stored), held: stored }
}

/** An object of a listing; its series is read when somebody asks. */
export function objectOfTag(context: Context, { calendar, resource, href }: Loaded<'calendar'>, tag: ObjectTag): Loaded<'object'> {
  const stored = onceOnly(() => readStored(context, resource.id, tag.name))
  return { kind: 'object', resource: memberOf(resource, tag), href: formatObjectHref(href, tag.name), calendar, tag, stored }
}

const memberOf = ({ id, door }: On<'calendar'>, { name }: ObjectTag): On<'object'> => ({ kind: 'object', id, door, name })

async function readStored(context: Context, id: CalendarId, name: ObjectName): Promise<StoredSeries> {
  const stored = await storedOrNone(context, id, name)
  if (stored === undefined) throw new BackendError('gone', `There is no object ${name} any more.`)
  return stored
}

/**
 * The series under a name in a calendar that the account is known to see.
 * @returns undefined where there is none, or no such calendar any more
 * @throws  BackendError 'unavailable' where there is one that cannot be shown
 */
export async function storedOrNone(context: Context, id: CalendarId, name: ObjectName): Promise<StoredSeries | undefined> {
  const all = await context.account.session.objectsByName(id, [name]).catch(noneIfGone)
  const found = all?.get(name)
  if (found !== undefined && 'kind' in found) throw unavailable(found)
  return found
}

/** The series that an object's path names, for reading it alone. */
export async function visibleOrNone(context: Context, { id, door, name }: On<'object'>): Promise<StoredSeries | undefined> {
  const isElsewhere = door.kind === 'in-home' && !isOwn(context.account, door.account)
  return isElsewhere ? undefined : storedOrNone(context, id, name)
}

function unavailable({ name, reason }: Unavailable): BackendError {
  return new BackendError('unavailable', `The object ${name} cannot be shown: ${reason}`)
}

/** The objects of a calendar with their series, in the order of {@link objectsIn}: for properties that are read from these. */
export async function* objectsWithSeries(context: Context, calendar: Loaded<'calendar'>, note: NoteState = () => {}): AsyncGenerator<readonly Loaded<'object'>[], void, undefined> {
  const { session } = context.account
  let tags: ReadonlyMap<ObjectName, ObjectTag> | undefined
  for await (const batch of byName(context, () => notingState(session.objects(calendar.resource.id), note), weights.series)) {
    if (batch.some((each) => 'kind' in each)) tags ??= await tagsByName(session.tags(calendar.resource.id))
    yield batch.flatMap((each) => {
      if (!('kind' in each)) return [objectOf(calendar, each)]
      // What cannot be shown is told by its tag.
      const tag = tags?.get(each.name)
      return tag === undefined ? [] : [objectOfTag(context, calendar, tag)]
    })
  }
}

async function tagsByName(tags: Batches<ObjectTag>): Promise<ReadonlyMap<ObjectName, ObjectTag>> {
  const found = new Map<ObjectName, ObjectTag>()
  for await (const batch of tags) for (const tag of batch) found.set(tag.name, tag)
  return found
}

/** Told of the state of a calendar whose members are listed, once for each reading of them. */
export type NoteState = (state: CalendarState) => void

/** How many calendars of a home are asked for their state at once. */
export const calendarsAtOnce = 8

/** What a listing of Depth 1 has below the root or a home. @throws BackendError */
export async function members(context: Context, loaded: LoadedResource): Promise<readonly LoadedResource[]> {
  if (loaded.kind === 'root') return [homeOf(context.account)]
  return loaded.kind === 'home' ? childrenOf(context, loaded.resource) : []
}

/** What a listing of Depth 1 has below a calendar, by name: from the backend's tags alone, no event is read. @throws BackendError while it is iterated */
export async function* objectsIn(context: Context, calendar: Loaded<'calendar'>, note: NoteState = () => {}): AsyncGenerator<readonly Loaded<'object'>[], void, undefined> {
  const tags = byName(context, () => notingState(context.account.session.tags(calendar.resource.id), note), weights.tag)
  for await (const batch of tags) yield batch.map((tag) => objectOfTag(context, calendar, tag))
}

function homeOf(account: Account): LoadedResource {
  const resource = { kind: 'home', id: calendarId(account.address) } as const
  return { kind: 'home', resource, href: formatHref(resource) }
}

async function childrenOf(context: Context, home: On<'home'>): Promise<readonly LoadedResource[]> {
  const { session } = context.account
  const listed = isOwn(context.account, home.id) ? await session.calendars() : [await session.calendar(home.id)]
  const calendars = listed.map((calendar) => calendarAt(context, { kind: 'calendar', id: calendar.id, door: doorIn(home, calendar) }, () => Promise.resolve(calendar)))
  const boxes = await Promise.all((['inbox', 'outbox'] as const).map((kind) => load(context, { kind, id: home.id })))
  return [...calendars, ...boxes.filter((box) => box !== undefined)]
}

/** The home's own calendar lies at `events/`, every other one at `{calid}/`. */
function doorIn(home: On<'home'>, calendar: Calendar): Door {
  return calendar.id === home.id ? { kind: 'own-path' } : { kind: 'in-home', account: home.id }
}

function onceOnly<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= read())
}
