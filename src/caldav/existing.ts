import { BackendError } from '../calendar/backend.ts'
import type { Context, Loaded } from './context.ts'
import { DavError } from './errors.ts'
import { calendarToRead, load } from './load.ts'
import type { Resource, ResourceKind } from './resource.ts'

/** The resource of a request. @throws DavError 404 where there is nothing of that name for this account */
export async function existing<K extends ResourceKind>(context: Context, target: Extract<Resource, { kind: K }>): Promise<Loaded<K>> {
  const loaded = await load(context, target)
  if (loaded === undefined) throw notFound()
  return loaded as Loaded<K>
}

/**
 * A calendar from which a request reads at once: the reading shows whether it is there, and {@link notFoundIfGone} tells so.
 * @throws DavError 404 where it cannot be
 */
export function calendarOfReading(context: Context, target: Extract<Resource, { kind: 'calendar' }>): Loaded<'calendar'> {
  const calendar = calendarToRead(context, target)
  if (calendar === undefined) throw notFound()
  return calendar
}

/** For requests of which nothing but their own resource can be gone. */
export function notFoundIfGone(error: unknown): never {
  throw error instanceof BackendError && error.fault === 'gone' ? notFound() : error
}

/** One answer for what does not exist and for what is not this account's. */
export const notFound = (): DavError => new DavError(404, 'There is nothing at this address. Check its spelling, and that it is one of your own calendars.')
