/** CALDAV:calendar-multiget (RFC 4791 §7.9): some objects of a calendar, by their hrefs. */

import { BackendError, inBatches } from '../../calendar/backend.ts'
import type { Unavailable } from '../../calendar/backend.ts'
import type { ObjectName } from '../../calendar/identifiers.ts'
import { escapeText } from '../../dav/characters.ts'
import type { ResponseElement } from '../../dav/multistatus.ts'
import { caldav } from '../../dav/names.ts'
import { seriesAtOnce } from '../by-name.ts'
import type { Context, Loaded } from '../context.ts'
import { DavError } from '../errors.ts'
import { existing } from '../existing.ts'
import { inOwnSpelling, isOwn, loadObjects } from '../load.ts'
import { describer } from '../property.ts'
import type { Describer } from '../property.ts'
import { listing, multistatusReply } from '../reply.ts'
import { calendarOf, parseMember, parsePath } from '../resource.ts'
import type { Resource } from '../resource.ts'
import { calendarDataRows } from '../select.ts'
import { noticeUnavailable } from '../unavailable.ts'
import { report } from './row.ts'

/**
 * Each href is answered, in the order and in the spelling of the request: vdirsyncer fails on a missing one, Evolution takes it as
 * removed. 404 is said only of what the backend is sure of.
 */
export const calendarMultiget = report({
  kind: 'calendar-multiget',
  name: caldav('calendar-multiget'),
  source: 'RFC 4791 §7.9',
  on: ['calendar', 'object', 'inbox'],
  run: async (context, target, { selection, hrefs }) => {
    const tell = describer(context, selection, calendarDataRows(selection))
    if (target.kind !== 'calendar' && target.kind !== 'object') {
      return existing(context, target).then(() => multistatusReply(context, hrefs.map((href) => ({ href, ...notThere }))))
    }
    const calendar = await existing(context, target.kind === 'object' ? calendarOf(target) : target)
    return multistatusReply(context, batches(context, calendar, hrefs, tell))
  },
})

/** What is said of one href, before the href is put in. */
type Answer = ResponseElement | { readonly status: number }

const notThere = { status: 404 } as const
/** The href names something that is no object of this calendar. */
const notHere = { status: 403 } as const

async function* batches(context: Context, calendar: Loaded<'calendar'>, hrefs: readonly string[], tell: Describer): AsyncGenerator<ResponseElement> {
  for (let start = 0; start < hrefs.length; start += seriesAtOnce) {
    const batch = hrefs.slice(start, start + seriesAtOnce).map((href) => ({ href, name: nameIn(context, calendar, href) }))
    const names = batch.map(({ name }) => name).filter((name) => typeof name === 'string')
    const found = await fetched(context, calendar, [...new Set(names)], start === 0)
    yield* listing(inBatches(batch), ({ href, name }) => {
      const answer = typeof name === 'string' ? answerFor(context, found, name, tell) : name
      return answer instanceof Promise ? answer.then((told) => at(href, told)) : at(href, answer)
    })
  }
}

const at = (href: string, answer: Answer): ResponseElement => ('found' in answer ? { ...answer, escapedHref: escapeText(href) } : { ...answer, href }) as ResponseElement

type Found = ReadonlyMap<ObjectName, Loaded<'object'> | Unavailable> | 'fault'

/** A fault of the backend refuses the whole request, or later on the items that it concerns. */
async function fetched(context: Context, calendar: Loaded<'calendar'>, names: readonly ObjectName[], isFirst: boolean): Promise<Found> {
  if (names.length === 0) return new Map()
  try {
    return await loadObjects(context, calendar, names)
  } catch (error) {
    if (isFirst || !(error instanceof BackendError)) throw error
    context.notice({ event: 'multiget-fault', fault: error.fault, reason: error.message, objects: names.length })
    return 'fault'
  }
}

function answerFor(context: Context, found: Found, name: ObjectName, tell: Describer): Answer | Promise<Answer> {
  if (found === 'fault') return { status: 503 }
  const object = found.get(name)
  if (object === undefined) return notThere
  if (object.kind === 'object') return tell(object)
  noticeUnavailable(context, object)
  return { status: 503 }
}

/** The object of this calendar that an href names, through either door; else what to say of the href. */
function nameIn(context: Context, calendar: Loaded<'calendar'>, href: string): ObjectName | Answer {
  const name = parseMember(calendar.href, href)
  if (name !== undefined) return name
  const found = resourceAt(href, calendar.href)
  if (found === undefined) return notThere
  const resource = inOwnSpelling(context.account, found)
  if (resource.kind !== 'object' || resource.id !== calendar.resource.id) return notHere
  return resource.door.kind === 'own-path' || isOwn(context.account, resource.door.account) ? resource.name : notHere
}

/** RFC 4918 §8.3: an absolute URI, an absolute path, or (against the rule) the mere name of an object. */
function resourceAt(href: string, base: string): Resource | undefined {
  const path = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
  try {
    return parsePath(path.startsWith('/') ? path : base + path)
  } catch (error) {
    if (error instanceof DavError) return undefined // not a name that any object could have
    throw error
  }
}
