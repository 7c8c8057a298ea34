import type { Body, ObjectTag, StoredSeries } from '../../calendar/backend.ts'
import type { TimeRange } from '../../calendar/calendar.ts'
import type { Instant, ObjectName } from '../../calendar/identifiers.ts'
import { bytesOfEntry, entryOf, holding, isAnother, isSeriesOf, isUnchanged, tagIn, tagOf, withoutBody } from './entries.ts'
import type { Entry, Told } from './entries.ts'
import { inOrder } from './history.ts'
import { measureOf } from './measure.ts'
import type { Measure } from './measure.ts'
import { periodsOf } from './periods.ts'
import type { Found } from './periods.ts'
import type { CacheSettings } from './settings.ts'

const calendarBytes = 1000

/**
 * The objects of one calendar as far as they are held: all tags or none, and as many bodies as there is room for.
 * An object that is told again unchanged stays the same JavaScript object, so that what others remember of it stays with it.
 */
export class CalendarObjects {
  readonly #settings: CacheSettings
  #entries = new Map<ObjectName, Entry>()
  #bytes = calendarBytes
  #isWhole = false
  /** Objects that are newer than the state that is held: the next answer about changes since then must speak of each. */
  #ahead = new Set<ObjectName>()
  /** All tags in the order of changes; made when somebody asks, and good until something changes. */
  #byChange: readonly ObjectTag[] | undefined
  /** Finds bodies by time; made and good in the same way. */
  #periods: ((range: TimeRange) => Found) | undefined

  constructor(settings: CacheSettings) {
    this.#settings = settings
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Every object of the calendar is known at least by name. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  has(name: ObjectName): boolean {
    return this.#entries.has(name)
  }

  /** As they are now, nearly in the order of their names: the tags, and the names of those whose tag is not known. */
  list(): { readonly tags: ObjectTag[]; readonly untagged: readonly ObjectName[] } {
    const tags: ObjectTag[] = []
    const untagged: ObjectName[] = []
    for (const [name, entry] of this.#entries) {
      const tag = tagIn(entry)
      if (tag === undefined) untagged.push(name)
      else tags.push(tag)
    }
    return { tags, untagged }
  }

  /** Every tag in the order of {@link Changes}; undefined where one is not known. */
  byChange(): readonly ObjectTag[] | undefined {
    if (this.#byChange !== undefined) return this.#byChange
    const { tags, untagged } = this.list()
    return untagged.length > 0 ? undefined : (this.#byChange = tags.sort(inOrder))
  }

  /** A body that is as true as the state that is known of the calendar. */
  body(name: ObjectName): Body | undefined {
    return this.#entries.get(name)?.body
  }

  /** A series, however old; in a calendar that is held whole as of the token that is held, or newer. */
  series(name: ObjectName): StoredSeries | undefined {
    const body = this.#entries.get(name)?.body
    return body !== undefined && 'series' in body ? body : undefined
  }

  /** A body that was told within the freshness window, whatever is known of the calendar. */
  freshBody(name: ObjectName): Body | undefined {
    const entry = this.#entries.get(name)
    return entry !== undefined && this.#isFresh(entry) ? entry.body : undefined
  }

  #isFresh({ readAt }: Entry): boolean {
    return this.#settings.now() - readAt < this.#settings.freshnessMs
  }

  /** The bodies of a calendar that is held whole. */
  bodies(range: TimeRange = {}): Found {
    return (this.#periods ??= periodsOf(this.#entries))(range)
  }

  /** A body that a listing has told, as the object that is held already where it is unchanged. @param mayStay that it may be held */
  measured(item: Body, mayStay: boolean): { readonly body: Body; readonly measure: Measure } {
    const { body, measure } = this.#entries.get(item.name) ?? {}
    if (measure !== undefined && 'series' in item && isSeriesOf(body, item)) return { body: body!, measure }
    if (mayStay && 'series' in item) this.#settings.prepare?.(item)
    return { body: item, measure: measureOf(item) }
  }

  /** Gives a tag to what a listing could not show. */
  tag(tag: ObjectTag): void {
    const entry = this.#entries.get(tag.name)
    if (entry !== undefined && tagIn(entry) === undefined) this.#set(tag.name, { ...entry, tag: tagOf(tag) })
  }

  /**
   * From now on these are all objects of the calendar.
   * @param updated of the state that will be taken for theirs; what is newer must be told again by the changes since then
   */
  replaceAll(list: readonly Told[], updated: Instant | undefined, at: number): void {
    const before = this.#entries
    this.clear()
    this.#isWhole = true
    // In order, so that a listing has next to nothing to sort.
    for (const told of list.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name, tag } = told
      this.#set(name, entryOf(before.get(name), told, at))
      if (tag !== undefined && updated !== undefined && tag.updated > updated) this.#ahead.add(name)
    }
  }

  /**
   * @returns false, and changes nothing, when the answer does not fit what is held: it does not tell something newer that was known, or
   *          tells another series under a name, which may have that name beside the one that is held
   */
  apply(changed: readonly Told[], removed: readonly ObjectName[], at: number): boolean {
    const told = new Set([...changed.map(({ name }) => name), ...removed])
    if ([...this.#ahead].some((name) => !told.has(name)) || told.size < changed.length + removed.length) return false
    if (changed.some(({ name, body }) => isAnother(this.#entries.get(name)?.body, body))) return false
    this.#ahead.clear()
    for (const name of removed) this.#delete(name)
    for (const told of changed) this.#set(told.name, entryOf(this.#entries.get(told.name), told, at))
    return true
  }

  /**
   * Notes what a read by name has told.
   * @returns kept: the same, as the object that was held before where it is unchanged; isSurprise: it does not fit the tags
   */
  note(name: ObjectName, body: Body | undefined, at: number): { readonly kept: Body | undefined; readonly isSurprise: boolean } {
    const before = this.#entries.get(name)
    const kept = body && isUnchanged(before?.body, body) ? before!.body : body
    if (this.#isWhole) {
      const fits = before === undefined ? body === undefined : body !== undefined && (!('series' in body) || tagIn(before)?.revision === body.revision)
      if (fits && before !== undefined) this.#set(name, holding(before, before.tag, kept, at))
      return { kept, isSurprise: !fits }
    }
    if (kept === undefined) this.#delete(name)
    else this.#set(name, holding(before, undefined, kept, at))
    return { kept, isSurprise: false }
  }

  /** A write of ours has stored this. @returns the object to hand out */
  noteStored(stored: StoredSeries, at: number): StoredSeries {
    const before = this.#entries.get(stored.name)
    const kept = isSeriesOf(before?.body, stored) ? (before!.body as StoredSeries) : stored
    if (this.#isWhole && (before && tagIn(before))?.revision !== stored.revision) this.#ahead.add(stored.name)
    this.#set(stored.name, holding(before, undefined, kept, at))
    return kept
  }

  noteRemoved(name: ObjectName): void {
    this.#ahead.delete(name)
    this.#delete(name)
  }

  /** The name stays in a calendar that is held whole; what it holds is read again. */
  forgetBody(name: ObjectName): void {
    const before = this.#entries.get(name)
    this.#delete(name)
    if (this.#isWhole && before !== undefined) this.#set(name, withoutBody(before))
  }

  /** A reader was told that this is the tag under the name, or that nothing is there: another body is told no more. */
  contradict(name: ObjectName, tag: ObjectTag | undefined): void {
    const body = this.#entries.get(name)?.body
    if (body !== undefined && !(tag !== undefined && isSeriesOf(body, tag))) this.forgetBody(name)
  }

  /** No body counts as told within the freshness window any more. */
  distrust(): void {
    for (const [name, entry] of this.#entries) this.#entries.set(name, { ...entry, readAt: -Infinity })
  }

  clear(): void {
    this.#forgetViews()
    this.#entries = new Map()
    this.#ahead.clear()
    this.#bytes = calendarBytes
    this.#isWhole = false
  }

  /** Where there is no room for a body the tag alone is held. */
  #set(name: ObjectName, entry: Entry): void {
    const others = this.#bytes - bytesOfEntry(this.#entries.get(name))
    const hasRoom = others + bytesOfEntry(entry) <= this.#settings.maxCalendarBytes
    if (!hasRoom && !this.#isWhole) return this.#delete(name)
    const held = hasRoom ? entry : withoutBody(entry)
    this.#forgetViews()
    this.#entries.set(name, held)
    this.#bytes = others + bytesOfEntry(held)
  }

  #delete(name: ObjectName): void {
    this.#forgetViews()
    this.#bytes -= bytesOfEntry(this.#entries.get(name))
    this.#entries.delete(name)
  }

  /** What was made of all entries. */
  #forgetViews(): void {
    this.#byChange = undefined
    this.#periods = undefined
  }
}
