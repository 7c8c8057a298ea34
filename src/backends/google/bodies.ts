/** Bodies of requests as plain data. */

/** Members of an event resource as they are sent. In a patch `null` removes, objects are merged, arrays are replaced. */
export type WireBody = { readonly [member: string]: unknown }

/** Joins bodies; objects are merged, all else is replaced. */
export function mergeBodies(bodies: readonly WireBody[]): WireBody {
  const merged: Record<string, unknown> = {}
  for (const body of bodies) {
    for (const [member, value] of Object.entries(body)) {
      const before = merged[member]
      merged[member] = isObject(before) && isObject(value) ? mergeBodies([before, value]) : value
    }
  }
  return merged
}

function isObject(value: unknown): value is WireBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Private extended properties, merged with those that are there. */
export function privately(properties: Readonly<Record<string, string | null>>): WireBody {
  return { extendedProperties: { private: properties } }
}

/** Both sides are made by the same function, so that members come in the same order. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
