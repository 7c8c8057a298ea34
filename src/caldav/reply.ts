/** The forms of replies that several methods share. */

import { withoutReferences } from '../dav/characters.ts'
import { formatMultistatus, formatResponse } from '../dav/multistatus.ts'
import type { ResponseElement, Trailer } from '../dav/multistatus.ts'
import type { Context, DavReply, LoadedResource } from './context.ts'
import { takingTurns } from './turns.ts'
import { variance } from './zoneless.ts'

export const XML_TYPE = 'application/xml; charset=utf-8'

/**
 * A 207 whose body is made while it is sent. The status is told only when the first two responses are there, the resource itself and
 * its first member: whatever fails until then fails the request as a whole. A later fault breaks the body off, so that no client takes half
 * a listing for the whole of it.
 */
export async function multistatusReply(context: Context, responses: AsyncIterable<ResponseElement> | readonly ResponseElement[], trailer?: Trailer): Promise<DavReply> {
  const body = formatMultistatus('length' in responses ? responses : await started(responses, 2), trailer)
  return finishedReply(context, readsReferences(context) ? body : inCharacters(body))
}

/** A 207 whose body is there already, or is made while it is sent. */
export function finishedReply(context: Context, body: Uint8Array | AsyncIterable<string>): DavReply {
  return { status: 207, headers: { 'Content-Type': XML_TYPE, ...preferenceHeaders(context) }, body }
}

/**
 * NOTE ts-caldav 0.3 (it names itself as its HTTP client, axios) takes `&#252;` in an answer for six characters of text and writes them
 * back with the next edit.
 */
export const readsReferences = ({ request }: Context): boolean => !request.headers.get('user-agent')?.startsWith('axios/')

/** The chunks end where a response ends, so that no reference is cut in two. */
async function* inCharacters(chunks: AsyncIterable<string>): AsyncIterable<string> {
  for await (const chunk of chunks) yield withoutReferences(chunk)
}

/** RFC 7240 §3 and RFC 8144 §2: which preference the answer follows, and that it depends on them. */
export function preferenceHeaders(context: Context): Readonly<Record<string, string>> {
  const { prefers } = context
  const applied = [...(prefers.minimal ? ['return=minimal'] : []), ...(prefers.depthNoroot ? ['depth-noroot'] : [])]
  return { ...variance(context, 'Prefer', 'Brief'), ...(applied.length > 0 && { 'Preference-Applied': applied.join(', ') }) }
}

/**
 * The same sequence, with its first items made already.
 * @param count how many at most
 */
export async function started<T>(source: AsyncIterable<T>, count: number): Promise<AsyncIterable<T>> {
  return (await beginning(source, (first) => first.length < count)).all
}

/** The beginning of a sequence. */
export interface Beginning<T> {
  readonly first: readonly T[]
  /** There are no more than these. */
  readonly isAll: boolean
  /** The whole sequence: to be read once. */
  readonly all: AsyncIterable<T>
}

/** @param goesOn whether one more is wanted to those that are there */
export async function beginning<T>(source: AsyncIterable<T>, goesOn: (first: readonly T[]) => boolean): Promise<Beginning<T>> {
  const iterator = source[Symbol.asyncIterator]()
  const first: T[] = []
  let isAll = false
  while (!isAll && goesOn(first)) {
    const next = await iterator.next()
    if (next.done === true) isAll = true
    else first.push(next.value)
  }
  return { first, isAll, all: resumed(first, iterator, isAll) }
}

async function* resumed<T>(first: readonly T[], rest: AsyncIterator<T>, isDone: boolean): AsyncIterable<T> {
  try {
    yield* first
    for (let next = isDone ? undefined : await rest.next(); next !== undefined && next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/**
 * A long answer is passed on in pieces of about so many characters. NOTE: beyond some 100,000 the engine takes fresh memory from the system
 * for each string, which costs ten times as much as what is written into it.
 */
export const PIECE_CHARACTERS = 16 * 1024

/** The responses of a long listing, many in one piece. Where telling takes long, everybody else has a turn in between. */
export async function* listing<T = LoadedResource>(batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>, tell: (item: T) => ResponseElement | Promise<ResponseElement>): AsyncGenerator<ResponseElement> {
  const turn = takingTurns()
  for await (const batch of batches) {
    let raw = ''
    for (const each of batch) {
      const rest = turn()
      if (rest !== undefined) await rest
      const response = tell(each)
      raw += formatResponse(response instanceof Promise ? await response : response)
      if (raw.length < PIECE_CHARACTERS) continue
      yield { raw }
      raw = ''
    }
    yield { raw }
  }
}

/** Applies a function to each item, some at once, and keeps their order. */
export async function* mapInOrder<T, U>(items: Iterable<T>, atOnce: number, map: (item: T) => U | Promise<U>): AsyncIterable<U> {
  const running: (U | Promise<U>)[] = []
  for (const item of items) {
    const result = map(item)
    // Told by the await of whoever reads, or by nobody if the reader has left.
    if (result instanceof Promise) result.catch(() => undefined)
    running.push(result)
    if (running.length >= atOnce) yield running.shift()!
  }
  for (const result of running) yield result
}
