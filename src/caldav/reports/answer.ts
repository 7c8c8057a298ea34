/** What the answers of all reports have in common. */

import type { Unavailable } from '../../calendar/backend.ts'
import type { Context } from '../context.ts'

/** Tells the log that an object exists and cannot be shown. */
export function noticeUnavailable(context: Context, { name, reason }: Unavailable): void {
  context.notice({ event: 'object-unavailable', name, reason })
}

/** A list as the answers want it. */
export async function* listOf<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items
}
