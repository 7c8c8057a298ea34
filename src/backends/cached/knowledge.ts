import type { Body, CalendarState, Changes, ObjectTag, StoredSeries } from '../../calendar/backend.ts'
import type { BackendSyncToken, Instant, ObjectName } from '../../calendar/identifiers.ts'
import { History } from './history.ts'
import { tagOf } from './entries.ts'
import type { Told } from './entries.ts'
import { CalendarObjects } from './objects.ts'
import type { CacheSettings } from './settings.ts'

/** `updated` is not known where only {@link Changes} without it told the token. */
export interface KnownState {
  readonly token: BackendSyncToken
  readonly updated: Instant | undefined
}

/** A call of the backend that has begun. */
export interface Reading {
  readonly at: number
  /** Its place in the order of readings and of what overtakes them: the clock is too coarse to tell which was first. */
  readonly order: number
}

/**
 * What is known of one calendar, without any asking. It is used in one of two ways.
 *
 * *Whole*: every tag is held, as of a token. The changes since that token make it current.
 * *Parts*: some bodies are held. They are as true as the state that was told before they were read.
 */
export class Knowledge {
  readonly objects: CalendarObjects
  readonly #settings: CacheSettings
  #state: KnownState | undefined
  /** When all that is held was last true; -Infinity when it was overtaken since. */
  #checkedAt = -Infinity
  /** The answers that led to the state. */
  readonly #history: History
  #order = 0
  #overtakenAt = 0
  /** When all that is held was told last, in the same order. */
  #toldAt = 0

  constructor(settings: CacheSettings) {
    this.#settings = settings
    this.objects = new CalendarObjects(settings)
    this.#history = new History(settings.maxCalendarBytes)
  }

  get bytes(): number {
    return this.objects.bytes + this.#history.bytes
  }

  get isWhole(): boolean {
    return this.objects.isWhole
  }

  get state(): KnownState | undefined {
    return this.#state
  }

  /** All that is held was true within the freshness window. */
  get isFresh(): boolean {
    return this.#settings.now() - this.#checkedAt < this.#settings.freshnessMs
  }

  begin(): Reading {
    return { at: this.#settings.now(), order: ++this.#order }
  }

  /** A write of ours has ended, or somebody was told something newer than is held: the next reader asks. */
  overtake(): void {
    this.#overtakenAt = ++this.#order
    this.#checkedAt = -Infinity
  }

  /** What it tells may be older than what somebody knows already. */
  isOvertaken({ order }: Reading): boolean {
    return this.#overtakenAt > order
  }

  forget(): void {
    this.objects.clear()
    this.#state = undefined
    this.#history.clear()
    this.#checkedAt = -Infinity
  }

  /** The backend told its state. */
  learn({ token, updated }: CalendarState, read: Reading): void {
    const isOvertaken = this.isOvertaken(read)
    const isSame = this.#state?.token === token
    if (isSame && isOvertaken) return
    if (!isSame) this.overtake()
    // Tags stay those of the token that is held; the next reader catches up from it.
    if (!isSame && (this.isWhole || isOvertaken)) return this.objects.distrust()
    if (!isSame) this.objects.clear()
    this.#state = { token, updated }
    this.#checkedAt = read.at
  }

  /** The backend told what happened since the state that is held. @returns false when that does not fit what is held */
  catchUp(changes: Changes, read: Reading): boolean {
    const since = this.#state!.token
    if (!this.objects.apply(changes.changed.map(toldOf), changes.removed, read.at)) return false
    const updated = changes.updated ?? (changes.next === since ? this.#state?.updated : undefined)
    if (changes.next !== since) this.#history.add({ since, changes: withPlainTags(changes) })
    this.#state = { token: changes.next, updated }
    this.#toldAt = ++this.#order
    this.#checkedAt = read.at
    return true
  }

  /**
   * These are all objects of the calendar, none older than the state. Where two of them have one name nothing is held, so that every
   * reader is told of both, as the backend tells it.
   * @param checkedAt when the state was true
   */
  holdAll(all: readonly Told[], state: KnownState, read: Reading, checkedAt = read.at): void {
    if (new Set(all.map(({ name }) => name)).size < all.length) return this.forget()
    const isOvertaken = this.isOvertaken(read)
    this.objects.replaceAll(all, state.updated, isOvertaken ? -Infinity : read.at)
    this.#state = state
    this.#toldAt = ++this.#order
    this.#checkedAt = isOvertaken ? -Infinity : checkedAt
  }

  /** What the state was known to be when a reading of everything began, and when that was true. */
  get anchor(): { readonly state: KnownState | undefined; readonly checkedAt: number } {
    return { state: this.#state, checkedAt: this.#checkedAt }
  }

  /** Notes what was read under a name. @returns the same, as the object that was held before where it is unchanged */
  keep<B extends Body | undefined>(read: Reading, name: ObjectName, body: B): B {
    if (this.isOvertaken(read)) return body
    const { kept, isSurprise } = this.objects.note(name, body, read.at)
    if (isSurprise) this.overtake()
    return kept as B
  }

  /**
   * Notes an answer about changes that began elsewhere: whoever is told it must not be given older objects afterwards. A backend need not
   * tell of what came and went since then, so that no body which was read before still counts, whether or not it is told of.
   */
  noteForeign(changes: Changes, read: Reading): void {
    if (changes.next !== this.#state?.token) {
      this.objects.distrust()
      for (const tag of changes.changed) this.objects.contradict(tag.name, tag)
      for (const name of changes.removed) this.objects.contradict(name, undefined)
    }
    for (const tag of changes.changed) if (isSeries(tag)) this.keep(read, tag.name, tag)
    if (changes.next !== this.#state?.token) this.overtake()
  }

  /**
   * A write of ours has removed what had the name. Where the whole calendar was told since it began the name stays: something may have it
   * again by now, and what was told too early for the removal is put right by the changes since then.
   */
  noteRemoved(name: ObjectName, write: Reading): void {
    if (this.isWhole && this.#toldAt > write.order) this.objects.forgetBody(name)
    else this.objects.noteRemoved(name)
  }

  /** @returns the bodies of those that exist; undefined unless each is surely true within the freshness window */
  freshBodies(names: readonly ObjectName[]): ReadonlyMap<ObjectName, Body> | undefined {
    const bodies = new Map<ObjectName, Body>()
    for (const name of names) {
      const body = this.objects.freshBody(name) ?? (this.isFresh ? this.objects.body(name) : undefined)
      if (body !== undefined) bodies.set(name, body)
      else if (!this.isWhole || !this.isFresh || this.objects.has(name)) return undefined
    }
    return bodies
  }

  /** Whether {@link changes} may know an answer once all is current. */
  canTellSince(since: BackendSyncToken | undefined): boolean {
    return since === undefined || since === this.#state?.token || this.#history.knows(since)
  }

  /** What a current whole calendar tells without asking. @returns undefined where only the backend can tell */
  changes(since: BackendSyncToken | undefined): Changes | undefined {
    if (since === undefined) return this.#everything()
    if (since === this.#state!.token) return this.#standing()
    const told = this.#history.between(since, this.#state!.token)
    return told && this.#asHeld(told)
  }

  /** What the backend told at some time since then, and what a write of ours has removed without its telling. */
  #asHeld(told: Changes): Changes {
    const [held, lost] = [told.changed.filter(({ name }) => this.objects.has(name)), told.changed.filter(({ name }) => !this.objects.has(name))]
    return lost.length === 0 ? told : { ...told, changed: held, removed: [...told.removed, ...lost.map(({ name }) => name)] }
  }

  #standing(): Changes {
    const { token, updated } = this.#state!
    return { changed: [], removed: [], next: token, ...(updated !== undefined && { updated }) }
  }

  #everything(): Changes | undefined {
    const changed = this.objects.byChange()
    return changed && { ...this.#standing(), changed }
  }
}

/** Without the series that the backend may have told with them. */
export function withPlainTags(changes: Changes): Changes {
  return { ...changes, changed: changes.changed.map(tagOf) }
}

/** What a tag tells; its body too, where the backend has told the whole series. */
export function toldOf(tag: ObjectTag): Told {
  return { name: tag.name, tag, body: isSeries(tag) ? tag : undefined }
}

function isSeries(tag: ObjectTag): tag is StoredSeries {
  return 'series' in tag
}
