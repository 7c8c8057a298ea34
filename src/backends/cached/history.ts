import type { Changes, ObjectTag } from '../../calendar/backend.ts'
import type { BackendSyncToken, ObjectName } from '../../calendar/identifiers.ts'
import { tagBytes } from './size.ts'

interface Step {
  readonly since: BackendSyncToken
  readonly changes: Changes
}

/** A backend may give another token each time, with nothing that changed. */
const stepBytes = 200

const bytesOfStep = ({ changes }: Step): number => stepBytes + tagBytes * (changes.changed.length + changes.removed.length)

/** Two thousand changes and some: of more the backend is asked. */
const mostBytes = 750_000

/**
 * The last answers about changes, each beginning where the one before it ended: whoever stands at one of these places is told all that
 * came after it, whichever reader's asking has moved the state on.
 */
export class History {
  readonly #maxBytes: number
  #steps: Step[] = []
  #bytes = 0

  /** @param calendarBytes how much the calendar may hold beside it; beyond a part of that the oldest answers are forgotten */
  constructor(calendarBytes: number) {
    this.#maxBytes = Math.min(mostBytes, calendarBytes / 4)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** An answer that leads from one state to another. */
  add(step: Step): void {
    if (this.#steps.at(-1)?.changes.next !== step.since) this.clear()
    this.#steps.push(step)
    this.#bytes += bytesOfStep(step)
    while (this.#bytes > this.#maxBytes) this.#bytes -= bytesOfStep(this.#steps.shift()!)
  }

  clear(): void {
    this.#steps = []
    this.#bytes = 0
  }

  knows(since: BackendSyncToken): boolean {
    return this.#steps.some((step) => step.since === since)
  }

  /**
   * @returns everything from there to the given state, by the last thing that was told of each name; undefined where that is not known,
   *          and where something was changed and then removed: backends differ in what they say of objects that came and went
   */
  between(since: BackendSyncToken, state: BackendSyncToken): Changes | undefined {
    const first = this.#steps.findIndex((step) => step.since === since)
    const last = this.#steps.at(-1)
    if (first < 0 || last?.changes.next !== state) return undefined
    const told = new Map<ObjectName, ObjectTag | undefined>()
    for (const { changes } of this.#steps.slice(first)) {
      if (changes.removed.some((name) => told.get(name) !== undefined)) return undefined
      for (const name of changes.removed) told.set(name, undefined)
      for (const tag of changes.changed) told.set(tag.name, tag)
    }
    return {
      ...last.changes,
      changed: [...told.values()].filter((tag) => tag !== undefined).sort(inOrder),
      removed: [...told].flatMap(([name, tag]) => (tag === undefined ? [name] : [])).sort(),
    }
  }
}

/** The order of {@link Changes}. */
export function inOrder(a: ObjectTag, b: ObjectTag): number {
  return a.updated - b.updated || (a.name < b.name ? -1 : 1)
}
