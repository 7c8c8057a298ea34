/**
 * Answers about many objects, for whoever asks the same again while nothing has changed. Programs that use no sync-token do so every few
 * minutes, and most of the work for a long answer is to put its text together.
 */

import { LRUCache } from 'lru-cache'
import type { Batches, Body, ObjectTag, StoredSeries } from '../calendar/backend.ts'
import type { ResponseElement } from '../dav/multistatus.ts'
import type { PropertySelection } from '../dav/requests.ts'
import type { Context, DavReply, Loaded } from './context.ts'
import { isOfObjectsAlone } from './property.ts'
import type { PropertyRow } from './property.ts'
import { beginning, finishedReply, multistatusReply, readsReferences } from './reply.ts'
import { wantsZoneless } from './zoneless.ts'

/** Answers by their questions. A question holds all that the answer depends on beside the objects. */
export interface Answers {
  /** @returns undefined unless one was kept, of objects with the same names and revisions in the same order */
  find(question: string, objects: readonly ObjectTag[]): Uint8Array | undefined
  /** Whether an answer is worth keeping: not to what is asked for the first time, which most questions never are again. */
  isAskedAgain(question: string): boolean
  keep(question: string, objects: readonly ObjectTag[], answer: Uint8Array): void
}

interface Kept {
  /** Name and revision of each object, in turns: the objects themselves would keep all that is in them. */
  readonly objects: readonly string[]
  readonly answer: Uint8Array | undefined
}

const askedOnce: Kept = { objects: [], answer: undefined }

/** What is held for each name and revision, in bytes, rather too much than too little. */
const textBytes = 80
/** Answers about more than so many would be too long anyway. */
const mostObjects = 5000

/** @param maxBytes of all together; a fourth of it for one answer at most */
export function createAnswers(maxBytes: number): Answers {
  const maxSize = Math.max(1, Math.floor(maxBytes))
  const known = new LRUCache<string, Kept>({
    maxSize, maxEntrySize: Math.ceil(maxSize / 4),
    sizeCalculation: ({ objects, answer }, question) => question.length + objects.length * textBytes + (answer?.byteLength ?? 0),
  })
  return {
    find(question, objects) {
      const found = known.get(question)
      return found !== undefined && isOf(found, objects) ? found.answer : undefined
    },
    isAskedAgain(question) {
      if (known.has(question)) return true
      known.set(question, askedOnce)
      return false
    },
    keep: (question, objects, answer) => void known.set(question, { objects: objects.flatMap(({ name, revision }) => [name, revision]), answer }),
  }
}

function isOf({ objects }: Kept, now: readonly ObjectTag[]): boolean {
  if (objects.length !== 2 * now.length) return false
  for (const [index, { name, revision }] of now.entries()) if (objects[2 * index] !== name || objects[2 * index + 1] !== revision) return false
  return true
}

/** What is told of objects of a calendar. */
interface Telling {
  readonly calendar: Loaded<'calendar'>
  /** The body of the request: what is asked, word for word. */
  readonly asked: Uint8Array
  /** The properties that are asked for in it. */
  readonly selection: PropertySelection
  /** As for {@link describer}. */
  readonly rows: readonly PropertyRow[]
  /** What else the answer depends on; asked once the objects have been read. */
  readonly more: () => Promise<string>
  /** Begins a reading of the objects. */
  readonly read: () => Batches<Body>
  /** @param reading may be called several times */
  readonly tell: (reading: () => Batches<Body>) => AsyncIterable<ResponseElement>
}

/** A multistatus of what is told of objects: the one that was made before if they are the same, and another one if not. */
export async function againOrAnew(context: Context, { calendar, asked, selection, rows, more, read, tell }: Telling): Promise<DavReply> {
  const { address, answers } = context.account
  if (answers === undefined || !isOfObjectsAlone(context, selection, rows)) return multistatusReply(context, tell(read))
  const { signal } = context.request
  const { first, isAll, all } = await beginning(read(), (batches) => !signal.aborted && countOf(batches) <= mostObjects)
  if (!isAll) return multistatusReply(context, tell(onceThen(all, read)))
  const objects = first.flat()
  const anew = (): Promise<DavReply> => multistatusReply(context, tell(() => again(first)))
  if (objects.length === 0 || !objects.every(isShown)) return anew()
  // What one account is shown is told to no other one, nor to itself when it may see less.
  const question = JSON.stringify([
    address, calendar.href, calendar.lastAccess(), await more(), context.prefers, wantsZoneless(context), readsReferences(context), Buffer.from(asked).toString('latin1'),
  ])
  const kept = answers.find(question, objects)
  if (kept !== undefined) return finishedReply(context, kept)
  const reply = await anew()
  return answers.isAskedAgain(question) ? { ...reply, onWhole: (answer) => answers.keep(question, objects, answer) } : reply
}

const isShown = (each: Body): each is StoredSeries => !('kind' in each)

const countOf = (batches: readonly (readonly unknown[])[]): number => batches.reduce((count, { length }) => count + length, 0)

/** A sequence that is read already, but once. */
function onceThen(begun: Batches<Body>, read: () => Batches<Body>): () => Batches<Body> {
  const left = [begun]
  return () => left.pop() ?? read()
}

async function* again(batches: readonly (readonly Body[])[]): AsyncGenerator<readonly Body[]> {
  yield* batches
}
