import { BackendError } from '../../calendar/backend.ts'
import type {
  BackendFault, CalendarSession, CalendarState, Changes, Notify, ObjectTag, StoredSeries, WriteCondition, WriteOptions,
} from '../../calendar/backend.ts'
import type { TimeRange } from '../../calendar/calendar.ts'
import type { EventSeries, ParticipationStatus } from '../../calendar/event.ts'
import type { BackendSyncToken, CalendarId, ObjectName, RecurrenceId } from '../../calendar/identifiers.ts'
import { Collected } from './collected.ts'
import { Knowledge, toldOf, withPlainTags } from './knowledge.ts'
import type { KnownState } from './knowledge.ts'
import { tagOf } from './objects.ts'
import type { Body } from './objects.ts'
import type { CacheSettings } from './settings.ts'
import { SharedIteration } from './shared-iteration.ts'

/** The user's own answer to an invitation, of one instance or of the whole series. */
interface Answer {
  readonly instance: RecurrenceId | undefined
  readonly status: ParticipationStatus
  readonly notify: Notify
  readonly comment: string | undefined
}

/** Where a move ends. */
interface Place {
  readonly calendar: CachedCalendar
  readonly name: ObjectName
}

/** Beyond so many bodies that are not held the whole calendar is read, and held, so that the next ones need no call. */
const fewNames = 4

/**
 * One calendar of one user as the port shows it, answered from what is known where that is sure, and from the backend otherwise.
 *
 * What was told within the freshness window is taken as true. Beyond it one call makes everything current: `changes` for a calendar
 * held whole, `state` for parts. Own writes are noted in place, and the next read asks once. Whatever is not sure is read as if nothing were known.
 */
export class CachedCalendar {
  readonly #id: CalendarId
  readonly #settings: CacheSettings
  readonly #resized: () => void
  readonly #known: Knowledge
  readonly #flights = new Map<string, Promise<unknown>>()
  /** The writes of ours that are under way. */
  readonly #writing = new Map<ObjectName, Set<{ isAlone: boolean }>>()
  #listing: { readonly items: SharedIteration<Body>; readonly at: number } | undefined

  /** @param resized called after `bytes` may have changed */
  constructor(id: CalendarId, settings: CacheSettings, resized: () => void) {
    this.#id = id
    this.#settings = settings
    this.#resized = resized
    this.#known = new Knowledge(settings)
  }

  get bytes(): number {
    return this.#known.objects.bytes
  }

  async state(inner: CalendarSession): Promise<CalendarState> {
    if (this.#known.isFresh && isFull(this.#known.state)) return this.#settings.meter.hit(this.#known.state)
    this.#settings.meter.misses += 1
    const isCurrent = this.#known.isFresh || (this.#known.isWhole && (await this.#catchUp(inner)))
    return isCurrent && isFull(this.#known.state) ? this.#known.state : this.#observe(inner)
  }

  async *tags(inner: CalendarSession): AsyncGenerator<ObjectTag, void, undefined> {
    const untagged = new Set<ObjectName>()
    if (await this.#isCurrentWhole(inner)) {
      for (const { name, tag } of this.#known.objects.list()) {
        if (tag !== undefined) yield tag
        else untagged.add(name)
      }
    } else {
      for await (const body of this.#list(inner)) {
        if ('series' in body) yield tagOf(body)
        else untagged.add(body.name)
      }
    }
    if (untagged.size > 0) yield* this.#tagsOf(inner, untagged)
  }

  /** A listing tells of what cannot be shown only the name, so the backend is asked for its tag. */
  async *#tagsOf(inner: CalendarSession, names: ReadonlySet<ObjectName>): AsyncGenerator<ObjectTag, void, undefined> {
    for await (const tag of inner.tags(this.#id)) {
      if (!names.has(tag.name)) continue
      this.#known.objects.tag(tag)
      yield tag
    }
  }

  /** @returns at its end the state that all of it is as true as, where that is known */
  async *objects(inner: CalendarSession, range: TimeRange | undefined): AsyncGenerator<Body, CalendarState | undefined, undefined> {
    if (await this.#isCurrentWhole(inner)) {
      const { held, missing } = this.#known.objects.bodies(range)
      if (missing.length <= fewNames) {
        const { state } = this.#known
        yield* held
        if (missing.length > 0) yield* (await this.#fetch(inner, missing)).values()
        return isFull(state) ? state : undefined
      }
    }
    if (range?.from !== undefined || range?.to !== undefined) {
      yield* await this.#within(inner, range)
      return undefined
    }
    const told = yield* this.#list(inner)
    return isState(told) ? told : undefined
  }

  async #within(inner: CalendarSession, range: TimeRange): Promise<readonly Body[]> {
    return this.#join(`within ${range.from ?? ''} ${range.to ?? ''}`, async () => {
      const read = this.#known.begin()
      const found: Body[] = []
      for await (const body of inner.objects(this.#id, range)) found.push(this.#known.keep(read, body.name, body))
      this.#resized()
      return found
    })
  }

  async objectsByName(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    const wanted = [...new Set(names)]
    const held = this.#known.freshBodies(wanted)
    if (held !== undefined) return this.#settings.meter.hit(held)
    this.#settings.meter.misses += 1
    if (this.#known.isWhole && (this.#known.isFresh || (await this.#catchUp(inner)))) return this.#ofWhole(inner, wanted)
    return this.#known.isWhole ? this.#read(inner, wanted) : this.#ofParts(inner, wanted)
  }

  async #ofWhole(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    const there = names.filter((name) => this.#known.objects.has(name))
    const held = this.#heldBodies(there)
    const missing = there.filter((name) => !held.has(name))
    return missing.length === 0 ? held : new Map([...held, ...(await this.#read(inner, missing))])
  }

  /** Held bodies need one call to be sure of them, others one call to read them: never both, unless they did change. */
  async #ofParts(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    const known = this.#known.state?.token
    const held = this.#heldBodies(names)
    if (held.size < names.length || known === undefined) return this.#read(inner, names)
    const { token } = await this.#observe(inner)
    return token === known ? held : this.#read(inner, names)
  }

  #heldBodies(names: readonly ObjectName[]): ReadonlyMap<ObjectName, Body> {
    return new Map(names.flatMap((name) => {
      const body = this.#known.objects.body(name)
      return body === undefined ? [] : [[name, body] as const]
    }))
  }

  /** As last told, whether or not that still counts. */
  remembered(name: ObjectName): StoredSeries | undefined {
    const body = this.#known.objects.lastBody(name)
    return body !== undefined && 'series' in body ? body : undefined
  }

  /** Few by their names, many by a reading of everything: backends have no better way, and so the next ones are held. */
  async #read(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    if (names.length <= fewNames) return this.#fetch(inner, names)
    const wanted = new Set(names)
    const found = new Map<ObjectName, Body>()
    for await (const body of this.#list(inner)) if (wanted.has(body.name)) found.set(body.name, body)
    return found
  }

  /** Reads objects by name, and holds them. */
  async #fetch(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    return this.#join(`objects ${[...names].sort().join('/')}`, async () => {
      const read = this.#known.begin()
      const found = await inner.objectsByName(this.#id, names)
      const kept = names.map((name) => [name, this.#known.keep(read, name, found.get(name))] as const)
      this.#resized()
      return new Map(kept.flatMap(([name, body]) => (body === undefined ? [] : [[name, body] as const])))
    })
  }

  async changes(inner: CalendarSession, since: BackendSyncToken | undefined, limit: number | undefined): Promise<Changes> {
    const isFirst = since === undefined && limit === undefined
    const canTell = this.#known.canTellSince(since)
    const isCurrent = canTell && ((await this.#isCurrentWhole(inner)) || (isFirst && (await this.#readWhole(inner))))
    if (!canTell) this.#settings.meter.misses += 1
    const answer = isCurrent ? this.#known.changes(since, limit) : undefined
    return answer ?? this.#join(`changes ${since ?? ''} ${limit ?? ''}`, () => this.#readChanges(inner, since, limit))
  }

  /** A first synchronisation is followed by a reading of every body, so these are read at once. @returns whether all is held and true */
  async #readWhole(inner: CalendarSession): Promise<boolean> {
    if (!this.#settings.learnt.listingsTellState && !this.#known.isFresh) await this.#observe(inner)
    const isKnown = this.#known.isFresh || !this.#settings.learnt.listingsTellState
    const reading = this.#list(inner)
    let last = await reading.next()
    while (!last.done) last = await reading.next()
    return this.#known.isWhole && (isKnown || isState(last.value))
  }

  async #readChanges(inner: CalendarSession, since: BackendSyncToken | undefined, limit: number | undefined): Promise<Changes> {
    const read = this.#known.begin()
    const changes = await inner.changes(this.#id, since, limit)
    const isEverything = since === undefined && !changes.more && !this.#known.isWhole
    if (isEverything) this.#known.holdAll(changes.changed.map(toldOf), { token: changes.next, updated: changes.updated }, read)
    else this.#known.noteForeign(changes, read)
    this.#resized()
    return withPlainTags(changes)
  }

  async put(inner: CalendarSession, name: ObjectName, series: EventSeries, options: WriteOptions): Promise<StoredSeries> {
    return this.#withKnown(name, options, (given) => this.#write(name, async () => {
      const { at } = this.#known.begin()
      const stored = await inner.put(this.#id, name, series, given)
      await this.#verifyUnchanged(inner, stored, given.known)
      return this.#known.objects.noteStored(stored, at)
    }))
  }

  /**
   * Where nothing had to be written the backend may have compared with what we held and not asked. Within the freshness window that
   * may be stale, and somebody's change would then outlive a later write.
   */
  async #verifyUnchanged(inner: CalendarSession, stored: StoredSeries, known: WriteOptions['known']): Promise<void> {
    if (known === undefined || known === 'absent' || known.revision !== stored.revision || this.#settings.freshnessMs === 0) return
    const found = (await inner.objectsByName(this.#id, [stored.name])).get(stored.name)
    if (found !== undefined && 'series' in found && found.revision === stored.revision) return
    throw new BackendError('conflict', `The object ${stored.name} has changed since it was read.`)
  }

  async remove(inner: CalendarSession, name: ObjectName, options: WriteOptions): Promise<void> {
    return this.#withKnown(name, options, (given) => this.#write(name, async () => {
      await inner.remove(this.#id, name, given)
      this.#known.objects.noteRemoved(name)
    }))
  }

  async answer(inner: CalendarSession, name: ObjectName, { instance, status, notify, comment }: Answer): Promise<StoredSeries> {
    return this.#write(name, async () => {
      const { at } = this.#known.begin()
      return this.#known.objects.noteStored(await inner.answer(this.#id, name, instance, status, notify, comment), at)
    })
  }

  async moveTo(inner: CalendarSession, name: ObjectName, to: Place, options: WriteOptions): Promise<StoredSeries> {
    return this.#withKnown(name, options, (given) => this.#write(name, () => to.calendar.#write(to.name, async () => {
      const { at } = to.calendar.#known.begin()
      const stored = await inner.move(this.#id, name, to.calendar.#id, to.name, given)
      this.#known.objects.noteRemoved(name)
      return to.calendar.#known.objects.noteStored(stored, at)
    })))
  }

  /** Passes on what is held where the caller knows nothing. If that was stale, the write is tried once more without. */
  async #withKnown<T>(name: ObjectName, options: WriteOptions, run: (options: WriteOptions) => Promise<T>): Promise<T> {
    const held = options.known === undefined ? this.#heldFor(name, options.condition) : undefined
    if (held === undefined) return run(options)
    try {
      return await run({ ...options, known: held })
    } catch (error) {
      if (!isFault(error, 'conflict')) throw error
      return run(options)
    }
  }

  /** Only what meets the condition, so that a stale one never lets the condition fail; never that nothing is there. */
  #heldFor(name: ObjectName, condition: WriteCondition): StoredSeries | undefined {
    const body = this.#known.freshBodies([name])?.get(name)
    if (body === undefined || !('series' in body) || condition.kind === 'absent') return undefined
    return condition.kind === 'unchanged' && condition.revision !== body.revision ? undefined : body
  }

  /**
   * A write of ours, which notes what it stored. After a fault nobody knows what was written, nor which of two writes at once was the
   * last: then the body is forgotten.
   */
  async #write<T>(name: ObjectName, run: () => Promise<T>): Promise<T> {
    const writing = { isAlone: !this.#writing.has(name) }
    const others = this.#writing.get(name) ?? new Set()
    for (const other of others) other.isAlone = false
    this.#writing.set(name, others.add(writing))
    try {
      return await run()
    } catch (error) {
      writing.isAlone = false
      throw error
    } finally {
      if (!writing.isAlone) this.#known.objects.forgetBody(name)
      if (others.delete(writing) && others.size === 0) this.#writing.delete(name)
      this.#known.overtake()
      // Nobody who asks from now on shares what was asked before.
      this.#flights.clear()
      this.#listing = undefined
      this.#resized()
    }
  }

  /** Whether the whole calendar is held and true, if need be after one call. */
  async #isCurrentWhole(inner: CalendarSession): Promise<boolean> {
    if (this.#known.isWhole && this.#known.isFresh) return this.#settings.meter.hit(true)
    this.#settings.meter.misses += 1
    return this.#known.isWhole && (await this.#catchUp(inner))
  }

  /** Makes the whole calendar current by one call. @returns false where that could not be done, or is not sure */
  async #catchUp(inner: CalendarSession): Promise<boolean> {
    return this.#join('catch up', async () => {
      const read = this.#known.begin()
      const since = this.#known.state!.token
      const changes = await this.#changesOrNone(inner, since)
      if (this.#known.isOvertaken(read) || this.#known.state?.token !== since) return false
      const isSure = changes !== undefined && this.#known.catchUp(changes, read)
      if (!isSure) this.#known.forget()
      this.#resized()
      return isSure
    })
  }

  async #changesOrNone(inner: CalendarSession, since: BackendSyncToken): Promise<Changes | undefined> {
    try {
      return await inner.changes(this.#id, since)
    } catch (error) {
      if (isFault(error, 'invalid-token')) return undefined
      throw error
    }
  }

  /** Asks for the state alone. */
  async #observe(inner: CalendarSession): Promise<CalendarState> {
    return this.#join('state', async () => {
      const read = this.#known.begin()
      const { token, updated } = await inner.state(this.#id)
      this.#known.learn({ token, updated }, read)
      this.#resized()
      return { token, updated }
    })
  }

  /** Every object, by one reading that all who come at once share. */
  async *#list(inner: CalendarSession): AsyncGenerator<Body, unknown, undefined> {
    if (this.#known.state === undefined && !this.#settings.learnt.listingsTellState) await this.#observe(inner)
    return yield* (this.#openListing() ?? this.#startListing(inner)).read()
  }

  /** A listing that has begun within the window, and is still kept from its start. */
  #openListing(): SharedIteration<Body> | undefined {
    const { items, at = -Infinity } = this.#listing ?? {}
    return items?.isOpen && this.#settings.now() - at <= this.#settings.freshnessMs ? items : undefined
  }

  #startListing(inner: CalendarSession): SharedIteration<Body> {
    const read = this.#known.begin()
    const { state, checkedAt } = this.#known.anchor
    const collected = new Collected(this.#known.objects, this.#settings.maxCalendarBytes, () => items.stopKeeping())
    const items: SharedIteration<Body> = new SharedIteration(collected.through(inner.objects(this.#id)), (told) => {
      if (this.#listing?.items === items) this.#listing = undefined
      this.#settings.learnt.listingsTellState = isState(told)
      if (isState(told)) this.#known.holdAll(collected.told, told, read)
      else if (isFull(state)) this.#known.holdAll(collected.told, state, read, checkedAt)
      else for (const { name, body } of collected.told) if (body !== undefined) this.#known.keep(read, name, body)
      this.#resized()
    })
    this.#listing = { items, at: read.at }
    return items
  }

  /** Whoever asks the same while it is being asked shares the answer, unless a write of ours has ended meanwhile. */
  async #join<T>(key: string, run: () => Promise<T>): Promise<T> {
    const running = this.#flights.get(key) as Promise<T> | undefined
    if (running !== undefined) return running
    const flight = run().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }
}

function isFull(state: KnownState | undefined): state is CalendarState {
  return state?.updated !== undefined
}

function isState(told: unknown): told is CalendarState {
  return typeof told === 'object' && told !== null && 'token' in told
}

function isFault(error: unknown, fault: BackendFault): boolean {
  return error instanceof BackendError && error.fault === fault
}
