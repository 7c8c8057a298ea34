import { formatScheduleResponse } from '../../dav/schedule-response.ts'
import { checkIsCalendar } from '../content-type.ts'
import { existing } from '../existing.ts'
import { method } from '../method.ts'
import { eventResponses } from '../outbox/event-message.ts'
import { freeBusyResponses } from '../outbox/free-busy.ts'
import { readMessage } from '../outbox/message.ts'
import { XML_TYPE } from '../reply.ts'

/** Asks for busy times, and in the way of 2008 sends messages about events. Each recipient has an answer of its own. */
export const post = method({
  name: 'POST',
  source: 'RFC 6638 §5, draft-desruisseaux-caldav-sched-03 §7',
  on: ['outbox'],
  run: async (context, target) => {
    await existing(context, target)
    checkIsCalendar(context.request.headers)
    const posted = await readMessage(context, await context.request.body())
    const { message, ...rest } = posted
    const responses = await (message.kind === 'free-busy' ? freeBusyResponses(context, { message, ...rest }) : eventResponses(context, { message, ...rest }))
    return { status: 200, headers: { 'Content-Type': XML_TYPE, 'Cache-Control': 'no-store' }, body: formatScheduleResponse(responses) }
  },
})
