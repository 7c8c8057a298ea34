/** PATCH: objects are merged, scalars and whole arrays replaced, null deletes (google-calendar-v3 reference §1). */

import type { JsonObject } from './call.ts'

export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const out: Record<string, unknown> = { ...target }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name]
    else out[name] = isObject(value) ? mergePatch(isObject(out[name]) ? out[name] : {}, value) : value
  }
  return withConsistentReminders(out, patch)
}

/** Turning to the default reminders takes the overrides along; naming both is the caller's contradiction. */
function withConsistentReminders(merged: JsonObject, patch: JsonObject): JsonObject {
  const given = patch['reminders']
  if (!isObject(given) || given['useDefault'] !== true || given['overrides'] !== undefined) return merged
  return { ...merged, reminders: { useDefault: true } }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
