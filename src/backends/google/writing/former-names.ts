/** The names that an object had before, noted beside the present one so that readers of changes are told that it is not under them any more. */

import { mergeBodies, privately } from './bodies.ts'
import { marks } from '../marks.ts'
import { objectNameOf } from '../names.ts'
import { keptNameOf } from '../reading/kept-name.ts'
import type { EventUid, ObjectName } from '../../../calendar/identifiers.ts'
import type { WireBody } from './bodies.ts'
import type { WireEvent } from '../wire.ts'

/** Of an object that has gone from one name to another, in its calendar or between two. @param row as it is now */
export function renamed(name: ObjectName, uid: EventUid, before: ObjectName, row: WireEvent): WireBody {
  return privately({ [marks.name]: name === objectNameOf(uid) ? null : name, [marks.former]: noteOf(before === name ? [] : [before], row) })
}

/**
 * Of an object that begins where a deleted one had its UID. NOTE: what was moved away leaves no more than an id, so that its name there is
 * not known any more.
 * @param body with its name, if that does not follow from the UID
 */
export function afterDeleted(body: WireBody, uid: EventUid, deleted: WireEvent): WireBody {
  if (deleted.iCalUID === undefined) return body
  const [name, before] = [body as Partial<WireEvent> as WireEvent, deleted].map((row) => keptNameOf([row]) ?? objectNameOf(uid))
  const former = noteOf(before === undefined || before === name ? [] : [before], deleted)
  return former === null ? body : mergeBodies([body, privately({ [marks.former]: former })])
}

/** What the service takes as the value of an extended property, in characters. */
const maxValueCharacters = 1024

/** @returns null where there is none, or not even the newest has room */
function noteOf(newest: readonly ObjectName[], row: WireEvent): string | null {
  const names: string[] = [...newest, ...(row.extendedProperties?.private?.[marks.former]?.split('/') ?? [])]
  while (names.join('/').length > maxValueCharacters) names.pop()
  return names.length === 0 ? null : names.join('/')
}
