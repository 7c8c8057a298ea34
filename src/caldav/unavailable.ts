import type { Unavailable } from '../calendar/backend.ts'
import type { Context } from './context.ts'

/** Tells the log that an object exists and cannot be shown. */
export function noticeUnavailable(context: Context, { name, reason }: Unavailable): void {
  context.notice({ event: 'object-unavailable', name, reason })
}
