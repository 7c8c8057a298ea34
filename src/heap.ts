/** How the engine's memory grows, which by its defaults suits neither a first synchronisation nor a full cache. */

import { setFlagsFromString } from 'node:v8'

/** The engine looks at them each time that it grows. */
export const heapFlags = [
  // A first synchronisation makes much that lives for long: where the room for what is new only doubles each time that it fills up, all of
  // it is copied again and again on the way, which takes a third of the whole time.
  '--semi-space-growth-factor=8',
  // What is used is let grow to twice as much before it is looked through, not to four times: a cache that always drops something for
  // something else would come to that, and the system never has it back.
  '--heap-growing-percent=100',
  // A list that lived for long at one place of the program is not made among what is old from then on: a first synchronisation would see to
  // that, and what the lists of later answers hold would be kept long after them, and copied on the way.
  '--no-allocation-site-pretenuring',
] as const

/** To be called once all is loaded: a start leaves little behind, and needs no room for it. */
export function shapeHeap(): void {
  for (const flag of heapFlags) setFlagsFromString(flag)
}
