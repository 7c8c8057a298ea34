import type { Batches } from '../../src/calendar/backend.ts'

/** All items of a listing in one list. */
export async function collect<T>(batches: Batches<T>): Promise<T[]> {
  const items: T[] = []
  for await (const batch of batches) items.push(...batch)
  return items
}
