import { batchSize } from '../../../calendar/backend.ts'
import { compact, compactJson } from './compact.ts'
import type { SeriesSource, StoredSeries } from '../../../calendar/backend.ts'
import type { EventSeries } from '../../../calendar/event.ts'
import type { EmailAddress, Instant, ObjectName, Revision } from '../../../calendar/identifiers.ts'
import type { CalendarFrame } from '../frame.ts'
import type { RowGroup } from './rows.ts'
import type { WireEvent } from '../wire.ts'

/** What a group of rows says. */
export type Content = Pick<StoredSeries, 'series' | 'source' | 'role'>

/** Reads the rows of a series; the same rows and the same frame always give the same. @throws RangeError */
export type ReadSeries = (group: RowGroup, frame: CalendarFrame) => Content

/** An object, its private members, and what it shares with no other. */
const ownBytes = 200

/** The last ones that were added. */
class Last<T> {
  readonly #most: number
  readonly #all: T[] = []
  #next = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @returns the one whose place is taken */
  add(one: T): T | undefined {
    const former = this.#all[this.#next]
    this.#all[this.#next] = one
    this.#next = (this.#next + 1) % this.#most
    return former
  }
}

/**
 * A series as it was read, held in little: its rows as text. Model and source are several times as much and hundreds of objects, so they
 * are made again when they are asked for; the last ones stay at hand.
 */
export class HeldSeries implements StoredSeries {
  readonly name: ObjectName
  readonly revision: Revision
  readonly updated: Instant
  readonly owner: EmailAddress
  readonly role: StoredSeries['role']
  rendered?: string
  readonly #uid: RowGroup['uid']
  readonly #frame: CalendarFrame
  readonly #read: ReadSeries
  /** JSON. */
  readonly #rows: string
  #content: Content | undefined

  /** @throws RangeError for what no series can be made of */
  constructor({ name, revision, updated }: Pick<StoredSeries, 'name' | 'revision' | 'updated'>, { uid, events }: RowGroup, frame: CalendarFrame, read: ReadSeries) {
    const content = read({ uid, events, fault: undefined }, frame)
    this.name = compact(name)
    this.revision = compact(revision)
    this.updated = updated
    this.owner = frame.address
    this.role = content.role
    this.#uid = uid
    this.#frame = frame
    this.#read = read
    this.#rows = compactJson(JSON.stringify(events))
    this.#keep(content, HeldSeries.#justRead)
  }

  get series(): EventSeries {
    return this.#told().series
  }

  get source(): SeriesSource {
    return this.#told().source
  }

  get weight(): number {
    return ownBytes + this.#rows.length + 2 * this.revision.length
  }

  #told(): Content {
    return this.#content ?? this.#keep(this.#read({ uid: this.#uid, events: JSON.parse(this.#rows) as WireEvent[], fault: undefined }, this.#frame), HeldSeries.#askedFor)
  }

  /** As one of the last; the one that has been among them for longest is let go of. */
  #keep(content: Content, last: Last<HeldSeries>): Content {
    this.#content = content
    const former = last.add(this)
    if (former !== undefined && former !== this) former.#content = undefined
    return content
  }

  /** A listing is looked into batch by batch, and seldom later: what would stay at hand of it costs the garbage collector more than reading it again. */
  static readonly #justRead = new Last<HeldSeries>(batchSize)
  /** As many as the answer to a usual query has; some two megabytes in all. */
  static readonly #askedFor = new Last<HeldSeries>(1000)
}
