import type { ObjectName } from '../calendar/identifiers.ts'
import type { Context } from './context.ts'
import { DavError } from './errors.ts'

/** So many objects are held at most to be put in order, some ten megabytes of them. */
export const maxSorted = 5000

/**
 * All objects of a listing in the order of their names. A backend and a cache list them in orders of their own; a client is told the
 * same bytes by every replica. So a listing is read to its end before it is told, and a fault in it refuses the request as a whole.
 * One that is longer than {@link maxSorted} is told as it is read, so that memory does not grow with it: then only its beginning is sorted.
 * The reading ends when the client goes away.
 */
export async function* byName<T extends { readonly name: ObjectName }>({ request: { signal } }: Context, source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  let held: T[] | undefined = []
  for await (const each of source) {
    if (signal.aborted) throw new DavError(408, 'The client has gone away.')
    if (held !== undefined && held.length < maxSorted) held.push(each)
    else {
      if (held !== undefined) yield* sorted(held)
      held = undefined
      yield each
    }
  }
  if (held !== undefined) yield* sorted(held)
}

function sorted<T extends { readonly name: ObjectName }>(list: T[]): readonly T[] {
  return list.sort((a, b) => (a.name < b.name ? -1 : 1))
}
