/**
 * The cache: a decorator of the port. It only makes answers fast; with it empty they are the same.
 *
 * What one user reads is never told to another: everything is held under the backend identity. Bounded in bytes over all users.
 */

import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Backend, BackendIdentity, CalendarSession, StoredSeries } from '../calendar/backend.ts'
import type { CalendarId } from '../calendar/identifiers.ts'
import { CachedAccount } from './cached/account.ts'
import { CachedCalendar } from './cached/calendar.ts'
import { Meter } from './cached/settings.ts'
import type { CacheSettings } from './cached/settings.ts'

export interface CacheStats {
  /** Reads that were answered without asking the backend, and those that were not, since the start. */
  readonly hits: number
  readonly misses: number
  /** What is held now, estimated. */
  readonly bytes: number
}

export interface CacheOptions {
  /** Of all that is held together; one calendar may take half of it. What does not fit is read from the backend. */
  readonly maxBytes: number
  /** How long an answer of the backend is taken as true without asking again; 0: every read asks. */
  readonly freshnessMs: number
  /** Milliseconds, as `Date.now`. */
  readonly now?: () => number
  /** Called with each series of a listing that will be held, to make and keep (`StoredSeries.rendered`) what will be asked of it. */
  readonly prepare?: (stored: StoredSeries) => void
}

interface Slot<Held> {
  readonly held: Held
  readonly bytes: number
}

/** The same backend, asked less often. Its sessions may be made anew for each request: what is held stays with the backend. */
export function cachedBackend(inner: Backend, { maxBytes, freshnessMs, now = Date.now, prepare }: CacheOptions): Backend & { stats(): CacheStats } {
  const cache = new LRUCache<string, Slot<CachedAccount | CachedCalendar>>({ maxSize: Math.max(1, maxBytes), sizeCalculation: ({ bytes }) => bytes })
  const settings: CacheSettings = { freshnessMs, now, maxCalendarBytes: Math.floor(maxBytes / 2), meter: new Meter(), prepare, learnt: { listingsTellState: true } }

  /** What is held under the key. What is too large to stay is used for this one call, and then lost. */
  function heldUnder<Held extends CachedAccount | CachedCalendar>(key: string, make: (resized: () => void) => Held): Held {
    const found = cache.get(key)
    if (found !== undefined) return found.held as Held
    const held = make(() => {
      if (cache.peek(key)?.held === held) cache.set(key, { held, bytes: held.bytes })
    })
    cache.set(key, { held, bytes: held.bytes })
    return held
  }

  function open(identity: BackendIdentity): CalendarSession {
    const key = keyOf(identity)
    return cachedSession(inner.session(identity), {
      account: () => heldUnder(key, (resized) => new CachedAccount(settings, resized)),
      calendar: (id) => heldUnder(`${key} ${id}`, (resized) => new CachedCalendar(id, settings, resized)),
      forget: (id) => cache.delete(`${key} ${id}`),
    })
  }

  /** A request has its identity from those that were accepted before, as the same object. */
  const sessions = new WeakMap<BackendIdentity, CalendarSession>()
  return {
    session: (identity) => {
      const session = sessions.get(identity) ?? open(identity)
      sessions.set(identity, session)
      return session
    },
    close: async () => {
      cache.clear()
      await inner.close()
    },
    stats: () => ({ hits: settings.meter.hits, misses: settings.meter.misses, bytes: cache.calculatedSize }),
  }
}

/** Sessions with other credentials may see something else under the same address. */
function keyOf({ address, refreshToken }: BackendIdentity): string {
  return `${address} ${refreshToken === undefined ? '' : hash('sha256', refreshToken, 'base64url')}`
}

/** What is held for one user. */
interface Shelf {
  account(): CachedAccount
  calendar(id: CalendarId): CachedCalendar
  forget(id: CalendarId): void
}

function cachedSession(inner: CalendarSession, shelf: Shelf): CalendarSession {
  const changed = <T>(id: CalendarId, run: () => Promise<T>): Promise<T> => shelf.account().write(run).finally(() => shelf.forget(id))
  return {
    address: inner.address,
    calendars: () => shelf.account().calendars(inner),
    calendar: (id) => shelf.account().calendar(inner, id),
    state: (id) => shelf.calendar(id).state(inner),
    tags: (id) => shelf.calendar(id).tags(inner),
    objects: (id, range) => shelf.calendar(id).objects(inner, range),
    objectsByName: (id, names) => shelf.calendar(id).objectsByName(inner, names),
    remembered: (id, name) => shelf.calendar(id).remembered(name),
    lastTold: (id) => inner.lastTold?.(id),
    nameOf: (id, uid) => inner.nameOf(id, uid),
    changes: (id, since, reader) => shelf.calendar(id).changes(inner, since, reader?.signal),
    put: (id, name, series, options) => shelf.calendar(id).writes.put(inner, name, series, options),
    remove: (id, name, options) => shelf.calendar(id).writes.remove(inner, name, options),
    answer: (id, name, instance, status, notify, comment) => shelf.calendar(id).writes.answer(inner, name, { instance, status, notify, comment }),
    announce: (id, uid, what, instance) => inner.announce(id, uid, what, instance).finally(() => shelf.forget(id)),
    move: (id, name, to, toName, options) => shelf.calendar(id).writes.moveTo(inner, name, { writes: shelf.calendar(to).writes, name: toName }, options),
    freeBusy: (addresses, range) => inner.freeBusy(addresses, range),
    createCalendar: (change) => shelf.account().write(() => inner.createCalendar(change)),
    updateCalendar: (id, change) => changed(id, () => inner.updateCalendar(id, change)),
    removeCalendar: (id) => changed(id, () => inner.removeCalendar(id)),
  }
}
