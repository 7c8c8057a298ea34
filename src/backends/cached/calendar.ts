import { inBatches } from '../../calendar/backend.ts'
import type { Body, CalendarSession, CalendarState, Changes, ObjectTag, StoredSeries } from '../../calendar/backend.ts'
import type { TimeRange } from '../../calendar/calendar.ts'
import type { BackendSyncToken, CalendarId, ObjectName } from '../../calendar/identifiers.ts'
import type { Listed } from './collected.ts'
import { Flights } from './flights.ts'
import { Knowledge, toldOf, withPlainTags } from './knowledge.ts'
import { isState, Listings } from './listings.ts'
import { isFull } from './place.ts'
import type { Place } from './place.ts'
import type { CacheSettings } from './settings.ts'
import { Validation } from './validation.ts'
import { CalendarWrites } from './writes.ts'

/** Beyond so many bodies that are not held the whole calendar is read, and held, so that the next ones need no call. */
const fewNames = 4

/**
 * One calendar of one user as the port shows it, answered from what is known where that is sure, and from the backend otherwise.
 *
 * What was told within the freshness window is taken as true. Beyond it one call makes everything current: `changes` for a calendar
 * held whole, `state` for parts. Whatever is not sure is read as if nothing were known.
 */
export class CachedCalendar {
  readonly writes: CalendarWrites
  readonly #id: CalendarId
  readonly #place: Place
  readonly #known: Knowledge
  readonly #validation: Validation
  readonly #listings: Listings

  /** @param resized called after `bytes` may have changed */
  constructor(id: CalendarId, settings: CacheSettings, resized: () => void) {
    this.#id = id
    this.#known = new Knowledge(settings)
    this.#place = { id, settings, known: this.#known, flights: new Flights(), resized }
    this.#validation = new Validation(this.#place)
    this.#listings = new Listings(this.#place)
    this.writes = new CalendarWrites(this.#place, this.#listings)
  }

  get bytes(): number {
    return this.#known.bytes
  }

  async state(inner: CalendarSession): Promise<CalendarState> {
    const { meter } = this.#place.settings
    if (this.#known.isFresh && isFull(this.#known.state)) return meter.hit(this.#known.state)
    meter.misses += 1
    const isCurrent = this.#known.isFresh || (this.#known.isWhole && (await this.#validation.catchUp(inner)))
    return isCurrent && isFull(this.#known.state) ? this.#known.state : this.#validation.observe(inner)
  }

  /** @returns at its end the state that all of it is as true as, where that is known */
  async *tags(inner: CalendarSession): AsyncGenerator<readonly ObjectTag[], CalendarState | undefined, undefined> {
    const untagged = new Set<ObjectName>()
    const state = yield* (await this.#validation.isCurrentWhole(inner)) ? this.#heldTags(untagged) : this.#listedTags(inner, untagged)
    if (untagged.size > 0) yield* this.#tagsOf(inner, untagged)
    return state
  }

  *#heldTags(untagged: Set<ObjectName>): Generator<readonly ObjectTag[], CalendarState | undefined, undefined> {
    const { state } = this.#known
    const listed = this.#known.objects.list()
    for (const name of listed.untagged) untagged.add(name)
    yield* inBatches(listed.tags)
    return isFull(state) ? state : undefined
  }

  #listedTags(inner: CalendarSession, untagged: Set<ObjectName>): AsyncGenerator<readonly ObjectTag[], CalendarState | undefined, undefined> {
    return this.#listed(inner, ({ told }) => {
      for (const { name, tag } of told) if (tag === undefined) untagged.add(name)
      return told.flatMap(({ tag = [] }) => tag)
    })
  }

  /** A listing tells of what cannot be shown only the name, so the backend is asked for its tag. */
  async *#tagsOf(inner: CalendarSession, names: ReadonlySet<ObjectName>): AsyncGenerator<readonly ObjectTag[], void, undefined> {
    for await (const batch of inner.tags(this.#id)) {
      const asked = batch.filter(({ name }) => names.has(name))
      for (const tag of asked) this.#known.objects.tag(tag)
      yield asked
    }
  }

  /** @returns at its end the state that all of it is as true as, where that is known */
  async *objects(inner: CalendarSession, range: TimeRange | undefined): AsyncGenerator<readonly Body[], CalendarState | undefined, undefined> {
    if (await this.#validation.isCurrentWhole(inner)) {
      const { held, missing } = this.#known.objects.bodies(range)
      if (missing.length <= fewNames) {
        const { state } = this.#known
        yield* inBatches(held)
        if (missing.length > 0) yield [...(await this.#fetch(inner, missing)).values()]
        return isFull(state) ? state : undefined
      }
    }
    if (range?.from !== undefined || range?.to !== undefined) {
      yield* inBatches(await this.#within(inner, range))
      return undefined
    }
    return yield* this.#listed(inner, ({ bodies }) => bodies)
  }

  async #within(inner: CalendarSession, range: TimeRange): Promise<readonly Body[]> {
    return this.#place.flights.join(`within ${range.from ?? ''} ${range.to ?? ''}`, async () => {
      const read = this.#known.begin()
      const found: Body[] = []
      for await (const batch of inner.objects(this.#id, range)) found.push(...batch.map((body) => this.#known.keep(read, body.name, body)))
      this.#place.resized()
      return found
    })
  }

  async objectsByName(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    const { meter } = this.#place.settings
    const wanted = [...new Set(names)]
    const held = this.#known.freshBodies(wanted)
    if (held !== undefined) return meter.hit(held)
    meter.misses += 1
    if (this.#known.isWhole && (this.#known.isFresh || (await this.#validation.catchUp(inner)))) return this.#ofWhole(inner, wanted)
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
    const { token } = await this.#validation.observe(inner)
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
    return this.#known.objects.series(name)
  }

  /** Few by their names, many by a reading of everything: backends have no better way, and so the next ones are held. */
  async #read(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    if (names.length <= fewNames) return this.#fetch(inner, names)
    const wanted = new Set(names)
    const found = new Map<ObjectName, Body>()
    for await (const { bodies } of this.#list(inner)) {
      for (const body of bodies) if (wanted.has(body.name)) found.set(body.name, body)
    }
    return found
  }

  /** Reads objects by name, and holds them. */
  async #fetch(inner: CalendarSession, names: readonly ObjectName[]): Promise<ReadonlyMap<ObjectName, Body>> {
    return this.#place.flights.join(`objects ${[...names].sort().join('/')}`, async () => {
      const read = this.#known.begin()
      const found = await inner.objectsByName(this.#id, names)
      const kept = names.map((name) => [name, this.#known.keep(read, name, found.get(name))] as const)
      this.#place.resized()
      return new Map(kept.flatMap(([name, body]) => (body === undefined ? [] : [[name, body] as const])))
    })
  }

  /** @param signal when it is aborted a first reading ends with its reason, unless others wait for it too */
  async changes(inner: CalendarSession, since: BackendSyncToken | undefined, signal: AbortSignal | undefined): Promise<Changes> {
    const canTell = this.#known.canTellSince(since)
    const isCurrent = canTell && ((await this.#validation.isCurrentWhole(inner)) || (since === undefined && (await this.#readWhole(inner, signal))))
    if (!canTell) this.#place.settings.meter.misses += 1
    const answer = isCurrent ? this.#known.changes(since) : undefined
    return answer ?? this.#place.flights.join(`changes ${since ?? ''}`, () => this.#readChanges(inner, since))
  }

  /** A first synchronisation is followed by a reading of every body, so these are read at once. @returns whether all is held and true */
  async #readWhole(inner: CalendarSession, signal: AbortSignal | undefined): Promise<boolean> {
    const { learnt } = this.#place.settings
    if (!learnt.listingsTellState && !this.#known.isFresh) await this.#validation.observe(inner)
    const isKnown = this.#known.isFresh || !learnt.listingsTellState
    const told = await endOf(this.#list(inner), signal)
    return this.#known.isWhole && (isKnown || told !== undefined)
  }

  async #readChanges(inner: CalendarSession, since: BackendSyncToken | undefined): Promise<Changes> {
    const read = this.#known.begin()
    const changes = await inner.changes(this.#id, since)
    if (since === undefined && !this.#known.isWhole) this.#known.holdAll(changes.changed.map(toldOf), { token: changes.next, updated: changes.updated }, read)
    else this.#known.noteForeign(changes, read)
    this.#place.resized()
    return withPlainTags(changes)
  }

  /** What is wanted of each batch of a listing. @returns at its end the state that all of it is as true as, where that is known */
  async *#listed<T>(inner: CalendarSession, pick: (batch: Listed) => readonly T[]): AsyncGenerator<readonly T[], CalendarState | undefined, undefined> {
    const listed = this.#list(inner)
    try {
      for (let next = await listed.next(); ; next = await listed.next()) {
        if (next.done) return next.value
        yield pick(next.value)
      }
    } finally {
      await listed.return(undefined)
    }
  }

  /** Every object, by one reading that all who come at once share. @returns as {@link #listed} */
  async *#list(inner: CalendarSession): AsyncGenerator<Listed, CalendarState | undefined, undefined> {
    if (this.#known.state === undefined && !this.#place.settings.learnt.listingsTellState) await this.#validation.observe(inner)
    const told = yield* this.#listings.read(inner)
    return isState(told) ? told : undefined
  }
}

/** Reads to the end. @returns what the reading returned @throws the signal's reason */
async function endOf<Told>(reading: AsyncGenerator<unknown, Told, undefined>, signal: AbortSignal | undefined): Promise<Told> {
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done) return next.value
    if (!signal?.aborted) continue
    await reading.return(undefined as Told)
    throw signal.reason
  }
}
